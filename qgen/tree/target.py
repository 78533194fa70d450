"""Where the trees keep what belongs to one architecture."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import Arch
from qgen.frozen import frozen


@frozen(slots=False)
class TargetPlaces:
    """``folder`` below hw/, docs/system/ and include/hw/; ``binary`` is the emulator.

    ``depends`` is what its boards depend on in Kconfig. ``devices`` are the folders of
    configs/devices that may list boards: the first is for boards that are listed as
    comments, the last for those that are switched on there, on this target only.
    ``chapter`` and ``mail`` are those of MAINTAINERS.
    """

    folder: str
    binary: str
    depends: tuple[str, ...]
    devices: tuple[str, ...]
    chapter: str
    mail: str | None

    @property
    def page(self) -> str:
        """The page of the target, with the table of its boards' pages."""
        return f"docs/system/target-{self.folder}.rst"


TARGETS: Mapping[Arch, TargetPlaces] = {
    Arch.ARM: TargetPlaces(
        "arm",
        "arm",
        ("TCG", "ARM"),
        ("arm",),
        "ARM Machines",
        "qemu-arm@nongnu.org",
    ),
    Arch.AARCH64: TargetPlaces(
        "arm",
        "aarch64",
        ("TCG", "AARCH64"),
        ("aarch64",),
        "ARM Machines",
        "qemu-arm@nongnu.org",
    ),
    Arch.PPC: TargetPlaces(
        "ppc",
        "ppc",
        ("PPC",),
        ("ppc",),
        "PowerPC Machines",
        "qemu-ppc@nongnu.org",
    ),
    Arch.RISCV64: TargetPlaces(
        "riscv",
        "riscv64",
        ("RISCV64",),
        ("riscv64",),
        "RISC-V Machines",
        "qemu-riscv@nongnu.org",
    ),
    Arch.X86_64: TargetPlaces(
        "i386",
        "x86_64",
        ("X86_64",),
        ("i386", "x86_64"),
        "X86 Machines",
        None,
    ),
}
