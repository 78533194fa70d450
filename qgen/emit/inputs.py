"""Input lines as C: those that a call returns, or that the person's C handles."""

from __future__ import annotations

from qgen.board import Device
from qgen.cunit import CallExpr
from qgen.emit.builder import FunctionBuilder
from qgen.emit.calls import call_expr
from qgen.emit.unit import UnitBuilder
from qgen.emit.wires import emit_cpu_wires, emit_earlier_wires
from qgen.names import identifier


def emit_inputs(unit: UnitBuilder, device: Device) -> None:
    """The function that gets input lines, and keeps them for whoever drives them."""
    assert device.inputs is not None
    name = identifier(device.name)
    function = FunctionBuilder(unit, f"{unit.prefix}_create_{name}", device.when)
    function.at(device.origin)
    function.note(device.comment)
    pointer = "" if unit.is_one_line(device) else "*"
    unit.field(f"qemu_irq {pointer}{name}")
    if device.call is not None:
        lines = call_expr(device, device.call, function, {})
    else:
        assert device.handler is not None
        unit.use("irq")
        args = (device.handler, function.machine(), function.expr(device.inputs))
        lines = CallExpr("qemu_allocate_irqs", args)
    function.assign(f"{function.state()}->{name}", lines)
    emit_cpu_wires(device, function)
    emit_earlier_wires(device, function)
    function.add(device.when)
