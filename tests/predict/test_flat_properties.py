"""The flat map of any tree is what each address answers by itself (see `reference`)."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.predict import FlatRange, flat_view, format_view
from qgen.predict.region import MemoryRegion

from .reference import flat_lines

SPACE = 64
SEEN = range(2 * SPACE)
"""All that a tree can reach: the rule of `reference.start` moves it past SPACE."""
MOST = 12
BYTES = 8
"""What a region takes of the drawn bytes."""
KINDS = ("leaf", "leaf", "alias", "alias", "container", "both")
PRIORITIES = (0, 0, 0, 1, 1, -1, 5)


def space(data: bytes) -> MemoryRegion:
    """The root of a tree: regions of any size, read-only or not, over and in each other.

    ``both`` has regions in it and answers where they do not, as the port I/O space does.
    Bytes are drawn faster than decisions, and made smaller just as well.
    """
    made: list[MemoryRegion] = []
    free: list[tuple[MemoryRegion, int, int]] = []
    count, root_answers = data[0] % MOST + 1, data[1] % 8 == 7
    for n in range(count):
        kind, size, of, offset, readonly, at, priority, where = data[
            2 + n * BYTES : 2 + (n + 1) * BYTES
        ]
        # Some share a name, which must not make them one.
        region = MemoryRegion(f"r{n % 5}", size % 25, readonly=readonly % 6 == 5)
        what = KINDS[kind % len(KINDS)]
        if what == "alias" and made:
            region.alias = made[of % len(made)]
            region.alias_offset = offset % 17
        elif what != "container":
            region.type = ("ram", "i/o")[of % 2]
        if what in ("container", "both"):
            free = put(region, free, where)
        made.append(region)
        free.append((region, at % 31, PRIORITIES[priority % len(PRIORITIES)]))
    root = MemoryRegion("root", SPACE, "i/o" if root_answers else None)
    put(root, free, sum(data) % 256 | 0b101)
    return root


def put(
    container: MemoryRegion, free: list[tuple[MemoryRegion, int, int]], where: int
) -> list[tuple[MemoryRegion, int, int]]:
    """Map the free regions for which a bit of ``where`` is set; the others stay free."""
    left = []
    for i, (region, at, priority) in enumerate(free):
        if where >> i % 8 & 1:
            container.add(region, at, priority)
        else:
            left.append((region, at, priority))
    return left


SPACES = st.binary(min_size=2 + MOST * BYTES, max_size=2 + MOST * BYTES).map(space)


def continues(one: FlatRange, other: FlatRange) -> bool:
    return (
        one.end == other.start
        and one.region is other.region
        and one.offset + one.size == other.offset
        and one.type == other.type
    )


@settings(max_examples=3000, deadline=None, derandomize=True, database=None)
@given(SPACES)
def test_the_flat_map_is_what_each_address_answers(root: MemoryRegion) -> None:
    assert format_view(flat_view(root)) == flat_lines(root, SEEN)


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(SPACES)
def test_ranges_are_in_order_disjoint_and_maximal(root: MemoryRegion) -> None:
    view = flat_view(root)
    assert all(each.size > 0 for each in view)
    for one, other in pairwise(view):
        assert one.end <= other.start
        assert not continues(one, other)
