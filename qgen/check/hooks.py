"""Functions of the person's: what they are given, and when they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qgen.board import Board, HookPoint
from qgen.check.ctype import VOID, Pointer, Signature, Struct
from qgen.check.facts import HookCall, Machine
from qgen.check.symbols import Function, Unit
from qgen.check.vocabulary import BOOT_HOOK, HANDLER, RESET

_MACHINE = Signature(VOID, (Pointer(Struct("MachineState")),))
_TYPES = {
    HookPoint.CLASS_INIT: Signature(VOID, (Pointer(Struct("MachineClass")),)),
    HookPoint.BEFORE_DEVICES: _MACHINE,
    HookPoint.AFTER_DEVICES: _MACHINE,
    HookPoint.BOOT: _MACHINE,
    HookPoint.CPU_RESET: RESET,
    HookPoint.BOARD_SETUP: BOOT_HOOK,
    HookPoint.SECONDARY_BOOT: BOOT_HOOK,
    HookPoint.SECONDARY_CPU_RESET: BOOT_HOOK,
    HookPoint.HANDLER: HANDLER,
}
ARM_HOOKS = {
    HookPoint.BOARD_SETUP: "write_board_setup",
    HookPoint.SECONDARY_BOOT: "write_secondary_boot",
    HookPoint.SECONDARY_CPU_RESET: "secondary_cpu_reset_hook",
}
"""The fields of struct arm_boot_info that hooks stand in."""


def judge_hooks(unit: Unit, board: Board) -> None:
    """The file includes the board's hook files, and declares what they have to define."""
    hooks = () if board.hooks is None else board.hooks.hooks
    declared = {
        symbol.name: symbol.code.value
        for symbol in unit.symbols.values()
        if isinstance(symbol.code.value, Function) and symbol.code.value.hook
    }
    for hook in hooks:
        function = declared.pop(hook.function, None)
        if function is None:
            unit.notes.add(0, f"the hook {hook.function!r} is not declared")
        elif function.type != _TYPES[hook.point]:
            wanted = _TYPES[hook.point]
            text = f"the hook {hook.function!r} is a {function.type}, not a {wanted}"
            unit.notes.add(function.line, text)
    for function in declared.values():
        text = f"the board has no hook {function.name!r}"
        unit.notes.add(function.line, text)
    files = [name for name in unit.includes if name.endswith(".c.inc")]
    wanted_files = [] if board.hooks is None else [*board.hooks.files]
    if files != wanted_files:
        text = f"{', '.join(files) or 'no hook file'} is included; the board has "
        unit.notes.add(0, text + (", ".join(wanted_files) or "none"))


def class_calls(board: Board) -> list[HookCall]:
    """The calls that the class wants."""
    name = board.hook(HookPoint.CLASS_INIT)
    return [] if name is None else [HookCall(name, "the class", (0, 0))]


def machine_calls(board: Board, machine: Machine) -> list[HookCall]:
    """The calls that a whole machine wants."""
    cpus, devices = len(machine.cpus), len(machine.devices)
    calls = []
    for point, made in (
        (HookPoint.BEFORE_DEVICES, 0),
        (HookPoint.AFTER_DEVICES, devices),
        (HookPoint.BOOT, devices),
    ):
        name = board.hook(point)
        if name is not None:
            calls.append(HookCall(name, "the machine", (cpus, made)))
    name = board.hook(HookPoint.CPU_RESET)
    if name is not None:
        every = (cpus, devices)
        calls += [HookCall(name, cpu.name, every) for cpu in machine.cpus]
    return calls


def compare_hooks(
    made: Sequence[HookCall],
    wanted: Sequence[HookCall],
    say: Callable[[int, str], None],
) -> None:
    """Say where functions of the person's are called otherwise."""
    for mine, theirs in zip(made, wanted, strict=False):
        if mine[:3] != theirs[:3]:
            say(mine.line, f"{mine}; the board wants {theirs}")
    for call in made[len(wanted) :]:
        say(call.line, f"{call}, which the board does not want")
    for call in wanted[len(made) :]:
        say(0, f"there is no call of {call}")


def field_of(name: str) -> str:
    """The field of the machine's struct that holds a part of this name."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).lower()


def kept_fields(board: Board) -> dict[str, str]:
    """The devices that hooks use, by the fields that the machine's struct has for them."""
    names = () if board.hooks is None else board.hooks.devices
    return {field_of(name): name for name in names}


def chosen_fields(board: Board) -> set[str]:
    """The fields that hold the machine's properties; hooks may read all of them."""
    return {field_of(prop.name) for prop in board.properties}
