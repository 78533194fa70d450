"""The section of a board in MAINTAINERS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from qgen.frozen import frozen
from qgen.tree.order import place
from qgen.tree.pieces import Lines, Slot, Span
from qgen.tree.source import Tree

_RULE = re.compile(r"[-=]{3,}\s*$")


@frozen(slots=False)
class Section(Lines):
    """The section called ``key`` under the heading ``chapter``.

    Only the ``F:`` lines of ``files`` are qgen's: what else stands there stays.
    """

    kind_of_piece: ClassVar[str] = "section"
    merges: ClassVar[bool] = True
    chapter: str = ""
    files: tuple[str, ...] = ()

    @property
    def list_name(self) -> str:
        """The chapter."""
        return self.chapter

    def wanted(self, current: str | None, base: str | None) -> str:
        """``current`` with the files of the board, without those that it had before."""
        if current is None:
            return self.text
        mine = [f"F: {file}\n" for file in self.files]
        gone = {*mine, *_files(base)}
        lines = current.splitlines(keepends=True)
        files = (i for i, line in enumerate(lines) if line.startswith("F:"))
        first = next(files, len(lines))
        kept = [line for line in lines[first:] if line not in gone]
        return "".join([*lines[:first], *mine, *kept])

    def span(self, lines: Sequence[str]) -> Span | None:
        """The section, title and all."""
        chapter = self._chapter(lines)
        for start, end in [] if chapter is None else _sections(lines, chapter):
            if lines[start].rstrip("\n") == self.key:
                return Span(start, end)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place among the titles."""
        chapter = self._chapter(lines)
        found = [] if chapter is None else _sections(lines, chapter)
        if not found:
            raise Tree.strange(self.path, f"it has no sections under {self.chapter!r}")
        index = place([lines[start] for start, _ in found], self.key)
        if index < len(found):
            return Slot(found[index].start, space_behind=True)
        return Slot(found[-1].end, space_before=True)

    def spaced(self, lines: Sequence[str], span: Span) -> bool:
        """An empty line stands between sections."""
        return True

    def _chapter(self, lines: Sequence[str]) -> int | None:
        """The first line under the chapter's heading."""
        for index, line in enumerate(lines[1:], 1):
            if _RULE.match(line) and lines[index - 1].rstrip("\n") == self.chapter:
                return index + 1
        return None


def _files(section: str | None) -> list[str]:
    lines = (section or "").splitlines(keepends=True)
    return [line for line in lines if line.startswith("F:")]


def _sections(lines: Sequence[str], start: int) -> list[Span]:
    """The sections of a chapter whose first one begins at ``start``."""
    found: list[Span] = []
    index = start
    while index < len(lines):
        if not lines[index].strip():
            index += 1
            continue
        end = index
        while end < len(lines) and lines[end].strip():
            end += 1
        if any(_RULE.match(line) for line in lines[index:end]):
            break
        found.append(Span(index, end))
        index = end
    return found


def section_text(
    title: str, maintainer: str | None, list_: str | None, files: Iterable[str]
) -> str:
    """A new section; without a maintainer the board has none, and says so."""
    lines = [title]
    if maintainer is not None:
        lines.append(f"M: {maintainer}")
    if list_ is not None:
        lines.append(f"L: {list_}")
    lines.append(f"S: {'Orphan' if maintainer is None else 'Maintained'}")
    lines += [f"F: {file}" for file in files]
    return "".join(f"{line}\n" for line in lines)
