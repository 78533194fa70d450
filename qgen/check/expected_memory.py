"""The memory that the board wants: regions, and what images and ROMs put there."""

from __future__ import annotations

from qgen import board as model
from qgen.board import Arch, Format, Kind, Soc
from qgen.check.expected_core import Expectation
from qgen.check.facts import (
    Blob,
    Device,
    Ending,
    Load,
    Mapped,
    Number,
    Region,
    Word,
    names_of,
)
from qgen.condition import Option
from qgen.expr import Expr

_LITTLE, _BIG = 1, 2
_ELF = {
    Arch.ARM: (_LITTLE, 40),
    Arch.AARCH64: (_LITTLE, 183),
    Arch.PPC: (_BIG, 20),
    Arch.RISCV64: (_LITTLE, 243),
    Arch.X86_64: (_LITTLE, 62),
}
"""Byte order and machine of an architecture's ELF files, as the ELF standard has them."""


class Memory(Expectation):
    """The regions, the images and the ROMs."""

    def _region(self, region: model.Region) -> None:
        bound = region.above
        if bound is not None and self.scenario.ram_size <= self._value(bound):
            return
        if region.kind is Kind.MACHINE_RAM:
            made = self.result.ram or Region()
            made.name = region.name
        else:
            made = Region(region.name, region.label, region.kind.value)
            # The rest of less RAM than that is negative. The C wraps, and the alias,
            # which lies past the end of its target, shows nothing either way.
            made.size = self._wrapped(region.size)
            self.result.regions.append(made)
        ownable = isinstance(self.board, Soc) or region.kind not in (Kind.RAM, Kind.ROM)
        if region.kind is not Kind.MACHINE_RAM and ownable:
            made.owned = region.owned
        if region.kind is Kind.IO:
            made.reads = region.read_value
        if region.target is not None:
            made.target = self.regions[region.target]
            made.offset = 0 if region.offset is None else self._value(region.offset)
        if region.mapping is not None:
            where = region.mapping
            made.mapped = Mapped(
                self.regions[where.container],
                self._value(where.offset),
                where.priority or 0,
            )
        self.regions[region.name] = made

    def _absolute(self, region: Region) -> int:
        """Where a region lies in the system memory."""
        address, names = 0, frozenset[str]()
        while region.mapped is not None:
            address += region.mapped.address
            names |= names_of(region.mapped.address)
            region = region.mapped.container
        return Number(address, names)

    def _rom(self, rom: model.Rom) -> Blob:
        order = "big" if self.board.arch is Arch.PPC else "little"
        values = [Word(self._word(word), order) for word in rom.values]
        return Blob(rom.name, self._value(rom.address), tuple(values))

    def _word(self, word: Expr | model.Choice[Expr]) -> int:
        if not isinstance(word, model.Choice):
            return self._value(word)
        holds = self.scenario.holds(word.when)
        return self._value(word.then if holds else word.otherwise)

    def _image(self, into: model.Region | Device, image: model.Image) -> None:
        asked = self.scenario.firmware if image.firmware else None
        file = asked or image.file
        if file is None:
            return
        scenario, loads = self.scenario, self.result.loads
        if not scenario.found:
            loads.append(Load(file, "not found", {}))
        elif self._load(into, image.format, file):
            return
        kernel = Option.KERNEL in scenario.given.options
        goes_on = image.kernel_will_do and kernel and not scenario.found
        status = None if goes_on else 1
        self.result.endings.append(Ending(file, status, mentions=file))

    def _load(self, into: model.Region | Device, format_: Format, file: str) -> bool:
        """Try to load a file that was found; whether that succeeds."""
        loads = self.result.loads
        if isinstance(into, Device):
            loads.append(Load(file, "into a device", {}, into=into))
            return self.scenario.raw
        if format_ is not Format.RAW:
            order, machine = _ELF[self.board.arch]
            elf = {"byte order": order, "machine": machine, "clear_lsb": 0}
            loads.append(Load(file, "ELF", {**elf, "data_swab": 0}))
            if self.scenario.elf or format_ is Format.ELF:
                return self.scenario.elf
        address = self._absolute(self.regions[into.name])
        limit = self._value(into.size)
        loads.append(Load(file, "raw", {"address": address, "limit": limit}))
        return self.scenario.raw
