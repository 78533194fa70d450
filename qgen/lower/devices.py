"""Devices: types, MMIO regions and what lies inside, checked with the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from qgen.arch import ARCHES
from qgen.board import (
    IO,
    UNIMPLEMENTED,
    Arch,
    Bus,
    BusEnd,
    ClockInput,
    ClockUse,
    Device,
    Mmio,
    Part,
    Property,
)
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, nearest
from qgen.expr import Entry, Expr, Num, Sym, Var, evaluate
from qgen.lower.buses import Buses, judge_addresses, placed
from qgen.lower.clocks import Clocks
from qgen.lower.conditions import Conditions
from qgen.lower.counts import ONE_CALL, SYSBUS, mmio_of, shaping
from qgen.lower.extras import child_of, judge_full_buses, judge_nic
from qgen.lower.ide import Ide
from qgen.lower.images import device_images
from qgen.lower.inside import NoChild, inside, is_made_late
from qgen.lower.memory import is_container
from qgen.lower.places import address, human
from qgen.lower.properties import Properties
from qgen.lower.scope import MAX_COUNT, Scope, scaled
from qgen.lower.stubs import stub
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, InlineSoc

_NOT_OF_ONE_CALL: tuple[str, ...] = (
    *("properties", "irqs", "gpios", "clocks", "parts", "child", "at", "nic"),
    *("full_buses", "images"),
)
_NOT_OF_MADE: tuple[str, ...] = (
    *("type", "unimplemented", "call", "name", "child", "bus", "address", "count"),
    *("properties", "at", "clocks", "comment", "nic", "full_buses", "when"),
)
_NOT_OF_CALLS: tuple[str, ...] = (
    "unimplemented",
    "nic",
    "full_buses",
    "properties",
    "clocks",
    "child",
    "bus",
    "address",
    "parts",
    "images",
)
_NOT_OF_STUBS = (
    "type",
    "call",
    "properties",
    "irqs",
    "gpios",
    "clocks",
    "nic",
    "full_buses",
    "child",
    "bus",
    "address",
    "parts",
    "images",
)


def lower_buses(spec: Composite) -> list[Bus]:
    """The buses that the board creates itself."""
    return [
        Bus(name, bus.type, ("buses", name)) for name, bus in spec.own_buses.items()
    ]


def lower_devices(
    spec: Composite,
    made: Mapping[str, tuple[DeviceType, Device]],
    catalogue: Catalogue,
    scope: Scope,
) -> tuple[list[Device], list[Device]]:
    """All devices but their wires, in the order of the spec.

    Those that the base ``made`` come first, and by themselves.
    """
    lowering = _Devices(spec, catalogue, scope)
    first, devices = {n: device for n, (_, device) in made.items()}, []
    lowering.created.update({name: known for name, (known, _) in made.items()})
    for name, device in spec.devices.items():
        if name in made:
            known, done = made[name]
            first[name] = lowering.made(done, known, device)
            continue
        lowered = lowering.device(name, device)
        if lowered is not None:
            devices.append(lowered)
    judge_addresses(devices, scope)
    return list(first.values()), devices


class _Devices:
    """What the lowering of one device needs to know of the rest of the spec."""

    def __init__(self, spec: Composite, catalogue: Catalogue, scope: Scope):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.properties = Properties(spec, catalogue, scope)
        self.created = self.properties.created
        self.buses = Buses(spec, catalogue, self.created, scope)
        self.conditions = Conditions(spec, catalogue, scope)
        self.ide = Ide(spec, catalogue, self.created, scope)
        self.clocks = Clocks(spec, catalogue, self.created, scope)
        self.total = 0

    def device(self, name: str, device: model.Device) -> Device | None:
        """The device ``name``; None where nothing sensible can be made of it."""
        path: Path = ("devices", name)
        if device.ide_drives:
            drives = self.ide.lower(name, device, path)
            when = self.conditions.lower(device.when, (*path, "when"))
            return replace(drives, when=when)
        count, counted = self.count(device, path)
        self._one_kind(device, path)
        when = self.conditions.lower(device.when, (*path, "when"))
        if device.unimplemented is not None:
            self._is_created(name, UNIMPLEMENTED)
            made = self.stub(name, device, count, path) if counted else None
            return None if made is None else replace(made, when=when)
        if device.call is not None and device.type is None:
            return Device(
                name, "", count, (), (), (), (), device.comment, path, when=when
            )
        known = self.type(device.type, (*path, "type")) if device.type else None
        if known is None or not counted:
            return None
        if known.name in ONE_CALL and device.call is None:
            self._one_call(known.name, device, path)
        run_time = ("cpus", "ram_size") if count is None else ("cpus", "ram_size", "n")
        bus: BusEnd | None = None
        place: tuple[Property, ...] = ()
        if device.call is None:
            bus, place = self.buses.lower(device, known, path)
        properties = self.properties.lower(
            device.properties, known, (*path, "properties"), run_time
        )
        mmio = self.mmio(device, known, properties, count, path)
        clocks = self.clocks.lower(device.clocks, known, (*path, "clocks"))
        if not self.scope.broken(*path, "clocks"):
            self.judge_wired(known, clocks, path)
        parts = self.parts(device, known, run_time, (*path, "parts"))
        images = device_images(device, known, self.catalogue, path, self.scope)
        judge_nic(device, known, path, self.scope)
        judge_full_buses(device, known, path, self.scope)
        self.created[name] = known
        return Device(
            name,
            known.name,
            count,
            placed(bus, place, properties),
            mmio,
            (),
            clocks,
            device.comment,
            path,
            is_sysbus=SYSBUS in known.ancestors,
            bus=bus,
            child=self.child(name, device, path),
            parts=parts,
            nic=device.nic,
            full_buses=device.full_buses,
            when=when,
            images=tuple(images),
        )

    def _is_created(self, name: str, type_: str) -> None:
        known = self.catalogue.find(type_)
        if known is not None:
            self.created[name] = known

    def _one_call(self, type_: str, device: model.Device, path: Path) -> None:
        """What QEMU makes in one call takes nothing but a bus and an address."""
        for key in _NOT_OF_ONE_CALL:
            if getattr(device, key):
                message = f"QEMU makes a {type_!r} in one call: it has no {key!r}"
                self.scope.error(
                    Code.Q0214, message, (*path, key), "leave it out", key=True
                )

    def made(self, made: Device, known: DeviceType, device: model.Device) -> Device:
        """A device that the machine's base made: the board only wires it."""
        path = made.origin
        keys = [key for key in _NOT_OF_MADE if getattr(device, key)]
        parts = [
            ("parts", name, key)
            for name, part in device.parts.items()
            for key in ("properties", "clocks", "nic")
            if getattr(part, key)
        ]
        for place in (*((key,) for key in keys), *parts):
            self.scope.error(
                Code.Q0214,
                f"the machine's parent makes {made.name!r}: the board only wires it",
                (*path, *place),
                "leave it out",
                key=True,
            )
        done = self.parts(device, known, (), (*path, "parts"))
        images = device_images(device, known, self.catalogue, path, self.scope)
        return replace(made, parts=done, images=tuple(images))

    def _one_kind(self, device: model.Device, path: Path) -> None:
        """A device has a type, or is a stub for one that is not modelled."""
        if device.call is not None:
            self._not_of_calls(device, path)
        elif device.type is None and device.unimplemented is None:
            self.scope.error(
                Code.Q0102,
                "the key 'type' is missing",
                path,
                "add type: the QOM type, for instance pl011",
                key=True,
            )
        if device.unimplemented is None and device.name is not None:
            self.scope.error(
                Code.Q0214,
                "'name' is what QEMU calls an unimplemented device",
                (*path, "name"),
                "leave it out, or set a property of the device",
                key=True,
            )
        if device.unimplemented is None:
            return
        for key in _NOT_OF_STUBS:
            if getattr(device, key):
                self.scope.error(
                    Code.Q0214,
                    f"an unimplemented device has no {key!r}",
                    (*path, key),
                    "leave it out",
                    key=True,
                )

    def _not_of_calls(self, device: model.Device, path: Path) -> None:
        """A helper makes a device whole; without a type, nobody knows what it makes."""
        keys = _NOT_OF_CALLS
        if device.type is None:
            keys += ("at", "irqs", "gpios")
        for key in keys:
            if getattr(device, key):
                what = "what a helper makes" if device.type else "a call without 'type'"
                self.scope.error(
                    Code.Q0218,
                    f"{what} has no {key!r}",
                    (*path, key),
                    (
                        "leave it out"
                        if device.type
                        else "add type: what the helper makes"
                    ),
                    key=True,
                )

    def stub(
        self, name: str, device: model.Device, count: Expr | None, path: Path
    ) -> Device | None:
        """A stub: ``unimplemented`` is its size."""
        assert device.unimplemented is not None
        here = (*path, "unimplemented")
        size = self.scope.resolve(device.unimplemented, here, field="size")
        if len(device.at) != 1 or any(
            getattr(device.at[0], key) is not None
            for key in ("region", "size", "priority", "in_")
        ):
            self.scope.error(
                Code.Q0213,
                "an unimplemented device is mapped at one address",
                path if not device.at else (*path, "at"),
                "write at: 0x4000_0000",
                key=True,
            )
            return None
        at_path = (*path, "at", 0, "at")
        at = address(device.at[0].at, at_path, self.scope)
        if size is None or self.scope.number(size, here, low=1) is None or at is None:
            return None
        stride = size if isinstance(size, Sym) else Num(evaluate(size))
        at = self._repeated(at, count, stride, at_path)
        return stub(name, device.name or name, at, size, device.comment, path, count)

    def parts(
        self,
        device: model.Device,
        known: DeviceType,
        run_time: tuple[str, ...],
        path: Path,
    ) -> tuple[Part, ...]:
        """What the board gives to devices inside this one."""
        done = []
        for written, part in device.parts.items():
            here, names = (*path, written), tuple(written.split("/"))
            try:
                type_ = inside(known, names, self.catalogue)
            except NoChild as missing:
                self.scope.error(Code.Q0209, str(missing), here, missing.help, key=True)
                continue
            if type_ is None:
                continue
            self._judge_late(known, names, part, here)
            properties = self.properties.lower(
                part.properties, type_, (*here, "properties"), run_time
            )
            clocks = self.clocks.lower(part.clocks, type_, (*here, "clocks"))
            judge_nic(part, type_, here, self.scope)
            done.append(Part(names, properties, clocks, here, part.nic))
        return tuple(done)

    def _judge_late(
        self, known: DeviceType, names: tuple[str, ...], part: model.Part, path: Path
    ) -> None:
        """What is made when the outer device is realized cannot be set up before."""
        if not is_made_late(known, names, self.catalogue):
            return
        for key in ("properties", "clocks", "nic"):
            if getattr(part, key):
                message = (
                    f"{known.name!r} makes {names[-1]!r} only when it is realized: "
                    f"it has no {key!r}"
                )
                help_ = "wires may go to it and come from it"
                self.scope.error(Code.Q0214, message, (*path, key), help_, key=True)

    def child(self, name: str, device: model.Device, path: Path) -> str | None:
        """The QOM child that the device is; in a SoC, every one is a child.

        But for what a helper makes, which is realized when the SoC gets hold of it.
        """
        child = child_of(device, path, self.scope)
        if child is not None or not isinstance(self.spec, InlineSoc):
            return child
        if device.call is not None:
            return None
        return name if device.count is None else f"{name}[*]"

    def judge_wired(
        self, known: DeviceType, clocks: Collection[ClockInput], path: Path
    ) -> None:
        """The clocks that a SoC cannot do without."""
        soc = self.scope.socs.get(known.name)
        wired = {clock.name for clock in clocks}
        for clock in () if soc is None else soc.clocks:
            if clock.input is ClockUse.REQUIRED and clock.name not in wired:
                self.scope.error(
                    Code.Q0215,
                    f"the clock input {clock.name!r} of {known.name!r} is not wired",
                    path,
                    f"add clocks: {{{clock.name}: CLOCK}}",
                    key=True,
                )

    def count(self, device: model.Device, path: Path) -> tuple[Expr | None, bool]:
        """How many there are, None for one that is not repeated; and if that is right."""
        count, number, here = None, 1, (*path, "count")
        if device.count is not None:
            count = self.scope.resolve(device.count, here)
            number = 0 if count is None else self.scope.count(count, here) or 0
        before, self.total = self.total, self.total + number
        if before <= MAX_COUNT < self.total:
            message = f"with this the board has more than {MAX_COUNT} devices"
            self.scope.error(Code.Q0203, message, here)
        return count, number > 0 and self.total <= MAX_COUNT

    def type(self, name: str, path: Path) -> DeviceType | None:
        """The catalogue's entry for a type that a device of this board may have."""
        if name in self.scope.failed_types:
            return None
        known = self.catalogue.find(name)
        if name == self.scope.own_type:
            self.scope.error(Code.Q0209, f"a {name!r} would hold itself", path)
            return None
        if name in self.scope.inner_types:
            self.scope.error(
                Code.Q0209,
                f"{name!r} is a type inside a SoC: this spec does not know it",
                path,
                "name the file that describes it under 'socs:'",
            )
            return None
        if known is None:

            def near() -> str | None:
                if nearest(name, list(self.scope.socs)) is not None:
                    return did_you_mean(name, self.scope.socs)
                names = [repr(each) for each in self.catalogue.nearest(name)]
                return f"did you mean {', '.join(names)}?" if names else None

            message = f"QEMU {self.catalogue.release} has no device type {name!r}"
            self.scope.error(Code.Q0209, message, path, near)
            return None
        if known.abstract:

            def below() -> str:
                real = (t for t in self.catalogue if not t.abstract)
                names = [t.name for t in real if name in t.ancestors]
                return f"name one that derives from it: {', '.join(names[:5])}"

            message = f"{name!r} is an abstract type: no device can be of it"
            self.scope.error(Code.Q0209, message, path, below)
            return None
        qemu = ARCHES[self.scope.arch].qemu
        if qemu not in known.targets:
            self.scope.error(
                Code.Q0209,
                f"qemu-system-{qemu} has no device type {name!r}",
                path,
                f"it is in {', '.join(f'qemu-system-{t}' for t in known.targets)}",
            )
            return None
        return known

    def mmio(
        self,
        device: model.Device,
        known: DeviceType,
        properties: tuple[Property, ...],
        count: Expr | None,
        path: Path,
    ) -> tuple[Mmio, ...]:
        """The MMIO regions, matched with those that the type has."""
        values = {p.name: p.value for p in properties}
        regions, shaped = mmio_of(known, values), shaping(known, values)
        done: dict[int, Mmio] = {}
        for place, written in enumerate(device.at):
            here: Path = (*path, "at", place)
            index = place if written.region is None else written.region
            if not 0 <= index < len(regions) or index in done:
                self._no_region(known, index, len(regions), index in done, here)
                continue
            label, size = regions[index].name, regions[index].size
            if written.size is None and shaped is not None:
                message = f"the property {shaped!r} may change the size of this region"
                help_ = f"state it, in a mapping: {{at: ..., size: {human(size)}}}"
                self.scope.error(Code.Q0213, message, (*here, "at"), help_)
            if written.size is not None:
                size = self._stated_size(written.size, (*here, "size")) or size
            base = address(written.at, (*here, "at"), self.scope)
            if base is None or not self._fits(base, size, known, (*here, "at")):
                continue
            base = self._repeated(base, count, Num(size), (*here, "at"))
            container = written.in_
            if container is not None and not self._is_container(container, here):
                continue
            done[index] = Mmio(
                index, base, label, size, written.priority, (*here, "at"), container
            )
        return tuple(done.values())

    def _is_container(self, name: str, path: Path) -> bool:
        """Whether a region can be mapped into ``name``."""
        if name == IO and self.scope.arch is not Arch.X86_64:
            message = f"{self.scope.arch.value!r} has no port I/O space"
            help_ = "write in: system to map the region into the system memory"
            self.scope.error(Code.Q0214, message, (*path, "in"), help_)
            return False
        return is_container(name, self.spec, (*path, "in"), self.scope)

    def _no_region(
        self, known: DeviceType, index: int, count: int, mapped: bool, path: Path
    ) -> None:
        what = f"{known.name!r} has no MMIO region {index}"
        if mapped:
            what = f"the MMIO region {index} of this device is mapped already"
        help_ = f"it has the regions 0 to {count - 1}"
        if count < 2:
            help_ = "it has only region 0" if count else "it has none: leave out 'at'"
        self.scope.error(Code.Q0213, what, (*path, "region"), help_)

    def _stated_size(self, written: Expr, path: Path) -> int | None:
        expr = self.scope.resolve(written, path, field="size")
        return None if expr is None else self.scope.number(expr, path, low=1)

    def _fits(self, base: Expr, size: int, known: DeviceType, path: Path) -> bool:
        """Whether the region fits the memory map entry that it is mapped at."""
        if not isinstance(base, Entry):
            return True
        window = evaluate(self.scope.entries[base.entry].size)
        if size <= window:
            return True
        self.scope.error(
            Code.Q0213,
            f"the MMIO region of {known.name!r} has {human(size)}, "
            f"{base.entry} only {human(window)}",
            path,
        )
        return False

    def _repeated(self, base: Expr, count: Expr | None, size: Expr, path: Path) -> Expr:
        """The address of number ``n``."""
        if count is None:
            return base
        if not isinstance(base, Entry):
            return scaled(base, Var("n"), size)
        entry, wanted = self.scope.entries[base.entry], evaluate(count)
        there = 1 if entry.count is None else evaluate(entry.count)
        if there < wanted:
            self.scope.error(
                Code.Q0214,
                f"the memory map has {there} {base.entry}, the board {wanted}",
                path,
                f"write count: {wanted} in the entry",
            )
        return scaled(base, Var("n"), Entry(base.entry, "size", evaluate(entry.size)))
