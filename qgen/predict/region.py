"""A memory region as QEMU keeps it (``struct MemoryRegion``, include/system/memory.h)."""

from __future__ import annotations

from dataclasses import dataclass, field

from qgen.board import Composite, Device, Mmio, Region
from qgen.frozen import frozen

WHOLE = 1 << 64
"""The size of a region that covers the 64-bit address space, in bytes."""


@frozen
class Cause:
    """What of a board a region comes from: ``part`` of ``owner``.

    ``number`` is which of several alike devices, ``mmio`` which of a device's regions.
    """

    owner: Composite
    part: Region | Device
    mmio: Mmio | None = None
    number: int = 0


@dataclass(slots=True, eq=False)
class MemoryRegion:
    """One region: a leaf that answers, a container, or an alias of another region.

    ``address`` is its offset in its container, ``size`` is in bytes. ``type`` is what
    ``info mtree`` calls it when it answers: ``ram``, ``romd`` or ``i/o``; None for a
    region that answers nothing. ``subregions`` are in the order in which they were added.
    ``cause`` is None for what QEMU adds beside the board. ``mapped``: it lies in another
    region, and is not shown by aliases alone.
    """

    name: str
    size: int
    type: str | None = None
    readonly: bool = False
    address: int = 0
    priority: int = 0
    alias: MemoryRegion | None = None
    alias_offset: int = 0
    subregions: list[MemoryRegion] = field(default_factory=list)
    cause: Cause | None = None
    mapped: bool = False

    def add(self, region: MemoryRegion, address: int, priority: int = 0) -> None:
        """Map ``region`` at ``address``; among equals, the one added last is on top."""
        region.address, region.priority, region.mapped = address, priority, True
        self.subregions.append(region)

    def in_order(self) -> list[MemoryRegion]:
        """The subregions, the one that QEMU looks at first in front."""
        order = self.subregions[::-1]
        order.sort(key=lambda region: -region.priority)
        return order
