"""I2C devices that have only an address, as maintainers write them: one call each."""

from __future__ import annotations

from qgen.board import BusEnd, Device, Place
from qgen.cunit import CallExpr, CExpr, Local
from qgen.emit.builder import FunctionBuilder
from qgen.emit.buses import is_i2c, is_simple
from qgen.emit.unit import UnitBuilder
from qgen.emit.values import NO_NUMBERS
from qgen.names import string_literal

_SMBUS_EEPROM = "smbus-eeprom"
_SMBUS_EEPROM_SIZE = 256
"""The bytes that such an EEPROM has (hw/i2c/smbus_eeprom.c)."""


def create_simple_i2c(
    device: Device, bus: CExpr, into: FunctionBuilder, index: dict[str, str]
) -> CallExpr:
    """The call that creates and realizes a device that `is_simple` holds for."""
    (prop,) = device.properties
    assert not isinstance(prop.value, NO_NUMBERS)
    address = into.expr(prop.value, **index)
    i2c = CallExpr("I2C_BUS", (bus,))
    if device.type != _SMBUS_EEPROM:
        into.unit.use("i2c")
        type_ = into.unit.type_name(device.type)
        return CallExpr("i2c_slave_create_simple", (i2c, type_, address))
    into.unit.use("smbus_eeprom_init_one")
    contents = CallExpr("g_malloc0", (str(_SMBUS_EEPROM_SIZE),))
    return CallExpr("smbus_eeprom_init_one", (i2c, address, contents))


def is_plain_i2c(unit: UnitBuilder, device: Device) -> bool:
    """Whether one call makes an I2C device, and nothing refers to it."""
    simple = is_i2c(device) and is_simple(device) and device.count is None
    return simple and not unit.refers_to(device)


def emit_plain_i2c(unit: UnitBuilder, devices: list[Device], name: str) -> None:
    """One function for devices that follow each other, and `is_plain_i2c` holds for."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_{name}", devices[0].when)
    last = None
    for device in devices:
        assert device.bus is not None and device.bus.owner is not None
        function.note(device.comment)
        if device.bus != last:
            _find(device.bus, device.bus.owner, function)
            last = device.bus
        new = create_simple_i2c(device, "bus", function, {})
        function.call(new.func, *new.args)
    function.add(devices[0].when)


def _find(bus: BusEnd, owner: Place, into: FunctionBuilder) -> None:
    """The bus, as a local that is assigned to."""
    into.unit.use("qdev_new")
    into.local(Local("BusState *", "bus"))
    handle = into.device(owner, {})
    if owner.path and isinstance(handle, CallExpr):
        into.assign(into.local(Local("Object *", "owner")), handle.args[0])
        handle = CallExpr("DEVICE", ("owner",))
    found = CallExpr("qdev_get_child_bus", (handle, string_literal(bus.name)))
    into.assign("bus", found)
