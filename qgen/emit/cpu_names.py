"""The names of CPU types in C."""

from __future__ import annotations

from qgen.arch import ARCHES
from qgen.board import Arch
from qgen.emit.unit import UnitBuilder

_TYPE_NAMES = {
    Arch.ARM: "ARM_CPU_TYPE_NAME",
    Arch.AARCH64: "ARM_CPU_TYPE_NAME",
    Arch.PPC: "POWERPC_CPU_TYPE_NAME",
    Arch.RISCV64: "RISCV_CPU_TYPE_NAME",
    Arch.X86_64: "X86_CPU_TYPE_NAME",
}


def cpu_type_name(unit: UnitBuilder, name: str) -> str:
    """A CPU's QOM type as its architecture's macro spells it."""
    macro = _TYPE_NAMES[unit.board.arch]
    unit.use(macro)
    suffix = ARCHES[unit.board.arch].cpu_suffix
    return f'{macro}("{name.removesuffix(suffix)}")'
