"""What stands on the page."""

from __future__ import annotations

from qgen.frozen import frozen
from qgen.picture import Spot


@frozen
class SpecText:
    """The text of a spec. ``name`` is what spots call its file."""

    name: str
    lines: tuple[str, ...]


@frozen
class CLine:
    """A line of C, and the line of a spec that it comes from."""

    text: str
    spot: Spot | None


@frozen
class CText:
    """A file of C."""

    name: str
    lines: tuple[CLine, ...]


@frozen
class DeviceRow:
    """A device with its properties as pairs of name and value."""

    name: str
    type: str
    times: int
    description: str
    addresses: tuple[str, ...]
    properties: tuple[tuple[str, str, Spot], ...]
    spot: Spot


@frozen
class RangeRow:
    """Addresses that one region answers, from ``offset`` of it on."""

    space: str
    first: int
    last: int
    name: str
    offset: int
    what: str
    spot: Spot | None


@frozen
class Page:
    """All of it. ``map`` and ``wires`` are SVG."""

    machine: str
    description: str
    release: str
    command: str
    map: str
    wires: str
    ranges: tuple[RangeRow, ...]
    devices: tuple[DeviceRow, ...]
    specs: tuple[SpecText, ...]
    files: tuple[CText, ...]

    def anchor(self, spot: Spot | None) -> str | None:
        """The id of a line of a spec on the page."""
        names = [spec.name for spec in self.specs]
        if spot is None or spot.file not in names:
            return None
        return f"s{names.index(spot.file)}-{spot.line}"
