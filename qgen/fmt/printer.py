"""Written nodes to text: two spaces a level, one line for what fits, comments in place.

A mapping or a list in brackets stays in them if it fits into a line, or into a few that are
filled behind its bracket; else it is written out, an entry a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from qgen.load.written import Entry, Written

WIDTH = 100
MAX_LINES = 3
"""Of what is in brackets."""
MAX_BRACKET = 40
"""The column of a bracket behind which lines may be filled."""
_INDENT = 2
_TO_QGEN = "qgen:"
_BLOCK = re.compile(r"(?P<head>[|>][-+0-9]*)[^\n]*\n?(?P<body>.*)", re.DOTALL)


def printed(root: Written) -> str:
    """The text of a whole document."""
    lines = [*_block(root, 0)]
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines) + "\n"


def _block(node: Written, indent: int) -> Iterator[str]:
    """A mapping or a list with an entry in each line."""
    for place, entry in enumerate(node.entries):
        above = entry.above
        if place == 0 and above[:1] == [""]:
            above = above[1:]
        yield from _comments(above, indent)
        yield from _entry(entry, indent)
        yield from _comments(entry.below, indent)


def _comments(lines: list[str], indent: int) -> Iterator[str]:
    for line in lines:
        yield " " * indent + line if line else ""


def _entry(entry: Entry, indent: int) -> Iterator[str]:
    head = " " * indent + ("-" if entry.key is None else _key(entry.key))
    beside = f"  {entry.beside}" if entry.beside else ""
    value = entry.value
    anchor = f" &{value.anchor}" if value.anchor else ""
    if value.kind in ("scalar", "alias"):
        yield from _scalar(f"{head}{anchor}", value, indent, beside)
        return
    short = _one_line(value)
    if short is not None and (value.flow or not value.entries):
        keep = _TO_QGEN in beside or any(_TO_QGEN in line for line in entry.above)
        lines = [f"{head}{anchor} {short}"]
        if len(lines[0]) > WIDTH and not keep:
            lines = _filled(f"{head}{anchor}", value, indent)
        if lines:
            lines[-1] += beside
            yield from lines
            return
    inner = [*_block(value, indent + _INDENT)]
    if entry.key is None:  # no comment stands between the dash and what it begins
        lifted = [entry.beside] if entry.beside else []
        while inner[0].lstrip().startswith("#"):
            lifted.append(inner.pop(0).strip())
        yield from _comments(lifted, indent)
        beside = ""
    if entry.key is None and not anchor:
        inner[0] = f"{head} {inner[0][indent + _INDENT:]}"
    else:
        yield f"{head}{anchor}{beside}"
    yield from inner


def _key(key: Written) -> str:
    text = _inline(key)
    anchor = f"&{key.anchor} " if key.anchor else ""
    return f"{anchor}{text} :" if key.kind == "alias" else f"{anchor}{text}:"


def _scalar(head: str, node: Written, indent: int, beside: str) -> Iterator[str]:
    if node.style in ("|", ">"):
        match = _BLOCK.fullmatch(node.text)
        assert match is not None
        yield f"{head} {match['head']}{beside}"
        yield from _body(match["head"], match["body"], node, indent)
        return
    lines = [line.strip() for line in node.text.split("\n")]
    if len(lines) > 1 and _is_escaped(node):
        lines = [json.dumps(node.value, ensure_ascii=False)]
    yield f"{head} {lines[0]}{beside * (len(lines) == 1)}"
    for number, line in enumerate(lines[1:], 2):
        text = " " * (indent + _INDENT) + line if line else ""
        yield text + beside * (number == len(lines))


def _body(head: str, body: str, node: Written, indent: int) -> Iterator[str]:
    """The lines of a block scalar, moved to where they now belong."""
    lines = body.split("\n")
    digit = re.search("[0-9]", head)
    first = next((line for line in lines if line.strip()), "")
    old = len(first) - len(first.lstrip(" "))
    if digit is not None:
        old = _indent_of(node) + int(digit[0])
    new = indent + (_INDENT if digit is None else int(digit[0]))
    if lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[-1].strip() and "+" not in head:
        lines.pop()
    for line in lines:
        yield (" " * new + line[old:]) if line[old:] else ""


def _indent_of(node: Written) -> int:
    """Of the mapping or the list that a block scalar is in, as it was written."""
    entry = node.owner
    assert entry is not None
    return entry.inside.start[1]


def _is_escaped(node: Written) -> bool:
    """Whether a line of a quoted text ends in a backslash."""
    return node.style == '"' and re.search(r"\\[ \t]*\n", node.text) is not None


def _inline(node: Written) -> str:
    """A scalar in one line."""
    if "\n" not in node.text:
        return node.text.strip()
    if node.style == "" and "\n" not in node.value:
        return node.value
    if node.style == "'" and "\n" not in node.value:
        return "'" + node.value.replace("'", "''") + "'"
    return json.dumps(node.value, ensure_ascii=False)


def _one_line(node: Written) -> str | None:
    """A node in brackets; None where a comment or a block scalar is in it."""
    if node.kind in ("scalar", "alias"):
        return None if node.style in ("|", ">") else _inline(node)
    parts = _parts(node)
    if parts is None:
        return None
    opening, closing = _brackets(node)
    return f"{opening}{', '.join(parts)}{closing}"


def _brackets(node: Written) -> tuple[str, str]:
    return ("{", "}") if node.kind == "mapping" else ("[", "]")


def _parts(node: Written) -> list[str] | None:
    """What stands between the commas of a mapping or a list in brackets."""
    parts = []
    for entry in node.entries:
        value = _one_line(entry.value)
        if value is None or entry.above or entry.beside or entry.below:
            return None
        anchor = f"&{entry.value.anchor} " if entry.value.anchor else ""
        key = "" if entry.key is None else f"{_key(entry.key)} "
        parts.append(f"{key}{anchor}{value}")
    return parts


def _filled(head: str, node: Written, indent: int) -> list[str]:
    """A mapping or a list in brackets in a few lines; none where it needs more.

    They are filled behind its bracket, or where that is far right, below ``head``.
    """
    parts = _parts(node)
    if not parts or len(parts) < 2:
        return []
    opening, closing = _brackets(node)
    parts = [*(f"{part}," for part in parts[:-1]), f"{parts[-1]}{closing}"]
    below = " " * (indent + _INDENT)
    for first, above in ((f"{head} ", []), (below, [head])):
        if len(first) >= MAX_BRACKET or (above and head.endswith("-")):
            continue
        lines = [f"{first}{opening}{parts[0]}"]
        for part in parts[1:]:
            if len(lines[-1]) + 1 + len(part) <= WIDTH:
                lines[-1] += f" {part}"
            else:
                lines.append(" " * (len(first) + 1) + part)
        if max(map(len, lines)) <= WIDTH and len(lines) <= MAX_LINES:
            return [*above, *lines]
    return []
