"""Calls of QEMU's exported helpers as C."""

from __future__ import annotations

from qgen.board import (
    AddressSpace,
    Argument,
    BusEnd,
    Call,
    Chardev,
    Device,
    Drive,
    InputLines,
    Itself,
    Link,
    MachineClassValue,
    MachineValue,
    Place,
    Sink,
    Text,
)
from qgen.catalogue import DeviceType
from qgen.cunit import Arrow, CallExpr, CExpr
from qgen.emit.backends import drive_get
from qgen.emit.builder import FunctionBuilder, cast
from qgen.emit.buses import bus_of
from qgen.emit.wires import input_line
from qgen.names import identifier, string_literal

_BUS_CASTS = {
    "BusState *": None,
    "I2CBus *": "I2C_BUS",
    "ISABus *": "ISA_BUS",
    "SSIBus *": "SSI_BUS",
}
_PLAIN_CASTS = {"SysBusDevice *": "SYS_BUS_DEVICE", "Object *": "OBJECT"}


def call_expr(
    device: Device, call: Call, into: FunctionBuilder, index: dict[str, str]
) -> CallExpr:
    """The call that makes ``device``."""
    into.unit.headers.add(call.header)
    arguments = tuple(
        _argument(given, type_, device, into, index)
        for given, type_ in zip(call.arguments, call.types, strict=True)
    )
    return CallExpr(call.function, arguments)


def made_device(
    device: Device, call: Call, into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    """The call as a DeviceState."""
    made = call_expr(device, call, into, index)
    return made if call.returns == "DeviceState *" else CallExpr("DEVICE", (made,))


def _argument(
    given: Argument,
    type_: str,
    device: Device,
    into: FunctionBuilder,
    index: dict[str, str],
) -> CExpr:
    match given:
        case None:
            return "NULL"
        case bool(truth):
            return "true" if truth else "false"
        case Text(text):
            literal = string_literal(text)
            return literal if type_.startswith("const") else f"(char *){literal}"
        case MachineValue(field):
            return f"{into.machine()}->{field}"
        case MachineClassValue(field):
            return Arrow(CallExpr("MACHINE_GET_CLASS", (into.machine(),)), field)
        case Chardev(number):
            into.unit.use("serial_hd")
            return CallExpr("serial_hd", (into.expr(number, **index),))
        case Itself():
            if type_ == "Object *":
                return into.owner()
            whole = type_ == "MachineState *"
            return into.machine() if whole else into.base()
        case Link(target):
            if isinstance(target, str):
                return into.space(target)
            return _device(target, type_, device, into, index)
        case BusEnd():
            return _bus(given, type_, into, index)
        case InputLines(name):
            return f"{into.state()}->{identifier(name)}"
        case AddressSpace(name):
            into.unit.use("address_spaces")
            return f"&address_space_{name}"
        case Drive():
            return drive_get(given, into, index)
        case Sink():
            return input_line(given, into, index, device)
        case number:
            return into.expr(number, **index)


def _bus(
    bus: BusEnd, type_: str, into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    if bus.owner is None:
        kept: CExpr = f"{into.state()}->{identifier(bus.name)}"
        return CallExpr("BUS", (kept,)) if type_ == "BusState *" else kept
    found = bus_of(bus, into, index)
    if bus.is_pci:
        return CallExpr("BUS", (found,)) if type_ == "BusState *" else found
    cast = _BUS_CASTS.get(type_)
    if cast is None:
        return found
    into.unit.use(cast)
    return CallExpr(cast, (found,))


def _device(
    place: Place,
    type_: str,
    device: Device,
    into: FunctionBuilder,
    index: dict[str, str],
) -> CExpr:
    handle = into.device(place, index, device.name)
    if type_ in _PLAIN_CASTS:
        return cast(_PLAIN_CASTS[type_], handle)
    known = _typed(place, type_, into)
    if known is None or known.cast is None or known.header is None:
        return handle
    into.unit.headers.add(known.header)
    return cast(known.cast, handle)


def _typed(place: Place, type_: str, into: FunctionBuilder) -> DeviceType | None:
    """The type, of the device or below it, that the parameter's type is for."""
    catalogue = into.unit.catalogue
    known = catalogue.find(into.unit.devices[place.device].type)
    for name in place.path:
        children = dict(known.children + known.realized_children) if known else {}
        known = catalogue.find(children.get(name, ""))
    line = () if known is None else (known.name, *known.ancestors)
    types = (catalogue.find(name) for name in line)
    return next((t for t in types if t and f"{t.struct} *" == type_), None)
