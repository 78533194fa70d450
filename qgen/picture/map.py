"""The memory map as data to draw: what lies where, what hides what, what -m changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qgen.board import Board, Device
from qgen.frozen import frozen
from qgen.picture.ram import RamPicture
from qgen.picture.regions import (
    Look,
    Window,
    look_of,
    part_name,
    spot_of,
    through_alias,
)
from qgen.picture.spots import Spot, Spots
from qgen.predict import (
    CommandLine,
    FlatRange,
    MemoryRegion,
    Space,
    Visit,
    memory_tree,
    shown,
)


@frozen
class Hidden:
    """Addresses of a region at which another one answers, which is called ``by``.

    ``priority`` is that one's, ``under`` what it is above; of equals, the later is on top.
    """

    window: Window
    by: str
    priority: int
    under: int


@frozen
class Target:
    """What an alias shows: the region ``name`` from ``offset`` on.

    ``at`` are the addresses of that part where the region is mapped itself, if it is.
    """

    name: str
    offset: int
    at: Window | None


@frozen
class Box:
    """A region at its place, or ``times`` alike, ``step`` bytes from one to the next.

    ``name`` is QEMU's; ``part`` is what the spec calls the region or the device, whose
    type is ``type``. ``hidden`` is what others answer.
    """

    name: str
    window: Window
    look: Look
    priority: int
    part: str | None
    type: str | None
    spot: Spot | None
    target: Target | None
    hidden: tuple[Hidden, ...]
    children: tuple[Box | Gap, ...]
    times: int = 1
    step: int = 0

    @property
    def size(self) -> int:
        """The size of one of them."""
        return (
            (self.window.size - self.step * (self.times - 1))
            if self.step
            else (self.window.size)
        )


@frozen
class Gap:
    """Addresses at which nothing answers."""

    window: Window


@frozen
class SpacePicture:
    """An address space."""

    name: str
    rows: tuple[Box | Gap, ...]


@frozen
class MapPicture:
    """The map of a board under a command line."""

    machine: str
    description: str
    file: str
    cpus: int
    ram: RamPicture | None
    spaces: tuple[SpacePicture, ...]


def draw_map(
    board: Board, line: CommandLine, spots: Spots, ram: RamPicture | None
) -> MapPicture:
    """The picture of a board's memory map."""
    roots = memory_tree(board, line)
    spaces = [
        SpacePicture(space.value, _Drawing(root, spots).rows())
        for space, root in roots.items()
        if root.subregions or space is Space.MEMORY
    ]
    return MapPicture(
        board.name, board.description, spots.own.name, line.cpus, ram, tuple(spaces)
    )


class _Drawing:
    """Makes boxes of what shows in one address space."""

    def __init__(self, root: MemoryRegion, spots: Spots) -> None:
        self._root, self._spots = root, spots
        self._shown = shown(root)
        self._below: dict[int, list[Visit]] = {}
        self._pieces: dict[int, list[FlatRange]] = {}
        self._top: list[Visit] = []
        self._places: dict[int, Visit] = {}
        for visit, pieces in self._shown:
            if not visit.leaf:
                self._place(visit)
            each: Visit | None = visit
            while each is not None:
                self._pieces.setdefault(id(each), []).extend(pieces)
                each = each.above
        flat = [(piece, visit) for visit, pieces in self._shown for piece in pieces]
        self._flat = sorted(flat, key=lambda each: each[0].start)

    def _place(self, visit: Visit) -> None:
        if visit.region is self._root:
            return
        above = visit.above
        if above is None or above.region is self._root:
            self._top.append(visit)
        else:
            self._below.setdefault(id(above), []).append(visit)
        if not through_alias(visit):
            self._places.setdefault(id(visit.region), visit)

    def rows(self) -> tuple[Box | Gap, ...]:
        """All boxes, in order of address, with the gaps between them."""
        boxes = list(map(self._box, self._top))
        return tuple(with_gaps(_runs(_sorted(boxes)), None))

    def _box(self, visit: Visit) -> Box:
        region = visit.region
        cause = region.cause
        window = Window(visit.low, visit.high - 1)
        is_alias = region.alias is not None
        inner = () if is_alias else self._below.get(id(visit), ())
        children = _runs(_sorted(map(self._box, inner)))
        return Box(
            region.name,
            window,
            look_of(region, visit.readonly),
            region.priority,
            None if cause is None else part_name(cause),
            cause.part.type if cause and isinstance(cause.part, Device) else None,
            None if cause is None else spot_of(cause, self._spots),
            self._target(visit) if is_alias else None,
            () if region.type is None and not is_alias else self._hidden(visit),
            tuple(with_gaps(children, window)) if children else (),
        )

    def _target(self, visit: Visit) -> Target:
        """What an alias shows, through other aliases to what answers."""
        region, offset = visit.region, visit.low - visit.base
        while region.alias is not None:
            offset += region.alias_offset
            region = region.alias
        there = self._places.get(id(region))
        at = None
        if there is not None:
            first = there.base + offset
            at = Window(first, first + visit.high - visit.low - 1)
        return Target(region.name, offset, at)

    def _hidden(self, visit: Visit) -> tuple[Hidden, ...]:
        """Where others answer in place of what this visit shows."""
        own = self._pieces.get(id(visit), ())
        if sum(piece.size for piece in own) == visit.high - visit.low:
            return ()
        mine = {id(piece) for piece in own}
        ours = {id(each): each for each in _up(visit)}
        found: list[Hidden] = []
        for piece, shower in self._flat:
            first, last = max(piece.start, visit.low), min(piece.end, visit.high) - 1
            if first > last or id(piece) in mine:
                continue
            # Where the ways to the two part, priorities decide.
            over = next((v for v in _up(shower) if id(v.above) in ours), shower)
            own_way = next((v for v in _up(visit) if v.above is over.above), visit)
            name, ranks = over.region.name, (over, own_way)
            priority, under = (each.region.priority for each in ranks)
            before = found[-1] if found else None
            if before and before.by == name and before.window.last + 1 == first:
                window = Window(before.window.first, last)
                found[-1] = replace(before, window=window)
            else:
                found.append(Hidden(Window(first, last), name, priority, under))
        return tuple(found)


def _up(visit: Visit) -> Iterator[Visit]:
    """A visit and those that lead to it."""
    each: Visit | None = visit
    while each is not None:
        yield each
        each = each.above


def _sorted(boxes: Iterable[Box]) -> list[Box]:
    return sorted(boxes, key=lambda b: (b.window.first, -b.window.last, b.priority))


def _runs(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, with devices that are alike and lie at one distance as one."""
    done: list[Box] = []
    for box in boxes:
        last = done[-1] if done else None
        joined = None if last is None else _joined(last, box)
        if joined is None:
            done.append(box)
        else:
            done[-1] = joined
    return done


def _joined(last: Box, box: Box) -> Box | None:
    step = box.window.first - (last.window.first + last.step * (last.times - 1))
    alike = (
        last.part is not None
        and box.part is not None
        and box.part.endswith("]")
        and last.part.partition("[")[0] == box.part.partition("[")[0]
        and (last.name, last.look, last.size) == (box.name, box.look, box.size)
        and not (last.hidden or box.hidden or last.children or box.children)
        and last.step in (0, step)
        and step >= box.size
    )
    if not alike:
        return None
    assert last.part is not None
    window = Window(last.window.first, box.window.last)
    return replace(
        last,
        window=window,
        times=last.times + 1,
        step=step,
        part=last.part.partition("[")[0],
    )


def with_gaps(boxes: Sequence[Box], within: Window | None) -> Iterator[Box | Gap]:
    """The boxes with the gaps between them, and at both ends of ``within``."""
    at = boxes[0].window.first if within is None and boxes else 0
    if within is not None:
        at = within.first
    for box in boxes:
        if box.window.first > at:
            yield Gap(Window(at, box.window.first - 1))
        yield box
        at = max(at, box.window.last + 1)
    if within is not None and at <= within.last:
        yield Gap(Window(at, within.last))
