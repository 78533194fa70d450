"""The machine's QOM type: its init function and its class."""

from __future__ import annotations

from dataclasses import replace

from qgen.board import Arch, Board, HookPoint, Parent
from qgen.cunit import (
    Assign,
    CallExpr,
    CExpr,
    Function,
    If,
    Local,
    QomType,
    State,
    Text,
    TypeInfo,
)
from qgen.emit import declared
from qgen.emit.boot import emit_boot
from qgen.emit.builder import FunctionBuilder
from qgen.emit.buses import emit_buses
from qgen.emit.cexpr import number
from qgen.emit.choices import emit_choices, emit_class_properties, emit_instance_init
from qgen.emit.clocks import emit_clocks
from qgen.emit.conditions import call_parts
from qgen.emit.cpu_names import cpu_type_name
from qgen.emit.cpus import emit_cpus
from qgen.emit.device_tree import emit_device_tree
from qgen.emit.devices import emit_devices
from qgen.emit.fw_cfg import emit_fw_cfg
from qgen.emit.headers import placed
from qgen.emit.hooks import call_hook, hook_file, hook_part
from qgen.emit.images import emit_images
from qgen.emit.memory import emit_limits, emit_memory, emit_ops
from qgen.emit.nics import remember_nics
from qgen.emit.roms import emit_rom
from qgen.emit.unit import UnitBuilder
from qgen.expr import Expr, Num
from qgen.names import string_literal
from qgen.targets import Feature

_LISTED = {
    Arch.ARM: ("TYPE_TARGET_ARM_MACHINE", "TYPE_TARGET_AARCH64_MACHINE"),
    Arch.AARCH64: ("TYPE_TARGET_AARCH64_MACHINE",),
}
# The interfaces by which QEMU's binaries find their Arm machines.
_INTERFACES = {
    "fw-path-provider": "TYPE_FW_PATH_PROVIDER",
    "hotplug-handler": "TYPE_HOTPLUG_HANDLER",
    "nmi": "TYPE_NMI",
}


def machine_type(unit: UnitBuilder, board: Board, name: str) -> QomType:
    """The type of the machine, which is registered as ``name``."""
    emit_choices(unit, board)
    emit_memory(unit)
    emit_images(unit)
    emit_cpus(unit, board)
    emit_clocks(unit)
    emit_buses(unit)
    hook_part(unit, board, HookPoint.BEFORE_DEVICES)
    emit_devices(unit)
    emit_fw_cfg(unit, board)
    for rom in board.roms:
        emit_rom(unit, rom)
    emit_device_tree(unit, board)
    hook_part(unit, board, HookPoint.AFTER_DEVICES)
    hook_part(unit, board, HookPoint.BOOT)
    _init(unit, board)
    instance_init = emit_instance_init(unit, board)
    class_init = _class_init(unit, board)
    state = None
    unit.headers.add(placed(unit.base.header, unit.target))
    if unit.needs_state():
        state = State(unit.struct, unit.base.struct, unit.macro, tuple(unit.fields))
    consts = unit.target.has(Feature.CONST_VALID_CPU_TYPES)
    type_name = f"MACHINE_TYPE_NAME({string_literal(name)})"
    macro = f"TYPE_{unit.macro}" if state is not None else None
    interfaces, listed = _interfaces(unit, board)
    unit.use("machine")
    unit.headers |= unit.public
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
        cpu_type_names="const char *" + " const " * consts,
        class_init=class_init,
        info=TypeInfo(
            f"{unit.prefix}_type_info",
            macro or type_name,
            unit.base.macro,
            class_init.name,
            interfaces,
            instance_init,
            listed=listed,
        ),
        hooks=hook_file(board),
    )


def _init(unit: UnitBuilder, board: Board) -> None:
    """The machine's init function: limits, then every part, then the loader.

    With a base that has one of its own, the function that this one calls for devices.
    """
    base = unit.base
    function = FunctionBuilder(unit, f"{unit.prefix}_{base.devices_in or 'init'}")
    if board.ram is not None:
        emit_limits(board.ram, function)
    if board.usb_by_default:
        _usb_by_default(function)
    remember_nics(function)
    call_parts(function)
    if board.boot is not None:
        with function.of(board.boot.origin):
            emit_boot(board, board.boot, function)
    if not function.body and base.boots:
        return
    unit.devices_in = function.name
    done = function.done()
    handle, param = ("machine", "MachineState *machine")
    if base.boots:
        handle, param = base.handle, unit.base_param
    locals_ = tuple(local for local in done.locals if local.name != handle)
    if "s" in function.used:
        cast = CallExpr(unit.macro, (handle,))
        locals_ = (Local(f"{unit.struct} *", "s", cast), *locals_)
    unit.functions.append(replace(done, params=(param,), locals=locals_))


def _usb_by_default(into: FunctionBuilder) -> None:
    """The machine has USB where neither the user nor -nodefaults says otherwise."""
    into.unit.use("defaults_enabled")
    machine = into.machine()
    test = f"defaults_enabled() && !{machine}->usb_disabled"
    into.body.append(If(test, (Assign(f"{machine}->usb", "true"),)))
    into.gap()


def _class_init(unit: UnitBuilder, board: Board) -> Function:
    """The function that fills MachineClass."""
    function = FunctionBuilder(unit, f"{unit.prefix}_class_init")

    def put(name: str, value: CExpr) -> None:
        function.assign(f"mc->{name}", value)

    function.at(("description",))
    cpus, parent = board.cpus, board.parent
    put("desc", Text((board.description,)))
    if not unit.base.boots:
        put("init", f"{unit.prefix}_init")
    function.at(cpus.origin)
    if cpus.default_type is not None:
        put("default_cpu_type", cpu_type_name(unit, cpus.default_type))
    if cpus.valid_types:
        put("valid_cpu_types", "valid_cpu_types")
    for name, count in (
        ("min_cpus", cpus.minimum),
        ("max_cpus", cpus.maximum or 1),
        ("default_cpus", cpus.default_count),
    ):
        if count is not None and name not in parent.sets:
            put(name, str(count))
    if board.ram is not None:
        function.at(board.ram.origin)
        if board.ram.default_size is not None:
            put("default_ram_size", unit.spell(board.ram.default_size))
        if board.ram.id != unit.base.sets.get("default_ram_id"):
            put("default_ram_id", string_literal(board.ram.id))
    for field in board.class_fields:
        with function.of(field.origin):
            put(field.name, _value(unit, field.name, field.value))
    function.body.origin = None
    if board.takes_audiodev:
        function.call("machine_add_audiodev_property", "mc")
    _base_fields(unit, parent, function)
    emit_class_properties(unit, board, function)
    call_hook(board, HookPoint.CLASS_INIT, "mc", function)
    locals_ = [Local("MachineClass *", "mc", CallExpr("MACHINE_CLASS", ("oc",)))]
    params = ("ObjectClass *oc", f"{class_data(unit)}data")
    return Function(
        function.name, params, (*locals_, *function.extra), function.statements()
    )


def class_data(unit: UnitBuilder) -> str:
    """The type of the second parameter of class_init."""
    return "const void *" if unit.target.has(Feature.CONST_CLASS_INIT) else "void *"


def _base_fields(unit: UnitBuilder, parent: Parent, into: FunctionBuilder) -> None:
    """What the base's class has beside MachineClass, and the functions for it."""
    base = unit.base
    values = {f.name: _base_value(unit, f.value) for f in parent.fields}
    if base.devices_in is not None and unit.devices_in is not None:
        values[base.devices_in] = unit.devices_in
    if values:
        assert base.class_handle is not None and base.class_cast is not None
        cast = CallExpr(base.class_cast, ("oc",))
        into.local(Local(f"{base.class_struct} *", base.class_handle, cast))
    for name, value in values.items():
        into.assign(f"{base.class_handle}->{name}", value)
    for call in parent.calls:
        helper = base.helper(call)
        assert helper is not None
        into.call(call, helper.takes)


def _base_value(unit: UnitBuilder, value: bool | int | str | Expr) -> CExpr:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return string_literal(value)
    return unit.spell(Num(value) if isinstance(value, int) else value)


def _value(unit: UnitBuilder, name: str, value: bool | int | str | Expr) -> CExpr:
    if name == "block_default_type":
        return f"IF_{str(value).upper()}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return number(Num(value))
    return Text((value,)) if isinstance(value, str) else unit.spell(value)


def _valid_cpu_types(unit: UnitBuilder, board: Board) -> tuple[str, ...]:
    """The types that -cpu may name."""
    return tuple(cpu_type_name(unit, name) for name in board.cpus.valid_types)


def _interfaces(unit: UnitBuilder, board: Board) -> tuple[str | None, tuple[str, ...]]:
    """What the machine implements, and what makes it visible in QEMU's Arm binaries."""
    arch, target = unit.board.arch, unit.target
    listed = _LISTED.get(arch, ())
    if not target.has(Feature.ARM_MACHINE_INTERFACES):
        listed = ()
    if not board.interfaces:
        unit.use(*(f"{arch.value}_machine_interfaces" for _ in listed[:1]))
        return (f"{arch.value}_machine_interfaces" if listed else None), ()
    unit.use(*listed, *board.interfaces)
    const = "const " * target.has(Feature.CONST_INTERFACES)
    own = (_INTERFACES[name] for name in board.interfaces)
    return f"{const}InterfaceInfo[]", (*listed, *own)
