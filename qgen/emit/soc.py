"""A SoC's QOM type: what it is made of before it is realized, and how it is."""

from __future__ import annotations

from dataclasses import replace

from qgen.board import Soc, SocParent
from qgen.cunit import (
    AnyFails,
    Call,
    CallExpr,
    Function,
    If,
    Local,
    QomType,
    Return,
    State,
    Statement,
    TypeInfo,
)
from qgen.emit import declared
from qgen.emit.builder import FunctionBuilder
from qgen.emit.children import emit_child
from qgen.emit.clocks import emit_soc_clocks
from qgen.emit.devices import emit_devices
from qgen.emit.machine import class_data
from qgen.emit.memory import emit_memory, emit_ops
from qgen.emit.unit import UnitBuilder, soc_header
from qgen.names import string_literal

_PARENTS = {
    SocParent.SYSBUS: ("SysBusDevice", "TYPE_SYS_BUS_DEVICE", "sysbus"),
    SocParent.DEVICE: ("DeviceState", "TYPE_DEVICE", "qdev_new"),
}


def soc_type(unit: UnitBuilder, soc: Soc, name: str) -> QomType:
    """The type of the SoC, which is registered as ``name``."""
    init = FunctionBuilder(unit, f"{unit.prefix}_init")
    parent, parent_type, header = _PARENTS[soc.parent]
    unit.public.add(unit.header("object"))
    unit.public.add(unit.header(header))
    for device in soc.devices:
        if device.child is not None:
            emit_child(device, init)
    init.gap()
    emit_soc_clocks(unit, init)
    emit_memory(unit)
    emit_devices(unit)
    instance_init = _instance_init(unit, init)
    _realize(unit)
    class_init = _class_init(unit, soc)
    if soc.inline:
        unit.headers |= unit.public
    else:
        unit.headers = (unit.headers - unit.public) | {soc_header(soc)}
    unit.use("module")
    return QomType(
        type_macro=f"TYPE_{unit.macro}",
        type_name=string_literal(name),
        state=State(unit.struct, parent, unit.macro, tuple(unit.fields)),
        defines=declared.defines(unit),
        checks=declared.checks(unit),
        table=declared.table(unit),
        ops=emit_ops(unit),
        functions=tuple(unit.functions),
        valid_cpu_types=(),
        class_init=class_init,
        info=TypeInfo(
            f"{unit.prefix}_type_info",
            f"TYPE_{unit.macro}",
            parent_type,
            class_init.name,
            None,
            instance_init,
        ),
        declared=not soc.inline,
    )


def _instance_init(unit: UnitBuilder, init: FunctionBuilder) -> str | None:
    """The function that makes children and clocks; None where there are none."""
    done = init.done()
    if not done.body:
        return None
    state = Local(f"{unit.struct} *", "s", CallExpr(unit.macro, ("obj",)))
    function = replace(done, params=("Object *obj",), locals=(state, *done.locals))
    unit.functions.append(function)
    return function.name


def _realize(unit: UnitBuilder) -> None:
    """Every part in its order; the first that comes to nothing ends it."""
    body: list[Statement] = []
    calls: list[CallExpr] = []

    def flush() -> None:
        if calls:
            body.append(If(AnyFails(tuple(calls)), (Return(),)))
            calls.clear()

    used = False
    for each in unit.parts:
        part = each.function
        args = tuple(param.split()[-1].lstrip("*") for param in part.params)
        used = used or bool(args)
        if part.returns == "bool":
            calls.append(CallExpr(part.name, args))
        else:
            flush()
            body.append(Call(CallExpr(part.name, args)))
    flush()
    state = Local(f"{unit.struct} *", "s", CallExpr(unit.macro, ("dev",)))
    params = ("DeviceState *dev", "Error **errp")
    locals_ = (state,) if used else ()
    name = f"{unit.prefix}_realize"
    unit.functions.append(Function(name, params, locals_, tuple(body)))


def _class_init(unit: UnitBuilder, soc: Soc) -> Function:
    """The function that fills DeviceClass."""
    function = FunctionBuilder(unit, f"{unit.prefix}_class_init")
    function.assign("dc->realize", f"{unit.prefix}_realize")
    if soc.not_user_creatable is not None:
        function.note(f"Reason: {soc.not_user_creatable}")
        function.assign("dc->user_creatable", "false")
    else:
        function.note("No reset and no vmstate: the devices have their own")
    locals_ = (Local("DeviceClass *", "dc", CallExpr("DEVICE_CLASS", ("oc",))),)
    params = ("ObjectClass *oc", f"{class_data(unit)}data")
    return Function(function.name, params, locals_, function.statements())
