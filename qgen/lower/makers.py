"""What QEMU's functions make of their arguments: types, properties, addresses, lines.

Read in QEMU 7.2 to 11.0 (sources: hw/intc/riscv_*.c, hw/intc/sifive_plic.c, hw/char/*.c,
hw/misc/sifive_*.c, hw/nvram/fw_cfg.c, hw/core/sysbus.c), and made
in QEMU by `tests/lab/test_makers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from qgen import catalogue
from qgen.board import SYSTEM, AddressSpace, Mmio, Property
from qgen.catalogue import DeviceType, function
from qgen.expr import Bin, Expr, Num, evaluate, variables
from qgen.frozen import frozen
from qgen.lower.counts import harts_of, outputs_of
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.arguments import CallText, RegionArgument, SpaceArgument, TextArgument

if TYPE_CHECKING:
    from qgen.catalogue.helpers import Function, Functions

PLIC = "riscv.sifive.plic"
NOWHERE = (1 << 64) - 1
"""The address that some functions take for none."""
Arguments = Mapping[str, object]
"""Arguments by the names of their parameters."""
_Setting = str | Callable[[Arguments], object]


@frozen
class Maker:
    """What a function makes.

    ``type`` is the QOM type; of the text of an argument where the function takes that:
    ``{name}``. The rest names parameters: ``at`` those with the addresses of its regions,
    ``into`` the one with what they are mapped into, ``irqs`` those that its interrupt
    outputs lead to; ``sets`` says which properties they become, as far as these decide
    anything. ``to_cpus``: the function wires GPIO outputs to CPUs.
    """

    type: str
    at: tuple[str, ...]
    sets: Mapping[str, _Setting]
    irqs: tuple[str, ...] = ()
    into: str | None = None
    to_cpus: bool = False

    @property
    def makes_any(self) -> bool:
        """Whether it makes a device of any type, without properties."""
        return self.type.startswith("{")


def _has_dma(given: Arguments) -> object:
    where = number_of(given["dma_addr"])
    space = given["dma_as"]
    is_space = isinstance(space, (AddressSpace, SpaceArgument))
    return None if where is None else bool(where) and is_space


def _one_more(parameter: str) -> _Setting:
    """A property that counts one more than the argument: number 0 is no interrupt."""

    def more(given: Arguments) -> object:
        count = given[parameter]
        return Bin("+", count, Num(1)) if isinstance(count, Expr) else None

    return more


def number_of(value: object) -> int | None:
    """A number that is known before QEMU runs."""
    if not isinstance(value, Expr) or variables(value):
        return None
    return evaluate(value)


_HARTS: Mapping[str, _Setting] = {
    "hartid-base": "hartid_base",
    "num-harts": "num_harts",
}
_FW_CFG = Maker(
    "fw_cfg_mem",
    ("ctl_addr", "data_addr", "dma_addr"),
    {"data_width": "data_width", "dma_enabled": _has_dma},
)
_MAKERS: Mapping[str, Maker] = {
    "cmsdk_apb_uart_create": Maker(
        "cmsdk-apb-uart",
        ("addr",),
        {"pclk-frq": "pclk_frq"},
        ("txint", "rxint", "txovrint", "rxovrint", "uartint"),
    ),
    "exynos4210_uart_create": Maker("exynos4210.uart", ("addr",), {}, ("irq",)),
    "fw_cfg_init_mem_dma": _FW_CFG,
    "mchp_pfsoc_mmuart_create": Maker(
        "mchp.pfsoc.uart", ("base",), {}, ("irq",), into="sysmem"
    ),
    "pl011_create": Maker("pl011", ("addr",), {}, ("irq",)),
    "pl011_luminary_create": Maker("pl011_luminary", ("addr",), {}, ("irq",)),
    "riscv_aclint_mtimer_create": Maker(
        "riscv.aclint.mtimer",
        ("addr",),
        {**_HARTS, "aperture-size": "size"},
        to_cpus=True,
    ),
    "riscv_aclint_swi_create": Maker(
        "riscv.aclint.swi", ("addr",), {**_HARTS, "sswi": "sswi"}, to_cpus=True
    ),
    "riscv_aplic_create": Maker(
        "riscv.aplic",
        ("addr",),
        {
            **_HARTS,
            "aperture-size": "size",
            "num-irqs": _one_more("num_sources"),
            "msimode": "msimode",
            "mmode": "mmode",
        },
        to_cpus=True,
    ),
    "riscv_imsic_create": Maker(
        "riscv.imsic",
        ("addr",),
        {"num-pages": "num_pages", "hartid": "hartid", "mmode": "mmode"},
        to_cpus=True,
    ),
    "serial_mm_init": Maker(
        "serial-mm", ("base",), {"regshift": "regshift"}, ("irq",), "address_space"
    ),
    "sifive_e_prci_create": Maker("riscv.sifive.e.prci", ("addr",), {}),
    "sifive_plic_create": Maker(
        PLIC,
        ("addr",),
        {
            "hart-config": "hart_config",
            "hartid-base": "hartid_base",
            "num-sources": "num_sources",
            "aperture-size": "aperture_size",
        },
        to_cpus=True,
    ),
    "sifive_test_create": Maker("riscv.sifive.test", ("addr",), {}),
    "sifive_uart_create": Maker(
        "riscv.sifive.uart", ("base",), {}, ("irq",), "address_space"
    ),
    "sysbus_create_simple": Maker("{name}", ("addr",), {}, ("irq",)),
}


def maker_of(function: Function) -> Maker | None:
    """What the function makes; None where nobody knows."""
    made = _MAKERS.get(function.name)
    if made is None:
        return None
    names = {parameter.name for parameter in function.parameters}
    return made if names.issuperset((*made.at, *made.irqs)) else None


def type_made(made: Maker, given: Arguments) -> str | None:
    """The type that a function makes of its arguments."""
    if not made.makes_any:
        return made.type
    text = given.get(made.type.strip("{}"))
    text = getattr(text, "text", text)
    return text if isinstance(text, str) else None


@frozen
class Making:
    """What one call makes: ``given`` are its arguments, as far as they are known."""

    function: Function
    made: Maker
    given: Arguments
    origin: Path

    @property
    def type(self) -> str | None:
        """The type of what is made."""
        return type_made(self.made, self.given)

    @property
    def settings(self) -> tuple[Property, ...] | None:
        """The properties that the function sets; None where an argument is not known."""
        done = []
        for name, setting in self.made.sets.items():
            if isinstance(setting, str):
                value, path = self.given.get(setting), self.place(setting)
            else:
                value, path = setting(self.given), self.origin
            if not isinstance(value, bool | str | Expr):
                return None
            done.append(Property(name, "", value, path))
        return tuple(done)

    def mapped(self, regions: Sequence[catalogue.Mmio]) -> Iterator[Mmio]:
        """Where the function maps ``regions``, as far as is known."""
        into = None if self.made.into is None else self.given.get(self.made.into)
        container = into.name if isinstance(into, RegionArgument) else SYSTEM
        for index, (region, name) in enumerate(
            zip(regions, self.made.at, strict=False)
        ):
            at = self.given.get(name)
            if not isinstance(at, Expr) or variables(at) - {"n"}:
                continue
            if evaluate(at, {"n": 0}) == NOWHERE:
                continue
            where = None if container == SYSTEM else container
            here = self.place(name)
            yield Mmio(index, at, region.name, region.size, None, here, where)

    def place(self, parameter: str) -> Path:
        """Where the argument stands."""
        names = [each.name for each in self.function.parameters]
        return (*self.origin, names.index(parameter))


def making_of(
    written: CallText,
    functions: Functions,
    run_time: tuple[str, ...],
    path: Path,
    scope: Scope,
) -> Making | None:
    """What a call of the device at ``path`` makes; None where nobody knows."""
    found = function(functions, written.function)
    made = None if found is None else maker_of(found)
    if found is None or made is None:
        return None
    if len(found.parameters) != len(written.arguments):
        return None
    given: dict[str, object] = {}
    for parameter, each in zip(found.parameters, written.arguments, strict=True):
        match each:
            case TextArgument(text):
                given[parameter.name] = text
            case _ if isinstance(each, Expr):
                known = scope.known(each, field="base", run_time=run_time)
                given[parameter.name] = known
            case _:
                given[parameter.name] = each
    return Making(found, made, given, (*path, "call", written.function))


def lines_to_cpus(
    known: DeviceType, settings: Mapping[str, object], cpus: int
) -> frozenset[int]:
    """The GPIO outputs that the function which made a device has wired to CPUs."""
    if known.name != PLIC:
        return frozenset(range(outputs_of(known, settings, cpus) or 0))
    harts = harts_of(str(settings.get("hart-config"))) or []
    return frozenset(
        number + offset
        for mode, offset in (("S", 0), ("M", len(harts)))
        for number, hart in enumerate(harts)
        if mode in hart
    )
