"""Compares two machines: the one place that knows all of the parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgen.compare.comparison import ABSENT, Absent, Collector, Comparison, Section
from qgen.compare.device_trees import compare_device_trees
from qgen.compare.exemptions import ALWAYS, own_names
from qgen.compare.memory import compare_memory
from qgen.compare.objects import compare_objects
from qgen.compare.pairs import Pairs, pair
from qgen.compare.snapshot import Json, Snapshot

SUFFIX = "-qgen"
"""What the lab adds to the name of a type that QEMU has already."""

# What QEMU lists of a machine or a CPU, and its class or its object says too.
_SAID_ELSEWHERE = frozenset(
    (
        *("alias", "cpu-max", "default-cpu-type", "default-ram-id", "deprecated"),
        *("hotpluggable-cpus", "is-default", "numa-mem-supported", "qom-type"),
    )
)


def compare(ours: Snapshot, upstream: Snapshot) -> Comparison:
    """What differs between the machine of a spec and QEMU's own."""
    names = names_of_own_types(ours, upstream)
    collector = Collector((*ALWAYS, own_names(names)))
    _compare_class(ours, upstream, collector)
    compare_memory(ours, upstream, collector)
    pairs = pair(ours.objects, upstream.objects, lambda name: names.get(name, name))
    compare_objects(ours, upstream, pairs, collector)
    _compare_lists(ours, upstream, pairs, collector)
    _compare_loaded(ours, upstream, collector)
    for cpu in sorted({*ours.registers, *upstream.registers}):
        lines = ours.registers.get(cpu, ()), upstream.registers.get(cpu, ())
        _compare_registers(cpu, *lines, collector)
    compare_device_trees(ours.device_tree, upstream.device_tree, collector)
    return collector.finish()


def names_of_own_types(ours: Snapshot, upstream: Snapshot) -> dict[str, str]:
    """The types that the board registers, with the names that upstream has for them."""
    names = {
        ours.machine: upstream.machine,
        f"{ours.machine}-machine": f"{upstream.machine}-machine",
    }
    for name in ours.types - upstream.types:
        plain = name.replace(SUFFIX, "")
        if plain in upstream.types:
            names.setdefault(name, plain)
    return {a: b for a, b in names.items() if a != b}


def _compare_class(ours: Snapshot, upstream: Snapshot, collector: Collector) -> None:
    section = Section.CLASS
    collector.counts["class fields"] += len(upstream.class_fields)
    collector.values(section, "", ours.class_fields, upstream.class_fields)
    listed = (_own(each.listed) for each in (ours, upstream))
    collector.values(section, "query-machines", *listed)
    collector.value(
        section, "", "ancestors", list(ours.ancestors), list(upstream.ancestors)
    )
    a, b = ours.class_properties, upstream.class_properties
    collector.counts["class properties"] += len(b)
    for name in sorted({*a, *b}):
        if name in a and name in b:
            collector.values(section, f"property {name}", a[name], b[name])
        else:
            ends = (_type(each.get(name)) for each in (a, b))
            collector.value(section, f"property {name}", "", *ends)


def _own(item: Mapping[str, Json]) -> dict[str, Json]:
    return {key: item[key] for key in item if key not in _SAID_ELSEWHERE}


def _type(prop: Mapping[str, Json] | None) -> Json | Absent:
    return ABSENT if prop is None else prop.get("type")


def _compare_lists(
    ours: Snapshot, upstream: Snapshot, pairs: Pairs, collector: Collector
) -> None:
    """CPUs, and the back ends of devices."""
    for name in sorted({*ours.lists, *upstream.lists}):
        is_cpu = name == Section.CPUS.value
        section = Section.CPUS if is_cpu else Section.BACK_ENDS
        a, b = ours.lists.get(name, {}), upstream.lists.get(name, {})
        collector.counts[section.value] += len(b)
        for key in sorted({*a, *b}):
            subject = f"CPU {key}" if is_cpu else f"{name} {key}"
            if key in a and key in b:
                there = {k: pairs.there(v) for k, v in _own(a[key]).items()}
                collector.values(section, subject, there, _own(b[key]))
            else:
                ends = (None if key in each else ABSENT for each in (a, b))
                collector.value(section, subject, "", *ends)


def _compare_loaded(ours: Snapshot, upstream: Snapshot, collector: Collector) -> None:
    """What firmware finds: the items of fw_cfg, and what is loaded into memory."""
    collector.counts["items of fw_cfg"] += len(upstream.firmware)
    collector.values(Section.FIRMWARE, "", ours.firmware, upstream.firmware)
    collector.counts["ROMs"] += len(upstream.roms)
    for line in [
        *ours.roms,
        *(line for line in upstream.roms if line not in ours.roms),
    ]:
        if line in ours.roms and line in upstream.roms:
            digests = ours.roms[line], upstream.roms[line]
            collector.value(Section.ROMS, line, "SHA-256", *digests)
        else:
            ends = (None if line in m.roms else ABSENT for m in (ours, upstream))
            collector.value(Section.ROMS, line, "", *ends)


def _compare_registers(
    cpu: str, ours: Sequence[str], upstream: Sequence[str], collector: Collector
) -> None:
    collector.counts["lines of registers"] += len(upstream)
    if len(ours) != len(upstream):
        ends = len(ours), len(upstream)
        collector.value(Section.REGISTERS, cpu, "number of lines", *ends)
        return
    for number, (a, b) in enumerate(zip(ours, upstream, strict=True), 1):
        collector.value(Section.REGISTERS, cpu, f"line {number}", a, b)
