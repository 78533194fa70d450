"""The machine's class: its fields, its CPU types, and who lists it."""

from __future__ import annotations

from qgen.board import Arch
from qgen.cunit import CallExpr, CExpr, Function, Local, Text
from qgen.emit.builder import FunctionBuilder, UnitBuilder
from qgen.emit.cexpr import number
from qgen.emit.cpus import cpu_type_name
from qgen.expr import Num
from qgen.names import string_literal
from qgen.targets import Feature


def emit_class_init(unit: UnitBuilder) -> Function:
    """The function that fills MachineClass."""
    board = unit.board
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


def valid_cpu_types(unit: UnitBuilder) -> tuple[str, ...]:
    """The types that -cpu may name."""
    return tuple(cpu_type_name(unit, name) for name in unit.board.cpus.valid_types)


def interfaces(unit: UnitBuilder) -> str | None:
    """The list that makes an Arm machine visible in QEMU's binaries."""
    arch = unit.board.arch
    if arch not in (Arch.ARM, Arch.AARCH64):
        return None
    if not unit.target.has(Feature.ARM_MACHINE_INTERFACES):
        return None
    name = f"{arch.value}_machine_interfaces"
    unit.use(name)
    return name
