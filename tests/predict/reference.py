"""Who answers an address: QEMU's rules for one address at a time, as plain as can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qgen.predict.region import MemoryRegion


@dataclass(frozen=True)
class Answer:
    """The region that answers, at which offset, and the aliases on the way to it."""

    region: MemoryRegion
    offset: int
    type: str
    way: tuple[MemoryRegion, ...]

    def next(self) -> tuple[MemoryRegion, int, str]:
        """What the next address must answer to belong to the same range."""
        return self.region, self.offset + 1, self.type


def start(root: MemoryRegion) -> MemoryRegion:
    """Where QEMU begins: the region that is all there is of ``root``."""
    inner = None
    if root.alias is not None:
        if root.alias_offset == 0 and root.alias.size <= root.size:
            inner = root.alias
    elif root.type is None and len(root.subregions) == 1:
        only = root.subregions[0]
        if only.address == 0 and only.size <= root.size:
            inner = only
    return root if inner is None else start(inner)


def answer(root: MemoryRegion, address: int) -> Answer | None:
    """Who answers ``address`` in the address space under ``root``."""
    first = start(root)
    return _answer(first, address - first.address, False, ())


def _answer(
    region: MemoryRegion, offset: int, readonly: bool, way: tuple[MemoryRegion, ...]
) -> Answer | None:
    if offset < 0 or offset >= region.size:
        return None
    readonly = readonly or region.readonly
    if region.alias is not None:
        at = region.alias_offset + offset
        return _answer(region.alias, at, readonly, (*way, region))
    # max() takes the first of the best: the last one added, looked at backwards.
    left = list(reversed(region.subregions))
    while left:
        top = max(left, key=lambda inner: inner.priority)
        found = _answer(top, offset - top.address, readonly, way)
        if found is not None:
            return found
        left.remove(top)
    if region.type is None:
        return None
    return Answer(region, offset, "rom" if readonly else region.type, way)


def flat_lines(root: MemoryRegion, addresses: Iterable[int]) -> list[str]:
    """The lines of ``info mtree -f`` for ``addresses``, which follow each other."""
    runs: list[tuple[int, list[Answer]]] = []
    before = None
    for address in addresses:
        found = answer(root, address)
        if found is not None:
            if before is not None and before.next() == (
                found.region,
                found.offset,
                found.type,
            ):
                runs[-1][1].append(found)
            else:
                runs.append((address, [found]))
        before = found
    lines = []
    for at, run in runs:
        first, end = run[0], at + len(run) - 1
        region = first.region
        text = f"{at:016x}-{end:016x} (prio {region.priority}, {first.type}): "
        text += region.name
        if first.offset:
            text += f" @{first.offset:016x}"
        lines.append(text)
    return lines
