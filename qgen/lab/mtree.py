"""Reads what ``info mtree -f`` prints. A leaf."""

from __future__ import annotations

import re

_SPACE = re.compile(r' AS "(?P<name>[^"]*)", root: ')
_RANGE = re.compile(r"  (?P<range>[0-9a-f]{16}-[0-9a-f]{16} \(prio .*)")


def address_spaces(text: str) -> dict[str, list[str]]:
    """The ranges of each address space, a line each, by the space's name.

    Several spaces of one name (one for each CPU, say) are one entry if they are alike,
    and the first of them otherwise.
    """
    spaces: dict[str, list[str]] = {}
    names: list[str] = []
    ranges: list[str] = []
    for line in text.splitlines():
        if line.startswith("FlatView #"):
            names, ranges = [], []
        elif match := _SPACE.match(line):
            names.append(match["name"])
            spaces.setdefault(match["name"], ranges)
        elif match := _RANGE.match(line.rstrip()):
            ranges.append(match["range"])
    return spaces
