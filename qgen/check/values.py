"""The objects that pointers of the running C point to, and QOM's view of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qgen.check.code import Record
from qgen.check.facts import Bus, BusEnd, Clock, Cpu, Device, Region
from qgen.check.notes import Refused
from qgen.check.vocabulary import CPU_STRUCTS


@dataclass(eq=False, repr=False)
class Instance:
    """The machine, or its class: an object that C sees as several structs."""

    views: dict[str, Record] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class StaticArray:
    """A static array of strings: ``const char * const x[]``."""

    values: list[Any]


_BUSES = ("BusState", "PCIBus", "I2CBus", "ISABus", "SSIBus")
_NO_DEVICES = frozenset({*_BUSES, *CPU_STRUCTS, "CPUState", "MachineState"})


def is_a(value: object, struct: str) -> bool:
    """Whether QOM casts ``value`` to ``struct``."""
    if isinstance(value, Instance):
        return struct in value.views or struct == "Object"
    if isinstance(value, Cpu):
        suffix = CPU_STRUCTS.get(struct)
        if suffix is not None:
            return value.type.endswith(suffix)
        return struct in ("Object", "DeviceState", "CPUState")
    if isinstance(value, Device):
        # What a device of the catalogue casts to, QOM knows: it ends QEMU where it is
        # another one. A bus or a CPU it never is.
        return struct not in _NO_DEVICES
    if isinstance(value, (Bus, BusEnd)) and struct in _BUSES:
        return True
    return struct == "Object" and isinstance(value, (Region, Clock, Bus))


def dtb_compatible(cpu: Cpu) -> str:
    """What QEMU's model of a CPU is called in device trees."""
    return f"<{cpu.type}->dtb_compatible>"


def record(value: object, struct: str, line: int) -> Record:
    """The fields of ``struct`` in what a pointer points to."""
    if isinstance(value, Record):
        return value
    if isinstance(value, Cpu):
        return Record(struct, {"env": value, "dtb_compatible": dtb_compatible(value)})
    if isinstance(value, Device) and struct == "PCIHostState":
        return Record(struct, {"bus": BusEnd(value)} if value.realized else {})
    if isinstance(value, Instance) and struct in value.views:
        return value.views[struct]
    if value is None:
        raise Refused(line, "a null pointer is followed")
    raise Refused(line, f"this object has no '{struct}' inside")
