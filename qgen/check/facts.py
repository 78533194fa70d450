"""A machine as plain data: what the C makes, and what the board wants.

Both sides of the comparison are of these types. ``name`` is how findings call a part:
the board's name of it, once the two sides are matched. ``line`` is the line of the C,
0 on the board's side. Sizes and addresses are in bytes, frequencies in Hz.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qgen.check.tree import Tree
from qgen.devicetree import FlatNode


class Number(int):
    """An integer that knows the constants and table cells it was computed from."""

    names: frozenset[str]

    def __new__(cls, value: int, names: frozenset[str]) -> Number:
        """``value``, computed from what ``names`` names (``IRQ_UART``, ``UART.base``)."""
        number = super().__new__(cls, value)
        number.names = names
        return number


NO_NAMES: frozenset[str] = frozenset()


def names_of(value: object) -> frozenset[str]:
    """The constants and table cells that ``value`` was computed from."""
    return value.names if isinstance(value, (Number, Word)) else NO_NAMES


@dataclass(eq=False, repr=False)
class Mapped:
    """Where something is mapped into a container.

    ``by``: the system bus maps a device's region itself, or the board maps it ``region``
    by region.
    """

    container: Region
    address: int
    priority: int
    line: int = 0
    by: str = "region"


@dataclass(eq=False, repr=False)
class Region:
    """A memory region; ``kind`` is None as long as it is not initialised.

    ``offset`` counts from the start of ``target``, of which an alias shows ``size``
    bytes. ``reads`` is what the guest reads from an I/O stub. ``owned``: QOM has it as a
    child of the machine.
    """

    name: str = ""
    label: str = ""
    kind: str | None = None
    size: int = 0
    target: Region | None = None
    offset: int = 0
    reads: int | None = None
    owned: bool = False
    mapped: Mapped | None = None
    line: int = 0


@dataclass(eq=False, repr=False)
class DeviceRegion(Region):
    """MMIO region number ``index`` of ``owner``, taken to be mapped by the board."""

    owner: Device | None = None
    index: int = 0


@dataclass(eq=False, repr=False)
class Clock:
    """A clock; ``hz`` is None as long as it has no frequency.

    ``source`` is the clock that it follows, ``period`` the two factors of its period;
    ``is_input``: it is a clock input of the SoC, which its user has ``wired`` or not.
    """

    name: str
    label: str
    hz: int | None = None
    line: int = 0
    source: Clock | None = None
    period: tuple[int, int] = (1, 1)
    is_input: bool = False
    wired: bool = False

    @property
    def runs(self) -> bool:
        """Whether there is something that it runs by."""
        return self.hz is not None or self.is_input or self.source is not None


class ClockLine(NamedTuple):
    """The clock output ``line`` of a device."""

    owner: Device
    line: str


class Chardev(NamedTuple):
    """The character device of ``-serial`` number ``number``."""

    number: int


class Drive(NamedTuple):
    """The drive of ``-drive``."""

    interface: str
    bus: int
    unit: int

    def __str__(self) -> str:
        return f"the drive {self.interface} {int(self.bus)}:{int(self.unit)}"


@dataclass(eq=False, repr=False)
class Items:
    """A list that is being made: of each element its kind (int, bool, str) and value.

    ``taken``: a property has it, and nobody else may use it.
    """

    line: int
    values: list[tuple[str, object]] = field(default_factory=list)
    taken: bool = False


@dataclass(eq=False, repr=False)
class Property:
    """A property that was set.

    ``how``: bool, str, chr, drive, link, list, int, or uint32 and such. The value of a
    list are pairs of kind and value.
    """

    name: str
    how: str
    value: object
    line: int = 0


@dataclass(eq=False, repr=False)
class Device:
    """A device; ``mmio`` by region number, ``clocks`` by the name of the input.

    ``bus`` is what it was realized on, None for the system bus and for no bus, ``child``
    the machine's QOM child that it is, ``full`` its buses that take no more devices.
    ``nic``: it has the back end of a ``-nic`` that fits. ``parts`` are the devices inside
    it that the board names, by the name of QOM's child; their type is not known.
    ``call`` made it, and then nothing else is known of it. ``struct`` is that of the
    state that it lies in; as long as it is not initialised, it has no type. ``held``: the
    C has to drop the reference that it was given. ``windows`` are aliases of its own, each
    of a part of one of its regions.
    """

    type: str
    name: str = ""
    line: int = 0
    properties: list[Property] = field(default_factory=list)
    mmio: dict[int, Mapped] = field(default_factory=dict)
    clocks: dict[str, Clock | ClockLine] = field(default_factory=dict)
    realized: bool = False
    bus: BusEnd | None = None
    child: str | None = None
    nic: bool | str = False
    full: list[str] = field(default_factory=list)
    parts: dict[str, Device] = field(default_factory=dict)
    inside: Device | None = None
    call: Call | None = None
    struct: str | None = None
    held: bool = False
    windows: list[Region] = field(default_factory=list)

    def part(self, name: str, line: int = 0) -> Device:
        """The device that is this one's child ``name``."""
        if name not in self.parts:
            part = Device("", f"{self.name}/{name}", line, inside=self)
            part.realized = self.realized
            self.parts[name] = part
        return self.parts[name]

    def call_it(self, name: str) -> None:
        """Give it a name, and its parts the names that follow from it."""
        self.name = name
        for child, part in self.parts.items():
            part.call_it(f"{name}/{child}")

    def is_realized(self) -> None:
        """It and all inside it is realized."""
        self.realized = True
        for part in self.parts.values():
            part.is_realized()


@dataclass(eq=False, repr=False)
class Cpu(Device):
    """A CPU; ``resets`` counts how often a reset of the machine resets it.

    ``timebase_resets`` counts the same of its time base.
    """

    timebase: int | None = None
    resets: int = 0
    timebase_resets: int = 0


class Output(NamedTuple):
    """A line that drives: IRQ or GPIO output ``number`` of ``owner``."""

    owner: Device
    is_irq: bool
    line: str | None
    number: int

    def __str__(self) -> str:
        if self.is_irq:
            return f"IRQ {int(self.number)}"
        return f"output {_line(self.line, self.number)}"


class Input(NamedTuple):
    """A line that is driven: GPIO input ``number`` of ``owner``."""

    owner: Device
    line: str | None
    number: int

    def __str__(self) -> str:
        return f"{self.owner.name} input {_line(self.line, self.number)}"


def _line(name: str | None, number: int) -> str:
    return str(int(number)) if name is None else f"{name!r} {int(number)}"


class Lines(NamedTuple):
    """A list of input lines, which ``owner`` stands for; nobody may know how many."""

    owner: Device
    number: int | None = None

    def __str__(self) -> str:
        return f"the input lines of {self.owner.name}"


class Bus(NamedTuple):
    """An ISA bus with the address spaces that it sits in."""

    memory: Region
    io: Region
    line: int = 0

    def __str__(self) -> str:
        return "the board's ISA bus"


class Call(NamedTuple):
    """A call of a helper, which makes a device."""

    function: str
    arguments: tuple[object, ...]


class BusEnd(NamedTuple):
    """The bus ``name`` of a device, or a bus that the board created: ``owner``.

    A device's bus without a name is the one behind it, a PCI host bridge.
    """

    owner: Device | Bus
    name: str | None = None

    def __str__(self) -> str:
        if isinstance(self.owner, Device):
            return f"{self.owner.name}/{self.name or 'its PCI bus'}"
        return str(self.owner)


class Pass(NamedTuple):
    """Lines of a device that become the SoC's: IRQ outputs, or GPIO lines of a name."""

    device: Device
    is_irq: bool
    name: str | None
    line: int = 0

    def __str__(self) -> str:
        lines = "IRQ outputs" if self.is_irq else "GPIO lines"
        return f"{lines}{'' if self.name is None else f' {self.name!r}'}"


class ClassProperty(NamedTuple):
    """A property that the machine's class has, by ``-M NAME=VALUE``.

    ``getter`` and ``setter`` are functions of the file, None where there are none.
    """

    name: str
    type: str
    line: int = 0
    getter: Any = None
    setter: Any = None
    description: str | None = None
    default: bool | str | None = None


THE_TREE = "the board's device tree"
"""What the function gives that a loader asks for the device tree."""
ITSELF = "the machine itself"
"""How the machine is compared, as an argument."""


class Load(NamedTuple):
    """An image file that was loaded, or that QEMU tried to load.

    ``arguments`` by name: address and limit of a raw image; byte order (1: little,
    2: big), machine and two flags of an ELF file.
    """

    file: str
    how: str
    arguments: dict[str, int]
    line: int = 0
    into: Device | None = None


class Word(int):
    """A word of a ROM; ``order`` is the byte order that it was given."""

    order: str
    names: frozenset[str]

    def __new__(cls, value: int, order: str) -> Word:
        """``value`` in the byte order ``little`` or ``big``."""
        word = super().__new__(cls, value)
        word.order, word.names = order, names_of(value)
        return word


class Blob(NamedTuple):
    """Words that are put into memory as a ROM."""

    name: str
    address: int
    words: tuple[int, ...]
    line: int = 0


class BootCall(NamedTuple):
    """The call of a boot loader with its arguments, by name."""

    loader: str
    arguments: dict[str, object]
    line: int = 0


class Disk(NamedTuple):
    """The drive ``unit`` of -drive if=ide, counted over all buses.

    It is drive number ``place`` of ``controller``, created after ``made`` devices.
    """

    controller: Device
    place: int
    unit: int
    made: int
    line: int = 0


class FwCfgItem(NamedTuple):
    """What ``owner``, a fw_cfg device, tells the guest under ``key``, or as a file.

    ``how``: i16, i32, i64, string, file or e820. ``value`` is that of a number, the text
    of a string, the name of the file whose contents a file has.
    """

    owner: Device
    key: int | str
    how: str
    value: object
    line: int = 0


class Range(NamedTuple):
    """An entry of the E820 map."""

    base: int
    size: int
    type: int
    line: int = 0


class Contents(NamedTuple):
    """What is in a file that was read; nobody knows more than its name."""

    file: str
    size: int


class HookCall(NamedTuple):
    """The call of a function of the person's.

    ``subject`` is what it is given, ``made`` how many CPUs and devices there were.
    """

    function: str
    subject: str | None
    made: tuple[int, int]
    line: int = 0

    def __str__(self) -> str:
        cpus, devices = self.made
        return (
            f"{self.function}() for {self.subject or 'nothing'}, after {cpus} CPUs and "
            f"{devices} devices"
        )


class Ending(NamedTuple):
    """QEMU reported ``message`` and ended with ``status`` (None: it went on).

    On the board's side, ``mentions`` stands for any message with that text in it.
    """

    message: str
    status: int | None
    mentions: str | None = None
    line: int = 0


@dataclass(eq=False, repr=False)
class Machine:
    """A machine after its init function ran, or a SoC after it was realized.

    ``realized`` are the devices in that order, ``passes`` the lines that the SoC takes
    over; ``failed`` is the error that it came to nothing with. ``x86`` are fields of
    X86MachineState. ``disks_asked``: so many drives of -drive if=ide were looked for. ``tree``
    is the device tree that is made, ``nodes`` what is wanted in it.
    """

    system: Region
    io: Region
    ram: Region | None
    regions: list[Region] = field(default_factory=list)
    cpus: list[Cpu] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    buses: list[Bus] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    wires: dict[Output, tuple[Input, int]] = field(default_factory=dict)
    x86: dict[str, int] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    disks_asked: int = 0
    blobs: list[Blob] = field(default_factory=list)
    fw_cfg: list[FwCfgItem] = field(default_factory=list)
    e820: list[Range] = field(default_factory=list)
    tree: Tree | None = None
    nodes: list[FlatNode] | None = None
    boot: BootCall | None = None
    hooks: list[HookCall] = field(default_factory=list)
    realized: list[Device] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    failed: str | None = None
    endings: list[Ending] = field(default_factory=list)


def empty_machine(ram_label: str | None, ram_size: int) -> Machine:
    """A machine before its init function runs."""
    ram = None
    if ram_label is not None:
        ram = Region("ram", ram_label, "machine-ram", ram_size)
    return Machine(
        Region("system", "system", "root", 1 << 64),
        Region("io", "io", "root", 1 << 16),
        ram,
    )
