"""What a tree has in it that may go wrong: for counting that drawn trees have it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from qgen.board import IO, RAM, SYSTEM
from qgen.predict import FlatRange, Space, flat_view
from qgen.predict.region import MemoryRegion

from . import reference
from .trees import Part, Tree

STRICT = frozenset(
    {
        "alias of an alias",
        "alias of an alias of an alias",
        "alias of a container",
        "alias of a part that is mapped nowhere",
        "alias of a part, with an offset",
        "alias of a rest",
        "container in a container",
        "container in a container in a container",
        "negative priority",
        "priority decides",
        "start of its container",
        "RAM of -m whole",
        "RAM of -m split",
        "RAM of -m in windows",
        "alias of a part of split RAM",
        "alias past the RAM that there is",
        "unimplemented below another part",
        "port I/O",
        "nothing answers",
        "cut in two by a part on top",
        "cut at its start",
        "one range from two ways",
        "rom through an alias",
        "i/o through an alias",
        "one region in two places",
    }
)
"""What specs must show."""
FREE = frozenset(
    {
        "the later of two equals wins",
        "sticks out of its container",
        "alias past its target",
        "readonly by an alias",
        "readonly by a container",
    }
)
"""What boards must show that no spec can."""


def features(tree: Tree, roots: Mapping[Space, MemoryRegion]) -> set[str]:
    """Which of them ``tree`` has."""
    found = {*_of_parts(tree), *_of_overlaps(tree)}
    for root in roots.values():
        found |= set(_of_view(tree, root, flat_view(root)))
    return found


def _of_parts(tree: Tree) -> Iterator[str]:
    parts = {part.name: part for part in tree.parts}
    sizes = tree.sizes(tree.ram.size if tree.ram else 0)
    for part in tree.parts:
        outer = parts.get(part.container or "")
        if part.kind == "container" and outer is not None:
            yield "container in a container"
            if outer.container in parts:
                yield "container in a container in a container"
        if part.priority is not None and part.priority < 0:
            yield "negative priority"
        if part.container is not None and part.at == 0:
            yield "start of its container"
        if part.container == IO:
            yield "port I/O"
        room = {SYSTEM: 1 << 64, IO: 1 << 16, **sizes}.get(part.container or SYSTEM, 0)
        if part.container and part.at + sizes[part.name] > room:
            yield "sticks out of its container"
        if part.target is not None:
            yield from _of_alias(part, parts, sizes)
    if tree.ram is not None:
        if tree.ram.at is not None:
            yield "RAM of -m whole"
        elif tree.ram.split is not None:
            yield "RAM of -m split"
        elif any(part.target == RAM and part.container for part in tree.parts):
            yield "RAM of -m in windows"


def _of_alias(
    part: Part, parts: Mapping[str, Part], sizes: Mapping[str, int]
) -> Iterator[str]:
    assert part.target is not None
    if part.offset and part.size is not None:
        yield "alias of a part, with an offset"
    if part.size is None:
        yield "alias of a rest"
    if part.offset + sizes[part.name] > sizes[part.target]:
        shows_ram = part.target in (RAM, "low", "high")
        yield (
            "alias past the RAM that there is" if shows_ram else "alias past its target"
        )
    if part.target in ("low", "high"):
        yield "alias of a part of split RAM"
    target = parts.get(part.target)
    if target is None:
        return
    if target.container is None:
        yield "alias of a part that is mapped nowhere"
    if target.kind == "container":
        yield "alias of a container"
    if target.kind == "alias":
        yield "alias of an alias"
        inner = parts.get(target.target or "")
        if inner is not None and inner.kind == "alias":
            yield "alias of an alias of an alias"


def _of_overlaps(tree: Tree) -> Iterator[str]:
    sizes = tree.sizes(tree.ram.size if tree.ram else 0)
    for one, other in combinations(tree.parts, 2):
        if one.container is None or one.container != other.container:
            continue
        if (
            one.at < other.at + sizes[other.name]
            and other.at < one.at + sizes[one.name]
        ):
            if "unimplemented" in (one.kind, other.kind):
                yield "unimplemented below another part"
            equal = one.on_top == other.on_top
            yield "the later of two equals wins" if equal else "priority decides"


def _of_view(tree: Tree, root: MemoryRegion, view: list[FlatRange]) -> Iterator[str]:
    if not view:
        yield "nothing answers"
    ways = []
    for each in view:
        places = {each.start, each.end - 1}
        places |= set(range(each.start, each.end, max(tree.step, each.size // 64)))
        answers = [reference.answer(root, place) for place in sorted(places)]
        assert None not in answers
        ways.append([answer.way for answer in answers if answer is not None])
        first = ways[-1][0]
        if len(set(ways[-1])) > 1:
            yield "one range from two ways"
        if first and each.type != "ram":
            yield f"{each.type} through an alias"
        if each.type == "rom" and not each.region.readonly:
            by_alias = any(alias.readonly for alias in first)
            yield "readonly by an alias" if by_alias else "readonly by a container"
    for i, j in pairwise(range(len(view))):
        if view[i].region is view[j].region and ways[i][-1] != ways[j][0]:
            yield "one region in two places"
    seen = set()
    for each, (first, *_) in zip(view, ways, strict=True):
        place = each.region, first, each.start - each.offset
        if place in seen:
            yield "cut in two by a part on top"
        elif each.offset and not first:
            yield "cut at its start"
        seen.add(place)
