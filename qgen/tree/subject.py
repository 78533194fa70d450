"""What is put into a tree: a board, its SoCs, their C, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import Arch, Board, Composite
from qgen.frozen import frozen


@frozen(slots=False)
class Unit:
    """A C file and what stands beside it.

    ``source`` is its name, ``files`` the texts of all by their paths in the tree.
    ``symbols`` are the Kconfig symbols that it needs, without its own SoCs';
    ``inner`` are those of what its devices make inside them, which they may not select.
    """

    composite: Composite
    source: str
    files: Mapping[str, str]
    symbols: tuple[str, ...]
    inner: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the C file is in the tree."""
        return next(path for path in self.files if path.endswith(f"/{self.source}"))


@frozen(slots=False)
class Place:
    """Addresses of the board's, the last one included, and the region that is there."""

    first: int
    last: int
    name: str


@frozen(slots=False)
class Subject:
    """A board with the SoCs that have files of their own, those inside others first.

    ``places`` are what every start of the machine has in its memory. ``maintainer`` is
    the person, "Name <address>"; None where nobody has said who.
    """

    board: Board
    units: tuple[Unit, ...]
    places: tuple[Place, ...]
    maintainer: str | None = None

    @property
    def arch(self) -> Arch:
        """The board's architecture."""
        return self.board.arch
