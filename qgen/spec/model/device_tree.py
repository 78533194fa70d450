"""The device tree that the board builds."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from qgen.spec.model.base import Model, as_list, as_mapping, as_value
from qgen.spec.model.conditions import When
from qgen.spec.names import (
    DeviceName,
    LineName,
    NodeLabel,
    NodeName,
    RegionName,
    TreePropertyName,
)
from qgen.spec.numbers import Address, CellCount, Size
from qgen.spec.texts import Comment, Label
from qgen.spec.tree_values import Compatible, TreeValue


class TreeProperty(Model):
    """The value of a property, or one of two, whichever a condition chooses."""

    then: TreeValue
    """The value where the condition holds: ``arm,armv7-timer``."""
    when: When | None = None
    """What it depends on: ``{cpus_above: 1}``."""
    else_: TreeValue | None = Field(None, alias="else")
    """The value where it does not hold; without it, there is no such property then:
    ``arm,armv8-timer``.
    """


class AddressCells(Model):
    """How many cells the addresses and the sizes of the nodes below have."""

    address: CellCount
    """Cells of an address: ``2``."""
    size: CellCount
    """Cells of a size: ``1``."""


class Reg(Model):
    """An address and, if it is no entry of the map, a size."""

    at: Address
    """The address, or an entry of 'map': ``0x4000_0000``, ``UART``."""
    size: Size | None = None
    """How many bytes; an entry of 'map' has its own."""


class PciWindows(Model):
    """Where a PCI host shows its spaces to the CPUs: I/O, memory, memory above 4 GiB."""

    io: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None
    """Where the I/O ports are: ``PCIE_PIO``."""
    memory: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None
    """Where the memory below 4 GiB is: ``PCIE_MMIO``."""
    memory64: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None
    """Where the memory above 4 GiB is: ``HIGH_PCIE_MMIO``."""


Properties = dict[
    TreePropertyName, Annotated[TreeProperty, BeforeValidator(as_value("then"))]
]


class _Described(Model):
    """What a node says of itself, and each of its alternatives may say instead."""

    name: NodeName | None = None
    """What the guest sees, without the unit address; the label if not given: ``serial``,
    ``core{cpu}``.
    """
    when: When | None = None
    """When the node is there: ``{firmware: false}``."""
    compatible: Compatible | None = None
    """What drivers look for: ``arm,pl011``, ``["arm,pl011", "arm,primecell"]``."""
    reg: Annotated[tuple[Reg, ...], BeforeValidator(as_list("at"))] = ()
    """Addresses by hand, in place of those of the device: ``UART``, ``[UART, {at: 0x1000,
    size: 64}]``.
    """
    unit: Address | None = None
    """The unit address, where it is not the first one of reg."""
    cells: AddressCells | None = None
    """How many cells the addresses below it have: ``{address: 2, size: 2}``."""
    properties: Properties = {}
    """Properties by hand: ``{status: okay, dma-coherent: true}``."""
    nodes: dict[NodeLabel, "TreeNode"] = {}
    """The nodes below it, by labels that references use: ``{uart: {device: uart0}}``."""


class NodeAlternative(_Described):
    """A form of a node; 'when' says which one is there."""


class TreeNode(_Described):
    """A node: of a device, a clock, RAM or each CPU of the board, or all by hand.

    Of a device come its reg, interrupts and clocks, of a clock its frequency.
    ``cpu_lines`` are GPIO outputs of the CPUs that are its interrupts. ``unit`` is the
    unit address where it is not the first one of reg.
    """

    device: DeviceName | None = None
    """The device that it is of, from which reg, interrupts and clocks follow: ``uart0``."""
    clock: DeviceName | None = None
    """The clock that it is of, from which the frequency follows: ``apb-pclk``."""
    memory: RegionName | None = None
    """The region that it is of, or 'ram': ``ram``, ``sram``."""
    for_: Literal["cpu"] | None = Field(None, alias="for")
    """A node for each CPU, numbered 'cpu'."""
    trigger: (
        Literal["edge-rising", "edge-falling", "level-high", "level-low"] | None
    ) = None
    """How its interrupts are signalled; level-high if not given."""
    cpu_lines: tuple[LineName, ...] = ()
    """GPIO outputs of the CPUs that are its interrupts: ``[timer-phys]``."""
    pci: PciWindows | None = None
    """Of a PCI host, where its windows are: ``{io: PCIE_PIO, memory: PCIE_MMIO}``."""
    alternatives: tuple[NodeAlternative, ...] = ()
    """Forms of the node, one of which is there: ``[{when: {kernel: true}, compatible:
    "acme,a"}]``.
    """
    comment: Comment | None = None
    """What stands above its C: ``Firmware looks for it``."""


class DeviceTree(Model):
    """The device tree that the board builds: what its root has, and all below it."""

    compatible: Compatible
    """Of the root, what board this is: ``"acme,board"``."""
    model: Label | None = None
    """Of the root, the board's name for people: ``Acme Board``."""
    cells: AddressCells | None = None
    """How many cells the addresses of its nodes have: ``{address: 2, size: 2}``."""
    properties: Properties = {}
    """Other properties of the root: ``{interrupt-parent: {phandle: gic}}``."""
    nodes: dict[NodeLabel, TreeNode] = {}
    """The nodes, by labels that references use: ``{serial: {device: uart0}}``."""
