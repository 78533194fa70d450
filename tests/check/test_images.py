"""Images in regions of devices, and helpers that boot: what their faults are told as."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import mutants
from .mutants import Mutant
from .support import case_of

CASE = case_of(Path(__file__).parent.parent / "ok" / "bmc.yaml", "10.2")
KINDS = (mutants.numbers, mutants.dropped, mutants.swapped, mutants.renamed)
SAME = {
    "s becomes machine",  # a cast of the same object
    "machine becomes s",
    "1 becomes 2",  # any negative size says that nothing was loaded
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_small_changes_are_found(kind: Callable[[str], Iterator[Mutant]]) -> None:
    survivors = [
        (mutant.line, mutant.what)
        for mutant in kind(CASE.text)
        if mutant.what not in SAME and not CASE.findings(mutant.text)
    ]
    assert survivors == []


LOADS = """\
        size = load_image_mr(filename,
                             MEMORY_REGION(object_resolve_path_component(
                                               OBJECT(&s->soc), "irom[0]")));
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"irom[0]"', '"key"', "the region that it goes into is"),
        (LOADS, "        size = 1;\n", "the board wants rom.bin (into a device)"),
        (
            "filename || !machine->kernel_filename",
            "filename",
            "QEMU goes on after",
        ),
        (
            "filename || !machine->kernel_filename",
            "!machine->kernel_filename",
            "QEMU goes on after",
        ),
        ("filename || !machine->kernel_filename", "true", "the status is 1"),
        (
            "    npcm7xx_load_kernel(machine, NPCM7XX(&s->soc));\n",
            "",
            "device 'boot' () is missing",
        ),
        (
            "npcm7xx_load_kernel(machine, NPCM7XX(&s->soc))",
            "npcm7xx_load_kernel(NULL, NPCM7XX(&s->soc))",
            "argument 1 of npcm7xx_load_kernel()",
        ),
    ],
)
def test_what_is_said(old: str, new: str, said: str) -> None:
    assert CASE.text.count(old) == 1
    assert said in "\n".join(CASE.findings(CASE.text.replace(old, new)))
