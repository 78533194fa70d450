"""Where things stand in a spec's text.

A leaf. A `Path` names a node of the spec by keys and indices (``("memory", "flash",
"size")``); a `Source` turns it into the lines and columns of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text; lines and columns count from 1, ``end_column`` is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(slots=True)
class Node:
    """One node of the syntax: its span, the span of its key, and what it holds."""

    span: Span
    key: Span | None = None
    children: dict[str | int, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A spec's text with the place of every node."""

    name: str
    text: str
    root: Node | None = None

    def locate(self, path: Path, *, key: bool = False) -> Span:
        """The span of the node at ``path``, or of the nearest node above it.

        With ``key``, the span of the key that leads to it, where it has one.
        """
        node = self.root
        if node is None:
            return Span(1, 1, 1, 1)
        for step in path:
            child = node.children.get(step)
            if child is None:
                break
            node = child
        else:
            if key and node.key is not None:
                return node.key
            return node.span if node is not self.root else _start(node)
        if node is self.root:
            return _start(node)
        return node.key if node.key is not None and node.children else node.span

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty past the end."""
        lines = self._lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")


def _start(node: Node) -> Span:
    at = node.span
    return Span(at.line, at.column, at.line, at.column)
