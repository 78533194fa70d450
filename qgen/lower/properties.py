"""Properties: of a type that the catalogue knows, and with a value that fits it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qgen.board import (
    Array,
    Audiodev,
    Chardev,
    Choice,
    Chosen,
    Drive,
    Link,
    MachineValue,
    PciAddress,
    Place,
    Property,
    Value,
)
from qgen.catalogue import Catalogue, DeviceType
from qgen.catalogue import Property as Known
from qgen.diagnostics import Code, did_you_mean, nearest, quoted
from qgen.expr import (
    Bin,
    Expr,
    ExpressionError,
    Num,
    Sym,
    Var,
    evaluate,
    parse,
    variables,
)
from qgen.lower.arrays import element_of
from qgen.lower.choices import lower_chosen
from qgen.lower.conditions import Conditions
from qgen.lower.counts import ONE_CALL
from qgen.lower.drives import lower_drive
from qgen.lower.elsewhere import had_by
from qgen.lower.inside import NoChild, inside, spelled
from qgen.lower.limits import judge_limits
from qgen.lower.memory import regions_of, sometimes
from qgen.lower.places import ROOTS
from qgen.lower.scope import Scope, is_repeated
from qgen.source import Path
from qgen.spec.model import Composite, PropertyChoice, Spec
from qgen.spec.values import (
    AudioText,
    ChosenText,
    DriveText,
    IfPresentText,
    LinkText,
    ListText,
    MachineText,
    SerialText,
)

_INTEGERS = re.compile(r"(?P<sign>u?)int(?P<bits>8|16|32|64|)|size")
_LINK = re.compile(r"link<(?P<type>.+)>")
_MEMORY = "memory-region"
_BACKENDS = {DriveText: "a block device", AudioText: "an audiodev"}
"""What QEMU's description of a property says that is a back end of this kind."""
_COMPOUND = (
    Array,
    Audiodev,
    Chardev,
    Choice,
    Chosen,
    Drive,
    Link,
    MachineValue,
    PciAddress,
)
"""What no value can be that a spec writes as a number, a text or a truth value."""
_MOST = (1 << 63) - 1
"""What a number in a list can be at most: QEMU makes it an int64_t on the way."""


class Properties:
    """Lowers the properties of the devices of one board.

    ``created`` are the devices that a later one may link to, with their types.
    """

    def __init__(self, spec: Composite, catalogue: Catalogue, scope: Scope):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.created: dict[str, DeviceType] = {}
        self._regions = regions_of(spec)
        self._conditions = Conditions(spec, catalogue, scope)

    def lower(
        self,
        written: Mapping[str, object],
        known: DeviceType,
        path: Path,
        run_time: tuple[str, ...],
    ) -> tuple[Property, ...]:
        """The properties, each of the type that QEMU gives it."""
        types = {p.name: p for p in known.properties}
        done = []
        for name, value in written.items():
            here = (*path, name)
            if known.spells_out(name):
                listed = self._array(value, name, known, here, run_time)
                if listed is not None:
                    done.append(Property(name, "list", listed, here))
                continue
            if name not in types:
                self._unknown(name, known, here, isinstance(value, IfPresentText))
                continue
            if isinstance(value, IfPresentText):
                if self._always_present(name, known, here):
                    continue
                value = value.value
            type_ = types[name].type
            lowered: Value | None
            if isinstance(value, PropertyChoice):
                lowered = self._choice(value, types[name], known, here, run_time)
            elif isinstance(value, (DriveText, AudioText)):
                lowered = self._backend(value, types[name], here, run_time)
            elif type_ == "list":
                lowered = self._array(value, name, known, here, run_time)
            else:
                lowered = self._value(value, type_, here, run_time, types[name].choices)
            if lowered is not None and self._is_choice(lowered, types[name], here):
                done.append(Property(name, type_, lowered, here))
        judge_limits(done, known, self.scope)
        return tuple(done)

    def _is_choice(self, value: Value, known: Known, path: Path) -> bool:
        """Whether a text is one of those that an enumeration has."""
        ways: list[tuple[object, str]] = [(value, "")]
        if isinstance(value, Choice):
            ways = [(value.then, "then"), (value.otherwise, "else")]
        for each, key in ways:
            if not known.choices or not isinstance(each, str) or each in known.choices:
                continue
            near = nearest(each, known.choices)
            help_ = f"did you mean {near!r}?" if near else _one_of(known.choices)
            message = f"the property {known.name!r} cannot be {quoted(each)}"
            self.scope.error(Code.Q0107, message, (*path, key) if key else path, help_)
            return False
        return True

    def _always_present(self, name: str, known: DeviceType, path: Path) -> bool:
        """Whether no release is without a property: then there is nothing to ask."""

        def lacks(each: Catalogue) -> bool:
            type_ = each.find(known.name)
            return type_ is not None and type_.property(name) is None

        if had_by(self.catalogue.release, lacks) is not None:
            return False
        message = "'if_present' is for what some CPU or some release of QEMU lacks"
        help_ = f"{known.name!r} has this property: write its value"
        self.scope.error(Code.Q0210, message, path, help_)
        return True

    def _unknown(
        self, name: str, known: DeviceType, path: Path, if_present: bool
    ) -> None:
        """A property that the type does not have, here or in any release."""

        def has(each: Catalogue) -> bool:
            type_ = each.find(known.name)
            return type_ is not None and type_.property(name) is not None

        release = self.catalogue.release
        found = had_by(release, has)
        message = f"{known.name!r} has no property {name!r}"
        if found is not None:
            if not if_present:
                message = f"in QEMU {release}, {message}"
                self.scope.error(Code.Q0301, message, path, found, key=True)
            return
        self.scope.error(
            Code.Q0210,
            message,
            path,
            lambda: _nearest_property(name, known),
            key=True,
        )

    def _backend(
        self,
        written: DriveText | AudioText,
        known: Known,
        path: Path,
        run_time: tuple[str, ...],
    ) -> Value | None:
        """A drive or an audio back end, for a property that takes one."""
        what = _BACKENDS[type(written)]
        if known.type != "str" or what not in (known.description or ""):
            message = f"the property {known.name!r} does not take {what}"
            self.scope.error(Code.Q0210, message, path, _takers(what))
            return None
        if isinstance(written, AudioText):
            return Audiodev()
        return lower_drive(written, (*path, "drive"), self.scope, run_time)

    def _choice(
        self,
        written: PropertyChoice,
        property_: Known,
        known: DeviceType,
        path: Path,
        run_time: tuple[str, ...],
    ) -> Choice[bool | str | Expr] | None:
        """A value that depends on a condition."""
        if property_.name in known.shaped_by:
            message = f"what a {known.name!r} has depends on this property"
            help_ = "write its value, and a device for each where it has several"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        when = self._conditions.lower(written.when, (*path, "when"))
        type_ = property_.type
        words = property_.choices
        then = self._value(written.then, type_, (*path, "then"), run_time, words)
        otherwise = self._value(written.else_, type_, (*path, "else"), run_time, words)
        if when is None or then is None or otherwise is None:
            return None
        assert not isinstance(then, _COMPOUND) and not isinstance(otherwise, _COMPOUND)
        return Choice(when, then, otherwise)

    def _value(
        self,
        written: object,
        type_: str,
        path: Path,
        run_time: tuple[str, ...],
        choices: tuple[str, ...] | None = None,
    ) -> Value | None:
        """A property's value, if it is of QOM type ``type_``."""
        link = _LINK.fullmatch(type_)
        match written:
            case bool() if type_ == "bool":
                return written
            case SerialText(index) if type_ == "str":
                expr = self.scope.resolve(index, (*path, "serial"), run_time=run_time)
                return None if expr is None else Chardev(expr)
            case LinkText() if link is not None:
                return self._link(written, link["type"], (*path, "link"))
            case ChosenText(name):
                limits = _limits(type_) if _INTEGERS.fullmatch(type_) else None
                return lower_chosen(
                    name, type_, limits, (*path, "property"), self.scope
                )
            case MachineText(field) if type_ == "str":
                return self._of_machine(field, (*path, "machine"))
            case str() if _INTEGERS.fullmatch(type_):
                return self._integer(written, type_, path, run_time)
            case str() if type_ != "bool" and link is None:
                return written
        self._mismatch(written, type_, path, choices)
        return None

    def _array(
        self,
        written: object,
        name: str,
        known: DeviceType,
        path: Path,
        run_time: tuple[str, ...],
    ) -> Array | None:
        """The value of a property that holds a list."""
        element = element_of(known, name)
        if element is None:
            message = "nobody told qgen what this property's list holds"
            self.scope.error(Code.Q0210, message, path, "leave it out", key=True)
            return None
        if not isinstance(written, ListText):
            message = f"the property holds a list of {element!r}"
            self.scope.error(Code.Q0210, message, path, "write [a, b]")
            return None
        items: list[bool | str | Expr] = []
        for place, item in enumerate(written.items):
            here = (*path, place)
            match self._value(item, element, here, run_time):
                case bool(done) | str(done):
                    items.append(done)
                case Num() | Sym() | Var() | Bin() as number:
                    if not variables(number) and evaluate(number) > _MOST:
                        message = f"{quoted(item)} does not fit a list's element"
                        help_ = f"it holds up to {_MOST:#x}"
                        self.scope.error(Code.Q0203, message, here, help_)
                    items.append(number)
        return Array(element, tuple(items))

    def _of_machine(self, field: str, path: Path) -> MachineValue | None:
        """A field of the machine that is never NULL: a property needs a text."""
        spec = self.spec
        if field == "kernel_filename":
            message = "without -kernel there is no file name, and a property needs one"
            self.scope.error(Code.Q0210, message, path)
            return None
        has_none = (
            isinstance(spec, Spec)
            and spec.cpus.usual is None
            and spec.parent == "machine"
        )
        if field == "cpu_type" and has_none:
            message, help_ = "the machine has no CPU type", "add cpus: {default: ...}"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        return MachineValue(field)

    def _mismatch(
        self,
        written: object,
        type_: str,
        path: Path,
        choices: tuple[str, ...] | None,
    ) -> None:
        kinds: dict[type, str] = {bool: "a truth value", LinkText: "a link"}
        kinds |= {SerialText: "a character device", MachineText: "a machine's value"}
        kinds |= {ListText: "a list"}
        what, help_ = kinds.get(type(written), "text"), None
        if type_ == "bool":
            help_ = "write true or false"
        elif _LINK.fullmatch(type_):
            help_ = "write {link: NAME}"
        elif _INTEGERS.fullmatch(type_):
            help_ = "write a number"
        elif choices:
            help_ = _one_of(choices)
        elif isinstance(written, bool):
            help_ = "quote it, if it is meant as text"
        elif type_ == "str" and isinstance(written, (ListText, LinkText)):
            help_ = "write a text"
        message = f"the property is of type {type_!r}, not {what}"
        self.scope.error(Code.Q0210, message, path, help_)

    def _link(self, written: LinkText, type_: str, path: Path) -> Link | None:
        target, is_region = written.target, False
        if (target in ROOTS or target in self._regions) and not written.path:
            problem = sometimes(target, self._regions)
            fits, what, is_region = type_ == _MEMORY, "a memory region", True
        elif target in self.created:
            problem = None
            try:
                known = inside(self.created[target], written.path, self.catalogue)
            except NoChild as missing:
                self.scope.error(Code.Q0210, str(missing), path, missing.help)
                return None
            fits = known is None or self._is_a(known, type_)
            what = "unknown" if known is None else repr(known.name)
            device = self.spec.devices.get(target)
            if device is not None and device.unimplemented is not None:
                problem = f"{target!r} is not modelled: nothing can link to it"
            if known is not None and known.name in ONE_CALL:
                problem = f"QEMU makes {target!r} in one call: nothing can link to it"
            if is_repeated(self.spec, target):
                problem = f"there are several {target!r}, and a link names one"
        else:
            self._no_target(target, path)
            return None
        if not fits:
            name = spelled(target, written.path)
            message = f"the property links to {type_!r}, {name!r} is {what}"
            self.scope.error(Code.Q0210, message, path, lambda: self._linkable(type_))
            return None
        if problem is not None:
            help_ = None
            if problem.endswith("a link names one"):
                help_ = "describe each of them by itself"
            elif "nothing can link" in problem or "not a memory region" in problem:
                help_ = "name something that is there, or leave the link out"
            self.scope.error(Code.Q0214, problem, path, help_)
            return None
        return Link(target if is_region else Place(target, None, written.path))

    def _linkable(self, type_: str) -> str:
        """What a link to a type may name."""
        if type_ == _MEMORY:
            return f"name a region: {', '.join([*ROOTS, *self._regions][:8])}"
        fitting = [n for n, known in self.created.items() if self._is_a(known, type_)]
        if fitting:
            return f"name one of these: {', '.join(fitting[:8])}"
        return f"add a device of type {type_!r} before this one"

    def _is_a(self, known: DeviceType, type_: str) -> bool:
        """Whether a device may be of a type; the catalogue knows no interfaces."""
        if self.catalogue.find(type_) is None:
            return type_ != _MEMORY
        return type_ in (known.name, *known.ancestors)

    def _no_target(self, target: str, path: Path) -> None:
        if self.scope.is_absent(target, path) or self.scope.broken("devices", target):
            return
        if target in self.spec.devices:
            message = f"the device {target!r} is created only after this"
            help_ = f"write {target!r} first"
            if path[:1] != ("devices",):
                help_ = "CPUs are created before all devices"
            elif path[1] == target:
                message, help_ = "a device cannot link to itself", "name another"
            self.scope.error(Code.Q0214, message, path, help_)
            return

        def near() -> str | None:
            return did_you_mean(target, [*ROOTS, *self._regions, *self.spec.devices])

        message = f"there is no region and no device {quoted(target)}"
        self.scope.error(Code.Q0201, message, path, near)

    def _integer(
        self, written: str, type_: str, path: Path, run_time: tuple[str, ...]
    ) -> Expr | None:
        negative = written.startswith("-")
        try:
            parsed = parse(written.removeprefix("-"))
        except ExpressionError as error:
            self.scope.error(Code.Q0106, str(error), path, error.hint)
            return None
        expr = self.scope.resolve(parsed, path, run_time=run_time)
        if expr is None:
            return None
        if negative:
            expr = Bin("-", Num(0), expr) if variables(expr) else Num(-evaluate(expr))
        low, high = _limits(type_)
        if variables(expr) or low <= evaluate(expr) <= high:
            return expr
        message = f"{quoted(written)} does not fit the property's type {type_!r}"
        most = str(high) if low < 0 else f"{high:#x}"
        self.scope.error(Code.Q0203, message, path, f"it holds {low} to {most}")
        return None


def _one_of(choices: tuple[str, ...]) -> str:
    """The words that an enumeration has, as a spec writes them."""
    words = [f'"{word}"' if word in ("on", "off") else word for word in choices]
    return f"write one of {', '.join(words[:12])}{', ...' * (len(words) > 12)}"


def _nearest_property(name: str, known: DeviceType) -> str:
    """The properties that a type has, or where they are listed."""
    if not known.properties:
        return "it has none"
    near = did_you_mean(name, [p.name for p in known.properties])
    return near or f"'qgen devices {known.name}' lists those that it has"


def _takers(what: str) -> str:
    """An example of a property that takes such a back end."""
    if what == _BACKENDS[AudioText]:
        return "'audiodev' is what such properties are called"
    return "'drive' is what such properties are called"


def _limits(type_: str) -> tuple[int, int]:
    """The least and the greatest value of an integer type of QOM."""
    match = _INTEGERS.fullmatch(type_)
    assert match is not None
    bits = int(match["bits"] or 64)
    if match["sign"] == "":  # neither uint nor size
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1
