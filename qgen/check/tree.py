"""A device tree that is being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class TreeProperty(NamedTuple):
    """A property of a node of the device tree: its bytes.

    ``names`` are the constants and the table cells that they were computed from.
    """

    value: bytes
    line: int = 0
    names: frozenset[str] = frozenset()


@dataclass(eq=False, repr=False)
class TreeNode:
    """A node of the device tree."""

    path: str
    line: int = 0
    properties: dict[str, TreeProperty] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class Tree:
    """A device tree of ``size`` bytes, its nodes in the order in which they are made.

    ``phandles``: so many were given out.
    """

    size: int
    line: int = 0
    nodes: dict[str, TreeNode] = field(default_factory=dict)
    phandles: int = 0
