"""What a command line gives or does not give, beside sizes and counts.

A board that asks for such things is run with all of them, with none, and so that any two
of them are told apart: with a number for each, one run for each bit of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from qgen.board import (
    Audiodev,
    Board,
    Chosen,
    Device,
    Drive,
    MachineProperty,
    RiscvBoot,
    Soc,
)
from qgen.condition import (
    All,
    Condition,
    DriveGiven,
    NicGiven,
    Option,
    OptionGiven,
    PropertyIs,
    RamAbove,
    Simple,
    parts_of,
)
from qgen.expr import Expr, evaluate, variables

DriveKey = tuple[str, int, int]
"""Interface, bus and unit."""


USUAL = frozenset({Option.KERNEL, Option.INITRD, Option.DEFAULTS})
"""The options that a board has which does not ask for them."""
_OF_USB = (Option.USB, Option.NO_USB, Option.DEFAULTS)
"""What decides whether a machine has USB that has it by default."""


class CpuProperty(NamedTuple):
    """A property that the CPU of -cpu has."""

    name: str


MOST_CHOICES = 24
"""So many ways to set the properties of a machine are all run."""

_Atom = DriveKey | str | Option | CpuProperty
"""A drive, a type of NIC, an option, or what the CPU has."""


class Given(NamedTuple):
    """The drives of ``-drive``, the types of ``-nic``, and what else was given.

    ``cpu_has`` are those of the properties that only some CPUs have, ``properties`` the
    values of the machine's.
    """

    drives: frozenset[DriveKey] = frozenset()
    nics: frozenset[str] = frozenset()
    cpu_has: frozenset[str] = frozenset()
    options: frozenset[Option] = USUAL
    properties: tuple[tuple[str, bool | str], ...] = ()
    usb_by_default: bool = False

    @property
    def usb(self) -> bool:
        """Whether the machine should have USB."""
        asked = Option.USB in self.options
        if self.usb_by_default:
            asked = asked or Option.DEFAULTS in self.options
        return asked and Option.NO_USB not in self.options

    def __str__(self) -> str:
        drives = [f"-drive if={i},bus={b},unit={u}" for i, b, u in sorted(self.drives)]
        said = self.options - {Option.DEFAULTS}
        options = sorted(option.value for option in said)
        options += ["-nodefaults"] * (Option.DEFAULTS not in self.options)
        drives += [f"-M {name}={value}" for name, value in self.properties]
        drives += [f"a CPU with {name}" for name in sorted(self.cpu_has)]
        return ", ".join([*drives, *map("-nic {}".format, sorted(self.nics)), *options])

    def holds(self, part: Simple) -> bool:
        """Whether a condition holds that is not on sizes, counts or the CPU."""
        match part:
            case DriveGiven(drive):
                return drive_key(drive, {}) in self.drives
            case NicGiven(type_):
                return type_ in self.nics
            case PropertyIs(name, wanted_, _):
                return dict(self.properties)[name] in wanted_
            case OptionGiven(Option.USB, wanted):
                return self.usb == wanted
            case OptionGiven(option, wanted):
                return (option in self.options) == wanted
            case _:
                raise AssertionError("sizes and CPUs are the scenario's")


def givens(board: Board | Soc) -> list[Given]:
    """What is given in each run; the first of them gives nothing."""
    atoms = list(dict.fromkeys(_atoms(board)))
    runs: list[list[_Atom]] = [[]]
    if atoms:
        bits = range(len(atoms).bit_length() if len(atoms) > 1 else 0)
        runs.append(atoms)
        runs += [[a for n, a in enumerate(atoms, 1) if n >> bit & 1] for bit in bits]
    choices = _choices(board.properties if isinstance(board, Board) else ())
    rest = USUAL - set(atoms)
    return [
        Given(
            frozenset(
                atom
                for atom in run
                if isinstance(atom, tuple) and not isinstance(atom, CpuProperty)
            ),
            frozenset(atom for atom in run if isinstance(atom, str)),
            frozenset(atom.name for atom in run if isinstance(atom, CpuProperty)),
            _options(run, atoms, rest),
            choices[place % len(choices)],
            isinstance(board, Board) and board.usb_by_default,
        )
        for place, run in _side_by_side(runs, len(choices))
    ]


def _options(
    run: Sequence[_Atom], atoms: Sequence[_Atom], rest: frozenset[Option]
) -> frozenset[Option]:
    """The options of a run; who gives nothing has the defaults."""
    options = rest | {atom for atom in run if isinstance(atom, Option)}
    return options ^ {Option.DEFAULTS} if Option.DEFAULTS in atoms else options


def of_several(board: Board) -> Iterator[tuple[Given, int | None]]:
    """For each condition of several parts, a run with all of them and one without each.

    With the RAM of the run, where a part asks for it.
    """
    every = givens(board)
    if board.usb_by_default:
        rest = every[0].options - {*_OF_USB}
        for given in _OF_USB[:1], _OF_USB[1:], _OF_USB[2:], ():
            yield every[0]._replace(options=rest | {*given}), None
    for when in board.conditions:
        if isinstance(when, All):
            for missing in (None, *when.parts):
                yield _with_all_but(when, missing, every[min(1, len(every) - 1)], board)


def _with_all_but(
    when: All, missing: Simple | None, given: Given, board: Board
) -> tuple[Given, int | None]:
    """``given``, changed so that of the parts of ``when`` just ``missing`` does not hold."""
    drives, nics, options = set(given.drives), set(given.nics), set(given.options)
    chosen, ram = dict(given.properties), None
    for part in when.parts:
        holds = part is not missing
        match part:
            case DriveGiven(drive):
                (drives.add if holds else drives.discard)(drive_key(drive, {}))
            case NicGiven(type_):
                (nics.add if holds else nics.discard)(type_)
            case OptionGiven(option, wanted):
                (options.add if holds == wanted else options.discard)(option)
                if option is Option.USB:
                    (options.discard if holds == wanted else options.add)(Option.NO_USB)
            case RamAbove(size):
                ram = evaluate(size) + holds
            case PropertyIs(name, values, _):
                (prop,) = (p for p in board.properties if p.name == name)
                fitting = [v for v in _from_default(prop) if (v in values) == holds]
                chosen[name] = fitting[0]
    made = Given(
        frozenset(drives),
        frozenset(nics),
        given.cpu_has,
        frozenset(options),
        tuple(chosen.items()),
        given.usb_by_default,
    )
    return made, ram


def _side_by_side(
    runs: list[list[_Atom]], least: int
) -> Iterator[tuple[int, list[_Atom]]]:
    """The runs with their numbers, repeated until there are so many."""
    for place in range(max(len(runs), least)):
        yield place, runs[place % len(runs)]


def _choices(
    properties: Sequence[MachineProperty],
) -> list[tuple[tuple[str, bool | str], ...]]:
    """Values of all properties in each run; the first has the defaults.

    All there are together if those are few. Otherwise each property goes through its
    values at a pace of its own.
    """
    each = [(p.name, _from_default(p)) for p in properties]
    values = [values for _, values in each]
    if prod(map(len, values)) <= MOST_CHOICES:
        every = list(product(*values))
    else:
        every = [
            tuple(
                v[(run + run // len(v) * place) % len(v)]
                for place, v in enumerate(values)
            )
            for run in range(2 * max(map(len, values)))
        ]
    names = [name for name, _ in each]
    return [tuple(zip(names, values, strict=True)) for values in every]


def _from_default(prop: MachineProperty) -> list[bool | str]:
    values: list[bool | str] = [*prop.numbers] or [False, True]
    start = values.index(prop.default)
    return values[start:] + values[:start]


def _atoms(board: Board | Soc) -> Iterator[_Atom]:
    """All that the board asks for, in its order."""
    if isinstance(board, Board):
        yield from (CpuProperty(p.name) for p in board.cpus.properties if p.if_present)
    for when in board.conditions:
        yield from _of_condition(when)
    for device in board.devices:
        yield from _of_properties(device)
        yield from _of_call(device)
        for number in range(sum(c.drives for c in device.ide)):
            yield "ide", *divmod(number, 2)
    if not isinstance(board, Board):
        return
    if board.usb_by_default:
        yield from _OF_USB
    boot = board.boot
    late = isinstance(boot, RiscvBoot) and boot.reset_vector is not None
    if late or any(image.kernel_will_do for image in board.images):
        yield Option.KERNEL
    if board.fw_cfg is not None and any(_asks_kvm(i.value) for i in board.fw_cfg.items):
        yield Option.KVM


def _of_condition(when: Condition | None) -> Iterator[_Atom]:
    for part in parts_of(when):
        match part:
            case DriveGiven(drive):
                yield drive_key(drive, {})
            case NicGiven(type_):
                yield type_
            case OptionGiven(option, _):
                yield option


def _asks_kvm(value: Expr | Chosen | str) -> bool:
    if isinstance(value, (str, Chosen)):
        return False
    return Option.KVM.value in variables(value)


def _of_call(device: Device) -> Iterator[_Atom]:
    count = 1 if device.count is None else evaluate(device.count)
    for argument in device.call.arguments if device.call else ():
        if isinstance(argument, Drive):
            for n in range(count):
                yield drive_key(argument, {"n": n})


def _of_properties(device: Device) -> Iterator[_Atom]:
    count = 1 if device.count is None else evaluate(device.count)
    for each in device.holders:
        for prop in each.properties:
            match prop.value:
                case Drive() as drive:
                    for n in range(count):
                        yield drive_key(drive, {"n": n})
                case Audiodev():
                    yield Option.AUDIO


def drive_key(drive: Drive, env: dict[str, int]) -> DriveKey:
    """The drive of one device among several."""
    return drive.interface, evaluate(drive.bus, env), evaluate(drive.unit, env)
