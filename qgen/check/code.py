"""C expressions that were translated: a type, and a Python function that computes.

Arithmetic is C's: the usual conversions, wrap-around without sign, and an overflow with
a sign is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qgen.check.ctype import BOOL, INT, Array, CType, Int, Pointer, assignable, common
from qgen.check.facts import Number, names_of
from qgen.check.notes import Refused

Frame = dict[str, Any]
Run = Callable[[Frame], Any]

UNKNOWN = object()
"""The value of an expression that only a running machine has."""
UNSET = object()
"""The value of a field or an element that nothing was assigned to."""


class Code(NamedTuple):
    """An expression; ``value`` is `UNKNOWN`, or what it is before any machine runs."""

    type: CType
    run: Run
    value: Any = UNKNOWN


class Blank(int):
    """The zero that an array is filled with where its initialiser says nothing."""


@dataclass(eq=False, repr=False)
class Record:
    """A struct at run time; ``lines`` says where each field was written last."""

    struct: str
    fields: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


class Reference(NamedTuple):
    """A pointer to a local, through which a function gives a result."""

    frame: Frame
    name: str

    def put(self, value: Any) -> None:
        """Give the local a value."""
        self.frame[self.name] = value


class FieldReference(NamedTuple):
    """A pointer to a field, through which a function gives a result."""

    record: Record
    name: str
    line: int

    def put(self, value: Any) -> None:
        """Give the field a value."""
        self.record.fields[self.name] = value
        self.record.lines[self.name] = self.line


class Elements(NamedTuple):
    """A pointer to element ``start`` of an array of pointers."""

    array: list[Any]
    start: int = 0

    @property
    def length(self) -> int:
        """How many elements there are from here on."""
        return len(self.array) - self.start

    def put(self, number: int, value: Any) -> None:
        """Give an element a value."""
        self.array[self.start + number] = value

    def at(self, number: int, line: int) -> Any:
        """The value of an element."""
        value = self.array[self.start + number]
        if value is UNSET:
            raise Refused(line, f"element {number} is used before it has a value")
        return value


def constant(type_: CType, value: Any) -> Code:
    """Code for a value that is known already."""
    return Code(type_, lambda _frame: value, value)


def converted(code: Code, wanted: CType, line: int, what: str) -> Run:
    """``code`` as ``what``, which has type ``wanted``; a value that C cuts is refused."""
    given = code.type
    if not assignable(given, wanted):
        raise Refused(line, f"{what} is of type '{wanted}', not '{given}'")
    if not isinstance(given, Int) or not isinstance(wanted, Int):
        return code.run
    run = code.run
    if wanted == BOOL:
        return lambda frame: bool(run(frame))
    if wanted.low <= given.low and given.high <= wanted.high:
        return run

    def fitting(frame: Frame) -> int:
        value: int = run(frame)
        if not wanted.low <= value <= wanted.high:
            raise Refused(
                line, f"{what} is of type '{wanted}': {value:#x} does not fit"
            )
        return value

    if code.value is not UNKNOWN:
        fitting({})
        return run
    return fitting


def cast(code: Code, wanted: Int) -> Code:
    """``code`` after an explicit cast, which cuts in silence."""
    run, given = code.run, code.type
    if isinstance(given, Int) and wanted.low <= given.low and given.high <= wanted.high:
        return Code(wanted, run, code.value)
    return folded(wanted, lambda frame: _wrap(run(frame), wanted), code)


def _wrap(value: int, wanted: Int) -> int:
    if wanted.low <= value <= wanted.high:
        return value
    cut = value & ((1 << wanted.bits) - 1)
    if wanted.signed and cut > wanted.high:
        cut -= 1 << wanted.bits
    return Number(cut, names_of(value))


def folded(type_: CType, run: Run, *parts: Code) -> Code:
    """Code that is a constant if all ``parts`` of it are."""
    if all(part.value is not UNKNOWN for part in parts):
        return constant(type_, run({}))
    return Code(type_, run)


def _divide(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": operator.mod,
    "min": min,
    "<<": operator.lshift,
    "&": operator.and_,
    "|": operator.or_,
}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def binary(op: str, left: Code, right: Code, line: int) -> Code:
    """``left op right``; ``min`` stands for QEMU's MIN."""
    if not isinstance(left.type, Int) or not isinstance(right.type, Int):
        raise Refused(line, f"'{left.type}' {op} '{right.type}' is no arithmetic")
    type_ = common(left.type, left.type if op == "<<" else right.type)
    a, b = cast(left, type_).run, cast(right, type_).run
    if op in _COMPARISONS:
        compare = _COMPARISONS[op]
        return folded(INT, lambda frame: int(compare(a(frame), b(frame))), left, right)
    if op not in _ARITHMETIC:
        raise Refused(line, f"the operator {op!r} does not belong into a board")
    compute, low, high = _ARITHMETIC[op], type_.low, type_.high
    mask = (1 << type_.bits) - 1

    def run(frame: Frame) -> int:
        x, y = a(frame), b(frame)
        if op in ("/", "%") and not y:
            raise Refused(line, "a division by zero")
        if op == "%" and (x < 0 or y < 0):
            raise Refused(line, "a remainder of a negative number")
        if op == "<<" and (x < 0 or not 0 <= y < type_.bits):
            raise Refused(line, f"{x:#x} << {y} means nothing in C")
        value = compute(x, y)
        if not low <= value <= high:
            if type_.signed:
                raise Refused(line, f"{x:#x} {op} {y:#x} overflows '{type_}'")
            value &= mask
        names = names_of(x) | names_of(y)
        return Number(value, names) if names else int(value)

    return folded(type_, run, left, right)


def negated(code: Code, line: int) -> Code:
    """``-code``."""
    return binary("-", constant(INT, 0), code, line)


def truth(code: Code, line: int) -> Run:
    """Whether ``code`` is not zero, and no null pointer."""
    run = code.run
    if isinstance(code.type, Int):
        return lambda frame: run(frame) != 0
    if isinstance(code.type, (Pointer, Array)):
        return lambda frame: run(frame) is not None
    raise Refused(line, f"'{code.type}' is no condition")
