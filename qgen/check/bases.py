"""The class of the machine's base, against the board."""

from __future__ import annotations

from qgen.board import Board, Kind
from qgen.check.declared import judge_number
from qgen.check.facts import Number
from qgen.check.machine import ClassFacts
from qgen.check.match import shown
from qgen.check.symbols import Unit
from qgen.expr import Num, evaluate, symbols


def judge_base(unit: Unit, facts: ClassFacts, board: Board) -> None:
    """The class of the base has the board's fields, and its functions were called."""
    parent, base = board.parent, board.parent.base
    made = facts.base
    for field in parent.fields:
        what = f"{base.class_struct}.{field.name}"
        if field.name not in made.fields:
            unit.notes.add(0, f"{what} is not set")
            continue
        given, line = made.fields[field.name], made.lines[field.name]
        if not isinstance(field.value, bool | str):
            expr = Num(field.value) if isinstance(field.value, int) else field.value
            wanted = Number(evaluate(expr), symbols(expr))
            judge_number(unit, line, what, given, wanted)
        elif given != field.value:
            text = f"{what} is {shown(given)}; the board has {shown(field.value)}"
            unit.notes.add(line, text)
    known = {field.name for field in parent.fields} | {base.devices_in}
    for name in sorted(made.fields.keys() - known):
        text = f"{base.class_struct}.{name} is set; the board does not set it"
        unit.notes.add(made.lines[name], text)
    if base.devices_in not in (None, *made.fields) and _makes_something(board):
        unit.notes.add(0, f"{base.class_struct}.{base.devices_in} is not set")
    calls = [name for name, _ in facts.calls]
    if calls != list(parent.calls):
        is_, has = ", ".join(calls) or "nothing", ", ".join(parent.calls) or "nothing"
        line = facts.calls[0][1] if facts.calls else 0
        unit.notes.add(line, f"class_init calls {is_}; the board wants {has}")


def _makes_something(board: Board) -> bool:
    """Whether the board itself makes anything."""
    regions = [r for r in board.regions if r.kind is not Kind.MACHINE_RAM]
    devices = [d for d in board.devices if not d.made or d.wires]
    return bool(regions or devices or board.clocks or board.buses)
