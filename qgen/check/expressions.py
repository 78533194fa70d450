"""C expressions to `Code`: literals, names, operators, fields and table look-ups."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgen.check import vocabulary
from qgen.check.calls import call
from qgen.check.code import (
    UNKNOWN,
    UNSET,
    Code,
    Elements,
    FieldReference,
    Frame,
    Record,
    Reference,
    Run,
    binary,
    cast,
    constant,
    folded,
    negated,
    truth,
)
from qgen.check.ctype import (
    INT,
    NAMED,
    NULL,
    STRING,
    ULONG,
    Array,
    CType,
    Int,
    Pointer,
    Struct,
    assignable,
    common,
    literal,
)
from qgen.check.declarators import type_of
from qgen.check.facts import Input, Lines, Number
from qgen.check.notes import Refused
from qgen.check.parse import line_of
from qgen.check.scan import MIDDLE
from qgen.check.symbols import Table, Unit
from qgen.check.values import record
from qgen.targets import Feature

MOST_ELEMENTS = 1 << 17
"""Twice as many devices of a kind as a board may have."""

LINES = Pointer(NAMED["qemu_irq"])
"""A list of input lines, which is no array of the file's."""
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)")
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "?": "?", "'": "'"}


@dataclass(eq=False, repr=False)
class Local:
    """A local variable or a parameter."""

    name: str
    type: CType
    line: int
    autofree: bool = False
    read: bool = False


class Expressions:
    """Reads the expressions of one function, or of the top level."""

    def __init__(self, unit: Unit):
        self.unit = unit
        self.locals: dict[str, Local] = {}

    def expression(self, node: Any) -> Code:
        """``node`` as code; `Refused` where it means nothing."""
        read = _READERS.get(type(node).__name__)
        if read is None:
            raise Refused(line_of(node), "an expression that no board needs")
        return read(self, node)

    def _constant(self, node: Any) -> Code:
        text: str = node.value
        if node.type == "string":
            return constant(STRING, _unescaped(text, line_of(node)))
        try:
            return constant(*literal(text))
        except ValueError as error:
            raise Refused(line_of(node), str(error)) from error

    def _name(self, node: Any) -> Code:
        name: str = node.name
        local = self.locals.get(name)
        if local is not None:
            local.read = True
            return Code(local.type, _read_local(name, line_of(node)))
        symbol = self.unit.symbols.get(name)
        if symbol is not None:
            symbol.used = True
            return symbol.code
        if name == "first_cpu":
            host = self.unit.host
            return Code(Pointer(Struct("CPUState")), lambda _: host.machine.first_cpu())
        if name == "nd_table" and not self.unit.target.has(Feature.NICS_BY_TYPE):
            host = self.unit.host
            return Code(Array(Struct("NICInfo"), None), lambda _: host.machine.nics)
        if name == "e820_table" and not self.unit.target.has(Feature.FW_CFG_TAKES_E820):
            return constant(Pointer(Struct("e820_entry")), vocabulary.E820_TABLE)
        if name == "nb_nics" and not self.unit.target.has(Feature.NICS_BY_TYPE):
            host = self.unit.host
            return Code(INT, lambda _: len(host.machine.nics))
        if name in vocabulary.GRAPHICS:
            return constant(INT, vocabulary.GRAPHICS[name])
        if name in self.unit.outside:
            value = Number(self.unit.outside[name], frozenset({name}))
            return constant(literal(str(int(value)))[0], value)
        known = vocabulary.CONSTANTS.get(name)
        if known is not None:
            return constant(*known)
        if name in self.unit.types:
            return constant(STRING, self.unit.types[name])
        what = "device type" if name.startswith("TYPE_") else "name"
        raise Refused(line_of(node), f"unknown {what} {name!r}")

    def _unary(self, node: Any) -> Code:
        line = line_of(node)
        if node.op == "&":
            return self._address(node.expr)
        if node.op == "sizeof":
            return self._sizeof(node.expr)
        if node.op == "-":
            return negated(self.expression(node.expr), line)
        if node.op == "!":
            inner = self.expression(node.expr)
            holds = truth(inner, line)
            return folded(INT, lambda frame: int(not holds(frame)), inner)
        raise Refused(line, f"the operator {node.op!r} does not belong into a board")

    def _sizeof(self, node: Any) -> Code:
        """``sizeof(array)``, or of an element."""
        if type(node).__name__ == "Typename":
            if type_of(node.type, self.unit) == Struct("e820_entry"):
                return constant(ULONG, vocabulary.E820_BYTES)
            text = "the operator 'sizeof' does not belong into a board"
            raise Refused(line_of(node), text)
        type_ = self.expression(node).type
        if isinstance(type_, Int):
            return constant(ULONG, type_.bits // 8)
        if not isinstance(type_, Array) or not isinstance(type_.of, Int):
            raise Refused(line_of(node), f"the size of '{type_}'")
        return constant(ULONG, (type_.length or 0) * type_.of.bits // 8)

    def _address(self, node: Any) -> Code:
        """``&node``: of a struct inside another one, of a static struct, of a local."""
        if type(node).__name__ == "ID" and node.name in self.locals:
            local = self.locals[node.name]
            local.read = True
            name = local.name
            return Code(Pointer(local.type), lambda frame: Reference(frame, name))
        space = self._address_space(node)
        if space is not None:
            return space
        for error in (vocabulary.ERROR_FATAL, vocabulary.ERROR_ABORT):
            if type(node).__name__ == "ID" and node.name == error.name:
                return constant(Pointer(Pointer(Struct("Error"))), error)
        if type(node).__name__ == "ArrayRef" and self._is_list(node.name):
            return self._from_element(node)
        if type(node).__name__ == "StructRef" and isinstance(self._kind(node), Int):
            return self._of_field(node)
        inner = self.expression(node)
        if not isinstance(inner.type, Struct):
            raise Refused(line_of(node), "the address of something that is no struct")
        return Code(Pointer(inner.type), inner.run, inner.value)

    def _address_space(self, node: Any) -> Code | None:
        """``&node``, if it is one of QEMU's address spaces."""
        name = getattr(node, "name", "") if type(node).__name__ == "ID" else ""
        found = vocabulary.ADDRESS_SPACES.get(name.removeprefix("address_space_"))
        if found is None or not name.startswith("address_space_"):
            return None
        return constant(Pointer(Struct("AddressSpace")), found)

    def _kind(self, node: Any) -> CType:
        """The type of a field."""
        return self._found(node)[1]

    def _of_field(self, node: Any) -> Code:
        """``&base->field`` of a number."""
        base, type_, name = self.member(node, read=False)
        line = line_of(node)
        return Code(
            Pointer(type_), lambda frame: FieldReference(base(frame), name, line)
        )

    def _is_list(self, node: Any) -> bool:
        """Whether ``node`` is a local array."""
        local = self.locals.get(getattr(node, "name", ""))
        return local is not None and isinstance(local.type, Array)

    def _from_element(self, node: Any) -> Code:
        """``&array[index]`` of a local array."""
        base, index = self.expression(node.name), self.expression(node.subscript)
        line, type_, array, number = line_of(node), base.type, base.run, index.run
        if not isinstance(type_, Array) or not isinstance(index.type, Int):
            raise Refused(line, "the address of an element of no array")

        def run(frame: Frame) -> Elements:
            elements, start = array(frame), number(frame)
            if not 0 <= start < elements.length:
                raise Refused(line, f"there is no element {start} of {elements.length}")
            return Elements(elements.array, start)

        return Code(Pointer(type_.of), run)

    def length(self, node: Any) -> int:
        """The length of an array."""
        length = self.expression(node)
        if not isinstance(length.type, Int) or length.value is UNKNOWN:
            raise Refused(line_of(node), "the length of an array is a constant")
        if not 0 < length.value <= MOST_ELEMENTS:
            raise Refused(line_of(node), f"{int(length.value)} elements in an array")
        return int(length.value)

    def _binary(self, node: Any) -> Code:
        left, right = self.expression(node.left), self.expression(node.right)
        line = line_of(node)
        if node.op in ("&&", "||"):
            first, second = truth(left, line), truth(right, line)
            if node.op == "&&":
                return Code(INT, lambda frame: int(first(frame) and second(frame)))
            return Code(INT, lambda frame: int(first(frame) or second(frame)))
        return binary(node.op, left, right, line)

    def _ternary(self, node: Any) -> Code:
        line = line_of(node)
        cond, other = self.expression(node.cond), self.expression(node.iffalse)
        middle = type(node.iftrue).__name__ == "ID" and node.iftrue.name == MIDDLE
        then = cond if middle else self.expression(node.iftrue)
        holds = truth(cond, line)
        if isinstance(then.type, Int) and isinstance(other.type, Int):
            type_: CType = common(then.type, other.type)
        elif assignable(other.type, then.type):
            type_ = other.type if then.type == NULL else then.type
        else:
            raise Refused(line, f"'{then.type}' or '{other.type}': two types")
        yes, no = then.run, other.run
        return Code(type_, lambda frame: (yes if holds(frame) else no)(frame))

    def _cast(self, node: Any) -> Code:
        type_ = type_of(node.to_type.type, self.unit)
        inner = self.expression(node.expr)
        if inner.type == STRING == type_:
            return inner  # only const goes
        if not isinstance(type_, Int) or not isinstance(inner.type, Int):
            raise Refused(line_of(node), f"a cast to '{type_}'")
        return cast(inner, type_)

    def condition(self, node: Any) -> Code:
        """What an ``if`` tests: a pointer in an object of QOM's starts as NULL."""
        if type(node).__name__ == "StructRef":
            base, type_, name = self.member(node, read=True)
            if isinstance(type_, Pointer):
                return Code(type_, lambda f: _or_null(base(f).fields.get(name, UNSET)))
        if type(node).__name__ == "ArrayRef":
            array, of, number = self._indexed(node)
            if isinstance(of, Pointer):
                return Code(of, lambda f: _or_null(array(f)[number(f)]))
        return self.expression(node)

    def _field(self, node: Any) -> Code:
        """``base->field`` or ``base.field``."""
        base, type_, name = self.member(node, read=True)
        line = line_of(node)

        chosen = name in self.unit.chosen

        def run(frame: Frame) -> Any:
            value = base(frame).fields.get(name, UNSET)
            if value is UNSET and chosen:
                return 0  # QOM fills what it allocates with zeroes
            if value is UNSET:
                raise Refused(line, f"{name!r} is used before it has a value")
            return value

        return Code(type_, run)

    def member(
        self, node: Any, *, read: bool
    ) -> tuple[Callable[[Frame], Record], CType, str]:
        """The struct that a field is in, its type and its name; it is read or written."""
        inner, type_, struct, name = self._found(node)
        use = self.unit.fields.get((struct, name))
        if use is not None:
            use.read |= read
            use.written |= not read
        line = line_of(node)
        return lambda frame: record(inner(frame), struct, line), type_, name

    def _found(self, node: Any) -> tuple[Run, CType, str, str]:
        """What a field is looked for in, its type, the struct, and its name."""
        base, line, name = self.expression(node.name), line_of(node), node.field.name
        struct = base.type
        if node.type == "->":
            struct = struct.to if isinstance(struct, Pointer) else INT
        if not isinstance(struct, Struct):
            raise Refused(line, f"{node.type}{name} needs a struct, not '{base.type}'")
        layout = self.unit.layout(struct.name)
        if layout is None:
            raise Refused(line, f"nothing is known of what is inside '{struct}'")
        if name not in layout:
            raise Refused(line, f"'{struct}' has no field {name!r}")
        return base.run, layout[name], struct.name, name

    def _element(self, node: Any) -> Code:
        """``base[index]``."""
        array, of, number = self._indexed(node)
        line = line_of(node)
        return Code(of, lambda f: element(array(f), number(f), line))

    def _indexed(self, node: Any) -> tuple[Run, CType, Run]:
        """The array, the type of its elements, and the number of one."""
        base, index = self.expression(node.name), self.expression(node.subscript)
        lines = base.type == LINES and isinstance(index.type, Int)
        if lines:
            return base.run, LINES.to, index.run
        if not isinstance(base.type, Array) or not isinstance(index.type, Int):
            raise Refused(line_of(node), f"'{base.type}' has no elements by number")
        return base.run, base.type.of, index.run

    def _call(self, node: Any) -> Code:
        line = line_of(node)
        if type(node.name).__name__ != "ID" or node.name.name in self.locals:
            raise Refused(line, "a call of something that is no function")
        args = [self.expression(arg) for arg in (node.args.exprs if node.args else ())]
        if node.name.name == "ARRAY_SIZE" and len(args) == 1:
            return _array_size(args[0], line)
        return call(self.unit, node.name.name, args, line)


def _array_size(array: Code, line: int) -> Code:
    """``ARRAY_SIZE(array)``."""
    if not isinstance(array.type, Array) or array.type.length is None:
        raise Refused(line, f"ARRAY_SIZE() of '{array.type}'")
    return constant(ULONG, array.type.length)


def element(array: Any, index: int, line: int) -> Any:
    """Element ``index`` of a table, or of an array in the machine's state."""
    if isinstance(array, Lines):
        if index < 0 or (array.number is not None and index >= array.number):
            raise Refused(line, f"there is no line {int(index)} of {array.owner.name}")
        return Input(array.owner, None, index)
    if isinstance(array, Table):
        if index not in array.rows:
            raise Refused(line, f"the table has no row {int(index)}")
        return array.rows[index]
    if not 0 <= index < len(array):
        raise Refused(line, f"there is no element {int(index)} of {len(array)}")
    if array[index] is UNSET:
        raise Refused(line, f"element {int(index)} is used before it has a value")
    return array[index]


def _or_null(value: Any) -> Any:
    return None if value is UNSET else value


def _read_local(name: str, line: int) -> Run:
    def run(frame: Frame) -> Any:
        if name not in frame:
            raise Refused(line, f"{name!r} is used before it has a value")
        return frame[name]

    return run


def _unescaped(text: str, line: int) -> str:
    """What a string literal holds."""

    def escape(match: re.Match[str]) -> str:
        if match[1] in ("0", "000"):
            return "\0"
        if match[1] not in _ESCAPES:
            raise Refused(line, f"the escape {match[0]} does not belong into a board")
        return _ESCAPES[match[1]]

    if not text.startswith('"'):
        raise Refused(line, f"{text} is no string of char")
    return _ESCAPE.sub(escape, text[1:-1])


_READERS: dict[str, Callable[[Expressions, Any], Code]] = {
    "Constant": Expressions._constant,
    "ID": Expressions._name,
    "UnaryOp": Expressions._unary,
    "BinaryOp": Expressions._binary,
    "TernaryOp": Expressions._ternary,
    "Cast": Expressions._cast,
    "StructRef": Expressions._field,
    "ArrayRef": Expressions._element,
    "FuncCall": Expressions._call,
}
