"""Input lines that a call returns, or that a function of the person's handles."""

from __future__ import annotations

from qgen.board import Device
from qgen.condition import Condition
from qgen.diagnostics import Code
from qgen.expr import Expr
from qgen.lower.scope import MAX_COUNT, Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, Spec

ONE = "qemu_irq"
ALL = "qemu_irq *"
"""The C types of one input line, and of a list of them."""
_NOT_OF_INPUTS = (
    *("type", "unimplemented", "nic", "full_buses", "properties", "clocks", "child"),
    *("bus", "address", "parts", "images", "at", "irqs", "gpios", "count"),
)


def lower_inputs(
    spec: Composite,
    name: str,
    device: model.Device,
    when: Condition | None,
    scope: Scope,
) -> Device | None:
    """What has ``inputs`` or a ``handler``; None where nobody knows how many there are."""
    path: Path = ("devices", name)
    count = _judge(spec, device, path, scope)
    if count is None:
        return None
    return Device(
        name,
        "",
        None,
        *((), (), (), ()),
        device.comment,
        path,
        is_sysbus=False,
        when=when,
        inputs=count,
        handler=device.handler,
    )


def _judge(
    spec: Composite, device: model.Device, path: Path, scope: Scope
) -> Expr | None:
    for key in _NOT_OF_INPUTS:
        if getattr(device, key):
            message = f"input lines are no device: they have no {key!r}"
            scope.error(Code.Q0214, message, (*path, key), "leave it out", key=True)
    if device.handler is not None:
        _judge_handler(spec, device, path, scope)
    elif device.call is None:
        message = "nothing gives these input lines"
        help_ = "add call: a function that returns them, or handler: one of yours"
        scope.error(Code.Q0102, message, path, help_, key=True)
    if device.inputs is None:
        message = "the key 'inputs' is missing"
        help_ = "add inputs: how many lines the function handles"
        scope.error(Code.Q0102, message, path, help_, key=True)
        return None
    here = (*path, "inputs")
    count = scope.resolve(device.inputs, here)
    return None if count is None or scope.count(count, here) is None else count


def _judge_handler(
    spec: Composite, device: model.Device, path: Path, scope: Scope
) -> None:
    here = (*path, "handler")
    if device.call is not None:
        message = "lines that a call returns have their handler"
        scope.error(Code.Q0214, message, here, "leave out one of the two", key=True)
    if not isinstance(spec, Spec):
        message = "only a machine has C of your own"
        scope.error(Code.Q0214, message, here, "leave it out", key=True)
    elif spec.hooks is None:
        message = "no file defines the handler"
        help_ = "add hooks: {file: my-board-hooks.c.inc}"
        scope.error(Code.Q0102, message, here, help_, key=True)


def judge_returned(
    returns: str, function: str, device: Device, path: Path, scope: Scope
) -> bool:
    """Whether a function returns input lines, if ``device`` stands for such."""
    if device.inputs is None:
        return True
    if returns not in (ONE, ALL):
        message = f"{function}() returns {returns!r}, no input lines"
        scope.error(Code.Q0218, message, path, "leave out 'inputs:'", key=True)
        return False
    here = (*device.origin, "inputs")
    most = 1 if returns == ONE else MAX_COUNT
    return scope.number(device.inputs, here, low=1, high=most) is not None
