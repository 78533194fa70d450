"""Expressions of the board as C text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qgen.expr import SIZE_UNITS, Bin, Entry, Expr, Name, Num, Sym, Var
from qgen.names import upper_case

_PRECEDENCE = {"+": 1, "-": 1, "*": 2}


@dataclass(frozen=True)
class Spelling:
    """How this unit spells entries of its table and run-time values."""

    table: str
    prefix: str
    variables: Mapping[str, str]

    def entry(self, name: str) -> str:
        """The enumerator of a memory map entry."""
        return f"{upper_case(self.prefix)}_{name}"


def spell(expr: Expr, how: Spelling, outer: int = 0) -> str:
    """``expr`` in C, parenthesised where ``outer``, the context, binds tighter."""
    match expr:
        case Num():
            text = number(expr)
            return f"({text})" if outer > 2 and " " in text else text
        case Sym(name):
            return name
        case Var(name):
            return how.variables[name]
        case Entry(entry, field):
            return f"{how.table}[{how.entry(entry)}].{field}"
        case Bin("min", left, right):
            return f"MIN({spell(left, how)}, {spell(right, how)})"
        case Bin("*", left, right):
            text = f"{_wide(left, right, how)} * {spell(right, how, 3)}"
            return f"({text})" if outer > 2 else text
        case Bin(op, left, right):
            level = _PRECEDENCE[op]
            tail = spell(right, how, level + (op == "-"))
            text = f"{spell(left, how, level)} {op} {tail}"
            return f"({text})" if outer > level else text
        case Name(name):
            raise KeyError(name)


def _wide(left: Expr, right: Expr, how: Spelling) -> str:
    """The left factor, widened where an int index could overflow the product."""
    text = spell(left, how, 2)
    large = isinstance(right, Num) and right.unit is None and right.value > 0x7FFF
    return f"(hwaddr){text}" if isinstance(left, Var) and large else text


def number(num: Num) -> str:
    """A number in C, spelled as the spec spells it."""
    if num.digits is None:
        if num.value < 4096 and num.value >= 0:
            return str(num.value)
        return hex(num.value) if num.value >= 0 else str(num.value)
    digits = num.digits.replace("_", "").lower()
    if num.unit in SIZE_UNITS and "." not in digits:
        return f"{digits} * {num.unit}"
    if num.unit is None and (digits.startswith("0x") or num.value <= (1 << 63) - 1):
        return digits
    return str(num.value) if num.value <= (1 << 63) - 1 else hex(num.value)


def uses_units(text: str) -> bool:
    """Whether C text uses a size unit of qemu/units.h."""
    return any(unit in text for unit in SIZE_UNITS)
