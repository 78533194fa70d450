"""Conditions as C, and the calls of what depends on them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from qgen.board import Board
from qgen.condition import (
    Condition,
    CpuIs,
    CpusAbove,
    DriveGiven,
    NicGiven,
    Option,
    OptionGiven,
    PropertyIs,
    RamAbove,
    exclusive,
    parts_of,
)
from qgen.cunit import CallExpr, CExpr, If, Joined, Statement
from qgen.emit.backends import drive_get
from qgen.emit.builder import FunctionBuilder
from qgen.emit.choices import choice_field
from qgen.emit.cpu_names import cpu_type_name
from qgen.emit.nics import nic_given
from qgen.emit.unit import UnitPart

_Run = tuple[Condition | None, tuple[UnitPart, ...]]
_Choice = tuple[Condition, tuple[UnitPart, ...]]

_FIELDS = {
    Option.AUDIO: "audiodev",
    Option.KERNEL: "kernel_filename",
    Option.INITRD: "initrd_filename",
    Option.FIRMWARE: "firmware",
}


def condition(when: Condition, into: FunctionBuilder) -> CExpr:
    """Whether something is there."""
    parts = parts_of(when)
    if len(parts) > 1:
        return Joined("&&", tuple(condition(part, into) for part in parts))
    match parts[0]:
        case DriveGiven(drive):
            return drive_get(drive, into)
        case NicGiven(type_):
            return nic_given(type_, into)
        case CpusAbove(count):
            return f"{into.machine()}->smp.cpus > {count}"
        case CpuIs(models, others):
            return _cpu_is(models, others, into)
        case RamAbove(size):
            return f"{into.machine()}->ram_size > {into.expr(size)}"
        case OptionGiven(option, wanted):
            return _option(option, "" if wanted else "!", into)
        case PropertyIs() as asked:
            return _property_is(asked, into)


def _cpu_is(
    models: Sequence[str], others: Sequence[str], into: FunctionBuilder
) -> CExpr:
    """One of the models that -cpu may choose, or none of the others if they are fewer."""
    func, operator, asked = "g_str_equal", "||", models
    if len(others) < len(models):
        func, operator, asked = "!g_str_equal", "&&", others
    chosen = f"{into.machine()}->cpu_type"
    names = [cpu_type_name(into.unit, model) for model in asked]
    calls = [CallExpr(func, (chosen, name)) for name in names]
    return calls[0] if len(calls) == 1 else Joined(operator, tuple(calls))


def _property_is(asked: PropertyIs, into: FunctionBuilder) -> CExpr:
    """The values that a property has, or those that it has not if they are fewer."""
    field = f"{into.state()}->{choice_field(asked.name)}"
    if isinstance(asked.wanted[0], bool):
        return field if asked.wanted[0] else f"!{field}"
    board = into.unit.board
    assert isinstance(board, Board)
    (prop,) = (p for p in board.properties if p.name == asked.name)
    others = [number for value, number in prop.values if value not in asked.wanted]
    if len(others) < len(asked.wanted):
        return _joined("&&", [f"{field} != {into.expr(n)}" for n in others])
    return _joined("||", [f"{field} == {into.expr(n)}" for n in asked.numbers])


def _joined(operator: str, terms: list[str]) -> CExpr:
    return terms[0] if len(terms) == 1 else Joined(operator, tuple(terms))


def _option(option: Option, negated: str, into: FunctionBuilder) -> CExpr:
    if option in _FIELDS:
        return f"{negated}{into.machine()}->{_FIELDS[option]}"
    if option is Option.USB:
        return CallExpr(f"{negated}machine_usb", (into.machine(),))
    into.unit.use(f"{option.value}_enabled")
    return CallExpr(f"{negated}{option.value}_enabled")


def call_parts(into: FunctionBuilder) -> None:
    """Call the function of each part in turn, those of one condition together.

    What depends on one property of the machine, one after the other, is an if with else.
    """
    runs = [
        (parts[0].when, tuple(parts))
        for _, run in groupby(into.unit.parts, lambda part: part.when and part.when.key)
        for parts in [list(run)]
    ]
    while runs:
        when, parts = runs.pop(0)
        if when is None:
            _call(parts, into)
            continue
        choices = _choices(when, parts, runs)
        del runs[: len(choices) - 1]
        into.body.append(_chain(choices, _is_complete(choices, into), into))


def _choices(
    when: Condition, parts: tuple[UnitPart, ...], more: Sequence[_Run]
) -> list[_Choice]:
    """A run, and those behind it that depend on other values of the same property."""
    found = [(when, parts)]
    for other, each in more if isinstance(when, PropertyIs) else ():
        if other is None or not all(exclusive(other, taken) for taken, _ in found):
            break
        found.append((other, each))
    return found


def _chain(choices: Sequence[_Choice], complete: bool, into: FunctionBuilder) -> If:
    """The calls of each choice; ``complete``: the last is made where no other is."""
    (when, parts), *rest = choices
    test, block = condition(when, into), into.block()
    _call(parts, block)
    otherwise: tuple[Statement, ...] = ()
    if complete and len(rest) == 1:
        last = into.block()
        _call(rest[0][1], last)
        otherwise = last.statements()
    elif rest:
        otherwise = (_chain(rest, complete, into),)
    return If(test, block.statements(), otherwise=otherwise)


def _is_complete(choices: Sequence[_Choice], into: FunctionBuilder) -> bool:
    """Whether one of the choices always holds."""
    first, board = choices[0][0], into.unit.board
    if not isinstance(first, PropertyIs) or not isinstance(board, Board):
        return False
    values = {prop.name: len(prop.values) or 2 for prop in board.properties}
    taken = [when.wanted for when, _ in choices if isinstance(when, PropertyIs)]
    return len(taken) == len(choices) and sum(map(len, taken)) == values[first.name]


def _call(parts: Sequence[UnitPart], into: FunctionBuilder) -> None:
    for part in parts:
        function = part.function
        if not function.params:
            into.call(function.name)
        elif function.params == (into.unit.state_param,):
            into.call(function.name, into.state())
        elif function.params == (into.unit.base_param,):
            into.call(function.name, into.base())
        else:
            into.call(function.name, into.machine())
