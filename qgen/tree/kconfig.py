"""Kconfig: a board's entry, and what a tree's entries say of one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from qgen.frozen import frozen
from qgen.tree.order import place
from qgen.tree.pieces import Lines, Slot, Span
from qgen.tree.source import Tree

_CONFIG = re.compile(r"config (\w+)\s*$")
_FOLDERS = (("", "Kconfig*"), ("hw", "**/Kconfig"), ("target", "*/Kconfig"))
_OTHERS = (("accel", "Kconfig"), ("backends", "**/Kconfig"), ("semihosting", "Kconfig"))


class _Entry(NamedTuple):
    """An entry in a file: ``start`` is that of the comment above it."""

    symbol: str
    start: int
    config: int
    end: int


def _entries(lines: Sequence[str]) -> Iterator[_Entry]:
    for index, line in enumerate(lines):
        found = _CONFIG.match(line)
        if found is None:
            continue
        end = index + 1
        while end < len(lines) and (lines[end][0].isspace()):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        start = index
        while start and lines[start - 1].startswith("#"):
            start -= 1
        yield _Entry(found[1], start, index, end)


@frozen(slots=False)
class KconfigEntry(Lines):
    """The entry of the symbol ``key``, among those of its ``kind``."""

    kind_of_piece: ClassVar[str] = "kconfig"
    kind: frozenset[str] = frozenset()

    def span(self, lines: Sequence[str]) -> Span | None:
        """The entry, without the comment above it."""
        for entry in _entries(lines):
            if entry.symbol == self.key:
                return Span(entry.config, entry.end)
        return None

    def slot(self, lines: Sequence[str]) -> Slot:
        """Its place among the entries of its kind, or among all."""
        entries = list(_entries(lines))
        if not entries:
            raise Tree.strange(self.path, "it has no 'config' entries")
        entries = [e for e in entries if e.symbol in self.kind] or entries
        index = place([entry.symbol for entry in entries], self.key)
        if index < len(entries):
            return Slot(entries[index].start, space_behind=True)
        return Slot(entries[-1].end, space_before=True)

    def spaced(self, lines: Sequence[str], span: Span) -> bool:
        """An empty line stands between entries."""
        return True


class Symbol(NamedTuple):
    """What the entries of one symbol say."""

    selects: tuple[str, ...]
    depends: tuple[str, ...]
    default: bool
    file: str


@frozen(slots=False)
class Kconfig:
    """All entries of a tree, by symbol; ``host`` are those that configure decides."""

    symbols: Mapping[str, Symbol]
    host: frozenset[str]

    def closure(self, wanted: Iterable[str]) -> frozenset[str]:
        """``wanted``, and what is selected with it."""
        found: set[str] = set()
        queue = list(wanted)
        while queue:
            symbol = queue.pop()
            if symbol not in found and symbol in self.symbols:
                found.add(symbol)
                queue += self.symbols[symbol].selects
        return frozenset(found)

    def needs(self, wanted: Iterable[str], given: Iterable[str]) -> list[str]:
        """What the closure of ``wanted`` depends on, and neither selects nor is given."""
        inside = self.closure(wanted)
        there = inside | self.closure(given) | set(given)
        found: dict[str, None] = {}
        for symbol in sorted(inside):
            for each in self.symbols[symbol].depends:
                if each not in there and each in self.symbols:
                    found[each] = None
        return list(found)


def read_all(tree: Tree) -> Kconfig:
    """The entries of all files."""
    symbols: dict[str, Symbol] = {}
    host: set[str] = set()
    for folder, pattern in (*_FOLDERS, *_OTHERS):
        for path, text in tree.below(folder, pattern):
            lines = [f"{line}\n" for line in text.split("\n")]
            for entry in _entries(lines):
                body = lines[entry.config + 1 : entry.end]
                made = _symbol(path, body)
                symbols.setdefault(entry.symbol, made)
                if "/" not in path:
                    host.add(entry.symbol)
    return Kconfig(symbols, frozenset(host))


def _symbol(path: str, body: Iterable[str]) -> Symbol:
    selects: list[str] = []
    depends: list[str] = []
    default = False
    for line in body:
        words = line.split("#")[0].split()
        if words[:1] == ["select"] and len(words) == 2:
            selects.append(words[1])
        elif words[:2] == ["depends", "on"] and not {"||", "(", "!"} & set(words):
            depends += [w for w in words[2:] if re.fullmatch(r"\w+", w)]
        elif words == ["default", "y"]:
            default = True
    return Symbol(tuple(selects), tuple(depends), default, path)
