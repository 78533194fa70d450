"""What is known of a device type while it is being measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from qgen.frozen import frozen

Record = dict[str, Any]

# What every device has, and no board sets.
_EVERY_DEVICE = frozenset({"hotplugged", "parent_bus", "realized"})


@dataclass
class MeasuredType:
    """What is known of one type so far; `facts` is the best record of an instance.

    `children` are those after instance_init, `sizes` the bytes of an instance by target.
    `given` is what it was realized with, in the notation of `probe.c`, `needs` the keys of
    that without which it is not, and `refused` what QEMU said when it was tried last and
    not realized.
    """

    name: str
    parent: str
    abstract: bool
    bus: str | None
    description: str | None
    user_creatable: bool
    properties: list[Record]
    facts: Record = field(default_factory=dict)
    supplied: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    refused: str | None = None
    categories: list[str] = field(default_factory=list)
    shaped_by: set[str] = field(default_factory=set)
    children_shaped_by: set[str] = field(default_factory=set)
    children: list[list[str]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    cpu_models: set[str] = field(default_factory=set)
    header: str | None = None
    macro: str | None = None
    struct: str | None = None
    cast: str | None = None
    kconfig: tuple[str, ...] = ()

    @property
    def realized(self) -> bool:
        """Whether `facts` are those of a realized device."""
        return self.facts.get("stage") == "realized"

    @property
    def property_names(self) -> list[str]:
        """The names of all its properties."""
        return [entry["name"] for entry in self.properties]

    @property
    def rank(self) -> int:
        """Which of two measurements says more: 0 the most."""
        return 2 if not self.realized else int(bool(self.supplied))

    @property
    def realized_children(self) -> list[list[str]]:
        """Names and types of the devices that only realizing made."""
        there = {name for name, _ in self.children}
        found = children_in(self.facts) if self.realized else []
        return [child for child in found if child[0] not in there]


@frozen(slots=False)
class MeasuredBus:
    """A class of buses."""

    parent: str
    abstract: bool
    max_dev: int


def read_class(record: Record, target: str) -> MeasuredType:
    """A type as far as the probe's record of its class in `target` says."""
    return MeasuredType(
        name=record["class"],
        parent=record["parent"],
        abstract=record["abstract"],
        bus=record["bus"],
        description=record["description"],
        user_creatable=record["user_creatable"],
        properties=record["properties"],
        categories=record["categories"],
        sizes={target: record["size"]},
    )


def line_of(name: str, types: Mapping[str, MeasuredType]) -> Iterator[str]:
    """`name` and its ancestors, as far as they are devices."""
    while name in types:
        yield name
        name = types[name].parent


def is_a(name: str, ancestor: str, types: Mapping[str, MeasuredType]) -> bool:
    """Whether `name` is `ancestor`, or descends from it."""
    return ancestor in line_of(name, types)


def settable(each: MeasuredType) -> list[Record]:
    """The properties that a board might set: no children, no wires, no clocks."""
    clocks = {entry["name"] for entry in each.facts.get("clocks", ())}
    return [
        entry
        for entry in each.properties
        if entry["settable"]
        and entry["name"] not in _EVERY_DEVICE
        and entry["name"] not in clocks
        and not entry["name"].startswith("legacy-")
        and entry["type"] != "link<irq>"
        and not entry["type"].startswith("child<")
    ]


def children_in(facts: Record) -> list[list[str]]:
    """Names and types of the devices that a record of an instance has as children."""
    found = sorted(facts.get("children", ()), key=_natural)
    return [[entry["name"], entry["type"]] for entry in found]


def parts_in(facts: Record, path: str = "") -> Iterator[tuple[str, Record]]:
    """QOM paths and records of all devices inside an instance, from its own record."""
    for entry in sorted(facts.get("children", ()), key=_natural):
        inner = f"{path}{entry['name']}"
        yield inner, entry
        yield from parts_in(entry, f"{inner}/")


def shape_of(facts: Record) -> Record:
    """A device's regions, lines, clocks, buses and memory, as a catalogue has them."""
    gpios = sorted(facts.get("gpios", ()), key=lambda entry: entry["name"] or "")
    wires = [entry for entry in gpios if entry["name"] != "sysbus-irq"]
    clocks = sorted(facts.get("clocks", ()), key=lambda entry: str(entry["name"]))
    # QEMU puts a new bus before those that are there.
    buses = facts.get("buses", ())[::-1]
    return {
        "mmio": [
            [entry["name"] or "", entry["size"]] for entry in facts.get("mmio", ())
        ],
        "irqs": sum(entry["out"] for entry in gpios if entry not in wires),
        "gpio_in": [[entry["name"], entry["in"]] for entry in wires if entry["in"]],
        "gpio_out": [[entry["name"], entry["out"]] for entry in wires if entry["out"]],
        "clocks_in": [entry["name"] for entry in clocks if not entry["output"]],
        "clocks_out": [entry["name"] for entry in clocks if entry["output"]],
        "child_buses": [[entry["name"] or "", entry["type"]] for entry in buses],
        "numbered_buses": [entry["name"] for entry in buses if entry["numbered"]],
        "memories": sorted(
            [entry["name"], entry["size"]] for entry in facts.get("memories", ())
        ),
    }


def _natural(entry: Record) -> list[tuple[int, str]]:
    """Sorts "uart[10]" after "uart[9]"."""
    parts = re.split(r"(\d+)", entry["name"])
    return [(int(part) if part.isdigit() else -1, part) for part in parts]
