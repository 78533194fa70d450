"""Boards whose properties say what their devices are, with each value of them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from lab_support import require_sdk
from object_tree import command_line, compare_devices, compare_maps

from qgen import compose
from qgen.board import Board
from qgen.lab.monitor import watch
from qgen.predict import Space, flat_view, format_view, memory_tree

ROOT = Path(__file__).parent.parent.parent
SPECS = (ROOT / "specs" / "arm-virt.yaml", ROOT / "tests" / "ok" / "alternatives.yaml")
RAM = 128 << 20
# What the ITS holds: the region that it lies in is all that the board knows.
INSIDE = (" control", " translation")


def values(board: Board) -> list[dict[str, bool | str]]:
    """All ways to set the properties."""
    each = [[*p.numbers] or [False, True] for p in board.properties]
    names = [p.name for p in board.properties]
    return [dict(zip(names, chosen, strict=True)) for chosen in product(*each)]


@pytest.mark.parametrize("release", ["10.0", "10.2", "11.0"])
@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_each_of_them_is_as_the_spec_has_it(file: Path, release: str) -> None:
    sdk = require_sdk(release)
    resolved = compose.resolve(file, compose.TARGETS[release])
    board, loadable = resolved.board, compose.load_into(resolved, sdk)
    for chosen in values(board):
        line = command_line(board, RAM, 3, chosen=chosen)
        options = [f"{n}={str(v).lower()}" for n, v in chosen.items()]
        arguments = ["-M", ",".join(options), "-smp", "3", "-nic", "none"]
        with watch(loadable, arguments) as monitor:
            seen = monitor.address_spaces()["memory"]
            compare_devices(board, monitor, line)
        wanted = format_view(flat_view(memory_tree(board, line)[Space.MEMORY]))
        seen = [each for each in seen if not each.endswith(INSIDE)]
        compare_maps(board, seen, wanted)
