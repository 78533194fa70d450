"""What people call device types whose names in QEMU do not say so."""

from __future__ import annotations

_16550 = ("serial-mm", "isa-serial", "pci-serial")
_ACLINT = ("riscv.aclint.swi", "riscv.aclint.mtimer")
_LM75 = ("tmp105",)
_GICV2 = ("arm_gic",)
NAMES = {
    "16450": _16550,
    "16550": _16550,
    "16550a": _16550,
    "24c02": ("at24c-eeprom", "smbus-eeprom"),
    "8250": _16550,
    "aclint": _ACLINT,
    "clint": _ACLINT,
    "ds1307": ("ds1338",),
    "dw-apb-uart": _16550,
    "gic": ("arm_gic", "arm-gicv3"),
    "gic-400": _GICV2,
    "gicv2": _GICV2,
    "lm75": _LM75,
    "ns16550": _16550,
    "ns16550a": _16550,
    "pl390": _GICV2,
    "sifive-clint": _ACLINT,
    "tmp75": _LM75,
    "uart": ("serial-mm", "pl011"),
    "uart16550": _16550,
}
"""By names in small letters, those without whoever makes the device."""


def known_as(name: str) -> tuple[str, ...]:
    """The types that people may mean by ``name``, which no type need have.

    In front of it may stand who makes the device, as in a device tree: ``ns,16550``.
    """
    plain = name.casefold().replace("_", "-").rpartition(",")[2]
    return NAMES.get(plain, ())
