"""What a type's C declares: constants, what is checked of QEMU's, the memory map."""

from __future__ import annotations

from qgen.cunit import BuildCheck, Define, Table, TableRow, Trace
from qgen.emit.headers import placed
from qgen.emit.unit import UnitBuilder
from qgen.source import Path


def defines(unit: UnitBuilder) -> tuple[Define, ...]:
    """The board's own constants; those of QEMU's headers need none."""
    done = []
    for constant in unit.board.constants:
        if constant.header is not None:
            unit.headers.add(placed(constant.header, unit.target))
            continue
        text = unit.spell(constant.expr)
        value = f"({text})" if " " in text else text
        done.append(
            Define(
                constant.name, value, constant.comment, _trace(unit, constant.origin)
            )
        )
    return tuple(done)


def _trace(unit: UnitBuilder, path: Path) -> Trace:
    return (unit.board.name, path)


def checks(unit: UnitBuilder) -> tuple[BuildCheck, ...]:
    """What qgen was told of QEMU's constants, for the compiler to confirm."""
    return tuple(
        BuildCheck(c.name, unit.spell(c.expr))
        for c in unit.board.constants
        if c.header is not None
    )


def table(unit: UnitBuilder) -> Table | None:
    """The memory map, as a MemMapEntry table."""
    entries = unit.board.memory_map
    if not entries:
        return None
    rows = tuple(
        TableRow(
            unit.spelling.entry(e.name),
            unit.spell(e.base),
            unit.spell(e.size),
            e.comment,
            _trace(unit, e.origin),
        )
        for e in entries
    )
    return Table(unit.spelling.table, rows)
