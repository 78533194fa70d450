"""Buses: which device sits on which, and at what address."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from qgen.board import PCI_BUS, BusEnd, Device, PciAddress, Place, Property, Value
from qgen.catalogue import Catalogue, DeviceType
from qgen.condition import exclusive
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Bin, Entry, Num, Sym, Var, evaluate
from qgen.frozen import frozen
from qgen.lower.elsewhere import had_by, missing
from qgen.lower.inside import NoChild, inside, spelled
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.ends import PciText
from qgen.spec.model import Composite

SYSTEM_BUS = "System"
MULTIFUNCTION = "multifunction"
"""The property of a PCI device that lets other functions into its slot."""
ISA_BUS = "ISA"


@frozen(slots=False)
class Addressing:
    """How devices of one kind of bus are addressed: by a property of theirs."""

    property: str
    what: str
    highest: int
    example: str
    needed: bool = False


ADDRESSING = {
    "i2c-bus": Addressing("address", "I2C address", 0x7F, "0x50", needed=True),
    "SSI": Addressing("cs", "chip select", 0xFF, "0"),
    PCI_BUS: Addressing("addr", "slot", 0, "16.0"),
}
"""By the type of the bus that a device of the catalogue asks for."""
_OWN = {"isa": ISA_BUS}
"""The QOM types of the buses that a board creates itself."""


class Buses:
    """Finds the bus of each device; ``created`` are the devices that can have one."""

    def __init__(
        self,
        spec: Composite,
        catalogue: Catalogue,
        created: Mapping[str, DeviceType],
        scope: Scope,
    ):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.created = created

    def lower(
        self, device: model.Device, known: DeviceType, path: Path
    ) -> tuple[BusEnd | None, tuple[Property, ...]]:
        """The bus that the device sits on, and the properties that say where."""
        if known.bus is None or known.bus == SYSTEM_BUS:
            self._none_wanted(device, known, path)
            return None, ()
        if device.bus is None:
            self.scope.error(
                Code.Q0217,
                f"{known.name!r} sits on a bus of type {known.bus!r}: name one",
                path,
                f"add bus: DEVICE/BUS{self._candidate(known.bus)}",
                key=True,
            )
            return None, ()
        end = self.find(device.bus, (*path, "bus"), known.bus)
        kind = ADDRESSING.get(known.bus)
        if kind is not None and kind.property in device.properties:
            self.scope.error(
                Code.Q0217,
                f"the property {kind.property!r} is where the device sits on its bus",
                (*path, "properties", kind.property),
                f"write it beside 'bus': address: {kind.example}",
                key=True,
            )
        return end, self._address(device, known, path)

    def _none_wanted(self, device: model.Device, known: DeviceType, path: Path) -> None:
        where = "the system bus" if known.bus else "no bus"
        for key in ("bus", "address"):
            if getattr(device, key) is not None:
                self.scope.error(
                    Code.Q0217,
                    f"{known.name!r} sits on {where}",
                    (*path, key),
                    "leave it out",
                    key=True,
                )

    def _candidate(self, type_: str) -> str:
        """A bus of the board that would do, as the example of a message."""
        for name, known in self.created.items():
            for bus, of in known.child_buses:
                if self._is_a(of, type_):
                    return f", such as {name}/{bus}"
        return ""

    def _is_a(self, bus: str, wanted: str) -> bool:
        if bus == wanted:
            return True
        known = self.catalogue.bus(bus)
        return known is not None and wanted in known.ancestors

    def find(self, written: str, path: Path, kind: str | None = None) -> BusEnd | None:
        """The bus at a path; one that devices of that ``kind`` sit on, if it is given."""
        name, *inner = written.split("/")
        if name in self.spec.own_buses and not inner:
            type_ = _OWN[self.spec.own_buses[name].type]
            return self._fitting(BusEnd(None, name, kind or type_), type_, path)
        if name not in self.created:
            self._no_owner(name, path)
            return None
        if not inner:
            self._which(name, self.created[name], path)
            return None
        *children, bus = inner
        if name in self.spec.devices and self.spec.devices[name].count is not None:
            message = f"there are several {name!r}, and a device sits on one bus"
            help_ = "describe each of them by itself"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        try:
            owner = inside(self.created[name], children, self.catalogue)
        except NoChild as missing:
            self.scope.error(Code.Q0217, str(missing), path, missing.help)
            return None
        types = {} if owner is None else dict(owner.child_buses)
        device = self.spec.devices.get(name)
        given = None if device is None or children else device.properties
        if owner is not None and not _may_have(owner, bus, has_only(owner, given)):
            message = f"{spelled(name, children)!r} has no bus {quoted(bus)}"
            help_ = did_you_mean(bus, types) or _listed(types)
            self.scope.error(Code.Q0217, message, path, help_)
            return None
        type_ = types.get(bus, kind or "")
        owning = Place(name, None, tuple(children))
        of_host = owner is not None and _is_behind(owner)
        end = BusEnd(owning, bus, kind or type_, of_host)
        return self._fitting(end, type_, path)

    def _which(self, name: str, known: DeviceType, path: Path) -> None:
        self.scope.error(
            Code.Q0217,
            f"{name!r} is a device: say which of its buses",
            path,
            _listed(dict(known.child_buses), f"{name}/"),
        )

    def _no_owner(self, name: str, path: Path) -> None:
        if self.scope.is_absent(name, path) or self.scope.broken("devices", name):
            return
        if name in self.spec.devices:
            message = f"the device {name!r} is created only after this"
            help_: str | None = f"write {name!r} first"
            if path[1] == name:
                message = "a device cannot sit on a bus of its own"
                help_ = "name the bus of another device"
        else:
            message = f"there is no device and no bus {quoted(name)}"
            help_ = did_you_mean(name, [*self.spec.devices, *self.spec.own_buses])
        self.scope.error(Code.Q0217, message, path, help_)

    def _fitting(self, end: BusEnd, type_: str, path: Path) -> BusEnd | None:
        """``end``, if a bus of ``type_`` is one that the device can sit on."""
        if self._is_a(type_, end.kind):
            return end
        self.scope.error(
            Code.Q0217,
            f"a bus of type {end.kind!r} is wanted here, this one is {type_!r}",
            path,
            lambda: self._of_kind(end.kind or ""),
        )
        return None

    def _of_kind(self, kind: str) -> str:
        """The buses of the board that are of a kind."""
        there = [
            f"{name}/{bus}"
            for name, known in self.created.items()
            for bus, type_ in known.child_buses
            if self._is_a(type_, kind)
        ]
        if not there:
            return "no device before this one has such a bus: add a controller"
        return f"there is {', '.join(there[:8])}"

    def _no_address(
        self, known: DeviceType, kind: Addressing | None, path: Path
    ) -> None:
        def has(each: Catalogue) -> bool:
            type_ = each.find(known.name)
            wanted = "" if kind is None else kind.property
            return type_ is not None and type_.property(wanted) is not None

        release = self.catalogue.release
        found, message = had_by(release, has), f"on a bus of type {known.bus!r}"
        message = f"devices {message} have no address"
        if found is not None:
            message = f"in QEMU {release}, {message}"
        near = "leave it out"
        missing(self.scope, Code.Q0217, message, path, near, found, key=True)

    def _address(
        self, device: model.Device, known: DeviceType, path: Path
    ) -> tuple[Property, ...]:
        kind, here = ADDRESSING.get(known.bus or ""), (*path, "address")
        types = {p.name: p.type for p in known.properties}
        written = device.address
        if kind is None or kind.property not in types:
            if written is not None:
                self._no_address(known, kind, here)
            return ()
        if (
            isinstance(written, PciText) != (known.bus == PCI_BUS)
            and written is not None
        ):
            message = f"this is no {kind.what}"
            self.scope.error(Code.Q0217, message, here, f"write {kind.example}")
            return ()
        type_ = types[kind.property]
        match written:
            case None if kind.needed and kind.property not in device.properties:
                message = f"{known.name!r} needs an {kind.what}"
                help_ = f"add address: {kind.example}"
                self.scope.error(Code.Q0217, message, path, help_, key=True)
            case PciText(slot, function):
                value = PciAddress(slot, function)
                return (Property(kind.property, type_, value, here),)
            case None:
                pass
            case expr:
                run_time = () if device.count is None else ("n",)
                number = self.scope.resolve(expr, here, run_time=run_time)
                if number is not None:
                    return (Property(kind.property, type_, number, here),)
        return ()


def has_only(known: DeviceType, given: Collection[str] | None) -> bool:
    """Whether a device has no buses but those of the catalogue.

    ``given`` are the properties that it is given; None: whoever made it knows them.
    """
    shaped = known.shaped_by if given is None else {*known.shaped_by} & {*given}
    return known.realized and not shaped


def _may_have(owner: DeviceType, bus: str, measured: bool) -> bool:
    """Whether a type has a bus, or may have it under another number.

    ``measured``: no property was set that the numbers may depend on.
    """
    known = [name for name, _ in owner.child_buses]
    alike = not known or any(_same(name, bus) for name in known)
    return bus in known or (alike and not measured)


def _same(name: str, other: str) -> bool:
    """Whether two names differ in nothing but their numbers."""
    return re.sub("[0-9]+", "0", name) == re.sub("[0-9]+", "0", other)


def _listed(buses: Mapping[str, str], prefix: str = "") -> str:
    if not buses:
        return "it has no bus"
    return f"it has {', '.join(prefix + bus for bus in list(buses)[:8])}"


def _is_behind(host: DeviceType) -> bool:
    """Whether the type is a PCI host bridge with the one bus that it calls its own."""
    return "pci-host-bridge" in host.ancestors and len(host.child_buses) == 1


def placed(
    bus: BusEnd | None, place: Sequence[Property], properties: Sequence[Property]
) -> tuple[Property, ...]:
    """All properties of a device, in the order in which they are set.

    A PCI device is created with its address, and as one of several functions or not.
    """
    if bus is None or not bus.is_pci:
        return (*place, *properties)
    functions = [p for p in properties if p.name == MULTIFUNCTION and p.value is True]
    rest = [p for p in properties if p.name != MULTIFUNCTION]
    return (*place, *functions, *rest)


def judge_addresses(
    devices: Sequence[Device], catalogue: Catalogue, scope: Scope
) -> None:
    """Refuse two devices at one address of one bus."""
    taken: dict[tuple[object, ...], Device] = {}
    for device in devices:
        kind = ADDRESSING.get(device.bus.kind) if device.bus else None
        known = catalogue.find(device.type)
        if device.bus is None or kind is None or known is None:
            continue
        if known.property(kind.property) is None:
            continue
        prop = next((p for p in device.properties if p.name == kind.property), None)
        for n in range(1 if device.count is None else evaluate(device.count)):
            value = _at(None if prop is None else prop.value, n, kind)
            if value is None:
                continue
            if isinstance(value, int) and not 0 <= value <= kind.highest:
                message = f"{_hex(value)} is no {kind.what}"
                help_ = f"it is one of 0 to {kind.highest:#x}"
                scope.error(
                    Code.Q0217,
                    message,
                    device.origin if prop is None else prop.origin,
                    help_,
                )
                break
            key = (device.bus.owner, device.bus.name, value)
            other = taken.get(key)
            if other is not None and not exclusive(other.when, device.when):
                scope.error(
                    Code.Q0217,
                    f"the {kind.what} {_hex(value)} of this bus is taken by "
                    f"{other.name!r}",
                    device.origin if prop is None else prop.origin,
                    "take another one",
                    key=prop is None,
                )
                break
            taken[key] = device
    _judge_functions(devices, scope)


def _judge_functions(devices: Sequence[Device], scope: Scope) -> None:
    """Refuse a PCI function beside a function 0 that wants its slot for itself."""
    alone: dict[tuple[object, ...], str] = {}
    others: list[tuple[tuple[object, ...], Property]] = []
    for device in devices:
        for prop in device.properties:
            if device.bus is None or not isinstance(prop.value, PciAddress):
                continue
            slot: tuple[object, ...] = (
                device.bus.owner,
                device.bus.name,
                prop.value.slot,
            )
            if prop.value.function:
                others.append((slot, prop))
            elif all(p.name != MULTIFUNCTION for p in device.properties):
                alone.setdefault(slot, device.name)
    for slot, prop in others:
        if slot in alone:
            scope.error(
                Code.Q0217,
                f"{alone[slot]!r} takes all of slot {slot[-1]}",
                prop.origin,
                f"give {alone[slot]!r} the property {MULTIFUNCTION}: true",
            )


def _hex(address: str | int) -> str:
    if isinstance(address, str):
        return address
    return hex(address) if abs(address) >> 64 == 0 else "so large a number"


def _at(value: Value | None, n: int, kind: Addressing) -> str | int | None:
    """An address on a bus; None where QEMU chooses a free one."""
    match value:
        case PciAddress(slot, function):
            return f"{slot}.{function}"
        case Num() | Sym() | Var() | Entry() | Bin():
            return evaluate(value, {"n": n})
    return 0 if kind.property == "cs" else None
