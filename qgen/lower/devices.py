"""Devices: types, properties, MMIO regions and clocks, checked with the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qgen.board import (
    CPUS,
    Bus,
    Chardev,
    Clock,
    ClockInput,
    Device,
    Link,
    MachineValue,
    Mmio,
    Property,
    Value,
)
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean
from qgen.expr import (
    Bin,
    Entry,
    Expr,
    ExpressionError,
    Num,
    Var,
    evaluate,
    parse,
    variables,
)
from qgen.lower.counts import mmio_of
from qgen.lower.memory import ROOTS, address, human
from qgen.lower.scope import Scope, scaled
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec
from qgen.spec.scalars import LinkText, MachineText, SerialText

_INTEGERS = re.compile(r"(u?)int(8|16|32|64)\Z|size\Z")


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


def lower_devices(spec: Spec, catalogue: Catalogue, scope: Scope) -> list[Device]:
    """All devices but their wires, in the order of the spec."""
    lowering = Devices(spec, catalogue, scope)
    devices = []
    for name, device in spec.devices.items():
        done = lowering.device(name, device)
        if done is not None:
            devices.append(done)
    return devices


class Devices:
    """What the lowering of one device needs to know of the rest of the spec."""

    def __init__(self, spec: Spec, catalogue: Catalogue, scope: Scope):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.created: list[str] = []

    def device(self, name: str, device: model.Device) -> Device | None:
        """The device ``name``; None where nothing sensible can be made of it."""
        path: Path = ("devices", name)
        if name == CPUS:
            self.scope.error(
                Code.Q0202, f"{CPUS!r} is the name of the CPUs", path, key=True
            )
            return None
        count = None
        if device.count is not None:
            count = self.scope.resolve(device.count, (*path, "count"))
            if count is None or self.scope.count(count, (*path, "count")) is None:
                return None
        known = self.type(device.type, (*path, "type"))
        if known is None:
            return None
        run_time = ("cpus", "n") if count is not None else ("cpus",)
        properties = self.properties(
            device.properties, known, (*path, "properties"), run_time
        )
        mmio = self.mmio(device, known, properties, count, path)
        clocks = self.clocks(device, known, path)
        self.created.append(name)
        return Device(
            name, device.type, count, properties, mmio, (), clocks, device.comment, path
        )

    def type(self, name: str, path: Path) -> DeviceType | None:
        """The catalogue's entry for a type that a sysbus device may have."""
        known = self.catalogue.find(name)
        if known is None:
            near = self.catalogue.nearest(name)
            self.scope.error(
                Code.Q0209,
                f"QEMU {self.catalogue.release} has no device type {name!r}",
                path,
                f"did you mean {', '.join(map(repr, near))}?" if near else None,
            )
            return None
        if known.abstract:
            self.scope.error(
                Code.Q0209,
                f"{name!r} is an abstract type: no device can be of it",
                path,
                "name one of the types that derive from it",
            )
            return None
        if "sys-bus-device" not in known.ancestors:
            bus = f"the bus {known.bus!r}" if known.bus else "no bus"
            self.scope.error(
                Code.Q0209,
                f"{name!r} sits on {bus}, not on the system bus",
                path,
                "devices on other buses cannot be described yet",
            )
            return None
        return known

    def properties(
        self,
        written: Mapping[str, object],
        known: DeviceType,
        path: Path,
        run_time: tuple[str, ...],
    ) -> tuple[Property, ...]:
        """The properties, each of the type that QEMU gives it."""
        types = {p.name: p.type for p in known.properties}
        done = []
        for name, value in written.items():
            here = (*path, name)
            if name not in types:
                self.scope.error(
                    Code.Q0210,
                    f"{known.name!r} has no property {name!r}",
                    here,
                    did_you_mean(name, types),
                    key=True,
                )
                continue
            lowered = self.value(value, types[name], here, run_time)
            if lowered is not None:
                done.append(Property(name, types[name], lowered, here))
        return tuple(done)

    def value(
        self, written: object, type_: str, path: Path, run_time: tuple[str, ...]
    ) -> Value | None:
        """A property's value, if it is of QOM type ``type_``."""
        match written:
            case bool() if type_ == "bool":
                return written
            case SerialText(index) if type_ == "str":
                expr = self.scope.resolve(index, (*path, "serial"), run_time=run_time)
                return None if expr is None else Chardev(expr)
            case LinkText(target) if type_.startswith("link<"):
                return self._link(target, (*path, "link"))
            case MachineText(field) if type_ == "str":
                return MachineValue(field)
            case str() if _INTEGERS.match(type_):
                return self._integer(written, type_, path, run_time)
            case str() if type_ != "bool" and not type_.startswith("link<"):
                return written
        self._mismatch(written, type_, path)
        return None

    def _mismatch(self, written: object, type_: str, path: Path) -> None:
        kinds = {bool: "a truth value", SerialText: "a character device"}
        kinds |= {LinkText: "a link"}
        what = kinds.get(type(written), "text")
        example = "true or false" if type_ == "bool" else None
        if type_.startswith("link<"):
            example = "{link: NAME}"
        elif _INTEGERS.match(type_):
            example = "a number"
        self.scope.error(
            Code.Q0210,
            f"the property is of type {type_!r}, not {what}",
            path,
            f"write {example}" if example else None,
        )

    def _link(self, target: str, path: Path) -> Link | None:
        if target in ROOTS or target in self.spec.memory:
            return Link(target, True)
        if target in self.created:
            return Link(target, False)
        if target in self.spec.devices:
            self.scope.error(
                Code.Q0214,
                f"the device {target!r} is created after this one",
                path,
                f"write {target!r} first",
            )
            return None
        self.scope.error(
            Code.Q0201,
            f"there is no region and no device {target!r}",
            path,
            did_you_mean(target, [*ROOTS, *self.spec.memory, *self.spec.devices]),
        )
        return None

    def _integer(
        self, written: str, type_: str, path: Path, run_time: tuple[str, ...]
    ) -> Expr | None:
        negative = written.startswith("-")
        try:
            parsed = parse(written.removeprefix("-"))
        except ExpressionError as error:
            self.scope.error(Code.Q0106, str(error), path, error.hint)
            return None
        expr = self.scope.resolve(parsed, path, run_time=run_time)
        if expr is None:
            return None
        if negative:
            expr = Bin("-", Num(0), expr) if variables(expr) else Num(-evaluate(expr))
        match = _INTEGERS.match(type_)
        bits = int(match[2]) if match and match[2] else 64
        signed = match is not None and match[1] == "" and match[2] is not None
        low = -(1 << (bits - 1)) if signed else 0
        high = (1 << (bits - 1 if signed else bits)) - 1
        if not variables(expr) and not low <= evaluate(expr) <= high:
            self.scope.error(
                Code.Q0203,
                f"{written} does not fit the property's type {type_!r}",
                path,
                (
                    f"it holds {low} to {high:#x}"
                    if signed
                    else f"it holds 0 to {high:#x}"
                ),
            )
            return None
        return expr

    def mmio(
        self,
        device: model.Device,
        known: DeviceType,
        properties: tuple[Property, ...],
        count: Expr | None,
        path: Path,
    ) -> tuple[Mmio, ...]:
        """The MMIO regions, matched with those that the type has."""
        regions = mmio_of(known, {p.name: p.value for p in properties})
        done: list[Mmio] = []
        for place, written in enumerate(device.at):
            here: Path = (*path, "at", place)
            index = place if written.region is None else written.region
            if not 0 <= index < len(regions):
                what = f"{len(regions)} MMIO region{'s' * (len(regions) != 1)}"
                self.scope.error(
                    Code.Q0213,
                    f"{device.type!r} has {what}, not a region {index}",
                    here,
                )
                continue
            if any(m.index == index for m in done):
                self.scope.error(Code.Q0213, f"region {index} is mapped twice", here)
                continue
            label, size = regions[index].name, regions[index].size
            if written.size is not None:
                size = self._stated_size(written.size, (*here, "size")) or size
            base = address(written.at, (*here, "at"), self.scope)
            if base is None:
                continue
            done.append(
                Mmio(
                    index,
                    self._repeated(base, written.at, count, size, here),
                    label,
                    size,
                    written.priority,
                    (*path,) if len(device.at) == 1 else here,
                )
            )
            self._judge_window(base, done[-1], count, here)
        return tuple(done)

    def _stated_size(self, written: Expr, path: Path) -> int | None:
        expr = self.scope.resolve(written, path, field="size")
        return None if expr is None else self.scope.number(expr, path, low=1)

    def _repeated(
        self, base: Expr, written: Expr, count: Expr | None, size: int, path: Path
    ) -> Expr:
        if count is None:
            return base
        stride: Expr = Num(size)
        if isinstance(base, Entry):
            entry = self.scope.entries[base.entry]
            if entry.count is None and evaluate(count) > 1:
                self.scope.error(
                    Code.Q0214,
                    f"the memory map has one {base.entry}, the board {evaluate(count)}",
                    path,
                    f"add a count to {base.entry}",
                )
            elif entry.count is not None and evaluate(entry.count) < evaluate(count):
                self.scope.error(
                    Code.Q0214,
                    f"the memory map has {evaluate(entry.count)} {base.entry}, "
                    f"the board {evaluate(count)}",
                    path,
                )
            stride = Entry(base.entry, "size", evaluate(entry.size))
        return scaled(base, Var("n"), stride)

    def _judge_window(
        self, base: Expr, mmio: Mmio, count: Expr | None, path: Path
    ) -> None:
        """The region must fit the memory map entry that it is mapped at."""
        if not isinstance(base, Entry):
            return
        window = evaluate(self.scope.entries[base.entry].size)
        if mmio.size > window:
            self.scope.error(
                Code.Q0213,
                f"the region has {human(mmio.size)}, {base.entry} only {human(window)}",
                path,
            )

    def clocks(
        self, device: model.Device, known: DeviceType, path: Path
    ) -> tuple[ClockInput, ...]:
        """The clock inputs, matched with those that the type has."""
        done = []
        for name, clock in device.clocks.items():
            here = (*path, "clocks", name)
            if name not in known.clocks_in:
                self.scope.error(
                    Code.Q0215,
                    f"{known.name!r} has no clock input {name!r}",
                    here,
                    did_you_mean(name, known.clocks_in),
                    key=True,
                )
            elif clock not in self.spec.clocks:
                self.scope.error(
                    Code.Q0215,
                    f"there is no clock {clock!r}",
                    here,
                    did_you_mean(clock, self.spec.clocks)
                    or "declare it under 'clocks:'",
                )
            else:
                done.append(ClockInput(name, clock, here))
        return tuple(done)


__all__ = ["lower_buses", "lower_clocks", "lower_devices"]
