"""Clocks, buses and devices as C: one function for each device."""

from __future__ import annotations

import re

from qgen.board import (
    Chardev,
    Device,
    Link,
    MachineValue,
    Property,
)
from qgen.cunit import CallExpr, CExpr, For, Local
from qgen.emit.builder import FunctionBuilder, UnitBuilder
from qgen.emit.wires import emit_cpu_wires, emit_earlier_wires, emit_own_wires
from qgen.expr import evaluate
from qgen.names import identifier, string_literal

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
    for _bus in unit.board.buses:
        unit.use("isa_bus_new", "error_fatal", "address_spaces")
        function.call(
            "isa_bus_new",
            "NULL",
            CallExpr("get_system_memory"),
            CallExpr("get_system_io"),
            "&error_fatal",
        )
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
    locals_ = (
        Local("DeviceState *", "dev", CallExpr("qdev_new", (_type(unit, device),))),
        Local("SysBusDevice *", "sbd", CallExpr("SYS_BUS_DEVICE", ("dev",))),
    )
    unit.use("qdev_new", "sysbus")
    if device.count is None:
        for local in locals_:
            function.local(local)
    else:
        function.local(Local("unsigned int", "i"))
        bound = function.expr(device.count)
        function.body.append(For("i", bound, inner.statements(), locals_))
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
    for prop in device.properties:
        _property(prop, into, index)
    for clock in device.clocks:
        into.unit.use("qdev_connect_clock_in")
        source = f"{into.state()}->{identifier(clock.clock)}"
        into.call("qdev_connect_clock_in", "dev", string_literal(clock.name), source)
    into.unit.use("error_fatal")
    into.call("sysbus_realize_and_unref", "sbd", "&error_fatal")
    for mmio in device.mmio:
        address = into.expr(mmio.address, **index)
        if mmio.priority is None:
            into.call("sysbus_mmio_map", "sbd", str(mmio.index), address)
        else:
            args = ("sbd", str(mmio.index), address, str(mmio.priority))
            into.call("sysbus_mmio_map_overlap", *args)


def _property(prop: Property, into: FunctionBuilder, index: dict[str, str]) -> None:
    name = string_literal(prop.name)
    match prop.value:
        case bool(truth):
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_bit", "dev", name, "true" if truth else "false")
        case str(text) if prop.type == "str":
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_string", "dev", name, string_literal(text))
        case MachineValue(field):
            into.unit.use("qdev_prop_set")
            value = f"{into.machine()}->{field}"
            into.call("qdev_prop_set_string", "dev", name, value)
        case Chardev(serial):
            into.unit.use("qdev_prop_set_chr", "serial_hd")
            chardev = CallExpr("serial_hd", (into.expr(serial, **index),))
            into.call("qdev_prop_set_chr", "dev", name, chardev)
        case str() | Link():
            emit_object_property(prop, CallExpr("OBJECT", ("dev",)), into, index)
        case expr:
            width = _QDEV_INTEGER.match(prop.type)
            if width is None:
                emit_object_property(prop, CallExpr("OBJECT", ("dev",)), into, index)
                return
            into.unit.use("qdev_prop_set")
            value = into.expr(expr, **index)
            into.call(f"qdev_prop_set_{width[1]}", "dev", name, value)


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
        case Link(end, is_region):
            space = (
                into.space(end) if is_region else f"{into.state()}->{identifier(end)}"
            )
            end_object = CallExpr("OBJECT", (space,))
            into.call("object_property_set_link", target, name, end_object, errp)
        case MachineValue(field):
            value = f"{into.machine()}->{field}"
            into.call("object_property_set_str", target, name, value, errp)
        case Chardev():
            raise ValueError("a CPU has no character device")
        case expr:
            number = into.expr(expr, **index)
            into.call("object_property_set_int", target, name, number, errp)
