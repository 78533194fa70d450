"""`qgen map --flat` is what QEMU prints for `info mtree -f`, view by view, to the byte.

QEMU prints the views in the order of addresses on its heap, which is another in each run:
so they are compared one by one, without their numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from lab_support import require_sdk, silent
from test_generated import NOT_IN
from test_ok_boards import files_for

from qgen import catalogue, compose
from qgen.catalogue.insides import Insides
from qgen.compose import Resolved, flattening
from qgen.compose.picturing import Given
from qgen.expr import evaluate
from qgen.lab import insides
from qgen.lab.board import Loadable
from qgen.lab.monitor import watch
from qgen.load import read
from qgen.variants import split

ROOT = Path(__file__).parent.parent.parent
MIB, GIB = 1 << 20, 1 << 30
RELEASES = ("10.0", "10.2", "11.0")


@dataclass(frozen=True)
class Case:
    """A shipped spec and command lines: -m, -smp and -M, and other arguments."""

    spec: str
    given: tuple[Given, ...] = (Given(),)
    variant: str | None = None
    arguments: tuple[str, ...] = ("-nic", "none")
    audio: bool = False

    @property
    def name(self) -> str:
        return self.variant or self.spec


WHOLE = (
    Case(
        "arm-virt",
        (
            Given(),
            Given(64 * MIB, 1),
            Given(3 * GIB, 8),
            # The ITS cannot be made alone, so nobody knows it: see PARTLY.
        ),
    ),
    Case("cortex-m-mini"),
    Case("integratorcp", (Given(), Given(512 * MIB)), audio=True),
    *(
        Case("mps2", variant=name)
        for name in ("mps2-an385", "mps2-an386", "mps2-an500", "mps2-an511")
    ),
    Case("netduinoplus2"),
    Case("sifive_e"),
    Case("stm32vldiscovery"),
    Case("xilinx-zynq-a9", (Given(), Given(1 * GIB, 2)), audio=True),
)
PARTLY = {
    "g3beige": "what pci_vga_init() maps for 'vga'",
    "mac99": "what the hook mac99_before_devices() does",
    "spike": "what the hook spike_boot() does",
    "x86-split": "the firmware, whose file says how large it is",
}


@cache
def built(spec: str, variant: str | None, release: str) -> tuple[Resolved, Loadable]:
    sdk = require_sdk(release)
    file = ROOT / "specs" / f"{spec}.yaml"
    resolved = compose.resolve(file, compose.TARGETS[release], variant=variant)
    return resolved, compose.load_into(resolved, sdk)


def blocks(text: str) -> Counter[str]:
    """The views in a text, without their numbers."""
    found = text.replace("\r\n", "\n").split("FlatView #")[1:]
    return Counter(each.split("\n", 1)[1] for each in found)


def options(given: Given) -> list[str]:
    arguments = []
    if given.ram_size is not None:
        arguments += ["-m", f"{given.ram_size >> 10}K"]
    if given.cpus is not None:
        arguments += ["-smp", str(given.cpus)]
    return arguments


CASES = [
    pytest.param(case, given, release, id=f"{case.name}-{number}-{release}")
    for release in RELEASES
    for case in WHOLE
    for number, given in enumerate(case.given)
    if case.spec not in NOT_IN.get(release, ())
]


@pytest.mark.parametrize(("case", "given", "release"), CASES)
def test_every_view_is_the_printed_one(case: Case, given: Given, release: str) -> None:
    resolved, loadable = built(case.spec, case.variant, release)
    spaces = flattening.flat_text(resolved, given)
    assert spaces.unknown == {}
    arguments = [*case.arguments, *options(given)]
    if case.audio:
        arguments += silent(release)
    with watch(loadable, arguments) as monitor:
        seen = monitor.human("info mtree -f")
    assert blocks(spaces.text()) == blocks(seen)


OK = [
    pytest.param(file, variant, id=f"{file.stem}-{variant}" if variant else file.stem)
    for file in sorted((ROOT / "tests" / "ok").glob("*.yaml"))
    if "soc" not in read(file).data
    for variant in split(read(file))
]
NOT_STARTED = {
    "images": "it loads an ELF file",
    "interrupts-that-end": "QEMU's GIC asserts that no such interrupt comes",
}


@pytest.mark.parametrize(("file", "variant"), OK)
def test_no_view_is_wrong(file: Path, variant: str | None, tmp_path: Path) -> None:
    if file.stem in NOT_STARTED:
        return
    sdk = require_sdk("10.2")
    resolved = compose.resolve(file, compose.TARGETS["10.2"], variant=variant)
    board = resolved.board
    size = None
    if board.ram is not None:
        limits = (board.ram.default_size, board.ram.minimum, board.ram.maximum)
        size = next((evaluate(limit) for limit in limits if limit is not None), None)
    spaces = flattening.flat_text(resolved, Given(size))
    arguments = [*files_for(board, "10.2", tmp_path), *options(Given(size))]
    with watch(compose.load_into(resolved, sdk), arguments) as monitor:
        seen = blocks(monitor.human("info mtree -f"))
    wrong = blocks(spaces.text()) - seen
    assert not wrong, f"{wrong}\n{seen}"
    assert spaces.unknown or blocks(spaces.text()) == seen


@pytest.mark.parametrize("spec", PARTLY)
def test_what_is_not_known_is_told_and_not_shown(spec: str) -> None:
    file = ROOT / "specs" / f"{spec}.yaml"
    resolved = compose.resolve(file, compose.TARGETS["10.2"])
    spaces = flattening.flat_text(resolved, Given())
    assert PARTLY[spec] in spaces.unknown["memory"]
    assert 'AS "memory"' not in spaces.text()


@pytest.mark.parametrize("release", RELEASES)
def test_what_ships_of_insides_is_what_is_measured(release: str) -> None:
    sdk = require_sdk(release)
    wanted = insides.measure(sdk, targets=["riscv64"])
    shipped = catalogue.insides_of(release)
    assert shipped is not None
    measured = Insides(wanted, "measured")
    known = catalogue.load(release)
    types = [each for each in known if each.targets == ("riscv64",)]
    assert len(types) > 20
    for each in types:
        assert measured.find(each.name) == shipped.find(each.name)


def test_the_its_could_not_be_made_alone() -> None:
    file = ROOT / "specs" / "arm-virt.yaml"
    resolved = compose.resolve(file, compose.TARGETS["10.2"])
    spaces = flattening.flat_text(resolved, Given(None, None, {"gic-version": "3"}))
    said = "'msi': nobody could look into 'arm-gicv3-its'"
    assert spaces.unknown["memory"] == [said]
