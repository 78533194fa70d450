"""A C file to a `Unit`: reads its declarations in their order."""

from __future__ import annotations

from typing import Any

from qgen.check import parse
from qgen.check.code import UNKNOWN, Record, constant, converted
from qgen.check.ctype import (
    INT,
    STRING,
    VOID,
    Array,
    CType,
    Int,
    Signature,
    Struct,
)
from qgen.check.declarators import is_const, parameters, type_of
from qgen.check.expressions import Expressions
from qgen.check.facts import Number
from qgen.check.notes import Refused
from qgen.check.parse import designator, line_of
from qgen.check.scan import (
    BUG_ON,
    DECLARING,
    Chunk,
    Define,
    Include,
    Macro,
    inside_guard,
    scan,
)
from qgen.check.statements import Statements
from qgen.check.symbols import FieldUse, Function, Symbol, Table, Unit
from qgen.check.values import StaticArray
from qgen.check.vocabulary import CONSTANTS, TYPES, Sentinel
from qgen.targets import Feature

ROWS = "MemMapEntry"


def read(text: str, unit: Unit) -> Unit:
    """Read the file that ``text`` holds into ``unit``, which knows what lies around it.

    What does not belong into the file goes to the unit's notes.
    """
    notes = unit.notes
    reader = _Reader(unit)
    reader.items(text)
    reader.judge_structs("the file")
    for symbol in unit.symbols.values():
        if not symbol.used and symbol.what in ("function", "table", "static"):
            notes.add(symbol.line, f"the {symbol.what} {symbol.name!r} is never used")
    for (_, name), use in unit.fields.items():
        if not use.read and name not in unit.kept:
            notes.add(use.line, f"the field {name!r} is never used")
    return unit


_PARENTS = {
    "SysBusDevice": {"hw/core/sysbus.h", "hw/sysbus.h"},
    "DeviceState": {
        *("hw/core/qdev.h", "hw/qdev-core.h", "hw/core/sysbus.h", "hw/sysbus.h")
    },
}
"""The headers of the structs that a SoC's own may start with."""


class _Reader:
    def __init__(self, unit: Unit):
        self.unit = unit
        self.top = Expressions(unit)

    def items(self, text: str) -> None:
        """Read all declarations of a file."""
        # What a header of the file's own declares, the file needs no 'struct' for.
        whole = "".join([*self.unit.headers.values(), text])
        types = TYPES | self.unit.embeddable | {*DECLARING.findall(whole)}
        for item in scan(text, types, self.unit.notes):
            try:
                self.item(item)
            except Refused as refusal:
                self.unit.notes.refused(refusal)

    def item(self, item: Include | Define | Macro | Chunk) -> None:
        match item:
            case Include(line, header):
                if header in self.unit.includes:
                    self.unit.notes.add(line, f"{header!r} is included twice")
                self.unit.includes[header] = line
                if header in self.unit.headers:
                    self._header(header)
            case Define():
                self._define(item)
            case Macro():
                self._macro(item)
            case Chunk(line, text):
                for node in parse.parse(text, line):
                    self._declaration(node)

    def _header(self, name: str) -> None:
        """Read a header of the file's own, which includes all that it needs."""
        notes, before = self.unit.notes, self.unit.includes
        self.unit.includes = {}
        with notes.of(name):
            self.items(inside_guard(self.unit.headers[name], name, notes))
        self.judge_structs(repr(name))
        for each, line in self.unit.includes.items():
            if each in before:
                notes.add(before[each], f"{name!r} includes {each!r} already")
            before.setdefault(each, line)
        self.unit.includes = before

    def judge_structs(self, name: str) -> None:
        """The headers of all structs that those of ``name`` hold are included."""
        for struct in (s for s in self.unit.states.values() if s in self.unit.structs):
            for type_ in self.unit.structs[struct].values():
                self._judge_included(name, type_)

    def _judge_included(self, name: str, type_: CType) -> None:
        while isinstance(type_, Array):
            type_ = type_.of
        if isinstance(type_, Struct):
            headers = _PARENTS.get(type_.name)
            headers = headers or self.unit.headers_of_structs.get(type_.name)
            if headers and not headers & self.unit.includes.keys():
                self.unit.notes.add(
                    0,
                    f"{name} holds a {type_.name!r}, and does not include its header",
                )

    # Each method takes a declaration of one kind into the unit.

    def _define(self, define: Define) -> None:
        (node,) = parse.parse(define.text, define.line)
        code = self.top.expression(node.init)
        if code.value is UNKNOWN:
            raise Refused(define.line, f"{define.name!r} is no constant")
        self.unit.defines[define.name] = code.value, define.line
        value = code.value
        if isinstance(value, int):
            value = Number(value, frozenset({define.name}))
        self.unit.add(
            Symbol("constant", define.name, define.line, constant(code.type, value))
        )

    def _macro(self, macro: Macro) -> None:
        self.unit.macros.append(macro)
        if macro.name == "type_init":
            if len(macro.args) != 1:
                raise Refused(macro.line, "type_init takes one function")
            function = self.unit.symbols.get(macro.args[0])
            if function is None:
                raise Refused(macro.line, f"there is no function {macro.args[0]!r}")
            function.used = True
        elif len(macro.args) != 2:
            raise Refused(macro.line, f"{macro.name} takes a struct and a macro")
        else:
            struct, cast = macro.args
            if cast in self.unit.states or struct in self.unit.states.values():
                raise Refused(macro.line, f"{struct!r} is declared already")
            self.unit.states[cast] = struct

    def _declaration(self, node: Any) -> None:
        kind, line = type(node).__name__, line_of(node)
        if kind == "FuncDef":
            self._function(node)
            return
        if kind != "Decl":
            raise Refused(line, "a declaration that no board needs")
        if type(node.type).__name__ == "FuncDecl":
            self._prototype(node)
        elif node.name is None and type(node.type).__name__ == "Enum":
            self._enum(node.type)
        elif node.name is None and type(node.type).__name__ == "Struct":
            self._struct(node.type)
        elif node.name == BUG_ON:
            self._bug_on(node)
        elif node.name is not None and node.init is not None:
            self._static(node)
        else:
            raise Refused(line, "a declaration that no board needs")

    def _enum(self, node: Any) -> None:
        value = -1
        for item in node.values.enumerators if node.values else ():
            if item.value is None:
                value += 1
            else:
                code = self.top.expression(item.value)
                if code.value is UNKNOWN or not isinstance(code.type, Int):
                    raise Refused(line_of(item), f"{item.name!r} is no constant")
                value = int(code.value)
            self.unit.enumerators[item.name] = value
            line = line_of(item)
            self.unit.add(Symbol("enumerator", item.name, line, constant(INT, value)))

    def _struct(self, node: Any) -> None:
        line = line_of(node)
        if node.name not in self.unit.states.values():
            raise Refused(line, f"the struct {node.name!r} is no state of a type")
        if node.name in self.unit.structs:
            raise Refused(line, f"the struct {node.name!r} is declared already")
        fields: dict[str, CType] = {}
        for field in node.decls or ():
            if not getattr(field, "name", None) or field.name in fields:
                raise Refused(line, "a field without a name, or twice")
            fields[field.name] = type_of(field.type, self.unit, self.top.length)
            if fields[field.name] == VOID or isinstance(fields[field.name], Signature):
                raise Refused(line_of(field), f"{field.name!r} is no field")
            if field.name != "parent_obj":
                use = FieldUse(line_of(field))
                self.unit.fields[node.name, field.name] = use
        self.unit.structs[node.name] = fields
        self.unit.lines[node.name] = line

    def _bug_on(self, node: Any) -> None:
        """A QEMU_BUILD_BUG_ON proves the value of a header's constant."""
        line, cond = line_of(node), node.init
        code = self.top.expression(cond)
        if code.value is UNKNOWN:
            raise Refused(line, "QEMU_BUILD_BUG_ON takes a constant")
        if code.value:
            self.unit.notes.add(
                line, "QEMU_BUILD_BUG_ON fails: the board's value differs"
            )
            return
        if type(cond).__name__ != "BinaryOp" or cond.op != "!=":
            raise Refused(
                line, "QEMU_BUILD_BUG_ON proves no value: write NAME != VALUE"
            )
        if type(cond.left).__name__ == "ID" and cond.left.name in self.unit.outside:
            right = self.top.expression(cond.right).value
            if not isinstance(right, Number) or cond.left.name not in right.names:
                self.unit.covered.add(cond.left.name)

    def _static(self, node: Any) -> None:
        """A table, a list of names, or a struct that QEMU is given."""
        line, name = line_of(node), node.name
        type_ = type_of(node.type, self.unit)
        names = type_ == Array(STRING, None)
        fixed = is_const(node.type) or (
            names and not self.unit.target.has(Feature.CONST_VALID_CPU_TYPES)
        )
        if "static" not in node.storage or not fixed:
            raise Refused(line, f"{name!r} has to be static and const")
        if type(node.init).__name__ != "InitList":
            raise Refused(line, f"{name!r} is neither a table nor a struct")
        if type_ == Array(Struct(ROWS), None):
            table = self._table(node, line)
            self.unit.tables.append(table)
            self.unit.add(Symbol("table", name, line, constant(type_, table)))
        elif names:
            values = [self._item(item, STRING) for item in node.init.exprs]
            array = StaticArray(values)
            self.unit.add(Symbol("static", name, line, constant(type_, array)))
        elif isinstance(type_, Struct):
            record = Record(type_.name)
            self._initialise(record, node.init)
            self.unit.add(Symbol("static", name, line, constant(type_, record)))
        else:
            raise Refused(line, f"{name!r} is of a type that no board needs")

    def _table(self, node: Any, line: int) -> Table:
        table = Table({}, {}, line)
        for item in node.init.exprs:
            row_line = line_of(item)
            place = designator(item)
            if place is None:
                raise Refused(row_line, "a row of the table says which: [ENTRY] = ...")
            row = item.expr
            index = self.top.expression(place)
            if index.value is UNKNOWN or not isinstance(index.type, Int):
                raise Refused(row_line, "the place of a row is a constant")
            if int(index.value) in table.rows:
                raise Refused(row_line, f"the table has row {int(index.value)} twice")
            if type(row).__name__ != "InitList" or len(row.exprs) != 2:
                raise Refused(row_line, "a row of the table is { base, size }")
            cells = Record(ROWS)
            for field, cell in zip(("base", "size"), row.exprs, strict=True):
                cells.fields[field] = self._item(cell, Int(64, False))
                cells.lines[field] = line_of(cell)
            table.rows[int(index.value)] = cells
            table.names[int(index.value)] = getattr(place, "name", "")
        return table

    def _item(self, node: Any, type_: CType) -> Any:
        """A constant in an initialiser."""
        line = line_of(node)
        code = self.top.expression(node)
        run = converted(code, type_, line, "what is initialised")
        if code.value is UNKNOWN:
            raise Refused(line, "an initialiser that is no constant")
        return run({})

    def _initialise(self, record: Record, init: Any) -> None:
        layout = self.unit.layout(record.struct) or {}
        for item in init.exprs:
            line = line_of(item)
            field = designator(item)
            if field is None:
                raise Refused(line, "an initialiser says which field it is for")
            name = str(getattr(field, "name", ""))
            if name not in layout:
                raise Refused(line, f"'{record.struct}' has no field {name!r}")
            if name in record.fields:
                raise Refused(line, f"{name!r} is initialised twice")
            if type(item.expr).__name__ == "CompoundLiteral":
                record.fields[name] = self._interfaces(item.expr, line)
            else:
                size = _size_of(item.expr, self.unit)
                record.fields[name] = size or self._item(item.expr, layout[name])
            record.lines[name] = line

    def _prototype(self, node: Any) -> None:
        """A function that is only declared: a hook."""
        line, type_ = line_of(node), type_of(node.type, self.unit)
        assert isinstance(type_, Signature)
        if "static" not in node.storage:
            self.unit.notes.add(line, f"the function {node.name!r} is not static")
        params = tuple(str(p.name) for p in parameters(node.type))
        function = Function(node.name, line, type_, params, hook=True)
        code = constant(type_, function)
        self.unit.add(Symbol("function", function.name, line, code))

    def _interfaces(self, node: Any, line: int) -> tuple[str, ...]:
        """``(const InterfaceInfo[]) { { TYPE_A }, { } }``: the names of the types."""
        type_ = type_of(node.type.type, self.unit)
        if type_ != Array(Struct("InterfaceInfo"), None):
            raise Refused(line, f"a literal of type '{type_}'")
        rows = [row.exprs if hasattr(row, "exprs") else None for row in node.init.exprs]
        if not rows or any(row is None or len(row) > 1 for row in rows):
            raise Refused(line, "each of the interfaces is { TYPE }")
        if rows[-1]:
            self.unit.notes.add(line, "the list of interfaces does not end with { }")
        if not all(rows[:-1]):
            self.unit.notes.add(line, "the list of interfaces ends too early")
        return tuple(self._item(row[0], STRING) for row in rows if row)

    def _function(self, node: Any) -> None:
        line, declared = line_of(node.decl), node.decl.type
        type_ = type_of(declared, self.unit)
        if not isinstance(type_, Signature) or node.param_decls:
            raise Refused(line, "a function that no board needs")
        if "static" not in node.decl.storage:
            self.unit.notes.add(line, f"the function {node.decl.name!r} is not static")
        params = tuple(str(p.name) for p in parameters(declared))
        if len(set(params)) != len(params) or set(params) & CONSTANTS.keys():
            raise Refused(line, "a parameter whose name means something else already")
        function = Function(node.decl.name, line, type_, params)
        self.unit.add(
            Symbol("function", function.name, line, constant(type_, function))
        )
        function.body = Statements(self.unit, type_, params).function(node.body)


def _size_of(node: Any, unit: Unit) -> Sentinel | None:
    """``sizeof(struct)``, which only a TypeInfo needs."""
    if type(node).__name__ != "UnaryOp" or node.op != "sizeof":
        return None
    if type(node.expr).__name__ != "Typename":
        raise Refused(line_of(node), "sizeof takes a type here")
    return Sentinel(f"sizeof({type_of(node.expr.type, unit)})")
