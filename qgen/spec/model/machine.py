"""The machine and the SoC as a whole, with CPUs, constants and class fields."""

from __future__ import annotations

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
    header: HeaderName | None = None
    comment: Comment | None = None


class Timebase(Model):
    """The time base of PowerPC CPUs; ``reset``: it starts anew with the machine."""

    frequency: Frequency
    reset: Truth = False


class Cpus(Model):
    """The CPUs of the machine."""

    default: CpuName | None = None
    valid: tuple[CpuName, ...] = ()
    min: CpuNumber | None = None
    max: CpuNumber | None = None
    default_count: CpuNumber | None = None
    created_by: DeviceName | None = None
    properties: dict[PropertyName, PropertyText] = {}
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    timebase: Annotated[Timebase, BeforeValidator(as_mapping("frequency"))] | None = (
        None
    )

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
    values: dict[ChoiceName, Expression] = {}
    default: Choice
    description: Label
    write_only: Truth = False
    of: Literal["class", "instance"] = "class"


Interface = Literal["fw-path-provider", "hotplug-handler", "nmi"]
BlockInterface = Literal[
    "none", "ide", "scsi", "floppy", "pflash", "mtd", "sd", "virtio", "xen"
]


class MachineClass(Model):
    """Fields of QEMU's MachineClass, by their names there, and those that a base adds."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ClassValue]

    alias: MachineName | None = None
    auto_create_sdcard: Truth | None = None
    auto_enable_numa: Truth | None = None
    auto_enable_numa_with_memdev: Truth | None = None
    auto_enable_numa_with_memhp: Truth | None = None
    block_default_type: BlockInterface | None = None
    cpu_cluster_has_numa_boundary: Truth | None = None
    default_boot_order: Text | None = None
    default_display: Text | None = None
    default_kernel_irqchip_split: Truth | None = None
    default_machine_opts: Text | None = None
    default_nic: TypeName | None = None
    deprecation_reason: Text | None = None
    family: Text | None = None
    has_hotpluggable_cpus: Truth | None = None
    ignore_boot_device_suffixes: Truth | None = None
    ignore_memory_transaction_failures: Truth | None = None
    is_default: Truth | None = None
    minimum_page_bits: Integer32 | None = None
    no_cdrom: Truth | None = None
    no_floppy: Truth | None = None
    no_parallel: Truth | None = None
    no_serial: Truth | None = None
    numa_mem_align_shift: Integer32 | None = None
    numa_mem_supported: Truth | None = None
    nvdimm_supported: Truth | None = None
    option_rom_has_mr: Truth | None = None
    pci_allow_0_address: Truth | None = None
    rom_file_has_mr: Truth | None = None
    smbios_memory_device_size: Size | None = None
    smbus_no_migration_support: Truth | None = None
    units_per_default_bus: Integer32 | None = None


class Composite(Model):
    """What a machine and a SoC are both made of."""

    constants: dict[
        ConstantName, Annotated[Constant, BeforeValidator(as_mapping("value"))]
    ] = {}
    map: dict[EntryName, MapEntry] = {}
    memory: dict[RegionName, Region] = {}
    clocks: dict[
        DeviceName, Annotated[Clock, BeforeValidator(as_mapping("frequency"))]
    ] = {}
    devices: dict[DeviceName, Device] = {}

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
    irqs: Annotated[tuple[DeviceName, ...], BeforeValidator(as_items)] = ()


class InlineSoc(Composite):
    """A SoC: a device made of devices, in the file of the machine that uses it."""

    parent: Literal["sys-bus-device", "device"] = "sys-bus-device"
    exports: Exports = Field(default_factory=Exports)
    not_user_creatable: Comment | None = None


class Soc(InlineSoc):
    """A SoC in a file of its own, for any machine to use."""

    soc: SocName
    description: Description
    arch: Literal["arm", "aarch64", "ppc", "riscv64", "x86_64"]
    header: HeaderName | None = None
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(as_items)] = ()


class Spec(Composite):
    """A machine."""

    machine: MachineName
    description: Description
    arch: Literal["arm", "aarch64", "ppc", "riscv64", "x86_64"]
    parent: BaseName = "machine"
    class_: MachineClass = Field(default_factory=MachineClass, alias="class")
    class_init: tuple[FunctionName, ...] = ()
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(as_items)] = ()
    types: dict[SocName, InlineSoc] = {}
    cpus: Cpus = Field(default_factory=Cpus)
    ram: Ram | None = None
    fw_cfg: FwCfg | None = None
    interfaces: tuple[Interface, ...] = ()
    roms: dict[RegionName, Rom] = {}
    buses: dict[DeviceName, Annotated[Bus, BeforeValidator(as_mapping("type"))]] = {}
    device_tree: DeviceTree | None = None
    boot: Boot | None = None
    hooks: Hooks | None = None
    properties: dict[MachinePropertyName, MachineProperty] = {}
    usb_by_default: Truth = False

    @property
    def main_ram(self) -> Ram | None:
        """The RAM of -m."""
        return self.ram

    @property
    def own_buses(self) -> Mapping[str, Bus]:
        """The buses that the machine makes itself."""
        return self.buses
