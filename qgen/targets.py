"""QEMU releases as sets of features.

A leaf. The one place that knows what changed in which release; code asks a `Target` for
a feature and never compares versions. Sources: QEMU's headers at each release.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import Path

from qgen.frozen import frozen


class Feature(Enum):
    """Something that a release of QEMU has or does; the absence is the older way."""

    WHOLE_HEADERS = auto()
    """``hw/misc/sifive_e_prci.h`` and others include what they need."""
    PLIC_OF_ANY_HARTS = auto()
    """``sifive_plic_create`` wires harts of any numbers, before those from 0 on."""
    DEFAULT_NIC = auto()
    """``MachineClass.default_nic``; before, who makes the NICs names their type."""
    CPU_TYPE_NAMES_IN_QOM = auto()
    """``target/{ppc,riscv}/cpu-qom.h`` make names of CPU types, before ``cpu.h``."""
    ISA_INPUT_IRQS = auto()
    """``isa_bus_register_input_irqs``, before ``isa_bus_irqs``."""
    DMA_OF_A_MACHINE = auto()
    """``i8257_dma_init`` takes the parent of what it makes."""
    MULTIFUNCTION_BY_NAME = auto()
    """``pci_new_multifunction`` takes no truth that says whether it is one."""
    NUMA_CLUSTERS = auto()
    """``MachineClass.cpu_cluster_has_numa_boundary``."""
    CONST_VALID_CPU_TYPES = auto()
    """``valid_cpu_types`` points to const pointers."""
    AUDIODEV_OF_MACHINE = auto()
    """Machines have an ``audiodev`` property; before, devices find the back end."""
    ARRAY_PROPERTIES = auto()
    """``qdev_prop_set_array``, before a property for the length and one an element."""
    TIME_BASE_RESET = auto()
    """``cpu_ppc_tb_reset``; before, no reset stops PowerPC's time base."""
    MEMORY_SAYS_IF_IT_FAILED = auto()
    """``memory_region_init_ram`` and its like return a truth, before nothing."""
    NICS_BY_TYPE = auto()
    """NICs are found by their type; before, they are places of ``nd_table``."""
    ONLY_CPU_IS_DEFAULT = auto()
    """The only valid CPU type is the default as well."""
    ONLY_CPU_IS_TOLD = auto()
    """``query-machines`` tells the only valid CPU type as the default."""
    ARM_QOM_HEADERS = auto()
    """``target/arm/{cpu-qom,gtimer}.h`` have the names of CPU types and lines."""
    IDE_DEVICE_HEADER = auto()
    """``hw/ide/ide-dev.h``, before ``hw/ide.h``."""
    X86_BIOS_OF_X86_MACHINE = auto()
    """``x86_bios_rom_init`` takes an ``X86MachineState *``."""
    FW_CFG_TAKES_E820 = auto()
    """``fw_cfg_add_e820``, before a file of ``e820_table``."""
    SMBIOS_DEVICE_SIZE = auto()
    """``MachineClass.smbios_memory_device_size``."""
    SYSTEM_HEADERS = auto()
    """``system/``, before ``sysemu/``."""
    QOBJECT_HEADERS = auto()
    """``qobject/``, before ``qapi/qmp/``."""
    SD_CARD_ON_DEMAND = auto()
    """``auto_create_sdcard``, before ``no_sdcard``."""
    ELF_BYTE_ORDER = auto()
    """``load_elf`` takes ``ELFDATA2LSB`` or ``ELFDATA2MSB``, before a truth."""
    RISCV_FIRMWARE_ENTRY = auto()
    """``riscv_find_and_load_firmware`` tells where the firmware starts."""
    RISCV_KERNEL_OF_MACHINE = auto()
    """``riscv_load_kernel`` takes the machine and its harts, and loads the initrd."""
    RISCV_BOOT_INFO = auto()
    """``RISCVBootInfo``, from which the kernel is loaded."""
    MEMORY_API_IN_SYSTEM = auto()
    """``system/memory.h`` and ``system/address-spaces.h``, before in ``exec/``."""
    CONST_CLASS_INIT = auto()
    """``class_init`` takes ``const void *``."""
    CONST_INTERFACES = auto()
    """``TypeInfo.interfaces`` points to const data."""
    ARM_MACHINE_INTERFACES = auto()
    """Arm machines name the binaries that list them (``hw/arm/machines-qom.h``)."""
    LOAD_IMAGE_ERRP = auto()
    """``load_image_targphys`` takes ``Error **errp``."""
    HEADERS_IN_CORE = auto()
    """``hw/core/`` has the headers of what all devices share, before ``hw/``."""
    NO_SMBUS_MIGRATION_FLAG = auto()
    """``MachineClass.smbus_no_migration_support`` is gone, and ``hw_version``."""
    FW_CFG_BY_DMA = auto()
    """``fw_cfg_init_mem_dma``, before ``fw_cfg_init_mem_wide``."""


@frozen(slots=False)
class Target:
    """A release and its features.

    ``catalog`` is the folder of the device types of a QEMU of one's own.
    """

    release: str
    features: frozenset[Feature]
    catalog: Path | None = None

    def has(self, feature: Feature) -> bool:
        """Whether this release has ``feature``."""
        return feature in self.features


# Each release adds to the one before it.
_ADDED: dict[str, tuple[Feature, ...]] = {
    "7.2": (),
    "8.0": (
        Feature.RISCV_KERNEL_OF_MACHINE,
        Feature.ISA_INPUT_IRQS,
        Feature.WHOLE_HEADERS,
        Feature.PLIC_OF_ANY_HARTS,
    ),
    "8.1": (
        Feature.DEFAULT_NIC,
        Feature.CPU_TYPE_NAMES_IN_QOM,
        Feature.MULTIFUNCTION_BY_NAME,
        Feature.NUMA_CLUSTERS,
    ),
    "8.2": (
        Feature.CONST_VALID_CPU_TYPES,
        Feature.AUDIODEV_OF_MACHINE,
        Feature.ARRAY_PROPERTIES,
        Feature.TIME_BASE_RESET,
    ),
    "9.0": (
        Feature.DMA_OF_A_MACHINE,
        Feature.MEMORY_SAYS_IF_IT_FAILED,
        Feature.NICS_BY_TYPE,
        Feature.ONLY_CPU_IS_DEFAULT,
        Feature.ARM_QOM_HEADERS,
        Feature.IDE_DEVICE_HEADER,
    ),
    "9.1": (
        Feature.X86_BIOS_OF_X86_MACHINE,
        Feature.FW_CFG_TAKES_E820,
        Feature.SMBIOS_DEVICE_SIZE,
    ),
    "9.2": (Feature.RISCV_FIRMWARE_ENTRY,),
    "10.0": (
        Feature.ONLY_CPU_IS_TOLD,
        Feature.SYSTEM_HEADERS,
        Feature.QOBJECT_HEADERS,
        Feature.SD_CARD_ON_DEMAND,
        Feature.ELF_BYTE_ORDER,
        Feature.RISCV_BOOT_INFO,
    ),
    "10.1": (
        Feature.MEMORY_API_IN_SYSTEM,
        Feature.CONST_CLASS_INIT,
        Feature.CONST_INTERFACES,
    ),
    "10.2": (Feature.ARM_MACHINE_INTERFACES, Feature.LOAD_IMAGE_ERRP),
    "11.0": (
        Feature.HEADERS_IN_CORE,
        Feature.NO_SMBUS_MIGRATION_FLAG,
        Feature.FW_CFG_BY_DMA,
    ),
}


def _table() -> dict[str, Target]:
    table: dict[str, Target] = {}
    features: frozenset[Feature] = frozenset()
    for release, added in _ADDED.items():
        features |= frozenset(added)
        table[release] = Target(release, features)
    return table


TARGETS: dict[str, Target] = _table()
"""The releases that C can be written for, oldest first."""
NEWEST = list(TARGETS.values())[-1]


def first_with(feature: Feature) -> str:
    """The first release that has ``feature``."""
    return next(r for r, added in _ADDED.items() if feature in added)


def last_without(feature: Feature) -> str:
    """The last release before the one that brought ``feature``."""
    releases = list(_ADDED)
    return releases[releases.index(first_with(feature)) - 1]


def unknown(release: str) -> str | None:
    """Why C cannot be written for ``release``; None where it can."""
    if release in TARGETS:
        return None
    return f"qgen does not know QEMU {release}; qgen writes C for {', '.join(TARGETS)}"


_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:\.\d+)?")


def release_of(version: str) -> str | None:
    """The release of a version ("10.2.2" is of "10.2"); None for what is none.

    A version on its way to the next release is taken for that one, and where qgen does
    not know that, for the one before.
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    release = f"{found[1]}.{found[2]}"
    if not on_its_way(version):
        return release
    after = (
        f"{int(found[1]) + 1}.0"
        if found[2] == "2"
        else f"{found[1]}.{int(found[2]) + 1}"
    )
    return after if after in TARGETS else release


def on_its_way(version: str) -> bool:
    """Whether a version is of the time between releases.

    QEMU calls the tree that becomes the next release by a third number of 50 or more.
    """
    found = _VERSION.fullmatch(version)
    return found is not None and int(found[3] or 0) >= 50
