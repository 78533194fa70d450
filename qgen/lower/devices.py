"""Devices and what lies inside them, checked with the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qgen.board import (
    UNIMPLEMENTED,
    Bus,
    BusEnd,
    Device,
    Part,
    Property,
)
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code
from qgen.expr import Expr, Num, Sym, evaluate
from qgen.lower.brought import judge_brought, with_brought
from qgen.lower.buses import Buses, judge_addresses, placed
from qgen.lower.clocks import Clocks
from qgen.lower.conditions import Conditions
from qgen.lower.counts import ONE_CALL, SYSBUS
from qgen.lower.device_types import device_type
from qgen.lower.extras import child_of, judge_full_buses, judge_nic
from qgen.lower.ide import Ide
from qgen.lower.images import device_images
from qgen.lower.inputs import lower_inputs
from qgen.lower.inside import NoChild, inside, is_made_late
from qgen.lower.kinds import judge_kind, judge_made, judge_one_call
from qgen.lower.makers import Making, making_of
from qgen.lower.mmio import Regions, repeated
from qgen.lower.needs import judge_needs
from qgen.lower.places import address
from qgen.lower.properties import Properties
from qgen.lower.scope import MAX_COUNT, Scope
from qgen.lower.stubs import stub
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, InlineSoc


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
    judge_addresses(devices, catalogue, scope)
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
        self.regions = Regions(spec, scope)
        self.total = 0

    def device(self, name: str, device: model.Device) -> Device | None:
        """The device ``name``; None where nothing sensible can be made of it."""
        path: Path = ("devices", name)
        if device.alternatives:
            message, here = "only a machine has alternatives", (*path, "alternatives")
            help_ = "a SoC does not know what -M chooses"
            self.scope.error(Code.Q0214, message, here, help_, key=True)
            return None
        if device.ide_drives:
            drives = self.ide.lower(name, device, path)
            when = self.conditions.lower(device.when, (*path, "when"))
            return replace(drives, when=when)
        if device.inputs is not None or device.handler is not None:
            when = self.conditions.lower(device.when, (*path, "when"))
            return lower_inputs(self.spec, name, device, when, self.scope)
        count, counted = self.count(device, path)
        judge_kind(device, path, self.scope)
        when = self.conditions.lower(device.when, (*path, "when"))
        if device.unimplemented is not None:
            self._is_created(name, UNIMPLEMENTED)
            made = self.stub(name, device, count, path) if counted else None
            return None if made is None else replace(made, when=when)
        if device.call is not None and device.type is None:
            return Device(
                name, "", count, (), (), (), (), device.comment, path, when=when
            )
        known = self.type_of(device, path)
        if known is None or not counted:
            return None
        made = self.typed(name, device, known, count, path)
        return replace(made, when=when)

    def type_of(self, device: model.Device, path: Path) -> DeviceType | None:
        """The type of a device, with what its properties bring; None of no known one."""
        if not device.type:
            return None
        here = (*path, "type")
        known = device_type(device.type, here, self.catalogue, self.scope)
        if known is None:
            return None
        judge_brought(known, device, path, self.catalogue, self.scope)
        return with_brought(known, device.parts)

    def typed(
        self,
        name: str,
        device: model.Device,
        known: DeviceType,
        count: Expr | None,
        path: Path,
    ) -> Device:
        """A device of a type that QEMU has, or a SoC of the board's."""
        if known.name in ONE_CALL and device.call is None:
            judge_one_call(known.name, device, path, self.scope)
        run_time = ("cpus", "ram_size") if count is None else ("cpus", "ram_size", "n")
        bus: BusEnd | None = None
        place: tuple[Property, ...] = ()
        if device.call is None:
            bus, place = self.buses.lower(device, known, path)
        properties = self.properties.lower(
            device.properties, known, (*path, "properties"), run_time
        )
        making: Making | None = None
        if device.call is not None:
            functions = self.catalogue.functions()
            making = making_of(device.call, functions, run_time, path, self.scope)
            if making is not None and making.type != known.name:
                making = None  # which is wrong, and said elsewhere
        mmio = self.regions.lower(device, known, properties, making, count, path)
        clocks = self.clocks.lower(device.clocks, known, (*path, "clocks"))
        judge_needs(device, known, making, clocks, path, self.scope)
        parts = self.parts(device, known, run_time, (*path, "parts"))
        images = device_images(
            device, known, properties, self.catalogue, path, self.scope
        )
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
            images=tuple(images),
            given=None if making is None else making.settings,
        )

    def _is_created(self, name: str, type_: str) -> None:
        known = self.catalogue.find(type_)
        if known is not None:
            self.created[name] = known

    def made(self, made: Device, known: DeviceType, device: model.Device) -> Device:
        """A device that the machine's base made: the board only wires it."""
        path = made.origin
        judge_made(made.name, device, path, self.scope)
        done = self.parts(device, known, (), (*path, "parts"))
        images = device_images(device, known, (), self.catalogue, path, self.scope)
        return replace(made, parts=done, images=tuple(images))

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
        at = repeated(at, count, stride, at_path, self.scope)
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
            if part.type is not None:
                continue  # what may not be there is only named
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
