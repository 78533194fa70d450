"""Counts and sizes of a type that its properties decide.

The catalogue is measured with default properties. What follows here is what a few types
compute from theirs (sources: hw/intc/arm_gic*.c, hw/intc/riscv_*.c, hw/cpu/*mpcore.c,
hw/arm/armv7m.c, hw/char/serial-mm.c, hw/core/or-irq.c, hw/core/split-irq.c,
hw/dma/pl330.c, hw/ssi/sifive_spi.c, hw/gpio/sifive_gpio.c, hw/nvram/fw_cfg.c,
hw/block/pflash_cfi0*.c).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qgen.board import UNIMPLEMENTED
from qgen.catalogue import DeviceType, Mmio
from qgen.expr import Bin, Entry, Num, Sym, Var, evaluate, variables

FW_CFG_MEM = "fw_cfg_mem"
SYSBUS = "sys-bus-device"
"""The ancestor of all devices that have IRQ outputs and MMIO regions."""

Properties = Mapping[str, object]

FLASHES = ("cfi.pflash01", "cfi.pflash02")
"""Parallel flash: as large as its blocks are together."""
_UNMEASURED = {"arm-gicv3-its": (Mmio("gicv3_its", 0x20000),)}
"""The regions of types that cannot be realized alone (hw/intc/arm_gicv3_its_common.c)."""
GICS = ("arm_gic", "arm-gicv3")
"""Interrupt controllers with inputs for all CPUs, and for each."""
SOFTWARE_ONLY = 16
"""So many of the inputs of each CPU no device can raise: QEMU asserts that none does."""
_ALWAYS_AS_LARGE = (
    "a9mpcore_priv",
    "a15mpcore_priv",
    "pl330",
    "riscv.aclint.swi",
    "xlnx.ps7-qspi",
    "xlnx.ps7-spi",
)
"""Types whose properties decide how many lines or buses they have, but no region."""
_SIZED: Mapping[str, tuple[str, Callable[[int], int]]] = {
    "riscv.aclint.mtimer": ("aperture-size", lambda size: size),
    "riscv.aplic": ("aperture-size", lambda size: size),
    "riscv.imsic": ("num-pages", lambda pages: 0x1000 * pages),
    "riscv.sifive.plic": ("aperture-size", lambda size: size),
    "serial-mm": ("regshift", lambda shift: 8 << min(max(shift, 0), 32)),
}
"""The property that alone decides how large the one region is, and how."""
ONE_CALL = ("smbus-eeprom",)
"""Types that QEMU makes in one call of its own, which gives nothing to go on with."""


def _number(known: DeviceType, properties: Properties, name: str, cpus: int) -> int:
    value = properties.get(name)
    if isinstance(value, (Num, Sym, Var, Entry, Bin)):
        return evaluate(value, {"cpus": cpus, "ram_size": 0, "n": 0})
    default = next((p.default for p in known.properties if p.name == name), None)
    return default if isinstance(default, int) else 1


def _gic_inputs(known: DeviceType, properties: Properties, cpus: int) -> int:
    lines = _number(known, properties, "num-irq", cpus)
    return lines - 32 + 32 * _number(known, properties, "num-cpu", cpus)


def _property(
    name: str, times: int = 1, more: int = 0
) -> Callable[[DeviceType, Properties, int], int]:
    """``times`` the value of a property, and so many more."""
    return lambda known, properties, cpus: max(
        0, times * _number(known, properties, name, cpus) + more
    )


def _gic_outputs(known: DeviceType, properties: Properties, cpus: int) -> int:
    return known.irqs * _number(known, properties, "num-cpu", cpus)


def _spi_outputs(known: DeviceType, properties: Properties, cpus: int) -> int:
    """Its interrupt, and the chip selects of all its buses."""
    selects = _number(known, properties, "num-ss-bits", cpus)
    return 1 + selects * _number(known, properties, "num-busses", cpus)


MODES = "MSU"
"""The modes of a hart, as a PLIC's text has them."""


def harts_of(config: str) -> list[str] | None:
    """The modes of each hart in a PLIC's text, as QEMU reads it; None if it would not."""
    harts = [hart for hart in config.split(",") if hart]
    wrong = any(set(hart) - set(MODES) or len(set(hart)) < len(hart) for hart in harts)
    return None if wrong else harts


def _plic_outputs(known: DeviceType, properties: Properties, cpus: int) -> int:
    """One for each hart in S mode, then one for each in M mode."""
    config = properties.get("hart-config")
    return 2 * len(harts_of(config) or () if isinstance(config, str) else ())


def _aplic_outputs(known: DeviceType, properties: Properties, cpus: int) -> int:
    if properties.get("msimode") is True:
        return 0
    return _number(known, properties, "num-harts", cpus)


def _none(known: DeviceType, properties: Properties, cpus: int) -> int:
    return 0


_INPUTS: Mapping[str, Callable[[DeviceType, Properties, int], int]] = {
    "arm_gic": _gic_inputs,
    "arm-gicv3": _gic_inputs,
    "armv7m": _property("num-irq"),
    "a9mpcore_priv": _property("num-irq", more=-32),
    "a15mpcore_priv": _property("num-irq", more=-32),
    "arm11mpcore_priv": _property("num-irq", more=-32),
    "or-irq": _property("num-lines"),
    "riscv.aplic": _property("num-irqs"),
    "riscv.sifive.plic": _property("num-sources"),
    "sifive_soc.gpio": _property("ngpio"),
    UNIMPLEMENTED: _none,
}
_IRQS: Mapping[str, Callable[[DeviceType, Properties, int], int]] = {
    "arm_gic": _gic_outputs,
    "arm-gicv3": _gic_outputs,
    "a9mpcore_priv": _property("num-cpu", 4),
    "a15mpcore_priv": _property("num-cpu", 5),
    "arm11mpcore_priv": _property("num-cpu", 4),
    "pl330": _property("num_events", more=1),
    "sifive.spi": _property("num-cs", more=1),
    "sifive_soc.gpio": _property("ngpio"),
    "xlnx.ps7-qspi": _spi_outputs,
    "xlnx.ps7-spi": _spi_outputs,
    UNIMPLEMENTED: _none,
}
_GPIO_OUTPUTS: Mapping[str, Callable[[DeviceType, Properties, int], int]] = {
    "split-irq": _property("num-lines"),
    "riscv.aclint.mtimer": _property("num-harts"),
    "riscv.aclint.swi": _property("num-harts"),
    "riscv.aplic": _aplic_outputs,
    "riscv.imsic": _property("num-pages"),
    "riscv.sifive.plic": _plic_outputs,
    "sifive_soc.gpio": _property("ngpio"),
    UNIMPLEMENTED: _none,
}


def has_rule(known: DeviceType) -> bool:
    """Whether properties of the type decide how many lines it has."""
    return any(known.name in rules for rules in (_INPUTS, _IRQS, _GPIO_OUTPUTS))


def _measured(known: DeviceType, properties: Properties) -> bool:
    """Whether the catalogue's counts hold for a device with these properties."""
    return known.realized and not any(name in properties for name in known.shaped_by)


def inputs_of(known: DeviceType, properties: Properties, cpus: int) -> int | None:
    """How many unnamed GPIO inputs the device has; None where nobody measured it."""
    rule = _INPUTS.get(known.name)
    if rule is not None:
        return rule(known, properties, cpus)
    if not _measured(known, properties):
        return None
    return sum(lines.count for lines in known.gpio_in if lines.name is None)


def shared_inputs_of(
    known: DeviceType, properties: Properties, cpus: int
) -> int | None:
    """How many inputs of a GIC are for devices; those of each CPU follow, 32 of each."""
    if known.name not in GICS:
        return None
    return _number(known, properties, "num-irq", cpus) - 32


def irqs_of(known: DeviceType, properties: Properties, cpus: int) -> int | None:
    """How many sysbus IRQ outputs the device has; None where nobody measured it."""
    rule = _IRQS.get(known.name)
    if rule is not None:
        return rule(known, properties, cpus)
    if SYSBUS not in known.ancestors:
        return 0
    return known.irqs if _measured(known, properties) else None


def outputs_of(known: DeviceType, properties: Properties, cpus: int) -> int | None:
    """How many unnamed GPIO outputs the device has; None where nobody measured it."""
    rule = _GPIO_OUTPUTS.get(known.name)
    if rule is not None:
        return rule(known, properties, cpus)
    if not _measured(known, properties):
        return None
    return sum(lines.count for lines in known.gpio_out if lines.name is None)


def _is_plain_flash(known: DeviceType, properties: Properties) -> bool:
    """Whether a flash shows itself once, and not inside a container."""
    return known.name in FLASHES and _number(known, properties, "mappings", 1) <= 1


def mmio_of(known: DeviceType, properties: Properties) -> tuple[Mmio, ...]:
    """The MMIO regions of the device, by index."""
    if known.name == "arm_gic" and len(known.mmio) > 1:
        # A GICv1 CPU interface has 0x100 bytes, a GICv2 one 0x2000.
        size = 0x100 if _number(known, properties, "revision", 1) == 1 else 0x2000
        first, second, *rest = known.mmio
        return (first, Mmio(second.name, size), *rest)
    if known.name == FW_CFG_MEM:
        control, data, *dma = known.mmio
        width = max(1, _number(known, properties, "data_width", 1))
        wide = properties.get("dma_enabled", True) is True
        return (control, Mmio(data.name, width), *(dma if wide else ()))
    if _is_plain_flash(known, properties):
        name = properties.get("name")
        blocks = _number(known, properties, "num-blocks", 1)
        size = blocks * _number(known, properties, "sector-length", 1)
        return (Mmio(name if isinstance(name, str) else known.mmio[0].name, size),)
    if known.name == UNIMPLEMENTED:
        name, size = properties.get("name"), _number(known, properties, "size", 1)
        return (Mmio(name if isinstance(name, str) else known.mmio[0].name, size),)
    sized = _SIZED.get(known.name)
    if sized is not None and known.mmio and sized[0] in properties:
        size = sized[1](_number(known, properties, sized[0], 1))
        return (Mmio(known.mmio[0].name, size),)
    return _UNMEASURED.get(known.name, known.mmio)


def shaping(known: DeviceType, properties: Properties) -> str | None:
    """A property that is set and may change the sizes of the type's regions.

    None where the sizes are those of `mmio_of`.
    """
    if known.name in ("arm_gic", FW_CFG_MEM, UNIMPLEMENTED, *_ALWAYS_AS_LARGE):
        return None
    if _is_plain_flash(known, properties):
        return None
    sized = _SIZED.get(known.name)
    if sized is not None:
        value = properties.get(sized[0])
        changes = isinstance(value, (Var, Bin)) and variables(value)
        return sized[0] if changes else None
    return next((name for name in known.shaped_by if name in properties), None)
