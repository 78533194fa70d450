"""The memory of two machines: their regions, and what images and ROMs put there."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.check.compare_core import Differences, name_of, plain
from qgen.check.facts import Blob, Load, Machine, Mapped, Region
from qgen.check.match import Key, shown


class MemoryDifferences(Differences):
    """What differs in regions, images and ROMs."""

    def _regions(self, made: Machine, wanted: Machine) -> list[tuple[Region, Region]]:
        both = self._match(
            "region", made.regions, wanted.regions, _region_keys, _description
        )
        if made.ram is not None and wanted.ram is not None:
            both.append((made.ram, wanted.ram))
        return both

    def _region(self, made: Region, wanted: Region) -> None:
        what, line = f"region {wanted.name!r}", made.line
        self._same(line, what, "kind", made.kind, wanted.kind)
        self._same(line, what, "name in QEMU", made.label, wanted.label)
        self._same(line, what, "size", made.size, wanted.size)
        self._same(line, what, "target", name_of(made.target), name_of(wanted.target))
        self._same(line, what, "offset into the target", made.offset, wanted.offset)
        self._same(line, what, "value that it reads as", made.reads, wanted.reads)
        if made.owned != wanted.owned:
            owners = {True: "a child", False: "nobody's"}
            is_, has = owners[made.owned], owners[wanted.owned]
            self.say(line, f"{what}: it is {is_} in QOM; the board makes it {has}")
        self._mapped(line, what, made.mapped, wanted.mapped)

    def _mapped(
        self, line: int, what: str, made: Mapped | None, wanted: Mapped | None
    ) -> None:
        if made is None or wanted is None:
            if made is not None:
                self.say(made.line, f"{what} is mapped; the board maps it nowhere")
            if wanted is not None:
                at = f"{shown(wanted.address)} of {wanted.container.name!r}"
                self.say(line, f"{what} is not mapped; the board has it at {at}")
            return
        line = made.line
        self._same(line, what, "container", made.container.name, wanted.container.name)
        self._same(line, what, "address", made.address, wanted.address)
        self._same(line, what, "priority", made.priority, wanted.priority)
        self._same(line, what, "kind of mapping", made.by, wanted.by)

    def _loads(self, made: Sequence[Load], wanted: Sequence[Load]) -> None:
        if [(x.file, x.how) for x in made] != [(x.file, x.how) for x in wanted]:
            line = made[0].line if made else 0
            self.say(
                line, f"images: {_attempts(made)}; the board wants {_attempts(wanted)}"
            )
            return
        for mine, theirs in zip(made, wanted, strict=True):
            what = f"the image {theirs.file!r}"
            is_, has = plain(mine.into), plain(theirs.into)
            self._same(mine.line, what, "region that it goes into", is_, has)
            self._fields(mine.line, what, mine.arguments, theirs.arguments)

    def _blobs(self, made: Sequence[Blob], wanted: Sequence[Blob]) -> None:
        names, right = [b.name for b in made], [b.name for b in wanted]
        if names != right:
            line = made[0].line if made else 0
            is_, has = ", ".join(names) or "none", ", ".join(right) or "none"
            self.say(line, f"ROMs of words: {is_}; the board wants {has}")
            return
        for mine, theirs in zip(made, wanted, strict=True):
            what = f"the ROM {theirs.name!r}"
            self._same(mine.line, what, "address", mine.address, theirs.address)
            self._same(
                mine.line, what, "number of words", len(mine.words), len(theirs.words)
            )
            for place, (word, other) in enumerate(
                zip(mine.words, theirs.words, strict=False)
            ):
                self._same(mine.line, what, f"word {place}", word, other)
                order, wants = getattr(word, "order", None), getattr(other, "order", "")
                if order != wants:
                    text = f"{what}: word {place} is not in {wants}-endian order"
                    self.say(mine.line, text)


def _description(region: Region) -> str:
    return f"{region.kind} {region.label!r}"


def _region_keys_strict(region: Region) -> tuple[object, ...]:
    at = region.mapped.address if region.mapped else None
    return region.label, region.kind, at


_region_keys: Sequence[Key[Region]] = (_region_keys_strict, lambda region: region.label)


def _attempts(loads: Sequence[Load]) -> str:
    return ", ".join(f"{load.file} ({load.how})" for load in loads) or "none"
