"""The machine and the SoC as a whole, with CPUs, constants and class fields."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from qgen.spec.model.base import Model, as_items, as_list, as_mapping
from qgen.spec.model.conditions import PropertyText
from qgen.spec.model.device_tree import DeviceTree
from qgen.spec.model.devices import Bus, Clock, Device, Gpio
from qgen.spec.model.firmware import Boot, FwCfg, Hooks
from qgen.spec.model.memory import MapEntry, Ram, Region, Rom
from qgen.spec.names import (
    BaseName,
    ChoiceName,
    ConstantName,
    CpuName,
    DeviceName,
    EntryName,
    ExportedLines,
    FunctionName,
    HeaderName,
    MachineName,
    MachinePropertyName,
    PropertyName,
    RegionName,
    SocName,
    SpecFile,
    TypeName,
)
from qgen.spec.numbers import CpuNumber, Expression, Frequency, Integer32, Size, Truth
from qgen.spec.texts import Comment, Description, Label, Text
from qgen.spec.values import Choice, ClassValue


class Constant(Model):
    """A named constant: a #define of the board, or a name that a QEMU header has."""

    value: Expression
    """The number that it stands for."""
    header: HeaderName | None = None
    """The header of QEMU's that has the name; the C checks the value."""
    comment: Comment | None = None
    """What stands behind it in the C: ``Of each CPU``."""


class Timebase(Model):
    """The time base of PowerPC CPUs; ``reset``: it starts anew with the machine."""

    frequency: Frequency
    """How fast it counts: ``25 MHz``."""
    reset: Truth = False
    """It starts anew with the machine."""


class Cpus(Model):
    """The CPUs of the machine."""

    default: CpuName | None = None
    """The CPU without -cpu."""
    valid: tuple[CpuName, ...] = ()
    """The CPUs that -cpu may name; any if not given: ``[cortex-m3]``."""
    min: CpuNumber | None = None
    """The fewest of -smp: ``1``."""
    max: CpuNumber | None = None
    """The most of -smp: ``4``."""
    default_count: CpuNumber | None = None
    """How many without -smp: ``2``."""
    created_by: DeviceName | None = None
    """The device that makes the CPU, where the board does not: ``armv7m``."""
    properties: dict[PropertyName, PropertyText] = {}
    """Properties of each CPU: ``{has_el3: false}``."""
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    """Where outputs of each CPU lead, numbered 'cpu': ``{name: timer-phys, to: "gic[30 +
    32 * cpu]"}``.
    """
    timebase: Annotated[Timebase, BeforeValidator(as_mapping("frequency"))] | None = (
        None
    )
    """PowerPC: how fast the time base counts: ``25 MHz``, ``{frequency: 25 MHz, reset:
    true}``.
    """

    @property
    def usual(self) -> str | None:
        """The CPU that QEMU takes without -cpu: the default, or the only valid one."""
        default: str | None = self.default
        if default is None and len(self.valid) == 1:
            return str(self.valid[0])
        return default


class MachineProperty(Model):
    """A property of the machine, which -M sets: a truth value, or one of ``values``.

    ``of``: the class has it, or each instance gets it, which shows in -M help no more.
    """

    type: Literal["bool"] | None = None
    """It is a truth value; otherwise one of 'values'."""
    values: dict[ChoiceName, Expression] = {}
    """What -M may choose, and the number that each stands for: ``{qspi: 1, sd: 5}``."""
    default: Choice
    """The value without -M."""
    description: Label
    """What -M NAME,help says of it: ``Where the board boots from``."""
    write_only: Truth = False
    """It can be set, and not be read."""
    of: Literal["class", "instance"] = "class"
    """Whether the class has it or each instance gets it."""


Interface = Literal["fw-path-provider", "hotplug-handler", "nmi"]
BlockInterface = Literal[
    "none", "ide", "scsi", "floppy", "pflash", "mtd", "sd", "virtio", "xen"
]


class MachineClass(Model):
    """Fields of QEMU's MachineClass, by their names there, and those that a base adds."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ClassValue]

    alias: MachineName | None = None
    """Another name for -M: ``virt``."""
    auto_create_sdcard: Truth | None = None
    """An SD card is there without -drive."""
    auto_enable_numa: Truth | None = None
    """-numa is implied where there is something to say."""
    auto_enable_numa_with_memdev: Truth | None = None
    """The same for RAM with a back end of its own."""
    auto_enable_numa_with_memhp: Truth | None = None
    """The same for memory that is plugged in."""
    block_default_type: BlockInterface | None = None
    """The interface of -drive without if=."""
    cpu_cluster_has_numa_boundary: Truth | None = None
    """CPUs of one cluster are in one NUMA node."""
    default_boot_order: Text | None = None
    """The order of -boot: ``cd``."""
    default_display: Text | None = None
    """The card of -vga without one: ``std``."""
    default_kernel_irqchip_split: Truth | None = None
    """KVM has half of the interrupt controller."""
    default_machine_opts: Text | None = None
    """What -M is given besides: ``firmware=bios.bin``."""
    default_nic: TypeName | None = None
    """The network card without -nic: ``virtio-net-pci``."""
    deprecation_reason: Text | None = None
    """Why it will go, which QEMU then warns of: ``use my-board-2``."""
    family: Text | None = None
    """The family that it belongs to: ``my-boards``."""
    has_hotpluggable_cpus: Truth | None = None
    """CPUs can be plugged in."""
    ignore_boot_device_suffixes: Truth | None = None
    """Boot devices are told without their last part."""
    ignore_memory_transaction_failures: Truth | None = None
    """Accesses to nothing are silently ignored."""
    is_default: Truth | None = None
    """It is the machine without -M."""
    minimum_page_bits: Integer32 | None = None
    """The smallest page that QEMU may assume, as its bits: ``12``."""
    no_cdrom: Truth | None = None
    """There is no CD-ROM without -drive."""
    no_floppy: Truth | None = None
    """There is no floppy disk without -drive."""
    no_parallel: Truth | None = None
    """There is no parallel port without -parallel."""
    no_serial: Truth | None = None
    """There is no serial port without -serial."""
    numa_mem_align_shift: Integer32 | None = None
    """The alignment of a NUMA node's RAM, as bits: ``20``."""
    numa_mem_supported: Truth | None = None
    """-numa node,mem= is taken."""
    nvdimm_supported: Truth | None = None
    """NVDIMMs can be plugged in."""
    option_rom_has_mr: Truth | None = None
    """Option ROMs have regions of their own."""
    pci_allow_0_address: Truth | None = None
    """A PCI BAR may be at address 0."""
    rom_file_has_mr: Truth | None = None
    """ROM files have regions of their own."""
    smbios_memory_device_size: Size | None = None
    """The largest memory device in SMBIOS tables."""
    smbus_no_migration_support: Truth | None = None
    """The SMBus is left out of migration."""
    units_per_default_bus: Integer32 | None = None
    """Drives on each bus of 'block_default_type': ``2``."""


class Composite(Model):
    """What a machine and a SoC are both made of."""

    constants: dict[
        ConstantName, Annotated[Constant, BeforeValidator(as_mapping("value"))]
    ] = {}
    """Named numbers, which become #defines of the C: ``{NUM_IRQS: 32}``, ``{LEN: {value:
    24, header: hw/acpi/memory_hotplug.h}}``.
    """
    map: dict[EntryName, MapEntry] = {}
    """The table of addresses (MemMapEntry): ``{UART: {base: 0x0900_0000, size: 0x1000}}``.
    """
    memory: dict[RegionName, Region] = {}
    """Regions of memory by name: ``{sram: {kind: ram, at: 0x2000_0000, size: 64 KiB}}``."""
    clocks: dict[
        DeviceName, Annotated[Clock, BeforeValidator(as_mapping("frequency"))]
    ] = {}
    """Clocks by name: ``{sysclk: 168 MHz}``, ``{ref: {source: sysclk, divide: 8}}``."""
    devices: dict[DeviceName, Device] = {}
    """Devices by name; they are made in this order: ``{uart0: {type: pl011, at:
    0x4000_0000}}``.
    """

    @property
    def main_ram(self) -> Ram | None:
        """The RAM of -m, which only a machine has."""
        return None

    @property
    def own_buses(self) -> Mapping[str, Bus]:
        """The buses that no device has, which only a machine makes."""
        return {}


class Exports(Model):
    """Lines of devices inside a SoC that become its own.

    ``gpios``: all the unnamed GPIO lines of a device, or those with a name
    (``gpio.reset``); ``irqs``: all the IRQ outputs of a sysbus device.
    """

    gpios: Annotated[tuple[ExportedLines, ...], BeforeValidator(as_items)] = ()
    """GPIO lines of a device, or those with a name: ``gpio``, ``gpio.reset``, ``[a, b]``.
    """
    irqs: Annotated[tuple[DeviceName, ...], BeforeValidator(as_items)] = ()
    """All IRQ outputs of a device: ``uart0``."""


class InlineSoc(Composite):
    """A SoC: a device made of devices, in the file of the machine that uses it."""

    parent: Literal["sys-bus-device", "device"] = "sys-bus-device"
    """What kind of device it is."""
    exports: Exports = Field(default_factory=Exports)
    """Lines of devices inside that become its own: ``{irqs: uart0}``."""
    not_user_creatable: Comment | None = None
    """Why -device cannot make it, for a comment: ``Its flash is the board's``."""


class Soc(InlineSoc):
    """A SoC in a file of its own, for any machine to use."""

    soc: SocName
    """The name of its QOM type."""
    description: Description
    """What it is, in one line: ``Acme A1 microcontroller``."""
    arch: Literal["arm", "aarch64", "ppc", "riscv64", "x86_64"]
    """The CPU that the code is for."""
    header: HeaderName | None = None
    """The header that declares it; named after the type if not given."""
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(as_items)] = ()
    """Files of the SoCs that it is made of: ``my-soc.yaml``."""


class Spec(Composite):
    """A machine."""

    machine: MachineName
    """The name for -M."""
    description: Description
    """What -M help says of it: ``Acme development board``."""
    arch: Literal["arm", "aarch64", "ppc", "riscv64", "x86_64"]
    """The CPU that the machine is for: which QEMU has it."""
    parent: BaseName = "machine"
    """The machine type that it is derived from."""
    class_: MachineClass = Field(default_factory=MachineClass, alias="class")
    """Fields of QEMU's MachineClass, and those that 'parent' adds: ``{no_cdrom: true}``."""
    class_init: tuple[FunctionName, ...] = ()
    """Functions of 'parent' that class_init calls:
    ``[aspeed_machine_class_init_cpus_defaults]``.
    """
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(as_items)] = ()
    """Files of the SoCs that it has: ``my-soc.yaml``."""
    types: dict[SocName, InlineSoc] = {}
    """SoCs that are described here, by their QOM types: ``{my-soc: {}}``."""
    cpus: Cpus = Field(default_factory=Cpus)
    """The CPUs: ``{default: cortex-a15, max: 2}``."""
    ram: Ram | None = None
    """The RAM of -m: ``{default: 128 MiB, at: 0x4000_0000}``."""
    fw_cfg: FwCfg | None = None
    """What the firmware configuration device tells: ``{device: fw-cfg}``."""
    interfaces: tuple[Interface, ...] = ()
    """Interfaces of QOM that a hook implements: ``[nmi]``."""
    roms: dict[RegionName, Rom] = {}
    """Words that the guest finds at reset, by name: ``{vector: {at: 0, words:
    [0x2000_1000, 0x101]}}``.
    """
    buses: dict[DeviceName, Annotated[Bus, BeforeValidator(as_mapping("type"))]] = {}
    """Buses that no device has: ``{isa: isa}``."""
    device_tree: DeviceTree | None = None
    """The device tree that the board builds for the guest: ``{compatible: "acme,board"}``.
    """
    boot: Boot | None = None
    """How the guest starts: ``{loader: armv7m, flash: flash}``."""
    hooks: Hooks | None = None
    """C of your own, in a file beside the spec: ``{file: my-board-hooks.c.inc}``."""
    properties: dict[MachinePropertyName, MachineProperty] = {}
    """Properties of the machine, which -M sets: ``{secure: {type: bool, default: false,
    description: On or off}}``.
    """
    usb_by_default: Truth = False
    """It has USB unless -nodefaults or -M usb=off is given."""

    @property
    def main_ram(self) -> Ram | None:
        """The RAM of -m."""
        return self.ram

    @property
    def own_buses(self) -> Mapping[str, Bus]:
        """The buses that the machine makes itself."""
        return self.buses
