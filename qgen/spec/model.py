"""The models of the spec, one for each thing that a person writes.

Field names are the keys of the YAML; docstrings are for the person who writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qgen.spec.arguments import Call
from qgen.spec.scalars import (
    Address,
    BaseName,
    BusAddress,
    BusName,
    BusPath,
    ChildName,
    Choice,
    ChoiceName,
    ClassValue,
    ClockSource,
    Comment,
    ConstantName,
    CpuName,
    CpuNumber,
    Description,
    DeviceName,
    DevicePath,
    Drive,
    EntryName,
    ExportedLines,
    Expression,
    Factor,
    FileName,
    Firmware,
    Frequency,
    FunctionName,
    HeaderName,
    HookFile,
    HookName,
    Integer32,
    ItemKey,
    ItemPath,
    Label,
    LineName,
    MachineName,
    MachinePropertyName,
    ObjectPath,
    PlacePath,
    Priority,
    PropertyName,
    PropertyText,
    RegionName,
    Sink,
    Size,
    SocName,
    SpecFile,
    Text,
    Truth,
    TypeName,
)


class Model(BaseModel):
    """What all models share: immutable, and every key must be known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _as_mapping(key: str) -> Any:
    """Let a scalar stand for a mapping with that scalar under ``key``."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return wrap


def _as_list(key: str) -> Any:
    """Let a scalar stand for a list of one, and scalars in a list for mappings."""

    def wrap(value: Any) -> Any:
        items = value if isinstance(value, list) else [value]
        return [item if isinstance(item, dict) else {key: item} for item in items]

    return wrap


def _as_items(value: Any) -> Any:
    """Let a scalar stand for a list of one."""
    return [value] if isinstance(value, str) else value


class Constant(Model):
    """A named constant: a #define of the board, or a name that a QEMU header has."""

    value: Expression
    header: HeaderName | None = None
    comment: Comment | None = None


class MapEntry(Model):
    """An entry of the MemMapEntry table."""

    base: Address
    size: Size
    count: Expression | None = None
    comment: Comment | None = None


class Split(Model):
    """RAM split at a threshold: the part below it, and the rest somewhere else."""

    at: Size
    below: RamPart
    above: RamPart


class RamPart(Model):
    """One part of split RAM: the alias's name and where it is mapped."""

    name: RegionName
    at: Address
    owner: Literal["none"] | None = None


class Ram(Model):
    """The RAM of -m; ``exact``: the board takes the default size and no other.

    ``under_devices``: more RAM than there is room for may lie beneath devices.
    """

    default: Size | None = None
    id: Label = "ram"
    min: Size | None = None
    max: Size | None = None
    too_much: Label = "Too much memory for this machine: {size} MB, maximum {limit} MB"
    too_little: Label = (
        "Too little memory for this machine: {size} MB, minimum {limit} MB"
    )
    exact: Truth = False
    not_exact: Label = "Invalid RAM size, should be {limit}"
    at: Address | None = None
    under_devices: Truth = False
    split: Split | None = None


class Image(Model):
    """A file that is loaded into a region."""

    file: FileName | None = None
    firmware: Firmware | None = None
    format: Literal["raw", "elf", "elf-or-raw"] = "raw"
    needed: Literal["always", "without-kernel"] = "always"


class Word(Model):
    """A word, or one of two, whichever a condition chooses."""

    when: When | None = None
    then: Expression
    else_: Expression | None = Field(None, alias="else")


class Rom(Model):
    """32-bit words in the byte order of the guest: reset code, a vector table."""

    at: Address
    words: Annotated[tuple[Word, ...], BeforeValidator(_as_list("then"))]


class _Region(Model):
    at: Address | None = None
    in_: RegionName = Field("system", alias="in")
    priority: Priority | None = None
    name: Label | None = None
    comment: Comment | None = None


class _Owned(_Region):
    owner: Literal["none"] | None = None


class RamRegion(_Owned):
    """RAM of the board's own, beside the RAM of -m."""

    kind: Literal["ram"]
    size: Size | None = None
    image: Image | None = None


class RomRegion(_Owned):
    """ROM."""

    kind: Literal["rom"]
    size: Size | None = None
    image: Image | None = None


class AliasRegion(_Owned):
    """A window onto another region, the RAM of -m (``ram``), or another alias."""

    kind: Literal["alias"]
    of: RegionName
    offset: Size | None = None
    size: Size | None = None


class ContainerRegion(_Owned):
    """A region that holds other regions and answers nothing itself."""

    kind: Literal["container"]
    size: Size | None = None


class IoRegion(_Owned):
    """An I/O stub: reads as ``value``, ignores writes."""

    kind: Literal["io"]
    size: Size | None = None
    value: Expression | None = None


class UnimplementedRegion(_Region):
    """A device that is not modelled: reads as zero, and logs what is tried (-d unimp)."""

    kind: Literal["unimplemented"]
    size: Size | None = None


Region = Annotated[
    RamRegion
    | RomRegion
    | AliasRegion
    | ContainerRegion
    | IoRegion
    | UnimplementedRegion,
    Field(discriminator="kind"),
]


class Irq(Model):
    """A sysbus IRQ line of the device; ``line`` is its place in the list if not given.

    ``lines``: so many of them, one after the other; in ``to``, ``line`` counts them.
    """

    to: Sink
    line: Expression | None = None
    lines: Expression | None = None
    for_: Literal["cpu"] | None = Field(None, alias="for")


class Gpio(Model):
    """A GPIO output of the device: ``line`` of the unnamed ones, or of those ``name``.

    ``lines``: so many of them, one after the other; in ``to``, ``line`` counts them.
    """

    to: Sink
    line: Expression | None = None
    lines: Expression | None = None
    name: LineName | None = None
    for_: Literal["cpu"] | None = Field(None, alias="for")


class Mmio(Model):
    """Where one MMIO region of a device is mapped."""

    at: Address
    region: Integer32 | None = None
    size: Size | None = None
    priority: Priority | None = None
    in_: RegionName | None = Field(None, alias="in")


class Part(Model):
    """A device inside another, by its QOM path there: what the board gives it."""

    properties: dict[PropertyName, PropertyText] = {}
    nic: Truth = False
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(_as_list("to"))] = ()
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(_as_list("to"))] = ()
    clocks: dict[LineName, ClockSource] = {}


class When(Model):
    """A condition: of what it depends whether a device is there.

    It has one key; 'is' goes with 'property'.
    """

    drive: Drive | None = None
    nic: TypeName | None = None
    audio: Truth | None = None
    kernel: Truth | None = None
    initrd: Truth | None = None
    firmware: Truth | None = None
    usb: Truth | None = None
    kvm: Truth | None = None
    qtest: Truth | None = None
    ram_above: Size | None = None
    property: MachinePropertyName | None = None
    is_: Choice | None = Field(None, alias="is")


class Device(Model):
    """A device of any QOM type, a stub for one that is not modelled, or disks.

    ``ide_drives`` are controllers that get the drives of -drive if=ide, two for each bus.
    """

    type: TypeName | None = None
    unimplemented: Size | None = None
    ide_drives: tuple[PlacePath, ...] = ()
    name: Label | None = None
    when: When | None = None
    child: ChildName | None = None
    call: Call | None = None
    bus: BusPath | None = None
    address: BusAddress | None = None
    parts: dict[ObjectPath, Part] = {}
    images: dict[ObjectPath, Image] = {}
    count: Expression | None = None
    properties: dict[PropertyName, PropertyText] = {}
    nic: Truth = False
    at: Annotated[tuple[Mmio, ...], BeforeValidator(_as_list("at"))] = ()
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(_as_list("to"))] = ()
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(_as_list("to"))] = ()
    clocks: dict[LineName, ClockSource] = {}
    full_buses: tuple[BusName, ...] = ()
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
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(_as_list("to"))] = ()
    timebase: Annotated[Timebase, BeforeValidator(_as_mapping("frequency"))] | None = (
        None
    )

    @property
    def usual(self) -> str | None:
        """The CPU that QEMU takes without -cpu: the default, or the only valid one."""
        default: str | None = self.default
        if default is None and len(self.valid) == 1:
            return str(self.valid[0])
        return default


class Clock(Model):
    """A clock: of fixed frequency, derived from another, or an input of a SoC.

    A derived clock is ``multiply`` times as fast as its source, and divided by
    ``divide``.
    """

    frequency: Frequency | None = None
    source: DeviceName | None = None
    multiply: Factor | None = None
    divide: Factor | None = None
    input: Literal["required", "optional"] | None = None
    comment: Comment | None = None


class Bus(Model):
    """A bus that the board creates itself."""

    type: Literal["isa"]


class ArmBoot(Model):
    """arm_load_kernel: Linux, ELF and raw images given with -kernel, PSCI."""

    loader: Literal["arm"]
    ram: Address
    psci: Literal["hvc", "smc"] | None = None
    board_id: Integer32 | None = None
    gic_cpu_if_addr: Address | None = None
    smp_loader_start: Address | None = None
    smp_bootreg_addr: Address | None = None
    board_setup_addr: Address | None = None
    secure_boot: Truth | None = None
    secure_board_setup: Truth | None = None


class Armv7mBoot(Model):
    """armv7m_load_kernel: an image given with -kernel, into the flash.

    ``flash`` is a region of the board; ``at`` and ``size`` say where it is otherwise.
    """

    loader: Literal["armv7m"]
    flash: RegionName | None = None
    at: Address | None = None
    size: Size | None = None


class RiscvBoot(Model):
    """riscv_load_kernel: an image given with -kernel, loaded at an address."""

    loader: Literal["riscv"]
    at: Address
    harts: DevicePath
    initrd: Truth = False


class X86BiosBoot(Model):
    """x86_bios_rom_init: the firmware below 4 GiB, its last 128 KiB below 1 MiB."""

    loader: Literal["x86-bios"]
    firmware: FileName
    writable: Truth = False


class HelperBoot(Model):
    """An exported helper of QEMU's boots: npcm7xx_load_kernel and its like."""

    loader: Literal["helper"]
    call: Call


Boot = Annotated[
    ArmBoot | Armv7mBoot | HelperBoot | RiscvBoot | X86BiosBoot,
    Field(discriminator="loader"),
]


class MachineProperty(Model):
    """A property of the machine, which -M sets: a truth value, or one of ``values``."""

    type: Literal["bool"] | None = None
    values: dict[ChoiceName, Expression] = {}
    default: Choice
    description: Label
    write_only: Truth = False


class Hooks(Model):
    """C of your own: the functions of ``file``, each called at one point.

    ``devices`` are those that the machine's struct shall hold, by their names.
    """

    file: HookFile
    devices: tuple[DeviceName, ...] = ()
    class_init: HookName | None = None
    before_devices: HookName | None = None
    after_devices: HookName | None = None
    boot: HookName | None = None
    cpu_reset: HookName | None = None
    board_setup: HookName | None = None
    secondary_boot: HookName | None = None
    secondary_cpu_reset: HookName | None = None


BlockInterface = Literal[
    "none", "ide", "scsi", "floppy", "pflash", "mtd", "sd", "virtio", "xen"
]


class FwCfgItem(Model):
    """An item of fw_cfg: a little-endian number of so many bits, or text."""

    i16: Expression | None = None
    i32: Expression | None = None
    i64: Expression | None = None
    string: Label | None = None


class FwCfg(Model):
    """What the firmware configuration device tells the guest.

    ``files`` are found in QEMU's firmware folders (-L), or left out.
    """

    device: DeviceName
    items: dict[ItemKey, FwCfgItem] = {}
    files: dict[ItemPath, FileName] = {}


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
        ConstantName, Annotated[Constant, BeforeValidator(_as_mapping("value"))]
    ] = {}
    map: dict[EntryName, MapEntry] = {}
    memory: dict[RegionName, Region] = {}
    clocks: dict[
        DeviceName, Annotated[Clock, BeforeValidator(_as_mapping("frequency"))]
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

    gpios: Annotated[tuple[ExportedLines, ...], BeforeValidator(_as_items)] = ()
    irqs: Annotated[tuple[DeviceName, ...], BeforeValidator(_as_items)] = ()


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
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(_as_items)] = ()


class Spec(Composite):
    """A machine."""

    machine: MachineName
    description: Description
    arch: Literal["arm", "aarch64", "ppc", "riscv64", "x86_64"]
    parent: BaseName = "machine"
    class_: MachineClass = Field(default_factory=MachineClass, alias="class")
    class_init: tuple[FunctionName, ...] = ()
    socs: Annotated[tuple[SpecFile, ...], BeforeValidator(_as_items)] = ()
    types: dict[SocName, InlineSoc] = {}
    cpus: Cpus = Field(default_factory=Cpus)
    ram: Ram | None = None
    fw_cfg: FwCfg | None = None
    roms: dict[RegionName, Rom] = {}
    buses: dict[DeviceName, Annotated[Bus, BeforeValidator(_as_mapping("type"))]] = {}
    boot: Boot | None = None
    hooks: Hooks | None = None
    properties: dict[MachinePropertyName, MachineProperty] = {}

    @property
    def main_ram(self) -> Ram | None:
        """The RAM of -m."""
        return self.ram

    @property
    def own_buses(self) -> Mapping[str, Bus]:
        """The buses that the machine makes itself."""
        return self.buses
