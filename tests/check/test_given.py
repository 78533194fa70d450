"""What a board asks of the command line: every small change of its C is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from qgen.check.scenarios import scenarios

from . import mutants
from .mutants import Mutant
from .support import ROOT, case_of

OK = ROOT / "tests" / "ok"
ASKING = (
    "backends",
    "conditions",
    "cpu-properties",
    "hooks",
    "hooks-boot",
    "machine-properties",
    "soc-with-backends",
)
SYMMETRIC = "g_str_equal(): arguments 1 and 2 swapped"
KINDS = (mutants.numbers, mutants.dropped, mutants.swapped, mutants.renamed)
SAME = {
    ("2 becomes 3", "DeviceState *flash[2];"): "room for one more harms nobody",
    ("2 becomes 3", "DeviceState *row[2];"): "room for one more harms nobody",
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ASKING)
def test_small_changes_are_found(
    name: str, kind: Callable[[str], Iterator[Mutant]]
) -> None:
    case = case_of(OK / f"{name}.yaml", "10.2")
    lines = case.text.split("\n")
    survivors = [
        (mutant.what, lines[mutant.line - 1].strip())
        for mutant in kind(case.text)
        if not mutant.what.startswith(SYMMETRIC) and not case.findings(mutant.text)
    ]
    assert set(survivors) <= SAME.keys()


def test_any_two_drives_are_told_apart() -> None:
    board = case_of(OK / "backends.yaml", "10.2").board
    runs = [run.given.drives for run in scenarios(board) if not run.ends]
    every = frozenset.union(*runs)
    assert len(every) == 3
    marks = [tuple(drive in run for run in runs) for drive in every]
    assert len(set(marks)) == len(every)
    assert all(True in mark and False in mark for mark in marks)
