"""From a line of a catalogue file to the type that it describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from qgen.catalogue.types import DeviceType, Lines, Mmio, Part, Property


def device_type(
    name: str,
    data: Mapping[str, Any],
    parent: DeviceType | None,
    enums: Mapping[str, Sequence[str]],
) -> DeviceType:
    """The type that a line describes, with what it inherits from `parent`."""
    entries = data.get("properties", ())
    own = {entry[0]: _property(enums, *entry) for entry in entries}
    gone = set(data.get("dropped", ()))
    inherited = {each.name: each for each in parent.properties} if parent else {}
    merged = {key: each for key, each in inherited.items() if key not in gone} | own
    ancestors = (parent.name, *parent.ancestors) if parent else (data["parent"],)
    return DeviceType(
        name=name,
        parent=data["parent"],
        ancestors=ancestors,
        abstract=data.get("abstract", False),
        bus=data.get("bus"),
        description=data.get("description"),
        user_creatable=data.get("user_creatable", False),
        properties=tuple(merged[key] for key in sorted(merged)),
        realized=data.get("realized", False),
        supplied=tuple(data.get("supplied", ())),
        shaped_by=tuple(data.get("shaped_by", ())),
        **_shape(data),
        children=_pairs(data.get("children", ())),
        header=data.get("header"),
        macro=data.get("macro"),
        kconfig=tuple(data.get("kconfig", ())),
        targets=tuple(data.get("targets", ())),
        cpu_models=tuple(data.get("cpu_models", ())),
        struct=data.get("struct"),
        cast=data.get("cast"),
        children_shaped_by=tuple(data.get("children_shaped_by", ())),
        realized_children=_pairs(data.get("realized_children", ())),
        parts=tuple(_part(*entry) for entry in data.get("parts", {}).items()),
        given=_pairs(data.get("given", ())),
        needs=tuple(data.get("needs", ())),
        refused=data.get("refused"),
        categories=tuple(data.get("categories", ())),
    )


def _part(path: str, data: Mapping[str, Any]) -> Part:
    return Part(path, data["type"], **_shape(data))


def _shape(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that `DeviceType` and `Part` have in common."""
    return {
        "mmio": tuple(Mmio(*entry) for entry in data.get("mmio", ())),
        "irqs": data.get("irqs", 0),
        "gpio_in": tuple(Lines(*entry) for entry in data.get("gpio_in", ())),
        "gpio_out": tuple(Lines(*entry) for entry in data.get("gpio_out", ())),
        "clocks_in": tuple(data.get("clocks_in", ())),
        "clocks_out": tuple(data.get("clocks_out", ())),
        "child_buses": _pairs(data.get("child_buses", ())),
        "numbered_buses": tuple(data.get("numbered_buses", ())),
        "memories": tuple((name, size) for name, size in data.get("memories", ())),
    }


def in_place(part: Part, known: DeviceType) -> DeviceType:
    """The type of a part, as it is there."""
    return replace(
        known,
        realized=True,
        shaped_by=(),
        mmio=part.mmio,
        irqs=part.irqs,
        gpio_in=part.gpio_in,
        gpio_out=part.gpio_out,
        clocks_in=part.clocks_in,
        clocks_out=part.clocks_out,
        child_buses=part.child_buses,
        numbered_buses=part.numbered_buses,
        memories=part.memories,
    )


def _property(
    enums: Mapping[str, Sequence[str]],
    name: str,
    type_: str,
    default: object | None = None,
    description: str | None = None,
) -> Property:
    choices = enums.get(type_)
    words = None if choices is None else tuple(choices)
    return Property(name, type_, default, description, words)


def _pairs(entries: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in entries)
