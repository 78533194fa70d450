"""Reads what ``info mtree`` prints. A leaf."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from qgen.compare.snapshot import Region

T = TypeVar("T")

_SPACE = re.compile(r' AS "(?P<name>[^"]*)", root: (?P<root>.*)')
_RANGE = re.compile(
    r"  (?P<range>(?P<start>[0-9a-f]{16})-(?P<end>[0-9a-f]{16}) "
    r"\(prio -?\d+, (?P<kind>[^)]*)\): (?P<name>.*))"
)
_TREE = re.compile(r"(?:address-space|memory-region): (?P<name>.*)")
_REGION = re.compile(
    r"(?P<indent> +)(?:\[DETECTED OVERFLOW!\] )?"
    r"(?P<start>[0-9a-f]{16})-(?P<end>[0-9a-f]{16}) "
    r"\(prio (?P<priority>-?\d+), (?P<kind>[^)]*)\): (?P<rest>.*)"
)
_ALIAS = re.compile(r"alias (?P<name>.*) @(?P<shows>.* [0-9a-f]{16}-[0-9a-f]{16})")
_DISABLED = " [disabled]"
# From 11.0, what QEMU calls a region that lies in no other; only I/O answers as one.
_ROOT, _IO = ", container): ", ", i/o): "


def address_spaces(text: str) -> dict[str, list[str]]:
    """The ranges of each address space, a line each, by the space's name.

    Several spaces of one name (one for each CPU, say) are one entry if they are alike,
    and the first of them otherwise.
    """
    spaces: dict[str, list[str]] = {}
    ranges: list[str] = []
    for line in text.splitlines():
        if line.startswith("FlatView #"):
            ranges = []
        elif match := _SPACE.match(line):
            spaces.setdefault(match["name"], ranges)
        elif match := _RANGE.match(line.rstrip()):
            ranges.append(match["range"].replace(_ROOT, _IO))
    return spaces


def flat_views(text: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The ranges of each address space of ``info mtree -f``: place, and what is there.

    Priorities are left to the region tree, which has those that a map does not show too.
    Several spaces of one name are numbered: ``name``, ``name #2``.
    """
    spaces: dict[str, list[list[tuple[str, str]]]] = defaultdict(list)
    ranges: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("FlatView #"):
            ranges = []
        elif match := _SPACE.match(line):
            spaces[match["name"]].append(ranges)
        elif match := _RANGE.match(line.rstrip()):
            place = f"{int(match['start'], 16):#x}-{int(match['end'], 16):#x}"
            ranges.append((place, f"{match['name']}, {match['kind']}"))
    return _numbered(
        (name, tuple(ranges))
        for name, several in spaces.items()
        for ranges in sorted(several)
    )


def region_trees(text: str) -> Mapping[str, Region]:
    """The tree of each address space and region of ``info mtree -D``, by name."""
    trees: list[tuple[str, Region]] = []
    names: list[str] = []
    lines: list[re.Match[str]] = []
    for line in [*text.splitlines(), ""]:
        if match := _TREE.match(line):
            names.append(match["name"])
        elif match := _REGION.match(line):
            lines.append(match)
        elif not line.strip():
            if lines:
                root = _tree(lines)
                trees += ((name, root) for name in names)
            names, lines = [], []
    # QEMU prints them in the order of a hash table.
    return _numbered(sorted(trees, key=lambda tree: (tree[0], repr(tree[1]))))


def _tree(lines: list[re.Match[str]]) -> Region:
    """The region of the first line, with those of deeper ones in it."""
    first, rest = lines[0], lines[1:]
    inner: list[list[re.Match[str]]] = []
    for line in rest:
        if len(line["indent"]) == len(first["indent"]) + 2 or not inner:
            inner.append([])
        inner[-1].append(line)
    base = int(first["start"], 16)
    subtrees = (_tree(each) for each in inner)
    regions = tuple(replace(each, offset=each.offset - base) for each in subtrees)
    return replace(_region(first), inner=regions)


def _region(line: re.Match[str]) -> Region:
    rest = line["rest"].removesuffix(_DISABLED)
    alias = _ALIAS.fullmatch(rest)
    start, end = int(line["start"], 16), int(line["end"], 16)
    return Region(
        name=alias["name"] if alias else rest,
        offset=start,
        size=end - start + 1,
        priority=int(line["priority"]),
        kind=line["kind"],
        shows=alias["shows"] if alias else "",
        enabled=rest == line["rest"],
    )


def _numbered(items: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for name, item in items:
        key, number = name, 1
        while key in found:
            number += 1
            key = f"{name} #{number}"
        found[key] = item
    return found
