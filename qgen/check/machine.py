"""The abstract machine: runs the functions of a `Unit` and gathers what they make."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from qgen.bases import MACHINE, Base
from qgen.check.code import UNSET, Frame, Record, Reference
from qgen.check.ctype import Array, CType, Int, Struct
from qgen.check.facts import (
    ClassProperty,
    Cpu,
    Device,
    Drive,
    Ending,
    HookCall,
    Input,
    Items,
    Output,
    Region,
    empty_machine,
)
from qgen.check.notes import Notes, Refused
from qgen.check.scenarios import Scenario
from qgen.check.symbols import Function, Unit
from qgen.check.values import Instance
from qgen.check.vocabulary import ENDIANS, ERROR_ABORT, ERROR_FATAL, ERRP, Sentinel
from qgen.condition import Option

MAX_DEPTH = 16
"""How deep functions of a board may call each other."""


IDLE = Scenario(0, 0, 0, None, None, False, MACHINE)
"""The scenario before there is a machine."""


class _Ended(Exception):
    """The board called exit()."""


class Execution:
    """One run of a board, or of a SoC.

    ``facts`` is what it makes, ``line`` the line of the call that is running, ``types``
    the types that were registered, ``class_calls`` what class_init called of the base's
    functions, ``resets`` what a reset of the machine calls, ``drives`` those that have a
    device, ``lists`` all lists that were made; ``state`` is the struct of the type that
    runs, if it has one of its own. ``instance`` is what runs, ``machine`` the machine
    around it, or itself. ``own_properties`` are those that the instance has and its class
    has not. ``shares``: wires of the board may lead to the same input.
    """

    def __init__(
        self,
        unit: Unit,
        scenario: Scenario,
        ram_id: str | None,
        loop_limit: int,
        state: str | None = None,
        *,
        is_soc: bool = False,
    ):
        self.unit, self.scenario, self.loop_limit = unit, scenario, loop_limit
        self.state, self.is_soc = state, is_soc
        self.notes: Notes = unit.notes
        self.line = 0
        self.facts = empty_machine(ram_id, scenario.ram_size)
        for name, type_ in scenario.made:
            device = Device(type_, name, realized=True, child=name)
            self.facts.devices.append(device)
        self.class_calls: list[tuple[str, int]] = []
        self.types: list[Record] = []
        self.resets: list[tuple[Function, object, int]] = []
        self.class_properties: dict[str, ClassProperty] = {}
        self.own_properties: dict[str, ClassProperty] = {}
        self.drives: set[Drive] = set()
        self.lists: list[Items] = []
        self.nics = [Record("NICInfo", {"used": int(used)}) for used in scenario.nics]
        self.nics_taken: set[str] = set()
        self.pending: str | None = None
        self.pci_nics: Device | None = None
        self.last_nic = -1
        self.errors: list[str] = []
        self.instance = Instance()
        self.machine = Instance() if is_soc else self.instance
        self.fallible: dict[int, None] = {}
        self.machine_class = Instance()
        self.cpu_type = scenario.cpu_type or ""
        self._made_cpu: Cpu | None = None
        self.shares = False
        self._driven: set[Input] = set()
        self._in_init = False
        self._depth = 0
        self._messages: list[Ending] = []
        unit.host.execution = self

    def refuse(self, text: str) -> NoReturn:
        """End the run: what the board does here cannot be followed further."""
        raise Refused(self.line, text)

    def say(self, text: str) -> None:
        """Note a fault of the line that is running."""
        self.notes.add(self.line, text)

    @property
    def whole(self) -> str:
        """What runs, in words."""
        return "the SoC" if self.is_soc else "the machine"

    def fatal(self, errp: object) -> None:
        """Errors that only a fault of the C can cause must end QEMU."""
        wanted = ERROR_ABORT if self.is_soc else ERROR_FATAL
        if errp is not wanted:
            self.say(f"errors are not fatal here: pass &{wanted.name}")

    def succeeds(self, errp: object) -> bool:
        """Whether what may fail does not; a SoC has to tell who realizes it."""
        if not self.is_soc:
            self.fatal(errp)
            return True
        if errp is not ERRP and not isinstance(errp, Reference):
            self.say("whoever realizes the SoC never learns of this error: pass errp")
            return True
        self.fallible[self.line] = None
        if self.line != self.scenario.fails:
            return True
        if isinstance(errp, Reference):
            self.pending = f"line {self.line} fails"
            errp.put(Sentinel("an error"))
        else:
            self.fail(f"line {self.line} fails")
        return False

    def fail(self, message: str) -> None:
        """There is an error now: the SoC comes to nothing."""
        if self.facts.failed is not None:
            self.refuse("a second error, while the first waits to be handled")
        self.facts.failed = message

    def calling(self, name: str) -> None:
        """A function of QEMU's is called: after an error, the SoC should be gone."""
        pending = self.pending is not None and name != "error_propagate"
        if self.facts.failed is not None or pending:
            self.refuse(f"{name}() is called although there was an error")

    def takes(self, drive: Drive, who: str) -> None:
        """A device gets a drive, which it does not share."""
        if drive in self.drives:
            self.say(f"{who}: {drive} has a device already")
        self.drives.add(drive)

    def dropped(self, device: Device) -> None:
        """The C gives back a reference to a device."""
        if not device.held:
            self.refuse(f"a reference to {device.name} is dropped that is not the C's")
        device.held = False

    def making(self) -> None:
        """Something is made: the boot loader must come after it."""
        if self.facts.boot is not None:
            self.say("this comes after the boot loader, which reads the whole board")

    def call(self, function: Function, args: list[Any], line: int) -> Any:
        """Call a function of the file."""
        if function.hook:
            return self._hook(function, args, line)
        if function.body is None:
            raise Refused(line, f"{function.name}() could not be read")
        if self._depth >= MAX_DEPTH:
            raise Refused(line, f"{function.name}() is called too deep, or by itself")
        frame: Frame = dict(zip(function.params, args, strict=True))
        self._depth += 1
        try:
            result = function.body(frame)
            if result is None and isinstance(function.type.result, Int):
                raise Refused(line, f"{function.name}() returns nothing")
            return result
        except _Ended:
            # An image that cannot be loaded ends QEMU. Going on behind the function
            # that loads it shows in one run what every such function does.
            if self._depth == 2 and not self.scenario.ends:
                return None
            raise
        finally:
            self._depth -= 1

    def _hook(self, function: Function, args: list[Any], line: int) -> None:
        """A function of the person's: what it does, nobody knows."""
        subject = args[0].name if isinstance(args[0], Cpu) else None
        if isinstance(args[0], Cpu) and self.scenario.big_endian and not args[0].resets:
            # Whatever the person's C sets, the reset would undo.
            self.notes.add(
                line, f"{function.name}() is called before {subject} is reset"
            )
        if args[0] is self.instance:
            subject = "the machine"
        elif args[0] is self.machine_class:
            subject = "the class"
        made = (len(self.facts.cpus), len(self.facts.devices))
        self.facts.hooks.append(HookCall(function.name, subject, made, line))

    def new_cpu(self, type_: str, *, realized: bool = False) -> Cpu:
        """Create a CPU."""
        self.making()
        cpu = Cpu(type_, f"CPU {len(self.facts.cpus)}", self.line)
        cpu.realized, cpu.held = realized, not realized
        self.facts.cpus.append(cpu)
        return cpu

    def realized(self, device: Device) -> None:
        """A device was realized; one of a certain type brings the CPUs."""
        if not isinstance(device, Cpu):
            self.facts.realized.append(device)
        if device.type == self.scenario.cpu_maker:
            self._made_cpu = Cpu(self.cpu_type, "CPU 0", realized=True)

    def first_cpu(self) -> Cpu | None:
        """QEMU's first_cpu."""
        cpus = [cpu for cpu in self.facts.cpus if cpu.realized]
        return cpus[0] if cpus else self._made_cpu

    def wire(self, source: Output, sink: Input) -> None:
        """Connect two lines."""
        self.making()
        if not source.owner.realized:
            self.refuse(f"{source.owner.name} is wired before it is realized")
        if source in self.facts.wires:
            self.say(f"{source.owner.name}: {source} is wired twice")
        if sink in self._driven and not self.shares:
            self.say(f"{sink} is driven twice")
        self._driven.add(sink)
        self.facts.wires[source] = (sink, self.line)

    def as_guest_reads(self, value: int, endianness: int) -> int:
        """What a CPU reads as a word from an I/O region of this byte order."""
        device = ENDIANS[endianness] if 0 <= endianness < len(ENDIANS) else "unknown"
        guest = "BIG" if self.scenario.big_endian else "LITTLE"
        if device in (guest, "NATIVE"):
            return value
        width = 4 if value < 1 << 32 else 8
        return int.from_bytes(value.to_bytes(width, "little"), "big")

    def report(self, message: str) -> None:
        """error_report(): it belongs to the exit() that follows."""
        self._messages.append(Ending(message, None, line=self.line))

    def end(self, status: int) -> NoReturn:
        """exit()."""
        if not self._in_init:
            self.refuse("only the init function may end QEMU")
        messages, self._messages = self._messages, []
        self.facts.endings += messages[:-1]
        last = messages[-1] if messages else Ending("", None, line=self.line)
        self.facts.endings.append(last._replace(status=status))
        raise _Ended

    def init(self, function: Function) -> None:
        """Run the machine's init function, then reset the machine."""
        self.prepare()
        for name, value in self.scenario.given.properties:
            prop = self.class_properties.get(name)
            prop = self.own_properties.get(name, prop)
            if prop is not None and isinstance(prop.setter, Function):
                self.call(prop.setter, [self.instance, value, ERRP], prop.line)
        self._in_init = True
        with suppress(_Ended):
            self.call(function, [self.instance], function.line)
        self._in_init = False
        self.facts.endings += self._messages
        self._finish()
        x86 = self.instance.views.get("X86MachineState")
        if x86 is not None:
            self.facts.x86 |= x86.fields
        for handler, opaque, line in self.resets:
            self.call(handler, [opaque], line)

    @property
    def usb(self) -> bool:
        """Whether the machine has USB, as far as it has run."""
        given = self.scenario.given.options
        asked = Option.USB in given and Option.NO_USB not in given
        return bool(self.machine.views["MachineState"].fields.get("usb", asked))

    def soc(self, init: Function | None, realize: Function) -> None:
        """Make the SoC and realize it, as the machine around it would."""
        self._views(self.machine)
        self.instance.views |= {
            "DeviceState": Record("DeviceState"),
            "SysBusDevice": Record("SysBusDevice"),
        }
        self._see_state()
        if init is not None:
            self.call(init, [self.instance], init.line)
        self.call(realize, [self.instance, ERRP], realize.line)
        self._finish()

    def _finish(self) -> None:
        """What should not be left over at the end."""
        for device in (*self.facts.cpus, *self.facts.devices):
            if device.held and not self.facts.endings:
                text = f"nobody drops the first reference to {device.name}"
                self.notes.add(device.line, text)
        if self.pending is not None:
            self.notes.add(self.line, "an error is dropped")
        if self.pci_nics is not None and self.last_nic != len(self.nics) - 1:
            text = "not all NICs that are left are made"
            self.notes.add(self.pci_nics.line, text)
        for items in self.lists:
            if not items.taken:
                self.notes.add(items.line, "the list of this line is no property's")

    def _see_state(self) -> None:
        if self.state is not None:
            self.instance.views[self.state] = fresh(self.unit, self.state)

    def prepare(self) -> None:
        """Give the machine its views: QEMU's structs, and its own."""
        self._views(self.instance)
        self._see_state()
        if self.unit.instance_init is not None:
            self.call(self.unit.instance_init, [self.instance], 0)

    def _views(self, machine: Instance) -> None:
        """The machine as the structs that its type derives from see it."""
        scenario, views = self.scenario, machine.views
        smp = Record(
            "CpuTopology", {"cpus": scenario.cpus, "max_cpus": scenario.max_cpus}
        )
        fields: dict[str, object] = {
            "ram": self.facts.ram,
            "ram_size": scenario.ram_size,
            "cpu_type": scenario.cpu_type,
            "firmware": scenario.firmware,
            "smp": smp,
            "usb_disabled": Option.NO_USB in scenario.given.options,
        }
        for name in ("kernel_filename", "kernel_cmdline", "initrd_filename", "dtb"):
            fields[name] = machine_value(name, scenario)
        fields["audiodev"] = machine_value("audiodev", scenario)
        views["MachineState"] = Record("MachineState", fields)
        base = scenario.base
        if base is not MACHINE:
            made = {each.name: each for each in self.facts.devices}
            views[base.struct] = Record(
                base.struct, {m.field: made[m.name] for m in base.made}
            )


_OPTIONS = {
    "audiodev": Option.AUDIO,
    "kernel_filename": Option.KERNEL,
    "initrd_filename": Option.INITRD,
}
"""What leaves a field of MachineState empty if it is not given."""


def machine_value(field: str, scenario: Scenario) -> str | None:
    """What a text field of MachineState holds."""
    if field == "cpu_type":
        return scenario.cpu_type
    option = _OPTIONS.get(field)
    if option is not None and option not in scenario.given.options:
        return None
    return f"<machine->{field}>"


def fresh(unit: Unit, struct: str) -> Record:
    """A struct as QEMU allocates it: what lies inside exists, the rest is unset."""
    layout = unit.layout(struct) or {}
    fields = {name: _inside(unit, name, type_) for name, type_ in layout.items()}
    return Record(struct, {n: v for n, v in fields.items() if v is not UNSET})


def _inside(unit: Unit, name: str, type_: CType) -> Any:
    if isinstance(type_, Array):
        return [_inside(unit, name, type_.of) for _ in range(type_.length or 0)]
    if not isinstance(type_, Struct):
        return UNSET
    if type_.name == "MemoryRegion":
        return Region(name)
    if type_.name in unit.embeddable:
        return Device("", f"the {name!r} of the state", struct=type_.name)
    return fresh(unit, type_.name)


def register(unit: Unit, function: Function, loop_limit: int) -> list[Record]:
    """Run the function that type_init() names; the types that it registers."""
    execution = Execution(unit, IDLE, None, loop_limit)
    execution.call(function, [], function.line)
    return execution.types


class ClassFacts(NamedTuple):
    """What class_init made: MachineClass, the base's class, properties; what it called.

    ``calls`` are those of the base's functions, ``hooks`` those of the person's.
    """

    machine: Record
    base: Record
    properties: dict[str, ClassProperty]
    calls: list[tuple[str, int]]
    hooks: list[HookCall]


def class_facts(
    unit: Unit, class_init: Function, base: Base, loop_limit: int
) -> ClassFacts:
    """Run a class_init function of a machine."""
    views = {"MachineClass": Record("MachineClass")}
    if base.class_struct is not None:
        views[base.class_struct] = Record(base.class_struct)
    execution = _run_class_init(unit, class_init, views, loop_limit)
    own = views.get(base.class_struct or "", Record(""))
    return ClassFacts(
        views["MachineClass"],
        own,
        execution.class_properties,
        execution.class_calls,
        execution.facts.hooks,
    )


def device_class(unit: Unit, class_init: Function, loop_limit: int) -> Record:
    """Run a class_init function of a device: what it writes into its class."""
    views = {"DeviceClass": Record("DeviceClass")}
    _run_class_init(unit, class_init, views, loop_limit)
    return views["DeviceClass"]


def _run_class_init(
    unit: Unit, class_init: Function, views: dict[str, Record], loop_limit: int
) -> Execution:
    execution = Execution(unit, IDLE, None, loop_limit)
    class_ = execution.machine_class
    class_.views |= views
    execution.call(class_init, [class_, None], class_init.line)
    return execution
