"""What a board has in a source tree, piece by piece: each in one file, found by its name.

A piece is found in a file, put into it at its alphabetical place, and dropped from it so
that the file is as it was before: ``drop(put(text)) == text``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from qgen.frozen import frozen
from qgen.tree.source import lines_of


class Span(NamedTuple):
    """Lines of a file, from ``start`` up to ``end``, which is not among them."""

    start: int
    end: int


class Slot(NamedTuple):
    """Where something new goes: before line ``at``, with an empty line before or behind."""

    at: int
    space_before: bool = False
    space_behind: bool = False


@frozen(slots=False)
class Piece(ABC):
    """One thing of the board's in the file ``path``; ``key`` says which.

    ``text`` is what it should be. ``keep``: where a person may have written it, and
    nobody knows what it was, it stays as it is.
    """

    path: str
    key: str
    text: str
    kind_of_piece: ClassVar[str]
    keep: ClassVar[bool] = False
    merges: ClassVar[bool] = False
    """Whether `wanted` takes over what a person wrote."""

    @property
    def list_name(self) -> str:
        """Which of several lists of the file it is in, if there are several."""
        return ""

    @property
    def name(self) -> str:
        """What tells it from other pieces in the tree."""
        return "\t".join((self.kind_of_piece, self.path, self.key, self.list_name))

    def wanted(self, current: str | None, base: str | None) -> str:
        """What is to stand in the place of ``current``; ``base`` is what qgen wrote."""
        return self.text

    @abstractmethod
    def find(self, text: str | None) -> str | None:
        """The piece as it stands in the file's ``text``; None if it is not there."""

    @abstractmethod
    def put(self, text: str | None, piece: str) -> str:
        """``text`` with ``piece`` in its place, or in the place of what is there."""

    @abstractmethod
    def drop(self, text: str | None) -> str | None:
        """``text`` without it; None for a file that ends with it."""


@frozen(slots=False)
class WholeFile(Piece):
    """A file of the board's own, which is made with ``mode``."""

    kind_of_piece: ClassVar[str] = "file"
    mode: int = 0o644

    def find(self, text: str | None) -> str | None:
        """The file."""
        return text

    def put(self, text: str | None, piece: str) -> str:
        """The file, which is nothing else."""
        return piece

    def drop(self, text: str | None) -> str | None:
        """No file."""
        return None


@frozen(slots=False)
class Page(WholeFile):
    """A file that qgen begins, and people write on: documentation, a test."""

    kind_of_piece: ClassVar[str] = "page"
    keep: ClassVar[bool] = True


@frozen(slots=False)
class Lines(Piece):
    """Lines in a file that QEMU has."""

    @abstractmethod
    def span(self, lines: Sequence[str]) -> Span | None:
        """Where it stands, without empty lines around it."""

    @abstractmethod
    def slot(self, lines: Sequence[str]) -> Slot:
        """Where it belongs; `TreeError` in a file that is not as QEMU's."""

    def spaced(self, lines: Sequence[str], span: Span) -> bool:
        """Whether it stands apart from its neighbours, with an empty line between."""
        return False

    def find(self, text: str | None) -> str | None:
        """Its lines."""
        lines = self._lines(text)
        span = self.span(lines)
        return None if span is None else "".join(lines[span.start : span.end])

    def put(self, text: str | None, piece: str) -> str:
        """The file with it at its alphabetical place."""
        lines = self._lines(text)
        span = self.span(lines)
        if span is not None:
            lines[span.start : span.end] = [piece]
            return "".join(lines)
        at, before, behind = self.slot(lines)
        lines[at:at] = ["\n"] * before + [piece] + ["\n"] * behind
        return "".join(lines)

    def drop(self, text: str | None) -> str | None:
        """The file without it and without the empty line that came with it."""
        lines = self._lines(text)
        span = self.span(lines)
        if span is None:
            return text
        start, end = span
        if self.spaced(lines, span):
            if end < len(lines) and not lines[end].strip():
                end += 1
            elif start and not lines[start - 1].strip():
                start -= 1
        return "".join(lines[:start] + lines[end:])

    def _lines(self, text: str | None) -> list[str]:
        return [] if text is None else lines_of(self.path, text)
