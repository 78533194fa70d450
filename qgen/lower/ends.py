"""What a wire may end at, and how many lines there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import prod

from qgen.arch import ArchFacts
from qgen.bases import Base
from qgen.board import Device, Place
from qgen.catalogue import Catalogue, DeviceType, Lines
from qgen.expr import Bin, Expr, Var, evaluate, variables
from qgen.frozen import frozen
from qgen.lower.brought import with_brought
from qgen.lower.counts import (
    has_rule,
    inputs_of,
    irqs_of,
    outputs_of,
    shared_inputs_of,
)
from qgen.lower.inside import inside
from qgen.lower.scope import Scope
from qgen.spec.model import Composite, Cpus

MOST_VALUES = 1 << 14
"""So many values of a number are looked at one by one."""
_Count = Callable[[DeviceType, Mapping[str, object], int], int | None]


@frozen(slots=False)
class Ends:
    """Devices by name, the CPUs and how many there can be.

    ``failed`` are the devices of the spec that came to nothing, ``doubtful`` those
    whose properties are wrong, or set by a helper, so that nobody knows how many lines
    they have.
    """

    devices: Mapping[str, Device]
    types: Mapping[str, DeviceType]
    catalogue: Catalogue
    failed: Collection[str]
    doubtful: Collection[str]
    arch: ArchFacts
    cpu_type: DeviceType | None
    cpu_maker: str | None
    min_cpus: int
    max_cpus: int
    has_cpus: bool

    @property
    def cpus_exist(self) -> bool:
        """Whether the board creates the CPUs itself, and can wire them."""
        return self.has_cpus and self.cpu_maker is None

    def type_at(self, place: Place) -> DeviceType | None:
        """The type of a device; None for one inside another that nobody measured."""
        return inside(self.types[place.device], place.path, self.catalogue)

    def inputs(self, place: Place, line: str | None) -> int | None:
        """How many inputs of that name a device has; None where nobody knows."""
        given = self.devices[place.device].inputs
        if given is not None:
            return evaluate(given)
        known = self.type_at(place)
        if line is not None and known is not None:
            return named(known.gpio_in).get(line, 0)
        return self._counted(place, inputs_of)

    def shared_inputs(self, place: Place) -> int | None:
        """How many inputs of a GIC are for devices; None of another device."""
        if place.device not in self.types:
            return None
        return self._counted(place, shared_inputs_of)

    def irqs(self, place: Place) -> int | None:
        """How many sysbus IRQ outputs a device has."""
        return self._counted(place, irqs_of)

    def outputs(self, place: Place, line: str | None) -> int | None:
        """How many GPIO outputs of that name a device has."""
        known = self.type_at(place)
        if line is not None and known is not None:
            return named(known.gpio_out).get(line, 0)
        return self._counted(place, outputs_of)

    def _counted(self, place: Place, rule: _Count) -> int | None:
        known = self.type_at(place)
        if place.device in self.doubtful or known is None:
            return None
        if place.path and (known.shaped_by or has_rule(known)):
            return None  # whoever made it may have set what decides
        device = self.devices[place.device]
        return rule(known, {} if place.path else device.settings, self.max_cpus)


def ends_of(
    spec: Composite,
    base: Base,
    cpus: Cpus,
    devices: Sequence[Device],
    catalogue: Catalogue,
    arch: ArchFacts,
    cpu_type: DeviceType | None,
    scope: Scope,
) -> Ends:
    """The ends that wires of this board may have; ``cpus`` as the spec has them."""
    types = {d.name: _type_of(d, spec, catalogue) for d in devices}
    return Ends(
        devices={d.name: d for d in devices},
        types={name: known for name, known in types.items() if known is not None},
        catalogue=catalogue,
        failed={*spec.devices, *scope.absent, *(m.name for m in base.made)}
        - types.keys(),
        doubtful={d.name for d in devices if _is_doubtful(spec, d, scope)},
        arch=arch,
        cpu_type=cpu_type,
        cpu_maker=base.name if base.boots else cpus.created_by,
        min_cpus=cpus.min or 1,
        max_cpus=cpus.max or 1,
        has_cpus=cpus.usual is not None,
    )


def _type_of(
    device: Device, spec: Composite, catalogue: Catalogue
) -> DeviceType | None:
    known, written = catalogue.find(device.type), spec.devices.get(device.name)
    if known is None or written is None:
        return known
    return with_brought(known, written.parts)


def _is_doubtful(spec: Composite, device: Device, scope: Scope) -> bool:
    """Whether nobody knows the properties of a device: a helper sets them."""
    written = spec.devices.get(device.name)
    called = written is not None and written.call is not None
    if called and device.given is None:
        return True
    return scope.broken("devices", device.name, "properties")


def named(lists: Iterable[Lines]) -> dict[str, int]:
    """The named lines with their counts."""
    return {lines.name: lines.count for lines in lists if lines.name is not None}


def extent(index: Expr, last: Mapping[str, int], cpus: int) -> tuple[int, int]:
    """The least and the greatest value of ``index``.

    ``last`` has the greatest values of ``cpu``, ``n`` and ``line``, which all start at 0.
    If no product has the same one twice, the extremes lie where each is first or last.
    Where all values would be too many, the answer may be wider than the truth.
    """
    ranges = {
        name: (0, last[name]) if _degree(index, name) == 1 else range(last[name] + 1)
        for name in variables(index) & last.keys()
    }
    if prod(map(len, ranges.values())) > MOST_VALUES:
        return _bounds(index, {name: (0, top) for name, top in last.items()}, cpus)
    values = [
        evaluate(index, {"cpu": cpu, "n": n, "line": line, "cpus": cpus})
        for cpu in ranges.get("cpu", (0,))
        for n in ranges.get("n", (0,))
        for line in ranges.get("line", (0,))
    ]
    return min(values), max(values)


def _bounds(
    expr: Expr, ranges: Mapping[str, tuple[int, int]], cpus: int
) -> tuple[int, int]:
    """Bounds of an expression whose parts are taken as independent of each other."""
    match expr:
        case Var(name):
            return ranges.get(name, (cpus, cpus))
        case Bin(op, left, right):
            (low, high), (least, most) = (
                _bounds(side, ranges, cpus) for side in (left, right)
            )
            match op:
                case "+":
                    return low + least, high + most
                case "-":
                    return low - most, high - least
                case "*":
                    products = [a * b for a in (low, high) for b in (least, most)]
                    return min(products), max(products)
            return min(low, least), min(high, most)
    value = evaluate(expr)
    return value, value


def _degree(expr: Expr, name: str) -> int:
    match expr:
        case Var(var):
            return int(var == name)
        case Bin(op, left, right):
            a, b = _degree(left, name), _degree(right, name)
            if op in ("&", "|") and a + b:
                return 2  # it goes up and down: all values have to be looked at
            return a + b if op == "*" else max(a, b)
    return 0
