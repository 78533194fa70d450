"""The runs that a board needs so that every branch of its C is taken once.

Few, however large the board is: sizes of RAM, counts of CPUs and fates of images are
walked side by side, not multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import NamedTuple

from qgen.bases import Base
from qgen.board import Arch, ArmBoot, Board, Composite, Format, Ram
from qgen.check.given import DriveKey, Given, drive_key, givens, of_several
from qgen.check.nics import MORE, calls_for_the_rest, taken
from qgen.check.vocabulary import CPU_STRUCTS
from qgen.condition import (
    Condition,
    CpuIs,
    CpusAbove,
    DriveGiven,
    Option,
    RamAbove,
    Simple,
    counted,
    parts_of,
)
from qgen.expr import Expr, evaluate
from qgen.targets import NEWEST, Feature, Target

_MIB = 1 << 20


class Scenario(NamedTuple):
    """A command line, and what QEMU finds when it runs.

    ``ram_size`` in bytes (``-m``), ``cpus`` of at most ``max_cpus`` (``-smp``),
    ``firmware`` (``-bios``); ``found``: files are found, ``elf`` and ``raw``: they load
    as such. ``cpu_type`` is what ``-cpu`` chose, ``cpu_maker`` the type of the device
    that makes the CPUs. ``base`` is what the machine derives from, ``made`` the devices
    that it makes, by name and type. ``ends``: the machine's own limits end QEMU.
    ``given`` is what else the command line gives. ``wired`` are the clock inputs of a SoC
    that its user wires, ``nics`` which places of the table of NICs are used, ``fails``
    the line of the C whose call fails.
    """

    ram_size: int
    cpus: int
    max_cpus: int
    cpu_type: str | None
    cpu_maker: str | None
    big_endian: bool
    base: Base
    made: tuple[tuple[str, str], ...] = ()
    firmware: str | None = None
    found: bool = True
    elf: bool = True
    raw: bool = True
    ends: bool = False
    given: Given = Given()
    nics: tuple[bool, ...] = ()
    wired: frozenset[str] = frozenset()
    fails: int | None = None

    def holds(self, when: Condition | None) -> bool:
        """Whether something is there."""
        return all(map(self._holds, parts_of(when)))

    def _holds(self, part: Simple) -> bool:
        held = counted(part, self.ram_size, self.cpus)
        if held is not None:
            return held
        if isinstance(part, CpuIs):
            return self.cpu_model in part.models
        return self.given.holds(part)

    @property
    def cpu_model(self) -> str | None:
        """What ``-cpu`` was given."""
        if self.cpu_type is None:
            return None
        suffix = next(
            (s for s in CPU_STRUCTS.values() if self.cpu_type.endswith(s)), ""
        )
        return self.cpu_type.removesuffix(suffix)

    def __str__(self) -> str:
        parts = [f"-m {self.ram_size:#x}", f"-smp {self.cpus}"]
        if self.firmware is not None:
            parts.append(f"-bios {self.firmware}")
        if not self.found:
            parts.append("no file found")
        if not self.elf:
            parts.append("no ELF file")
        if not self.raw:
            parts.append("empty files")
        if self.given != Given():
            parts.append(str(self.given))
        if not all(self.nics):
            parts.append("no -nic")
        parts += [f"{name} wired" for name in sorted(self.wired)]
        if self.fails is not None:
            parts.append(f"line {self.fails} fails")
        return ", ".join(parts)


class _Fate(NamedTuple):
    """What happens to images."""

    firmware: str | None = None
    found: bool = True
    elf: bool = True
    raw: bool = True


def scenarios(board: Board, target: Target = NEWEST) -> list[Scenario]:
    """The runs of ``board``; the first is that of a plain command line."""
    thresholds = [r.above for r in board.regions]
    thresholds += [part.size for part in _parts(board) if isinstance(part, RamAbove)]
    sizes, beyond = _sizes(board.ram, thresholds)
    counts, fates, given = _counts(board), _fates(board), givens(board)
    cpu_types = _cpu_types(board)
    maker = next(
        (d.type for d in board.devices if d.name == board.cpus.created_by), None
    )
    made = tuple((d.name, d.type) for d in board.devices if d.made)

    def scenario(
        place: int, size: int, *, ends: bool, gives: Given | None = None
    ) -> Scenario:
        fate = fates[place % len(fates)]
        gives = gives or given[place % len(given)]
        firmware = fate.firmware
        if firmware is not None:
            gives = gives._replace(options=gives.options | {Option.FIRMWARE})
        elif Option.FIRMWARE in gives.options:
            firmware = "given.bin"
        return Scenario(
            size,
            counts[place % len(counts)],
            counts[-1],
            cpu_types[place % len(cpu_types)],
            maker,
            board.arch is Arch.PPC,
            board.parent.base,
            made,
            firmware,
            fate.found,
            fate.elf,
            fate.raw,
            ends,
            gives,
            nics_of(board, gives, target, usual=place % 2 == 0),
        )

    full = max(len(sizes), len(counts), len(fates), len(given), len(cpu_types))
    if any(nics_of(board, Given(), target)):
        full = max(full, 2)
    if any(image.kernel_will_do for image in board.images):
        # Each fate of an image with a kernel and without.
        full = max(full, lcm(len(fates), len(given)))
    runs = [scenario(i, sizes[i % len(sizes)], ends=False) for i in range(full)]
    runs += [
        scenario(0, ram or sizes[0], ends=False, gives=gives)
        for gives, ram in dict.fromkeys(of_several(board))
    ]
    for drives in _firmware_drives(board):
        gives = given[0]._replace(drives=drives)
        runs.append(scenario(0, sizes[0], ends=False, gives=gives))
    return runs + [scenario(0, size, ends=True) for size in beyond]


def _firmware_drives(board: Board) -> Iterator[frozenset[DriveKey]]:
    """The drives that may hold firmware, each of them alone."""
    boot = board.boot
    for each in boot.firmware if isinstance(boot, ArmBoot) else ():
        if isinstance(each, DriveGiven):
            yield frozenset({drive_key(each.drive, {})})


def nics_of(
    board: Composite, given: Given, target: Target, *, usual: bool = True
) -> tuple[bool, ...]:
    """Which places of the table of NICs are used, where QEMU has such a table.

    ``usual``: a device that is always there has its NIC.
    """
    if target.has(Feature.NICS_BY_TYPE):
        return ()
    used: dict[int, bool] = {}
    for each in taken(board):
        given_one = usual if each.type is None else each.type in given.nics
        used[each.number] = used.get(each.number, False) or given_one
    rest = (True,) * (MORE if calls_for_the_rest(board) else 0)
    return (*(used[number] for number in sorted(used)), *rest)


def _parts(board: Board) -> list[Simple]:
    """All conditions of the board, those of several one by one."""
    return [part for when in board.conditions for part in parts_of(when)]


def _cpu_types(board: Board) -> list[str | None]:
    """A type that ``-cpu`` may choose, not the default one, and those that matter."""
    default = board.cpus.usual_type
    if default is None:
        return [None]
    suffix = next((s for s in CPU_STRUCTS.values() if default.endswith(s)), "")
    models: list[str] = []
    for when in _parts(board):
        if isinstance(when, CpuIs):
            # The C may ask for either side: all of the shorter one make a difference.
            few, many = sorted((when.models, when.others), key=len)
            models += [many[0], *few]
    models = models or ["chosen"]
    return [f"{model}{suffix}" for model in dict.fromkeys(models)]


def _sizes(
    ram: Ram | None, thresholds: list[Expr | None]
) -> tuple[list[int], list[int]]:
    """Sizes of RAM that the board takes, and sizes that end QEMU."""
    if ram is None:
        return [0], []

    def value(expr: Expr | None) -> int | None:
        return None if expr is None else evaluate(expr)

    low, high = value(ram.minimum), value(ram.maximum)
    default = value(ram.default_size)
    steps = [size for t in (*thresholds, ram.split) if (size := value(t)) is not None]
    wanted = [default or low or min(128 * _MIB, high or 128 * _MIB), low, high]
    for step in steps:
        # One byte more shows the step, and so many which number is that of the rest.
        wanted += [step, step + 1, step + 5 * _MIB]
    sizes = [
        size
        for size in wanted
        if size is not None and (low or 0) <= size <= (high or size)
    ]
    beyond = [] if high is None else [high + 1, high + 77 * _MIB]
    if low is not None:
        beyond += [low - 1, max(0, low - 5 * _MIB)]
    return list(dict.fromkeys(sizes)), list(dict.fromkeys(beyond))


def _counts(board: Board) -> list[int]:
    """Counts of CPUs: the fewest, one more, the most, and around what matters."""
    low, high = board.cpus.minimum or 1, board.cpus.maximum or 1
    steps = [w.count for w in _parts(board) if isinstance(w, CpusAbove)]
    around = [count for step in steps for count in (step, step + 1)]
    wanted = dict.fromkeys((low, min(low + 1, high), *around, high))
    return [count for count in wanted if low <= count <= high]


def _fates(board: Board) -> list[_Fate]:
    images = board.images
    if not images:
        files = board.fw_cfg is not None and board.fw_cfg.files
        return [_Fate(), _Fate(found=False)] if files else [_Fate()]
    fates = [_Fate(), _Fate(found=False), _Fate(elf=False, raw=False)]
    if any(image.firmware for image in images):
        fates.insert(1, _Fate("given.bin"))
        fates.append(_Fate("given.bin", found=False))
    if any(image.format is Format.ELF_OR_RAW for image in images):
        fates.insert(1, _Fate(elf=False))
    return fates
