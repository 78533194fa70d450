"""Addresses, and how messages show sizes and ranges."""

from __future__ import annotations

from qgen.board import IO, RAM, SYSTEM
from qgen.diagnostics import Code
from qgen.expr import Expr, Num, evaluate
from qgen.figures import hexadecimal, human
from qgen.lower.scope import Scope
from qgen.source import Path

__all__ = ["RESERVED", "ROOTS", "address", "hexadecimal", "human"]

ROOTS = (SYSTEM, IO)
RESERVED = {
    SYSTEM: "the system memory",
    IO: "the port I/O space",
    RAM: "the RAM of -m",
}


def address(written: Expr, path: Path, scope: Scope) -> Expr | None:
    """An address: with a memory map table, one of its entries; else any number."""
    expr = scope.resolve(written, path, field="base")
    if expr is None:
        return None
    if scope.entries and isinstance(written, Num) and written.value:

        def entry() -> str:
            for each in scope.entries.values():
                if evaluate(each.base) == written.value:
                    return f"write {each.name}"
            return "add an entry under 'map:' and name it here"

        scope.error(
            Code.Q0214,
            "this board has a memory map table: an address is an entry of it",
            path,
            entry,
        )
    return None if scope.number(expr, path) is None else expr
