"""A board with every kind of condition, under command lines for which each holds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from lab_support import require_sdk
from object_tree import command_line, compare_devices, compare_maps

from qgen import compose
from qgen.board import Drive
from qgen.condition import DriveGiven, NicGiven, Option
from qgen.expr import Num
from qgen.lab.monitor import watch
from qgen.predict import Space, flat_view, format_view, memory_tree
from qgen.targets import Feature

FILE = Path(__file__).parent.parent / "ok" / "conditions.yaml"
FLASH = DriveGiven(Drive("mtd", Num(0), Num(1))).subject
NIC = NicGiven("smc91c111").subject


class Line(NamedTuple):
    """A command line, and what it answers to conditions; ``%`` is a file of zeros."""

    arguments: tuple[str, ...]
    given: Mapping[Hashable, bool]
    ram: int = 128
    defaults: bool = False


LINES = {
    "nothing": Line(("-nic", "none"), {}),
    "audio": Line(("-audiodev", "none,id=a", "-M", "audiodev=a"), {Option.AUDIO: True}),
    "kernel": Line(("-kernel", "%"), {Option.KERNEL: True}),
    "initrd": Line(
        ("-kernel", "%", "-initrd", "%"), {Option.KERNEL: True, Option.INITRD: True}
    ),
    "firmware": Line(("-bios", "%"), {Option.FIRMWARE: True}),
    "usb": Line(("-M", "usb=on"), {Option.USB: True}),
    "drive": Line(("-drive", "if=mtd,unit=1,format=raw,file=%"), {FLASH: True}),
    "nic": Line(("-nic", "user,model=smc91c111"), {NIC: True}),
    "ram": Line((), {}, 768),
    "qtest": Line(("-accel", "qtest"), {Option.QTEST: True}),
    "defaults": Line(
        ("-nic", "user"),
        {Option.DEFAULTS: True, Option.USB: True, NIC: True},
        defaults=True,
    ),
    "no usb": Line(
        ("-nic", "none", "-M", "usb=off"),
        {Option.DEFAULTS: True, Option.NO_USB: True},
        defaults=True,
    ),
    "all": Line(
        (
            *("-kernel", "%", "-initrd", "%", "-bios", "%", "-M", "usb=on,audiodev=a"),
            *("-audiodev", "none,id=a", "-drive", "if=mtd,unit=1,format=raw,file=%"),
            *("-nic", "user,model=smc91c111"),
        ),
        {
            **dict.fromkeys((Option.KERNEL, Option.INITRD, Option.FIRMWARE), True),
            **{Option.USB: True, Option.AUDIO: True, FLASH: True, NIC: True},
        },
        1024,
    ),
}
RELEASES = [
    release
    for release, target in compose.TARGETS.items()
    if target.has(Feature.AUDIODEV_OF_MACHINE)
]


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("release", RELEASES)
def test_what_is_there_is_what_the_conditions_say(
    release: str, name: str, tmp_path: Path
) -> None:
    sdk = require_sdk(release)
    resolved = compose.resolve(FILE, compose.TARGETS[release])
    board, loadable = resolved.board, compose.load_into(resolved, sdk)
    line = LINES[name]
    zeros = tmp_path / "zeros"
    zeros.write_bytes(bytes(16 << 20))
    arguments = ["-m", f"{line.ram}M"]
    arguments += [each.replace("%", str(zeros)) for each in line.arguments]
    told = command_line(board, line.ram << 20, given=line.given)
    with watch(loadable, arguments, defaults=line.defaults) as monitor:
        seen = monitor.address_spaces()["memory"]
        compare_devices(board, monitor, told)
    tree = memory_tree(board, told)[Space.MEMORY]
    compare_maps(board, seen, format_view(flat_view(tree)))
