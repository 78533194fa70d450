"""Where in the specs a part of the board stands."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import Board, Composite
from qgen.frozen import frozen
from qgen.source import Path, Source


@frozen
class Spot:
    """A line of a spec's file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Spots:
    """The specs of a board and of its SoCs; ``socs`` has those of other files, by type."""

    def __init__(self, own: Source, socs: Mapping[str, Source]) -> None:
        self.own, self._socs = own, socs

    def sources(self) -> list[Source]:
        """The text of each file, the board's first."""
        by_name = {each.name: each for each in (self.own, *self._socs.values())}
        return list(by_name.values())

    def of(self, owner: Composite, path: Path) -> Spot:
        """The line of the node at ``path`` of the machine or the SoC ``owner``."""
        source = self.own
        if owner.name in self._socs and not isinstance(owner, Board):
            source = self._socs[owner.name]
        elif not isinstance(owner, Board):
            path = ("types", owner.name, *path)
        span = source.locate(path, key=True)
        return Spot(source.name, span.line)
