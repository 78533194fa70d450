"""Injected faults are found: a corpus written by hand, and every small change there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from . import mutants
from .faults import FAULTS, Fault
from .mutants import Mutant
from .support import SHIPPED, shipped, survivors

CORPUS = [
    pytest.param(name, release, fault, id=f"{name}-{release}-{fault.name}")
    for name, faults in FAULTS.items()
    for fault in faults
    for release in fault.releases
]


pytestmark = pytest.mark.usefixtures("parsed_once")


@pytest.mark.parametrize(("name", "release", "fault"), CORPUS)
def test_a_fault_is_found(name: str, release: str, fault: Fault) -> None:
    case = shipped(name, release)
    text = fault.put_into(case.text)
    assert text != case.text
    findings = case.findings(text)
    assert findings
    assert fault.word in "\n".join(findings)


@pytest.mark.parametrize("name", SHIPPED)
def test_there_are_many_faults_of_different_kinds(name: str) -> None:
    faults = FAULTS[name]
    assert len(faults) >= 45
    assert len({fault.word for fault in faults}) >= 25


# What small changes leave the meaning of the board as it is: (spec, text of the line, why).
SAME = {
    ("arm-virt", "1 becomes 2", "any negative size says that nothing was loaded"),
    (
        "arm-virt",
        "ARM_VIRT_GIC_DIST becomes ARM_VIRT_CPUPERIPHS",
        "both begin at one address, which a path holds as text",
    ),
    ("arm-virt", "dev becomes sbd", "OBJECT() of the same object"),
    ("arm-virt", "g_str_equal(): arguments 1 and 2 swapped", "they are equal or not"),
    ("cortex-m-mini", "dev becomes sbd", "OBJECT() of the same object"),
    ("g3beige", "1 becomes 2", "any negative size says that nothing was loaded"),
    ("g3beige", "cpu becomes opaque", "CPU() of the same object"),
    ("g3beige", "dev becomes pci_dev", "OBJECT() of the same object"),
    ("g3beige", "dev becomes sbd", "OBJECT() of the same object"),
    ("g3beige", "sink becomes source", "both are the interrupt controller"),
    ("mac99", "1 becomes 2", "any negative size says that nothing was loaded"),
    ("mac99", "dev becomes pci_dev", "OBJECT() of the same object"),
    ("mac99", "dev becomes sbd", "OBJECT() of the same object"),
    ("mac99", "sink becomes source", "both are the interrupt controller"),
    ("mac99", "g_str_equal(): arguments 1 and 2 swapped", "equal either way"),
    ("x86-split", "MIN(): arguments 1 and 2 swapped", "the smaller one is the same"),
    ("x86-split", "x86_split_a20(): arguments 2 and 3 swapped", "a prototype's names"),
    (
        "x86-split",
        "drive_get(): arguments 1 and 2 swapped",
        "IF_IDE is 1, as the bus is",
    ),
    ("x86-split", "s becomes machine", "OBJECT() or X86_MACHINE() of the same object"),
    ("x86-split", "machine becomes s", "X86_MACHINE() of the same object"),
}
KINDS = (mutants.numbers, mutants.dropped, mutants.swapped, mutants.renamed)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", SHIPPED)
def test_small_changes_are_found(
    name: str, kind: Callable[[str], Iterator[Mutant]]
) -> None:
    case = shipped(name, "10.2")
    same = {what for spec, what, _ in SAME if spec == name}
    alive = survivors(case, (m for m in kind(case.text) if m.what not in same))
    lines = case.text.split("\n")
    assert [(m.line, m.what, lines[m.line - 1].strip()) for m in alive] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_changes_that_mean_the_same_are_few_and_explained(name: str) -> None:
    case = shipped(name, "10.2")
    same = {what for spec, what, _ in SAME if spec == name}
    some = (m for m in mutants.all_of(case.text) if m.what in same)
    alive = survivors(case, some)
    assert {mutant.what for mutant in alive} == same
    assert len(alive) <= 16
