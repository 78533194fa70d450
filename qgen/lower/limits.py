"""Numbers that a type refuses when it is realized, though its property could hold them.

Each was seen to end a QEMU 10.2 (sources: hw/intc/arm_gic_common.c,
hw/intc/arm_gicv3_common.c, hw/intc/armv7m_nvic.c, hw/cpu/*mpcore.c, hw/core/or-irq.c,
hw/core/split-irq.c, hw/block/pflash_cfi0*.c, hw/core/machine.c).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qgen.board import Property
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code
from qgen.expr import Bin, Entry, Expr, Num, Sym, evaluate, variables
from qgen.frozen import frozen
from qgen.lower.places import human
from qgen.lower.scope import Scope
from qgen.source import Path

RAM_UNIT = 8 << 10
"""QEMU rounds the RAM of a machine up to a multiple of this (hw/core/machine.c)."""


@frozen(slots=False)
class _Limit:
    """``low`` to ``high``, and ``multiple`` of a number, or a power of two."""

    low: int = 0
    high: int = (1 << 64) - 1
    multiple: int = 1
    power: bool = False


_GIC_LINES = _Limit(32, 1020, 32)
_LIMITS: Mapping[tuple[str, str], _Limit] = {
    ("arm_gic_common", "num-irq"): _GIC_LINES,
    ("arm_gic_common", "num-cpu"): _Limit(1, 8),
    ("arm-gicv3-common", "num-irq"): _GIC_LINES,
    ("a9mpcore_priv", "num-irq"): _GIC_LINES,
    ("a15mpcore_priv", "num-irq"): _GIC_LINES,
    ("arm11mpcore_priv", "num-irq"): _GIC_LINES,
    ("armv7m", "num-irq"): _Limit(0, 496),
    ("or-irq", "num-lines"): _Limit(0, 48),
    ("split-irq", "num-lines"): _Limit(1, 15),
    **{("cfi.pflash02", f"sector-length{n}"): _Limit(power=True) for n in range(4)},
}
_CFI_SECTOR = ("cfi.pflash01", "sector-length")
_SECTOR_UNIT = 256
"""CFI tells the guest the size of a sector in units of this."""


def judge_limits(
    properties: Iterable[Property], known: DeviceType, scope: Scope
) -> None:
    """Refuse values with which a device of this type could not be realized."""
    for prop in properties:
        value = _number(prop.value)
        if value is None:
            continue
        if (known.name, prop.name) == _CFI_SECTOR:
            _judge_sector(value, prop, scope)
        for name in (known.name, *known.ancestors):
            limit = _LIMITS.get((name, prop.name))
            if limit is not None:
                _judge(value, limit, known, prop, scope)


def _number(value: object) -> int | None:
    """A number that is known before QEMU runs."""
    if not isinstance(value, (Num, Sym, Entry, Bin)) or variables(value):
        return None
    return evaluate(value)


def _judge(
    value: int, limit: _Limit, known: DeviceType, prop: Property, scope: Scope
) -> None:
    what = f"{known.name!r} takes {prop.name!r}"
    if not limit.low <= value <= limit.high:
        message = f"{what} from {limit.low} to {limit.high}, not {value}"
        near = limit.low if value < limit.low else limit.high
        near -= near % limit.multiple
        scope.error(Code.Q0203, message, prop.origin, f"write {near}")
    elif value % limit.multiple:
        message = f"{what} in multiples of {limit.multiple}, not {value}"
        up = value + -value % limit.multiple
        up -= limit.multiple if up > limit.high else 0
        scope.error(Code.Q0220, message, prop.origin, f"write {up}")
    elif limit.power and value & (value - 1):
        message = f"{what} as a power of two, not {value:#x}"
        help_ = f"write {human(1 << value.bit_length())}"
        scope.error(Code.Q0220, message, prop.origin, help_)


def _judge_sector(value: int, prop: Property, scope: Scope) -> None:
    """Warn of sectors whose size the CFI table of a flash cannot say."""
    rest = value % _SECTOR_UNIT
    if rest:
        message = (
            f"a flash tells the guest its sectors in units of {_SECTOR_UNIT} bytes: of "
            f"{value} bytes it says {value - rest}"
        )
        help_ = f"write {human(value - rest + _SECTOR_UNIT)}"
        scope.warning(Code.Q0220, message, prop.origin, help_, key=False)


def judge_register(
    function: str, arguments: Mapping[str, tuple[int, Path]], scope: Scope
) -> None:
    """Refuse a flash that ends within a sector: its function asserts that it does not."""
    if not function.startswith("pflash_cfi0") or not {"size", "sector_len"} <= {
        *arguments
    }:
        return
    (size, path), (sector, _) = arguments["size"], arguments["sector_len"]
    if sector and size % sector:
        message = f"a flash of {human(size)} ends within a sector of {human(sector)}"
        help_ = f"write {human(size + -size % sector)}"
        scope.error(Code.Q0220, message, path, help_)


def judge_ram(default: Expr | None, path: Path, scope: Scope) -> None:
    """Refuse RAM that QEMU would make larger than the spec says."""
    if default is None or not evaluate(default) % RAM_UNIT:
        return
    size = evaluate(default)
    up = human(size + -size % RAM_UNIT)
    message = f"QEMU rounds RAM up to {human(RAM_UNIT)}: of {human(size)} it makes {up}"
    scope.error(Code.Q0220, message, path, f"write {up}")
