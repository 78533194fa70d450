"""A board's single lines in QEMU's lists: meson's, those of default.mak, of toctrees."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import field
from itertools import pairwise
from typing import ClassVar

from qgen.frozen import frozen
from qgen.tree.order import place
from qgen.tree.pieces import Lines, Slot, Span
from qgen.tree.source import Tree


def runs(places: Sequence[int], gaps: Callable[[int, int], bool]) -> list[list[int]]:
    """``places`` (numbers of lines) in runs: ``gaps`` says whether two are apart."""
    found: list[list[int]] = []
    for each in places:
        if found and not gaps(found[-1][-1], each):
            found[-1].append(each)
        else:
            found.append([each])
    return found


_ADD = re.compile(
    r"(\w+)\.add\(when: 'CONFIG_(\w+)', "
    r"if_true: \[?files\(('[\w./-]+'(?:, ?'[\w./-]+')*)\)\]?\)\s*$"
)


@frozen(slots=False)
class SourceLine(Lines):
    """The line of meson.build that compiles the C file ``key`` for a Kconfig symbol.

    ``text`` has ``{set}`` for the source set, which is that of the neighbours in
    ``kind``.
    """

    kind_of_piece: ClassVar[str] = "source"
    symbol: str = ""
    kind: frozenset[str] = frozenset()

    def span(self, lines: Sequence[str]) -> Span | None:
        """The line with the file's name."""
        for index, line in enumerate(lines):
            if f"'{self.key}'" in line and not line.lstrip().startswith("#"):
                return Span(index, index + 1)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place in the list that has most of its kind."""
        best = self._neighbours(lines)
        symbols = [self._symbol(lines[each]) for each in best]
        index = place(symbols, self.symbol)
        if index == len(best):
            return Slot(best[-1] + 1)
        at = best[index]
        while lines[at - 1].startswith("#"):  # what is said of that neighbour
            at -= 1
        return Slot(at)

    def source_set(self, lines: Sequence[str]) -> str:
        """The source set that most of the neighbours are added to."""
        names = [_owner(lines[each]) for each in self._neighbours(lines)]
        return max(names, key=names.count)

    def _neighbours(self, lines: Sequence[str]) -> list[int]:
        added = [index for index, line in enumerate(lines) if _ADD.match(line)]
        if not added:
            raise Tree.strange(self.path, "no line adds a file for a CONFIG symbol")

        def gap(one: int, other: int) -> bool:
            return any(not line.strip() for line in lines[one:other])

        def fit(run: list[int]) -> tuple[int, int]:
            symbols = [self._symbol(lines[each]) for each in run]
            return sum(each in self.kind for each in symbols), len(run)

        best = max(runs(added, gap), key=fit)
        return [each for each in best if self._symbol(lines[each]) in self.kind] or best

    @staticmethod
    def _symbol(line: str) -> str:
        found = _ADD.match(line)
        assert found is not None
        return found[2]


def _owner(line: str) -> str:
    found = _ADD.match(line)
    assert found is not None
    return found[1]


def symbol_of(lines: Sequence[str], source: str) -> str | None:
    """The Kconfig symbol that the C file ``source`` is compiled for."""
    for line in lines:
        found = _ADD.match(line)
        if found and f"'{source}'" in found[3]:
            return found[2]
    return None


def symbols_of_headers(tree: Tree, text: str) -> set[str]:
    """The symbols that C needs for the headers that it includes, by QEMU's names.

    What ``hw/char/x.h`` declares is in ``hw/char/x.c``.
    """
    found = set()
    for folder, stem in re.findall(r'^#include "(hw/[\w/]+)/([\w-]+)\.h"', text, re.M):
        for line in (tree.read(f"{folder}/meson.build") or "").split("\n"):
            added = _ADD.match(line)
            if added and f"'{stem}.c'" in added[3]:
                found.add(added[2])
    return found


_DEVICE = re.compile(r"#? ?CONFIG_(\w+)=[yn]\s*$")


@frozen(slots=False)
class DeviceLine(Lines):
    """The line of default.mak for the symbol ``key``: ``# CONFIG_X=n``, or ``CONFIG_X=y``.

    ``kind`` are the symbols of boards.
    """

    kind_of_piece: ClassVar[str] = "device"
    kind: frozenset[str] = frozenset()

    def span(self, lines: Sequence[str]) -> Span | None:
        """The line, whether it is a comment or not."""
        for index, line in enumerate(lines):
            found = _DEVICE.match(line)
            if found and found[1] == self.key:
                return Span(index, index + 1)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place in the longest list of boards; behind all where there is none."""
        boards = {
            index: found[1]
            for index, line in enumerate(lines)
            if (found := _DEVICE.match(line)) and found[1] in self.kind
        }
        if not boards:
            return Slot(len(lines), space_before=bool(lines))
        parts = runs(list(boards), lambda one, other: other != one + 1)
        best = max(parts, key=len)
        index = place([boards[each] for each in best], self.key)
        return Slot(best[index] if index < len(best) else best[-1] + 1)

    def spaced(self, lines: Sequence[str], span: Span) -> bool:
        """It stands alone where the file had no boards."""
        above = span.start == 0 or not lines[span.start - 1].strip()
        return above and span.end == len(lines)


_TOCTREE = re.compile(r"\.\. toctree::\s*$")


@frozen(slots=False)
class TocLine(Lines):
    """The line of the board's page in a table of contents, which goes by titles.

    ``titles`` has the title of each page that stands there.
    """

    kind_of_piece: ClassVar[str] = "toc"
    title: str = ""
    titles: Callable[[str], str] = field(default=lambda entry: entry)

    def span(self, lines: Sequence[str]) -> Span | None:
        """The line with the page's name."""
        for index in entries(self.path, lines):
            if lines[index].strip().removesuffix(".rst") == self.key:
                return Span(index, index + 1)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place by title."""
        found = entries(self.path, lines)
        keys = [self.titles(lines[each].strip()) for each in found]
        index = place(keys, self.title)
        return Slot(found[index] if index < len(found) else found[-1] + 1)


def entries(path: str, lines: Sequence[str]) -> list[int]:
    """The lines of the pages of boards, the first table of contents of a target's page."""
    start = next((i for i, line in enumerate(lines) if _TOCTREE.match(line)), None)
    found: list[int] = []
    if start is not None:
        for index in range(start + 1, len(lines)):
            line = lines[index]
            if line.strip() and not line[0].isspace():
                break
            if line.strip() and not line.strip().startswith(":"):
                found.append(index)
    if not found:
        raise Tree.strange(path, "it has no table of the pages of boards")
    return found


def title_of(text: str) -> str | None:
    """The title of an .rst file: the first line that is underlined."""
    lines = text.split("\n")
    for line, under in pairwise(lines):
        rule = len(under) >= max(4, len(line)) and under == under[0] * len(under)
        if rule and not under[0].isalnum() and line.strip():
            return line.strip()
    return None


@frozen(slots=False)
class ListedTest(Lines):
    """The line of the test ``key`` in meson's list ``tests``."""

    kind_of_piece: ClassVar[str] = "test"
    tests: str = ""

    @property
    def list_name(self) -> str:
        """Meson's list."""
        return self.tests

    def span(self, lines: Sequence[str]) -> Span | None:
        """The line in the list."""
        for index in self._entries(lines):
            if lines[index].strip() == f"'{self.key}',":
                return Span(index, index + 1)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place in the list."""
        found = self._entries(lines)
        start = self._start(lines)
        if start is None:
            raise Tree.strange(self.path, f"it has no list {self.tests}")
        index = place([lines[each].strip("', \n") for each in found], self.key)
        return Slot(found[index] if index < len(found) else start + 1 + len(found))

    def _start(self, lines: Sequence[str]) -> int | None:
        head = f"{self.tests} = ["
        return next((i for i, line in enumerate(lines) if line.strip() == head), None)

    def _entries(self, lines: Sequence[str]) -> list[int]:
        start = self._start(lines)
        found: list[int] = []
        if start is not None:
            for index in range(start + 1, len(lines)):
                if not lines[index].startswith("  '"):
                    break
                found.append(index)
        return found
