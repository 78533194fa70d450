"""Lays C out to 80 columns, as QEMU's coding style has it.

A leaf of `qgen.render`: calls wrap at their arguments and align with the parenthesis,
long strings split at spaces, comments fill.
"""

from __future__ import annotations

import textwrap

from qgen.cunit import (
    AnyFails,
    Arrow,
    Assign,
    Braces,
    CallExpr,
    CExpr,
    Function,
    Joined,
    Local,
    Nuls,
    Return,
    Row,
    State,
    TableRow,
    Ternary,
    Text,
)
from qgen.names import comment_text, nul_literal, string_literal

WIDTH = 80


def flat(expr: CExpr) -> str:
    """``expr`` on one line."""
    match expr:
        case str():
            return expr
        case CallExpr(func, args):
            return f"{func}({', '.join(flat(arg) for arg in args)})"
        case Arrow(base, field):
            return f"{flat(base)}->{field}"
        case Text(parts):
            return " PRIu64 ".join(string_literal(part) for part in parts)
        case Row(items):
            return ", ".join(map(flat, items))
        case Nuls(parts):
            return nul_literal(parts)
        case Ternary(condition, then, other):
            return f"{_enclosed(condition)} ? {flat(then)} : {flat(other)}"
        case Joined(operator, terms):
            return f" {operator} ".join(map(_enclosed, terms))
        case Braces(items):
            return f"{{ {', '.join(map(flat, items))} }}" if items else "{ }"


def _enclosed(expr: CExpr) -> str:
    """``expr`` on one line, in parentheses if it is made of terms."""
    return f"({flat(expr)})" if isinstance(expr, Joined) else flat(expr)


def fit(expr: CExpr, column: int, tail: int) -> list[str]:
    """``expr`` from ``column`` (counted from 0) on, with ``tail`` columns after it.

    The first line starts at ``column`` without its indentation, the others have theirs.
    """
    line = flat(expr)
    if column + len(line) + tail <= WIDTH:
        return [line]
    match expr:
        case str():
            # A plus sign in a text is no sum.
            return [line] if '"' in line else _fit_sum(line, column, tail)
        case Arrow(base, field):
            lines = fit(base, column, len(field) + 2 + tail)
            return [*lines[:-1], f"{lines[-1]}->{field}"]
        case Text(parts):
            return _fit_text(parts, column, tail)
        case Nuls():
            return [line]
        case Row():
            return [line]  # a call lays itself out so that it fits
        case Ternary(condition, then, other):
            first = fit(condition, column, 2)
            second = fit(then, column + 2, 0)
            third = fit(other, column + 2, tail)
            gap = " " * column
            return [
                *first,
                f"{gap}? {second[0]}",
                *second[1:],
                f"{gap}: {third[0]}",
                *third[1:],
            ]
        case Joined(operator, terms):
            return _fit_terms(operator, terms, column, tail)
        case Braces(items):
            inner = " " * (column + 4)
            lines = ["{"]
            for item in items:
                pieces = fit(item, column + 4, 1)
                lines += [inner + pieces[0], *pieces[1:]]
                lines[-1] += ","
            return [*lines, f"{' ' * column}}}"]
        case CallExpr(func, args):
            aligned = _fit_args(f"{func}(", args, column, tail)
            if _widest(aligned, column) <= WIDTH:
                return aligned
            indent = column + 4
            broken = _fit_args("", args, indent, tail)
            if _widest(broken, indent) > WIDTH:
                broken = _fit_args("", _without_rows(args), indent, tail)
            return [f"{func}(", " " * indent + broken[0], *broken[1:]]


def _without_rows(args: tuple[CExpr, ...]) -> tuple[CExpr, ...]:
    rows = (arg.items if isinstance(arg, Row) else (arg,) for arg in args)
    return tuple(item for row in rows for item in row)


def _widest(lines: list[str], column: int) -> int:
    return max(column + len(lines[0]), *(len(line) for line in lines[1:]), 0)


def _fit_args(head: str, args: tuple[CExpr, ...], column: int, tail: int) -> list[str]:
    inner = column + len(head)
    lines, at = [head], inner
    for place, arg in enumerate(args):
        last = place == len(args) - 1
        after = (1 + tail) if last else 1
        text = flat(arg)
        gap = 0 if at == inner else 1
        ends_row = isinstance(arg, Row) and place
        if (ends_row or at + gap + len(text) + after > WIDTH) and gap:
            lines.append(" " * inner)
            at, gap = inner, 0
        pieces = fit(arg, at + gap, after)
        lines[-1] += " " * gap + pieces[0]
        lines += pieces[1:]
        lines[-1] += ")" if last else ","
        at = len(lines[-1]) if len(lines) > 1 else column + len(lines[0])
    if not args:
        lines[-1] += ")"
    return lines


def _fit_terms(
    operator: str, terms: tuple[CExpr, ...], column: int, tail: int
) -> list[str]:
    """Terms below each other, each with the operator behind it."""
    lines: list[str] = []
    for place, term in enumerate(terms):
        after = f" {operator}" * (place < len(terms) - 1)
        start, end = ("(", ")") if isinstance(term, Joined) else ("", "")
        room = len(end + after) + (0 if after else tail)
        pieces = fit(term, column + len(start), room)
        lines += [f"{' ' * column * bool(lines)}{start}{pieces[0]}", *pieces[1:]]
        lines[-1] += end + after
    return lines


def _fit_sum(text: str, column: int, tail: int) -> list[str]:
    """A sum broken after its plus signs."""
    terms = text.split(" + ")
    lines = [terms[0]]
    for place, term in enumerate(terms[1:], 2):
        after = tail if place == len(terms) else 2
        start = column if len(lines) == 1 else 0
        if start + len(lines[-1]) + 3 + len(term) + after <= WIDTH:
            lines[-1] += f" + {term}"
        else:
            lines[-1] += " +"
            lines.append(" " * column + term)
    return lines


def _fit_text(parts: tuple[str, ...], column: int, tail: int) -> list[str]:
    """The literal split at spaces, each piece on a line of its own."""
    lines: list[str] = []
    current = ""
    for place, part in enumerate(parts):
        words = part.split(" ")
        for i, word in enumerate(words):
            piece = word + (" " if i < len(words) - 1 else "")
            more = 10 if place < len(parts) - 1 and i == len(words) - 1 else 0
            if (
                current
                and column + len(string_literal(current + piece)) + more + tail > WIDTH
            ):
                lines.append(string_literal(current))
                current = ""
            current += piece
        if place < len(parts) - 1:
            lines.append(string_literal(current) + " PRIu64")
            current = ""
    lines.append(string_literal(current))
    joined = _rejoin(lines, column, tail)
    return [joined[0], *(" " * column + line for line in joined[1:])]


def _rejoin(lines: list[str], column: int, tail: int) -> list[str]:
    """Put a piece behind PRIu64 on the same line where it fits."""
    joined = [lines[0]]
    for line in lines[1:]:
        if joined[-1].endswith("PRIu64") and (
            column + len(joined[-1]) + 1 + len(line) + tail <= WIDTH
        ):
            joined[-1] += " " + line
        else:
            joined.append(line)
    return joined


def call(expr: CallExpr, indent: str) -> str:
    """A call as a statement."""
    lines = fit(expr, len(indent), 1)
    return indent + "\n".join(lines) + ";"


def returned(value: CExpr | None, indent: str) -> str:
    """``return value;``"""
    head = f"{indent}return"
    if value is None:
        return f"{head};"
    return f"{head} " + "\n".join(fit(value, len(head) + 1, 1)) + ";"


def condition(test: CExpr | AnyFails, indent: str, start: str = "if (") -> str:
    """``if (test) {``, wrapped at the arguments of a call."""
    head = indent + start
    if not isinstance(test, AnyFails):
        return head + "\n".join(fit(test, len(head), 3)) + ") {"
    lines: list[str] = []
    for place, each in enumerate(test.calls):
        last = place == len(test.calls) - 1
        pieces = fit(each, len(head) + 1, len(") {" if last else " ||"))
        lines.append("!" + "\n".join(pieces) + " ||" * (not last))
    return head + f"\n{' ' * len(head)}".join(lines) + ") {"


def assign(statement: Assign, indent: str) -> str:
    """An assignment; the value moves to the next line where it does not fit."""
    return _bind(f"{statement.target} =", statement.value, indent)


def returns(statement: Return, indent: str) -> str:
    """``return value;``"""
    if statement.value is None:
        return f"{indent}return;"
    return _bind("return", statement.value, indent)


def declares_type(state: State) -> str:
    """The macro that declares the functions of a type with a state."""
    macro = CallExpr("OBJECT_DECLARE_SIMPLE_TYPE", (state.struct, state.macro))
    return "\n".join(fit(macro, 0, 0))


def declaration(local: Local, indent: str) -> str:
    """The declaration of a local."""
    space = "" if local.type.endswith("*") else " "
    head = f"{local.type}{space}{local.name}"
    if local.value is None:
        return f"{indent}{head};"
    if isinstance(local.value, Braces) and local.value.items:
        lines = fit(local.value, len(indent), WIDTH)
        return f"{indent}{head} = " + "\n".join(lines) + ";"
    return _bind(f"{head} =", local.value, indent)


def _bind(head: str, value: CExpr, indent: str) -> str:
    lines = fit(value, len(indent) + len(head) + 1, 1)
    if _widest(lines, len(indent) + len(head) + 1) < WIDTH:
        return f"{indent}{head} " + "\n".join(lines) + ";"
    inner = indent + "    "
    lines = fit(value, len(inner), 1)
    return f"{indent}{head}\n{inner}" + "\n".join(lines) + ";"


def signature(function: Function) -> str:
    """``static type name(params)``, wrapped at its parameters."""
    space = "" if function.returns.endswith("*") else " "
    head = f"static {function.returns}{space}"
    params = function.params or ("void",)
    return head + "\n".join(fit(CallExpr(function.name, params), len(head), 0))


def table_row(row: TableRow) -> str:
    """``[INDEX] = { base, size },``"""
    line = f"    [{row.index}] = {{ {row.base}, {row.size} }},"
    if len(line) <= WIDTH:
        return line
    return f"    [{row.index}] = {{\n        {row.base}, {row.size}\n    }},"


def note(text: str, indent: str) -> str:
    """A comment on lines of its own."""
    text = comment_text(text)
    if len(indent) + len(text) + 6 <= WIDTH:
        return f"{indent}/* {text} */"
    lines = textwrap.wrap(text, WIDTH - len(indent) - 3, break_on_hyphens=False)
    body = "\n".join(f"{indent} * {line}" for line in lines)
    return f"{indent}/*\n{body}\n{indent} */"


def comment(text: str, prefix: str) -> str:
    """Lines of a block comment."""
    width = WIDTH - len(prefix)
    lines = textwrap.wrap(comment_text(text), width, break_on_hyphens=False)
    return "\n".join(prefix + line for line in lines)


def spaces(text: str) -> str:
    """As many spaces as ``text`` has characters."""
    return " " * len(text)
