"""Models of what the command line gives to devices: drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_devices import set_property
from qgen.check.facts import Device, Drive
from qgen.check.vocabulary import INTERFACES

if TYPE_CHECKING:
    from qgen.check.machine import Execution


@function("DriveInfo *drive_get(int, int, int)", used=True)
def _drive_get(m: Execution, interface: int, bus: int, unit: int) -> Drive | None:
    if not 0 <= interface < len(INTERFACES):
        m.refuse(f"there is no interface {interface} of drives")
    drive = Drive(INTERFACES[interface], bus, unit)
    return drive if drive in m.scenario.given.drives else None


@function("BlockBackend *blk_by_legacy_dinfo(DriveInfo *)", used=True)
def _blk(_m: Execution, drive: Drive) -> Drive:
    return drive


@function(
    "bool qdev_prop_set_drive_err(DeviceState *, const char *, BlockBackend *?, Error **?)"
)
def _set_drive(
    m: Execution, device: Device, name: str, drive: Drive | None, errp: object
) -> bool:
    m.fatal(errp)
    if drive is not None:
        if drive in m.drives:
            m.say(f"{device.name}: {drive} has a device already")
        m.drives.add(drive)
    set_property(m, device, name, "drive", drive)
    return True
