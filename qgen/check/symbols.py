"""What a C file declares, by name, while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qgen.check.api import FUNCTIONS
from qgen.check.api import Function as ApiFunction
from qgen.check.code import Code, Record, Run
from qgen.check.ctype import CType, Signature
from qgen.check.notes import Notes
from qgen.check.scan import Macro
from qgen.check.vocabulary import CASTS, CONSTANTS, STRUCTS
from qgen.targets import NEWEST, Target

if TYPE_CHECKING:
    from qgen.check.machine import Execution


@dataclass(eq=False, repr=False)
class Function:
    """A function of the file; ``body`` is None where it could not be read.

    ``hook``: it is only declared; a file of the person's defines it.
    """

    name: str
    line: int
    type: Signature
    params: tuple[str, ...]
    body: Run | None = None
    hook: bool = False


@dataclass(eq=False, repr=False)
class Table:
    """A MemMapEntry table: rows by index; ``names`` is the enumerator of each."""

    rows: dict[int, Record]
    names: dict[int, str]
    line: int


@dataclass(eq=False, repr=False)
class Symbol:
    """A name of the file. ``what`` says what kind of thing it is, for findings."""

    what: str
    name: str
    line: int
    code: Code
    used: bool = False


@dataclass(eq=False, repr=False)
class FieldUse:
    """Whether the file writes and reads a field of its own struct."""

    line: int
    written: bool = False
    read: bool = False


@dataclass(eq=False, repr=False)
class Host:
    """Where translated code finds the machine that it runs on."""

    execution: Execution | None = None

    @property
    def machine(self) -> Execution:
        """The running machine."""
        assert self.execution is not None
        return self.execution


@dataclass(eq=False, repr=False)
class Unit:
    """One C file after reading.

    ``types`` are the device types by macro, ``outside`` the constants of QEMU's headers
    that the board names, ``helpers`` the exported functions that it calls, ``casts`` the
    structs of device types by their cast macros. ``defines`` has the value and the line
    of each #define, ``covered`` the outside constants whose value is proved, ``fields``
    how the file uses the fields of its own structs, of which hooks use ``kept``
    and -M sets ``chosen``, of which ``preset`` has a value before; ``instance_init`` is
    that of the machine.
    ``states`` are those structs by the macros that cast to them, ``lines`` where each
    struct is defined. ``structs_of_types`` are the structs of devices by their types,
    ``headers_of_structs`` the headers that complete them; ``headers`` are the texts of
    the file's own. ``renamed`` has the types that are registered under another name than
    their own.
    """

    notes: Notes
    types: dict[str, str]
    outside: dict[str, int]
    helpers: dict[str, ApiFunction] = field(default_factory=dict)
    casts: dict[str, str] = field(default_factory=dict)
    structs_of_types: dict[str, str] = field(default_factory=dict)
    headers_of_structs: dict[str, set[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    target: Target = NEWEST
    host: Host = field(default_factory=Host)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    includes: dict[str, int] = field(default_factory=dict)
    defines: dict[str, tuple[Any, int]] = field(default_factory=dict)
    macros: list[Macro] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    preset: set[str] = field(default_factory=set)
    instance_init: Function | None = None
    enumerators: dict[str, int] = field(default_factory=dict)
    structs: dict[str, dict[str, CType]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    fields: dict[tuple[str, str], FieldUse] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    @property
    def embeddable(self) -> set[str]:
        """The structs of devices, which may lie in the state of another."""
        return set(self.structs_of_types.values())

    def add(self, symbol: Symbol) -> None:
        """Declare a name."""
        known = (self.symbols, self.outside, CONSTANTS, CASTS, FUNCTIONS)
        if any(symbol.name in names for names in known):
            self.notes.add(symbol.line, f"{symbol.name!r} is declared already")
        else:
            self.symbols[symbol.name] = symbol

    def layout(self, struct: str) -> dict[str, CType] | None:
        """The fields of a struct; None where nothing is known of it."""
        return STRUCTS.get(struct) or self.structs.get(struct)

    def state_of(self, type_name: object) -> tuple[str, str] | None:
        """The struct and the cast macro of a type of the file; None if it has none."""
        for macro, struct in self.states.items():
            if self.value(f"TYPE_{macro}") == type_name:
                return struct, macro
        if len(self.states) == 1:  # the type is not named as its casts want it
            ((macro, struct),) = self.states.items()
            if self.value(f"TYPE_{macro}") not in self.renamed:
                return struct, macro
        return None

    def value(self, name: str) -> Any:
        """The value of a constant of the file; None where there is none."""
        symbol = self.symbols.get(name)
        return None if symbol is None else symbol.code.value
