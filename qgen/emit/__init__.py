"""Board to C unit, as one QEMU release spells it.

The only package that knows how QEMU's C looks. It gives data (`qgen.cunit`), not text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qgen.board import Board
from qgen.catalogue import Catalogue
from qgen.cunit import (
    BuildCheck,
    CallExpr,
    Define,
    Local,
    State,
    Table,
    TableRow,
    TypeInfo,
    Unit,
)
from qgen.emit.boot import emit_boot, emit_images
from qgen.emit.builder import FunctionBuilder, UnitBuilder, parent_struct
from qgen.emit.cpus import emit_cpus
from qgen.emit.devices import emit_buses, emit_clocks, emit_devices
from qgen.emit.headers import in_order
from qgen.emit.machine import emit_class_init, interfaces, valid_cpu_types
from qgen.emit.memory import emit_limits, emit_memory, emit_ops
from qgen.names import string_literal
from qgen.targets import Target

__all__ = ["emit"]


def emit(
    board: Board,
    target: Target,
    catalogue: Catalogue,
    version: str,
    *,
    machine_name: str | None = None,
) -> Unit:
    """The C unit of ``board`` for ``target``; ``version`` is qgen's, for the banner.

    ``machine_name`` registers the machine under another name than its own, for a QEMU
    that has a machine of that name already.
    """
    unit = UnitBuilder(board, target, catalogue)
    for part in (
        emit_memory,
        emit_images,
        emit_cpus,
        emit_clocks,
        emit_buses,
        emit_devices,
    ):
        part(unit)
    _init(unit)
    class_init = emit_class_init(unit)
    state = None
    parent, parent_type = parent_struct(board.parent)
    if parent_type != "TYPE_MACHINE":
        unit.use("TYPE_X86_MACHINE")
    if unit.needs_state():
        state = State(unit.struct, parent, unit.macro, tuple(unit.fields))
    name = f"MACHINE_TYPE_NAME({string_literal(machine_name or board.name)})"
    macro = f"TYPE_{unit.macro}" if state is not None else None
    info = TypeInfo(
        f"{unit.prefix}_type_info",
        macro or name,
        parent_type,
        class_init.name,
        interfaces(unit),
        f"{unit.prefix}_register_types",
    )
    unit.use("machine")
    # Whoever names the file may name it anything; a comment may not hold everything.
    spec = re.sub(r"[^A-Za-z0-9._+-]", "_", board.origin.spec)[-40:]
    result = Unit(
        title=board.description,
        spec=spec,
        digest=board.origin.digest,
        command=f"qgen render {spec} --qemu {target.release}",
        version=version,
        includes=(),
        type_macro=macro,
        type_name=name,
        state=state,
        defines=_defines(unit),
        checks=_checks(unit),
        table=_table(unit),
        ops=emit_ops(unit),
        functions=tuple(unit.functions),
        valid_cpu_types=valid_cpu_types(unit),
        class_init=class_init,
        type_info=info,
    )
    return replace(result, includes=in_order(unit.headers))


def _init(unit: UnitBuilder) -> None:
    """The machine's init function: limits, then every part, then the loader."""
    board = unit.board
    function = FunctionBuilder(unit, f"{unit.prefix}_init")
    if board.ram is not None:
        emit_limits(board.ram, function)
    for part in unit.parts:
        if not part.params:
            function.call(part.name)
        elif part.params == (unit.state_param,):
            function.call(part.name, function.state())
        else:
            function.call(part.name, function.machine())
    if board.boot is not None:
        emit_boot(board.boot, function)
    done = function.done()
    locals_ = tuple(local for local in done.locals if local.name != "machine")
    if "s" in function.used:
        cast = CallExpr(unit.macro, ("machine",))
        locals_ = (Local(f"{unit.struct} *", "s", cast), *locals_)
    unit.functions.append(
        replace(done, params=("MachineState *machine",), locals=locals_)
    )


def _defines(unit: UnitBuilder) -> tuple[Define, ...]:
    """The board's own constants; those of QEMU's headers need none."""
    defines = []
    for constant in unit.board.constants:
        if constant.header is not None:
            unit.headers.add(constant.header)
            continue
        text = unit.spell(constant.expr)
        value = f"({text})" if " " in text else text
        defines.append(Define(constant.name, value, constant.comment))
    return tuple(defines)


def _checks(unit: UnitBuilder) -> tuple[BuildCheck, ...]:
    """What qgen was told of QEMU's constants, for the compiler to confirm."""
    return tuple(
        BuildCheck(c.name, unit.spell(c.expr))
        for c in unit.board.constants
        if c.header is not None
    )


def _table(unit: UnitBuilder) -> Table | None:
    entries = unit.board.memory_map
    if not entries:
        return None
    rows = tuple(
        TableRow(
            unit.spelling.entry(e.name),
            unit.spell(e.base),
            unit.spell(e.size),
            e.comment,
        )
        for e in entries
    )
    return Table(unit.spelling.table, rows)
