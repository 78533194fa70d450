"""Calls of QEMU's exported helpers: that they exist, and get what they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qgen.bases import find
from qgen.board import (
    PCI_BUS,
    AddressSpace,
    Argument,
    Call,
    Chardev,
    Device,
    InputLines,
    Itself,
    Link,
    MachineClassValue,
    MachineValue,
    Place,
    Sink,
    Text,
)
from qgen.catalogue import RENAMED, DeviceType, function
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr, evaluate, variables
from qgen.lower.buses import Buses
from qgen.lower.called import Called
from qgen.lower.drives import lower_drive
from qgen.lower.elsewhere import helper_had_by, missing
from qgen.lower.ends import Ends
from qgen.lower.inputs import ALL, ONE, judge_returned
from qgen.lower.inside import NoChild, inside
from qgen.lower.limits import judge_register
from qgen.lower.makers import lines_to_cpus, maker_of
from qgen.lower.memory import regions_of, sometimes
from qgen.lower.own_words import own_word
from qgen.lower.places import ROOTS
from qgen.lower.scope import Scope
from qgen.lower.wires import Wiring
from qgen.source import Path
from qgen.spec.arguments import (
    ITSELF,
    BusArgument,
    CallText,
    ClassArgument,
    InputsArgument,
    LineArgument,
    RegionArgument,
    SpaceArgument,
    TextArgument,
)
from qgen.spec.ends import SinkText
from qgen.spec.model import Composite, Spec
from qgen.spec.values import DriveText, LinkText, MachineText, SerialText

if TYPE_CHECKING:
    from qgen.catalogue.helpers import Function

_INTEGERS = {
    "hwaddr": (0, (1 << 64) - 1),
    "ram_addr_t": (0, (1 << 64) - 1),
    "size_t": (0, (1 << 64) - 1),
    "unsigned": (0, (1 << 32) - 1),
    "unsigned int": (0, (1 << 32) - 1),
    "unsigned long": (0, (1 << 64) - 1),
    "int": (-(1 << 31), (1 << 31) - 1),
    "long": (-(1 << 63), (1 << 63) - 1),
    **{f"uint{n}_t": (0, (1 << n) - 1) for n in (8, 16, 32, 64)},
    **{f"int{n}_t": (-(1 << (n - 1)), (1 << (n - 1)) - 1) for n in (8, 16, 32, 64)},
}
_STRINGS = ("const char *", "char *")
ANY_DEVICE = ("DeviceState *", "SysBusDevice *", "Object *", "void *")
"""The parameters that take any device."""
_BUS = re.compile(r"(\w*Bus|BusState) \*")
_BUSES = {
    "I2CBus *": "i2c-bus",
    "ISABus *": "ISA",
    "PCIBus *": PCI_BUS,
    "SSIBus *": "SSI",
}
"""The QOM types of buses by their C types."""


def lower_calls(
    spec: Composite,
    devices: Sequence[Device],
    wiring: Wiring,
    buses: Buses,
    scope: Scope,
) -> list[Device]:
    """``devices``, with the calls that make some of them."""
    lowering: _Calls | None = None
    done = []
    for device in devices:
        written = spec.devices.get(device.name)
        if written is not None and written.call is not None:
            # The functions are read only where a spec calls one.
            lowering = lowering or _Calls(spec, wiring, buses, scope)
            device = lowering.device(device, written.call)
        done.append(device)
    return done


def boot_call(spec: Spec, written: CallText, ends: Ends, scope: Scope) -> Device:
    """What holds the call of the helper that boots; without one where it is wrong."""
    last = Device("", "", None, (), (), (), (), None, ("boot",))
    buses = Buses(spec, ends.catalogue, ends.types, scope)
    return _Calls(spec, Wiring(ends, scope), buses, scope).device(last, written)


class _Calls:
    def __init__(self, spec: Composite, wiring: Wiring, buses: Buses, scope: Scope):
        self.spec, self.wiring, self.buses, self.scope = spec, wiring, buses, scope
        self.release = buses.catalogue.release
        self.known = buses.catalogue.functions()
        self.called = Called(spec, wiring.ends, scope)
        self.regions = regions_of(spec)
        self.of_machine: tuple[str, ...] = ()
        if isinstance(spec, Spec):
            base = find(spec.parent, self.release)
            struct = "MachineState" if base is None else base.struct
            self.of_machine = ("MachineState *", f"{struct} *")

    def device(self, device: Device, written: CallText) -> Device:
        """``device`` with its call; as it is where the call is wrong."""
        path: Path = (*device.origin, "call", written.function)
        own = own_word(written.function)
        if own is not None:
            self.scope.error(
                Code.Q0218,
                f"{written.function}() is what {own!r} stands for",
                path,
                f"write {own}",
                key=True,
            )
            return device
        found = function(self.known, written.function)
        if found is None:
            self._unknown(written.function, path)
            return device
        wanted = found.parameters
        if len(written.arguments) != len(wanted):
            listed = ", ".join(f"{p.type} {p.name}" for p in wanted) or "nothing"
            listed = listed.replace("* ", "*")
            self.scope.error(
                Code.Q0218,
                f"{found.name}() takes {len(wanted)} arguments, not "
                f"{len(written.arguments)}",
                path,
                f"it takes {listed}",
                key=True,
            )
            return device
        if not judge_returned(found.returns, found.name, device, path, self.scope):
            return device
        known = self.buses.catalogue.find(device.type)
        if known is not None and not self._has_struct(known, found.returns):
            self.scope.error(
                Code.Q0218,
                f"{found.name}() returns {found.returns!r}, no {known.name!r}",
                path,
                "leave out 'type:'",
                key=True,
            )
            return device
        count = device.count
        arguments = []
        for place, (given, parameter) in enumerate(
            zip(written.arguments, wanted, strict=True)
        ):
            here = (*path, place)
            arguments.append(
                self.argument(given, parameter.type, device, count is not None, here)
            )
        sizes = {
            parameter.name: (evaluate(argument), (*path, place))
            for place, (argument, parameter) in enumerate(
                zip(arguments, wanted, strict=True)
            )
            if isinstance(argument, Expr) and not variables(argument)
        }
        judge_register(found.name, sizes, self.scope)
        call = Call(
            found.name,
            found.header,
            found.returns,
            tuple(p.type for p in wanted),
            tuple(arguments),
            path,
        )
        return replace(device, call=self._known(found, call, device))

    def _known(self, function: Function, call: Call, device: Device) -> Call:
        """``call`` with the lines that it wires; what it makes is judged."""
        made = maker_of(function)
        if made is None or not device.type:
            return call
        places = {p.name: place for place, p in enumerate(function.parameters)}
        given = {
            name: value.text if isinstance(value, Text) else value
            for name, place in places.items()
            for value in (call.arguments[place],)
        }
        paths: dict[str, Path] = {n: (*call.origin, p) for n, p in places.items()}
        self.called.judge(device, call.function, made, given, paths)
        known = self.buses.created.get(device.name)
        lines: frozenset[int] = frozenset()
        if made.to_cpus and known is not None and device.given is not None:
            lines = lines_to_cpus(known, device.settings, self.wiring.ends.max_cpus)
        irqs = tuple(places[name] for name in made.irqs)
        return replace(call, irqs=irqs, to_cpus=lines)

    def _unknown(self, name: str, path: Path) -> None:
        """A helper that this release does not have."""

        def near() -> str | None:
            names = [repr(n) for n in self.known.nearest(name)]
            return f"did you mean {', '.join(names)}?" if names else None

        message = f"QEMU {self.release} has no helper {quoted(name)}"
        now = RENAMED.get(name)
        elsewhere = helper_had_by(self.release, name)
        if now is not None:
            elsewhere = f"write {now}, for which the C has what each release has"
        missing(self.scope, Code.Q0218, message, path, near, elsewhere, key=True)

    def argument(
        self, given: object, type_: str, device: Device, several: bool, path: Path
    ) -> Argument:
        """An argument of C type ``type_``; None with a finding where it is not one."""
        type_ = "int" if type_.startswith("enum ") else type_
        run_time = ("cpus", "ram_size", "n") if several else ("cpus", "ram_size")
        match given:
            case bool() if type_ == "bool":
                return given
            case None if type_.endswith("*") or type_ == ONE:
                return None
            case TextArgument(text) if type_ in _STRINGS:
                return Text(text)
            case MachineText(field) if field == ITSELF:
                if type_ in (*self.of_machine, "Object *"):
                    return Itself()
            case InputsArgument(name) if type_ == ALL:
                return self.inputs(name, device, (*path, "inputs"))
            case SpaceArgument(name) if type_ == "AddressSpace *":
                return AddressSpace(name)
            case DriveText() if type_ == "DriveInfo *":
                return lower_drive(given, (*path, "drive"), self.scope, run_time)
            case MachineText(field) if type_ in _STRINGS:
                return MachineValue(field)
            case ClassArgument(field) if type_ in _STRINGS:
                return self.class_field(field, (*path, "class"))
            case SerialText(index) if type_ == "Chardev *":
                here = (*path, "serial")
                expr = self.scope.resolve(index, here, run_time=run_time)
                return None if expr is None else Chardev(expr)
            case RegionArgument(name) if type_ == "MemoryRegion *":
                return self.region(name, (*path, "region"))
            case BusArgument(bus) if _BUS.fullmatch(type_):
                self._earlier(bus.split("/")[0], device, (*path, "bus"))
                return self.buses.find(bus, (*path, "bus"), _BUSES.get(type_))
            case LineArgument(sink) if type_ == ONE:
                return self.line(sink, device, (*path, "line"))
            case LinkText() if type_.endswith("*") and type_ not in _STRINGS:
                self._earlier(given.target, device, (*path, "device"))
                return self.link(given, type_, (*path, "device"))
            case _ if isinstance(given, Expr) and type_ in _INTEGERS:
                return self.number(given, type_, run_time, path)
        self._mismatch(type_, path)
        return None

    def _mismatch(self, type_: str, path: Path) -> None:
        help_ = "write a number" if type_ in _INTEGERS else None
        if type_ == "bool":
            help_ = "write true or false"
        elif type_ in _STRINGS:
            help_ = "write {text: ...}"
        elif type_ == ALL:
            help_ = "write {inputs: NAME}, or none"
        elif type_ == "AddressSpace *":
            help_ = "write {address_space: memory}, or {address_space: io}"
        elif type_ == "DriveInfo *":
            help_ = "write {drive: {interface: ide, unit: 0}}, or none"
        elif type_ == ONE:
            help_ = "write {line: DEVICE[NUMBER]}, or none"
        elif type_ == "Chardev *":
            help_ = "write {serial: 0}, or none"
        elif type_ == "MemoryRegion *":
            help_ = "write {region: NAME}, or {region: system}"
        elif _BUS.fullmatch(type_):
            help_ = "write {bus: DEVICE/BUS}"
        elif type_ in self.of_machine:
            help_ = "write {machine: itself}"
        elif type_.endswith("*"):
            help_ = "write {device: NAME}, or none"
        message = f"the parameter is of C type {type_!r}, which this is not"
        self.scope.error(Code.Q0218, message, path, help_)

    def class_field(self, field: str, path: Path) -> MachineClassValue | None:
        """A text of the machine's class, which the spec sets."""
        fields: dict[str, object] = {}
        if isinstance(self.spec, Spec):
            fields = dict(self.spec.class_)
        if isinstance(fields.get(field), str):
            return MachineClassValue(field)
        message = f"the spec sets no text {quoted(field)} under 'class:'"
        self.scope.error(Code.Q0218, message, path, f"add class: {{{field}: ...}}")
        return None

    def number(
        self, given: Expr, type_: str, run_time: tuple[str, ...], path: Path
    ) -> Expr | None:
        """A number that the parameter's type holds; a table entry is its base."""
        expr = self.scope.resolve(given, path, field="base", run_time=run_time)
        if expr is None or variables(expr):
            return expr
        low, high = _INTEGERS[type_]
        value = evaluate(expr)
        if low <= value <= high:
            return expr
        message = f"the value {value:#x} does not fit the parameter's type {type_!r}"
        self.scope.error(Code.Q0218, message, path)
        return None

    def region(self, name: str, path: Path) -> Link | None:
        """A memory region that there is."""
        if name in ROOTS or name in self.regions:
            problem = sometimes(name, self.regions)
            if problem is not None:
                self.scope.error(Code.Q0214, problem, path)
            return Link(name)
        message = f"there is no region {quoted(name)}"
        help_ = did_you_mean(name, [*ROOTS, *self.regions])
        self.scope.error(Code.Q0201, message, path, help_)
        return None

    def line(self, written: SinkText, device: Device, path: Path) -> Sink | None:
        """An input line of a device that is there already."""
        sink = self.wiring.argument(written, device, path)
        if sink is not None:
            self._earlier(sink.device, device, path)
        return sink

    def inputs(self, name: str, device: Device, path: Path) -> InputLines | None:
        """The lines that an earlier call returned."""
        written = self.spec.devices.get(name)
        if written is None or written.inputs is None:
            known = [n for n, d in self.spec.devices.items() if d.inputs is not None]
            message = f"{quoted(name)} has no 'inputs'"
            help_ = did_you_mean(name, known) or "name a call that returns input lines"
            self.scope.error(Code.Q0201, message, path, help_)
            return None
        self._earlier(name, device, path)
        found = self.known.find(written.call.function) if written.call else None
        if found is not None and found.returns == ONE:
            message = f"{name!r} is one line, no list of them"
            self.scope.error(Code.Q0218, message, path)
            return None
        return InputLines(name)

    def _earlier(self, name: str, device: Device, path: Path) -> None:
        names = list(self.spec.devices)
        if not {name, device.name} <= {*names}:
            return
        if names.index(name) < names.index(device.name):
            return
        message = f"the device {name!r} is created only after this"
        self.scope.error(Code.Q0214, message, path, f"write {name!r} first")

    def link(self, written: LinkText, type_: str, path: Path) -> Link | None:
        """A device that is there already, or one inside it."""
        known = self.buses.created.get(written.target)
        if known is None and self.scope.is_absent(written.target, path):
            return None
        if known is None:
            if not self.scope.broken("devices", written.target):
                message = f"there is no device {quoted(written.target)}"
                names = list(self.buses.created)
                near = did_you_mean(written.target, names)
                help_ = near or "add it under 'devices:'"
                self.scope.error(Code.Q0201, message, path, help_)
            return None
        device = self.spec.devices.get(written.target)
        if device is not None and (device.count or device.unimplemented) is not None:
            message = f"there are several {written.target!r}: this is one device"
            help_ = "describe each of them by itself"
            if device.unimplemented is not None:
                message = f"{written.target!r} is not modelled: there is no such device"
                help_ = "name a device that QEMU has, or none"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        try:
            found = inside(known, written.path, self.buses.catalogue)
        except NoChild as missing:
            self.scope.error(Code.Q0218, str(missing), path, missing.help)
            return None
        if found is not None and not self._has_struct(found, type_):
            message = f"the parameter is of C type {type_!r}, not a {found.name!r}"
            self.scope.error(Code.Q0218, message, path)
            return None
        return Link(Place(written.target, None, written.path))

    def _has_struct(self, known: DeviceType, type_: str) -> bool:
        """Whether a device can be cast to a parameter's type."""
        if type_ in ANY_DEVICE:
            return True
        line = [known.name, *known.ancestors]
        types = [self.buses.catalogue.find(name) for name in line]
        return any(t is not None and f"{t.struct} *" == type_ for t in types)
