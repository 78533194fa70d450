"""The memory map as data to draw: what lies where, what hides what, what -m changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from qgen.board import UNIMPLEMENTED, Board, Device, Region
from qgen.frozen import frozen
from qgen.picture.spots import Spot, Spots
from qgen.predict import (
    WHOLE,
    Cause,
    CommandLine,
    FlatRange,
    MemoryRegion,
    Space,
    Visit,
    memory_tree,
    shown,
)


class Look(Enum):
    """What a region is to who looks at the map."""

    RAM = "ram"
    ROM = "rom"
    FLASH = "flash"
    DEVICE = "device"
    STUB = "not modelled"
    CONTAINER = "container"
    ALIAS = "alias"


@frozen
class Window:
    """Addresses from ``first`` to ``last``."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self.last - self.first + 1


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
        if not _through_alias(visit):
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


def _through_alias(visit: Visit) -> bool:
    above = visit.above
    while above is not None:
        if above.region.alias is not None:
            return True
        above = above.above
    return False


def look_of(region: MemoryRegion, readonly: bool = False) -> Look:
    """What a region is to who looks at the map."""
    part = None if region.cause is None else region.cause.part
    if region.alias is not None and not isinstance(part, Device):
        return Look.ALIAS
    if isinstance(part, Device) and part.type == UNIMPLEMENTED:
        return Look.STUB
    if region.type == "romd":
        return Look.FLASH
    if region.type == "ram":
        return Look.ROM if region.readonly or readonly else Look.RAM
    if region.type is None and region.alias is None:
        return Look.CONTAINER
    return Look.DEVICE


def part_name(cause: Cause) -> str:
    """What the spec calls a part: ``uart``, ``virtio[3]``."""
    part = cause.part
    repeated = isinstance(part, Device) and part.count is not None
    return f"{part.name}[{cause.number}]" if repeated else part.name


def spot_of(cause: Cause, spots: Spots) -> Spot:
    """The line of the spec that says where a region lies."""
    origin = cause.part.origin if cause.mmio is None else cause.mmio.origin
    if isinstance(cause.part, Region):
        origin = cause.part.origin
    return spots.of(cause.owner, origin)


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


def draw_ram(
    board: Board, line: CommandLine, usual: int, other: CommandLine, spots: Spots
) -> RamPicture | None:
    """What ``-m`` decides: ``line`` is this picture's, ``other`` has another size."""
    from qgen.expr import evaluate

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
    from qgen.expr import evaluate

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
            if visit.leaf or region is root or _through_alias(visit):
                continue
            part = None if cause is None else (cause.owner.name, cause.part.name)
            index = cause.mmio.index if cause and cause.mmio else 0
            number = cause.number if cause else 0
            key = (space, region.name, part, index, number)
            window = Window(visit.low, min(visit.high, WHOLE) - 1)
            found.setdefault(key, (window, cause, region.name))
    return found
