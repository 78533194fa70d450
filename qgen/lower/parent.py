"""The machine's base: fields of its class, what it makes, what it leaves to the board."""

from __future__ import annotations

from qgen.bases import Base, BaseField, Kind
from qgen.board import ClassField, Device, Parent
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr, ExpressionError, parse
from qgen.lower.elsewhere import had_by, missing
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import MachineClass, Spec

_OF_CPUS = ("created_by", "gpios", "properties", "timebase")
_OF_RAM = ("min", "max", "at", "split")
_COUNTS = {
    "default_cpus": "default_count",
    "min_cpus": "min",
    "max_cpus": "max",
    "valid_cpu_types": "valid",
}
"""Keys of ``cpus``, by the field of MachineClass that each one sets."""


def lower_parent(spec: Spec, base: Base, catalogue: Catalogue, scope: Scope) -> Parent:
    """The base with the fields of its class and the functions that class_init calls."""
    _judge_base(spec, base, scope)
    fields = _Fields(base, catalogue, scope)
    done = []
    for name, value in (spec.class_.model_extra or {}).items():
        lowered = fields.lower(name, value, ("class", name))
        if lowered is not None:
            done.append(lowered)
    for made in base.made:
        if made.type_field not in (spec.class_.model_extra or {}):
            _missing(base, made.type_field, catalogue, scope)
    return Parent(base, tuple(done), _calls(spec, base, scope))


def _judge_base(spec: Spec, base: Base, scope: Scope) -> None:
    """The base and the rest of the spec belong together."""
    if base.arches and spec.arch not in base.arches:
        scope.error(
            Code.Q0214,
            f"the parent {base.name!r} does not fit {spec.arch!r}",
            ("parent",),
            f"leave it out, or write arch: {' or '.join(base.arches)}",
        )
    if spec.arch == "x86_64" and base.name != "x86":
        scope.error(
            Code.Q0214,
            "an x86_64 machine derives from the parent 'x86'",
            ("arch",),
            "add parent: x86",
        )
    if base.name == "x86" and spec.cpus.usual is None:
        scope.error(
            Code.Q0102,
            "an x86 machine needs a default CPU",
            ("cpus",),
            "add cpus: {default: qemu64}",
            key=True,
        )
    if spec.arch != "x86_64":
        for name, region in spec.memory.items():
            if region.in_ == "io":
                scope.error(
                    Code.Q0214,
                    f"{spec.arch!r} has no port I/O space",
                    ("memory", name, "in"),
                    "leave it out to map the region into the system memory",
                )
    if base.boots:
        _judge_rest(spec, base, scope)


def _judge_rest(spec: Spec, base: Base, scope: Scope) -> None:
    """A base that boots maps the RAM and makes the CPUs as well: the board does not."""
    given: list[tuple[str, Path]] = []
    if spec.boot is not None:
        given.append(("boots the machine", ("boot",)))
    for key in _OF_RAM:
        if spec.ram is not None and getattr(spec.ram, key) is not None:
            given.append(("maps the RAM", ("ram", key)))
    for key in _OF_CPUS:
        if getattr(spec.cpus, key):
            given.append(("makes the CPUs", ("cpus", key)))
    for what, path in given:
        message = f"the parent {base.name!r} {what} itself"
        scope.error(Code.Q0214, message, path, "leave it out", key=True)


def _missing(base: Base, name: str, catalogue: Catalogue, scope: Scope) -> None:
    """A class field without which the base cannot make its devices."""
    field = base.class_field(name)
    of = None if field is None else field.of

    def some() -> str:
        types = (t.name for t in catalogue if of is not None and _is_a(t, of))
        return f"add {name}: {next(types, 'TYPE')}"

    message = f"the parent {base.name!r} needs {name!r}"
    scope.error(Code.Q0102, message, ("class",), some, key=True)


def _is_a(known: DeviceType, of: str) -> bool:
    """Whether a device can be of a type that is ``of``, or derives from it."""
    return not known.abstract and of in (known.name, *known.ancestors)


def _calls(spec: Spec, base: Base, scope: Scope) -> tuple[str, ...]:
    """The base's functions that class_init calls."""
    given = spec.class_.model_extra or {}
    for place, name in enumerate(spec.class_init):
        path: Path = ("class_init", place)
        helper = base.helper(name)
        if helper is None:
            known = [h.name for h in base.helpers]
            help_ = did_you_mean(name, known) or "it has none: leave out 'class_init'"
            message = (
                f"the parent {base.name!r} has no function {quoted(name)} for this"
            )
            scope.error(Code.Q0201, message, path, help_)
            continue
        if name in spec.class_init[:place]:
            scope.error(Code.Q0202, f"{name!r} is called already", path, "leave it out")
        for field in helper.needs:
            if field not in given and field not in [m.type_field for m in base.made]:
                message = f"{name!r} needs the class field {field!r}"
                scope.error(Code.Q0102, message, path)
        for field in helper.sets:
            key = _COUNTS.get(field)
            if key is not None and getattr(spec.cpus, key):
                message = f"{name!r} sets {field!r} already"
                scope.error(
                    Code.Q0214, message, ("cpus", key), "leave it out", key=True
                )
    return tuple(spec.class_init)


class _Fields:
    """Lowers the fields of the base's class."""

    def __init__(self, base: Base, catalogue: Catalogue, scope: Scope):
        self.base, self.catalogue, self.scope = base, catalogue, scope

    def lower(self, name: str, value: bool | str, path: Path) -> ClassField | None:
        """The field with its value; a finding where the base has none of the kind."""
        field = self.base.class_field(name)
        if field is None:
            self._unknown(name, path)
            return None
        match value:
            case bool() if field.kind is Kind.TRUTH:
                return ClassField(name, value, path)
            case str() if field.kind is Kind.NUMBER:
                number = self._number(value, path)
                return None if number is None else ClassField(name, number, path)
            case str() if field.kind is Kind.TEXT:
                if field.of is not None and self._type(value, field.of, path) is None:
                    return None
                return ClassField(name, value, path)
        self._wrong(value, field, path)
        return None

    def _unknown(self, name: str, path: Path) -> None:
        known = [*MachineClass.model_fields, *(f.name for f in self.base.fields)]

        def near() -> str:
            return (
                did_you_mean(name, known) or f"known here: {', '.join(sorted(known))}"
            )

        self.scope.error(
            Code.Q0101, f"unknown key {quoted(name)}", path, near, key=True
        )

    def _wrong(self, value: object, field: BaseField, path: Path) -> None:
        wanted = {
            Kind.TRUTH: "true or false is wanted here",
            Kind.NUMBER: "a number is wanted here",
            Kind.TEXT: "text is wanted here",
        }
        what = "a truth value" if isinstance(value, bool) else "text"
        self.scope.error(Code.Q0103, f"{wanted[field.kind]}, not {what}", path)

    def _number(self, value: str, path: Path) -> Expr | None:
        try:
            parsed = parse(value)
        except ExpressionError as error:
            self.scope.error(Code.Q0106, str(error), path, error.hint)
            return None
        expr = self.scope.resolve(parsed, path)
        if expr is None or self.scope.number(expr, path, high=0xFFFF_FFFF) is None:
            return None
        return expr

    def _type(self, name: str, of: str, path: Path) -> DeviceType | None:
        """A device type that the base is to make something of."""
        known = self.catalogue.find(name)
        if known is not None and _is_a(known, of):
            return known

        def near() -> str | None:
            names = [t.name for t in self.catalogue if _is_a(t, of)]
            return did_you_mean(name, names) or f"such as {', '.join(names[:5])}"

        message = f"QEMU {self.catalogue.release} has no device type {quoted(name)}"
        if known is not None:
            message = f"{name!r} is no type of {of!r}"
        release, found = self.catalogue.release, None
        if known is None:
            found = had_by(release, lambda each: each.find(name) is not None)
        missing(self.scope, Code.Q0209, message, path, near, found)
        return None


def made_devices(
    parent: Parent, catalogue: Catalogue
) -> dict[str, tuple[DeviceType, Device]]:
    """The devices that the base makes, by the names that wires and links use."""
    values = {field.name: field.value for field in parent.fields}
    done = {}
    for made in parent.base.made:
        type_ = values.get(made.type_field)
        known = catalogue.find(type_) if isinstance(type_, str) else None
        if known is not None:
            device = Device(
                made.name,
                known.name,
                None,
                (),
                (),
                (),
                (),
                None,
                ("devices", made.name),
                is_sysbus="sys-bus-device" in known.ancestors,
                child=made.name,
                made=True,
            )
            done[made.name] = known, device
    return done
