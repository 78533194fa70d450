"""Compares memory maps and region trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeVar

from qgen.compare.comparison import ABSENT, Absent, Collector, Section
from qgen.compare.snapshot import Region, Snapshot

V = TypeVar("V")
_Range = tuple[str, str | Absent, str | Absent]

_FIRST = "memory"
"""The address space that is told of first."""


def compare_memory(ours: Snapshot, upstream: Snapshot, collector: Collector) -> None:
    """Every address space: what answers where, and the regions that make it so."""
    for name in sorted(ours.spaces.keys() ^ upstream.spaces.keys()):
        ends = (None if name in each.spaces else ABSENT for each in (ours, upstream))
        collector.value(Section.MAP, f"the address space {name!r}", "", *ends)
    _compare_spaces(ours, upstream, collector)
    trees = _Trees(collector)
    for name in _names(ours.trees, upstream.trees):
        a, b = ours.trees[name], upstream.trees[name]
        collector.value(Section.TREE, name, "the outermost region", a.name, b.name)
        trees.compare(name, a, b)


def _names(ours: Mapping[str, V], upstream: Mapping[str, V]) -> list[str]:
    return sorted(
        ours.keys() & upstream.keys(), key=lambda name: (name != _FIRST, name)
    )


def _compare_spaces(ours: Snapshot, upstream: Snapshot, collector: Collector) -> None:
    """The ranges of each space; spaces with the same differences are told of once."""
    groups: dict[tuple[_Range, ...], list[str]] = defaultdict(list)
    collector.counts["address spaces"] += len(upstream.spaces)
    for name in _names(ours.spaces, upstream.spaces):
        a, b = dict(ours.spaces[name]), dict(upstream.spaces[name])
        collector.counts["ranges"] += len(b)
        places = sorted(a.keys() | b.keys(), key=_start)
        ranges = ((each, a.get(each, ABSENT), b.get(each, ABSENT)) for each in places)
        groups[tuple(each for each in ranges if each[1] != each[2])].append(name)
    for found, names in groups.items():
        more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        for place, *ends in found:
            collector.value(Section.MAP, f"{names[0]}{more} {place}", "", *ends)


def _start(place: str) -> int:
    return int(place.partition("-")[0], 16)


class _Trees:
    """Compares region trees; what lies in several of them, once."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.known: set[tuple[str, tuple[Region, ...], tuple[Region, ...]]] = set()

    def compare(self, place: str, a: Region, b: Region) -> None:
        """Two regions that are the same one, and what is in them."""
        value = self.collector.value
        self.collector.counts["regions"] += 1
        for what in ("offset", "size"):
            ends = (hex(getattr(each, what)) for each in (a, b))
            value(Section.TREE, place, what, *ends)
        for what in ("priority", "kind", "shows", "enabled"):
            value(Section.TREE, place, what, getattr(a, what), getattr(b, what))
        inner = a.name, a.inner, b.inner
        if inner in self.known:
            return
        self.known.add(inner)
        for x, y in _paired(a.inner, b.inner):
            if x is not None and y is not None:
                self.compare(f"{place}/{y.name}", x, y)
                continue
            name = (x or y or a).name
            notes = (_note(each) if each else ABSENT for each in (x, y))
            value(Section.TREE, f"{place}/{name}", "", *notes)


def _paired(
    a: tuple[Region, ...], b: tuple[Region, ...]
) -> Iterator[tuple[Region | None, Region | None]]:
    """The same name and place; then the same name; then what only one has."""
    rest = list(b)
    left: list[Region] = []
    found: list[tuple[Region | None, Region | None]] = []
    for x in a:
        same = [y for y in rest if (y.name, y.offset) == (x.name, x.offset)]
        exact = next((y for y in same if y == x), same[0] if same else None)
        if exact is None:
            left.append(x)
            continue
        rest.remove(exact)
        found.append((x, exact))
    for x in left:
        named = next((y for y in rest if y.name == x.name), None)
        if named is not None:
            rest.remove(named)
        found.append((x, named))
    yield from found
    yield from ((None, y) for y in rest)


def _note(region: Region) -> str:
    kind = f"{region.kind} showing {region.shows}" if region.shows else region.kind
    inner = _size(region) - 1
    more = f", with {inner} regions in it" if inner else ""
    return (
        f"at {region.offset:#x}, size {region.size:#x}, "
        f"priority {region.priority}, {kind}{more}"
    )


def _size(region: Region) -> int:
    return 1 + sum(map(_size, region.inner))
