"""Models of QEMU's devices: qdev, sysbus, properties, clocks, GPIO lines and buses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.facts import (
    Bus,
    BusEnd,
    Chardev,
    Clock,
    ClockLine,
    Cpu,
    Device,
    DeviceRegion,
    Input,
    Mapped,
    Output,
    Property,
    Region,
)
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution


def created(m: Execution, type_: str) -> Device:
    """A new device of a type."""
    m.making()
    type_ = m.unit.renamed.get(type_, type_)
    device = Device(type_, f"the {type_!r} of line {m.line}", m.line, held=True)
    m.facts.devices.append(device)
    return device


@function("DeviceState *qdev_new(const char *)", used=True)
def _new(m: Execution, type_: str) -> Device:
    return created(m, type_)


def realize(m: Execution, device: Device, errp: object) -> bool:
    """A device is realized."""
    m.making()
    if not isinstance(device, Device):
        m.refuse("what is realized here is no device that the board made")
    if device.inside is not None:
        m.refuse(f"{device.name} is realized by the device that it is in")
    if device.realized:
        m.refuse(f"{device.name} is realized twice")
    if not m.succeeds(errp):
        return False
    device.is_realized()
    m.realized(device)
    return True


def set_on_bus(device: Device, bus: object) -> None:
    """The bus that a device is realized on, if any."""
    if isinstance(bus, Bus):
        device.bus = BusEnd(bus)
    elif isinstance(bus, BusEnd):
        device.bus = bus


@function("bool sysbus_realize_and_unref(SysBusDevice *, Error **?)")
def _sysbus_realize(m: Execution, device: Device, errp: object) -> bool:
    m.dropped(device)
    return realize(m, device, errp)


@function("bool qdev_realize_and_unref(DeviceState *, BusState *?, Error **?)")
def _qdev_realize(m: Execution, device: Device, bus: object, errp: object) -> bool:
    m.dropped(device)
    set_on_bus(device, bus)
    return realize(m, device, errp)


@function("BusState *qdev_get_child_bus(DeviceState *, const char *)", used=True)
def _child_bus(m: Execution, device: Device, name: str) -> BusEnd:
    if not device.realized:
        m.refuse(f"a bus of {device.name} is taken before it is realized")
    return BusEnd(device, name)


@function("Object *object_resolve_path_component(Object *, const char *)", used=True)
def _component(m: Execution, parent: object, name: str) -> Device:
    if not isinstance(parent, Device) or isinstance(parent, Cpu):
        m.refuse(f"the child {name!r} is searched for in what is no device")
    return parent.part(name, m.line)


@function("Object *object_resolve_path_at(Object *, const char *)", used=True)
def _path_at(m: Execution, parent: object, path: str) -> Device:
    for name in path.split("/"):
        parent = _component(m, parent, name)
    assert isinstance(parent, Device)
    return parent


@function("void object_property_add_child(Object *, const char *, Object *)")
def _add_child(m: Execution, parent: object, name: str, child: object) -> None:
    if parent is not m.instance:
        m.refuse(f"{name!r} becomes no child of {m.whole}")
    if not isinstance(child, Device) or child.inside is not None:
        m.refuse(f"the machine's child {name!r} is no device of the board")
    if child.realized:
        m.refuse(f"{child.name} is unattached already: name it before it is realized")
    if child.child is not None:
        m.refuse(f"{child.name} is a child of the machine twice")
    child.child = name


def set_property(
    m: Execution, device: object, name: str, how: str, value: object
) -> None:
    """A property of a device that is not realized yet."""
    if not isinstance(device, Device):
        m.refuse(f"the property {name!r} is set on an object that is no device")
    if device.realized:
        m.refuse(f"{device.name}: {name!r} is set after it was realized")
    if any(known.name == name for known in device.properties):
        m.say(f"{device.name}: {name!r} is set twice")
    device.properties.append(Property(name, how, value, m.line))


@function("void qdev_prop_set_bit(DeviceState *, const char *, bool)")
def _bit(m: Execution, device: Device, name: str, value: bool) -> None:
    set_property(m, device, name, "bool", value)


@function("void qdev_prop_set_string(DeviceState *, const char *, const char *)")
def _string(m: Execution, device: Device, name: str, value: str) -> None:
    set_property(m, device, name, "str", value)


@function("void qdev_prop_set_chr(DeviceState *, const char *, Chardev *?)")
def _chr(m: Execution, device: Device, name: str, value: Chardev) -> None:
    set_property(m, device, name, "chr", value)


@function("void qdev_prop_set_uint8(DeviceState *, const char *, uint8_t)")
def _uint8(m: Execution, device: Device, name: str, value: int) -> None:
    set_property(m, device, name, "uint8", value)


@function("void qdev_prop_set_uint16(DeviceState *, const char *, uint16_t)")
def _uint16(m: Execution, device: Device, name: str, value: int) -> None:
    set_property(m, device, name, "uint16", value)


@function("void qdev_prop_set_uint32(DeviceState *, const char *, uint32_t)")
def _uint32(m: Execution, device: Device, name: str, value: int) -> None:
    set_property(m, device, name, "uint32", value)


@function("void qdev_prop_set_uint64(DeviceState *, const char *, uint64_t)")
def _uint64(m: Execution, device: Device, name: str, value: int) -> None:
    set_property(m, device, name, "uint64", value)


@function("void qdev_prop_set_int32(DeviceState *, const char *, int32_t)")
def _int32(m: Execution, device: Device, name: str, value: int) -> None:
    set_property(m, device, name, "int32", value)


@function("bool object_property_set_bool(Object *, const char *, bool, Error **?)")
def _object_bool(
    m: Execution, device: object, name: str, value: bool, errp: object
) -> bool:
    m.fatal(errp)
    set_property(m, device, name, "bool", value)
    return True


@function("bool object_property_set_int(Object *, const char *, int64_t, Error **?)")
def _object_int(
    m: Execution, device: object, name: str, value: int, errp: object
) -> bool:
    m.fatal(errp)
    set_property(m, device, name, "int", value)
    return True


@function(
    "bool object_property_set_str(Object *, const char *, const char *, Error **?)"
)
def _object_str(
    m: Execution, device: object, name: str, value: str, errp: object
) -> bool:
    m.fatal(errp)
    set_property(m, device, name, "str", value)
    return True


@function("bool object_property_set_link(Object *, const char *, Object *, Error **?)")
def _object_link(
    m: Execution, device: object, name: str, value: object, errp: object
) -> bool:
    m.fatal(errp)
    if isinstance(value, Region) and value.kind is None:
        m.refuse(f"the link {name!r} is to a region that is not initialised")
    if isinstance(value, Device) and not value.realized:
        m.refuse(f"the link {name!r} is to a device that is not realized")
    set_property(m, device, name, "link", value)
    return True


def _mmio(m: Execution, device: Device, index: int, at: int, priority: int) -> None:
    m.making()
    if not device.realized:
        m.refuse(f"{device.name} is mapped before it is realized")
    if index in device.mmio:
        m.refuse(f"{device.name}: region {index} is mapped twice")
    device.mmio[index] = Mapped(m.facts.system, at, priority, m.line, "system bus")


@function("void sysbus_mmio_map(SysBusDevice *, int, hwaddr)")
def _sysbus_map(m: Execution, device: Device, index: int, address: int) -> None:
    _mmio(m, device, index, address, 0)


@function("void sysbus_mmio_map_overlap(SysBusDevice *, int, hwaddr, int)")
def _sysbus_map_overlap(
    m: Execution, device: Device, index: int, address: int, priority: int
) -> None:
    _mmio(m, device, index, address, priority)


@function("MemoryRegion *sysbus_mmio_get_region(SysBusDevice *, int)", used=True)
def _mmio_region(m: Execution, device: Device, index: int) -> DeviceRegion:
    if not device.realized:
        m.refuse(f"a region of {device.name} is taken before it is realized")
    name = f"{device.name}: MMIO region {index}"
    region = DeviceRegion(name, kind="device", owner=device, index=index)
    region.mapped = device.mmio.get(index)
    return region


@function("qemu_irq qdev_get_gpio_in(DeviceState *, int)", used=True)
def _gpio_in(m: Execution, device: Device, index: int) -> Input:
    return _input(m, device, None, index)


@function(
    "qemu_irq qdev_get_gpio_in_named(DeviceState *, const char *, int)", used=True
)
def _gpio_in_named(m: Execution, device: Device, name: str, index: int) -> Input:
    return _input(m, device, name, index)


def _input(m: Execution, device: Device, name: str | None, index: int) -> Input:
    if not device.realized:
        m.refuse(f"an input of {device.name} is taken before it is realized")
    return Input(device, name, index)


@function("void qbus_mark_full(BusState *)")
def _full(m: Execution, bus: object) -> None:
    if not isinstance(bus, BusEnd) or not isinstance(bus.owner, Device):
        m.refuse("a bus is marked full that is no device's")
    bus.owner.full.append(bus.name or "")


@function(
    "bool qemu_configure_nic_device(DeviceState *, bool, const char *?)",
    since=Feature.NICS_BY_TYPE,
)
def _nic(m: Execution, device: Device, fallback: bool, alias: str | None) -> bool:
    if device.realized:
        m.refuse(f"{device.name} gets its NIC after it was realized")
    if device.nic:
        m.say(f"{device.name} gets a NIC twice")
    if not fallback or alias is not None:
        m.say(f"{device.name} does not take any NIC that fits its type")
    device.nic = True
    m.nics_taken.add(device.type)
    return True


@function("void sysbus_connect_irq(SysBusDevice *, int, qemu_irq)")
def _irq(m: Execution, device: Device, index: int, sink: Input) -> None:
    m.wire(Output(device, True, None, index), sink)


@function("void qdev_connect_gpio_out(DeviceState *, int, qemu_irq)")
def _gpio_out(m: Execution, device: Device, index: int, sink: Input) -> None:
    m.wire(Output(device, False, None, index), sink)


@function(
    "void qdev_connect_gpio_out_named(DeviceState *, const char *, int, qemu_irq)"
)
def _gpio_out_named(
    m: Execution, device: Device, name: str, index: int, sink: Input
) -> None:
    m.wire(Output(device, False, name, index), sink)


@function("Clock *clock_new(Object *, const char *)", used=True)
def _clock(m: Execution, parent: object, name: str) -> Clock:
    m.making()
    if parent is not m.instance:
        m.say(f"the clock {name!r} is no child of the machine")
    clock = Clock(repr(name), name, None, m.line)
    m.facts.clocks.append(clock)
    return clock


@function("bool clock_set_hz(Clock *, unsigned)")
def _clock_hz(m: Execution, clock: Clock, hz: int) -> bool:
    if clock.hz is not None:
        m.say(f"the clock {clock.name} gets two frequencies")
    clock.hz = hz
    return True


@function("void qdev_connect_clock_in(DeviceState *, const char *, Clock *)")
def _clock_in(
    m: Execution, device: Device, name: str, clock: Clock | ClockLine
) -> None:
    if isinstance(clock, Clock) and not clock.runs:
        m.refuse(f"{device.name}: the clock at {name!r} has no frequency yet")
    if device.realized:
        m.refuse(f"{device.name}: clock {name!r} is connected after it was realized")
    if name in device.clocks:
        m.say(f"{device.name}: clock {name!r} is connected twice")
    device.clocks[name] = clock


@function("Clock *qdev_get_clock_out(DeviceState *, const char *)", used=True)
def _clock_out(_m: Execution, device: Device, name: str) -> ClockLine:
    return ClockLine(device, name)


@function("Chardev *serial_hd(int)", used=True)
def _serial(_m: Execution, index: int) -> Chardev:
    return Chardev(index)


@function(
    "ISABus *isa_bus_new(DeviceState *?, MemoryRegion *, MemoryRegion *, Error **?)"
)
def _isa(m: Execution, device: object, memory: Region, io: Region, errp: object) -> Bus:
    m.making()
    m.succeeds(errp)
    if device is not None:
        m.say("the ISA bus belongs to a device; the board creates it itself")
    bus = Bus(memory, io, m.line)
    m.facts.buses.append(bus)
    return bus
