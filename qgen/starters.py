"""Starter specs, which teach by their comments: what `qgen new` writes.

They lie in ``templates/new``, each a right spec of the machine `NAME` as it is.
"""

from __future__ import annotations

import re
from functools import cached_property

from qgen.frozen import frozen
from qgen.shipped import folder

NAME = "my-board"
"""The name of the machine in the starters."""


@frozen(slots=False)
class Starter:
    """A starter: its file, and the CPUs that may stand in it, the usual one first."""

    kind: str
    arch: str
    cpus: tuple[str, ...]
    description: str

    @cached_property
    def template(self) -> str:
        """The spec, of the machine `NAME` with the usual CPU."""
        return (folder("templates") / "new" / f"{self.kind}.yaml").read_text("utf-8")

    def text(self, name: str, cpu: str) -> str:
        """The spec of the machine ``name``."""
        text = self.template.replace(NAME, name)
        return re.sub(rf"(?<=default: ){re.escape(self.cpus[0])}\b", cpu, text)


STARTERS = (
    Starter(
        *("cortex-m", "arm"),
        (
            *("cortex-m3", "cortex-m0", "cortex-m4", "cortex-m7", "cortex-m33"),
            "cortex-m55",
        ),
        "Cortex-M microcontroller with its NVIC",
    ),
    Starter(
        *("arm", "arm"),
        ("cortex-a15", "cortex-a7"),
        "32-bit Arm application processors with a GICv2",
    ),
    Starter(
        *("aarch64", "aarch64"),
        ("cortex-a57", "cortex-a53", "cortex-a72", "cortex-a76", "neoverse-n1", "max"),
        "64-bit Arm application processors with a GICv3",
    ),
    Starter(
        *("riscv64", "riscv64"),
        ("rv64", "sifive-u54"),
        "RISC-V with ACLINT and PLIC",
    ),
    Starter(
        *("ppc", "ppc"),
        ("750_v3.1", "604", "7400_v2.9"),
        "32-bit PowerPC with ROM and a serial port",
    ),
    Starter(
        *("x86_64", "x86_64"),
        ("qemu64", "qemu32", "max"),
        "PC with an ISA bus, for SeaBIOS",
    ),
)


def fitting(arch: str | None, cpu: str | None) -> list[Starter]:
    """The starters of an architecture that have this CPU, or are of this kind."""
    return [
        starter
        for starter in STARTERS
        if arch in (None, starter.arch) and cpu in (None, starter.kind, *starter.cpus)
    ]
