"""What a board says of a device beside its type: QOM name, NIC, full buses."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.board import NUMBER, Clock, Device
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import evaluate
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, Spec

_BACKEND = "netdev"
_NAMES = """accel append aux-ram-share boot confidential-guest-support dt-compatible dtb
dump-guest-core dumpdtb firmware graphics hmat initrd kernel mem-merge memory memory-backend
memory-encryption nvdimm nvdimm-persistence peripheral peripheral-anon phandle-start shim
smp smp-cache spcr suppress-vmdesc type unattached usb"""
_MACHINES_OWN = frozenset(_NAMES.split())
"""The children and the properties that every machine has (hw/core/machine.c)."""
_X86_NAMES = "acpi bus-lock-ratelimit pic pit sgx-epc smm x-oem-id x-oem-table-id"
_X86_OWN = _MACHINES_OWN.union(_X86_NAMES.split())
"""And those of x86 machines (hw/i386/x86.c)."""
_DEVICES_OWN = frozenset(
    ["hotpluggable", "hotplugged", "parent_bus", "realized", "type"]
)
"""The properties that every device has (hw/core/qdev.c)."""


def judge_children(
    spec: Composite, devices: Sequence[Device], clocks: Sequence[Clock], scope: Scope
) -> None:
    """Refuse a second child of one name: QEMU would abort."""
    what, own = "device", _DEVICES_OWN
    if isinstance(spec, Spec):
        what, own = "machine", _X86_OWN if spec.parent == "x86" else _MACHINES_OWN
    taken = dict.fromkeys(own, f"every {what}'s own")
    taken |= {clock.name: f"that of the clock {clock.name!r}" for clock in clocks}
    for clock in clocks:
        if clock.name in own:
            message = f"{clock.name!r} is a name that every {what} has in QOM"
            scope.error(Code.Q0202, message, clock.origin, "rename it", key=True)
    for device in devices:
        for name in dict.fromkeys(_names(device)):
            if name in taken:
                message = f"the QOM name {name!r} is {taken[name]} already"
                path = (*device.origin, "child")
                scope.error(Code.Q0202, message, path, "take another name")
                break
            taken[name] = f"that of {device.name!r}"


def _names(device: Device) -> list[str]:
    child = device.child
    if child is None or child.endswith("[*]"):
        return []
    count = 1 if device.count is None else evaluate(device.count)
    return [child.replace(NUMBER, str(n)) for n in range(count)]


def child_of(device: model.Device, path: Path, scope: Scope) -> str | None:
    """The name of the machine's QOM child that the device is."""
    child = device.child
    numbered = child is not None and (NUMBER in child or child.endswith("[*]"))
    if device.count is not None and child is not None and not numbered:
        message = f"there are several: they cannot all be the child {child!r}"
        help_ = f"number them: {child}{NUMBER}, or {child}[*]"
        scope.error(Code.Q0214, message, (*path, "child"), help_)
    if device.count is None and child is not None and NUMBER in child:
        message = f"{NUMBER!r} is the number of a repeated device"
        help_ = "give the device a 'count:', or write the number"
        scope.error(Code.Q0214, message, (*path, "child"), help_)
    return child


def judge_nic(
    written: model.Device | model.Part, known: DeviceType, path: Path, scope: Scope
) -> None:
    """Only a NIC has a back end for the network, and one back end at that."""
    if not written.nic:
        _judge_untaken(written, known, path, scope)
        return
    if known.property(_BACKEND) is None:
        message = f"{known.name!r} is no NIC: it has no property {_BACKEND!r}"
        scope.error(Code.Q0210, message, (*path, "nic"), "leave it out", key=True)
    if _BACKEND in written.properties:
        message = f"{_BACKEND!r} comes from -nic, for which the device says 'nic'"
        here = (*path, "properties", _BACKEND)
        scope.error(Code.Q0214, message, here, "leave out one of them", key=True)


def _judge_untaken(
    written: model.Device | model.Part, known: DeviceType, path: Path, scope: Scope
) -> None:
    """Warn of a NIC that is there for a ``-nic`` and leaves that alone."""
    when = written.when if isinstance(written, model.Device) else None
    if when is None or when.nic is None or known.property(_BACKEND) is None:
        return
    if _BACKEND in written.properties:
        return
    scope.warning(
        Code.Q0214,
        "there is such a device only with a -nic, which it leaves unused",
        (*path, "when", "nic"),
        "add nic: true",
    )


def judge_full_buses(
    device: model.Device, known: DeviceType, path: Path, scope: Scope
) -> None:
    """The buses that are marked full are buses of the device."""
    there = [bus for bus, _ in known.child_buses]
    for place, name in enumerate(device.full_buses):
        here = (*path, "full_buses", place)
        if name in device.full_buses[:place]:
            message = f"the bus {name!r} is marked full already"
            scope.error(Code.Q0217, message, here, "leave it out")
        elif known.realized and name not in there:
            listed = f"it has {', '.join(there[:8])}" if there else "it has no bus"
            help_ = did_you_mean(name, there) or listed
            message = f"{known.name!r} has no bus {quoted(name)}"
            scope.error(Code.Q0217, message, here, help_)
