"""Measures the device catalogue of one QEMU release.

`qgen.lab.device_probe` makes every device type inside the SDK's QEMU binaries and
writes down what it has; what cannot be measured, `qgen.lab.device_sources` reads from
the source tree. `qgen.catalogue` reads what `measure` returns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from qgen import catalogue
from qgen.lab import table_file
from qgen.lab.device_lines import pack
from qgen.lab.device_probe import Probe, Progress
from qgen.lab.device_sources import Macros, kconfig_symbols
from qgen.lab.device_structs import find_structs
from qgen.lab.device_types import MeasuredBus, MeasuredType, line_of
from qgen.lab.errors import LabError
from qgen.lab.kept import Kept, OneTarget
from qgen.lab.probe_run import arch_dir_of
from qgen.lab.sdk import Sdk


def measure(
    sdk: Sdk,
    targets: Sequence[str] | None = None,
    progress: Progress | None = None,
    names: Collection[str] | None = None,
    kept: Kept | None = None,
) -> bytes:
    """Measure `sdk` and return the bytes of a catalogue file; the same on each run.

    `targets` are the binaries to ask, by default all that the SDK has; of a type that
    several have, the first realized one is kept. `names` limits the catalogue to these
    types and their ancestors, which takes seconds instead of minutes. `kept` has the
    targets that were finished before. Raises `LabError`, also for a name that none of
    the targets has.
    """
    report = progress or (lambda _: None)
    targets = tuple(targets or sdk.targets)
    merged: dict[str, MeasuredType] = {}
    buses: dict[str, MeasuredBus] = {}
    models: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="qgen-catalogue-") as folder:
        for target in targets:
            one = kept.find(target) if kept is not None else None
            if one is None:
                probe = Probe(sdk, target, Path(folder), report)
                one = OneTarget(probe.types(names), probe.buses, probe.models)
                if kept is not None:
                    kept.keep(target, one)
            _merge(merged, one.types, target)
            buses |= one.buses
            models[target] = {
                model: name for model, name in one.models.items() if name in merged
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
    report("compiling the structs of types")
    find_structs(sdk, merged, macros.values)
    return pack(sdk, targets, models, buses, merged)


def write(release: str, packed: bytes) -> Path:
    """Put `packed`, from `measure`, where `qgen.catalogue.load` finds it."""
    catalogue.parse(packed, f"the catalogue measured for {release}")
    return table_file.put(catalogue.DATA / f"{release}{catalogue.SUFFIX}", packed)


def _merge(
    merged: dict[str, MeasuredType], found: Mapping[str, MeasuredType], target: str
) -> None:
    for name, each in found.items():
        known = merged.setdefault(name, each)
        best, other = (each, known) if each.rank < known.rank else (known, each)
        best.sizes = {**known.sizes, **each.sizes}
        best.targets = [*known.targets, target]
        best.shaped_by |= other.shaped_by
        best.children_shaped_by |= other.children_shaped_by
        merged[name] = best
