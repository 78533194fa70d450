"""The device tree that the board builds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from qgen.spec.model.base import Model, as_list, as_mapping
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


def _as_value(value: Any) -> Any:
    return value if isinstance(value, dict) and "then" in value else {"then": value}


class TreeProperty(Model):
    """The value of a property, or one of two, whichever a condition chooses."""

    then: TreeValue
    when: When | None = None
    else_: TreeValue | None = Field(None, alias="else")


class AddressCells(Model):
    """How many cells the addresses and the sizes of the nodes below have."""

    address: CellCount
    size: CellCount


class Reg(Model):
    """An address and, if it is no entry of the map, a size."""

    at: Address
    size: Size | None = None


class PciWindows(Model):
    """Where a PCI host shows its spaces to the CPUs: I/O, memory, memory above 4 GiB."""

    io: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None
    memory: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None
    memory64: Annotated[Reg, BeforeValidator(as_mapping("at"))] | None = None


Properties = dict[TreePropertyName, Annotated[TreeProperty, BeforeValidator(_as_value)]]


class _Described(Model):
    """What a node says of itself, and each of its alternatives may say instead."""

    name: NodeName | None = None
    when: When | None = None
    compatible: Compatible | None = None
    reg: Annotated[tuple[Reg, ...], BeforeValidator(as_list("at"))] = ()
    unit: Address | None = None
    cells: AddressCells | None = None
    properties: Properties = {}
    nodes: dict[NodeLabel, TreeNode] = {}


class NodeAlternative(_Described):
    """A form of a node; 'when' says which one is there."""


class TreeNode(_Described):
    """A node: of a device, a clock, RAM or each CPU of the board, or all by hand.

    Of a device come its reg, interrupts and clocks, of a clock its frequency.
    ``cpu_lines`` are GPIO outputs of the CPUs that are its interrupts. ``unit`` is the
    unit address where it is not the first one of reg.
    """

    device: DeviceName | None = None
    clock: DeviceName | None = None
    memory: RegionName | None = None
    for_: Literal["cpu"] | None = Field(None, alias="for")
    trigger: (
        Literal["edge-rising", "edge-falling", "level-high", "level-low"] | None
    ) = None
    cpu_lines: tuple[LineName, ...] = ()
    pci: PciWindows | None = None
    alternatives: tuple[NodeAlternative, ...] = ()
    comment: Comment | None = None


class DeviceTree(Model):
    """The device tree that the board builds: what its root has, and all below it."""

    compatible: Compatible
    model: Label | None = None
    cells: AddressCells | None = None
    properties: Properties = {}
    nodes: dict[NodeLabel, TreeNode] = {}
