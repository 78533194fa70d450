"""The flat view of a region tree, by the rules of QEMU's system/memory.c.

Subregions are looked at by priority, the one added last first among equals; what
answers first keeps its addresses; a region with subregions answers in the gaps that
they leave. An alias shows its target from an offset on. Neighbours that continue each
other are one range. Cost: n log n in the regions, as long as few of them interleave.

One rule is no one's intention: QEMU starts at the innermost region that is the whole of
the space (`flat_root`), and adds that region's own address, though nothing maps it there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qgen.frozen import frozen
from qgen.predict.region import WHOLE, MemoryRegion


@frozen
class FlatRange:
    """Addresses that one region answers: ``size`` bytes from ``start`` on.

    ``offset`` is where in the region the range begins; ``type`` is ``ram``, ``rom`` or
    ``i/o``, as ``info mtree -f`` prints it.
    """

    start: int
    size: int
    region: MemoryRegion
    offset: int
    type: str

    @property
    def end(self) -> int:
        """The first address behind the range."""
        return self.start + self.size


@dataclass(slots=True, eq=False)
class Visit:
    """A place where a region shows: its part from ``low`` to below ``high``.

    ``base`` is the address of the region's first byte, ``above`` the visit of the
    container or alias that leads here. ``leaf``: it is what the region answers itself.
    """

    region: MemoryRegion
    base: int
    low: int
    high: int
    readonly: bool
    leaf: bool = False
    above: Visit | None = None


def flat_view(root: MemoryRegion) -> list[FlatRange]:
    """The ranges of the address space under ``root``, in order of address."""
    view = _View()
    for visit in visits(root):
        if visit.leaf:
            view.fill(visit)
    return _merged(view.ranges)


def shown(root: MemoryRegion) -> list[tuple[Visit, list[FlatRange]]]:
    """All `visits` under ``root``, each with the ranges that it answers itself."""
    view = _View()
    return [(each, view.fill(each) if each.leaf else []) for each in visits(root)]


def visits(root: MemoryRegion) -> Iterator[Visit]:
    """All that shows under ``root``; what comes first keeps its addresses."""
    stack = [Visit(flat_root(root), 0, 0, WHOLE, False)]
    while stack:
        visit = stack.pop()
        region = visit.region
        if visit.leaf:
            yield visit
            continue
        base = visit.base + region.address
        low, high = max(visit.low, base), min(visit.high, base + region.size)
        if low >= high:
            continue
        readonly = visit.readonly or region.readonly
        here = Visit(region, base, low, high, readonly, above=visit.above)
        yield here
        if region.alias is not None:
            target = region.alias
            base -= target.address + region.alias_offset
            stack.append(Visit(target, base, low, high, readonly, above=here))
            continue
        if region.type is not None:
            stack.append(Visit(region, base, low, high, readonly, True, here))
        for inner in reversed(region.in_order()):
            stack.append(Visit(inner, base, low, high, readonly, above=here))


def flat_root(root: MemoryRegion) -> MemoryRegion:
    """The region that QEMU renders in place of ``root``.

    As in memory_region_get_flatview_root: an alias of a whole region, and a container
    with nothing but one region at its start, stand for that region.
    """
    while True:
        if root.alias is not None:
            if root.alias_offset or root.size < root.alias.size:
                return root
            root = root.alias
        elif root.type is None and len(root.subregions) == 1:
            (only,) = root.subregions
            if only.address or root.size < only.size:
                return root
            root = only
        else:
            return root


class _View:
    """Ranges sorted by address that do not overlap."""

    def __init__(self) -> None:
        self.ranges: list[FlatRange] = []
        self.ends: list[int] = []

    def fill(self, visit: Visit) -> list[FlatRange]:
        """Let its region answer wherever nothing does yet between low and high."""
        region, filled = visit.region, []
        assert region.type is not None
        type_ = "rom" if visit.readonly else region.type
        at = visit.low
        place = bisect_right(self.ends, at)
        while at < visit.high:
            taken = self.ranges[place] if place < len(self.ranges) else None
            end = visit.high if taken is None else min(visit.high, taken.start)
            if at < end:
                done = FlatRange(at, end - at, region, at - visit.base, type_)
                self.ranges.insert(place, done)
                self.ends.insert(place, end)
                place += 1
                filled.append(done)
            if taken is None:
                return filled
            at = max(at, taken.end)
            place += 1
        return filled


def _merged(ranges: Iterable[FlatRange]) -> list[FlatRange]:
    merged: list[FlatRange] = []
    for each in ranges:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.end == each.start
            and last.region is each.region
            and last.offset + last.size == each.offset
            and last.type == each.type
        ):
            size = last.size + each.size
            merged[-1] = FlatRange(
                last.start, size, last.region, last.offset, last.type
            )
        else:
            merged.append(each)
    return merged


def format_view(view: Iterable[FlatRange]) -> list[str]:
    """The lines that ``info mtree -f`` prints for ``view``, without their indentation."""
    lines = []
    for each in view:
        offset = f" @{each.offset:016x}" if each.offset else ""
        lines.append(
            f"{each.start:016x}-{each.end - 1:016x} "
            f"(prio {each.region.priority}, {each.type}): {each.region.name}{offset}"
        )
    return lines
