"""Addresses, and how messages show sizes and ranges."""

from __future__ import annotations

from qgen.board import IO, RAM, SYSTEM
from qgen.diagnostics import Code
from qgen.expr import Expr, Num, evaluate
from qgen.lower.scope import Scope
from qgen.source import Path

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


def human(size: int) -> str:
    """A size as a person writes it: ``64 KiB``, ``100 bytes``, ``0x1234 bytes``."""
    for unit, shift in (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    if size == 1:
        return "1 byte"
    return f"{size} bytes" if size < 1024 else f"{size:#x} bytes"


def hexadecimal(value: int) -> str:
    """An address in groups of four digits: ``0x0900_0000``."""
    digits = f"{value:08x}"
    digits = digits.rjust(-(-len(digits) // 4) * 4, "0")
    return "0x" + "_".join(digits[i : i + 4] for i in range(0, len(digits), 4))
