"""What a predicted region is to who looks at it: its kind, its name and its place."""

from __future__ import annotations

from enum import Enum

from qgen.board import UNIMPLEMENTED, Device, Region
from qgen.frozen import frozen
from qgen.picture.spots import Spot, Spots
from qgen.predict import Cause, MemoryRegion, Visit


class Look(Enum):
    """What a region is to who looks at the map."""

    RAM = "ram"
    ROM = "rom"
    FLASH = "flash"
    DEVICE = "device"
    STUB = "not modelled"
    CONTAINER = "container"
    ALIAS = "alias"


@frozen
class Window:
    """Addresses from ``first`` to ``last``."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self.last - self.first + 1


def through_alias(visit: Visit) -> bool:
    """Whether an alias leads to what is shown here."""
    above = visit.above
    while above is not None:
        if above.region.alias is not None:
            return True
        above = above.above
    return False


def look_of(region: MemoryRegion, readonly: bool = False) -> Look:
    """What a region is to who looks at the map."""
    part = None if region.cause is None else region.cause.part
    if region.alias is not None and not isinstance(part, Device):
        return Look.ALIAS
    if isinstance(part, Device) and part.type == UNIMPLEMENTED:
        return Look.STUB
    if region.type == "romd":
        return Look.FLASH
    if region.type == "ram":
        return Look.ROM if region.readonly or readonly else Look.RAM
    if region.type is None and region.alias is None:
        return Look.CONTAINER
    return Look.DEVICE


def part_name(cause: Cause) -> str:
    """What the spec calls a part: ``uart``, ``virtio[3]``."""
    part = cause.part
    repeated = isinstance(part, Device) and part.count is not None
    return f"{part.name}[{cause.number}]" if repeated else part.name


def spot_of(cause: Cause, spots: Spots) -> Spot:
    """The line of the spec that says where a region lies."""
    origin = cause.part.origin if cause.mmio is None else cause.mmio.origin
    if isinstance(cause.part, Region):
        origin = cause.part.origin
    return spots.of(cause.owner, origin)
