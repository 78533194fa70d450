"""C of the person's: its prototypes, its file, and the calls of it."""

from __future__ import annotations

from qgen.board import Board, HookPoint
from qgen.cunit import Function, HookFile
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder, UnitPart

MACHINE = "MachineState *machine"
_BOOT_INFO = ("ARMCPU *cpu", "const struct arm_boot_info *info")
_PARAMS = {
    HookPoint.CLASS_INIT: ("MachineClass *mc",),
    HookPoint.BEFORE_DEVICES: (MACHINE,),
    HookPoint.AFTER_DEVICES: (MACHINE,),
    HookPoint.BOOT: (MACHINE,),
    HookPoint.CPU_RESET: ("void *opaque",),
    HookPoint.BOARD_SETUP: _BOOT_INFO,
    HookPoint.SECONDARY_BOOT: _BOOT_INFO,
    HookPoint.SECONDARY_CPU_RESET: _BOOT_INFO,
    HookPoint.HANDLER: ("void *opaque", "int n", "int level"),
}
"""The parameters of each hook; none of them returns anything."""


def hook_file(board: Board) -> HookFile | None:
    """The prototypes of the hooks, and the files that have them."""
    if board.hooks is None:
        return None
    prototypes = tuple(
        Function(hook.function, _PARAMS[hook.point], (), ())
        for hook in board.hooks.hooks
    )
    return HookFile(board.hooks.files, prototypes)


def hook_part(unit: UnitBuilder, board: Board, point: HookPoint) -> None:
    """Call the hook of ``point`` behind the parts that there are."""
    name = board.hook(point)
    if name is not None:
        unit.parts.append(UnitPart(Function(name, (MACHINE,), (), ()), None))


def call_hook(board: Board, point: HookPoint, arg: str, into: FunctionBuilder) -> None:
    """Call the hook of ``point``, if there is one."""
    name = board.hook(point)
    if name is not None:
        into.call(name, arg)
