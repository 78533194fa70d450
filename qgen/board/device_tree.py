"""The device tree that the board builds: nodes with their properties, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from qgen.condition import Condition
from qgen.expr import Expr
from qgen.frozen import frozen
from qgen.source import Path

ROOT = "/"
"""The label of the root node."""
CPU_NUMBER = "{cpu}"
"""In the name of a node that is there for each CPU, what stands for its number."""


PCI_PINS = 4
"""The interrupt pins of a PCI device, and the lines that those of all slots share."""


class Trigger(Enum):
    """When a line asks for an interrupt, by the name of the spec."""

    EDGE_RISING = "edge-rising"
    EDGE_FALLING = "edge-falling"
    LEVEL_HIGH = "level-high"
    LEVEL_LOW = "level-low"


class Specifier(Enum):
    """How an interrupt controller wants a line to be named, by the binding.

    ``GIC``: kind, number and flags; ``NUMBER``: its number alone;
    ``NUMBER_AND_FLAGS``: with flags behind it.
    """

    GIC = 3
    NUMBER = 1
    NUMBER_AND_FLAGS = 2

    @property
    def cells(self) -> int:
        """How many cells it takes."""
        return self.value


@frozen
class Number:
    """A number of so many 32-bit ``cells``, one or two."""

    value: Expr
    cells: int = 1


@frozen
class Phandle:
    """The phandle of the node with this label: one cell."""

    label: str


@frozen
class Interrupt:
    """A line of an interrupt controller, as many cells as ``how`` takes.

    ``private``: it is one of the lines that each CPU has for itself (the GIC's PPIs);
    ``masked``: the flags say which CPUs, all that there are.
    """

    how: Specifier
    number: Expr
    trigger: Trigger
    private: bool = False
    masked: bool = False


Cell = Number | Phandle | Interrupt


@frozen
class Flag:
    """A property without a value: that it is there says it."""


@frozen
class NodePath:
    """The path of the node with this label, as text."""

    label: str


@frozen
class CpuCompatible:
    """What the model of the CPU is called in device trees; QEMU's CPUs know it."""


@frozen
class CommandLine:
    """The kernel's command line (``-append``)."""


TreeText = str | NodePath | CpuCompatible | CommandLine


@frozen
class Strings:
    """Texts, each with a NUL behind it; more than one are all plain ones."""

    items: tuple[TreeText, ...]


@frozen
class Cells:
    """Numbers; ``per_cpu``: all of them once for each CPU, of which ``cpu`` is the number."""

    items: tuple[Cell, ...]
    per_cpu: bool = False


@frozen
class InterruptMap:
    """A PCI host's interrupt-map: each pin of each of four slots to a line.

    Pin ``p`` (from 0) of slot ``s`` drives line ``(s + p) % 4`` of ``lines``, one cell of
    address for each of ``address_cells`` in front of it.
    """

    controller: str
    address_cells: int
    lines: tuple[Interrupt, Interrupt, Interrupt, Interrupt]


TreeValue = Flag | Strings | Cells | InterruptMap


@frozen
class TreeProperty:
    """A property of a node, with ``otherwise`` (None: not there) where not ``when``.

    Two properties of one name are never there together.
    """

    name: str
    value: TreeValue
    origin: Path
    when: Condition | None = None
    otherwise: TreeValue | None = None


@frozen
class Node:
    """A node, or one for each of ``count`` devices (``n``), or for each CPU (``cpu``).

    ``name`` is without the unit address, which ``unit`` gives; `CPU_NUMBER` or
    `qgen.board.NUMBER` in it stands for the number. Two nodes of one label are never
    there together. ``has_phandle``: other nodes refer to it, or C of the person's may.
    Children come in the order in which the guest sees them.
    """

    label: str
    name: str
    unit: Expr | None
    properties: tuple[TreeProperty, ...]
    children: tuple[Node, ...]
    origin: Path
    when: Condition | None = None
    count: Expr | None = None
    per_cpu: bool = False
    has_phandle: bool = False
    comment: str | None = None


@frozen
class DeviceTree:
    """The device tree that the board builds, by its root."""

    root: Node

    def path(
        self, label: str, there: Callable[[Node], bool] = lambda _node: True
    ) -> tuple[Node, ...]:
        """The nodes from below the root to the first one with this label.

        Only through nodes that are ``there``; empty if there is none such.
        """
        return _path(self.root, label, there) or ()

    @property
    def has_bootargs(self) -> bool:
        """Whether the spec says itself what becomes of the kernel's command line."""
        return any(
            prop.name == "bootargs"
            for node in self.root.children
            if node.name == "chosen"
            for prop in node.properties
        )


def _path(
    node: Node, label: str, there: Callable[[Node], bool]
) -> tuple[Node, ...] | None:
    for child in filter(there, node.children):
        if child.label == label:
            return (child,)
        below = _path(child, label, there)
        if below is not None:
            return (child, *below)
    return None


def conditions_of(node: Node) -> Iterator[Condition]:
    """The conditions of a node, of its properties and of all nodes below it."""
    for when in (node.when, *(prop.when for prop in node.properties)):
        if when is not None:
            yield when
    for child in node.children:
        yield from conditions_of(child)
