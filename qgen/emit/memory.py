"""RAM limits, regions and mappings as C."""

from __future__ import annotations

from qgen.board import Arch, Board, Kind, Ram, Region
from qgen.cunit import CallExpr, CExpr, If, Local, Ops, Statement, Text
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
from qgen.expr import Bin, Expr, Var, evaluate, variables
from qgen.names import identifier, string_literal


def emit_limits(ram: Ram, into: FunctionBuilder) -> None:
    """Refuse RAM beyond the board's limits, before anything else is made."""
    if ram.exact is not None:
        _exactly(ram.exact, into)
        return
    for limit, op, message in (
        (ram.maximum, ">", ram.too_much),
        (ram.minimum, "<", ram.too_little),
    ):
        if limit is None:
            continue
        into.unit.use("error_report", "units")
        size = f"{into.machine()}->ram_size"
        body = into.block()
        parts, args = _message(message, evaluate(limit) >> 20, f"{size} / MiB")
        body.call("error_report", Text(parts), *args)
        body.call("exit", "EXIT_FAILURE")
        condition = f"{size} {op} {into.expr(limit)}"
        into.body.append(If(condition, tuple(body.body)))
        into.gap()


def _exactly(message: str, into: FunctionBuilder) -> None:
    """Refuse RAM of any size but the default one."""
    into.unit.use("error_report", "size_to_str")
    machine = into.machine()
    into.local(Local("MachineClass *", "mc", CallExpr("MACHINE_GET_CLASS", (machine,))))
    count = message.count("{limit}")
    text = message.replace("%", "%%").replace("{limit}", "%s")
    body = into.block()
    body.call("error_report", Text((text,)), *("wanted",) * count)
    body.call("exit", "EXIT_FAILURE")
    size = CallExpr("size_to_str", ("mc->default_ram_size",))
    locals_ = (Local("g_autofree char *", "wanted", size),) if count else ()
    condition = f"{machine}->ram_size != mc->default_ram_size"
    into.body.append(If(condition, body.statements(), locals_))
    into.gap()


def _message(
    text: str, limit: int, size: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The format's parts around each PRIu64, and the arguments it takes."""
    pieces = text.replace("{limit}", str(limit)).split("{size}")
    escaped = [piece.replace("%", "%%") for piece in pieces]
    parts = [piece + "%" for piece in escaped[:-1]] + escaped[-1:]
    return tuple(parts), (size,) * (len(parts) - 1)


def emit_memory(unit: UnitBuilder) -> None:
    """The function that creates and maps all regions."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_memory")
    split = _split_of_x86(unit)
    if split is not None:
        _split_sizes(split, function)
    for region in unit.board.regions:
        with function.of(region.origin):
            emit_region(region, function)
    function.add()


def _split_of_x86(unit: UnitBuilder) -> Expr | None:
    """Where the RAM of an x86 machine is split, if it is."""
    board = unit.board
    if not isinstance(board, Board) or not board.parent.is_x86:
        return None
    return None if board.ram is None else board.ram.split


def _split_sizes(split: Expr, into: FunctionBuilder) -> None:
    """An x86 machine tells the rest of QEMU how its RAM is split."""
    x86ms = into.local(
        Local("X86MachineState *", "x86ms", CallExpr("X86_MACHINE", (into.state(),)))
    )
    size = f"{into.machine()}->ram_size"
    below = f"{x86ms}->below_4g_mem_size"
    into.assign(below, into.expr(Bin("min", Var("ram_size"), split)))
    into.assign(f"{x86ms}->above_4g_mem_size", f"{size} - {below}")
    above = next((r for r in into.unit.board.regions if r.above is not None), None)
    if above is not None and above.mapping is not None:
        start = into.expr(above.mapping.offset)
        into.assign(f"{x86ms}->above_4g_mem_start", start)
    into.gap()


def emit_region(region: Region, into: FunctionBuilder) -> None:
    """One region: created, and mapped where the board maps it."""
    unit = into.unit
    if region.kind is not Kind.MACHINE_RAM or region.mapping is not None:
        unit.use("memory")
    into.note(region.comment)
    target = into
    if region.above is not None:
        target = into.block()
    if region.kind is not Kind.MACHINE_RAM:
        unit.field(f"MemoryRegion {identifier(region.name)}", "memory")
        _init(region, target)
    if region.mapping is not None:
        _map(region, target)
    if region.above is not None:
        condition = f"{into.machine()}->ram_size > {into.expr(region.above)}"
        body: tuple[Statement, ...] = tuple(target.body)
        into.body.append(If(condition, body))
    into.gap()


def _init(region: Region, into: FunctionBuilder) -> None:
    handle, label = into.space(region.name), string_literal(region.label)
    size = into.expr(region.size)
    if variables(region.size) and region.target is not None:
        size = _run_time_size(region, into)
    match region.kind:
        case Kind.RAM | Kind.ROM:
            # A machine is no device, and only a device can own RAM.
            owner = _owner(region, into) if into.unit.is_soc else "NULL"
            func = f"memory_region_init_{region.kind.value}"
            into.must(func, handle, owner, label, size)
        case Kind.ALIAS:
            assert region.target is not None and region.offset is not None
            into.call(
                "memory_region_init_alias",
                handle,
                _owner(region, into),
                label,
                into.space(region.target),
                into.expr(region.offset),
                size,
            )
        case Kind.CONTAINER:
            owner = _owner(region, into)
            into.call("memory_region_init", handle, owner, label, size)
        case Kind.IO:
            into.call(
                "memory_region_init_io",
                handle,
                _owner(region, into),
                f"&{ops_name(into.unit, region)}",
                "NULL",
                label,
                size,
            )
        case _:
            raise ValueError(region.kind)


def _owner(region: Region, into: FunctionBuilder) -> CExpr:
    return into.owner() if region.owned else "NULL"


def _run_time_size(region: Region, into: FunctionBuilder) -> str:
    """What an x86 machine already computed is not computed again."""
    if _split_of_x86(into.unit) is not None:
        if region.above is not None:
            return "x86ms->above_4g_mem_size"
        if isinstance(region.size, Bin) and region.size.op == "min":
            return "x86ms->below_4g_mem_size"
    return into.expr(region.size)


def _map(region: Region, into: FunctionBuilder) -> None:
    assert region.mapping is not None
    into.unit.use("memory")
    args: tuple[CExpr, ...] = (
        into.space(region.mapping.container),
        into.expr(region.mapping.offset),
        into.space(region.name),
    )
    if region.mapping.priority is None:
        into.call("memory_region_add_subregion", *args)
    else:
        func = "memory_region_add_subregion_overlap"
        into.call(func, *args, str(region.mapping.priority))
    if region.name in _in_e820(into.unit):
        into.unit.use("e820_add_entry")
        size = _run_time_size(region, into)
        into.call("e820_add_entry", args[1], size, "E820_RAM")


def _in_e820(unit: UnitBuilder) -> tuple[str, ...]:
    """The regions that firmware learns of as RAM."""
    fw_cfg = unit.board.fw_cfg if isinstance(unit.board, Board) else None
    return () if fw_cfg is None else fw_cfg.e820


def ops_name(unit: UnitBuilder, region: Region) -> str:
    """The MemoryRegionOps of an I/O stub."""
    return f"{unit.prefix}_{identifier(region.name)}_ops"


def emit_ops(unit: UnitBuilder) -> tuple[Ops, ...]:
    """The access functions of all I/O stubs."""
    return tuple(
        Ops(
            ops_name(unit, region),
            f"{unit.prefix}_{identifier(region.name)}_read",
            f"{unit.prefix}_{identifier(region.name)}_write",
            f"{region.read_value:#x}" if region.read_value else "0",
            f"DEVICE_{'BIG' if unit.board.arch is Arch.PPC else 'LITTLE'}_ENDIAN",
        )
        for region in unit.board.regions
        if region.kind is Kind.IO
    )
