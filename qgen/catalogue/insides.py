"""What devices map by themselves, and the address spaces that they make. A leaf.

Measured by `qgen.lab.insides` in real QEMU binaries, for types of the catalogue that
could be realized; one file a release. Regions that are as the catalogue has them, in one
piece, are left out, and so are types that have nothing else.
"""

from __future__ import annotations

import re
from typing import Any

from qgen.catalogue import table
from qgen.frozen import frozen

HEADER = "!qgen-insides"
FORMAT = 1
_CPU = re.compile(r"cpu-memory-\d+")


@frozen
class Piece:
    """What `info mtree -f` shows at ``size`` bytes from ``start`` on.

    ``kind`` is its word (ram, rom, romd, i/o), ``offset`` where in the region ``name``
    the piece begins.
    """

    start: int
    size: int
    priority: int
    kind: str
    name: str
    offset: int


@frozen
class OwnSpace:
    """Address spaces that show the same: pairs of name and root, of which some are aliases.

    ``shares`` is the space of the board (memory, I/O) that they show, or ``@`` and the
    property of the device that links to it. ``over``: memory of the board that the pieces
    lie above, named likewise.
    """

    names: tuple[tuple[str, str, str | None], ...]
    root: str | None
    shares: str | None
    over: str | None
    pieces: tuple[Piece, ...]


@frozen
class Inside:
    """What a type has: pieces of its MMIO regions, of memory and of I/O, and spaces.

    ``flips`` are values of properties that change it, with what it then is. ``system``: a
    link to the system memory, which otherwise is one to a region. ``unknown``: QEMU died
    when it was made to be looked into.
    """

    mmio: tuple[tuple[int, tuple[Piece, ...]], ...] = ()
    memory: tuple[Piece, ...] = ()
    io: tuple[Piece, ...] = ()
    spaces: tuple[OwnSpace, ...] = ()
    flips: tuple[tuple[str, bool | str, Inside], ...] = ()
    unknown: bool = False


NOTHING = Inside()


class Insides:
    """The insides of the types of one release.

    ``ports`` is QEMU's word for a device's region that lies in no other, as the I/O space.
    """

    def __init__(self, packed: bytes, source: str) -> None:
        text = table.unpack(packed, source)
        self._table = table.Table(text, source, HEADER, FORMAT, "a file of insides")
        self.ports = str(self._table.header.get("ports", "i/o"))

    def find(self, type_: str) -> Inside:
        """What a type has beside what the catalogue says of it."""
        data = self._table.find(type_)
        if data is None:
            return NOTHING
        try:
            return _inside(data)
        except (KeyError, LookupError, TypeError, ValueError) as error:
            raise self._table.damaged(type_, error) from error

    def cpus(self, type_: str) -> int:
        """How many CPUs a device of the type makes: each has a space of its own."""
        names = {
            name for space in self.find(type_).spaces for name, _, _ in space.names
        }
        return sum(_CPU.fullmatch(name) is not None for name in names)


def _inside(data: dict[str, Any]) -> Inside:
    mmio = data.get("mmio", {})
    return Inside(
        tuple((int(n), _pieces(mmio[n])) for n in sorted(mmio, key=int)),
        _pieces(data.get("memory", ())),
        _pieces(data.get("io", ())),
        tuple(
            OwnSpace(
                tuple((name, root, alias) for name, root, alias in each["names"]),
                each["root"],
                each.get("shares"),
                each.get("over"),
                _pieces(each.get("pieces", ())),
            )
            for each in data.get("spaces", ())
        ),
        tuple(
            (name, value, _inside(inner))
            for name, value, inner in data.get("flips", ())
        ),
    )


def _pieces(rows: Any) -> tuple[Piece, ...]:
    return tuple(Piece(*row) for row in rows)
