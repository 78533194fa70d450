"""Large boards: no recursion, and time that grows with the board and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from qgen.board import SYSTEM, Board, Device, Kind, Mapping, Mmio, Region
from qgen.expr import Bin, Num, Var
from qgen.predict import CommandLine, Space, flat_view, memory_tree
from qgen.predict.region import WHOLE, MemoryRegion

from .trees import Tree, to_board

EMPTY = to_board(Tree(()), "empty")


def siblings(count: int) -> MemoryRegion:
    root = MemoryRegion("system", WHOLE)
    for i in range(count):
        root.add(MemoryRegion(f"r{i}", 0x100, "i/o"), (i * 7919 % count) * 0x200)
    return root


def siblings_on_a_stub(count: int) -> MemoryRegion:
    root = siblings(count)
    root.add(MemoryRegion("stub", count * 0x200, "i/o"), 0, -1000)
    return root


def chain_of_aliases(count: int) -> MemoryRegion:
    root = MemoryRegion("system", WHOLE)
    shown = MemoryRegion("ram", WHOLE // 2, "ram")
    for i in range(count):
        shown = MemoryRegion(f"a{i}", WHOLE // 2, alias=shown, alias_offset=1)
    root.add(shown, 0x1000)
    return root


def nested(count: int) -> MemoryRegion:
    root = outer = MemoryRegion("system", WHOLE)
    for i in range(count):
        inner = MemoryRegion(f"c{i}", WHOLE - 16 * (i + 1))
        inner.add(MemoryRegion(f"r{i}", 4, "i/o"), 0)
        outer.add(inner, 8)
        outer = inner
    return root


def nested_alone(count: int) -> MemoryRegion:
    root = outer = MemoryRegion("system", WHOLE)
    for i in range(count):
        inner = MemoryRegion(f"c{i}", WHOLE)
        outer.add(inner, 0)
        outer = inner
    outer.add(MemoryRegion("ram", 0x1000, "ram"), 0)
    return root


TREES = (
    (siblings, 10_000, 10_000),
    (siblings_on_a_stub, 10_000, 20_000),
    (chain_of_aliases, 5_000, 1),
    (nested, 5_000, 5_000),
    (nested_alone, 5_000, 1),
)


@pytest.mark.parametrize(
    ("tree", "count", "ranges"), TREES, ids=[tree.__name__ for tree, *_ in TREES]
)
def test_a_large_tree(
    tree: Callable[[int], MemoryRegion], count: int, ranges: int
) -> None:
    root = tree(count)
    start = time.perf_counter()
    view = flat_view(root)
    print(f"{tree.__name__}: {count} in {time.perf_counter() - start:.3f} s")
    assert len(view) == ranges


def regions(count: int) -> Board:
    return replace(
        EMPTY,
        regions=tuple(
            Region(f"r{i}", f"r{i}", Kind.IO, Num(0x100), at(i), ())
            for i in range(count)
        ),
    )


def at(i: int) -> Mapping:
    return Mapping(SYSTEM, Num(i * 0x200), None)


def aliases(count: int) -> Board:
    """Each shows the one before it, and all are mapped."""
    made = [Region("r0", "r0", Kind.RAM, Num(0x1000), at(0), ())]
    for i in range(1, count + 1):
        before = made[-1].name
        alias = Region(f"r{i}", f"r{i}", Kind.ALIAS, Num(0x1000), at(i * 8), ())
        made.append(replace(alias, target=before, offset=Num(0)))
    return replace(EMPTY, regions=tuple(made))


def device(name: str, count: int | None, mmio: Mmio) -> Device:
    number = None if count is None else Num(count)
    return Device(name, "dev", number, (), (mmio,), (), (), None, ())


def devices(count: int) -> Board:
    made = [
        device(f"d{i}", None, Mmio(0, Num(i * 0x200), "regs", 0x100, None, ()))
        for i in range(count)
    ]
    return replace(EMPTY, devices=tuple(made))


def one_device_repeated(count: int) -> Board:
    address = Bin("*", Var("n"), Num(0x200))
    made = device("d", count, Mmio(0, address, "regs", 0x100, None, ()))
    return replace(EMPTY, devices=(made,))


BOARDS = (
    (regions, 10_000, 10_000),
    (devices, 10_000, 10_000),
    (one_device_repeated, 10_000, 10_000),
    (aliases, 500, 501),
)


@pytest.mark.parametrize(
    ("board", "count", "ranges"), BOARDS, ids=[board.__name__ for board, *_ in BOARDS]
)
def test_a_large_board(board: Callable[[int], Board], count: int, ranges: int) -> None:
    made = board(count)
    start = time.perf_counter()
    view = flat_view(memory_tree(made, CommandLine(0))[Space.MEMORY])
    print(f"{board.__name__}: {count} in {time.perf_counter() - start:.3f} s")
    assert len(view) == ranges
