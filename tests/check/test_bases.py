"""Boards that derive from a base of QEMU's: every small change of their C is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import mutants
from .mutants import Mutant
from .support import Case, case_of, shipped

OK = Path(__file__).parent.parent / "ok"
KINDS = (mutants.numbers, mutants.dropped, mutants.swapped, mutants.renamed)
EVB = shipped("ast2600-evb", "10.2")
WIRED = case_of(OK / "base-aspeed.yaml", "10.2")
SAME = {"bmc becomes s", "s becomes bmc"}  # a cast of the same object


def said_of(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return "\n".join(EVB.findings(text.replace(old, new)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("case", [EVB, WIRED], ids=["evb", "wired"])
def test_small_changes_are_found(
    case: Case, kind: Callable[[str], Iterator[Mutant]]
) -> None:
    survivors = [
        (mutant.line, mutant.what)
        for mutant in kind(case.text)
        if mutant.what not in SAME and not case.findings(mutant.text)
    ]
    assert survivors == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("TYPE_ASPEED_MACHINE", "TYPE_MACHINE", 'TypeInfo.parent is "machine"'),
        ('"ast2600-a3"', '"ast2600-a1"', "AspeedMachineClass.soc_name is"),
        ("    amc->hw_strap2 = 0x3;\n", "", "AspeedMachineClass.hw_strap2 is not set"),
        ("= true;\n", "= false;\n", "AspeedMachineClass.sdhci_wp_inverted is"),
        ("    amc->num_cs = 1;", "    amc->num_cs2 = 1;", "num_cs2 is set"),
        (
            "    amc->i2c_init = ast2600_evb_i2c_init;\n",
            "",
            "AspeedMachineClass.i2c_init is not set",
        ),
        (
            "    aspeed_machine_ast2600_class_emmc_init(oc);\n",
            "",
            "class_init calls aspeed_machine_class_init_cpus_defaults; the board wants",
        ),
        ("g_malloc0(256)", "g_malloc0(8)", "an SMBus EEPROM starts with 256 bytes"),
    ],
)
def test_what_is_said(old: str, new: str, said: str) -> None:
    assert said in said_of(EVB.text, old, new)


def test_a_function_of_the_base_comes_after_what_it_reads() -> None:
    call = "    aspeed_machine_class_init_cpus_defaults(mc);\n"
    first = "    amc->soc_name ="
    moved = EVB.text.replace(call, "").replace(first, call + first)
    assert "comes before 'soc_name' is set" in "\n".join(EVB.findings(moved))
