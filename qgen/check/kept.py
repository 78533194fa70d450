"""The devices that the machine's struct holds for the person's C."""

from __future__ import annotations

from typing import Any

from qgen.board import Board
from qgen.check.code import UNSET
from qgen.check.facts import Device
from qgen.check.hooks import kept_fields
from qgen.check.machine import Execution


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


def _names(value: Any) -> set[str]:
    items = value if isinstance(value, list) else [value]
    return {item.name for item in items if isinstance(item, Device)}
