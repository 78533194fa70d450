"""Alternatives: one device that a property of the machine makes one thing or another.

The spec is lowered once for each way to set the properties that choose, with what the
device is there in its place: so all that refers to it is judged against every one of its
alternatives. The boards that this gives are put together again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from qgen.board import Board, Device, MachineProperty
from qgen.diagnostics import Code, quoted
from qgen.frozen import frozen
from qgen.lower.choices import lower_choices, lower_property_is
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

MOST_WAYS = 16
"""In so many ways the properties can be set on which alternatives depend."""
_NOT_BESIDE = (
    *("when", "unimplemented", "ide_drives", "inputs", "handler", "name", "count"),
)

_Value = bool | str


@frozen(slots=False)
class Way:
    """The spec with what its devices are where properties have some values.

    ``taken`` are the numbers of the alternatives, by device, ``absent`` the devices that
    are not there.
    """

    spec: Spec
    taken: Mapping[str, int]
    absent: frozenset[str]

    def scope(self, like: Scope) -> Scope:
        """A scope for the lowering, which says where in the whole spec things stand."""
        scope = Scope(self.spec, like.arch, tuple(like.socs.values()))
        scope.absent = self.absent
        scope.alternatives = frozenset(self.taken)
        scope.places = {
            name: _place(name, number, like.written(name))
            for name, number in self.taken.items()
        }
        return scope


def ways(spec: Spec, scope: Scope) -> list[Way]:
    """Each way to set the properties on which alternatives depend."""
    several = {n: d for n, d in spec.devices.items() if d.alternatives}
    maker = spec.cpus.created_by
    if maker is not None and maker in several:
        message = f"{maker!r} makes the CPUs: it cannot have alternatives"
        path: Path = ("devices", maker, "alternatives")
        scope.error(Code.Q0214, message, path, "describe one device", key=True)
    if not several:
        return [Way(spec, {}, frozenset())]
    properties = {prop.name: prop for prop in lower_choices(spec, scope)}
    scope.choices |= properties
    chosen: dict[str, dict[_Value, dict[str, int]]] = {}
    for name, device in several.items():
        found = _judge(name, device, properties, scope)
        if found is None:
            continue
        by, numbers = found
        for value, place in numbers.items():
            chosen.setdefault(by, {}).setdefault(value, {})[name] = place
    if prod(map(len, chosen.values())) > MOST_WAYS:
        scope.error(
            Code.Q0004,
            f"alternatives can be chosen in more than {MOST_WAYS} ways",
            ("devices", next(iter(several)), "alternatives"),
            "let them depend on fewer properties",
            key=True,
        )
        chosen = {}
    first = dict.fromkeys(several, 0)
    done = []
    for values in product(*(each.items() for each in chosen.values())):
        taken = dict(first)
        for _, places in values:
            taken |= places
        holds = dict(zip(chosen, (value for value, _ in values), strict=True))
        done.append(_way(spec, taken, holds))
    return done


def _judge(
    name: str,
    device: model.Device,
    properties: Mapping[str, MachineProperty],
    scope: Scope,
) -> tuple[str, dict[_Value, int]] | None:
    """The property that chooses, and the number of the alternative for each value."""
    path: Path = ("devices", name)
    for key in _NOT_BESIDE:
        if getattr(device, key):
            message = f"a device with alternatives has no {key!r}"
            help_ = "leave it out"
            if key == "when":
                message = "each alternative has a 'when:' of its own"
            scope.error(Code.Q0214, message, (*path, key), help_, key=True)
    by: str | None = None
    numbers: dict[_Value, int] = {}
    for number, each in enumerate(device.alternatives):
        here = (*path, "alternatives", number)
        when = None if each.when is None else each.when.property
        others = {name for name, v in each.when or () if v is not None}
        if each.when is None or when is None or others - {"property", "is_"}:
            at = here if each.when is None else (*here, "when")
            message = "a property of the machine chooses among alternatives"
            help_ = "write when: {property: NAME, is: VALUE}"
            scope.error(Code.Q0214, message, at, help_)
            return None
        is_ = lower_property_is(when, each.when.is_, (*here, "when"), scope)
        if is_ is None:
            return None
        if by not in (None, is_.name):
            message = f"{by!r} chooses among the others, not {is_.name!r}"
            at = (*here, "when", "property")
            scope.error(Code.Q0214, message, at, "one property chooses among them")
            return None
        twice = [value for value in is_.wanted if value in numbers]
        if twice:
            message = f"there is an alternative for {_shown(twice[0])} already"
            scope.error(
                Code.Q0202, message, (*here, "when", "is"), "take another value"
            )
            return None
        by = is_.name
        numbers |= dict.fromkeys(is_.wanted, number)
    assert by is not None
    known: list[_Value] = [*properties[by].numbers] or [False, True]
    missing = [_shown(value) for value in known if value not in numbers]
    if missing:
        scope.error(
            Code.Q0214,
            f"there is no alternative where {by!r} is {' or '.join(missing)}",
            (*path, "alternatives"),
            "the device is always there: describe what it is then",
            key=True,
        )
        return None
    return by, numbers


def _shown(value: _Value) -> str:
    return str(value).lower() if isinstance(value, bool) else quoted(value)


def _way(spec: Spec, taken: Mapping[str, int], holds: Mapping[str, _Value]) -> Way:
    devices, absent = {}, set()
    for name, device in spec.devices.items():
        if name in taken:
            devices[name] = _merged(device, device.alternatives[taken[name]])
        elif _is_absent(device.when, holds):
            absent.add(name)
        else:
            devices[name] = device
    changed = spec.model_copy(update={"devices": devices})
    return Way(changed, taken, frozenset(absent))


def _is_absent(when: model.When | None, holds: Mapping[str, _Value]) -> bool:
    if when is None or when.property is None or when.property not in holds:
        return False
    wanted = (True,) if when.is_ is None else when.is_
    actual = holds[when.property]
    # A value that the property has not is a finding of the device's.
    same_kind = all(isinstance(w, bool) == isinstance(actual, bool) for w in wanted)
    return same_kind and actual not in wanted


def _merged(device: model.Device, own: model.Alternative) -> model.Device:
    """``device`` with the keys of one of its alternatives laid over what all share."""
    changes: dict[str, object] = {"alternatives": (), "ide_drives": ()}
    changes |= dict.fromkeys(("unimplemented", "name", "count"))
    for key in own.model_fields_set:
        value, shared = getattr(own, key), getattr(device, key)
        changes[key] = {**shared, **value} if isinstance(value, dict) else value
    return device.model_copy(update=changes)


def _place(name: str, number: int, device: model.Device) -> Mapping[Path, Path]:
    """Where the parts of an alternative stand, by where they would in a device."""
    own = device.alternatives[number]
    path: Path = ("devices", name)
    there = (*path, "alternatives", number)
    places: dict[Path, Path] = {path: there}
    for key in sorted(own.model_fields_set):
        value = getattr(own, key)
        if isinstance(value, dict):
            places |= {(*path, key, k): (*there, key, k) for k in value}
            if getattr(device, key):
                continue
        places[(*path, key)] = (*there, key)
    return places


def merged(boards: Sequence[Board], spec: Spec, scope: Scope) -> Board:
    """One board of those that the ways gave; a finding where they differ elsewhere."""
    first = boards[0]
    if len(boards) == 1:
        return first
    placed: dict[str, list[Device]] = {}
    for board in boards:
        for device in board.devices:
            there = placed.setdefault(device.name, [])
            if device not in there:
                there.append(device)
    for name, devices in placed.items():
        if len(devices) > 1 and not _chosen(name, spec):
            _differs(("devices", name), spec, scope)
    rest = [replace(board, devices=()) for board in boards]
    for name in ("cpus", "boot", "fw_cfg", "regions", "roms"):
        if any(getattr(b, name) != getattr(first, name) for b in rest):
            _differs((name,), spec, scope)
    order = {name: place for place, name in enumerate(_in_order(first, spec))}
    names = sorted(placed, key=order.__getitem__)
    every = tuple(device for name in names for device in placed[name])
    return replace(first, devices=every)


def _in_order(board: Board, spec: Spec) -> Iterator[str]:
    """The names of all devices, those first that the spec's 'devices:' do not make."""
    for device in board.devices:
        if device.made or device.name not in spec.devices:
            yield device.name
    made = {device.name for device in board.devices if device.made}
    yield from (name for name in spec.devices if name not in made)


def _chosen(name: str, spec: Spec) -> bool:
    return name in spec.devices and bool(spec.devices[name].alternatives)


def _differs(path: Path, spec: Spec, scope: Scope) -> None:
    names = ", ".join(repr(n) for n, d in spec.devices.items() if d.alternatives)
    scope.error(
        Code.Q0214,
        f"this would mean something else with each alternative of {names}",
        path,
        "refer to what all of them call the same",
        key=True,
    )
