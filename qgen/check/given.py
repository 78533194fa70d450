"""What a command line gives or does not give, beside sizes and counts.

A board that asks for such things is run with all of them, with none, and so that any two
of them are told apart: with a number for each, one run for each bit of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from qgen.board import Audiodev, Board, Device, Drive
from qgen.expr import Expr, evaluate, variables

DriveKey = tuple[str, int, int]
"""Interface, bus and unit."""

AUDIO = "audio"
KVM = "kvm"


class Given(NamedTuple):
    """The drives of ``-drive``, and by their names what else was given."""

    drives: frozenset[DriveKey] = frozenset()
    options: frozenset[str] = frozenset()

    def __str__(self) -> str:
        drives = [f"-drive if={i},bus={b},unit={u}" for i, b, u in sorted(self.drives)]
        return ", ".join([*drives, *sorted(self.options)])


def givens(board: Board) -> list[Given]:
    """What is given in each run; the first of them gives nothing."""
    atoms = list(dict.fromkeys(_atoms(board)))
    if not atoms:
        return [Given()]
    bits = range(len(atoms).bit_length() if len(atoms) > 1 else 0)
    return [
        Given(),
        _given(atoms),
        *(_given([a for n, a in enumerate(atoms, 1) if n >> bit & 1]) for bit in bits),
    ]


def _given(atoms: list[DriveKey | str]) -> Given:
    return Given(
        frozenset(atom for atom in atoms if not isinstance(atom, str)),
        frozenset(atom for atom in atoms if isinstance(atom, str)),
    )


def _atoms(board: Board) -> Iterator[DriveKey | str]:
    """All that the board asks for, in its order."""
    for device in board.devices:
        yield from _of_properties(device)
    if board.fw_cfg is not None and any(_asks_kvm(i.value) for i in board.fw_cfg.items):
        yield KVM


def _asks_kvm(value: Expr | str) -> bool:
    return not isinstance(value, str) and KVM in variables(value)


def _of_properties(device: Device) -> Iterator[DriveKey | str]:
    count = 1 if device.count is None else evaluate(device.count)
    for each in device.holders:
        for prop in each.properties:
            match prop.value:
                case Drive() as drive:
                    for n in range(count):
                        yield drive_key(drive, {"n": n})
                case Audiodev():
                    yield AUDIO


def drive_key(drive: Drive, env: dict[str, int]) -> DriveKey:
    """The drive of one device among several."""
    return drive.interface, evaluate(drive.bus, env), evaluate(drive.unit, env)
