"""What the struct of a type holds: nothing too much, and what the person's C needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgen.board import Board
from qgen.check.code import UNSET
from qgen.check.facts import Device, Input, Lines, Region
from qgen.check.hooks import kept_fields
from qgen.check.machine import Execution
from qgen.check.symbols import Unit


def judge_kept(execution: Execution, board: Board) -> None:
    """Each field holds its device, as long as there is one."""
    made = {device.name for device in execution.facts.devices}
    state = execution.instance.views.get(execution.state or "")
    for field, device in kept_fields(board).items():
        held = {} if state is None else state.fields
        names = _names(held.get(field, UNSET))
        wanted = {name for name in made if name.partition("[")[0] == device}
        if names != wanted and not execution.facts.endings:
            text = f"the field {field!r} does not hold the device {device!r}"
            execution.notes.add(0, text)


def spare(execution: Execution) -> set[tuple[str, int]]:
    """The elements of the struct's arrays that the run left as they were."""
    state = execution.instance.views.get(execution.state or "")
    fields = {} if state is None else state.fields
    return {
        (field, number)
        for field, value in fields.items()
        if isinstance(value, list)
        for number, item in enumerate(value)
        if _is_unused(item)
    }


def judge_spare(unit: Unit, runs: Sequence[set[tuple[str, int]]]) -> None:
    """No array has room for what is made in none of the runs."""
    for field, number in sorted(set.intersection(*runs)) if runs else ():
        unit.notes.add(0, f"element {number} of the field {field!r} is never used")


def _is_unused(item: Any) -> bool:
    match item:
        case Region():
            return item.kind is None
        case Device():
            return item.struct is not None and not item.type
    return item is UNSET


def _names(value: Any) -> set[str]:
    items = value if isinstance(value, list) else [value]
    items = [i.owner if isinstance(i, (Input, Lines)) else i for i in items]
    return {item.name for item in items if isinstance(item, Device)}
