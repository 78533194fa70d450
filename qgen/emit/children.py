"""QOM children: devices that lie in the state, and those that a SoC makes beforehand."""

from __future__ import annotations

from qgen.board import NUMBER, Device, Soc
from qgen.cunit import CallExpr, CExpr, For, Local
from qgen.emit.builder import FunctionBuilder, cast
from qgen.names import identifier, string_literal


def child_name(device: Device) -> str:
    """The QOM name of the child; of a numbered one, the local that holds it."""
    assert device.child is not None
    return "name" if NUMBER in device.child else string_literal(device.child)


def numbered(device: Device) -> tuple[Local, ...]:
    """The local that holds the QOM name of one of several devices."""
    if device.child is None or NUMBER not in device.child:
        return ()
    text = string_literal(device.child.replace(NUMBER, "%u"))
    args = (text, *("i",) * device.child.count(NUMBER))
    return (Local("g_autofree char *", "name", CallExpr("g_strdup_printf", args)),)


def place_of(device: Device, into: FunctionBuilder) -> str:
    """Where the state keeps the device, or one of several."""
    element = "" if device.count is None else "[i]"
    return f"{into.state()}->{identifier(device.name)}{element}"


def initialize(device: Device, into: FunctionBuilder) -> None:
    """Make the device that lies in the state, and its locals point to it."""
    into.unit.use("object")
    place, type_ = place_of(device, into), into.unit.type_name(device.type)
    _initialize(device, into.owner(), place, type_, into)
    into.assign("dev", CallExpr("DEVICE", (f"&{place}",)))
    if device.is_sysbus:
        into.assign("sbd", CallExpr("SYS_BUS_DEVICE", ("dev",)))


def _initialize(
    device: Device, owner: CExpr, place: str, type_: str, into: FunctionBuilder
) -> None:
    name = child_name(device)
    into.call("object_initialize_child", owner, name, f"&{place}", type_)


def made_before(device: Device, into: FunctionBuilder) -> list[Local]:
    """The locals for a device that instance_init made."""
    place = place_of(device, into)
    embedded = device.name in into.unit.embedded
    dev: CExpr = CallExpr("DEVICE", (f"&{place}",)) if embedded else place
    locals_ = [Local("DeviceState *", "dev", dev)]
    if device.is_sysbus:
        into.unit.use("sysbus")
        locals_.append(
            Local("SysBusDevice *", "sbd", CallExpr("SYS_BUS_DEVICE", ("dev",)))
        )
    return locals_


def emit_exports(device: Device, into: FunctionBuilder) -> None:
    """The lines of the device that become those of the SoC around it."""
    soc = into.unit.board
    for export in soc.exports if isinstance(soc, Soc) else ():
        if export.device != device.name:
            continue
        state = into.state()
        if export.is_irq:
            target = CallExpr("SYS_BUS_DEVICE", (state,))
            into.call("sysbus_pass_irq", target, "sbd")
        else:
            name = "NULL" if export.name is None else string_literal(export.name)
            target = CallExpr("DEVICE", (state,))
            into.call("qdev_pass_gpios", "dev", target, name)


def emit_child(device: Device, into: FunctionBuilder) -> None:
    """What a SoC's instance_init does for one device, or for several alike."""
    inner = into if device.count is None else into.block()
    place, type_ = place_of(device, inner), into.unit.type_name(device.type)
    if device.name in into.unit.embedded:
        _initialize(device, "obj", place, type_, inner)
    else:
        into.unit.use("qdev_new")
        child = cast("OBJECT", place)
        inner.assign(place, CallExpr("qdev_new", (type_,)))
        inner.call("object_property_add_child", "obj", child_name(device), child)
        inner.call("object_unref", child)
    if device.count is None:
        return
    into.local(Local("unsigned int", "i"))
    body, bound = inner.statements(), into.expr(device.count)
    into.body.append(For("i", bound, body, numbered(device)))
