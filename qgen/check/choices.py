"""The machine's own properties: each value that -M may choose, written and read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgen.board import Board, MachineProperty
from qgen.check.facts import ClassProperty
from qgen.check.hooks import field_of
from qgen.check.machine import IDLE, Execution
from qgen.check.match import shown
from qgen.check.notes import Refused
from qgen.check.symbols import Function, Unit
from qgen.check.vocabulary import ERRP

_NO_VALUE = "no such value"


def judge_choices(
    unit: Unit, made: Mapping[str, ClassProperty], board: Board, struct: str | None
) -> None:
    """There are the board's properties, all of them and no others, and they work."""
    wanted = {prop.name: prop for prop in board.properties}
    own = _own_properties(unit, board, struct)
    for name in wanted.keys() & {*own, *made}:
        if (name in own) != wanted[name].of_instance:
            has = "an instance" if name in own else "the class"
            text = f"{has} has the property {name!r}, unlike the board's"
            unit.notes.add((own if name in own else made)[name].line, text)
    made = {**made, **own}
    for name in sorted(made.keys() - wanted.keys()):
        if name != "audiodev" or not board.takes_audiodev:
            text = f"the machine's property {name!r} is not one of the board's"
            unit.notes.add(made[name].line, text)
    names = [*wanted] + ["audiodev"] * board.takes_audiodev
    for name in names:
        if name not in made:
            unit.notes.add(0, f"the machine has no property {name!r}")
        elif name in wanted:
            _judge(unit, made[name], wanted[name], struct)


def _judge_start(
    unit: Unit, wanted: MachineProperty, fields: Mapping[str, object]
) -> None:
    """A property of instances has its default before anybody sets it."""
    starts = fields.get(field_of(wanted.name), 0)
    number = wanted.numbers.get(str(wanted.default), int(wanted.default is True))
    if starts != number:
        text = f"the machine's property {wanted.name!r} starts as {shown(starts)}"
        unit.notes.add(0, f"{text}; the board has {shown(number)}")


def _own_properties(
    unit: Unit, board: Board, struct: str | None
) -> dict[str, ClassProperty]:
    """The properties that an instance has and its class has not."""
    if unit.instance_init is None:
        return {}
    execution = Execution(unit, IDLE, None, 1, struct)
    try:
        execution.prepare()
    except Refused as refusal:
        unit.notes.refused(refusal)
        return {}
    state = execution.instance.views.get(struct or "")
    for prop in board.properties:
        if prop.of_instance:
            _judge_start(unit, prop, {} if state is None else state.fields)
    return execution.own_properties


def _judge(
    unit: Unit, made: ClassProperty, wanted: MachineProperty, struct: str | None
) -> None:
    what = f"the machine's property {wanted.name!r}"
    type_ = "str" if wanted.values else "bool"
    default = wanted.default if wanted.default is not False else None
    if wanted.of_instance:
        default = None  # it has started with it
    for field, is_, has in (
        ("type", made.type, type_),
        ("description", made.description, wanted.description),
        ("default", made.default or None, default),
    ):
        if is_ != has:
            text = f"{what}: the {field} is {shown(is_)}; the board has {shown(has)}"
            unit.notes.add(made.line, text)
    if (made.getter is None) != wanted.write_only:
        unit.notes.add(made.line, f"{what} can be read, or cannot, unlike the board's")
    if made.type != type_ or not isinstance(made.setter, Function):
        unit.notes.add(made.line, f"{what} cannot be set as the board's")
        return
    try:
        numbers: Mapping[Any, int] = wanted.numbers or {False: 0, True: 1}
        for value, number in numbers.items():
            held = _round_trip(unit, made, value, what, struct)
            if held is not None and held.get(field_of(wanted.name), number) != number:
                text = f"{what} is held as {shown(held[field_of(wanted.name)])}"
                unit.notes.add(made.line, f"{text} where it is {shown(value)}")
        if wanted.values:
            _refusal(unit, made, what, struct)
    except Refused as refusal:
        unit.notes.refused(refusal)


def _round_trip(
    unit: Unit, made: ClassProperty, value: bool | str, what: str, struct: str | None
) -> Mapping[str, object] | None:
    """Set a value on a machine, and read it; the fields that hold it now."""
    execution = Execution(unit, IDLE, None, 1, struct)
    execution.prepare()
    instance, line = execution.instance, made.line
    execution.call(made.setter, [instance, value, ERRP], line)
    if execution.errors:
        unit.notes.add(line, f"{what} does not take {shown(value)}")
    elif isinstance(made.getter, Function):
        read = execution.call(made.getter, [instance, ERRP], line)
        if read != value:
            text = f"{what} is {shown(read)} after it was set to {shown(value)}"
            unit.notes.add(line, text)
            return None
    state = instance.views.get(struct or "")
    return None if state is None else state.fields


def _refusal(unit: Unit, made: ClassProperty, what: str, struct: str | None) -> None:
    """Another value is an error that names it, and changes nothing."""
    execution = Execution(unit, IDLE, None, 1, struct)
    execution.prepare()
    before = dict(execution.instance.views[struct].fields) if struct else {}
    execution.call(made.setter, [execution.instance, _NO_VALUE, ERRP], made.line)
    after = execution.instance.views[struct].fields if struct else {}
    if before != after or not any(_NO_VALUE in text for text in execution.errors):
        unit.notes.add(made.line, f"{what} takes a value that it does not have")
