"""The board that `qgen devices TYPE --example` shows, of every type, in a real QEMU.

``examples/TARGET.txt`` has those that QEMU does not start, with what it says, and those
of which `qgen map --flat` has a view that QEMU has not. All others start, and so they have
the devices and show what is predicted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_support import require_sdk
from object_tree import command_line, compare_devices
from test_flat import blocks

from qgen import catalogue, compose
from qgen.catalogue import Catalogue, DeviceType
from qgen.compose import Resolved, flattening
from qgen.compose.picturing import Given
from qgen.expr import evaluate
from qgen.lab.errors import LabError
from qgen.lab.monitor import watch
from qgen.lab.sdk import Sdk
from qgen.lookup import Impossible, example_of

RELEASE = "10.2"
KNOWN = Path(__file__).parent / "examples"
TARGETS = ("aarch64", "ppc", "riscv64", "x86_64")
# What differs from run to run, or from one place of the sources to another.
VARIES = re.compile(
    r"\S*(?:\.\./|/sdk/[^/]+/)|qemu-system-\w+: |(?<=\.[ch]):\d+|0x[0-9a-f]{8,}"
)
MOST = 100


def types_of(target: str, known: Catalogue) -> Iterator[DeviceType]:
    """The types that can be made, each with the first binary that has it."""
    for each in known:
        if each.abstract or "cpu" in each.ancestors:
            continue
        if next((t for t in TARGETS if t in each.targets), None) == target:
            yield each


def said_of(resolved: Resolved, sdk: Sdk) -> str | None:
    """What is not as it should be of a board that is started; None if all is."""
    board = resolved.board
    ram = None if board.ram is None else board.ram.default_size
    size = 128 << 20 if ram is None else evaluate(ram)
    cpus = board.cpus.default_count or 1
    arguments = ["-m", f"{size >> 20}M", "-nic", "none"]
    spaces = flattening.flat_text(resolved, Given(size, cpus))
    try:
        with watch(compose.load_into(resolved, sdk), arguments) as monitor:
            seen = blocks(monitor.human("info mtree -f"))
            compare_devices(board, monitor, command_line(board, size, cpus))
    except LabError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        return f"does not start: {VARIES.sub('', lines[-1])[:MOST]}"
    except AssertionError as error:
        return f"has other devices: {str(error).splitlines()[0][:MOST]}"
    wrong = blocks(spaces.text()) - seen
    names = sorted(
        {name for view in wrong for name in re.findall(r'AS "(.*)", root', view)}
    )
    return f"has other views: {', '.join(names)[:MOST]}" if wrong else None


@pytest.mark.parametrize("target", TARGETS)
def test_every_example_runs(target: str, tmp_path: Path, update: bool) -> None:
    sdk = require_sdk(RELEASE)
    known = catalogue.load(RELEASE)
    lines = []
    for each in types_of(target, known):
        file = tmp_path / "board.yaml"
        try:
            file.write_text(example_of(each, known).board())
        except Impossible:
            continue
        resolved = compose.resolve(file, compose.TARGETS[RELEASE])
        said = said_of(resolved, sdk)
        lines += [] if said is None else [f"{each.name} {said}\n"]
    wanted = KNOWN / f"{target}.txt"
    if update:
        wanted.write_text("".join(lines))
    assert lines == wanted.read_text().splitlines(keepends=True)
