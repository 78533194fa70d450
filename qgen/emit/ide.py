"""The drives of -drive if=ide as C."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.board import Device, IdeController
from qgen.cunit import CallExpr, Local
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
from qgen.names import identifier


def emit_ide_drives(unit: UnitBuilder, device: Device) -> None:
    """The function that puts the drives onto their controllers."""
    name = f"{unit.prefix}_create_{identifier(device.name)}"
    function = FunctionBuilder(unit, name, device.when)
    function.at(device.origin)
    function.note(device.comment)
    if device.ide[0].type == "pci-ide":
        unit.use("pci_ide_create_devs")
        (controller,) = device.ide
        pci = CallExpr("PCI_DEVICE", (function.device(controller.place, {}),))
        function.call("pci_ide_create_devs", pci)
    else:
        _macio(device.ide, function)
    function.add(device.when)


def _macio(controllers: Sequence[IdeController], into: FunctionBuilder) -> None:
    """Controllers that are given their drives one by one, from a list of all."""
    into.unit.use("ide_drive_get", "MAX_IDE_DEVS", "macio_ide_init_drives")
    buses = len(controllers)
    length = "MAX_IDE_DEVS" if buses == 1 else f"{buses} * MAX_IDE_DEVS"
    into.local(Local("DriveInfo *", f"hd[{length}]"))
    into.local(Local("MACIOIDEState *", "ide"))
    into.call("ide_drive_get", "hd", CallExpr("ARRAY_SIZE", ("hd",)))
    for number, controller in enumerate(controllers):
        skipped = "MAX_IDE_DEVS" if number == 1 else f"{number} * MAX_IDE_DEVS"
        start = f"&hd[{skipped}]" if number else "hd"
        into.assign("ide", CallExpr("MACIO_IDE", (into.object(controller.place),)))
        into.call("macio_ide_init_drives", "ide", start)
