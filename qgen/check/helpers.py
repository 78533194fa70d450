"""QEMU's exported helpers, of which a board knows only what it gives them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qgen.check.api import Function, declared
from qgen.check.facts import Call, Device, Drive, Input, Lines

if TYPE_CHECKING:
    from qgen.check.machine import Execution


class Helper(NamedTuple):
    """A helper as its header declares it, in C's words."""

    name: str
    returns: str
    parameters: Sequence[str]


def called(m: Execution, function: str, args: tuple[Any, ...]) -> Device:
    """A call, as a device that it makes; what that is, the helper knows alone."""
    m.making()
    device = Device("", f"what {function}() makes", m.line, realized=True)
    device.call = Call(function, args)
    m.facts.devices.append(device)
    m.facts.realized.append(device)
    return device


def functions(helpers: Iterable[Helper]) -> dict[str, Function]:
    """The helpers as functions that the C may call, by name."""
    return {helper.name: _function(helper) for helper in helpers}


def _function(helper: Helper) -> Function:
    # Any pointer may be NULL: what a helper makes of it is its own business.
    types = ["int" if t.startswith("enum ") else t for t in helper.parameters]
    params = ", ".join(
        f"{type_} ?" if type_.endswith("*") or type_ == "qemu_irq" else type_
        for type_ in types
    )
    space = "" if helper.returns.endswith("*") else " "

    def model(m: Execution, *args: Any) -> Device | Input | Lines:
        for drive in args:
            if isinstance(drive, Drive):
                m.takes(drive, f"{helper.name}()")
        device = called(m, helper.name, args)
        if helper.returns == "qemu_irq":
            return Input(device, None, 0)
        return Lines(device) if helper.returns == "qemu_irq *" else device

    return declared(f"{helper.returns}{space}{helper.name}({params or 'void'})", model)
