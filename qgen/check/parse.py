"""The only module that talks to pycparser: a declaration's text to its AST.

Both generations of pycparser are served: 2.2x (tables, PLY) and 3.x (recursive descent).
"""

from __future__ import annotations

import re
import threading
from typing import Any

from pycparser import c_ast, c_parser

from qgen.check.notes import Refused

Node = c_ast.Node

# What pycparser lets escape on C that it does not understand, beside its own error.
_ESCAPES = (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError)
_PLACE = re.compile(r"[^:]*:(?P<line>\d+)(:\d+)?: *(?P<text>.*)", re.DOTALL)


class _PerThread(threading.local):
    """A parser keeps what it is at in itself: threads cannot share one."""

    def __init__(self) -> None:
        self.parser = c_parser.CParser()


_here = _PerThread()


def parse(text: str, line: int) -> list[Any]:
    """The nodes of one declaration whose first line is ``line`` of the file.

    Raises `Refused` where ``text`` is no C.
    """
    try:
        unit = _here.parser.parse(f"#line {line}\n{text}")
    except c_parser.ParseError as error:
        place = _PLACE.match(str(error))
        if place is None:
            raise Refused(line, f"no C: {error}") from error
        raise Refused(int(place["line"]), f"no C: {place['text']}") from error
    except _ESCAPES as error:
        raise Refused(line, "no C that can be read") from error
    return list(unit.ext)


def line_of(node: Any) -> int:
    """The line of ``node``; 0 where pycparser does not know it."""
    if node.coord is None and type(node).__name__ == "NamedInitializer":
        return line_of(node.expr)
    return int(node.coord.line) if node.coord is not None else 0


def designator(item: Any) -> Any:
    """The node that says what an initialiser is for; None where it does not say."""
    if type(item).__name__ != "NamedInitializer" or len(item.name) != 1:
        return None
    name = item.name[0]
    # pycparser 3 wraps the index of an array, 2 does not.
    return name.expr if type(name).__name__ == "ArrayDesignator" else name
