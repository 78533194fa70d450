"""What a board asks of the command line: every small change of its C is found."""

from __future__ import annotations

import re
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
    "part-that-a-property-brings",
    "shared-inputs",
    "soc-with-backends",
)
SYMMETRIC = "g_str_equal(): arguments 1 and 2 swapped"
KINDS = (mutants.numbers, mutants.dropped, mutants.swapped, mutants.renamed)
SAME = {
    ("2 becomes 3", "DeviceState *flash[2];"): "room for one more harms nobody",
    ("2 becomes 3", "DeviceState *row[2];"): "room for one more harms nobody",
    ("7 becomes 8", "s->adb = 7;"): "nothing asks for more than that it is not 0 or 1",
    (
        "dev becomes pci_dev",
        'source = DEVICE(object_resolve_path_component(OBJECT(dev), "pic"));',
    ): "OBJECT() of the same object",
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


CONDITIONS = (
    ("machine_usb(machine) && s->boot_mode != 5", "machine_usb(machine)"),
    ("machine_usb(machine) && s->boot_mode != 5", "s->boot_mode != 5"),
    ("machine_usb(machine) && s->boot_mode", "machine_usb(machine) || s->boot_mode"),
    ("!machine->kernel_filename && ", ""),
    ("MiB && s->boot_mode == 5)", "MiB)"),
    ("machine->ram_size > 512 * MiB && ", ""),
    ("s->boot_mode == 2 || s->boot_mode == 5);", "s->boot_mode == 2);"),
    ("s->boot_mode == 2 || s->boot_mode == 5);", "s->boot_mode != 2);"),
    ("(drive_get(IF_MTD, 0, 3) && s->secure)", "s->secure"),
    ("(drive_get(IF_MTD, 0, 3) && s->secure)", "drive_get(IF_MTD, 0, 3)"),
    ("? false : true", "? true : false"),
    ("? FAST : 2 * 3", "? 2 * 3 : FAST"),
    ("MiB && s->boot_mode == 2", "MiB"),
    ("drive_get(IF_MTD, 0, 2) ? true : false", "false"),
)


@pytest.mark.parametrize(("right", "wrong"), CONDITIONS)
def test_parts_of_conditions_are_needed(right: str, wrong: str) -> None:
    case = case_of(OK / "machine-properties.yaml", "10.2")
    somewhere = r"\s+".join(map(re.escape, right.split()))
    text, times = re.subn(somewhere, wrong, case.text)
    assert times == 1
    assert case.findings(text)


def test_any_two_drives_are_told_apart() -> None:
    board = case_of(OK / "backends.yaml", "10.2").board
    runs = [run.given.drives for run in scenarios(board) if not run.ends]
    every = frozenset.union(*runs)
    assert len(every) == 3
    marks = [tuple(drive in run for run in runs) for drive in every]
    assert len(set(marks)) == len(every)
    assert all(True in mark and False in mark for mark in marks)
