"""What the board wants: the machine that a faithful C makes under a scenario.

Written from the meaning of `qgen.board`, in the terms of `qgen.check.facts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen import board as model
from qgen.board import CPUS, IO, SYSTEM, Arch, Board, ClockUse, Format, Kind, Soc
from qgen.check.facts import (
    ITSELF,
    Blob,
    BootCall,
    Bus,
    BusEnd,
    Call,
    Chardev,
    Clock,
    ClockLine,
    Cpu,
    Device,
    Disk,
    Drive,
    Ending,
    FwCfgItem,
    Input,
    Load,
    Machine,
    Mapped,
    Number,
    Output,
    Pass,
    Property,
    Region,
    Word,
    empty_machine,
    names_of,
)
from qgen.check.formats import human_size
from qgen.check.given import drive_key
from qgen.check.hooks import ARM_HOOKS, machine_calls
from qgen.check.machine import machine_value
from qgen.check.scenarios import Scenario
from qgen.check.vocabulary import GRAPHICS
from qgen.condition import Option
from qgen.expr import Entry, Expr, Sym, evaluate, walk

Env = dict[str, int]

_MIB = 1 << 20
_LITTLE, _BIG = 1, 2
_ELF = {
    Arch.ARM: (_LITTLE, 40),
    Arch.AARCH64: (_LITTLE, 183),
    Arch.PPC: (_BIG, 20),
    Arch.RISCV64: (_LITTLE, 243),
    Arch.X86_64: (_LITTLE, 62),
}
"""Byte order and machine of an architecture's ELF files, as the ELF standard has them."""
_CONDUITS = {"smc": 1, "hvc": 2}
_INTEGERS = ("uint8", "uint16", "uint32", "uint64", "int32")
_LATEST_CPU = -1


def expected(board: Board | Soc, scenario: Scenario) -> Machine:
    """The machine or the SoC that ``board`` describes, under ``scenario``."""
    wanted = _Expectation(board, scenario)
    return wanted.soc(board) if isinstance(board, Soc) else wanted.machine(board)


class Numbers:
    """Evaluates expressions of the board; results know what they were computed from."""

    def __init__(self) -> None:
        # By identity: walking the expression of a repeated device once is enough. The
        # expression is kept, so that its identity stays its own.
        self._names: dict[int, tuple[Expr, frozenset[str]]] = {}

    def number(self, expr: Expr, env: Env) -> int:
        """The value of ``expr``."""
        known = self._names.get(id(expr))
        if known is None:
            known = self._names[id(expr)] = (expr, expr_names(expr))
        value = evaluate(expr, env)
        return Number(value, known[1]) if known[1] else value


def expr_names(expr: Expr) -> frozenset[str]:
    """The constants and the table cells in ``expr``."""
    names = set()
    for part in walk(expr):
        if isinstance(part, Sym):
            names.add(part.name)
        elif isinstance(part, Entry):
            names.add(f"{part.entry}.{part.field}")
    return frozenset(names)


def _refusal(text: str, size: int, limit: int) -> Ending:
    """What QEMU says before it ends; messages count in MiB."""
    message = text.replace("{limit}", str(limit // _MIB))
    return Ending(message.replace("{size}", str(size // _MIB)), 1)


class _Expectation:
    def __init__(self, board: Board | Soc, scenario: Scenario):
        self.board, self.scenario = board, scenario
        self.env: Env = {"ram_size": scenario.ram_size, "cpus": scenario.cpus}
        self.number = Numbers().number
        self.numbers: dict[str, dict[str, Expr]] = {}
        label = None
        if isinstance(board, Board):
            self.numbers = {p.name: dict(p.values) for p in board.properties}
            label = None if board.ram is None else board.ram.id
        self.result = empty_machine(label, scenario.ram_size)
        self.regions = {SYSTEM: self.result.system, IO: self.result.io}
        self.clocks: dict[str, Clock] = {}
        self.devices: dict[str, list[Device]] = {}
        self.buses: dict[str, Bus] = {}

    def soc(self, soc: Soc) -> Machine:
        """The SoC, or the error that it comes to nothing with."""
        self.result.failed = self._refusal(soc)
        self._own_clocks()
        for device in soc.devices:
            self._device(device)
        # Children are made before anything is realized.
        self.result.devices.sort(key=lambda device: device.child is None)
        if self.result.failed is not None:
            return self.result
        for region in soc.regions:
            self._region(region)
        self._wires()
        for export in soc.exports:
            (made,) = self.devices[export.device]
            self.result.passes.append(Pass(made, export.is_irq, export.name))
        return self.result

    def _refusal(self, soc: Soc) -> str | None:
        """What the SoC says of clocks that its user forgot, or should have left alone."""
        for clock in soc.clocks:
            wired = clock.name in self.scenario.wired
            if clock.input is ClockUse.REQUIRED and not wired:
                return clock.name
            if clock.input is ClockUse.FORBIDDEN and wired:
                return clock.name
        return None

    def machine(self, board: Board) -> Machine:
        """The whole machine; nothing but the message where the RAM does not fit."""
        ending = self._limits(board)
        if ending is not None:
            self.result.endings.append(ending)
            return self.result
        for region in self.board.regions:
            self._region(region)
        for region in self.board.regions:
            if region.image is not None:
                self._image(region, region.image)
        self._cpus(board)
        self._own_clocks()
        self.buses = {
            bus.name: Bus(self.result.system, self.result.io) for bus in board.buses
        }
        self.result.buses = list(self.buses.values())
        for device in self.board.devices:
            self._device(device)
        self._wires()
        self._x86(board)
        self.result.blobs += map(self._rom, board.roms)
        if board.fw_cfg is not None:
            self._fw_cfg(board.fw_cfg)
        self.result.boot = self._boot(board)
        if isinstance(board.boot, model.HelperBoot):
            last = board.boot.last
            assert last.call is not None
            made = self._made(last.call, "boot", {})
            self.result.devices.append(made)
            self.result.realized.append(made)
        self.result.hooks = machine_calls(board, self.result)
        return self.result

    def _own_clocks(self) -> None:
        for clock in self.board.clocks:
            made = Clock(clock.name, clock.name)
            if clock.frequency is not None:
                made.hz = self._value(clock.frequency)
            if clock.source is not None:
                made.source = self.clocks[clock.source]
            # QEMU's factors are those of the period.
            made.period = (clock.divide, clock.multiply)
            made.is_input = clock.input is not None
            self.clocks[clock.name] = made
            self.result.clocks.append(made)

    def _value(self, expr: Expr, **more: int) -> int:
        return self.number(expr, self.env | more if more else self.env)

    def _wrapped(self, expr: Expr) -> int:
        value = self._value(expr)
        return value if value >= 0 else Number(value % (1 << 64), names_of(value))

    def _absolute(self, region: Region) -> int:
        """Where a region lies in the system memory."""
        address, names = 0, frozenset[str]()
        while region.mapped is not None:
            address += region.mapped.address
            names |= names_of(region.mapped.address)
            region = region.mapped.container
        return Number(address, names)

    def _limits(self, board: Board) -> Ending | None:
        ram, size = board.ram, self.scenario.ram_size
        if ram is None:
            return None
        if ram.exact is not None and ram.default_size is not None:
            wanted = self._value(ram.default_size)
            message = ram.exact.replace("{limit}", human_size(wanted))
            return None if size == wanted else Ending(message, 1)
        if ram.maximum is not None and size > self._value(ram.maximum):
            return _refusal(ram.too_much, size, self._value(ram.maximum))
        if ram.minimum is not None and size < self._value(ram.minimum):
            return _refusal(ram.too_little, size, self._value(ram.minimum))
        return None

    def _region(self, region: model.Region) -> None:
        bound = region.above
        if bound is not None and self.scenario.ram_size <= self._value(bound):
            return
        if region.kind is Kind.MACHINE_RAM:
            made = self.result.ram or Region()
            made.name = region.name
        else:
            made = Region(region.name, region.label, region.kind.value)
            # The rest of less RAM than that is negative. The C wraps, and the alias,
            # which lies past the end of its target, shows nothing either way.
            made.size = self._wrapped(region.size)
            self.result.regions.append(made)
        ownable = isinstance(self.board, Soc) or region.kind not in (Kind.RAM, Kind.ROM)
        if region.kind is not Kind.MACHINE_RAM and ownable:
            made.owned = region.owned
        if region.kind is Kind.IO:
            made.reads = region.read_value
        if region.target is not None:
            made.target = self.regions[region.target]
            made.offset = 0 if region.offset is None else self._value(region.offset)
        if region.mapping is not None:
            where = region.mapping
            made.mapped = Mapped(
                self.regions[where.container],
                self._value(where.offset),
                where.priority or 0,
            )
        self.regions[region.name] = made

    def _rom(self, rom: model.Rom) -> Blob:
        order = "big" if self.board.arch is Arch.PPC else "little"
        values = [Word(self._word(word), order) for word in rom.values]
        return Blob(rom.name, self._value(rom.address), tuple(values))

    def _word(self, word: Expr | model.Choice) -> int:
        if not isinstance(word, model.Choice):
            return self._value(word)
        given = self.scenario.given
        holds = given.holds(word.when, self.scenario.ram_size)
        return self._value(word.then if holds else word.otherwise)

    def _image(self, into: model.Region | Device, image: model.Image) -> None:
        asked = self.scenario.firmware if image.firmware else None
        file = asked or image.file
        if file is None:
            return
        scenario, loads = self.scenario, self.result.loads
        if not scenario.found:
            loads.append(Load(file, "not found", {}))
        elif self._load(into, image.format, file):
            return
        kernel = Option.KERNEL in scenario.given.options
        goes_on = image.kernel_will_do and kernel and not scenario.found
        status = None if goes_on else 1
        self.result.endings.append(Ending(file, status, mentions=file))

    def _load(self, into: model.Region | Device, format_: Format, file: str) -> bool:
        """Try to load a file that was found; whether that succeeds."""
        loads = self.result.loads
        if isinstance(into, Device):
            loads.append(Load(file, "into a device", {}, into=into))
            return self.scenario.raw
        if format_ is not Format.RAW:
            order, machine = _ELF[self.board.arch]
            elf = {"byte order": order, "machine": machine, "clear_lsb": 0}
            loads.append(Load(file, "ELF", {**elf, "data_swab": 0}))
            if self.scenario.elf or format_ is Format.ELF:
                return self.scenario.elf
        address = self._absolute(self.regions[into.name])
        limit = self._value(into.size)
        loads.append(Load(file, "raw", {"address": address, "limit": limit}))
        return self.scenario.raw

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
        made = self.devices[device.name] = []
        if not self.scenario.given.holds(device.when, self.scenario.ram_size):
            return
        self._disks(device.ide)
        count = 1 if device.count is None else self._value(device.count)
        for n in range(0 if device.ide else count):
            name = device.name if device.count is None else f"{device.name}[{n}]"
            if device.call is not None:
                made.append(self._made(device.call, name, {"n": n}))
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
            self._property(p, env) for p in wanted.properties if self._is_set(p, env)
        ]
        made.nic = wanted.nic
        for clock in wanted.clocks:
            made.clocks[clock.name] = self._clock(clock.clock)

    def _clock(self, clock: str | model.ClockOutput) -> Clock | ClockLine:
        if isinstance(clock, str):
            return self.clocks[clock]
        return ClockLine(self._at(clock.place, {}), clock.name)

    def _at(self, place: model.Place, env: Env) -> Device:
        """A device of the board, or one inside it."""
        element = 0 if place.element is None else self._value(place.element, **env)
        of_cpus = place.device == CPUS
        ends: Sequence[Device] = (
            self.result.cpus if of_cpus else self.devices[place.device]
        )
        return self._inside(ends[element], place.path)

    def _inside(self, device: Device, path: Sequence[str]) -> Device:
        for name in path:
            device = device.part(name)
        return device

    def _bus(self, bus: model.BusEnd) -> BusEnd:
        if bus.owner is None:
            return BusEnd(self.buses[bus.name])
        owner = self._at(bus.owner, {})
        return BusEnd(owner) if bus.of_host else BusEnd(owner, bus.name)

    def _is_set(self, prop: model.Property, env: Env) -> bool:
        """Whether there is something to set the property to."""
        match prop.value:
            case model.Drive() as drive:
                return drive_key(drive, env) in self.scenario.given.drives
            case model.Audiodev():
                return Option.AUDIO in self.scenario.given.options
        return True

    def _property(self, prop: model.Property, env: Env) -> Property:
        match prop.value:
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

    def _wires(self) -> None:
        for cpu, owner in enumerate(self.result.cpus):
            for wire in self.board.cpu_wires:
                self._wire(owner, wire, {"cpu": cpu})
        for device in self.board.devices:
            for n, made in enumerate(self.devices[device.name]):
                for wire in device.wires:
                    for env in self._rounds(wire, n):
                        self._wire(made, wire, env)

    def _rounds(self, wire: model.Wire, n: int) -> Iterator[Env]:
        if wire.lines is not None:
            for line in range(self._value(wire.lines)):
                yield {"n": n, "line": line}
            return
        if not wire.per_cpu:
            yield {"n": n}
            return
        for cpu in range(self.scenario.cpus):
            yield {"n": n, "cpu": cpu}

    def _wire(self, owner: Device, wire: model.Wire, env: Env) -> None:
        source, sink, place = wire.source, wire.sink, wire.sink.place
        element = 0 if place.element is None else self._value(place.element, **env)
        of_cpus = place.device == CPUS
        ends: Sequence[Device] = (
            self.result.cpus if of_cpus else self.devices[place.device]
        )
        if element >= len(ends):
            return  # a CPU that this run does not have; the C will say so
        index = self._value(source.index, **env)
        owner = self._inside(owner, source.path)
        output = Output(owner, source.is_irq, source.name, index)
        line = self._value(sink.index, **env)
        end = self._inside(ends[element], place.path)
        self.result.wires[output] = (Input(end, sink.name, line), 0)

    def _disks(self, controllers: Sequence[model.IdeController]) -> None:
        unit = 0
        for each in controllers:
            owner = self._at(each.place, {})
            for place in range(each.drives):
                if ("ide", *divmod(unit, 2)) in self.scenario.given.drives:
                    made = len(self.result.devices)
                    self.result.disks.append(Disk(owner, place, unit, made))
                unit += 1

    def _fw_cfg(self, fw_cfg: model.FwCfg) -> None:
        (owner,) = self.devices[fw_cfg.device]
        items = self.result.fw_cfg
        env = {
            "max_cpus": self.scenario.max_cpus,
            "kvm": int(Option.KVM in self.scenario.given.options),
            **GRAPHICS,
        }
        for item in fw_cfg.items:
            value = item.value
            made = value if isinstance(value, str) else self._value(value, **env)
            items.append(FwCfgItem(owner, evaluate(item.key), item.kind, made))
        for file in fw_cfg.files:
            if self.scenario.found:
                items.append(FwCfgItem(owner, file.name, "file", file.file))
            else:
                self.result.loads.append(Load(file.file, "not found", {}))

    def _x86(self, board: Board) -> None:
        """An x86 machine tells the rest of QEMU how its RAM is split."""
        ram = board.ram
        if not board.parent.is_x86 or ram is None or ram.split is None:
            return
        size, split = self.scenario.ram_size, self._value(ram.split)
        below, names = min(size, split), names_of(split)
        self.result.x86 |= {
            "below_4g_mem_size": Number(below, names),
            "above_4g_mem_size": Number(size - below, names),
        }
        above = next((r for r in board.regions if r.above is not None), None)
        if above is not None and above.mapping is not None:
            start = self._value(above.mapping.offset)
            self.result.x86["above_4g_mem_start"] = start

    def _boot(self, board: Board) -> BootCall | None:
        match board.boot:
            case model.ArmBoot(start, psci, board_id, _, more):
                arguments: dict[str, object] = {
                    "cpu": "CPU 0",
                    "ram_size": self.scenario.ram_size,
                    "loader_start": self._value(start),
                }
                if board_id is not None:
                    arguments["board_id"] = board_id
                if psci is not None:
                    arguments["psci_conduit"] = _CONDUITS[psci]
                for name, value in more:
                    arguments[name] = (
                        value if isinstance(value, bool) else self._value(value)
                    )
                for point, name in ARM_HOOKS.items():
                    hook = board.hook(point)
                    if hook is not None:
                        arguments[name] = f"{hook}()"
                return BootCall("arm_load_kernel", arguments)
            case model.Armv7mBoot(base, size):
                kernel = machine_value("kernel_filename", self.scenario)
                return BootCall(
                    "armv7m_load_kernel",
                    {
                        "cpu": "CPU 0",
                        "kernel": kernel,
                        "base": self._value(base),
                        "size": self._value(size),
                    },
                )
            case model.RiscvBoot(start, harts, initrd):
                kernel = machine_value("kernel_filename", self.scenario)
                return BootCall(
                    "riscv_load_kernel",
                    {
                        "harts": self._at(harts, {}),
                        "kernel": kernel,
                        "start": self._value(start),
                        "initrd": initrd,
                    },
                )
            case model.X86BiosBoot(firmware, writable):
                return BootCall(
                    "x86_bios_rom_init",
                    {"firmware": firmware, "memory": SYSTEM, "writable": writable},
                )
        return None
