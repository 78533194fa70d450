"""Devices: types, MMIO regions and clocks, checked with the catalogue."""

from __future__ import annotations

from qgen.arch import ARCHES
from qgen.board import Arch, Bus, Clock, ClockInput, Device, Mmio, Property
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Entry, Expr, Num, Var, evaluate
from qgen.lower.counts import mmio_of, shaping
from qgen.lower.places import address, human
from qgen.lower.properties import Properties
from qgen.lower.scope import MAX_COUNT, Scope, scaled
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec


def lower_clocks(spec: Spec, scope: Scope) -> list[Clock]:
    """The board's own clocks."""
    clocks = []
    for name, clock in spec.clocks.items():
        path: Path = ("clocks", name)
        frequency = scope.resolve(clock.frequency, (*path, "frequency"))
        if frequency is None:
            continue
        if scope.number(frequency, (*path, "frequency"), low=1) is not None:
            clocks.append(Clock(name, frequency, clock.comment, path))
    return clocks


def lower_buses(spec: Spec) -> list[Bus]:
    """The buses that the board creates itself."""
    return [Bus(name, bus.type, ("buses", name)) for name, bus in spec.buses.items()]


def judge_unimplemented(spec: Spec, catalogue: Catalogue, scope: Scope) -> None:
    """Not every QEMU binary has the device that stands for an unmodelled one."""
    known = catalogue.find("unimplemented-device")
    qemu = ARCHES[Arch(spec.arch)].qemu
    if known is not None and qemu in known.targets:
        return
    for name, region in spec.memory.items():
        if region.kind == "unimplemented":
            scope.error(
                Code.Q0209,
                f"qemu-system-{qemu} has no unimplemented devices",
                ("memory", name, "kind"),
                "kind: io reads as a value and ignores writes",
            )


def lower_devices(spec: Spec, catalogue: Catalogue, scope: Scope) -> list[Device]:
    """All devices but their wires, in the order of the spec."""
    lowering = _Devices(spec, catalogue, scope)
    devices = []
    for name, device in spec.devices.items():
        done = lowering.device(name, device)
        if done is not None:
            devices.append(done)
    return devices


class _Devices:
    """What the lowering of one device needs to know of the rest of the spec."""

    def __init__(self, spec: Spec, catalogue: Catalogue, scope: Scope):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.properties = Properties(spec, catalogue, scope)
        self.total = 0

    def device(self, name: str, device: model.Device) -> Device | None:
        """The device ``name``; None where nothing sensible can be made of it."""
        path: Path = ("devices", name)
        count, counted = self.count(device, path)
        known = self.type(device.type, (*path, "type"))
        if known is None or not counted:
            return None
        run_time = ("cpus",) if count is None else ("cpus", "n")
        properties = self.properties.lower(
            device.properties, known, (*path, "properties"), run_time
        )
        mmio = self.mmio(device, known, properties, count, path)
        clocks = self.clocks(device, known, path)
        self.properties.created[name] = known
        return Device(
            name, device.type, count, properties, mmio, (), clocks, device.comment, path
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
        """The catalogue's entry for a type that a sysbus device may have."""
        known = self.catalogue.find(name)
        if known is None:

            def near() -> str | None:
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
        if "sys-bus-device" not in known.ancestors:
            bus = f"sits on a {known.bus} bus" if known.bus else "sits on no bus"
            self.scope.error(
                Code.Q0209,
                f"{name!r} {bus}",
                path,
                "only devices of the system bus can be described yet",
            )
            return None
        qemu = ARCHES[Arch(self.spec.arch)].qemu
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
            base = self._repeated(base, count, size, (*here, "at"))
            done[index] = Mmio(
                index, base, label, size, written.priority, (*here, "at")
            )
        return tuple(done.values())

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

    def _repeated(self, base: Expr, count: Expr | None, size: int, path: Path) -> Expr:
        """The address of number ``n``."""
        if count is None:
            return base
        if not isinstance(base, Entry):
            return scaled(base, Var("n"), Num(size))
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

    def clocks(
        self, device: model.Device, known: DeviceType, path: Path
    ) -> tuple[ClockInput, ...]:
        """The clock inputs, matched with those that the type has."""
        done = []
        for name, clock in device.clocks.items():
            here = (*path, "clocks", name)
            if name not in known.clocks_in:
                help_ = did_you_mean(name, known.clocks_in)
                self.scope.error(
                    Code.Q0215,
                    f"{known.name!r} has no clock input {name!r}",
                    here,
                    help_ if known.clocks_in else "it has none: leave out 'clocks'",
                    key=True,
                )
            elif clock not in self.spec.clocks:
                self._no_clock(clock, here)
            else:
                done.append(ClockInput(name, clock, here))
        return tuple(done)

    def _no_clock(self, name: str, path: Path) -> None:
        def near() -> str:
            near = did_you_mean(name, self.spec.clocks)
            return near or f"declare it: clocks: {{{name}: 25 MHz}}"

        message = f"there is no clock {quoted(name)}"
        self.scope.error(Code.Q0215, message, path, near)
