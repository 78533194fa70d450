"""What the size of RAM changes on the memory map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qgen.board import Board
from qgen.expr import evaluate
from qgen.frozen import frozen
from qgen.picture.regions import Window, spot_of, through_alias
from qgen.picture.spots import Spot, Spots
from qgen.predict import WHOLE, Cause, CommandLine, memory_tree, shown


@frozen
class Move:
    """What another size of RAM does to the addresses of a region; None: it is not there."""

    name: str
    spot: Spot | None
    here: Window | None
    there: Window | None


@frozen
class RamPicture:
    """The RAM of ``-m``: its size in this picture, its limits, and what another changes."""

    size: int
    usual: int
    minimum: int | None
    maximum: int | None
    exact: bool
    other: int | None
    moves: tuple[Move, ...]


def draw_ram(
    board: Board, line: CommandLine, usual: int, other: CommandLine, spots: Spots
) -> RamPicture | None:
    """What ``-m`` decides: ``line`` is this picture's, ``other`` has another size."""
    if board.ram is None:
        return None
    minimum, maximum = (
        None if limit is None else evaluate(limit)
        for limit in (board.ram.minimum, board.ram.maximum)
    )
    exact = board.ram.exact is not None
    differs = not exact and other.ram_size != line.ram_size
    moves = tuple(_moves(board, line, other, spots)) if differs else ()
    size = other.ram_size if differs else None
    return RamPicture(line.ram_size, usual, minimum, maximum, exact, size, moves)


def other_size(board: Board, line: CommandLine, usual: int) -> int:
    """A size of RAM that shows what -m changes: the maximum, or one past all limits."""
    assert board.ram is not None
    if board.ram.maximum is not None:
        most = evaluate(board.ram.maximum)
        return usual if line.ram_size == most else most
    limits = [r.above for r in board.regions if r.above is not None]
    past = [2 * evaluate(each) for each in limits]
    return max([*past, 2 * usual, 2 * line.ram_size])


def _moves(
    board: Board, line: CommandLine, other: CommandLine, spots: Spots
) -> Iterator[Move]:
    here, there = (_extents(board, each) for each in (line, other))
    for key in dict.fromkeys([*here, *there]):
        one, two = here.get(key), there.get(key)
        if one is None or two is None or one[0] != two[0]:
            found = one or two
            assert found is not None
            _, cause, name = found
            spot = None if cause is None else spot_of(cause, spots)
            yield Move(name, spot, one and one[0], two and two[0])


Extents = Mapping[object, tuple[Window, Cause | None, str]]


def _extents(board: Board, line: CommandLine) -> Extents:
    """Where each region lies, as far as it is seen."""
    found: dict[object, tuple[Window, Cause | None, str]] = {}
    for space, root in memory_tree(board, line).items():
        for visit, _ in shown(root):
            region, cause = visit.region, visit.region.cause
            if visit.leaf or region is root or through_alias(visit):
                continue
            part = None if cause is None else (cause.owner.name, cause.part.name)
            index = cause.mmio.index if cause and cause.mmio else 0
            number = cause.number if cause else 0
            key = (space, region.name, part, index, number)
            window = Window(visit.low, min(visit.high, WHOLE) - 1)
            found.setdefault(key, (window, cause, region.name))
    return found
