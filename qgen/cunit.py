"""A C unit as data: what `qgen.emit` says and `qgen.render` lays out.

Leaf text is C already (identifiers, constants, literals that went through
`qgen.names`); structure is data, so that layout is decided in one place.
"""

from __future__ import annotations

from dataclasses import field

from qgen.frozen import frozen

Trace = tuple[str, tuple[str | int, ...]]
"""Where C comes from: a machine or SoC by its name, and a path in its spec."""


@frozen
class CallExpr:
    """``func(args)``; arguments may be calls themselves."""

    func: str
    args: tuple[CExpr, ...] = ()


@frozen
class Text:
    """A string literal that may be split over lines; its parts are not escaped yet.

    Between two parts stands PRIu64: a part that comes before another ends in ``%``.
    """

    parts: tuple[str, ...]


@frozen
class Nuls:
    """A string literal with a NUL between two parts, which are not escaped yet."""

    parts: tuple[str, ...]


@frozen
class Arrow:
    """``base->field``"""

    base: CallExpr
    field: str


@frozen
class Ternary:
    """``condition ? then : other``."""

    condition: CExpr
    then: CExpr
    other: CExpr


@frozen
class Joined:
    """``term && term``; one that is joined by another operator stands in parentheses."""

    operator: str
    terms: tuple[CExpr, ...]


@frozen
class Braces:
    """``{ items }``: what an array is initialised with, one item on a line."""

    items: tuple[CExpr, ...]


@frozen
class Row:
    """Arguments of a call that belong together: on one line, if they fit."""

    items: tuple[CExpr, ...]


CExpr = str | CallExpr | Text | Nuls | Arrow | Ternary | Joined | Braces | Row


@frozen
class Call:
    """``func(args);``"""

    call: CallExpr
    kind: str = "call"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Assign:
    """``target = value;``"""

    target: str
    value: CExpr
    kind: str = "assign"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class AnyFails:
    """``!call || !call``: the first that fails ends it."""

    calls: tuple[CallExpr, ...]


@frozen
class If:
    """``if (condition) { locals body } else { otherwise }``; one If there is chained."""

    condition: CExpr | AnyFails
    body: tuple[Statement, ...]
    locals: tuple[Local, ...] = ()
    otherwise: tuple[Statement, ...] = ()
    kind: str = "if_"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class For:
    """``for (index = start; index < bound; index++) { locals body }``

    ``down``: from the last number to 0.
    """

    index: str
    bound: str
    body: tuple[Statement, ...]
    locals: tuple[Local, ...] = ()
    start: str = "0"
    down: bool = False
    kind: str = "for_"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Note:
    """A comment on a line of its own."""

    text: str
    kind: str = "note"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Return:
    """``return value;``"""

    value: CExpr | None = None
    kind: str = "return_"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Gap:
    """An empty line."""

    kind: str = "gap"
    origin: Trace | None = field(default=None, compare=False)


Statement = Call | Assign | If | For | Note | Return | Gap


@frozen
class Local:
    """``type name = value;`` at the head of a block; ``type`` ends in ``*`` or not."""

    type: str
    name: str
    value: CExpr | None = None


@frozen
class Function:
    """A static function; ``returns`` is its return type."""

    name: str
    params: tuple[str, ...]
    locals: tuple[Local, ...]
    body: tuple[Statement, ...]
    returns: str = "void"
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Define:
    """``#define name value``"""

    name: str
    value: str
    comment: str | None = None
    origin: Trace | None = field(default=None, compare=False)


@frozen
class BuildCheck:
    """A constant of a QEMU header whose value the board relies on."""

    name: str
    value: str


@frozen
class TableRow:
    """``[index] = { base, size },`` with a comment above it."""

    index: str
    base: str
    size: str
    comment: str | None = None
    origin: Trace | None = field(default=None, compare=False)


@frozen
class Table:
    """The enum that indexes the memory map, and the MemMapEntry table."""

    name: str
    rows: tuple[TableRow, ...]


@frozen
class Field:
    """A field of the state struct."""

    declaration: str


@frozen
class State:
    """The machine's state: struct, its parent's struct, and the QOM type macro."""

    struct: str
    parent: str
    macro: str
    fields: tuple[Field, ...]


@frozen
class Ops:
    """A MemoryRegionOps with its read function, for an I/O stub."""

    name: str
    read: str
    write: str
    value: str
    endianness: str


@frozen
class TypeInfo:
    """A TypeInfo; ``name`` and ``parent`` are C expressions.

    ``interfaces`` is the name of a list, or the type of one that has ``listed``.
    """

    variable: str
    name: str
    parent: str
    class_init: str
    interfaces: str | None
    instance_init: str | None = None
    listed: tuple[str, ...] = ()


@frozen
class HookFile:
    """Files of C that belong to the person, and what they have to define."""

    names: tuple[str, ...]
    prototypes: tuple[Function, ...]


@frozen
class QomType:
    """One QOM type: its state, what its code uses, and its functions.

    ``declared``: its name, cast and state stand in a header. ``cpu_type_names``: the C
    type of ``valid_cpu_types``' elements.
    """

    type_macro: str | None
    type_name: str
    state: State | None
    defines: tuple[Define, ...]
    checks: tuple[BuildCheck, ...]
    table: Table | None
    ops: tuple[Ops, ...]
    functions: tuple[Function, ...]
    valid_cpu_types: tuple[str, ...]
    class_init: Function
    info: TypeInfo
    hooks: HookFile | None = None
    declared: bool = False
    cpu_type_names: str = ""


@frozen
class Banner:
    """Where a file comes from: the first comment in it."""

    title: str
    spec: str
    digest: str
    command: str
    version: str


@frozen
class Header:
    """What others need of a type: its name, its cast and its state."""

    banner: Banner
    guard: str
    includes: tuple[str, ...]
    type_macro: str
    type_name: str
    state: State


@frozen
class Unit:
    """One C file, and the function ``register`` that registers its types."""

    banner: Banner
    includes: tuple[tuple[str, ...], ...]
    types: tuple[QomType, ...]
    register: str
