"""Models of QEMU's PCI (hw/pci/pci.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_devices import created, realize
from qgen.check.facts import BusEnd, Device, Property
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution


@function("int PCI_DEVFN(int, int)", used=True)
def _devfn(_m: Execution, slot: int, function_: int) -> int:
    return slot << 3 | function_


def _made(m: Execution, devfn: int, type_: str, multifunction: bool) -> Device:
    device = created(m, type_)
    if devfn < -1:
        m.say(f"{devfn} is no place on a PCI bus; -1 lets QEMU choose one")
    if devfn >= 0:  # otherwise QEMU takes a free slot
        device.properties.append(Property("addr", "int32", devfn, m.line))
    if multifunction:
        device.properties.append(Property("multifunction", "bool", True, m.line))
    return device


@function("PCIDevice *pci_new(int, const char *)", used=True)
def _new(m: Execution, devfn: int, type_: str) -> Device:
    return _made(m, devfn, type_, False)


@function(
    "PCIDevice *pci_new_multifunction(int, bool, const char *)",
    used=True,
    before=Feature.MULTIFUNCTION_BY_NAME,
)
def _new_either(m: Execution, devfn: int, multifunction: bool, type_: str) -> Device:
    return _made(m, devfn, type_, multifunction)


@function("PCIDevice *pci_new_multifunction(int, const char *)", used=True)
def _new_multifunction(m: Execution, devfn: int, type_: str) -> Device:
    return _made(m, devfn, type_, True)


@function("bool pci_realize_and_unref(PCIDevice *, PCIBus *, Error **?)")
def _realize(m: Execution, device: Device, bus: BusEnd, errp: object) -> bool:
    m.dropped(device)
    device.bus = bus
    return realize(m, device, errp)


@function("PCIDevice *pci_create_simple(PCIBus *, int, const char *)")
def _simple(m: Execution, bus: BusEnd, devfn: int, type_: str) -> Device:
    return _created(m, bus, _made(m, devfn, type_, False))


@function(
    "PCIDevice *pci_create_simple_multifunction(PCIBus *, int, bool, const char *)",
    before=Feature.MULTIFUNCTION_BY_NAME,
)
def _simple_either(
    m: Execution, bus: BusEnd, devfn: int, multifunction: bool, type_: str
) -> Device:
    return _created(m, bus, _made(m, devfn, type_, multifunction))


@function("PCIDevice *pci_create_simple_multifunction(PCIBus *, int, const char *)")
def _simple_multi(m: Execution, bus: BusEnd, devfn: int, type_: str) -> Device:
    return _created(m, bus, _made(m, devfn, type_, True))


def _created(m: Execution, bus: BusEnd, device: Device) -> Device:
    device.bus = bus
    device.realized = True
    m.dropped(device)
    m.realized(device)
    return device
