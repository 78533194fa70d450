"""Compares two object trees: objects, properties and wires."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from qgen.compare.comparison import ABSENT, Absent, Collector, Section
from qgen.compare.pairs import Moved, Pairs, children, split
from qgen.compare.snapshot import Json, Object, Property, Snapshot

CLOCK = "clock"
IRQ = "link<irq>"
REGION = "memory-region"
UNMAPPED = (1 << 64) - 1
"""The address of a device's region that nobody placed by that device."""

_CHILD = "child<"
_ON_BUS = "child"
_FREQUENCY = "frequency"
# What the region tree says of a region.
_IN_TREE = frozenset(
    (
        *("addr", "alias", "alias of", "alias offset", "container", "enabled", "kind"),
        *("priority", "size"),
    )
)


def compare_objects(
    ours: Snapshot, upstream: Snapshot, pairs: Pairs, collector: Collector
) -> None:
    """Every object, and of those that both have, every property and wire."""
    back = {b: a for a, b in pairs.paths.items()}
    _only(ours.objects, pairs.paths, collector, is_ours=True)
    _only(upstream.objects, back, collector, is_ours=False)
    for row in pairs.moved:
        _compare_names(row, collector)
    trees = _TreeOf(ours), _TreeOf(upstream)
    for path, other in pairs.paths.items():
        if path in ours.objects and other in upstream.objects:
            collector.counts["objects"] += 1
            left_out: Container[str] = ()
            if trees[0].shows(path) and trees[1].shows(other):
                left_out = _IN_TREE
            elif _follows(path, other, ours, upstream, pairs):
                left_out = (_FREQUENCY,)
            objects = ours.objects[path], upstream.objects[other]
            _Pair(path, objects, pairs, collector).compare(left_out)


def _follows(
    path: str, other: str, ours: Snapshot, upstream: Snapshot, pairs: Pairs
) -> bool:
    """Whether a clock differs because the one that it comes from does."""
    a = ours.objects[path].facts.get("source")
    b = upstream.objects[other].facts.get("source")
    if not a or not b or pairs.paths.get(a) != b:
        return False
    x, y = ours.objects[a], upstream.objects[b]
    return bool(x.facts["period"] != y.facts["period"])


def _only(
    objects: Mapping[str, Object],
    known: Mapping[str, str],
    collector: Collector,
    *,
    is_ours: bool,
) -> None:
    inner = children(objects)
    for path, each in sorted(objects.items(), key=lambda item: _order(item[0])):
        if path in known or (path.rpartition("/")[0] or "/") not in known:
            continue
        count = _size(path, inner)
        note = each.type + (f", with {count} more in it" if count else "")
        ends = (note, ABSENT) if is_ours else (ABSENT, note)
        collector.value(Section.OBJECTS, path, "", *ends)


def _size(path: str, inner: Mapping[str, list[str]]) -> int:
    return sum(1 + _size(child, inner) for child in inner.get(path, ()))


def _order(path: str) -> tuple[tuple[str, int], ...]:
    return tuple(split(name) for name in path.split("/"))


def _compare_names(row: Moved, collector: Collector) -> None:
    def numbered(first: int) -> str:
        last = first + row.count - 1
        return (
            f"{row.base}[{first}]" if row.count == 1 else f"{row.base}[{first}..{last}]"
        )

    ends = numbered(row.first), numbered(row.upstream)
    collector.value(Section.OBJECTS, f"{row.home}/{ends[0]}", "name", *ends)


class _TreeOf:
    """Knows which regions of a machine its region trees show."""

    def __init__(self, machine: Snapshot) -> None:
        self.objects = machine.objects
        self.roots = {tree.name for tree in machine.trees.values()}

    def shows(self, path: str) -> bool:
        seen = set()
        while path in self.objects and path not in seen:
            seen.add(path)
            region = self.objects[path]
            container = region.properties.get("container")
            if container is None or not container.value:
                return str(region.facts.get("name")) in self.roots
            path = str(container.value)
        return False


class _Pair:
    """One object of each machine, that are the same one."""

    def __init__(
        self, path: str, objects: tuple[Object, Object], pairs: Pairs, to: Collector
    ) -> None:
        self.path, self.pairs, self.collector = path, pairs, to
        self.ours, self.upstream = objects

    def compare(self, left_out: Container[str]) -> None:
        """The type, the properties, and what there is beyond them."""
        self.value(Section.OBJECTS, "type", self.ours.type, self.upstream.type)
        ours, upstream = self.ours.properties, self.upstream.properties
        for name in _union(ours, upstream):
            if name not in left_out:
                self._property(name, ours.get(name), upstream.get(name))
        self._bus()
        facts = _facts(self.ours), _facts(self.upstream)
        is_clock = self.upstream.type == CLOCK
        section = Section.WIRES if is_clock else Section.PROPERTIES
        for name in _union(*facts):
            if name not in left_out:
                self.collector.counts[section.value] += 1
                ends = (each.get(name, ABSENT) for each in facts)
                self.value(section, name, *ends)

    def _property(self, name: str, a: Property | None, b: Property | None) -> None:
        kinds = [each.type for each in (a, b) if each is not None]
        is_object = any(kind.startswith(_CHILD) for kind in kinds)
        if is_object or name == "type" or split(name)[0] == _ON_BUS:
            return  # compared as objects, as their type, and by _bus
        section = Section.WIRES if IRQ in kinds else Section.PROPERTIES
        self.collector.counts[section.value] += 1
        what = name if IRQ in kinds else f"property {name}"
        if a is None or b is None:
            self.value(section, what, _shown(a), _shown(b))
            return
        self.value(section, f"the type of {what}", a.type, b.type)
        self.value(section, what, a.value, b.value)

    def _bus(self) -> None:
        """The devices of a bus, in order; of those that both machines have."""
        ours, upstream = _on_bus(self.ours), _on_bus(self.upstream)
        there = {
            self.pairs.paths[path]: path for path in ours if path in self.pairs.paths
        }
        known = set(self.pairs.paths.values())
        self.collector.counts["places on buses"] += len(upstream)
        for path in upstream:
            if path in known and path not in there:
                self.value(Section.OBJECTS, "a device on this bus", ABSENT, path)
        for path in there:
            if path not in upstream:
                self.value(Section.OBJECTS, "a device on this bus", path, ABSENT)
        mine = [path for path in there if path in upstream]
        other = [path for path in upstream if path in there]
        if mine != other:
            self.value(
                Section.OBJECTS,
                "the order of its devices",
                [there[path] for path in mine],
                other,
            )

    def value(
        self, section: Section, what: str, ours: Json | Absent, upstream: Json | Absent
    ) -> None:
        """Compare two values; paths in ours are those of the same objects upstream."""
        if self.pairs.there(ours) != upstream or type(ours) is not type(upstream):
            self.collector.value(section, self.path, what, ours, upstream)


def _facts(each: Object) -> dict[str, Json]:
    """The facts of an object: a device's regions one by one, a period as frequency."""
    facts = dict(each.facts)
    if "period" in facts:
        facts[_FREQUENCY] = _frequency(facts.pop("period"))
    for number, region in enumerate(facts.pop("mmio", ())):
        how = "not by its device" if region["addr"] == UNMAPPED else "by its device"
        facts[f"mmio[{number}]"] = f"{region['region']}, placed {how}"
    return facts


def _frequency(period: int) -> str:
    """What a clock's period means, which QEMU counts in 2^-32 ns."""
    if not period:
        return "off"
    return f"{round((10**9 << 32) / period)} Hz, period {period}"


def _union(a: Iterable[str], b: Iterable[str]) -> list[str]:
    return sorted({*a, *b}, key=split)


def _shown(prop: Property | None) -> str | Absent:
    if prop is None:
        return ABSENT
    return prop.type if prop.value is None else f"{prop.type}, {prop.value}"


def _on_bus(each: Object) -> list[str]:
    """The paths of the devices on a bus, in its order."""
    found = [
        (split(name), prop.value)
        for name, prop in each.properties.items()
        if split(name)[0] == _ON_BUS and prop.type.startswith("link<")
    ]
    return [path for _, path in sorted(found)]
