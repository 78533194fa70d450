"""What the regions of a board become under a command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qgen import compose
from qgen.board import Board, Mmio, X86BiosBoot
from qgen.board import Device as BoardDevice
from qgen.condition import CpusAbove
from qgen.expr import Bin, Num, Var
from qgen.predict import CommandLine, Space, flat_view, format_view, memory_tree

from .examples import EXAMPLES
from .trees import Tree, to_board

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
EMPTY = to_board(Tree(()), "empty")
SPLIT = """
machine: split-board
description: RAM below and above a hole
arch: ppc
ram:
  split:
    at: 256 MiB
    below: {name: low, at: 0}
    above: {name: high, at: 0x8000_0000}
"""
X86 = """
machine: pc-board
description: An x86 machine
arch: x86_64
parent: x86
cpus: {default: qemu64}
ram: {default: 128 MiB, at: 0}
boot: {loader: x86-bios, firmware: bios.bin}
"""


def board_of(text: str, folder: Path) -> Board:
    file = folder / "board.yaml"
    file.write_text(text)
    return compose.resolve(file).board


def shown(board: Board, line: CommandLine, space: Space = Space.MEMORY) -> list[str]:
    return format_view(flat_view(memory_tree(board, line)[space]))


@pytest.mark.parametrize(
    ("ram_size", "lines"),
    [
        (64 * MIB, ["0000000000000000-0000000003ffffff (prio 0, ram): ram"]),
        (256 * MIB, ["0000000000000000-000000000fffffff (prio 0, ram): ram"]),
        (
            257 * MIB,
            [
                "0000000000000000-000000000fffffff (prio 0, ram): ram",
                "0000000080000000-00000000800fffff (prio 0, ram): ram @0000000010000000",
            ],
        ),
    ],
)
def test_split_ram_fills_the_part_below_first(
    ram_size: int, lines: list[str], tmp_path: Path
) -> None:
    assert shown(board_of(SPLIT, tmp_path), CommandLine(ram_size)) == lines


def test_an_alias_past_the_ram_that_there_is_ends_with_it(tmp_path: Path) -> None:
    text = "machine: window-board\ndescription: RAM in a window\narch: ppc\nram: {}\nmemory:\n"
    text += "  all: {kind: alias, of: ram, at: 0}\n"
    text += "  window: {kind: alias, of: ram, offset: 4 MiB, size: 8 MiB, at: 1 GiB}\n"
    board = board_of(text, tmp_path)
    assert shown(board, CommandLine(4 * MIB)) == [
        "0000000000000000-00000000003fffff (prio 0, ram): ram"
    ]
    assert shown(board, CommandLine(6 * MIB)) == [
        "0000000000000000-00000000005fffff (prio 0, ram): ram",
        "0000000040000000-00000000401fffff (prio 0, ram): ram @0000000000400000",
    ]


def test_x86_brings_its_interrupt_controller_and_its_firmware(tmp_path: Path) -> None:
    board = board_of(X86, tmp_path)
    assert shown(board, CommandLine(128 * MIB, firmware_size=256 * KIB)) == [
        "0000000000000000-00000000000dffff (prio 0, ram): ram",
        "00000000000e0000-00000000000fffff (prio 0, rom): pc.bios @0000000000020000",
        "0000000000100000-0000000007ffffff (prio 0, ram): ram @0000000000100000",
        "00000000fee00000-00000000feefffff (prio 4096, i/o): apic-msi",
        "00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios",
    ]


def test_firmware_below_1_mib_is_above_all_up_to_priority_1(tmp_path: Path) -> None:
    text = X86 + "memory:\n"
    text += "  one: {kind: io, at: 0xe0000, size: 64 KiB, priority: 1}\n"
    text += "  two: {kind: io, at: 0xf0000, size: 32 KiB, priority: 2}\n"
    board = board_of(text, tmp_path)
    assert shown(board, CommandLine(128 * MIB, firmware_size=256 * KIB))[1:4] == [
        "00000000000e0000-00000000000effff (prio 0, rom): pc.bios @0000000000020000",
        "00000000000f0000-00000000000f7fff (prio 2, i/o): two",
        "00000000000f8000-00000000000fffff (prio 0, rom): pc.bios @0000000000038000",
    ]


def test_small_firmware_is_whole_below_1_mib(tmp_path: Path) -> None:
    board = board_of(X86, tmp_path)
    assert shown(board, CommandLine(128 * MIB, firmware_size=64 * KIB))[:2] == [
        "0000000000000000-00000000000effff (prio 0, ram): ram",
        "00000000000f0000-00000000000fffff (prio 0, rom): pc.bios",
    ]


def test_writable_firmware_is_ram(tmp_path: Path) -> None:
    board = board_of(X86, tmp_path)
    assert isinstance(board.boot, X86BiosBoot)
    board = replace(board, boot=replace(board.boot, writable=True))
    lines = shown(board, CommandLine(128 * MIB, firmware_size=64 * KIB))
    assert lines[-1] == "00000000ffff0000-00000000ffffffff (prio 0, ram): pc.bios"


def test_x86_s_port_io(tmp_path: Path) -> None:
    board = board_of(X86, tmp_path)
    assert shown(board, CommandLine(128 * MIB), Space.IO) == [
        "0000000000000000-000000000000007d (prio 0, i/o): io",
        "000000000000007e-000000000000007f (prio 0, i/o): kvmvapic",
        "0000000000000080-000000000000ffff (prio 0, i/o): io @0000000000000080",
    ]


def test_too_little_ram_for_kvmvapic(tmp_path: Path) -> None:
    lines = shown(board_of(X86, tmp_path), CommandLine(MIB - 1), Space.IO)
    assert lines == ["0000000000000000-000000000000ffff (prio 0, i/o): io"]


def test_port_io_is_there_on_every_board() -> None:
    lines = shown(EMPTY, CommandLine(0), Space.IO)
    assert lines == ["0000000000000000-000000000000ffff (prio 0, i/o): io"]


def device(count: int | None, *mmio: Mmio) -> BoardDevice:
    return BoardDevice(
        name="dev",
        type="dev",
        count=None if count is None else Num(count),
        properties=(),
        mmio=mmio,
        wires=(),
        clocks=(),
        comment=None,
        origin=(),
    )


def test_each_of_several_devices_is_mapped_at_its_own_address() -> None:
    address = Bin("+", Num(0x1000), Bin("*", Num(0x200), Var("n")))
    board = replace(
        EMPTY, devices=(device(3, Mmio(0, address, "regs", 0x100, None, ())),)
    )
    assert shown(board, CommandLine(0)) == [
        "0000000000001000-00000000000010ff (prio 0, i/o): regs",
        "0000000000001200-00000000000012ff (prio 0, i/o): regs",
        "0000000000001400-00000000000014ff (prio 0, i/o): regs",
    ]


def test_devices_come_after_regions_and_may_have_a_priority() -> None:
    stub = next(e for e in EXAMPLES if e.rule == "regions in order of address").tree
    board = replace(
        to_board(stub, "devices"),
        devices=(
            device(
                None,
                Mmio(0, Num(0x9000), "regs", 0x80, None, ()),
                Mmio(1, Num(0x9040), "fifo", 0x80, 1, ()),
            ),
        ),
    )
    assert shown(board, CommandLine(0))[2:] == [
        "0000000000009000-000000000000903f (prio 0, i/o): regs",
        "0000000000009040-00000000000090bf (prio 1, i/o): fifo",
        "00000000000090c0-00000000000090ff (prio 0, i/o): uart @00000000000000c0",
    ]


def test_a_device_may_be_there_only_with_more_cpus() -> None:
    device = BoardDevice(
        "chip",
        "chip",
        None,
        (),
        (Mmio(0, Num(0x1000), "chip", 0x100, None, ()),),
        (),
        (),
        None,
        (),
        when=CpusAbove(1),
    )
    board = replace(EMPTY, devices=(device,))
    assert shown(board, CommandLine(0)) == shown(EMPTY, CommandLine(0))
    assert shown(board, CommandLine(0, cpus=2)) == [
        "0000000000001000-00000000000010ff (prio 0, i/o): chip"
    ]
