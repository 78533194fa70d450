"""Models of what the command line gives to a board: drives, NICs and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_devices import set_property
from qgen.check.facts import Device, Drive
from qgen.check.vocabulary import INTERFACES, Sentinel
from qgen.condition import Option
from qgen.targets import Feature

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
        m.takes(drive, device.name)
    set_property(m, device, name, "drive", drive)
    return True


@function(
    "NICInfo *qemu_find_nic_info(const char *, bool, const char *?)",
    used=True,
    since=Feature.NICS_BY_TYPE,
)
def _nic(m: Execution, type_: str, default: bool, alias: str | None) -> object:
    if not default or alias is not None:
        m.say("a -nic without a model is for the board's NIC, and it has no other name")
    if type_ in m.nics_taken:
        m.say(f"the NIC {type_} is asked for when a device has taken it")
    return Sentinel(f"the NIC {type_}") if type_ in m.scenario.given.nics else None


@function("bool machine_usb(MachineState *)", used=True)
def _usb(m: Execution, _machine: object) -> bool:
    return m.usb


@function("bool defaults_enabled(void)", used=True)
def _defaults(m: Execution) -> bool:
    return Option.DEFAULTS in m.scenario.given.options


@function("bool qtest_enabled(void)", used=True)
def _qtest(m: Execution) -> bool:
    return Option.QTEST in m.scenario.given.options
