"""The devices that the board wants, with their properties, and the CPUs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgen import board as model
from qgen.board import Arch, Board
from qgen.check import nics
from qgen.check.expected_core import Env
from qgen.check.expected_memory import Memory
from qgen.check.facts import (
    ITSELF,
    Bus,
    Call,
    Chardev,
    Clock,
    ClockLine,
    Cpu,
    Device,
    DeviceRegion,
    Disk,
    Drive,
    Input,
    Lines,
    Mapped,
    Property,
    Region,
)
from qgen.check.given import drive_key
from qgen.check.machine import machine_value
from qgen.check.vocabulary import ADDRESS_SPACES
from qgen.condition import Option
from qgen.expr import Expr
from qgen.targets import Feature

_INTEGERS = ("uint8", "uint16", "uint32", "uint64", "int32")
_LATEST_CPU = -1


class Devices(Memory):
    """The devices, the CPUs and the IDE drives."""

    def _cpus(self, board: Board) -> None:
        cpus = board.cpus
        if not cpus.created:
            return
        for number in range(self.scenario.cpus):
            cpu = Cpu(self.scenario.cpu_type or "", f"CPU {number}", realized=True)
            cpu.properties = [
                self._property(p, {"cpu": number})
                for p in cpus.properties
                if not p.if_present or p.name in self.scenario.given.cpu_has
            ]
            if cpus.timebase is not None:
                cpu.timebase = self._value(cpus.timebase)
            # No other architecture leaves it to the board: its loader does it.
            cpu.resets = int(board.arch is Arch.PPC)
            cpu.timebase_resets = int(cpus.timebase_reset)
            self.result.cpus.append(cpu)
        if board.parent.is_x86:
            self.result.x86["CPU version"] = _LATEST_CPU

    def _device(self, device: model.Device) -> None:
        self.devices.setdefault(device.name, [])
        if not self._is_there(device):
            return
        made = self.devices[device.name] = []
        self._disks(device.ide)
        count = 1 if device.count is None else self._value(device.count)
        for n in range(0 if device.ide else count):
            name = device.name if device.count is None else f"{device.name}[{n}]"
            if device.call is not None:
                made.append(self._made(device.call, name, {"n": n}))
                self.result.realized.append(made[-1])
                continue
            if device.inputs is not None and device.handler is not None:
                lines = (f"{device.handler}()", ITSELF, self._value(device.inputs))
                made.append(Device("", name, realized=True))
                made[-1].call = Call("qemu_allocate_irqs", lines)
                self.result.realized.append(made[-1])
                continue
            each = Device(device.type, name, realized=True)
            if device.child is not None:
                each.child = device.child.replace(model.NUMBER, str(n))
            each.full = list(device.full_buses)
            if device.bus is not None:
                each.bus = self._bus(device.bus)
            self._set_up(each, device, {"n": n})
            for part in device.parts:
                self._set_up(self._inside(each, part.path), part, {"n": n})
            for mmio in device.mmio:
                if mmio.window is not None:
                    each.windows.append(self._window(each, mmio, mmio.window))
                    continue
                each.mmio[mmio.index] = self._mapped(mmio, n)
            made.append(each)
            for into in device.images:
                self._image(self._inside(each, into.path), into.image)
            self.result.realized.append(each)
        self.result.devices += made

    def _mapped(self, mmio: model.Mmio, n: int) -> Mapped:
        """Where a device's region is mapped, and by whom."""
        container, by = self.result.system, "system bus"
        if mmio.container is not None:
            container, by = self.regions[mmio.container], "region"
        at = self._value(mmio.address, n=n)
        return Mapped(container, at, mmio.priority or 0, by=by)

    def _window(self, owner: Device, mmio: model.Mmio, window: model.Window) -> Region:
        """A part of a region that the device shows by itself."""
        size, start = self._value(window.size), self._value(window.offset)
        made = Region(window.name, window.name, "alias", size, offset=start)
        made.target = DeviceRegion("", kind="device", owner=owner, index=mmio.index)
        made.mapped = replace(self._mapped(mmio, 0), by="region")
        return made

    def _made(self, call: model.Call, name: str, env: Env) -> Device:
        """What a helper makes; what it maps and sets, it knows alone."""
        arguments = tuple(self._argument(a, env) for a in call.arguments)
        made = Device("", name, realized=True)
        made.call = Call(call.function, arguments)
        return made

    def _argument(self, given: model.Argument, env: Env) -> object:
        match given:
            case None | bool():
                return given
            case model.InputLines(name):
                return Lines(self.devices[name][0])
            case model.AddressSpace(name):
                return ADDRESS_SPACES[name]
            case model.Drive() as drive:
                key = drive_key(drive, env)
                return Drive(*key) if key in self.scenario.given.drives else None
            case model.Text(text):
                return text
            case model.MachineValue(field):
                return machine_value(field, self.scenario)
            case model.MachineClassValue(field):
                board = self.board
                known = board.class_fields if isinstance(board, Board) else ()
                fields = {f.name: f.value for f in known}
                return fields[field]
            case model.Chardev(number):
                return Chardev(int(self._value(number, **env)))
            case model.Itself():
                return ITSELF
            case model.Link(target):
                if isinstance(target, str):
                    return self.regions[target]
                return self._at(target, env)
            case model.BusEnd():
                bus = self._bus(given)
                return bus.owner if isinstance(bus.owner, Bus) else bus
            case model.Sink(place, name, index):
                return Input(self._at(place, env), name, self._value(index, **env))
            case number:
                return self._value(number, **env)

    def _set_up(
        self, made: Device, wanted: model.Device | model.Part, env: Env
    ) -> None:
        """What is set before the device is realized."""
        made.properties = [
            each
            for p in wanted.properties
            if self._is_set(p, env)
            for each in self._properties(p, env)
        ]
        made.nic = self._nic(wanted, env["n"]) if wanted.nic else False
        for clock in wanted.clocks:
            made.clocks[clock.name] = self._clock(clock.clock)

    def _nic(self, wanted: model.Device | model.Part, n: int) -> bool | str:
        """Any NIC that fits, or one place of QEMU's table if that is used."""
        if self.target.has(Feature.NICS_BY_TYPE):
            return True
        numbers = [t.number for t in nics.taken(self.board) if t.holder is wanted]
        used = self.scenario.nics[numbers[n]]
        return nics.place(numbers[n]) if used else False

    def _clock(self, clock: str | model.ClockOutput) -> Clock | ClockLine:
        if isinstance(clock, str):
            return self.clocks[clock]
        return ClockLine(self._at(clock.place, {}), clock.name)

    def _is_set(self, prop: model.Property, env: Env) -> bool:
        """Whether there is something to set the property to."""
        match prop.value:
            case model.Drive() as drive:
                return drive_key(drive, env) in self.scenario.given.drives
            case model.Audiodev():
                return Option.AUDIO in self.scenario.given.options
        return True

    def _properties(self, prop: model.Property, env: Env) -> list[Property]:
        """A property; of a list, QEMU may have one for each element."""
        if not isinstance(prop.value, model.Array) or self.target.has(
            Feature.ARRAY_PROPERTIES
        ):
            return [self._property(prop, env)]
        items = [self._item(item, env) for item in prop.value.items]
        element = prop.value.element
        return [
            Property(f"len-{prop.name}", "uint32", len(items)),
            *(
                Property(f"{prop.name}[{n}]", element if how == "int" else how, value)
                for n, (how, value) in enumerate(items)
            ),
        ]

    def _property(self, prop: model.Property, env: Env) -> Property:
        match prop.value:
            case model.Choice(when, then, otherwise):
                holds = self.scenario.holds(when)
                value = then if holds else otherwise
                return self._property(replace(prop, value=value), env)
            case bool(value):
                return Property(prop.name, "bool", value)
            case model.Chardev(index):
                serial = Chardev(int(self._value(index, **env)))
                return Property(prop.name, "chr", serial)
            case model.Drive() as drive:
                return Property(prop.name, "drive", Drive(*drive_key(drive, env)))
            case model.Audiodev():
                text = machine_value("audiodev", self.scenario)
                return Property(prop.name, "str", text)
            case model.PciAddress(slot, function):
                return Property(prop.name, "int32", slot << 3 | function)
            case model.Link(target):
                if isinstance(target, str):
                    return Property(prop.name, "link", self.regions[target])
                return Property(prop.name, "link", self._at(target, env))
            case model.Array(_, items):
                values = tuple(self._item(item, env) for item in items)
                return Property(prop.name, "list", values)
            case model.Chosen(name):
                chosen = dict(self.scenario.given.properties)[name]
                if isinstance(chosen, bool):
                    return Property(prop.name, "bool", chosen)
                how = prop.type if prop.type in _INTEGERS else "int"
                return Property(prop.name, how, self._value(self.numbers[name][chosen]))
            case model.MachineValue(field):
                text = machine_value(field, self.scenario)
                return Property(prop.name, "str", text)
            case str(text):
                return Property(prop.name, "str", text)
            case expr:
                how = prop.type if prop.type in _INTEGERS else "int"
                return Property(prop.name, how, self._value(expr, **env))

    def _item(self, item: bool | str | Expr, env: Env) -> tuple[str, object]:
        match item:
            case bool(value):
                return "bool", value
            case str(text):
                return "str", text
        return "int", self._value(item, **env)

    def _disks(self, controllers: Sequence[model.IdeController]) -> None:
        unit = 0
        for each in controllers:
            owner = self._at(each.place, {})
            self.result.disks_asked += each.drives
            for place in range(each.drives):
                if ("ide", *divmod(unit, 2)) in self.scenario.given.drives:
                    made = len(self.result.devices)
                    self.result.disks.append(Disk(owner, place, unit, made))
                unit += 1
