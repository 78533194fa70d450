"""C expressions to `Code`: names, fields, table look-ups, casts and calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgen.check import api, vocabulary
from qgen.check.code import (
    UNKNOWN,
    UNSET,
    Code,
    Frame,
    Record,
    Run,
    binary,
    cast,
    constant,
    converted,
    folded,
    negated,
    truth,
)
from qgen.check.ctype import (
    INT,
    NULL,
    STRING,
    Array,
    CType,
    Int,
    Pointer,
    Signature,
    Struct,
    assignable,
    common,
    literal,
)
from qgen.check.declarators import type_of
from qgen.check.facts import Number
from qgen.check.formats import check_format
from qgen.check.notes import Refused
from qgen.check.parse import line_of
from qgen.check.scan import MIDDLE
from qgen.check.symbols import Function, Table, Unit
from qgen.check.values import is_a, record


@dataclass(slots=True)
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
        if node.op == "-":
            return negated(self.expression(node.expr), line)
        if node.op == "!":
            inner = self.expression(node.expr)
            holds = truth(inner, line)
            return folded(INT, lambda frame: int(not holds(frame)), inner)
        raise Refused(line, f"the operator {node.op!r} does not belong into a board")

    def _address(self, node: Any) -> Code:
        """``&node``: of a struct inside another one, or of a static struct."""
        if type(node).__name__ == "ID" and node.name == "error_fatal":
            return constant(Pointer(Pointer(Struct("Error"))), vocabulary.ERROR_FATAL)
        inner = self.expression(node)
        if not isinstance(inner.type, Struct):
            raise Refused(line_of(node), "the address of something that is no struct")
        return Code(Pointer(inner.type), inner.run, inner.value)

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
        if not isinstance(type_, Int) or not isinstance(inner.type, Int):
            raise Refused(line_of(node), f"a cast to '{type_}'")
        return cast(inner, type_)

    def _field(self, node: Any) -> Code:
        """``base->field`` or ``base.field``."""
        base, type_, name = self.member(node, read=True)
        line = line_of(node)

        def run(frame: Frame) -> Any:
            value = base(frame).fields.get(name, UNSET)
            if value is UNSET:
                raise Refused(line, f"{name!r} is used before it has a value")
            return value

        return Code(type_, run)

    def member(
        self, node: Any, *, read: bool
    ) -> tuple[Callable[[Frame], Record], CType, str]:
        """The struct that a field is in, its type and its name; it is read or written."""
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
        use = self.unit.fields.get((struct.name, name))
        if use is not None:
            use.read |= read
            use.written |= not read
        inner, struct_name = base.run, struct.name
        return (
            lambda frame: record(inner(frame), struct_name, line),
            layout[name],
            name,
        )

    def _element(self, node: Any) -> Code:
        """``base[index]``."""
        base, index = self.expression(node.name), self.expression(node.subscript)
        line = line_of(node)
        if not isinstance(base.type, Array) or not isinstance(index.type, Int):
            raise Refused(line, f"'{base.type}' has no elements by number")
        array, number = base.run, index.run
        return Code(base.type.of, lambda f: element(array(f), number(f), line))

    def _call(self, node: Any) -> Code:
        if type(node.name).__name__ != "ID":
            raise Refused(line_of(node), "a call of something that has no name")
        name, line = node.name.name, line_of(node)
        args = [self.expression(arg) for arg in (node.args.exprs if node.args else ())]
        if name in self.locals:
            raise Refused(line, f"the local {name!r} is no function")
        symbol = self.unit.symbols.get(name)
        if symbol is not None and isinstance(symbol.code.value, Function):
            symbol.used = True
            return self._own(symbol.code.value, args, line)
        macro = self._macro(name, args, line)
        if macro is not None:
            return macro
        function = api.FUNCTIONS.get(name)
        if function is None:
            raise Refused(line, f"unknown function {name!r}")
        return self._api(function, args, line)

    def _macro(self, name: str, args: list[Code], line: int) -> Code | None:
        """A macro of QEMU's, or the cast of the machine's own type."""
        struct = vocabulary.CASTS.get(name)
        if self.unit.state is not None and name == self.unit.state[1]:
            struct = self.unit.state[0]
        if struct is not None:
            _arity(name, len(args), 1, line)
            return _qom_cast(name, struct, args[0], line)
        if name == "MIN":
            _arity(name, len(args), 2, line)
            return binary("min", args[0], args[1], line)
        suffix = vocabulary.TYPE_NAMES.get(name)
        if suffix is None:
            return None
        _arity(name, len(args), 1, line)
        if args[0].type != STRING or args[0].value is UNKNOWN:
            raise Refused(line, f"{name} takes a string literal")
        return constant(STRING, args[0].value + suffix)

    def _own(self, function: Function, args: list[Code], line: int) -> Code:
        runs = _passed(function.name, function.type, args, line)
        host = self.unit.host
        return Code(
            function.type.result,
            lambda frame: host.machine.call(function, [r(frame) for r in runs], line),
        )

    def _api(self, function: api.Function, args: list[Code], line: int) -> Code:
        missing = len(function.type.params) - len(args)
        type_ = function.type
        if 0 < missing <= function.optional:
            type_ = Signature(type_.result, type_.params[:-missing])
        fixed = len(type_.params)
        runs = _passed(
            function.name, type_, args[:fixed] if function.variadic else args, line
        )
        if function.variadic:
            check_format(args[0], args[1:], line)
            runs += [arg.run for arg in args[fixed:]]
        host, model, strict = self.unit.host, function.model, function.strict

        def run(frame: Frame) -> Any:
            values = [r(frame) for r in runs]
            machine = host.machine
            machine.line = line
            for place in strict:
                if values[place] is None:
                    machine.refuse(f"argument {place + 1} of {function.name}() is NULL")
            return model(machine, *values)

        return Code(type_.result, run)


def element(array: Any, index: int, line: int) -> Any:
    """Element ``index`` of a table, or of an array in the machine's state."""
    if isinstance(array, Table):
        if index not in array.rows:
            raise Refused(line, f"the table has no row {int(index)}")
        return array.rows[index]
    if not 0 <= index < len(array):
        raise Refused(line, f"there is no element {int(index)} of {len(array)}")
    if array[index] is UNSET:
        raise Refused(line, f"element {int(index)} is used before it has a value")
    return array[index]


def _read_local(name: str, line: int) -> Run:
    def run(frame: Frame) -> Any:
        if name not in frame:
            raise Refused(line, f"{name!r} is used before it has a value")
        return frame[name]

    return run


def _unescaped(text: str, line: int) -> str:
    """What a C string literal holds; the escapes are those that Python has, too."""
    try:
        value = ast.literal_eval(text.replace("\\?", "?"))
    except (SyntaxError, ValueError) as error:
        raise Refused(line, f"{text} is no string") from error
    return str(value)


def _arity(name: str, given: int, wanted: int, line: int) -> None:
    if given != wanted:
        raise Refused(line, f"{name}() takes {wanted} arguments, not {given}")


def _passed(name: str, type_: Signature, args: list[Code], line: int) -> list[Run]:
    """The arguments as the parameters want them."""
    _arity(name, len(args), len(type_.params), line)
    return [
        converted(arg, wanted, line, f"argument {place} of {name}()")
        for place, (arg, wanted) in enumerate(zip(args, type_.params, strict=True), 1)
    ]


def _qom_cast(name: str, struct: str, arg: Code, line: int) -> Code:
    """A cast by QOM, which ends QEMU where the object is of another type."""
    if not isinstance(arg.type, Pointer):
        raise Refused(line, f"{name}() takes a pointer, not '{arg.type}'")
    inner = arg.run

    def run(frame: Frame) -> Any:
        value = inner(frame)
        if value is None:
            raise Refused(line, f"{name}() is given no object")
        if not is_a(value, struct):
            raise Refused(line, f"{name}() is given an object of another type")
        return value

    return Code(Pointer(Struct(struct)), run)


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
