"""How a spec is written: its scalars as they stand, flow or block, and every comment.

For `qgen fmt`, which writes it anew. The text must be one that `loads` takes.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from qgen.load.parser import LOADER

Place = tuple[int, int]
"""Line and column, from 0."""

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_NO_CONTENT = re.compile(r"[ \t]*(?:(?:---|[-?])[ \t]+)*|%.*")


@dataclass(eq=False)
class Written:
    """A node; ``text`` is a scalar as it stands, or ``*name``.

    ``style`` of a scalar is its quote, ``|`` or ``>``, or nothing; ``flow`` is a mapping
    or a list in brackets.
    """

    kind: str  # scalar, alias, mapping, list
    start: Place
    end: Place
    text: str = ""
    value: str = ""
    style: str = ""
    anchor: str | None = None
    flow: bool = False
    entries: list[Entry] = field(default_factory=list)
    owner: Entry | None = None


@dataclass(eq=False)
class Entry:
    """A key and its value, or an item of a list; with its comments.

    ``above``: lines of comments, and an empty one for blank lines; ``beside``: at the end
    of its (first) line; ``below``: behind all of it, before the mapping or list ends.
    """

    key: Written | None
    value: Written
    inside: Written
    above: list[str] = field(default_factory=list)
    beside: str | None = None
    below: list[str] = field(default_factory=list)

    @property
    def start(self) -> Place:
        """Where it begins."""
        return (self.key or self.value).start

    def space(self) -> None:
        """Note blank lines above it."""
        if not self.above or self.above[-1]:
            self.above.append("")

    def note(self, comment: str, blank: bool) -> None:
        """Note a comment above it, which has blank lines above."""
        if blank:
            self.space()
        self.above.append(comment)


@dataclass(frozen=True)
class Page:
    """A whole text, and its comments in order."""

    root: Written
    comments: tuple[str, ...]


def page(text: str) -> Page:
    """How ``text`` is written."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(lines.split("\n"))
    for event in yaml.parse(lines, Loader=LOADER):
        reader.take(event)
    assert reader.root is not None
    return Page(reader.root, tuple(reader.attach()))


class _Reader:
    """Takes events one by one; `attach` gives comments their entries."""

    def __init__(self, lines: list[str]):
        self._lines = lines
        self._open: list[tuple[Written, Written | None]] = []
        self._scalars: dict[int, list[Written]] = {}
        self._entries: list[tuple[Place, int, Entry]] = []
        self.root: Written | None = None

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._add(self._scalar(event))
            case yaml.AliasEvent():
                self._add(Written("alias", *_span(event), text=f"*{event.anchor}"))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                node = Written("mapping" if is_mapping else "list", *_span(event))
                node.anchor, node.flow = event.anchor, bool(event.flow_style)
                self._open.append((node, None))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                node, _ = self._open.pop()
                node.end = _span(event)[1]
                self._add(node)

    def _scalar(self, event: Any) -> Written:
        start, end = _span(event)
        text = self._between(start, end)
        if event.anchor is not None:  # a scalar begins with its anchor
            text = re.sub(r"^&\S+\s+", "", text)
        node = Written("scalar", start, end, text, event.value)
        node.style, node.anchor = event.style or "", event.anchor
        for line in range(start[0], end[0] + 1):
            self._scalars.setdefault(line, []).append(node)
        return node

    def _between(self, start: Place, end: Place) -> str:
        if start[0] == end[0]:
            return self._lines[start[0]][start[1] : end[1]]
        first, last = self._lines[start[0]][start[1] :], self._lines[end[0]][: end[1]]
        return "\n".join([first, *self._lines[start[0] + 1 : end[0]], last])

    def _add(self, node: Written) -> None:
        if not self._open:
            self.root = node
            return
        inside, key = self._open[-1]
        if inside.kind == "mapping" and key is None:
            self._open[-1] = (inside, node)
            return
        entry = Entry(key, node, inside)
        node.owner = entry
        inside.entries.append(entry)
        self._entries.append((entry.start, len(self._open), entry))
        self._open[-1] = (inside, None)

    def attach(self) -> Iterator[str]:
        """Give comments and blank lines to entries; all comments, in order."""
        self._entries.sort(key=lambda each: each[:2])
        starts = [start for start, _, _ in self._entries]
        blank = False
        for number, line in enumerate(self._lines):
            if self._is_text(number):
                blank = not line.strip() and not self._keeps_blanks(number)
                continue
            column = self._comment_in(number)
            code = line if column is None else line[:column]
            if not line.strip():
                blank = True
                continue
            place = bisect_right(starts, (number, len(code)))
            first = bisect_left(starts, (number, 0))
            own = _NO_CONTENT.fullmatch(code) is not None
            if not own and blank and first < place:
                self._entries[first][2].space()
            if column is not None:
                comment = line[column:].rstrip()
                yield comment
                if own:
                    self._on_its_own(comment, (number, column), place, blank)
                else:
                    self._beside(comment, (number, column), place)
            blank = False

    def _is_text(self, number: int) -> bool:
        """Whether a line is inside a scalar of several lines, or blank in one."""
        for scalar in self._scalars.get(number, ()):
            if scalar.start[0] < number and (number, 0) < scalar.end:
                if scalar.style in ("|", ">"):
                    return True
                if number < scalar.end[0]:
                    return True
        return False

    def _keeps_blanks(self, number: int) -> bool:
        """Whether blank lines at the end of the scalar in this line are part of it."""
        return any("+" in _head(each.text) for each in self._scalars[number])

    def _comment_in(self, number: int) -> int | None:
        for match in _COMMENT.finditer(self._lines[number]):
            at = (number, match.start())
            if not any(_covers(each, at) for each in self._scalars.get(number, ())):
                return match.start()
        return None

    def _on_its_own(self, comment: str, at: Place, place: int, blank: bool) -> None:
        """A comment in a line of its own is above the next entry, or below one."""
        following = self._entries[place][2] if place < len(self._entries) else None
        last = self._last(at, place)
        if last is None:
            assert following is not None
            following.note(comment, blank)
        elif last.inside.flow and at < last.inside.end:
            inside = following is not None and following.start < last.inside.end
            if inside and following is not None:
                following.note(comment, blank)
            else:
                last.below.append(comment)
        else:
            edge = -1 if following is None else self._column(following)
            if following is not None and at[1] <= edge:
                following.note(comment, blank)
                return
            chain = [e for e in _chain(last) if edge < self._column(e) <= at[1]]
            if chain or following is None:
                entry = chain[0] if chain else [*_chain(last)][-1]
                entry.below += ["", comment] if blank else [comment]
            else:
                following.note(comment, blank)

    def _beside(self, comment: str, at: Place, place: int) -> None:
        last = self._last(at, place)
        if last is None:
            self._on_its_own(comment, at, place, False)
        elif last.beside is None:
            last.beside = comment
        else:
            last.below.append(comment)

    def _last(self, at: Place, place: int) -> Entry | None:
        """The entry that ``at`` is in or behind; not one in brackets that are closed."""
        if place == 0:
            return None
        last = self._entries[place - 1][2]
        while last.inside.flow and last.inside.end <= at and last.inside.owner:
            last = last.inside.owner
        return last

    def _column(self, entry: Entry) -> int:
        if entry.key is not None:
            return entry.key.start[1]
        line, column = entry.value.start
        dash = self._lines[line].rfind("-", 0, column)
        return column if dash < 0 else dash


def _chain(entry: Entry) -> Iterator[Entry]:
    """An entry, the one that it is in, and so on."""
    here: Entry | None = entry
    while here is not None:
        yield here
        here = here.inside.owner


def _head(text: str) -> str:
    """The line that begins a block scalar, without a comment."""
    return re.split(r"[ \t]", text.partition("\n")[0])[0]


def _covers(scalar: Written, at: Place) -> bool:
    if scalar.style in ("|", ">"):  # its first line holds no text yet
        return scalar.start[0] < at[0] and at < scalar.end
    return scalar.start <= at < scalar.end


def _span(event: Any) -> tuple[Place, Place]:
    start, end = event.start_mark, event.end_mark
    return (start.line, start.column), (end.line, end.column)
