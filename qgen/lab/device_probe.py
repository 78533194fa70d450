"""Measures the device types of one QEMU binary, by making one of each.

A type that cannot be realized with its defaults is given more and more of what
`qgen.lab.device_guesses` has for it; then one property at a time is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from qgen.lab.device_guesses import (
    NOT_ALONE,
    SHAPED_UNSEEN,
    TRIED_BUSES,
    TRIED_TOO,
    Attempt,
    attempts_for,
    plain_will_do,
    variations,
)
from qgen.lab.device_needs import needed
from qgen.lab.device_types import (
    MeasuredBus,
    MeasuredType,
    Record,
    children_in,
    is_a,
    line_of,
    parts_in,
    read_class,
    shape_of,
)
from qgen.lab.probe_run import ProbeRun
from qgen.lab.sdk import Sdk

Progress = Callable[[str], None]


class Probe:
    """The device types, bus types and CPU models of one QEMU binary.

    `buses` and `models` are filled in by `types`.
    """

    def __init__(self, sdk: Sdk, target: str, folder: Path, report: Progress) -> None:
        self.models: dict[str, str] = {}
        self.buses: dict[str, MeasuredBus] = {}
        self._ask = ProbeRun(sdk, target, folder).ask
        self._target = target
        self._progress = report

    def types(self, names: Collection[str] | None = None) -> dict[str, MeasuredType]:
        """Every device type of this binary, or `names` with their ancestors."""
        self._report("listing device types")
        types: dict[str, MeasuredType] = {}
        models: dict[str, str | None] = {}
        for record in self._ask(["classes", "buses", "models"]):
            if "class" in record:
                each = read_class(record, self._target)
                types[each.name] = each
            elif "bus" in record:
                facts = (record[key] for key in ("parent", "abstract", "max_dev"))
                self.buses[record["bus"]] = MeasuredBus(*facts)
            else:
                models[record["model"]] = record["type"]
        self.models = _resolve_models(models, types)
        wanted = types
        if names is not None:
            lines = (line_of(name, types) for name in names)
            wanted = {name: types[name] for line in lines for name in line}
        realized = self._realize(types, wanted)
        self._vary(types, realized)
        self._leave_out(types, realized)
        return wanted

    def _realize(
        self, types: Mapping[str, MeasuredType], wanted: Iterable[str]
    ) -> dict[str, Attempt]:
        """Fill in the facts of `wanted`, with the attempt that realized each."""
        plain = Attempt({})
        concrete = [name for name in wanted if not types[name].abstract]
        self._report(f"realizing {len(concrete)} types")
        alone = [name for name in concrete if plain_will_do(name)]
        done = self._try(dict.fromkeys(alone, plain), types, "pr")
        rest = dict.fromkeys((n for n in concrete if not plain_will_do(n)), plain)
        self._try(rest, types, "p")
        inits = {name: types[name].facts for name in concrete}
        for name in concrete:
            types[name].properties = inits[name].pop("properties", None) or (
                types[name].properties
            )
        plans = {
            name: list(attempts_for(types[name], types))
            for name in concrete
            if name not in done and name not in NOT_ALONE and inits[name]
        }
        for turn in range(max(map(len, plans.values()), default=0)):
            rest = {
                name: plan[turn]
                for name, plan in plans.items()
                if name not in done and turn < len(plan)
            }
            if not rest:
                break
            self._report(f"realizing {len(rest)} types with more supplied")
            done |= self._try(rest, types, "r")
        return done

    def _try(
        self,
        attempts: Mapping[str, Attempt],
        types: Mapping[str, MeasuredType],
        flags: str,
    ) -> dict[str, Attempt]:
        """The attempts that realized their type; records go to `types`."""
        asked = [
            each.request(name, name, flags, types[name].property_names)
            for name, each in attempts.items()
        ]
        done = {}
        for record in self._ask(asked):
            name = record["id"]
            each = types[name]
            if record["stage"] == "init" and not each.facts:
                each.facts = record
                each.children = children_in(record)
            if "error" in record:
                each.refused = record["error"]
            if record["stage"] == "realized":
                properties = each.facts.get("properties")
                each.supplied = attempts[name].supplied
                each.given, each.refused = dict(attempts[name].given), None
                each.facts = record
                if properties is not None:
                    each.facts["properties"] = properties
                done[name] = attempts[name]
        return done

    def _vary(
        self, types: Mapping[str, MeasuredType], realized: Mapping[str, Attempt]
    ) -> None:
        """Change one property at a time, to see which ones shape the device."""
        tried: list[tuple[str, str]] = []
        asked: list[str] = []
        for name, attempt in realized.items():
            each = types[name]
            usual = each.bus in TRIED_BUSES or name in TRIED_TOO
            if not usual or is_a(name, "cpu", types):
                continue
            for key, value in variations(each, attempt.given):
                changed = Attempt({**attempt.given, key: value})
                number, known = str(len(tried)), each.property_names
                asked.append(changed.request(number, name, "r", known))
                tried.append((name, key))
        self._report(f"trying {len(asked)} property values")
        for record in self._ask(asked):
            name, key = tried[int(record["id"])]
            each = types[name]
            if record["stage"] == "realized":
                if shape_of(record) != shape_of(each.facts):
                    each.shaped_by.add(key)
                if _inside(record) != _inside(each.facts):
                    each.children_shaped_by.add(key)
        for name, keys in SHAPED_UNSEEN.items():
            if name in realized:
                types[name].shaped_by |= set(keys)

    def _leave_out(
        self, types: Mapping[str, MeasuredType], realized: Mapping[str, Attempt]
    ) -> None:
        """Leave out one thing of what was given, to see what cannot be."""
        attempts = {n: a for n, a in realized.items() if not is_a(n, "cpu", types)}
        known = {name: types[name].property_names for name in attempts}
        for name, keys in needed(self._ask, attempts, known).items():
            types[name].needs = keys

    def _report(self, text: str) -> None:
        self._progress(f"{self._target}: {text}")


def _resolve_models(
    models: Mapping[str, str | None], types: Mapping[str, MeasuredType]
) -> dict[str, str]:
    """CPU models with their types, which QEMU leaves out for most PPC models."""
    suffixes = sorted(
        {f"-{name}" for name, each in types.items() if is_a(name, "cpu", types)},
        key=len,
    )
    resolved = {}
    for model, type_name in models.items():
        candidates = [type_name] if type_name else [model + end for end in suffixes]
        found = next((each for each in candidates if each in types), None)
        if found is not None:
            resolved[model] = found
    return resolved


def _inside(facts: Record) -> list[object]:
    return [(path, each["type"], shape_of(each)) for path, each in parts_in(facts)]
