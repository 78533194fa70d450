"""What boards use of QEMU's headers beside functions: constants, structs, casts.

A leaf of facts, each as the releases of QEMU have it. Functions are in `qgen.check.api`.
"""

from __future__ import annotations

from typing import NamedTuple

from qgen.bases import Kind, all_bases
from qgen.check.ctype import (
    BOOL,
    INT,
    LONG,
    NULL,
    STRING,
    ULONG,
    UNSIGNED,
    VOID,
    Array,
    CType,
    Pointer,
    Signature,
    Struct,
    from_text,
)


class Sentinel(NamedTuple):
    """A pointer to something that only its name is known of."""

    name: str


ERROR_FATAL = Sentinel("error_fatal")
ERROR_ABORT = Sentinel("error_abort")
ADDRESS_SPACES = {
    name: Sentinel(f"the address space {name!r}") for name in ("memory", "io")
}
ERRP = Sentinel("errp")
"""What a function is given to say in what went wrong."""

E820_TABLE = Sentinel("e820_table")
E820_BYTES = 20
"""The size of one entry of that table."""

_CPU_LINES = ("ARM_CPU_IRQ", "ARM_CPU_FIQ", "ARM_CPU_VIRQ", "ARM_CPU_VFIQ")
_PPC6XX = ("HRESET", "SRESET", "CKSTP_IN", "MCP", "SMI", "INT", "TBEN", "WAKEUP")
_TIMERS = ("GTIMER_PHYS", "GTIMER_VIRT", "GTIMER_HYP", "GTIMER_SEC")
_FW_CFG = """SIGNATURE ID UUID RAM_SIZE NOGRAPHIC NB_CPUS MACHINE_ID KERNEL_ADDR
KERNEL_SIZE KERNEL_CMDLINE INITRD_ADDR INITRD_SIZE BOOT_DEVICE NUMA BOOT_MENU MAX_CPUS
KERNEL_ENTRY KERNEL_DATA INITRD_DATA CMDLINE_ADDR CMDLINE_SIZE CMDLINE_DATA SETUP_ADDR
SETUP_SIZE SETUP_DATA FILE_DIR"""
_FW_CFG_PPC = """WIDTH HEIGHT DEPTH TBFREQ CLOCKFREQ IS_KVM KVM_HC KVM_PID NVRAM_ADDR
BUSFREQ NVRAM_FLAT VIACONFIG"""
_E820 = ("RAM", "RESERVED", "ACPI", "NVS", "UNUSABLE")
_CONDUITS = ("DISABLED", "SMC", "HVC")
INTERFACES = (
    "none",
    "ide",
    "scsi",
    "floppy",
    "pflash",
    "mtd",
    "sd",
    "virtio",
    "xen",
)
"""The names of BlockInterfaceType, at the place of their value."""
ENDIANS = ("NATIVE", "BIG", "LITTLE")
"""The names of enum device_endian, at the place of their value."""

CONSTANTS: dict[str, tuple[CType, object]] = {
    "KiB": (LONG, 1 << 10),
    "MiB": (LONG, 1 << 20),
    "GiB": (LONG, 1 << 30),
    "TiB": (LONG, 1 << 40),
    "true": (INT, 1),
    "false": (INT, 0),
    "NULL": (NULL, None),
    "MAX_IDE_DEVS": (INT, 2),
    "EXIT_SUCCESS": (INT, 0),
    "EXIT_FAILURE": (INT, 1),
    "QEMU_FILE_TYPE_BIOS": (INT, 0),
    "QEMU_FILE_TYPE_KEYMAP": (INT, 1),
    "CPU_VERSION_LATEST": (INT, -1),
    "CPU_VERSION_AUTO": (INT, -2),
    "CPU_VERSION_LEGACY": (INT, 0),
    **{f"E820_{name}": (INT, v) for v, name in enumerate(_E820, 1)},
    "ELFDATA2LSB": (INT, 1),
    "ELFDATA2MSB": (INT, 2),
    "EM_PPC": (INT, 20),
    "EM_PPC64": (INT, 21),
    "EM_ARM": (INT, 40),
    "EM_X86_64": (INT, 62),
    "EM_RISCV": (INT, 243),
    "EM_AARCH64": (INT, 183),
    "PPC_ELF_MACHINE": (INT, 20),
    "TYPE_TARGET_ARM_MACHINE": (STRING, "target-info-arm-machine"),
    "TYPE_TARGET_AARCH64_MACHINE": (STRING, "target-info-aarch64-machine"),
    "TYPE_FW_PATH_PROVIDER": (STRING, "fw-path-provider"),
    "TYPE_HOTPLUG_HANDLER": (STRING, "hotplug-handler"),
    "TYPE_NMI": (STRING, "nmi"),
    **{base.macro: (STRING, base.type) for base in all_bases()},
    "TYPE_DEVICE": (STRING, "device"),
    "TYPE_SYS_BUS_DEVICE": (STRING, "sys-bus-device"),
    **{name: (INT, value) for value, name in enumerate(_CPU_LINES)},
    **{name: (INT, value) for value, name in enumerate(_TIMERS)},
    **{f"PPC6xx_INPUT_{name}": (INT, v) for v, name in enumerate(_PPC6XX)},
    **{f"QEMU_PSCI_CONDUIT_{n}": (INT, v) for v, n in enumerate(_CONDUITS)},
    "PCI_NUM_PINS": (INT, 4),
    "GIC_FDT_IRQ_TYPE_SPI": (INT, 0),
    "GIC_FDT_IRQ_TYPE_PPI": (INT, 1),
    "GIC_FDT_IRQ_FLAGS_EDGE_LO_HI": (INT, 1),
    "GIC_FDT_IRQ_FLAGS_EDGE_HI_LO": (INT, 2),
    "GIC_FDT_IRQ_FLAGS_LEVEL_HI": (INT, 4),
    "GIC_FDT_IRQ_FLAGS_LEVEL_LO": (INT, 8),
    "GIC_FDT_IRQ_PPI_CPU_START": (INT, 8),
    **{f"FW_CFG_{n}": (INT, v) for v, n in enumerate(_FW_CFG.split())},
    **{f"FW_CFG_PPC_{n}": (INT, 0x8000 + v) for v, n in enumerate(_FW_CFG_PPC.split())},
    **{f"IF_{name.upper()}": (INT, v) for v, name in enumerate(INTERFACES)},
    **{f"DEVICE_{name}_ENDIAN": (INT, v) for v, name in enumerate(ENDIANS)},
    **{
        name: (Array(Struct("InterfaceInfo"), None), Sentinel(name))
        for name in (
            "arm_machine_interfaces",
            "aarch64_machine_interfaces",
            "arm_aarch64_machine_interfaces",
        )
    },
}
"""Type and value of the constants that QEMU's headers define."""


class RiscvLoad:
    """What QEMU's loader of RISC-V finds in images, told apart from all else."""

    ENTRY = 0x40
    """How far behind the start of an image its code begins."""
    SIZE = 0x4_2345
    TREE = 0x8E60_0000
    """Where it wants the device tree."""
    INITRD = 0x8433_0000
    FIRMWARE = "the OpenSBI of the harts"
    """What QEMU loads by itself."""
    OPENSBI = "opensbi-riscv64-generic-fw_dynamic.bin"
    """The same, by the name of its file."""
    _STEP = 2 << 20

    @classmethod
    def behind(cls, end: int) -> int:
        """Where a kernel goes behind firmware that ends there."""
        return -(-end // cls._STEP) * cls._STEP


GRAPHICS = {"graphic_width": 1111, "graphic_height": 777, "graphic_depth": 15}
"""QEMU's variables that -g sets, and what they hold here."""

TYPE_NAMES = {
    "MACHINE_TYPE_NAME": "-machine",
    "ARM_CPU_TYPE_NAME": "-arm-cpu",
    "POWERPC_CPU_TYPE_NAME": "-powerpc-cpu",
    "RISCV_CPU_TYPE_NAME": "-riscv-cpu",
    "X86_CPU_TYPE_NAME": "-x86_64-cpu",
}
"""Macros that make a QOM type's name out of a string literal, and their suffixes."""

CASTS = {
    "OBJECT": "Object",
    "MACHINE_CLASS": "MachineClass",
    "MACHINE_GET_CLASS": "MachineClass",
    **{base.cast: base.struct for base in all_bases()},
    **{b.class_cast or "": b.class_struct or "" for b in all_bases() if b.class_cast},
    "DEVICE": "DeviceState",
    "MEMORY_REGION": "MemoryRegion",
    "DEVICE_CLASS": "DeviceClass",
    "SYS_BUS_DEVICE": "SysBusDevice",
    "BUS": "BusState",
    "FW_CFG": "FWCfgState",
    "MACIO_IDE": "MACIOIDEState",
    "I2C_BUS": "I2CBus",
    "PCI_BUS": "PCIBus",
    "PCI_DEVICE": "PCIDevice",
    "PCI_HOST_BRIDGE": "PCIHostState",
    "ISA_BUS": "ISABus",
    "SSI_BUS": "SSIBus",
    "CPU": "CPUState",
    "ARM_CPU": "ARMCPU",
    "POWERPC_CPU": "PowerPCCPU",
    "X86_CPU": "X86CPU",
}
"""QOM's cast macros, and the struct that each casts to."""

LOADED = {"RISCV_HART_ARRAY": "RISCVHartArrayState"}
"""The same of devices that boot loaders want, wherever they lie."""

CPU_STRUCTS = {
    "ARMCPU": "-arm-cpu",
    "PowerPCCPU": "-powerpc-cpu",
    "RISCVCPU": "-riscv-cpu",
    "X86CPU": "-x86_64-cpu",
}
"""The struct of an architecture's CPUs, and how the names of their types end."""

INIT = Signature(VOID, (Pointer(Struct("MachineState")),))
INSTANCE_INIT = Signature(VOID, (Pointer(Struct("Object")),))
REALIZE = Signature(
    VOID, (Pointer(Struct("DeviceState")), Pointer(Pointer(Struct("Error"))))
)
CLASS_INIT = Signature(VOID, (Pointer(Struct("ObjectClass")), NULL))
RESET = Signature(VOID, (NULL,))
BOOT_HOOK = Signature(
    VOID, (Pointer(Struct("ARMCPU")), Pointer(Struct("arm_boot_info")))
)
HANDLER = Signature(VOID, (NULL, INT, INT))
GET_DTB = Signature(NULL, (Pointer(Struct("arm_boot_info")), Pointer(INT)))
READ = Signature(ULONG, (NULL, ULONG, UNSIGNED))
WRITE = Signature(VOID, (NULL, ULONG, ULONG, UNSIGNED))


def _fields(**groups: str) -> dict[str, CType]:
    """Fields by the name of their type."""
    return {n: from_text(t) for t, names in groups.items() for n in names.split()}


_STRINGS = """family alias desc deprecation_reason default_machine_opts hw_version
default_boot_order default_display default_nic default_cpu_type default_ram_id"""
_TRUTHS = """no_serial no_parallel no_floppy no_cdrom pci_allow_0_address is_default
auto_create_sdcard no_sdcard default_kernel_irqchip_split option_rom_has_mr rom_file_has_mr
has_hotpluggable_cpus ignore_memory_transaction_failures auto_enable_numa_with_memhp
auto_enable_numa_with_memdev ignore_boot_device_suffixes smbus_no_migration_support
nvdimm_supported numa_mem_supported auto_enable_numa cpu_cluster_has_numa_boundary"""
_COUNTS = """block_default_type units_per_default_bus max_cpus min_cpus default_cpus
minimum_page_bits numa_mem_align_shift"""
_MACHINE_STRINGS = (
    "cpu_type",
    "firmware",
    "kernel_filename",
    "kernel_cmdline",
    "initrd_filename",
    "dtb",
    "audiodev",
)
_BOOT_ADDRESSES = """ram_size loader_start dtb_start dtb_limit smp_loader_start
smp_bootreg_addr gic_cpu_if_addr board_setup_addr"""
_BOOT_HOOKS = "write_board_setup write_secondary_boot secondary_cpu_reset_hook"

STRUCTS: dict[str, dict[str, CType]] = {
    "MachineState": {
        "fdt": NULL,
        "ram": Pointer(Struct("MemoryRegion")),
        "smp": Struct("CpuTopology"),
        "ram_size": ULONG,
        "usb": BOOL,
        "usb_disabled": BOOL,
        **dict.fromkeys(_MACHINE_STRINGS, STRING),
    },
    "CpuTopology": _fields(unsigned="cpus max_cpus"),
    "X86MachineState": _fields(
        uint64_t="below_4g_mem_size above_4g_mem_size above_4g_mem_start"
    ),
    "MachineClass": {
        "init": Pointer(INIT),
        "valid_cpu_types": Pointer(STRING),
        "default_ram_size": ULONG,
        "smbios_memory_device_size": ULONG,
        **dict.fromkeys(_STRINGS.split(), STRING),
        **_fields(bool=_TRUTHS, int=_COUNTS),
    },
    "TypeInfo": {
        "name": STRING,
        "parent": STRING,
        "instance_size": ULONG,
        "instance_init": Pointer(INSTANCE_INIT),
        "class_init": Pointer(CLASS_INIT),
        "interfaces": Pointer(Struct("InterfaceInfo")),
    },
    "DeviceClass": {"realize": Pointer(REALIZE), "user_creatable": BOOL},
    "MemoryRegionOps": {
        "read": Pointer(READ),
        "write": Pointer(WRITE),
        "endianness": INT,
    },
    "MemMapEntry": _fields(hwaddr="base size"),
    "arm_boot_info": {
        **_fields(hwaddr=_BOOT_ADDRESSES, int="board_id psci_conduit"),
        **_fields(
            bool="secure_boot secure_board_setup skip_dtb_autoload firmware_loaded"
        ),
        **dict.fromkeys(_BOOT_HOOKS.split(), Pointer(BOOT_HOOK)),
        "get_dtb": Pointer(GET_DTB),
    },
    "RISCVBootInfo": _fields(hwaddr="image_low_addr"),
    "NICInfo": _fields(int="used"),
    "ARMCPU": {"dtb_compatible": STRING},
    "PowerPCCPU": {"env": Struct("CPUPPCState")},
    "PCIHostState": {"bus": Pointer(Struct("PCIBus"))},
}
"""The fields of QEMU's structs that boards use."""

_HOLDS: dict[Kind, CType] = {Kind.TRUTH: BOOL, Kind.NUMBER: UNSIGNED, Kind.TEXT: STRING}
for _base in all_bases():
    STRUCTS.setdefault(_base.struct, {}).update(
        {made.field: Pointer(Struct(made.struct)) for made in _base.made}
    )
    if _base.class_struct is not None:
        STRUCTS[_base.class_struct] = {f.name: _HOLDS[f.kind] for f in _base.fields}
        if _base.devices_in is not None:
            callback = Signature(VOID, (Pointer(Struct(_base.struct)),))
            STRUCTS[_base.class_struct][_base.devices_in] = Pointer(callback)

READ_ONLY = (
    "MachineState",
    "CpuTopology",
    "ARMCPU",
    "PowerPCCPU",
    "PCIHostState",
    "NICInfo",
    *(base.struct for base in all_bases() if base.made),
)
"""The structs that a board does not write to."""
WRITTEN = (("MachineState", "fdt"), ("MachineState", "usb"))
"""But for these fields of theirs."""

_SCALARS = "bool size_t gsize ssize_t hwaddr ram_addr_t"
_INTEGERS = " ".join(f"int{bits}_t uint{bits}_t" for bits in (8, 16, 32, 64))
_OPAQUE = """ObjectClass MemoryRegion Clock Chardev DriveInfo BlockBackend
ObjectProperty qemu_irq ISABus AddressSpace BusState Error QList
CPUPPCState InterfaceInfo e820_entry"""
TYPES = frozenset(
    {
        *STRUCTS,
        *CASTS.values(),
        *LOADED.values(),
        *f"{_SCALARS} {_INTEGERS} {_OPAQUE}".split(),
    }
    | {made.struct for base in all_bases() for made in base.made} - {"arm_boot_info"}
)
"""The type names that C needs no ``struct`` before."""

FORMATS: dict[str, CType] = {
    "lu": ULONG,
    "lx": ULONG,
    "s": STRING,
    "d": INT,
    "u": UNSIGNED,
    "x": UNSIGNED,
}
"""The conversions of a format, and what each takes."""
