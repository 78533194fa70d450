"""The smallest boards that an example can stand in, one for each architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qgen.board import Arch
from qgen.frozen import frozen
from qgen.lookup.spec_text import address, size

CONTROLLER = "intc"
"""What examples call the interrupt controller of the board that they are put into."""

_CONTROLLER = 0x0800_0000
_PLIC_SIZE = 0x0400_0000


@frozen(slots=False)
class Frame:
    """A CPU, and the type of an interrupt controller.

    `parent` is what the machine derives from, `isa` what its ISA bus needs beside it.
    `timebase`: the CPUs need one. `direct` are types whose output leads to a CPU, and to
    which of its inputs.
    """

    cpu: str
    type: str
    parent: str | None = None
    timebase: bool = False
    isa: Mapping[str, dict[str, object]] = field(default_factory=dict)
    direct: Mapping[str, str] = field(default_factory=dict)

    def controller(self, inputs: int, *, wired: bool) -> dict[str, object]:
        """A device with so many inputs; `wired`: there is a CPU that it can lead to."""
        match self.type:
            case "arm_gic":
                return _gic(inputs, wired)
            case "riscv.sifive.plic":
                return _plic(inputs, wired)
            case "ioapic":
                return {"type": "ioapic", "at": address(0xFEC0_0000)}
        gate: dict[str, object] = {
            "type": "or-irq",
            "properties": {"num-lines": max(inputs, 1)},
        }
        return gate | ({"gpios": "cpus[0].int"} if wired else {})

    def most(self) -> int:
        """How many inputs the controller can have."""
        return {"arm_gic": 988, "ioapic": 24, "riscv.sifive.plic": 1023}.get(
            self.type, 48
        )


def _gic(inputs: int, wired: bool) -> dict[str, object]:
    lines = min(1020, 32 * (1 + -(-max(inputs, 1) // 32)))
    gic: dict[str, object] = {
        "type": "arm_gic",
        "properties": {"num-irq": lines},
        "at": [address(_CONTROLLER), address(_CONTROLLER + 0x1_0000)],
    }
    return gic | ({"irqs": ["cpus[0].irq", "cpus[0].fiq"]} if wired else {})


def _plic(inputs: int, wired: bool) -> dict[str, object]:
    """Source 0 is none."""
    properties = {
        "hart-config": "M",
        "num-sources": inputs + 1,
        "num-priorities": 7,
        "pending-base": address(0x1000),
        "enable-base": address(0x2000),
        "enable-stride": address(0x80),
        "context-base": address(0x20_0000),
        "context-stride": address(0x1000),
        "aperture-size": address(_PLIC_SIZE),
    }
    plic: dict[str, object] = {
        "type": "riscv.sifive.plic",
        "properties": properties,
        "at": {"at": address(_CONTROLLER), "size": size(_PLIC_SIZE)},
    }
    return plic | ({"gpios": {"line": 1, "to": "cpus[0].m-ext"}} if wired else {})


_PC: Mapping[str, dict[str, object]] = {
    "cpu-irq": {"call": {"x86_allocate_cpu_irq": []}, "inputs": 1},
    "pic": {
        "call": {"i8259_init": [{"bus": "isa"}, {"line": "cpu-irq"}]},
        "inputs": 16,
    },
    "isa-irqs": {
        "call": {"isa_bus_register_input_irqs": [{"bus": "isa"}, {"inputs": "pic"}]}
    },
}

_OF_HARTS = {
    "riscv.aclint.mtimer": "m-timer",
    "riscv.aclint.swi": "m-soft",
    "riscv.aplic": "s-ext",
    "riscv.imsic": "s-ext",
}

FRAMES: Mapping[Arch, Frame] = {
    Arch.AARCH64: Frame("cortex-a57", "arm_gic"),
    Arch.ARM: Frame("cortex-a15", "arm_gic"),
    Arch.RISCV64: Frame("rv64", "riscv.sifive.plic", direct=_OF_HARTS),
    Arch.X86_64: Frame("qemu64", "ioapic", parent="x86", isa=_PC),
    Arch.PPC: Frame("7400_v2.9", "or-irq", timebase=True),
}
"""In the order in which they are tried."""
