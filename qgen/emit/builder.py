"""Builds one function of C, with the locals that it turns out to use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from qgen.bases import MACHINE
from qgen.board import IO, RAM, SYSTEM, Place
from qgen.condition import Condition
from qgen.cunit import (
    AnyFails,
    Assign,
    Call,
    CallExpr,
    CExpr,
    Function,
    Gap,
    If,
    Local,
    Note,
    Return,
    Statement,
    Trace,
)
from qgen.emit.unit import GRAPHICS, UnitBuilder, UnitPart
from qgen.expr import Expr, variables
from qgen.names import identifier, string_literal
from qgen.source import Path
from qgen.targets import Feature

# The order in which locals are declared.
_LOCALS = (
    *("s", "machine", "x86ms", "owner", "bus", "pci_dev", "dev", "sbd", "dinfo"),
    *("source", "sink"),
)
_WITHOUT_RESULT = ("memory_region_init_ram", "memory_region_init_rom")
"""Functions that told nobody whether they failed but by their error."""
_BASE = "base"
"""What `FunctionBuilder.used` calls the machine as its base sees it."""
# The run-time values that have the same name in all functions.
_OF_MACHINE = {
    "cpus": "machine->smp.cpus",
    "max_cpus": "machine->smp.max_cpus",
    "ram_size": "machine->ram_size",
}
_OF_QEMU = {"kvm": "kvm_enabled()", **{name: name for name in GRAPHICS}}


class Body(list[Statement]):
    """Statements; each that comes from nowhere yet is of ``origin``."""

    origin: Trace | None = None

    def append(self, statement: Statement) -> None:
        """Add a statement."""
        if statement.origin is None and self.origin is not None:
            statement = replace(statement, origin=self.origin)
        super().append(statement)


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
    body: Body = field(default_factory=Body)
    count: int = 1
    holds: dict[str, CExpr] = field(default_factory=dict)

    def at(self, path: Path) -> None:
        """All that follows comes from the node of the spec at ``path``."""
        self.body.origin = (self.unit.board.name, path)

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """What is added here comes from the node of the spec at ``path``."""
        before = self.body.origin
        self.at(path)
        yield
        self.body.origin = before

    def must(self, func: str, *args: CExpr) -> None:
        """Call ``func(args, errp)``: a machine ends if it fails, a SoC passes it on."""
        if not self.unit.is_soc:
            self.unit.use("error_fatal")
            self.call(func, *args, "&error_fatal")
            return
        returns = self.unit.target.has(Feature.MEMORY_SAYS_IF_IT_FAILED)
        if func in _WITHOUT_RESULT and not returns:
            self._propagated(func, args)
            return
        failing = CallExpr(func, (*args, self.errp()))
        self.body.append(If(AnyFails((failing,)), (Return("false"),)))

    def _propagated(self, func: str, args: tuple[CExpr, ...]) -> None:
        """Call what only by its error says that it failed."""
        self.unit.use("error_propagate")
        if all(local.name != "err" for local in self.extra):
            self.local(Local("Error *", "err", "NULL"))
        self.call(func, *args, "&err")
        failed = Call(CallExpr("error_propagate", (self.errp(), "err")))
        self.body.append(If("err", (failed, Return("false"))))

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
        inner = FunctionBuilder(
            self.unit, self.name, self.when, self.used, self.extra, count=self.count
        )
        inner.body.origin = self.body.origin
        return inner

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
        origin = self.body.origin
        return Function(self.name, params, (*locals_, *extra), body, returns, origin)

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
