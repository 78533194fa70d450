"""Expressions of the board as C text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qgen.expr import SIZE_UNITS, Bin, Entry, Expr, Name, Num, Sym, Var, evaluate, walk
from qgen.frozen import frozen
from qgen.names import upper_case

_PRECEDENCE = {"|": 1, "&": 2, "<<": 3, "+": 4, "-": 4, "*": 5, "/": 5}
_FACTOR = 6
"""The level of what needs no brackets anywhere."""


@frozen(slots=False)
class Spelling:
    """How this unit spells entries of its table and run-time values.

    ``tops`` are the largest values that the run-time values can have.
    """

    table: str
    prefix: str
    variables: Mapping[str, str]
    tops: Mapping[str, int] = field(default_factory=dict)

    def entry(self, name: str) -> str:
        """The enumerator of a memory map entry."""
        return f"{upper_case(self.prefix)}_{name}"


def spell(expr: Expr, how: Spelling, outer: int = 0, *, wide: bool = False) -> str:
    """``expr`` in C, parenthesised where ``outer``, the context, binds tighter.

    ``wide``: make it 64 bits wide, which C does not do by itself.
    """
    match expr:
        case Num():
            text = number(expr)
            if wide and not is_wide(expr):
                text += "ULL"
            return f"({text})" if outer > 5 and " " in text else text
        case Sym(name):
            return f"(uint64_t){name}" if wide else name
        case Var(name):
            text = how.variables[name]
            return f"(uint64_t){text}" if wide and not is_wide(expr) else text
        case Entry(entry, field):
            return f"{how.table}[{how.entry(entry)}].{field}"
        case Bin("min", left, right):
            return f"MIN({spell(left, how)}, {spell(right, how)})"
        case Bin(op, left, right):
            level = _PRECEDENCE[op]
            wide = wide or _overflows(expr, how)
            # The other side of a product is a factor: a unit's own product in brackets.
            tail = _FACTOR if op in ("*", "/", "<<") else level + (op == "-")
            head = level
            if op in ("<<", "&", "|"):  # the compiler wants brackets there
                tail = _FACTOR
                head = level if isinstance(left, Bin) and left.op == op else _FACTOR
            text = f"{spell(left, how, head, wide=wide)} {op} "
            text += (_unit(right) if op == "/" else None) or spell(right, how, tail)
            return f"({text})" if outer > level else text
        case Name(name):
            raise KeyError(name)


def _unit(divisor: Expr) -> str | None:
    """The unit that something is counted in: ``/ MiB``."""
    if isinstance(divisor, Num) and divisor.digits == "1":
        return divisor.unit if divisor.unit in SIZE_UNITS else None
    return None


def is_wide(expr: Expr) -> bool:
    """Whether C computes ``expr`` with 64 bits."""
    match expr:
        case Num(value, _, unit):
            return unit in SIZE_UNITS or value > 0xFFFF_FFFF
        case Sym(_, value):
            return value > 0xFFFF_FFFF
        case Var(name):
            return name == "ram_size"
        case Entry():
            return True
        case Bin("min", left, right) | Bin(_, left, right):
            return is_wide(left) or is_wide(right)
        case Name(name):
            raise KeyError(name)


def is_symbolic(expr: Expr) -> bool:
    """Whether C does not know ``expr`` as a number: a table or a machine has it."""
    return any(isinstance(part, Var | Entry) for part in walk(expr))


def _overflows(expr: Bin, how: Spelling) -> bool:
    """Whether int arithmetic could not hold the value."""
    return not is_wide(expr) and evaluate(expr, how.tops) > 0x7FFF_FFFF


def number(num: Num) -> str:
    """A number in C, spelled as the spec spells it."""
    if num.digits is None:
        if num.value < 4096 and num.value >= 0:
            return str(num.value)
        return hex(num.value) if num.value >= 0 else str(num.value)
    digits = num.digits.replace("_", "").lower()
    if num.unit in SIZE_UNITS and "." not in digits:
        return f"{digits} * {num.unit}"
    plain = num.unit is None and "." not in digits  # C would compute with doubles
    if plain and (digits.startswith("0x") or num.value <= (1 << 63) - 1):
        return digits
    return str(num.value) if num.value <= (1 << 63) - 1 else hex(num.value)


def uses_units(text: str) -> bool:
    """Whether C text uses a size unit of qemu/units.h."""
    return any(unit in text for unit in SIZE_UNITS)
