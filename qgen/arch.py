"""What qgen knows of the architectures that QEMU's system targets emulate.

A leaf: facts without C. The numbers of CPU lines are QEMU's (``target/*/cpu.h``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qgen.board import Arch
from qgen.frozen import frozen


@frozen(slots=False)
class ArchFacts:
    """One architecture.

    ``qemu``: the target whose binary runs it (one that the SDKs build). ``hw_dir``: its
    folder under ``hw/``. ``address_bits``: the widest physical address. ``inputs`` and
    ``outputs``: the unnamed GPIO lines of a CPU; the names hold for CPUs that have
    ``input_count`` of them. ``board_resets_cpus``: the CPU is not reset with the machine
    unless the board sees to it.
    """

    qemu: str
    hw_dir: str
    cpu_suffix: str
    address_bits: int
    inputs: Mapping[str, int] = field(default_factory=dict)
    outputs: Mapping[str, int] = field(default_factory=dict)
    board_resets_cpus: bool = False
    input_count: int | None = None


_ARM_INPUTS = {"irq": 0, "fiq": 1, "virq": 2, "vfiq": 3}
_ARM_OUTPUTS = {"timer-phys": 0, "timer-virt": 1, "timer-hyp": 2, "timer-sec": 3}
_PPC6XX_LINES = ("hreset", "sreset", "ckstp-in", "mcp", "smi", "int", "tben", "wakeup")
# Those of the 6xx bus, which 6xx, 7xx and 74xx CPUs sit on: no other has as many.
_PPC6XX_INPUTS = {name: number for number, name in enumerate(_PPC6XX_LINES)}

# By privilege mode and cause, as the privileged specification numbers them.
_RISCV_INPUTS = {
    "s-soft": 1,
    "vs-soft": 2,
    "m-soft": 3,
    "s-timer": 5,
    "vs-timer": 6,
    "m-timer": 7,
    "s-ext": 9,
    "vs-ext": 10,
    "m-ext": 11,
}

ARCHES: Mapping[Arch, ArchFacts] = {
    Arch.ARM: ArchFacts("aarch64", "arm", "-arm-cpu", 40, _ARM_INPUTS, _ARM_OUTPUTS),
    Arch.AARCH64: ArchFacts(
        "aarch64", "arm", "-arm-cpu", 52, _ARM_INPUTS, _ARM_OUTPUTS
    ),
    Arch.PPC: ArchFacts(
        "ppc",
        "ppc",
        "-powerpc-cpu",
        36,
        _PPC6XX_INPUTS,
        board_resets_cpus=True,
        input_count=len(_PPC6XX_INPUTS),
    ),
    Arch.RISCV64: ArchFacts("riscv64", "riscv", "-riscv-cpu", 56, _RISCV_INPUTS),
    Arch.X86_64: ArchFacts("x86_64", "i386", "-x86_64-cpu", 52),
}
