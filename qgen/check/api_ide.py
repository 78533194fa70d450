"""Models of QEMU's IDE disks (hw/ide/ide-dev.h, pci.h, hw/misc/macio/macio.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.code import Elements
from qgen.check.facts import Device, Disk, Drive

if TYPE_CHECKING:
    from qgen.check.machine import Execution

PER_BUS = 2


def _given(m: Execution, number: int) -> Drive | None:
    """Drive ``number`` of all buses, if there is one."""
    drive = Drive("ide", *divmod(number, PER_BUS))
    return drive if drive in m.scenario.given.drives else None


@function("void ide_drive_get(DriveInfo **, int)")
def _drive_get(m: Execution, drives: Elements, count: int) -> None:
    if count != drives.length:
        m.say(f"{int(count)} drives are asked for, there is room for {drives.length}")
    for number in range(min(count, drives.length)):
        drives.put(number, _given(m, number))
    m.facts.disks_asked += count


def _create(m: Execution, owner: Device, place: int, drive: Drive | None) -> None:
    if drive is None:
        return
    if not owner.realized:
        m.refuse(f"{owner.name} gets its drives before it is realized")
    m.takes(drive, owner.name)
    unit = drive.bus * PER_BUS + drive.unit
    m.facts.disks.append(Disk(owner, place, unit, len(m.facts.devices), m.line))


@function("void macio_ide_init_drives(MACIOIDEState *, DriveInfo **)")
def _macio(m: Execution, owner: Device, drives: Elements) -> None:
    m.making()
    for place in range(PER_BUS):
        if place >= drives.length:
            m.refuse("there is no drive behind the end of the list")
        _create(m, owner, place, drives.at(place, m.line))


@function("void pci_ide_create_devs(PCIDevice *)")
def _pci(m: Execution, owner: Device) -> None:
    m.making()
    m.facts.disks_asked += 2 * PER_BUS
    for place in range(2 * PER_BUS):
        _create(m, owner, place, _given(m, place))
