"""The region tree of a board under a command line."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum

from qgen.board import IO, SYSTEM, Board, Composite, Device, Kind, Mmio, Region
from qgen.condition import Condition, Simple, counted, parts_of
from qgen.expr import evaluate, variables
from qgen.frozen import frozen
from qgen.predict.region import WHOLE, Cause, MemoryRegion
from qgen.predict.x86 import add_x86

IO_SIZE = 1 << 16
DEFAULT_RAM = 128 << 20
"""What QEMU takes -m to be where neither the command line nor the board says."""
FLASHES = ("cfi.pflash01", "cfi.pflash02")
"""Devices whose regions are memory to reads, and devices to writes."""


class Space(Enum):
    """An address space, by the name that ``info mtree -f`` gives it."""

    MEMORY = "memory"
    IO = "I/O"


@frozen
class CommandLine:
    """What the command line decides.

    ``ram_size`` is -m in bytes, 0 where it is not given, ``cpus`` is -smp,
    ``firmware_size`` the size in bytes of the file that -bios names (x86 maps all of
    it). ``given`` are subjects of the board's conditions with the answers to them, beside
    those on the size of RAM and how many CPUs there are.
    """

    ram_size: int
    cpus: int = 1
    firmware_size: int = 0
    given: frozenset[Hashable] = frozenset()

    def has(self, device: Device) -> bool:
        """Whether there is such a device."""
        return self.holds(device.when)

    def holds(self, when: Condition | None) -> bool:
        """Whether a part of the board is there that depends on ``when``."""
        return all(map(self._holds, parts_of(when)))

    def _holds(self, part: Simple) -> bool:
        held = counted(part, self.ram_size, self.cpus)
        if held is not None:
            return held
        return any((part.subject, answer) in self.given for answer in part.answers)


def memory_tree(
    board: Board, line: CommandLine, known: dict[str, MemoryRegion] | None = None
) -> dict[Space, MemoryRegion]:
    """The roots of the board's address spaces; ``known`` gets its regions by name."""
    roots = {
        SYSTEM: MemoryRegion("system", WHOLE),
        IO: MemoryRegion("io", IO_SIZE, "i/o"),
    }
    whole = {} if known is None else known
    whole |= roots
    _add_regions(board, whole, line)
    if board.parent.is_x86:
        size = line.ram_size or DEFAULT_RAM
        add_x86(board, roots[SYSTEM], roots[IO], size, line.firmware_size)
    _add_devices(board, whole, line)
    return {Space.MEMORY: roots[SYSTEM], Space.IO: roots[IO]}


def _add_regions(
    composite: Composite, known: dict[str, MemoryRegion], line: CommandLine
) -> None:
    """Add the composite's own regions to those that are ``known`` in it."""
    env = {"ram_size": line.ram_size, "cpus": line.cpus}
    for region in composite.regions:
        if region.above is not None and line.ram_size <= evaluate(region.above):
            continue
        made = _made(region, known, env)
        made.cause = Cause(composite, region)
        known[region.name] = made
        if region.mapping is not None:
            known[region.mapping.container].add(
                made, evaluate(region.mapping.offset), region.mapping.priority or 0
            )


def _made(
    region: Region, known: dict[str, MemoryRegion], env: dict[str, int]
) -> MemoryRegion:
    size = _size(evaluate(region.size, env))
    match region.kind:
        case Kind.MACHINE_RAM | Kind.RAM:
            return MemoryRegion(region.label, size, "ram")
        case Kind.ROM:
            return MemoryRegion(region.label, size, "ram", readonly=True)
        case Kind.IO:
            return MemoryRegion(region.label, size, "i/o")
        case Kind.CONTAINER:
            return MemoryRegion(region.label, size)
        case Kind.ALIAS:
            assert region.target is not None and region.offset is not None
            return MemoryRegion(
                region.label,
                size,
                alias=known[region.target],
                alias_offset=evaluate(region.offset, env),
            )


def _size(size: int) -> int:
    """``size`` as memory_region_init takes it: all ones are 2^64."""
    return WHOLE if size == WHOLE - 1 else size


def _answer(device: Device) -> str:
    """How the regions of a device answer: flash is read as memory is."""
    return "romd" if device.type in FLASHES else "i/o"


def _add_devices(
    composite: Composite, known: dict[str, MemoryRegion], line: CommandLine
) -> None:
    """Add what the composite's devices map, and what a SoC among them maps itself."""
    socs = {soc.name: soc for soc in composite.socs}
    for device in composite.devices:
        count = evaluate(device.count) if device.count is not None else 1
        for n in range(count if line.has(device) else 0):
            if device.type in socs:
                inside = {name: known[name] for name in (SYSTEM, IO)}
                _add_regions(socs[device.type], inside, line)
                _add_devices(socs[device.type], inside, line)
            for mmio in device.mmio:
                if n and "n" not in variables(mmio.address):
                    continue
                mapped = _mapped(device, mmio, line)
                mapped.cause = Cause(composite, device, mmio, n)
                if mapped.alias is not None:
                    mapped.alias.cause = mapped.cause
                known[mmio.container or SYSTEM].add(
                    mapped,
                    evaluate(mmio.address, {"n": n}),
                    mmio.priority or 0,
                )


def _mapped(device: Device, mmio: Mmio, line: CommandLine) -> MemoryRegion:
    """A region of a device, or a window into it."""
    size = mmio.size
    if mmio.varying is not None:
        size = evaluate(mmio.varying, {"cpus": line.cpus})
    region = MemoryRegion(mmio.label, _size(size), _answer(device))
    if mmio.window is None:
        return region
    return MemoryRegion(
        mmio.window.name,
        evaluate(mmio.window.size),
        alias=region,
        alias_offset=evaluate(mmio.window.offset),
    )
