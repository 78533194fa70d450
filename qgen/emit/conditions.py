"""Conditions as C, and the calls of what depends on them."""

from __future__ import annotations

from itertools import groupby

from qgen.condition import (
    Condition,
    DriveGiven,
    NicGiven,
    Option,
    OptionGiven,
    PropertyIs,
    RamAbove,
)
from qgen.cunit import CallExpr, CExpr, If
from qgen.emit.backends import drive_get
from qgen.emit.builder import FunctionBuilder
from qgen.emit.choices import choice_field

_FIELDS = {
    Option.AUDIO: "audiodev",
    Option.KERNEL: "kernel_filename",
    Option.INITRD: "initrd_filename",
    Option.FIRMWARE: "firmware",
}


def condition(when: Condition, into: FunctionBuilder) -> CExpr:
    """Whether something is there."""
    match when:
        case DriveGiven(drive):
            return drive_get(drive, into)
        case NicGiven(type_):
            into.unit.use("qemu_find_nic_info")
            name = into.unit.type_name(type_)
            return CallExpr("qemu_find_nic_info", (name, "true", "NULL"))
        case RamAbove(size):
            return f"{into.machine()}->ram_size > {into.expr(size)}"
        case PropertyIs(name, wanted_, number):
            field = f"{into.state()}->{choice_field(name)}"
            if isinstance(wanted_, bool):
                return field if wanted_ else f"!{field}"
            return f"{field} == {into.expr(number)}"
        case OptionGiven(option, wanted):
            return _option(option, "" if wanted else "!", into)


def _option(option: Option, negated: str, into: FunctionBuilder) -> CExpr:
    if option in _FIELDS:
        return f"{negated}{into.machine()}->{_FIELDS[option]}"
    if option is Option.USB:
        return CallExpr(f"{negated}machine_usb", (into.machine(),))
    into.unit.use(f"{option.value}_enabled")
    return CallExpr(f"{negated}{option.value}_enabled")


def call_parts(into: FunctionBuilder) -> None:
    """Call the function of each part in turn, those of one condition together."""
    runs = groupby(into.unit.parts, lambda part: part.when and part.when.key)
    for _, run in runs:
        parts = list(run)
        block = into if parts[0].when is None else into.block()
        for part in parts:
            function = part.function
            if not function.params:
                block.call(function.name)
            elif function.params == (into.unit.state_param,):
                block.call(function.name, into.state())
            elif function.params == (into.unit.base_param,):
                block.call(function.name, into.base())
            else:
                block.call(function.name, into.machine())
        if parts[0].when is not None:
            test = condition(parts[0].when, into)
            into.body.append(If(test, block.statements()))
