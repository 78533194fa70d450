"""Models of I2C devices that one call creates, and of what an EEPROM holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qgen.check.api import function
from qgen.check.facts import BusEnd, Device, Property

if TYPE_CHECKING:
    from qgen.check.machine import Execution

_SMBUS_EEPROM = "smbus-eeprom"
_SMBUS_EEPROM_SIZE = 256


class Zeros(NamedTuple):
    """Memory of so many bytes, all of them zero."""

    size: int


@function("void *g_malloc0(size_t)", used=True)
def _zeros(_m: Execution, size: int) -> Zeros:
    return Zeros(size)


def _made(m: Execution, bus: BusEnd, type_: str, address: int) -> Device:
    m.making()
    device = Device(type_, f"the {type_!r} of line {m.line}", m.line, realized=True)
    device.properties.append(Property("address", "uint8", address, m.line))
    device.bus = bus
    m.facts.devices.append(device)
    m.realized(device)
    return device


@function("I2CSlave *i2c_slave_create_simple(I2CBus *, const char *, uint8_t)")
def _simple(m: Execution, bus: BusEnd, type_: str, address: int) -> Device:
    return _made(m, bus, type_, address)


@function("void smbus_eeprom_init_one(I2CBus *, uint8_t, uint8_t *)")
def _eeprom(m: Execution, bus: BusEnd, address: int, contents: object) -> None:
    if not isinstance(contents, Zeros) or contents.size != _SMBUS_EEPROM_SIZE:
        m.refuse(f"an SMBus EEPROM starts with {_SMBUS_EEPROM_SIZE} bytes, all zero")
    _made(m, bus, _SMBUS_EEPROM, address)
