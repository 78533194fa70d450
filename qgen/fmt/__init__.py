"""A spec in canonical form: what `qgen fmt` writes. Comments stay, and so does the meaning.

    written.page(text) -> order -> spelling -> printer -> the same data, the same comments

What makes ruamel.yaml unfit for this: it drops comments inside brackets, and hangs a
comment on what stands before it, so that keys cannot change places.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from qgen import expr
from qgen.diagnostics import GeneratorFault
from qgen.fmt.order import put_in_order, surroundings
from qgen.fmt.printer import printed
from qgen.fmt.spelling import respell
from qgen.load import Document, loads
from qgen.load.written import page

__all__ = ["formatted"]


def formatted(document: Document, schema: dict[str, Any]) -> str:
    """The text of a document in canonical form; ``schema`` tells where numbers stand.

    `GeneratorFault` where it would mean anything else, or lack a comment.
    """
    text = document.source.text
    read = page(text)
    respell(read.root, schema)
    if not put_in_order(read.root):
        read = page(text)
        respell(read.root, schema)
    new = printed(read.root)
    again = page(new)
    if not _same(document.data, loads(new).data, ()):
        raise GeneratorFault("the formatted spec would not mean the same")
    if Counter(read.comments) != Counter(again.comments):
        raise GeneratorFault("the formatted spec would lack a comment")
    return new


def _same(old: Any, new: Any, path: tuple[str, ...]) -> bool:
    """Whether data is the same, numbers by what they are, mappings in their order."""
    if isinstance(old, dict) and isinstance(new, dict):
        ordered = [*old] == [*new] or surroundings(path) is not None
        return (
            old.keys() == new.keys()
            and ordered
            and all(_same(old[key], new[key], (*path, key)) for key in old)
        )
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip(old, new, strict=False)
        return len(old) == len(new) and all(_same(a, b, (*path, "-")) for a, b in pairs)
    if isinstance(old, str) and isinstance(new, str) and old != new:
        return _number(old) == _number(new) is not None
    return type(old) is type(new) and bool(old == new)


def _number(text: str) -> expr.Expr | None:
    """The expression in a text, however its digits are written."""
    try:
        return _plain(expr.parse(text))
    except expr.ExpressionError:
        return None


def _plain(number: expr.Expr) -> expr.Expr:
    match number:
        case expr.Num(value, digits, unit):
            hexadecimal = (digits or "")[:2].lower() == "0x"
            return expr.Num(value, "0x" if hexadecimal else None, unit)
        case expr.Bin(op, left, right):
            return expr.Bin(op, _plain(left), _plain(right))
    return number
