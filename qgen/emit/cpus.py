"""The CPUs that the board creates itself, as C."""

from __future__ import annotations

from qgen.board import Arch, Board, Cpus, HookPoint
from qgen.cunit import CallExpr, CExpr, For, Function, If, Local
from qgen.emit.builder import FunctionBuilder
from qgen.emit.properties import emit_object_property
from qgen.emit.unit import UnitBuilder
from qgen.emit.wires import emit_wires_among_cpus
from qgen.names import string_literal


def emit_cpus(unit: UnitBuilder, board: Board) -> None:
    """The function that creates the CPUs."""
    if not board.cpus.created:
        return
    function = FunctionBuilder(unit, f"{unit.prefix}_create_cpus")
    function.at(board.cpus.origin)
    if board.parent.is_x86:
        unit.use("TYPE_X86_MACHINE", "CPU_VERSION_LATEST")
        machine = CallExpr("X86_MACHINE", (function.machine(),))
        function.call("x86_cpus_init", machine, "CPU_VERSION_LATEST")
    elif board.arch is Arch.PPC:
        _powerpc(board, function)
    else:
        _generic(board, function)
    emit_wires_among_cpus(function)
    function.add()


def _generic(board: Board, into: FunctionBuilder) -> None:
    loop, cpus = into.block(), board.cpus
    _properties(cpus, "cpu", loop)
    into.unit.use("qdev_new", "error_fatal")
    device = CallExpr("DEVICE", ("cpu",))
    loop.call("qdev_realize_and_unref", device, "NULL", "&error_fatal")
    _reset_hook(board, loop)
    new = CallExpr("object_new", (f"{into.machine()}->cpu_type",))
    _loop(into, loop, Local("Object *", "cpu", new))


def _properties(cpus: Cpus, target: CExpr, loop: FunctionBuilder) -> None:
    for prop in cpus.properties:
        into = loop.block() if prop.if_present else loop
        with into.of(prop.origin):
            emit_object_property(prop, target, into, {"cpu": "i"})
        if prop.if_present:
            loop.unit.use("object")
            args = (target, string_literal(prop.name))
            found = CallExpr("object_property_find", args)
            loop.body.append(If(found, into.statements()))


def _reset_hook(board: Board, loop: FunctionBuilder) -> None:
    hook = board.hook(HookPoint.CPU_RESET)
    if hook is not None:
        loop.unit.use("qemu_register_reset")
        loop.call("qemu_register_reset", hook, "cpu")


def _powerpc(board: Board, into: FunctionBuilder) -> None:
    """PowerPC: the time base, and a reset that nobody but the board does."""
    unit, cpus = into.unit, board.cpus
    assert cpus.timebase is not None
    unit.use("POWERPC_CPU", "cpu_ppc_tb_init", "cpu_create", "qemu_register_reset")
    loop = into.block()
    frequency = into.expr(cpus.timebase)
    new: CallExpr
    if cpus.properties:
        unit.use("qdev_new", "error_fatal")
        new = CallExpr("object_new", (f"{into.machine()}->cpu_type",))
        _properties(cpus, CallExpr("OBJECT", ("cpu",)), loop)
        device = CallExpr("DEVICE", ("cpu",))
        loop.call("qdev_realize_and_unref", device, "NULL", "&error_fatal")
    else:
        new = CallExpr("cpu_create", (f"{into.machine()}->cpu_type",))
    loop.call("cpu_ppc_tb_init", "&cpu->env", frequency)
    reset = f"{unit.prefix}_cpu_reset"
    loop.call("qemu_register_reset", reset, "cpu")
    _reset_hook(board, loop)
    cpu = Local("PowerPCCPU *", "cpu", CallExpr("POWERPC_CPU", (new,)))
    _reset_function(unit, reset, cpus.timebase_reset)
    _loop(into, loop, cpu)


def _reset_function(unit: UnitBuilder, name: str, timebase: bool) -> None:
    unit.use("cpu_reset")
    body = FunctionBuilder(unit, name)
    locals_: tuple[Local, ...] = ()
    if timebase:
        locals_ = (Local("PowerPCCPU *", "cpu", "opaque"),)
        body.call("cpu_ppc_tb_reset", "&cpu->env")
    body.call("cpu_reset", CallExpr("CPU", ("cpu" if timebase else "opaque",)))
    function = Function(name, ("void *opaque",), locals_, body.statements())
    unit.functions.append(function)


def _loop(into: FunctionBuilder, loop: FunctionBuilder, cpu: Local) -> None:
    into.local(Local("unsigned int", "i"))
    bound = f"{into.machine()}->smp.cpus"
    into.body.append(For("i", bound, loop.statements(), (cpu,)))
