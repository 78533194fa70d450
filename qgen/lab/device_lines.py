"""What was measured, as the file that `qgen.catalogue` reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from qgen import catalogue
from qgen.lab import table_file
from qgen.lab.device_types import (
    MeasuredBus,
    MeasuredType,
    Record,
    is_a,
    parts_in,
    settable,
    shape_of,
)
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk


def pack(
    sdk: Sdk,
    targets: Sequence[str],
    models: Mapping[str, Mapping[str, str]],
    buses: Mapping[str, MeasuredBus],
    types: Mapping[str, MeasuredType],
) -> bytes:
    """The bytes of the catalogue file for what was measured in `sdk`."""
    header = {
        "format": catalogue.FORMAT,
        "release": sdk.release,
        "version": sdk.version,
        "targets": list(targets),
        "cpu_models": models,
        "buses": {name: _bus(each) for name, each in buses.items()},
        "enums": _enums(types.values()),
    }
    properties = {name: _properties(each) for name, each in types.items()}
    lines = {
        name: _line(
            each,
            properties[name],
            properties.get(each.parent, {}),
            dict(_parts(each, types)) if not is_a(name, "cpu", types) else {},
        )
        for name, each in types.items()
    }
    return table_file.pack(catalogue.HEADER, header, lines)


def _properties(each: MeasuredType) -> dict[str, list[object]]:
    """Entries as `qgen.catalogue.Property` takes them, without trailing Nones."""
    result = {}
    for entry in settable(each):
        fields = [entry[key] for key in ("name", "type")]
        fields += [entry.get(key) for key in ("default", "description")]
        while fields[-1] is None:
            fields.pop()
        result[entry["name"]] = fields
    return result


def _bus(each: MeasuredBus) -> Record:
    line = {"abstract": each.abstract, "max_dev": each.max_dev}
    return {"parent": each.parent} | _told(line)


def _enums(types: Iterable[MeasuredType]) -> dict[str, list[str]]:
    """What properties of each type can be, where that is a few words."""
    enums: dict[str, list[str]] = {}
    for each in types:
        for entry in each.properties:
            choices = entry.get("choices")
            if choices and enums.setdefault(entry["type"], choices) != choices:
                raise LabError(f"two enums are called {entry['type']!r}")
    return enums


def _line(
    each: MeasuredType,
    properties: Mapping[str, list[object]],
    inherited: Mapping[str, list[object]],
    parts: Mapping[str, Record],
) -> Record:
    """What a type's line holds: nothing that is false, empty or inherited."""
    line: Record = {
        "abstract": each.abstract,
        "bus": each.bus,
        "description": each.description,
        "user_creatable": each.user_creatable,
        "properties": [
            properties[key]
            for key in sorted(properties)
            if properties[key] != inherited.get(key)
        ],
        "dropped": sorted(set(inherited) - set(properties)),
        "realized": each.realized,
        "supplied": each.supplied,
        "given": [list(pair) for pair in sorted(each.given.items())],
        "needs": each.needs,
        "refused": each.refused,
        "categories": each.categories,
        "shaped_by": sorted(each.shaped_by),
        **shape_of(each.facts),
        "children": each.children,
        "children_shaped_by": sorted(each.children_shaped_by),
        "realized_children": each.realized_children,
        "parts": parts,
        "header": each.header,
        "macro": each.macro,
        "struct": each.struct,
        "cast": each.cast,
        "kconfig": each.kconfig,
        "targets": each.targets,
        "cpu_models": sorted(each.cpu_models),
    }
    return {"parent": each.parent} | _told(line)


def _parts(
    each: MeasuredType, types: Mapping[str, MeasuredType]
) -> Iterator[tuple[str, Record]]:
    """The devices inside a realized one that are not as their types are alone."""
    makers = {"": each}
    for path, record in parts_in(each.facts) if each.realized else ():
        made = types.get(record["type"])
        maker = makers.get(path.rpartition("/")[0])
        shape = shape_of(record)
        known = maker is not None and [path.rpartition("/")[2], record["type"]] in (
            maker.children + maker.realized_children
        )
        if made is not None:
            makers[path] = made
        if not known or made is None or shape != shape_of(made.facts):
            yield path, {"type": record["type"]} | _told(shape)


def _told(line: Record) -> Record:
    return {key: item for key, item in line.items() if item}
