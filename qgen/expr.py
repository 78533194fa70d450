"""Integer expressions: what a spec may write wherever it needs a number.

A leaf. ``parse`` reads the text of an expression; its names are still `Name` nodes.
``resolve`` replaces them by what they stand for, after which ``evaluate`` gives the
number. Values keep the spelling they were written with (``4 MiB``, ``0x0900_0000``, a
constant's name), so that the C reads as the spec does.

Grammar::

    expression = both { "|" both }
    both       = shift { "&" shift }
    shift      = sum { "<<" sum }
    sum        = term { ("+" | "-") term }
    term       = factor { ("*" | "/") factor }
    factor     = number [unit] | name | "(" expression ")"

Operators bind as in C. A division of known values leaves no rest; one of a value that
only a running machine knows rounds down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from qgen.frozen import frozen

SIZE_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
FREQUENCY_UNITS = {"Hz": 1, "kHz": 10**3, "MHz": 10**6, "GHz": 10**9}
UNITS = {**SIZE_UNITS, **FREQUENCY_UNITS}

LEVELS = (("|",), ("&",), ("<<",), ("+", "-"), ("*", "/"))
"""The operators, those that bind tighter behind the others, as in C."""
MAX_SHIFT = 63

MAX_VALUE = (1 << 64) - 1
MAX_LENGTH = 400
MAX_DEPTH = 32

_DECIMAL_LOOKALIKES = {
    "k": "KiB",
    "kb": "KiB",
    "m": "MiB",
    "mb": "MiB",
    "g": "GiB",
    "gb": "GiB",
    "t": "TiB",
    "tb": "TiB",
    "kib": "KiB",
    "mib": "MiB",
    "gib": "GiB",
    "tib": "TiB",
    "hz": "Hz",
    "khz": "kHz",
    "mhz": "MHz",
    "ghz": "GHz",
}


OPERATORS = "+ - * / << & |"


class ExpressionError(ValueError):
    """The text is no expression; ``hint`` says what would be right, if that is known."""

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.hint = hint


@frozen
class Num:
    """A number with the spelling it was written in.

    ``digits`` is the text of its digits (``0x0900_0000``, ``4``), ``unit`` one of
    `UNITS` or None; a computed number has neither.
    """

    value: int
    digits: str | None = None
    unit: str | None = None


@frozen
class Name:
    """A name that has not been resolved yet."""

    name: str


@frozen
class Sym:
    """A constant with a C name; ``value`` is what it stands for."""

    name: str
    value: int


@frozen
class Var:
    """A value known at run time: ``ram_size``, ``cpus``, ``cpu`` or ``n``."""

    name: str


@frozen
class Entry:
    """The base or the size of an entry of the board's memory map table."""

    entry: str
    field: str
    value: int


@frozen
class Bin:
    """``left op right``; ``op`` is one of ``+ - * / << & | min``."""

    op: str
    left: Expr
    right: Expr


Expr = Num | Name | Sym | Var | Entry | Bin

_TOKEN = re.compile(
    r" *(?:(?P<number>[0-9][0-9A-Za-z_.]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<op><<|[-+*/&|()]))"
)
_NUMBER = re.compile(
    r"(?P<digits>0[xX][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9]+)?)(?P<unit>[A-Za-z]+)?"
)
_BARE_HEX = re.compile(r"0*(?P<digits>[1-9][0-9a-fA-F]*)[hHxX]?")
_EXPONENT = re.compile(r"[0-9]+[eE][0-9]+")


def parse(text: str) -> Expr:
    """The expression that ``text`` holds; `ExpressionError` where it holds none."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression has at most {MAX_LENGTH} characters",
            "make constants of its parts",
        )
    parser = _Parser(text)
    expr = parser.expression(0)
    parser.end()
    return expr


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens = list(self._tokens(text))
        self.at = 0

    @staticmethod
    def _tokens(text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            if not text[at:].strip(" "):
                return
            match = _TOKEN.match(text, at)
            if match is None:
                rest = text[at:].strip(" ")
                raise ExpressionError(
                    f"{_shown(rest)} is not part of a number or an expression",
                    (
                        "digits are grouped by _, as in 0x0900_0000"
                        if rest[0] in ",'"
                        else f"an expression knows {OPERATORS} and parentheses"
                    ),
                )
            at = match.end()
            kind = match.lastgroup or ""
            yield kind, match[kind]

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def expression(self, depth: int, level: int = 0) -> Expr:
        if depth > MAX_DEPTH:
            raise ExpressionError(
                f"nested deeper than {MAX_DEPTH} parentheses",
                "make constants of its parts",
            )
        if level == len(LEVELS):
            return self.factor(depth)
        left = self.expression(depth, level + 1)
        while self.peek()[1] in LEVELS[level]:
            op = self.peek()[1]
            self.at += 1
            left = Bin(op, left, self.expression(depth, level + 1))
        return left

    def factor(self, depth: int) -> Expr:
        kind, text = self.peek()
        self.at += 1
        if kind == "number":
            return self.number(text)
        if kind == "name":
            return Name(text)
        if text == "(":
            inner = self.expression(depth + 1)
            if self.peek()[1] != ")":
                raise ExpressionError(
                    f"{_shown(self.text)} lacks a closing parenthesis",
                    "add ) where the inner expression ends",
                )
            self.at += 1
            return inner
        if kind == "end":
            raise ExpressionError(
                "a number or an expression is missing here",
                "a number is written 4096, 0x1000 or 4 KiB",
            )
        raise ExpressionError(
            f"{_shown(self.text)}: a number or a name must come before {text!r}",
            (
                "a number cannot be negative here"
                if text == "-"
                else f"leave out {text!r}, or write what it combines"
            ),
        )

    def number(self, text: str) -> Num:
        match = _NUMBER.fullmatch(text)
        if match is None or (match["unit"] is not None and match["unit"] not in UNITS):
            nearest = match and _DECIMAL_LOOKALIKES.get(match["unit"].lower())
            if match is not None and nearest:
                return number(match["digits"], match["unit"])
            bare = _BARE_HEX.fullmatch(text)
            help_ = "a number is written 4096, 0x1000 or 4 KiB"
            if bare is not None and not _EXPONENT.fullmatch(text):
                help_ = f"a hexadecimal number is written 0x{bare['digits']}"
            raise ExpressionError(f"{_shown(text)} is not a number", help_)
        kind, unit = self.peek()
        if match["unit"] is not None or kind != "name":
            return number(match["digits"], match["unit"])
        self.at += 1
        return number(match["digits"], unit)

    def end(self) -> None:
        kind, text = self.peek()
        if kind != "end":
            raise ExpressionError(
                f"{_shown(self.text)}: {_shown(text)} is left over",
                f"leave it out, or write an operator before it: {OPERATORS}",
            )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _shown(text: str) -> str:
    return repr(_short(text))


def _whole(exact: Fraction, unit: str | None) -> str:
    """The whole number next to ``exact``, in the units below ``unit``."""
    near = max(1, round(exact))
    return f"write {near}" + (" bytes, or a unit that fits" if unit else "")


def number(digits: str, unit: str | None = None) -> Num:
    """The number that ``digits`` (decimal or 0x) and ``unit`` spell."""
    text = _short(digits if unit is None else f"{digits} {unit}")
    if unit is not None and unit not in UNITS:
        nearest = _DECIMAL_LOOKALIKES.get(unit.lower())
        raise ExpressionError(
            f"{_shown(unit)} is not a unit",
            (
                f"write {_short(f'{digits} {nearest}')} (1 {nearest} is {UNITS[nearest]})"
                if nearest
                else f"the units are {', '.join(UNITS)}; to multiply, write *"
            ),
        )
    if re.fullmatch(r"0[0-9_]+(\.[0-9]+)?", digits):
        raise ExpressionError(
            f"{text} has a leading zero",
            "write a decimal number without it, or a hexadecimal one with 0x",
        )
    if digits.endswith("_") or "__" in digits:
        raise ExpressionError(
            f"{text} has an underscore that separates nothing",
            "one underscore stands between two digits: 0x0900_0000",
        )
    plain = digits.replace("_", "")
    hexadecimal = plain[:2] in ("0x", "0X")
    exact = Fraction(int(plain, 16) if hexadecimal else plain)
    if unit is not None:
        exact *= UNITS[unit]
    if exact.denominator != 1:
        raise ExpressionError(f"{text} is not a whole number", _whole(exact, unit))
    if exact > MAX_VALUE:
        raise ExpressionError(
            f"{text} needs more than 64 bits", f"the largest is {MAX_VALUE:#x}"
        )
    return Num(exact.numerator, digits, unit)


def resolve(expr: Expr, lookup: Callable[[str], Expr]) -> Expr:
    """``expr`` with each `Name` replaced by ``lookup(name)``."""
    match expr:
        case Name(name):
            return lookup(name)
        case Bin(op, left, right):
            return Bin(op, resolve(left, lookup), resolve(right, lookup))
        case _:
            return expr


def substitute(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """``expr`` with each run-time value that ``values`` names replaced."""
    match expr:
        case Var(name):
            return values.get(name, expr)
        case Bin(op, left, right):
            return Bin(op, substitute(left, values), substitute(right, values))
        case _:
            return expr


def evaluate(expr: Expr, env: Mapping[str, int] | None = None) -> int:
    """The value of a resolved expression; ``env`` gives the run-time values."""
    match expr:
        case Num(value) | Sym(_, value) | Entry(_, _, value):
            return value
        case Var(name):
            return (env or {})[name]
        case Bin(op, left, right):
            a, b = evaluate(left, env), evaluate(right, env)
            match op:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a // b
                case "<<":
                    return a << b
                case "&":
                    return a & b
                case "|":
                    return a | b
                case _:
                    return min(a, b)
        case Name(name):
            raise KeyError(name)


def fault(expr: Expr) -> tuple[str, str | None] | None:
    """What no operator can compute in a resolved expression, and what would be right."""
    for part in walk(expr):
        if isinstance(part, Bin) and part.op in ("/", "<<", "&", "|"):
            found = _fault(part.op, part.left, part.right)
            if found is not None:
                return found
    return None


def _fault(op: str, left: Expr, right: Expr) -> tuple[str, str | None] | None:
    if op in ("/", "<<") and variables(right):
        return f"what stands behind {op!r} is a number that is known", None
    for side in (left, right):
        signed = any(isinstance(part, Bin) and part.op == "-" for part in walk(side))
        if variables(side) and signed:
            return f"{op!r} takes no difference of what only QEMU knows", None
        if not variables(side) and evaluate(side) < 0:
            return f"{op!r} takes no negative number", None
    if op == "<<" and evaluate(right) > MAX_SHIFT:
        return f"a shift by {evaluate(right)} bits", f"at most {MAX_SHIFT} make sense"
    if op != "/":
        return None
    divisor = evaluate(right)
    if not divisor:
        return "a division by zero", None
    rest = 0 if variables(left) else evaluate(left) % divisor
    if rest:
        number = evaluate(left)
        return f"{number} / {divisor} leaves a rest of {rest}", "write the number"
    return None


def variables(expr: Expr) -> set[str]:
    """The names of the run-time values that ``expr`` needs."""
    return {e.name for e in walk(expr) if isinstance(e, Var)}


def symbols(expr: Expr) -> frozenset[str]:
    """The constants and the table cells in ``expr``: ``IRQ_UART``, ``UART.base``."""
    names = set()
    for part in walk(expr):
        if isinstance(part, Sym):
            names.add(part.name)
        elif isinstance(part, Entry):
            names.add(f"{part.entry}.{part.field}")
    return frozenset(names)


def walk(expr: Expr) -> Iterator[Expr]:
    """``expr`` and all its parts."""
    yield expr
    if isinstance(expr, Bin):
        yield from walk(expr.left)
        yield from walk(expr.right)
