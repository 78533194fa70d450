"""Where things stand in a spec's text.

A leaf. A `Path` names a node of the spec by keys and indices (``("memory", "flash",
"size")``); a `Source` turns it into the lines and columns of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from qgen.frozen import frozen

Path = tuple[str | int, ...]

_BREAK = re.compile(r"\r\n|\r|\n")


@frozen
class Span:
    """A stretch of text; lines and columns count from 1, ``end_column`` is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)


@dataclass(slots=True)
class Node:
    """One node of the syntax: its span, the span of its key, and what it holds."""

    span: Span
    key: Span | None = None
    children: dict[str | int, Node] = field(default_factory=dict)


@frozen
class Allow:
    """A comment that takes warnings of ``codes`` away from ``line``, and says why."""

    codes: tuple[str, ...]
    reason: str
    line: int
    span: Span


@frozen(slots=False)
class Source:
    """A spec's text with the place of every node, and what its comments allow."""

    name: str
    text: str
    root: Node | None = None
    allows: tuple[Allow, ...] = ()

    def locate(self, path: Path, *, key: bool = False, word: str | None = None) -> Span:
        """The span of the node at ``path``, or of the nearest node above it.

        With ``key``, the span of the key that leads to it, where it has one. With
        ``word``, the span of that word inside the node, where it stands there.
        """
        node, whole = self.root, True
        if node is None:
            return START
        for step in path:
            child = node.children.get(step)
            if child is not None:
                node = child
            elif not isinstance(step, int):
                whole = False
                break
            # A list may be written without its brackets, if it has one item.
        if node is self.root:
            return _start(node)
        marks_key = key if whole else bool(node.children)
        if marks_key and node.key is not None:
            return node.key
        return node.span if word is None else self._word(node.span, word)

    def _word(self, span: Span, word: str) -> Span:
        """The first ``word`` in ``span``; all of ``span`` if it spans lines."""
        if span.line == span.end_line:
            found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(
                self.line(span.line), span.column - 1, span.end_column - 1
            )
            if found is not None:
                return Span(span.line, found.start() + 1, span.line, found.end() + 1)
        return span

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty past the end."""
        lines = self.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def at(self, offset: int) -> Span:
        """The span of the character at ``offset``."""
        before = _BREAK.split(self.text[:offset])
        line, column = len(before), len(before[-1]) + 1
        return Span(line, column, line, column + 1)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return _BREAK.split(self.text)


def _start(node: Node) -> Span:
    at = node.span
    return Span(at.line, at.column, at.line, at.column)
