"""Clocks, buses and devices as C: one function for each device."""

from __future__ import annotations

import re
from itertools import groupby

from qgen.board import (
    UNIMPLEMENTED,
    Audiodev,
    Chardev,
    ClockOutput,
    Device,
    Drive,
    Link,
    MachineValue,
    Part,
    PciAddress,
    Property,
)
from qgen.cunit import CallExpr, CExpr, For, Local
from qgen.emit.backends import emit_audiodev, emit_drive
from qgen.emit.builder import FunctionBuilder, UnitBuilder
from qgen.emit.wires import emit_cpu_wires, emit_earlier_wires, emit_own_wires
from qgen.expr import evaluate
from qgen.names import identifier, string_literal

_NO_NUMBERS = (
    *(bool, str, Chardev, Drive, Audiodev),
    *(Link, MachineValue, PciAddress),
)
_QDEV_INTEGER = re.compile(r"(uint8|uint16|uint32|uint64|int32)\Z")


def emit_clocks(unit: UnitBuilder) -> None:
    """The function that creates the board's clocks."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_clocks")
    for clock in unit.board.clocks:
        unit.use("clock_new")
        unit.field(f"Clock *{identifier(clock.name)}")
        function.note(clock.comment)
        name = f"{function.state()}->{identifier(clock.name)}"
        label = string_literal(clock.name)
        function.assign(name, CallExpr("clock_new", (function.owner(), label)))
        function.call("clock_set_hz", name, function.expr(clock.frequency))
        function.gap()
    function.add()


def emit_buses(unit: UnitBuilder) -> None:
    """The function that creates the board's own buses."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_buses")
    for bus in unit.board.buses:
        unit.use("isa_bus_new", "error_fatal", "address_spaces")
        new = CallExpr(
            "isa_bus_new",
            (
                "NULL",
                CallExpr("get_system_memory"),
                CallExpr("get_system_io"),
                "&error_fatal",
            ),
        )
        if bus.name in unit.used_buses:
            name = identifier(bus.name)
            unit.field(f"ISABus *{name}")
            function.assign(f"{function.state()}->{name}", new)
        else:
            function.call(new.func, *new.args)
    function.add()


def emit_devices(unit: UnitBuilder) -> None:
    """A function for each device, and one for each run of stubs."""
    stubs = 0
    for kind, devices in groupby(unit.board.devices, lambda d: d.type):
        if kind == UNIMPLEMENTED:
            stubs += 1
            _stubs(unit, list(devices), stubs)
        else:
            for device in devices:
                emit_device(unit, device)


def _stubs(unit: UnitBuilder, devices: list[Device], number: int) -> None:
    """Devices that are not modelled, by QEMU's helper."""
    unit.use("create_unimplemented_device")
    name = f"{unit.prefix}_create_unimplemented"
    function = FunctionBuilder(unit, name if number == 1 else f"{name}_{number}")
    for device in devices:
        function.note(device.comment)
        label, size = (p.value for p in device.properties)
        assert isinstance(label, str) and not isinstance(size, _NO_NUMBERS)
        into, index = function, {}
        if device.count is not None:
            function.local(Local("unsigned int", "i"))
            into, index = function.block(), {"n": "i"}
            into.count = evaluate(device.count)
        into.call(
            "create_unimplemented_device",
            string_literal(label),
            into.expr(device.mmio[0].address, **index),
            into.expr(size),
        )
        if device.count is not None:
            bound = function.expr(device.count)
            function.body.append(For("i", bound, into.statements()))
    function.add()


def emit_device(unit: UnitBuilder, device: Device) -> None:
    """The function that creates, maps and wires one device, or several alike."""
    name = identifier(device.name)
    function = FunctionBuilder(unit, f"{unit.prefix}_create_{name}")
    function.note(device.comment)
    function.count = 1 if device.count is None else evaluate(device.count)
    shared = device.name in unit.shared
    if shared:
        size = "" if device.count is None else f"[{unit.spell(device.count)}]"
        unit.field(f"DeviceState *{name}{size}")
    inner = function if device.count is None else function.block()
    index = {} if device.count is None else {"n": "i"}
    _create(device, inner, index)
    if shared:
        element = "" if device.count is None else "[i]"
        inner.assign(f"{function.state()}->{name}{element}", "dev")
    emit_own_wires(device, inner, index)
    locals_ = [
        Local("DeviceState *", "dev", CallExpr("qdev_new", (_type(unit, device),)))
    ]
    unit.use("qdev_new")
    if device.is_sysbus:
        unit.use("sysbus")
        cast = CallExpr("SYS_BUS_DEVICE", ("dev",))
        locals_.append(Local("SysBusDevice *", "sbd", cast))
    if device.parts and any(p.properties or p.clocks for p in device.parts):
        locals_.append(Local("DeviceState *", "part"))
    if device.count is None:
        for local in locals_:
            function.local(local)
    else:
        function.local(Local("unsigned int", "i"))
        bound = function.expr(device.count)
        function.body.append(For("i", bound, inner.statements(), tuple(locals_)))
    emit_cpu_wires(device, function)
    emit_earlier_wires(device, function)
    function.add()


def _type(unit: UnitBuilder, device: Device) -> str:
    """The type's macro where a header has one, else its name."""
    known = unit.catalogue.find(device.type)
    if known is None or known.macro is None or known.header is None:
        return string_literal(device.type)
    unit.headers.add(known.header)
    return known.macro


def _create(device: Device, into: FunctionBuilder, index: dict[str, str]) -> None:
    if device.child is not None:
        into.unit.use("object")
        child = CallExpr("OBJECT", ("dev",))
        name = string_literal(device.child)
        into.call("object_property_add_child", into.owner(), name, child)
    _set_up("dev", device, into, index)
    for part in device.parts:
        if part.properties or part.clocks:
            into.assign("part", into.inside("dev", part.path))
            _set_up("part", part, into, index)
    into.unit.use("error_fatal")
    if device.is_sysbus:
        into.call("sysbus_realize_and_unref", "sbd", "&error_fatal")
    else:
        bus = _bus(device, into, index)
        into.call("qdev_realize_and_unref", "dev", bus, "&error_fatal")
    for mmio in device.mmio:
        address = into.expr(mmio.address, **index)
        if mmio.priority is None:
            into.call("sysbus_mmio_map", "sbd", str(mmio.index), address)
        else:
            args = ("sbd", str(mmio.index), address, str(mmio.priority))
            into.call("sysbus_mmio_map_overlap", *args)


def _set_up(
    handle: str, device: Device | Part, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """Properties and clocks, before the device is realized."""
    for prop in device.properties:
        _property(handle, prop, into, index)
    for clock in device.clocks:
        into.unit.use("qdev_connect_clock_in")
        name = string_literal(clock.name)
        source = _clock(clock.clock, into, index)
        into.call("qdev_connect_clock_in", handle, name, source)


def _clock(
    clock: str | ClockOutput, into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    if isinstance(clock, str):
        return f"{into.state()}->{identifier(clock)}"
    handle = into.device(clock.place, index)
    return CallExpr("qdev_get_clock_out", (handle, string_literal(clock.name)))


def _bus(device: Device, into: FunctionBuilder, index: dict[str, str]) -> CExpr:
    bus = device.bus
    if bus is None:
        return "NULL"
    if bus.owner is None:
        return CallExpr("BUS", (f"{into.state()}->{identifier(bus.name)}",))
    handle = into.device(bus.owner, index)
    return CallExpr("qdev_get_child_bus", (handle, string_literal(bus.name)))


def _property(
    handle: str, prop: Property, into: FunctionBuilder, index: dict[str, str]
) -> None:
    name = string_literal(prop.name)
    match prop.value:
        case bool(truth):
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_bit", handle, name, "true" if truth else "false")
        case str(text) if prop.type == "str":
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_string", handle, name, string_literal(text))
        case MachineValue(field):
            into.unit.use("qdev_prop_set")
            value = f"{into.machine()}->{field}"
            into.call("qdev_prop_set_string", handle, name, value)
        case Chardev(serial):
            into.unit.use("qdev_prop_set_chr", "serial_hd")
            chardev = CallExpr("serial_hd", (into.expr(serial, **index),))
            into.call("qdev_prop_set_chr", handle, name, chardev)
        case Drive() as drive:
            emit_drive(handle, prop.name, drive, into, index)
        case Audiodev():
            emit_audiodev(handle, prop.name, into)
        case PciAddress(slot, number):
            into.unit.use("qdev_prop_set", "PCI_DEVFN")
            where = CallExpr("PCI_DEVFN", (str(slot), str(number)))
            into.call("qdev_prop_set_int32", handle, name, where)
        case str() | Link():
            emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
        case expr:
            width = _QDEV_INTEGER.match(prop.type)
            if width is None:
                emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
                return
            into.unit.use("qdev_prop_set")
            value = into.expr(expr, **index)
            into.call(f"qdev_prop_set_{width[1]}", handle, name, value)


def emit_object_property(
    prop: Property, target: CExpr, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """A property set by QOM, for types that have no qdev function, and for CPUs."""
    into.unit.use("error_fatal")
    name, errp = string_literal(prop.name), "&error_fatal"
    match prop.value:
        case bool(truth):
            arg = "true" if truth else "false"
            into.call("object_property_set_bool", target, name, arg, errp)
        case str(text):
            into.call(
                "object_property_set_str", target, name, string_literal(text), errp
            )
        case Link(end):
            to = into.space(end) if isinstance(end, str) else into.device(end, index)
            end_object = CallExpr("OBJECT", (to,))
            into.call("object_property_set_link", target, name, end_object, errp)
        case MachineValue(field):
            value = f"{into.machine()}->{field}"
            into.call("object_property_set_str", target, name, value, errp)
        case Chardev() | Drive() | Audiodev() | PciAddress():
            raise ValueError("a CPU has no back end and no address")
        case expr:
            number = into.expr(expr, **index)
            into.call("object_property_set_int", target, name, number, errp)
