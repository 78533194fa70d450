"""What connects devices: wires, clocks and buses."""

from __future__ import annotations

from enum import Enum

from qgen.board.values import Place
from qgen.expr import Expr
from qgen.frozen import frozen
from qgen.source import Path

CPUS = "cpus"
"""The device name that wires use for the CPUs."""
PCI_BUS = "PCI"
"""The type of bus that PCI devices ask for."""


class ClockUse(Enum):
    """Whether the board wires a clock input of a SoC."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@frozen
class Source:
    """A line that drives: an IRQ of a sysbus device, or a (named) GPIO output.

    ``path`` leads to the device inside the one that holds the wire.
    """

    is_irq: bool
    name: str | None
    index: Expr
    path: tuple[str, ...] = ()


@frozen
class Sink:
    """A line that is driven: input ``index`` of the (named) GPIO inputs of a device."""

    place: Place
    name: str | None
    index: Expr

    @property
    def device(self) -> str:
        """The device of the board, or `CPUS`, that the line belongs to."""
        return self.place.device


@frozen
class Wire:
    """A connection from the device that holds it; ``per_cpu``: one for each CPU.

    ``lines``: so many of them; ``line`` in the expressions is the number of each.
    ``shared``: others lead to the same input, which follows whichever changes.
    """

    source: Source
    sink: Sink
    per_cpu: bool
    origin: Path
    lines: Expr | None = None
    shared: bool = False


@frozen
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


@frozen
class Bus:
    """A bus that the board creates itself (``isa``), not a device."""

    name: str
    type: str
    origin: Path


@frozen
class ClockOutput:
    """The clock output ``name`` of a device."""

    place: Place
    name: str


@frozen
class ClockInput:
    """The device's clock input ``name``, and the clock of the board that drives it."""

    name: str
    clock: str | ClockOutput
    origin: Path


@frozen
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
