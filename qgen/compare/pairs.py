"""Which object of one machine is which of the other.

An object is found by its path. QOM numbers what has no name of its own
(``/machine/unattached/device[7]``) in order of creation, so that one device more
renumbers all that follow; such a row is aligned by what the objects are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from qgen.compare.snapshot import Json, Object
from qgen.frozen import frozen

T = TypeVar("T")
Key = Callable[[T], Hashable]
Row = list[tuple[int, str]]

_NUMBERED = re.compile(r"(?P<base>.*)\[(?P<number>\d+)\]")


@frozen(slots=False)
class Moved:
    """Consecutive objects of a row in ``home`` that have other numbers upstream."""

    home: str
    base: str
    first: int
    count: int
    upstream: int


@frozen(slots=False)
class Pairs:
    """``paths``: upstream's path by ours, of objects that both machines have."""

    paths: Mapping[str, str]
    moved: tuple[Moved, ...] = ()

    def there(self, value: Json) -> Json:
        """A value of ours with upstream's paths of the objects that it names."""
        if isinstance(value, str):
            return self.paths.get(value, value)
        if isinstance(value, list):
            return [self.there(item) for item in value]
        if isinstance(value, dict):
            return {key: self.there(item) for key, item in value.items()}
        return value


def pair(
    ours: Mapping[str, Object],
    upstream: Mapping[str, Object],
    name_of: Callable[[str], str],
) -> Pairs:
    """Pair the objects of two trees; ``name_of`` is upstream's name for a type of ours."""
    pairing = _Pairing(ours, upstream, name_of)
    pairing.walk("/", "/")
    return Pairs(pairing.paths, tuple(pairing.moved))


class _Pairing:
    def __init__(
        self,
        ours: Mapping[str, Object],
        upstream: Mapping[str, Object],
        name_of: Callable[[str], str],
    ) -> None:
        self.ours, self.upstream, self.name_of = ours, upstream, name_of
        self.inner = children(ours), children(upstream)
        self.paths: dict[str, str] = {}
        self.moved: list[Moved] = []

    def walk(self, a: str, b: str) -> None:
        self.paths[a] = b
        rows_a, rows_b = _rows(self.inner[0][a]), _rows(self.inner[1][b])
        for base, row in rows_a.items():
            found = list(self._aligned(row, rows_b.get(base, [])))
            self._note_moves("" if a == "/" else a, base, found)
            for (_, ours), (_, upstream) in found:
                self.walk(ours, upstream)

    def _aligned(
        self, a: Row, b: Row
    ) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
        def type_a(item: tuple[int, str]) -> str:
            return self.name_of(self.ours[item[1]].type)

        def type_b(item: tuple[int, str]) -> str:
            return self.upstream[item[1]].type

        if len(a) == len(b) and (
            len(a) == 1 or list(map(type_a, a)) == list(map(type_b, b))
        ):
            yield from zip(a, b, strict=True)
            return
        yield from align(
            a,
            b,
            lambda item: (type_a(item), _looks(self.ours[item[1]])),
            lambda item: (type_b(item), _looks(self.upstream[item[1]])),
            lambda rest_a, rest_b: align(rest_a, rest_b, type_a, type_b),
        )

    def _note_moves(
        self,
        home: str,
        base: str,
        found: Sequence[tuple[tuple[int, str], tuple[int, str]]],
    ) -> None:
        run: Moved | None = None
        for (a, _), (b, _) in found:
            if run and (a, b) == (run.first + run.count, run.upstream + run.count):
                run = Moved(home, base, run.first, run.count + 1, run.upstream)
                self.moved[-1] = run
            elif a != b:
                run = Moved(home, base, a, 1, b)
                self.moved.append(run)
            else:
                run = None


def align(
    a: Sequence[T],
    b: Sequence[T],
    key_a: Key[T],
    key_b: Key[T],
    rest: Callable[[Sequence[T], Sequence[T]], Iterable[tuple[T, T]]] | None = None,
) -> Iterator[tuple[T, T]]:
    """Pairs of equal keys in the same order; ``rest`` pairs what lies in between."""
    keys_a, keys_b = [key_a(item) for item in a], [key_b(item) for item in b]
    i = j = _alike(keys_a, keys_b)
    yield from zip(a[:i], b[:j], strict=True)
    # The matcher's time grows with the square of a row of alike things.
    matcher = SequenceMatcher(None, keys_a[i:], keys_b[j:], autojunk=False)
    first = i
    for offset_a, offset_b, size in matcher.get_matching_blocks():
        start_a, start_b = first + offset_a, first + offset_b
        if rest is not None:
            yield from rest(a[i:start_a], b[j:start_b])
        i, j = start_a + size, start_b + size
        yield from zip(a[start_a:i], b[start_b:j], strict=True)


def _alike(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """How many items at the beginning are the same."""
    differ = (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(differ, min(len(a), len(b)))


def children(objects: Mapping[str, Object]) -> Mapping[str, list[str]]:
    """The paths of the objects in each object."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in objects:
        if path != "/":
            found[path.rpartition("/")[0] or "/"].append(path)
    return found


def split(path: str) -> tuple[str, int]:
    """``("/machine/uart", 3)`` of ``/machine/uart[3]``; -1 where there is no number."""
    match = _NUMBERED.fullmatch(path)
    return (match["base"], int(match["number"])) if match else (path, -1)


def _rows(paths: Iterable[str]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for path in paths:
        base, number = split(path)
        rows.setdefault(base.rpartition("/")[2], []).append((number, path))
    for row in rows.values():
        row.sort()
    return rows


def _looks(each: Object) -> Hashable:
    """What tells an object from its neighbours of the same type: where it answers."""
    mmio = each.facts.get("mmio") or ()
    addresses = tuple(region["addr"] for region in mmio)
    plain = tuple(
        sorted(
            (name, repr(prop.value))
            for name, prop in each.properties.items()
            if isinstance(prop.value, bool | int | str)
            and not str(prop.value).startswith("/")
        )
    )
    return addresses, plain
