"""Devices, what is set inside them, and the helpers of QEMU's that make them."""

from __future__ import annotations

from qgen.board.memory import DeviceImage
from qgen.board.values import Chardev, Drive, Link, MachineValue, Place, Property, Value
from qgen.board.wires import BusEnd, ClockInput, Sink, Wire
from qgen.condition import Condition
from qgen.expr import Expr, evaluate
from qgen.frozen import frozen
from qgen.source import Path

NUMBER = "{n}"
"""In the QOM name of a repeated device, what stands for its number."""
UNIMPLEMENTED = "unimplemented-device"
"""The type that stands for a device that is not modelled."""
UNIMPLEMENTED_PRIORITY = -1000
"""The priority at which such a device is mapped (hw/misc/unimp.h)."""


@frozen
class Window:
    """``size`` bytes of a region, from ``offset`` on, which QEMU shows as ``name``."""

    name: str
    offset: Expr
    size: Expr


@frozen
class Mmio:
    """MMIO region number ``index`` of a device at an absolute ``address``.

    ``label`` and ``size`` (bytes) are the region's own, from the device catalogue; where
    -smp decides the size, ``varying`` is what it is, and ``size`` the most.
    ``container`` is what the board maps it into as a region; then ``address`` counts
    from its start. None: the system bus maps it. With ``window``, only that is mapped.
    """

    index: int
    address: Expr
    label: str
    size: int
    priority: int | None
    origin: Path
    container: str | None = None
    varying: Expr | None = None
    window: Window | None = None

    @property
    def shown(self) -> int:
        """How many bytes are mapped, at most."""
        return self.size if self.window is None else evaluate(self.window.size)


@frozen
class MachineClassValue:
    """A field of MachineClass, by QEMU's name: ``default_nic``."""

    field: str


@frozen
class Itself:
    """The machine, as an argument."""


@frozen
class InputLines:
    """All input lines of ``device``, as an argument."""

    device: str


@frozen
class AddressSpace:
    """One of QEMU's address spaces, ``memory`` or ``io``."""

    name: str


@frozen
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
    | InputLines
    | AddressSpace
    | Drive
    | Itself
    | MachineValue
    | MachineClassValue
    | None
)


@frozen
class Call:
    """A call of an exported helper of QEMU's, which makes a device.

    ``types`` are the C types of its parameters, ``returns`` that of its result. ``irqs``
    are the places of the arguments that the device's interrupt outputs lead to; the
    lines of ``to_cpus`` are GPIO outputs that it wires to CPUs by itself.
    """

    function: str
    header: str
    returns: str
    types: tuple[str, ...]
    arguments: tuple[Argument, ...]
    origin: Path
    irqs: tuple[int, ...] = ()
    to_cpus: frozenset[int] = frozenset()


@frozen
class Part:
    """A device inside another, and what the board sets before that one is realized."""

    path: tuple[str, ...]
    properties: tuple[Property, ...]
    clocks: tuple[ClockInput, ...]
    origin: Path
    nic: bool = False


@frozen
class IdeController:
    """A device with IDE buses; ``drives``: how many drives those hold."""

    place: Place
    type: str
    drives: int


@frozen
class Device:
    """A device, or ``count`` alike (then ``n`` in its expressions is the number).

    ``is_sysbus``: it sits on the system bus; otherwise on ``bus``, or on none.
    ``child`` is the machine's QOM child that it is, None: it stays unattached; `NUMBER`
    in it stands for the number. ``nic``: it takes the first fitting NIC of ``-nic``.
    ``full_buses`` are buses of its own that take no device that a user adds.
    ``when`` says on what it depends whether there is such a device, None: there always is.
    ``call`` makes it, and maps ``mmio``; ``type`` is empty where it makes none.
    ``given`` are properties that the call sets, those that decide how many lines and how
    large regions there are; None where nobody knows.
    ``ide`` are controllers that get the drives of ``-drive if=ide`` in order; that makes no
    device that the board could refer to, and has no type either.
    ``is_stub``: QEMU's helper for what is not modelled makes it, and hands out nothing.
    ``made``: the machine's base made it, and the board only names and wires it.
    ``inputs``: it is no device, but so many input lines. ``call`` returns them, or they
    are those that the person's function ``handler`` handles.
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
    given: tuple[Property, ...] | None = None
    is_stub: bool = False
    ide: tuple[IdeController, ...] = ()
    made: bool = False
    images: tuple[DeviceImage, ...] = ()
    inputs: Expr | None = None
    handler: str | None = None

    @property
    def settings(self) -> dict[str, Value]:
        """Its properties by their names, with those that its call sets."""
        return {p.name: p.value for p in (*self.properties, *(self.given or ()))}

    @property
    def holders(self) -> tuple[Device | Part, ...]:
        """The device and its parts: all that has properties and clocks."""
        return (self, *self.parts)
