"""Properties of the machine: what -M may choose, and what depends on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qgen.board import Choice, Chosen, Cpus, Device, FwCfg, MachineProperty, Rom
from qgen.condition import PropertyIs, parts_of
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr, Num, evaluate
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

# Those that every machine has (hw/core/machine.c, system/vl.c), or one of its kind.
_TAKEN = """
accel append aux-ram-share audiodev boot confidential-guest-support dt-compatible dtb
dump-guest-core dumpdtb firmware graphics graceful hmat initrd kernel kernel-irqchip
max-cpus max-ram-below-4g mem-merge memory memory-backend memory-encryption name
phandle-start shim smp smp-cache spcr suppress-vmdesc type usb
"""
TAKEN = frozenset(_TAKEN.split())
MOST_NUMBER = (1 << 32) - 1
"""What the number of a value can be at most."""


def lower_choices(spec: Spec, scope: Scope) -> tuple[MachineProperty, ...]:
    """The machine's own properties."""
    done = []
    for name, written in spec.properties.items():
        path: Path = ("properties", name)
        if name in TAKEN:
            scope.error(
                Code.Q0202,
                f"{name!r} is a property that QEMU's machines have already",
                path,
                "choose another name",
                key=True,
            )
        values = _values(written, path, scope)
        if values is None or not _default_fits(written, path, scope):
            continue
        done.append(
            MachineProperty(
                name,
                values,
                written.default,
                written.description,
                written.write_only,
                path,
                written.of == "instance",
            )
        )
    return tuple(done)


def _values(
    written: model.MachineProperty, path: Path, scope: Scope
) -> tuple[tuple[str, Expr], ...] | None:
    """The values with their numbers; none of what is true or false."""
    if (written.type is None) == (not written.values):
        scope.error(
            Code.Q0102 if written.type is None else Code.Q0214,
            "a property is true or false, or one of some values",
            path,
            "write type: bool, or values: {first: 0, second: 1}",
            key=True,
        )
        return None
    if written.type is not None:
        return ()
    done: dict[str, Expr] = {}
    for name, number in written.values.items():
        here = (*path, "values", name)
        expr = scope.resolve(number, here)
        if expr is None or scope.number(expr, here, high=MOST_NUMBER) is None:
            return None
        twins = (n for n, v in done.items() if evaluate(v) == evaluate(expr))
        twin = next(twins, None)
        if twin is not None:
            message = f"{name!r} has the number of {twin!r}"
            scope.error(Code.Q0202, message, here, "number them differently")
            return None
        done[name] = expr
    if len(done) < 2:
        message = "a property with one value chooses nothing"
        scope.error(Code.Q0214, message, (*path, "values"), "add another one")
        return None
    return tuple(done.items())


def _default_fits(written: model.MachineProperty, path: Path, scope: Scope) -> bool:
    known: dict[object, object] = dict(written.values)
    if written.type is not None:
        known = dict.fromkeys((True, False))
    if written.default in known and isinstance(written.default, bool) == (
        written.type is not None
    ):
        return True
    help_ = "write true or false"
    if written.type is None:
        help_ = f"write one of {', '.join(written.values)}"
    message = f"the default {quoted(_shown(written.default))} is not one of the values"
    scope.error(Code.Q0107, message, (*path, "default"), help_)
    return False


def _shown(value: bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _find(name: str, path: Path, scope: Scope) -> MachineProperty | None:
    if name in scope.choices:
        return scope.choices[name]
    if scope.broken("properties", name):
        return None

    def near() -> str:
        return did_you_mean(name, scope.choices) or "declare it under 'properties:'"

    message = f"the machine has no property {quoted(name)}"
    scope.error(Code.Q0201, message, path, near)
    return None


def lower_chosen(
    name: str, type_: str, limits: tuple[int, int] | None, path: Path, scope: Scope
) -> Chosen | None:
    """The value for a device's property of QOM type ``type_``.

    ``limits`` are those of an integer type.
    """
    known = _find(name, path, scope)
    if known is None:
        return None
    if type_ != "bool" if not known.values else limits is None:
        what = "a number" if known.values else "true or false"
        message = f"the property is of type {type_!r}, and {name!r} is {what}"
        scope.error(Code.Q0210, message, path)
        return None
    for value, number in known.numbers.items():
        if limits is not None and not limits[0] <= number <= limits[1]:
            message = f"{number}, which stands for {value!r}, does not fit {type_!r}"
            scope.error(Code.Q0203, message, path)
            return None
    return Chosen(name)


def lower_property_is(
    name: str, written: tuple[bool | str, ...] | None, path: Path, scope: Scope
) -> PropertyIs | None:
    """The condition that a property has one of the ``written`` values."""
    known = _find(name, (*path, "property"), scope)
    if known is None:
        return None
    values: dict[bool | str, Expr] = dict(known.values)
    if not known.values:
        values = {truth: Num(int(truth)) for truth in (True, False)}
        written = (True,) if written is None else written
    some = "one of " + ", ".join(known.numbers) if known.values else "true or false"
    if written is None:
        message = f"the condition on {name!r} lacks the value"
        scope.error(Code.Q0102, message, path, f"add is: {some}", key=True)
        return None
    here = (*path, "is")
    kind = str if known.values else bool
    for value in written:
        if not isinstance(value, kind) or value not in values:
            message = f"{name!r} has no value {quoted(_shown(value))}"
            scope.error(Code.Q0107, message, here, f"write {some}")
            return None
    wanted = tuple(dict.fromkeys(written))
    if not 0 < len(wanted) < len(values) or len(wanted) < len(written):
        message = f"{name!r} {'always' if wanted else 'never'} has one of these values"
        if len(wanted) < len(written):
            message = "a value stands here twice"
        scope.error(Code.Q0221, message, here, "name some of them, each once")
        return None
    return PropertyIs(name, wanted, tuple(values[value] for value in wanted))


def chosen_by(
    devices: Sequence[Device], cpus: Cpus, roms: Sequence[Rom], fw_cfg: FwCfg | None
) -> set[str]:
    """The properties on which devices, CPUs, words or items depend."""
    holders = [each for device in devices for each in device.holders]
    values: list[object] = [
        p.value for each in (*holders, cpus) for p in each.properties
    ]
    values += [item.value for item in fw_cfg.items] if fw_cfg is not None else []
    used = {value.property for value in values if isinstance(value, Chosen)}
    whens = [device.when for device in devices]
    more = (*values, *(word for rom in roms for word in rom.values))
    whens += [value.when for value in more if isinstance(value, Choice)]
    parts = (part for when in whens for part in parts_of(when))
    return used | {part.name for part in parts if isinstance(part, PropertyIs)}


def judge_choices(
    properties: Sequence[MachineProperty],
    used: Collection[str],
    *,
    hooked: bool,
    scope: Scope,
) -> None:
    """Warn of properties on which nothing depends; hooks may ask for all of them."""
    for prop in properties:
        if prop.name not in used and not hooked:
            scope.warning(
                Code.Q0216,
                f"nothing depends on the property {prop.name!r}",
                prop.origin,
                f"use it: {{property: {prop.name}}}, or in a 'when:'",
            )
