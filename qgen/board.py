"""The resolved board: what a spec means, with every reference resolved.

Frozen plain data between `qgen.lower` and the stages after it. No YAML, no C, no QEMU
version. Addresses and sizes are `qgen.expr` expressions: absolute numbers where they can
be, expressions in the run-time values ``ram_size``, ``cpus``, ``cpu`` (the number of the
CPU in a loop over them) and ``n`` (the number of a repeated device) where they depend on
the command line; in fw_cfg also ``max_cpus``, ``graphic_width``, ``graphic_height``,
``graphic_depth`` (-g) and ``kvm`` (1 under KVM). All sizes are in bytes, all frequencies in Hz.

``origin`` is the path of the spec node that a part came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qgen.bases import X86, Base
from qgen.condition import Condition, Option, OptionGiven
from qgen.expr import Expr, evaluate
from qgen.source import Path

SYSTEM = "system"
"""The name of the system memory, the root that every CPU and bus master sees."""
IO = "io"
"""The name of the port I/O space (x86)."""
RAM = "ram"
"""The name of the RAM of ``-m``."""
CPUS = "cpus"
"""The device name that wires use for the CPUs."""
PCI_BUS = "PCI"
"""The type of bus that PCI devices ask for."""
NUMBER = "{n}"
"""In the QOM name of a repeated device, what stands for its number."""
UNIMPLEMENTED = "unimplemented-device"
"""The type that stands for a device that is not modelled."""
UNIMPLEMENTED_PRIORITY = -1000
"""The priority at which such a device is mapped (hw/misc/unimp.h)."""


class Arch(Enum):
    """A QEMU system target."""

    ARM = "arm"
    AARCH64 = "aarch64"
    PPC = "ppc"
    RISCV64 = "riscv64"
    X86_64 = "x86_64"


class ClockUse(Enum):
    """Whether the board wires a clock input of a SoC."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


class SocParent(Enum):
    """The QOM type that a SoC derives from."""

    SYSBUS = "sys-bus-device"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class ClassField:
    """A field of MachineClass, or of the base's class, and its value, by QEMU's name."""

    name: str
    value: bool | int | str | Expr
    origin: Path


@dataclass(frozen=True, slots=True)
class Parent:
    """What the machine derives from.

    ``fields`` are those of the base's class that the spec sets, ``calls`` the base's
    functions that class_init calls after that.
    """

    base: Base
    fields: tuple[ClassField, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def is_x86(self) -> bool:
        """Whether it is QEMU's x86 base, which boards share much with."""
        return self.base.name == X86.name

    @property
    def sets(self) -> frozenset[str]:
        """The fields of MachineClass that the called functions set."""
        helpers = (h for h in self.base.helpers if h.name in self.calls)
        return frozenset(name for helper in helpers for name in helper.sets)


@dataclass(frozen=True, slots=True)
class Constant:
    """A named constant: one of the board's own, or one that ``header`` defines."""

    name: str
    expr: Expr
    value: int
    header: str | None
    comment: str | None
    origin: Path


@dataclass(frozen=True, slots=True)
class MapEntry:
    """An entry of the memory map table; ``count`` of them lie ``size`` apart."""

    name: str
    base: Expr
    size: Expr
    count: Expr | None
    comment: str | None
    origin: Path


class Format(Enum):
    """How an image file is read."""

    RAW = "raw"
    ELF = "elf"
    ELF_OR_RAW = "elf-or-raw"


@dataclass(frozen=True, slots=True)
class Image:
    """A file loaded into a region.

    ``firmware``: the file that ``-bios`` names, or ``file`` where it names none.
    Otherwise always ``file``. A missing file ends QEMU with an error, except when
    ``file`` is None and nothing was asked for; and ``kernel_will_do`` where -kernel
    names one.
    """

    file: str | None
    firmware: bool
    format: Format
    origin: Path
    kernel_will_do: bool = False


@dataclass(frozen=True, slots=True)
class DeviceImage:
    """An image that is loaded into a region of a device, or of one inside it.

    ``path`` leads there by the names of QOM's children; the last is the region's.
    """

    path: tuple[str, ...]
    image: Image


@dataclass(frozen=True, slots=True)
class Choice:
    """``then`` where ``when`` holds, ``otherwise`` where it does not."""

    when: Condition
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Rom:
    """32-bit words that each reset puts into memory, in the guest's byte order."""

    name: str
    address: Expr
    values: tuple[Expr | Choice, ...]
    origin: Path


class Kind(Enum):
    """What a memory region is."""

    MACHINE_RAM = "machine-ram"
    RAM = "ram"
    ROM = "rom"
    ALIAS = "alias"
    CONTAINER = "container"
    IO = "io"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where a region is mapped.

    ``container`` is `SYSTEM`, `IO` or the name of a container region; ``offset`` counts
    from its start. ``priority`` is None where the spec gives none.
    """

    container: str
    offset: Expr
    priority: int | None


@dataclass(frozen=True, slots=True)
class Region:
    """A memory region, in the order of creation.

    ``label`` is the name that QEMU shows. ``size`` is None for an alias of the whole of
    a region whose size is known at run time only. An alias shows ``target`` from
    ``offset`` on. ``read_value`` is what an I/O stub reads as. ``above`` makes the
    region exist only when there is more RAM than that. ``owned``: it is a QOM
    child of the machine or the SoC; RAM and ROM of a machine never are.
    """

    name: str
    label: str
    kind: Kind
    size: Expr
    mapping: Mapping | None
    origin: Path
    target: str | None = None
    offset: Expr | None = None
    read_value: int = 0
    image: Image | None = None
    above: Expr | None = None
    comment: str | None = None
    owned: bool = True


@dataclass(frozen=True, slots=True)
class Ram:
    """The RAM of ``-m``: its limits in bytes and the messages past them.

    ``exact`` is the message for any other size than the default, where the board takes
    no other (then the limits are that size). ``under_devices``: what there is no room for
    lies beneath devices.
    """

    id: str
    default_size: Expr | None
    minimum: Expr | None
    maximum: Expr | None
    too_much: str
    too_little: str
    split: Expr | None
    origin: Path
    exact: str | None = None
    under_devices: bool = False


@dataclass(frozen=True, slots=True)
class Chardev:
    """The character device of ``-serial`` number ``index``."""

    index: Expr


@dataclass(frozen=True, slots=True)
class Place:
    """A device of the board, or a device inside it.

    ``element`` is the number of the device where there are several, or of the CPU.
    ``path`` are the names of QOM's children on the way down from it: ``("pic",)``.
    """

    device: str
    element: Expr | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an object: a region (or `SYSTEM`, `IO`) by its name, or a device."""

    target: str | Place


@dataclass(frozen=True, slots=True)
class MachineValue:
    """A field of MachineState, by QEMU's name: ``cpu_type``, ``kernel_cmdline``."""

    field: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What ``-M PROPERTY=VALUE`` chose: a truth, or the number of the value."""

    property: str


@dataclass(frozen=True, slots=True)
class Drive:
    """The drive that ``-drive if=INTERFACE,bus=BUS,unit=UNIT`` gives; may be none."""

    interface: str
    bus: Expr
    unit: Expr


@dataclass(frozen=True, slots=True)
class Audiodev:
    """The audio back end that ``-M audiodev=ID`` gives; may be none."""


@dataclass(frozen=True, slots=True)
class PciAddress:
    """Where a device sits on a PCI bus; QEMU takes a free slot where there is none."""

    slot: int
    function: int


@dataclass(frozen=True, slots=True)
class Array:
    """Several values, each of QOM type ``element``."""

    element: str
    items: tuple[bool | str | Expr, ...]


Value = (
    bool
    | str
    | Expr
    | Array
    | Chardev
    | Chosen
    | Drive
    | Audiodev
    | Link
    | MachineValue
    | PciAddress
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property set before the device is realized; ``type`` is QOM's type string.

    ``if_present``: it is set only if the object has it (of CPUs, which -cpu chooses).
    """

    name: str
    type: str
    value: Value
    origin: Path
    if_present: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A line that drives: an IRQ of a sysbus device, or a (named) GPIO output.

    ``path`` leads to the device inside the one that holds the wire.
    """

    is_irq: bool
    name: str | None
    index: Expr
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sink:
    """A line that is driven: input ``index`` of the (named) GPIO inputs of a device."""

    place: Place
    name: str | None
    index: Expr

    @property
    def device(self) -> str:
        """The device of the board, or `CPUS`, that the line belongs to."""
        return self.place.device


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection from the device that holds it; ``per_cpu``: one for each CPU.

    ``lines``: so many of them; ``line`` in the expressions is the number of each.
    """

    source: Source
    sink: Sink
    per_cpu: bool
    origin: Path
    lines: Expr | None = None


@dataclass(frozen=True, slots=True)
class Cpus:
    """The CPUs. ``created_by`` is the device that makes them, None: the board does.

    ``created``: the board makes as many as -smp says. ``timebase`` is in Hz, for PowerPC,
    whose CPUs the board also resets, and with ``timebase_reset`` the time base with them.
    """

    default_type: str | None
    valid_types: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    default_count: int | None
    created_by: str | None
    created: bool
    properties: tuple[Property, ...]
    wires: tuple[Wire, ...]
    timebase: Expr | None
    origin: Path
    timebase_reset: bool = False

    @property
    def usual_type(self) -> str | None:
        """The type that QEMU takes without -cpu: the default, or the only valid one."""
        if self.default_type is None and len(self.valid_types) == 1:
            return self.valid_types[0]
        return self.default_type


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that the board owns; ``frequency`` is in Hz, None where it is not fixed.

    A derived one is ``multiply`` / ``divide`` times as fast as ``source``, another one.
    ``input``: it is a clock input of the SoC that owns it.
    """

    name: str
    frequency: Expr | None
    comment: str | None
    origin: Path
    source: str | None = None
    multiply: int = 1
    divide: int = 1
    input: ClockUse | None = None


@dataclass(frozen=True, slots=True)
class Bus:
    """A bus that the board creates itself (``isa``), not a device."""

    name: str
    type: str
    origin: Path


@dataclass(frozen=True, slots=True)
class Mmio:
    """MMIO region number ``index`` of a device at an absolute ``address``.

    ``label`` and ``size`` (bytes) are the region's own, from the device catalogue.
    ``container`` is what the board maps it into as a region; then ``address`` counts
    from its start. None: the system bus maps it.
    """

    index: int
    address: Expr
    label: str
    size: int
    priority: int | None
    origin: Path
    container: str | None = None


@dataclass(frozen=True, slots=True)
class ClockOutput:
    """The clock output ``name`` of a device."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class ClockInput:
    """The device's clock input ``name``, and the clock of the board that drives it."""

    name: str
    clock: str | ClockOutput
    origin: Path


@dataclass(frozen=True, slots=True)
class BusEnd:
    """A bus to sit on: the bus ``name`` of ``owner``, or one that the board creates.

    ``kind`` is the type of bus that the device asks for; the bus may be of one below it.
    ``of_host``: the owner is a PCI host bridge, and this is the bus behind it.
    """

    owner: Place | None
    name: str
    kind: str
    of_host: bool = False

    @property
    def is_pci(self) -> bool:
        """Whether PCI devices sit on it."""
        return self.kind == PCI_BUS


@dataclass(frozen=True, slots=True)
class MachineClassValue:
    """A field of MachineClass, by QEMU's name: ``default_nic``."""

    field: str


@dataclass(frozen=True, slots=True)
class Itself:
    """The machine, as an argument."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string that a helper is given."""

    text: str


Argument = (
    bool
    | Expr
    | Text
    | Chardev
    | Link
    | BusEnd
    | Sink
    | Itself
    | MachineValue
    | MachineClassValue
    | None
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an exported helper of QEMU's, which makes a device.

    ``types`` are the C types of its parameters, ``returns`` that of its result.
    """

    function: str
    header: str
    returns: str
    types: tuple[str, ...]
    arguments: tuple[Argument, ...]
    origin: Path


@dataclass(frozen=True, slots=True)
class Part:
    """A device inside another, and what the board sets before that one is realized."""

    path: tuple[str, ...]
    properties: tuple[Property, ...]
    clocks: tuple[ClockInput, ...]
    origin: Path
    nic: bool = False


@dataclass(frozen=True, slots=True)
class IdeController:
    """A device with IDE buses; ``drives``: how many drives those hold."""

    place: Place
    type: str
    drives: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device, or ``count`` alike (then ``n`` in its expressions is the number).

    ``is_sysbus``: it sits on the system bus; otherwise on ``bus``, or on none.
    ``child`` is the machine's QOM child that it is, None: it stays unattached; `NUMBER`
    in it stands for the number. ``nic``: it takes the first fitting NIC of ``-nic``.
    ``full_buses`` are buses of its own that take no device that a user adds.
    ``when`` says on what it depends whether there is such a device, None: there always is.
    ``call`` makes it, and maps ``mmio``; ``type`` is empty where it makes none.
    ``ide`` are controllers that get the drives of ``-drive if=ide`` in order; that makes no
    device that the board could refer to, and has no type either.
    ``is_stub``: QEMU's helper for what is not modelled makes it, and hands out nothing.
    ``made``: the machine's base made it, and the board only names and wires it.
    """

    name: str
    type: str
    count: Expr | None
    properties: tuple[Property, ...]
    mmio: tuple[Mmio, ...]
    wires: tuple[Wire, ...]
    clocks: tuple[ClockInput, ...]
    comment: str | None
    origin: Path
    is_sysbus: bool = True
    bus: BusEnd | None = None
    child: str | None = None
    parts: tuple[Part, ...] = ()
    nic: bool = False
    full_buses: tuple[str, ...] = ()
    when: Condition | None = None
    call: Call | None = None
    is_stub: bool = False
    ide: tuple[IdeController, ...] = ()
    made: bool = False
    images: tuple[DeviceImage, ...] = ()

    @property
    def holders(self) -> tuple[Device | Part, ...]:
        """The device and its parts: all that has properties and clocks."""
        return (self, *self.parts)


@dataclass(frozen=True, slots=True)
class ArmBoot:
    """Boot by ``arm_load_kernel``; RAM for the loader starts at ``loader_start``.

    ``more`` are fields of ``struct arm_boot_info`` by their names.
    """

    loader_start: Expr
    psci: str | None
    board_id: int | None
    origin: Path
    more: tuple[tuple[str, Expr | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Armv7mBoot:
    """Boot by ``armv7m_load_kernel`` into ``size`` bytes at ``base``."""

    base: Expr
    size: Expr
    origin: Path


@dataclass(frozen=True, slots=True)
class X86BiosBoot:
    """Boot by ``x86_bios_rom_init``: ``-bios`` or ``firmware`` below 4 GiB and 1 MiB.

    ``writable`` makes the copy below 1 MiB (and the BIOS itself) RAM.
    """

    firmware: str
    writable: bool
    origin: Path


@dataclass(frozen=True, slots=True)
class RiscvBoot:
    """Boot by ``riscv_load_kernel``: -kernel at ``start``, for the harts of ``harts``.

    ``initrd``: -initrd is loaded as well.
    """

    start: Expr
    harts: Place
    initrd: bool
    origin: Path


@dataclass(frozen=True, slots=True)
class HelperBoot:
    """Boot by an exported helper of QEMU's: ``last`` holds its call, and makes nothing."""

    last: Device

    @property
    def origin(self) -> Path:
        """The spec node that it came from."""
        return self.last.origin


Boot = ArmBoot | Armv7mBoot | HelperBoot | RiscvBoot | X86BiosBoot


@dataclass(frozen=True, slots=True)
class FwCfgItem:
    """An item of fw_cfg; ``kind`` is ``i16``, ``i32``, ``i64`` or ``string``."""

    key: Expr
    kind: str
    value: Expr | str
    origin: Path


@dataclass(frozen=True, slots=True)
class FwCfgFile:
    """A file of fw_cfg: ``file`` of QEMU's firmware folders, if it is found there."""

    name: str
    file: str
    origin: Path


@dataclass(frozen=True, slots=True)
class FwCfg:
    """What the firmware configuration ``device`` tells the guest, in this order."""

    device: str
    items: tuple[FwCfgItem, ...]
    files: tuple[FwCfgFile, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The spec that a board came from: its file name and the SHA-256 of its text.

    ``variant`` is which of the spec's variants it is, None for a spec without.
    """

    spec: str
    digest: str
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class MachineProperty:
    """A property of the machine: ``-M NAME=VALUE``.

    ``values`` are the values with the number of each; none of a property that is true or
    false. ``write_only``: nobody can read it back.
    """

    name: str
    values: tuple[tuple[str, Expr], ...]
    default: bool | str
    description: str
    write_only: bool
    origin: Path

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each value."""
        return {name: evaluate(number) for name, number in self.values}


class HookPoint(Enum):
    """Where C of the person's is called, by the key of the spec."""

    CLASS_INIT = "class_init"
    BEFORE_DEVICES = "before_devices"
    AFTER_DEVICES = "after_devices"
    BOOT = "boot"
    CPU_RESET = "cpu_reset"
    BOARD_SETUP = "board_setup"
    SECONDARY_BOOT = "secondary_boot"
    SECONDARY_CPU_RESET = "secondary_cpu_reset"


@dataclass(frozen=True, slots=True)
class Hook:
    """A function of the person's, and where it is called."""

    point: HookPoint
    function: str
    origin: Path


@dataclass(frozen=True, slots=True)
class Hooks:
    """C of the person's, in ``file`` beside the spec.

    ``devices`` are those that the machine's struct keeps for it.
    """

    file: str
    hooks: tuple[Hook, ...]
    devices: tuple[str, ...]
    origin: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """What a machine and a SoC are both made of, in the order of creation.

    ``socs`` are the SoCs whose types its devices may have beside QEMU's own.
    """

    name: str
    description: str
    arch: Arch
    constants: tuple[Constant, ...]
    memory_map: tuple[MapEntry, ...]
    regions: tuple[Region, ...]
    clocks: tuple[Clock, ...]
    buses: tuple[Bus, ...]
    devices: tuple[Device, ...]
    origin: Origin
    socs: tuple[Soc, ...] = ()

    @property
    def most_cpus(self) -> int:
        """The most CPUs that there can be."""
        raise NotImplementedError

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """The wires that CPUs drive."""
        raise NotImplementedError

    @property
    def kept(self) -> tuple[str, ...]:
        """The devices that are still needed when all are created."""
        return ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of helpers that make devices."""
        return tuple(d.call for d in self.devices if d.call is not None)


MOST_CPUS = 4096
"""More CPUs than any machine has: a SoC does not know how many there are."""


@dataclass(frozen=True, slots=True)
class Export:
    """Lines of a device inside a SoC that become the SoC's own.

    IRQ outputs, or all GPIO lines called ``name`` (None: those without a name).
    ``inputs`` and ``outputs`` are how many there are, None where nobody knows.
    """

    device: str
    is_irq: bool
    name: str | None
    inputs: int | None
    outputs: int | None
    origin: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Soc(Composite):
    """A SoC: a device made of devices. Each of these is its QOM child.

    ``inline``: it is in the C file of the machine that uses it, and needs no header;
    otherwise ``header`` names that, None for where QEMU would have it.
    ``not_user_creatable`` says why -device cannot make one.
    """

    parent: SocParent
    exports: tuple[Export, ...]
    not_user_creatable: str | None
    header: str | None
    inline: bool

    @property
    def most_cpus(self) -> int:
        """The most CPUs that there can be."""
        return MOST_CPUS

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """A SoC makes no CPUs but those that are devices of its own."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Composite):
    """A machine."""

    parent: Parent
    class_fields: tuple[ClassField, ...]
    ram: Ram | None
    cpus: Cpus
    fw_cfg: FwCfg | None
    roms: tuple[Rom, ...] = ()
    boot: Boot | None
    hooks: Hooks | None = None
    properties: tuple[MachineProperty, ...] = ()

    def hook(self, point: HookPoint) -> str | None:
        """The person's function that is called at ``point``."""
        hooks = () if self.hooks is None else self.hooks.hooks
        return next((hook.function for hook in hooks if hook.point is point), None)

    @property
    def most_cpus(self) -> int:
        """The most CPUs that -smp may ask for."""
        return self.cpus.maximum or 1

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """The wires that the board's CPUs drive."""
        return self.cpus.wires

    @property
    def kept(self) -> tuple[str, ...]:
        """The device that gets the items of fw_cfg, and those that hooks use."""
        items = () if self.fw_cfg is None else (self.fw_cfg.device,)
        hooked = () if self.hooks is None else self.hooks.devices
        return (*items, *hooked)

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that are loaded into regions, its own and those of devices."""
        own = [r.image for r in self.regions if r.image is not None]
        return (*own, *(i.image for d in self.devices for i in d.images))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of helpers that make devices, and of the one that boots."""
        last = self.boot.last.call if isinstance(self.boot, HelperBoot) else None
        made = tuple(d.call for d in self.devices if d.call is not None)
        return made if last is None else (*made, last)

    @property
    def takes_audiodev(self) -> bool:
        """Whether a part of the board asks for the audio back end of ``-M audiodev=``."""
        return any(
            isinstance(prop.value, Audiodev)
            for device in self.devices
            for each in device.holders
            for prop in each.properties
        ) or any(
            isinstance(device.when, OptionGiven) and device.when.option is Option.AUDIO
            for device in self.devices
        )
