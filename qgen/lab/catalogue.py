"""Measures the device catalogue of one QEMU release.

`qgen.lab.device_probe` makes every device type inside the SDK's QEMU binaries and
writes down what it has; what cannot be measured, `qgen.lab.device_sources` reads from
the source tree. `qgen.catalogue` reads what `measure` returns.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from qgen import catalogue
from qgen.lab.device_probe import Probe, Progress, arch_dir_of
from qgen.lab.device_sources import Macros, kconfig_symbols
from qgen.lab.device_types import MeasuredType, Record, line_of, settable
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk


def measure(
    sdk: Sdk,
    targets: Sequence[str] | None = None,
    progress: Progress | None = None,
    names: Collection[str] | None = None,
) -> bytes:
    """Measure `sdk` and return the bytes of a catalogue file; the same on each run.

    `targets` are the binaries to ask, by default all that the SDK has; of a type that
    several have, the first realized one is kept. `names` limits the catalogue to these
    types and their ancestors, which takes seconds instead of minutes. Raises
    `LabError`, also for a name that none of the targets has.
    """
    report = progress or (lambda _: None)
    targets = tuple(targets or sdk.targets)
    merged: dict[str, MeasuredType] = {}
    models: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="qgen-catalogue-") as folder:
        for target in targets:
            probe = Probe(sdk, target, Path(folder), report)
            _merge(merged, probe.types(names), target)
            models[target] = {
                model: name for model, name in probe.models.items() if name in merged
            }
    if names is not None and not set(names) <= set(merged):
        unknown = ", ".join(sorted(set(names) - set(merged)))
        raise LabError(f"QEMU {sdk.version} has no device type {unknown}")
    for by_model in models.values():
        for model, name in by_model.items():
            merged[name].cpu_models.add(model)
    report("reading headers and build files")
    macros = Macros(sdk, [arch_dir_of(each) for each in targets], merged)
    kconfig = kconfig_symbols(sdk.source, macros.values)
    for name, each in merged.items():
        each.header, each.macro = macros.header_of(name)
        # Types that a loop registers are in the file of their parent.
        line = line_of(name, merged)
        each.kconfig = next((kconfig[key] for key in line if key in kconfig), ())
    return _pack(sdk, targets, models, merged)


def write(release: str, packed: bytes) -> Path:
    """Put `packed`, from `measure`, where `qgen.catalogue.load` finds it."""
    catalogue.parse(packed, f"the catalogue measured for {release}")
    path = catalogue.DATA / f"{release}{catalogue.SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(packed)
    temporary.replace(path)
    return path


def _merge(
    merged: dict[str, MeasuredType], found: Mapping[str, MeasuredType], target: str
) -> None:
    for name, each in found.items():
        known = merged.get(name)
        targets = [*known.targets, target] if known else [target]
        shaped_by = each.shaped_by | (known.shaped_by if known else set())
        if known is None or each.rank < known.rank:
            merged[name] = known = each
        known.targets = targets
        known.shaped_by = shaped_by


def _pack(
    sdk: Sdk,
    targets: Sequence[str],
    models: Mapping[str, Mapping[str, str]],
    types: Mapping[str, MeasuredType],
) -> bytes:
    header = {
        "format": catalogue.FORMAT,
        "release": sdk.release,
        "version": sdk.version,
        "targets": list(targets),
        "cpu_models": models,
    }
    properties = {name: _properties(each) for name, each in types.items()}
    lines = [f"{catalogue.HEADER}\t{_json(header)}"]
    for name in sorted(types):
        parent = properties.get(types[name].parent, {})
        lines.append(f"{name}\t{_json(_line(types[name], properties[name], parent))}")
    text = "\n".join(lines) + "\n"
    return gzip.compress(text.encode("utf-8"), 9, mtime=0)


def _json(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


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


def _line(
    each: MeasuredType,
    properties: Mapping[str, list[object]],
    inherited: Mapping[str, list[object]],
) -> Record:
    """What a type's line holds: nothing that is false, empty or inherited."""
    facts = each.facts
    gpios = sorted(facts.get("gpios", ()), key=lambda entry: entry["name"] or "")
    wires = [entry for entry in gpios if entry["name"] != "sysbus-irq"]
    clocks = sorted(facts.get("clocks", ()), key=lambda entry: str(entry["name"]))
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
        "shaped_by": sorted(each.shaped_by),
        "mmio": [
            [entry["name"] or "", entry["size"]] for entry in facts.get("mmio", ())
        ],
        "irqs": sum(entry["out"] for entry in gpios if entry not in wires),
        "gpio_in": [[entry["name"], entry["in"]] for entry in wires if entry["in"]],
        "gpio_out": [[entry["name"], entry["out"]] for entry in wires if entry["out"]],
        "clocks_in": [entry["name"] for entry in clocks if not entry["output"]],
        "clocks_out": [entry["name"] for entry in clocks if entry["output"]],
        "child_buses": [
            [entry["name"] or "", entry["type"]]
            for entry in reversed(facts.get("buses", ()))
        ],
        "children": each.children,
        "header": each.header,
        "macro": each.macro,
        "kconfig": each.kconfig,
        "targets": each.targets,
        "cpu_models": sorted(each.cpu_models),
    }
    return {"parent": each.parent} | {key: item for key, item in line.items() if item}
