"""The command line that gives nothing but what it must: what the board itself chooses."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from qgen.board import Board
from qgen.condition import CpuIs, Option, OptionGiven, PropertyIs, parts_of
from qgen.expr import evaluate
from qgen.predict.tree import DEFAULT_RAM, CommandLine


def usual_line(
    board: Board,
    ram_size: int | None = None,
    cpus: int | None = None,
    chosen: Mapping[str, bool | str] | None = None,
) -> CommandLine:
    """A command line with -nodefaults and, beside what is named here, nothing.

    ``chosen`` are values of the machine's properties; the others have their defaults.
    """
    if ram_size is None:
        usual = None if board.ram is None else board.ram.default_size
        ram_size = DEFAULT_RAM if usual is None else evaluate(usual)
    if cpus is None:
        cpus = board.cpus.default_count or 1  # QEMU looks at the minimum with -smp only
    given = frozenset(_given(board, chosen or {}))
    return CommandLine(ram_size, cpus, given=given)


def _given(
    board: Board, chosen: Mapping[str, bool | str]
) -> Iterator[tuple[Hashable, Hashable]]:
    for option in Option:
        yield OptionGiven(option, False).subject, False
    for each in board.properties:
        value = chosen.get(each.name, each.default)
        yield PropertyIs(each.name, (value,), ()).subject, value
    model = _model(board)
    if model is not None:
        yield CpuIs((model,), ()).subject, model


def _model(board: Board) -> str | None:
    """The CPU model of the default type, of those that the board asks for."""
    parts = (part for when in board.conditions for part in parts_of(when))
    named = {
        model
        for part in parts
        if isinstance(part, CpuIs)
        for model in (*part.models, *part.others)
    }
    usual = board.cpus.usual_type or ""
    fitting = [each for each in named if usual.startswith(f"{each}-")]
    return max(fitting, key=len, default=None)
