"""Buses as C: those that the board creates, and where a device finds its own."""

from __future__ import annotations

from qgen.board import BusEnd, Device, PciAddress
from qgen.cunit import Arrow, CallExpr, CExpr, Local
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
from qgen.names import identifier, string_literal
from qgen.targets import Feature, Target

PCI_PROPERTIES = ("addr", "multifunction")
"""The properties that a PCI device is created with, not given later."""


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


def bus_of(bus: BusEnd | None, into: FunctionBuilder, index: dict[str, str]) -> CExpr:
    """The bus that a device sits on: a BusState, or a PCIBus."""
    if bus is None:
        return "NULL"
    if bus.owner is None:
        return CallExpr("BUS", (f"{into.state()}->{identifier(bus.name)}",))
    handle = into.device(bus.owner, index)
    if bus.of_host:
        into.unit.use("PCI_HOST_BRIDGE")
        return Arrow(CallExpr("PCI_HOST_BRIDGE", (handle,)), "bus")
    into.unit.use("qdev_new")
    if bus.owner.path and isinstance(handle, CallExpr):
        owner = into.local(Local("Object *", "owner", handle.args[0]))
        handle = CallExpr("DEVICE", (owner,))
    found: CExpr = CallExpr("qdev_get_child_bus", (handle, string_literal(bus.name)))
    if bus.owner.path:
        found = into.local(Local("BusState *", "bus", found))
    return CallExpr("PCI_BUS", (found,)) if bus.is_pci else found


def is_pci(device: Device) -> bool:
    """Whether a device sits on a PCI bus."""
    return device.bus is not None and device.bus.is_pci


def is_i2c(device: Device) -> bool:
    """Whether a device sits on an I2C bus."""
    return device.bus is not None and device.bus.kind == "i2c-bus"


def is_simple(device: Device) -> bool:
    """Whether a PCI or I2C device is realized just as it is created."""
    if not is_pci(device) and not is_i2c(device):
        return False
    known = PCI_PROPERTIES if is_pci(device) else ("address",)
    given = [p for p in device.properties if p.name not in known]
    set_up = any(p.properties or p.clocks or p.nic for p in device.parts)
    more = device.clocks or device.child or device.nic or device.full_buses
    return not (given or set_up or more)


def new_pci(device: Device, type_: str, target: Target) -> CallExpr:
    """The call that creates a PCI device."""
    suffix, more = _multifunction(device, target)
    return CallExpr(f"pci_new{suffix}", (_devfn(device), *more, type_))


def create_simple_pci(
    device: Device, type_: str, bus: CExpr, target: Target
) -> CallExpr:
    """The call that creates and realizes a PCI device."""
    suffix, more = _multifunction(device, target)
    return CallExpr(f"pci_create_simple{suffix}", (bus, _devfn(device), *more, type_))


def _multifunction(device: Device, target: Target) -> tuple[str, tuple[str, ...]]:
    """How the function's name ends, and what it takes more."""
    values = {p.name: p.value for p in device.properties}
    if values.get("multifunction") is not True:
        return "", ()
    named = target.has(Feature.MULTIFUNCTION_BY_NAME)
    return "_multifunction", () if named else ("true",)


def _devfn(device: Device) -> CExpr:
    """Slot and function; -1 lets QEMU choose a free slot."""
    for prop in device.properties:
        if isinstance(prop.value, PciAddress):
            where = prop.value
            return CallExpr("PCI_DEVFN", (str(where.slot), str(where.function)))
    return "-1"
