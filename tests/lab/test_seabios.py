"""x86-split with SeaBIOS: the banner, a disk that boots, and the map of its RAM.

The disk is a boot sector of ours (tests/guests/x86-boot) in a raw image of 1 MiB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from console import Step, talk
from guests import SEABIOS
from lab_support import guest, require_package, require_sdk

from qgen import compose
from qgen.board import Board
from qgen.expr import evaluate
from qgen.lab.board import Loadable

SPEC = Path(__file__).parent.parent.parent / "specs/x86-split.yaml"
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SIZES = (2 * GIB, 3 * GIB, 4 * GIB, 8 * GIB)
SECONDS = 120
RAM, RESERVED = 1, 2
UPSTREAM = "pc,acpi=off,max-ram-below-4g=3G"
"""QEMU's PC with its RAM split as ours is, and no tables of ACPI in it."""
_ENTRY = re.compile(r"^([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{8})$", re.MULTILINE)


class Range(NamedTuple):
    """An entry of the E820 map."""

    base: int
    size: int
    type: int


def load(release: str) -> tuple[Board, Loadable]:
    """The board, and QEMU with it."""
    require_package(SEABIOS / "bios.bin", "seabios")
    sdk = require_sdk(release)
    resolved = compose.resolve(SPEC, compose.TARGETS[release])
    return resolved.board, compose.load_into(resolved, sdk)


def boot(
    loadable: Loadable, size: int, folder: Path, steps: Sequence[Step] = ()
) -> tuple[str, list[Range]]:
    """What the console shows until the boot sector is done, and the map that it tells."""
    disk = folder / "disk"
    disk.write_bytes(guest("x86-boot", folder).read_bytes().ljust(MIB, b"\0"))
    arguments = [
        *("-L", str(SEABIOS), "-m", f"{size // MIB}M", "-serial", "stdio"),
        *("-drive", f"file={disk},format=raw"),
        # Then the firmware's console is the serial port.
        *("-machine", "graphics=off", "-nic", "none", "-vga", "none"),
    ]
    said = talk(loadable, arguments, [*steps, Step("qgen: end")], SECONDS)
    entries = [
        Range(*(int(number, 16) for number in entry))
        for entry in _ENTRY.findall(said.replace("\r", ""))
    ]
    return said, entries


def expected(board: Board, size: int) -> list[Range]:
    """The map that SeaBIOS makes of the board's RAM.

    It keeps for itself the top KiB of the first 640, the 64 KiB below 1 MiB, and the
    256 KiB that a PC's flash has below 4 GiB. Between 640 KiB and those, PCs have no RAM.
    """
    assert board.ram is not None and board.ram.split is not None
    above = next(r for r in board.regions if r.above is not None)
    assert above.mapping is not None
    low = min(size, evaluate(board.ram.split))
    high = Range(evaluate(above.mapping.offset), size - low, RAM)
    return [
        Range(0, 639 * KIB, RAM),
        Range(639 * KIB, 1 * KIB, RESERVED),
        Range(MIB - 64 * KIB, 64 * KIB, RESERVED),
        Range(MIB, low - MIB, RAM),
        Range(4 * GIB - 256 * KIB, 256 * KIB, RESERVED),
        *([high] if high.size else []),
    ]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size // GIB}G")
@pytest.mark.parametrize("release", ["10.0", "10.2", "11.0"])
def test_seabios_boots_a_disk(release: str, size: int, tmp_path: Path) -> None:
    board, loadable = load(release)
    steps = [
        Step("SeaBIOS (version "),
        Step("Booting from Hard Disk"),
        Step("qgen: hello from the boot sector\n"),
        Step("qgen: the timer ticks\n"),
        Step("qgen: A20 is closed\n"),
        Step("qgen: A20 is open\n"),
    ]
    said, entries = boot(loadable, size, tmp_path, steps)
    assert entries == expected(board, size), said
    assert sum(e.size for e in entries if e.type == RAM) == size - 385 * KIB, said


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size // GIB}G")
@pytest.mark.parametrize("release", ["10.0", "10.2", "11.0"])
def test_the_ram_is_that_of_qemu_s_pc(release: str, size: int, tmp_path: Path) -> None:
    board, loadable = load(release)
    pc = replace(loadable, machine=UPSTREAM)
    said, entries = boot(pc, size, tmp_path)
    ram = [entry for entry in expected(board, size) if entry.type == RAM]
    assert [entry for entry in entries if entry.type == RAM] == ram, said
