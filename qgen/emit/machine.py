"""The machine's QOM type: its init function and its class."""

from __future__ import annotations

from dataclasses import replace

from qgen.board import Arch, Board
from qgen.cunit import (
    CallExpr,
    CExpr,
    Function,
    Local,
    QomType,
    State,
    Text,
    TypeInfo,
)
from qgen.emit import declared
from qgen.emit.boot import emit_boot, emit_images
from qgen.emit.builder import FunctionBuilder, UnitBuilder, parent_struct
from qgen.emit.buses import emit_buses
from qgen.emit.cexpr import number
from qgen.emit.conditions import call_parts
from qgen.emit.cpus import cpu_type_name, emit_cpus
from qgen.emit.devices import emit_clocks, emit_devices
from qgen.emit.fw_cfg import emit_fw_cfg
from qgen.emit.memory import emit_limits, emit_memory, emit_ops
from qgen.expr import Num
from qgen.names import string_literal
from qgen.targets import Feature


def machine_type(unit: UnitBuilder, board: Board, name: str) -> QomType:
    """The type of the machine, which is registered as ``name``."""
    emit_memory(unit)
    emit_images(unit)
    emit_cpus(unit, board)
    emit_clocks(unit)
    emit_buses(unit)
    emit_devices(unit)
    emit_fw_cfg(unit, board)
    _init(unit, board)
    class_init = _class_init(unit, board)
    state = None
    parent, parent_type = parent_struct(board.parent)
    if parent_type != "TYPE_MACHINE":
        unit.use("TYPE_X86_MACHINE")
    if unit.needs_state():
        state = State(unit.struct, parent, unit.macro, tuple(unit.fields))
    type_name = f"MACHINE_TYPE_NAME({string_literal(name)})"
    macro = f"TYPE_{unit.macro}" if state is not None else None
    unit.use("machine")
    return QomType(
        type_macro=macro,
        type_name=type_name,
        state=state,
        defines=declared.defines(unit),
        checks=declared.checks(unit),
        table=declared.table(unit),
        ops=emit_ops(unit),
        functions=tuple(unit.functions),
        valid_cpu_types=_valid_cpu_types(unit, board),
        class_init=class_init,
        info=TypeInfo(
            f"{unit.prefix}_type_info",
            macro or type_name,
            parent_type,
            class_init.name,
            _interfaces(unit),
        ),
    )


def _init(unit: UnitBuilder, board: Board) -> None:
    """The machine's init function: limits, then every part, then the loader."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init")
    if board.ram is not None:
        emit_limits(board.ram, function)
    call_parts(function)
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


def _class_init(unit: UnitBuilder, board: Board) -> Function:
    """The function that fills MachineClass."""
    function = FunctionBuilder(unit, f"{unit.prefix}_class_init")

    def put(name: str, value: CExpr) -> None:
        function.assign(f"mc->{name}", value)

    put("desc", Text((board.description,)))
    put("init", f"{unit.prefix}_init")
    cpus = board.cpus
    if cpus.default_type is not None:
        put("default_cpu_type", cpu_type_name(unit, cpus.default_type))
    if cpus.valid_types:
        put("valid_cpu_types", "valid_cpu_types")
    for name, count in (
        ("min_cpus", cpus.minimum),
        ("max_cpus", cpus.maximum or 1),
        ("default_cpus", cpus.default_count),
    ):
        if count is not None:
            put(name, str(count))
    if board.ram is not None:
        if board.ram.default_size is not None:
            put("default_ram_size", unit.spell(board.ram.default_size))
        put("default_ram_id", string_literal(board.ram.id))
    for field in board.class_fields:
        put(field.name, _value(unit, field.name, field.value))
    if board.takes_audiodev:
        function.call("machine_add_audiodev_property", "mc")
    data = "const void *" if unit.target.has(Feature.CONST_CLASS_INIT) else "void *"
    locals_ = (Local("MachineClass *", "mc", CallExpr("MACHINE_CLASS", ("oc",))),)
    params = ("ObjectClass *oc", f"{data}data")
    return Function(function.name, params, locals_, function.statements())


def _value(unit: UnitBuilder, name: str, value: bool | int | str) -> CExpr:
    if name == "block_default_type":
        return f"IF_{str(value).upper()}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return number(Num(value))
    return Text((value,))


def _valid_cpu_types(unit: UnitBuilder, board: Board) -> tuple[str, ...]:
    """The types that -cpu may name."""
    return tuple(cpu_type_name(unit, name) for name in board.cpus.valid_types)


def _interfaces(unit: UnitBuilder) -> str | None:
    """The list that makes an Arm machine visible in QEMU's binaries."""
    arch = unit.board.arch
    if arch not in (Arch.ARM, Arch.AARCH64):
        return None
    if not unit.target.has(Feature.ARM_MACHINE_INTERFACES):
        return None
    name = f"{arch.value}_machine_interfaces"
    unit.use(name)
    return name
