"""Machine types of QEMU that a board can derive from, as each release has them.

A leaf of facts from QEMU's headers. To know another base is to write a row here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from enum import Enum

from qgen.frozen import frozen
from qgen.targets import TARGETS


class Kind(Enum):
    """What a class field of a base holds; the value is its C type."""

    TRUTH = "bool"
    NUMBER = "uint32_t"
    TEXT = "const char *"


@frozen
class BaseField:
    """A field of the base's class. ``of``: it names a device type that derives from it."""

    name: str
    kind: Kind
    of: str | None = None


@frozen
class Made:
    """A device that the base makes before those of the board, a child of the machine.

    ``type_field`` is the class field that names its type. ``field`` of the base's
    struct points to it, to a ``struct``.
    """

    name: str
    type_field: str
    field: str
    struct: str


@frozen
class Helper:
    """A function for class_init. ``takes``: ``mc`` (MachineClass) or ``oc`` (ObjectClass).

    ``needs`` are class fields that it reads, ``sets`` those of MachineClass that it
    writes.
    """

    name: str
    takes: str
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


@frozen
class Base:
    """A base: its names in C, and what is left to the board.

    ``macro`` is that of the QOM ``type``. ``cast`` and ``class_cast`` cast to the two
    structs; ``handle`` and ``class_handle`` are what QEMU calls pointers to them.
    ``arches``: the architectures that it is for, as specs name them. ``sets`` are fields
    of MachineClass that its own class_init sets. ``kconfig``: the symbol that QEMU's file
    with the base is built for, None where it always is. ``devices_in`` is the class field for
    the function in which the board makes its devices; such a base has an init function
    of its own, which maps the RAM, makes the CPUs and boots. None: the board has one.
    """

    name: str
    type: str
    macro: str
    header: str
    struct: str
    cast: str
    handle: str
    arches: tuple[str, ...] = ()
    class_struct: str | None = None
    class_cast: str | None = None
    class_handle: str | None = None
    fields: tuple[BaseField, ...] = ()
    made: tuple[Made, ...] = ()
    helpers: tuple[Helper, ...] = ()
    devices_in: str | None = None
    kconfig: str | None = None
    sets: Mapping[str, object] = field(default_factory=dict)

    @property
    def boots(self) -> bool:
        """Whether the base has an init function of its own, which boots the machine."""
        return self.devices_in is not None

    def class_field(self, name: str) -> BaseField | None:
        """The class field ``name``, if the base adds it."""
        return next((f for f in self.fields if f.name == name), None)

    def helper(self, name: str) -> Helper | None:
        """The function ``name`` for class_init, if the base exports it."""
        return next((h for h in self.helpers if h.name == name), None)


MACHINE = Base(
    name="machine",
    type="machine",
    macro="TYPE_MACHINE",
    header="hw/boards.h",
    struct="MachineState",
    cast="MACHINE",
    handle="machine",
)
_FWCFG_DMA = BaseField("fwcfg_dma_enabled", Kind.TRUTH)
_APIC_XRUPT = BaseField("apic_xrupt_override", Kind.TRUTH)
X86 = Base(
    name="x86",
    type="x86-machine",
    macro="TYPE_X86_MACHINE",
    header="hw/i386/x86.h",
    struct="X86MachineState",
    cast="X86_MACHINE",
    handle="x86ms",
    arches=("x86_64",),
    class_struct="X86MachineClass",
    class_cast="X86_MACHINE_CLASS",
    class_handle="x86mc",
    fields=(_FWCFG_DMA, _APIC_XRUPT),
)
_ASPEED = Base(
    name="aspeed",
    type="aspeed-machine",
    macro="TYPE_ASPEED_MACHINE",
    header="hw/arm/aspeed.h",
    struct="AspeedMachineState",
    cast="ASPEED_MACHINE",
    handle="bmc",
    arches=("arm", "aarch64"),
    class_struct="AspeedMachineClass",
    class_cast="ASPEED_MACHINE_CLASS",
    class_handle="amc",
    fields=(
        BaseField("soc_name", Kind.TEXT, "aspeed-soc"),
        BaseField("hw_strap1", Kind.NUMBER),
        BaseField("hw_strap2", Kind.NUMBER),
        BaseField("fmc_model", Kind.TEXT, "m25p80-generic"),
        BaseField("spi_model", Kind.TEXT, "m25p80-generic"),
        BaseField("spi2_model", Kind.TEXT, "m25p80-generic"),
        BaseField("num_cs", Kind.NUMBER),
        BaseField("num_cs2", Kind.NUMBER),
        BaseField("macs_mask", Kind.NUMBER),
        BaseField("uart_default", Kind.NUMBER),
        BaseField("sdhci_wp_inverted", Kind.TRUTH),
        BaseField("vbootrom", Kind.TRUTH),
    ),
    made=(Made("soc", "soc_name", "soc", "AspeedSoCState"),),
    helpers=(
        Helper(
            "aspeed_machine_class_init_cpus_defaults",
            "mc",
            ("soc_name",),
            ("default_cpus", "min_cpus", "max_cpus", "valid_cpu_types"),
        ),
        Helper("aspeed_machine_ast2600_class_emmc_init", "oc"),
    ),
    devices_in="i2c_init",
    kconfig="ASPEED_SOC",
    sets={"default_ram_id": "ram"},
)
_NPCM7XX = Base(
    name="npcm7xx",
    type="npcm7xx-machine",
    macro="TYPE_NPCM7XX_MACHINE",
    header="hw/arm/npcm7xx.h",
    struct="NPCM7xxMachine",
    cast="NPCM7XX_MACHINE",
    handle="nm",
    arches=("arm",),
    class_struct="NPCM7xxMachineClass",
    class_cast="NPCM7XX_MACHINE_CLASS",
    class_handle="nmc",
    fields=(BaseField("soc_type", Kind.TEXT, "npcm7xx"),),
    kconfig="NPCM7XX",
    sets={"default_ram_id": "ram", "valid_cpu_types": ("cortex-a9-arm-cpu",)},
)
_NPCM8XX = replace(
    _NPCM7XX,
    name="npcm8xx",
    type="npcm8xx-machine",
    macro="TYPE_NPCM8XX_MACHINE",
    header="hw/arm/npcm8xx.h",
    struct="NPCM8xxMachine",
    cast="NPCM8XX_MACHINE",
    arches=("aarch64",),
    class_struct="NPCM8xxMachineClass",
    class_cast="NPCM8XX_MACHINE_CLASS",
    fields=(BaseField("soc_type", Kind.TEXT, "npcm8xx"),),
    kconfig="NPCM8XX",
    sets={"default_ram_id": "ram", "valid_cpu_types": ("cortex-a35-arm-cpu",)},
)

# Each release adds to the one before it, or changes what that has. Before 10.2 there are
# bases for Aspeed and NPCM8xx too, but the one is kept in its own file, and the header of
# the other does not stand by itself.
_ADDED: dict[str, tuple[Base, ...]] = {
    "7.2": (MACHINE, replace(X86, fields=(_FWCFG_DMA,)), _NPCM7XX),
    "9.0": (X86,),
    "10.2": (_NPCM8XX, _ASPEED),
    "11.0": (replace(X86, fields=(_APIC_XRUPT,)),),
}


def _releases() -> dict[str, dict[str, Base]]:
    table: dict[str, dict[str, Base]] = {}
    known: dict[str, Base] = {}
    for release in TARGETS:
        known = known | {base.name: base for base in _ADDED.get(release, ())}
        table[release] = known
    return table


_RELEASES = _releases()
NAMES = tuple(list(_RELEASES.values())[-1])
"""The names of all bases, as specs use them."""


def find(name: str, release: str) -> Base | None:
    """The base ``name`` as ``release`` has it; None where it keeps it to itself."""
    return _RELEASES[release].get(name)


def releases_with(name: str) -> tuple[str, ...]:
    """The releases in which a board can derive from the base ``name``."""
    return tuple(release for release in TARGETS if name in _RELEASES[release])


def all_bases() -> Iterator[Base]:
    """Every base, as the newest release that has it knows it."""
    newest: dict[str, Base] = {}
    for known in _RELEASES.values():
        newest |= known
    yield from newest.values()
