"""Builds one C unit: its names, its headers, and functions with the locals they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qgen.arch import ARCHES
from qgen.bases import MACHINE
from qgen.board import (
    CPUS,
    IO,
    RAM,
    SYSTEM,
    ArmBoot,
    Board,
    BusEnd,
    ClockOutput,
    Composite,
    Device,
    HelperBoot,
    Kind,
    Link,
    Place,
    RiscvBoot,
    Sink,
    Soc,
    Wire,
)
from qgen.catalogue import Catalogue
from qgen.condition import Condition
from qgen.cunit import (
    AnyFails,
    Assign,
    Call,
    CallExpr,
    CExpr,
    Field,
    Function,
    Gap,
    If,
    Local,
    Note,
    Return,
    Statement,
)
from qgen.emit.cexpr import Spelling, spell, uses_units
from qgen.emit.headers import header
from qgen.expr import Expr, evaluate, variables
from qgen.names import (
    camel_case,
    identifier,
    string_literal,
    type_names,
    upper_case,
)
from qgen.targets import Target

# The order in which locals are declared.
_LOCALS = (
    *("s", "machine", "x86ms", "owner", "bus", "pci_dev", "dev", "sbd", "dinfo"),
    *("source", "sink"),
)
_BASE = "base"
"""What `FunctionBuilder.used` calls the machine as its base sees it."""


GRAPHICS = ("graphic_width", "graphic_height", "graphic_depth")
# The run-time values that have the same name in all functions.
_OF_MACHINE = {
    "cpus": "machine->smp.cpus",
    "max_cpus": "machine->smp.max_cpus",
    "ram_size": "machine->ram_size",
}
_OF_QEMU = {"kvm": "kvm_enabled()", **{name: name for name in GRAPHICS}}


@dataclass(frozen=True, slots=True)
class UnitPart:
    """A function that makes a part of the board, and when there is such a part."""

    function: Function
    when: Condition | None


class UnitBuilder:
    """What every part of one type's C shares.

    ``base`` is what the machine derives from. ``parts`` are the functions that the one
    named ``devices_in`` calls, which is the machine's init function or what the base
    has in place of it. ``headers`` are for the C, ``public`` those that the struct needs
    where it is declared. ``embedded`` are the devices that lie in the struct, with their
    own.
    """

    def __init__(self, board: Composite, target: Target, catalogue: Catalogue):
        self.board, self.target, self.catalogue = board, target, catalogue
        self.base = board.parent.base if isinstance(board, Board) else MACHINE
        self.prefix = identifier(board.name)
        self.headers: set[str] = set()
        self.public: set[str] = set()
        self.socs = {soc.name: soc for soc in board.socs}
        self.embedded = self._embedded()
        self.fields: list[Field] = []
        self.functions: list[Function] = []
        self.parts: list[UnitPart] = []
        self.devices_in: str | None = None
        self.shared = _shared(board)
        self.used_buses = {
            bus.name
            for device in board.devices
            for bus in (device.bus, *(device.call.arguments if device.call else ()))
            if isinstance(bus, BusEnd) and bus.owner is None
        }
        self.spelling = Spelling(f"{self.prefix}_memmap", self.prefix, {})
        self.devices = {d.name: d for d in board.devices}
        self.places = {CPUS: -1} | {d.name: i for i, d in enumerate(board.devices)}
        self.incoming = _incoming(
            (d.name, w) for d in board.devices for w in d.wires if not w.per_cpu
        )
        self.incoming_per_cpu = _incoming(
            [(CPUS, w) for w in board.cpu_wires]
            + [(d.name, w) for d in board.devices for w in d.wires if w.per_cpu]
        )

    @property
    def is_soc(self) -> bool:
        """Whether the type is a SoC: it may come to nothing, and says so."""
        return isinstance(self.board, Soc)

    @property
    def struct(self) -> str:
        """The name of the state struct."""
        if self.is_soc:
            return type_names(self.board.name).struct
        return f"{camel_case(self.board.name)}MachineState"

    @property
    def state_param(self) -> str:
        """The parameter of a function that takes the state."""
        return f"{self.struct} *s"

    @property
    def base_param(self) -> str:
        """The parameter of a function that takes the machine as its base's struct."""
        return f"{self.base.struct} *{self.base.handle}"

    @property
    def macro(self) -> str:
        """The cast macro of the type."""
        if self.is_soc:
            return type_names(self.board.name).macro
        return f"{upper_case(self.board.name)}_MACHINE"

    def header(self, symbol: str) -> str:
        """What declares ``symbol``."""
        return header(symbol, self.target)

    def use(self, *symbols: str) -> None:
        """Include what declares ``symbols``."""
        self.headers |= {self.header(symbol) for symbol in symbols}

    def field(self, declaration: str, *symbols: str) -> None:
        """Add a field to the state struct; ``symbols`` are what it is made of."""
        self.fields.append(Field(declaration))
        self.public |= {header(symbol, self.target) for symbol in symbols}

    def _use_soc(self, soc: Soc) -> None:
        if not soc.inline:
            self.headers.add(soc_header(soc))

    def _embedded(self) -> dict[str, str]:
        """The devices that lie in the state, with their structs."""
        found = {}
        for device in self.board.devices:
            on_pci = device.bus is not None and device.bus.is_pci
            # What may not be there, and what hooks use, the state has a pointer to.
            pointed = device.when is not None or device.name in self.board.kept
            if device.child is None or pointed or on_pci or device.made:
                continue
            soc, known = self.socs.get(device.type), self.catalogue.find(device.type)
            if soc is not None:
                found[device.name] = str(type_names(soc.name).struct)
            elif known is not None and known.struct and known.header:
                found[device.name] = known.struct
        return found

    def embed(self, device: Device) -> None:
        """Add the field that holds ``device`` itself."""
        soc, known = self.socs.get(device.type), self.catalogue.find(device.type)
        if soc is not None and not soc.inline:
            self.public.add(soc_header(soc))
        elif known is not None and known.header is not None:
            self.public.add(known.header)
        name, struct = identifier(device.name), self.embedded[device.name]
        self.fields.append(Field(f"{struct} {name}{self.elements(device)}"))

    def elements(self, device: Device) -> str:
        """``[32]`` where there are several."""
        if device.count is None:
            return ""
        if self.is_soc:  # no header of others has our constants
            return f"[{evaluate(device.count)}]"
        return f"[{self.spell(device.count)}]"

    def spell(self, expr: Expr, count: int = 1, **names: str) -> str:
        """``expr`` in C; ``names`` are those of the run-time values.

        ``count``: how many devices there are where ``n`` numbers them.
        """
        cpus = self.board.most_cpus
        tops = {"cpus": cpus, "cpu": cpus - 1, "n": count - 1, "ram_size": 1 << 63}
        tops["line"] = 0xFFFF
        tops |= {"max_cpus": cpus, "kvm": 1, **dict.fromkeys(GRAPHICS, 0xFFFF)}
        text = spell(
            expr, Spelling(self.spelling.table, self.spelling.prefix, names, tops)
        )
        if uses_units(text):
            self.use("units")
        return text

    def type_name(self, type_: str) -> str:
        """A type's macro where a header has one, else its name."""
        if type_ in self.socs:
            self._use_soc(self.socs[type_])
            return f"TYPE_{type_names(type_).macro}"
        known = self.catalogue.find(type_)
        if known is None or known.macro is None or known.header is None:
            return string_literal(type_)
        self.headers.add(known.header)
        return known.macro

    def refers_to(self, device: Device) -> bool:
        """Whether C refers to a device after it was created."""
        wired = (self.incoming, self.incoming_per_cpu)
        kept = bool(device.wires) or device.name in self.shared
        return kept or any(device.name in incoming for incoming in wired)

    def needs_state(self) -> bool:
        """Whether the machine has a state struct of its own."""
        return (
            self.is_soc
            or bool(self.embedded)
            or any(r.kind is not Kind.MACHINE_RAM for r in self.board.regions)
            or bool(self.board.clocks or self.shared or self.used_buses)
            or (
                isinstance(self.board, Board)
                and (
                    bool(self.board.properties)
                    or isinstance(self.board.boot, ArmBoot | RiscvBoot)
                )
            )
        )


def _incoming(
    wires: Iterable[tuple[str, Wire]],
) -> dict[str, dict[str, list[Wire]]]:
    """Wires by the device they end at, then by the one they come from."""
    incoming: dict[str, dict[str, list[Wire]]] = {}
    for source, wire in wires:
        incoming.setdefault(wire.sink.device, {}).setdefault(source, []).append(wire)
    return incoming


def _shared(board: Composite) -> set[str]:
    """The devices that the code of a later part refers to: they are kept in the state."""
    at = {d.name: i for i, d in enumerate(board.devices)}
    shared: set[str] = set(board.kept)
    made = {d.name for d in board.devices if d.made}
    for device in board.devices:
        shared |= {place.device for place in _references(device)}
        for wire in device.wires:
            sink = wire.sink.device
            if sink in (CPUS, device.name):
                continue
            shared.add(min(sink, device.name, key=at.__getitem__))
            if wire.sink.place.element is not None:
                shared.add(sink)
    shared |= {device.name for device in board.devices if device.images}
    match board.boot if isinstance(board, Board) else None:
        case RiscvBoot() as boot:
            shared.add(boot.harts.device)
        case HelperBoot(last):
            shared |= {place.device for place in _references(last)}
    for wire in board.cpu_wires:
        if wire.sink.place.element is not None:
            shared.add(wire.sink.device)
    return shared - made


def _references(device: Device) -> Iterator[Place]:
    """The devices that this one refers to when it is created, all of them earlier."""
    if device.bus is not None and device.bus.owner is not None:
        yield device.bus.owner
    for argument in device.call.arguments if device.call else ():
        match argument:
            case Link(Place() as place) | BusEnd(Place() as place):
                yield place
            case Sink(place) if place.device != CPUS:
                yield place
    yield from (controller.place for controller in device.ide)
    for each in device.holders:
        for prop in each.properties:
            if isinstance(prop.value, Link) and isinstance(prop.value.target, Place):
                yield prop.value.target
        for clock in each.clocks:
            if isinstance(clock.clock, ClockOutput):
                yield clock.clock.place


@dataclass
class FunctionBuilder:
    """One function: statements, and the locals that they turn out to need.

    ``when``: it is called only where that holds.
    """

    unit: UnitBuilder
    name: str
    when: Condition | None = None
    used: set[str] = field(default_factory=set)
    extra: list[Local] = field(default_factory=list)
    body: list[Statement] = field(default_factory=list)
    count: int = 1
    holds: dict[str, CExpr] = field(default_factory=dict)

    def must(self, func: str, *args: CExpr) -> None:
        """Call ``func(args, errp)``: a machine ends if it fails, a SoC passes it on."""
        if not self.unit.is_soc:
            self.unit.use("error_fatal")
            self.call(func, *args, "&error_fatal")
            return
        failing = CallExpr(func, (*args, self.errp()))
        self.body.append(If(AnyFails((failing,)), (Return("false"),)))

    def errp(self) -> str:
        """``errp``, of a function that may come to nothing."""
        self.used.add("errp")
        return "errp"

    def sure(self) -> str:
        """The errp of what cannot fail: properties that are there, of their type."""
        self.unit.use("error_fatal")
        return "&error_abort" if self.unit.is_soc else "&error_fatal"

    def call(self, func: str, *args: CExpr) -> None:
        """Add ``func(args);``."""
        self.body.append(Call(CallExpr(func, args)))

    def assign(self, target: str, value: CExpr) -> None:
        """Add ``target = value;``."""
        self.body.append(Assign(target, value))

    def note(self, text: str | None) -> None:
        """Add a comment, if there is one."""
        if text:
            self.body.append(Note(text))

    def gap(self) -> None:
        """Add an empty line, unless there is one or the body is empty."""
        if self.body and not isinstance(self.body[-1], Gap):
            self.body.append(Gap())

    def block(self) -> FunctionBuilder:
        """A builder for a nested block that shares this function's locals."""
        self.holds.clear()  # the block may change what they hold
        return FunctionBuilder(
            self.unit, self.name, self.when, self.used, self.extra, count=self.count
        )

    def state(self) -> str:
        """``s``, the machine's state."""
        self.used.add("s")
        return "s"

    def machine(self) -> str:
        """``machine``, as MachineState."""
        self.used.add("machine")
        self.unit.use("machine")
        return "machine"

    def base(self) -> str:
        """The machine as the struct of its base."""
        if self.unit.base is MACHINE:
            return self.machine()
        self.used.add(_BASE)
        return self.unit.base.handle

    def owner(self) -> CExpr:
        """The machine as the owner of an object."""
        if self.unit.needs_state():
            return CallExpr("OBJECT", (self.state(),))
        boots = self.unit.base.boots
        return CallExpr("OBJECT", (self.base() if boots else self.machine(),))

    def device(self, place: Place, index: dict[str, str], here: str = "") -> CExpr:
        """A device of the board, or one inside it; the local is that of ``here``."""
        handle: CExpr = "dev"
        if place.device != here or place.element is not None:
            element = None
            if place.element is not None:
                element = self.expr(place.element, **index)
            handle = self.kept(place.device, element)
        return self.inside(handle, place.path)

    def object(self, place: Place) -> CExpr:
        """A device as an object, which any cast of QOM's takes."""
        handle = self.device(place, {})
        # Whatever casts it next, the last of these casts is not needed.
        inner = handle.args[0] if isinstance(handle, CallExpr) else handle
        return inner if place.path else handle

    def kept(self, device: str, element: str | None = None) -> CExpr:
        """A device of the state, which holds it or a pointer to it, or of the base."""
        for made in self.unit.base.made:
            if made.name == device:
                return CallExpr("DEVICE", (f"{self.base()}->{made.field}",))
        name = f"{self.state()}->{identifier(device)}"
        if element is not None:
            name = f"{name}[{element}]"
        if device in self.unit.embedded:
            return CallExpr("DEVICE", (f"&{name}",))
        return name

    def inside(self, handle: CExpr, path: tuple[str, ...]) -> CExpr:
        """The device at ``path`` inside the one that ``handle`` is."""
        return CallExpr("DEVICE", (self.found(handle, path),)) if path else handle

    def found(self, handle: CExpr, path: tuple[str, ...]) -> CExpr:
        """The object at ``path`` inside the device that ``handle`` is."""
        found: CExpr = cast("OBJECT", handle)
        by = (
            "object_resolve_path_component"
            if len(path) == 1
            else "object_resolve_path_at"
        )
        self.unit.use("object")
        return CallExpr(by, (found, string_literal("/".join(path))))

    def held(self, name: str, handle: CExpr, path: tuple[str, ...]) -> CExpr:
        """As `inside`, in the local ``name``, which is assigned where it changes."""
        if not path:
            return handle
        found = self.inside(handle, path)
        if self.holds.get(name) != found:
            self.assign(self.local(Local("DeviceState *", name)), found)
            self.holds[name] = found
        return name

    def local(self, local: Local) -> str:
        """Declare a local of the function once."""
        if all(known.name != local.name for known in self.extra):
            self.extra.append(local)
        return local.name

    def expr(self, expr: Expr, **index: str) -> str:
        """``expr`` in C, with the machine's run-time values."""
        if variables(expr) & _OF_MACHINE.keys():
            self.machine()
        for name in sorted(variables(expr) & _OF_QEMU.keys()):
            self.unit.use(name)
        known = {**_OF_MACHINE, **_OF_QEMU}
        return self.unit.spell(expr, self.count, **(known | index))

    def space(self, name: str) -> CExpr:
        """A memory region by its name in the board, as a pointer."""
        if name == SYSTEM:
            self.unit.use("address_spaces")
            return CallExpr("get_system_memory")
        if name == IO:
            self.unit.use("address_spaces")
            return CallExpr("get_system_io")
        if name == RAM:
            return f"{self.machine()}->ram"
        return f"&{self.state()}->{identifier(name)}"

    def statements(self) -> tuple[Statement, ...]:
        """The body, without an empty line at its end."""
        while self.body and isinstance(self.body[-1], Gap):
            self.body.pop()
        return tuple(self.body)

    def done(self) -> Function:
        """The function, with the parameters and the locals that it uses."""
        params: tuple[str, ...] = ()
        locals_: list[Local] = []
        base, given = self.unit.base, ""
        if "s" in self.used or "errp" in self.used:
            params, given = (self.unit.state_param,), "s"
        elif self.unit.is_soc:
            pass
        elif _BASE in self.used or ("machine" in self.used and base.boots):
            params, given = (self.unit.base_param,), base.handle
        elif "machine" in self.used:
            params, given = ("MachineState *machine",), "machine"
        around: CExpr = given
        if self.unit.is_soc and "machine" in self.used:
            self.unit.use("qdev_new")
            around = CallExpr("qdev_get_machine")
        for wanted, struct, name, macro in (
            ("machine", "MachineState", "machine", "MACHINE"),
            (_BASE, base.struct, base.handle, base.cast),
        ):
            if wanted in self.used and name != given:
                locals_.append(Local(f"{struct} *", name, CallExpr(macro, (around,))))
        order = {name: i for i, name in enumerate(_LOCALS)}
        extra = sorted(self.extra, key=lambda local: order.get(local.name, 99))
        body, returns = self.statements(), "void"
        if "errp" in self.used:
            params = (*params, "Error **errp")
            body, returns = _returning(body), "bool"
        return Function(self.name, params, (*locals_, *extra), body, returns)

    def add(self, when: Condition | None = None) -> None:
        """Put the function into the unit; the init function calls it, if ``when``."""
        function = self.done()
        if not function.body:
            return
        self.unit.functions.append(function)
        self.unit.parts.append(UnitPart(function, when))


def _returning(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """``body`` that returns whether all went well: what its last call says, or true."""
    match body[-1]:
        case If(AnyFails((call,)), (Return("false"),)):
            return (*body[:-1], Return(call))
    return (*body, Return("true"))


def cast(macro: str, handle: CExpr) -> CallExpr:
    """``handle`` cast by ``macro``, not by one after the other."""
    if isinstance(handle, CallExpr) and handle.func == "DEVICE":
        return CallExpr(macro, handle.args)
    return CallExpr(macro, (handle,))


def soc_header(soc: Soc) -> str:
    """The header that declares a SoC, as QEMU's C includes it."""
    folder = ARCHES[soc.arch].hw_dir
    return soc.header or f"hw/{folder}/{type_names(soc.name).prefix}.h"
