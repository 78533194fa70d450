"""Faults in C for releases that say things another way."""

from __future__ import annotations

import pytest

from .support import ROOT, case_of

# Spec, variant, what stands in its C for 7.2, what does in the faulty C, what is said.
FAULTS = [
    ("integratorcp", None, "nd_table[0], \"smc", "nd_table[0], \"lan", "NIC of any type"),
    ("integratorcp", None, "(dev, &nd_table[0]", "(dev, &nd_table[1]", "no element 1"),
    ("integratorcp", None, "if (nd_table[0].used)", "if (!nd_table[0].used)", "nobody gave"),
    ("mps2", "mps2-an385", "if (nd_table[0].used)", "if (!nd_table[0].used)", "NIC"),
    ("mps2", "mps2-an385", '"len-oscclk", 3', '"len-oscclk", 2', "len-oscclk"),
    ("mps2", "mps2-an385", '"oscclk[1]", 24576000', '"oscclk[1]", 1', "oscclk[1]"),
    ("mps2", "mps2-an385", "    mc->no_sdcard = true;\n", "", "no_sdcard"),
    ("g3beige", None, "i < nb_nics", "i < nb_nics - 1", "not all NICs"),
    ("g3beige", None, "for (i = 0; i < nb", "for (i = 1; i < nb", "first NIC"),
    ("g3beige", None, '"ne2k_pci", NULL', '"rtl8139", NULL', "ne2k_pci"),
    ("mac99", None, "NULL, NULL, 1,", "NULL, NULL, 0,", "byte order"),
    ("stm32f100-soc", None, "        return false;\n    }\n    memory_region_add",
     "    }\n    memory_region_add", "although there was an error"),
    ("stm32f100-soc", None, "error_propagate(errp, err);\n", "", "an error"),
    ("stm32f100-soc", None, "128 * KiB,\n                           &err",
     "128 * KiB,\n                           &error_fatal", "learns"),
    ("netduinoplus2", None, "    mc->default_cpu_type", "    mc->default_boot_order",
     "default_cpu_type"),
    ("x86-split", None, "x86_bios_rom_init(machine",
     "x86_bios_rom_init(X86_MACHINE(machine)", "argument 1"),
    ("x86-split", None, "e820_get_num_entries())", "1)", "another size"),
    ("x86-split", None, "isa_bus_irqs", "isa_bus_register_input_irqs", "isa_bus"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "variant", "right", "wrong", "said"),
    FAULTS,
    ids=[f"{spec}-{wrong.strip()[:20]}" for spec, _, _, wrong, _ in FAULTS],
)
def test_a_fault_in_c_for_an_older_release_is_found(
    spec: str, variant: str | None, right: str, wrong: str, said: str
) -> None:
    case = case_of(ROOT / "specs" / f"{spec}.yaml", "7.2", variant)
    assert case.findings() == []
    assert right in case.text
    findings = case.findings(case.text.replace(right, wrong, 1))
    assert any(said in finding for finding in findings), findings


@pytest.mark.parametrize("spec", ["mac99", "g3beige", "integratorcp"])
def test_the_c_of_one_release_is_not_that_of_another(spec: str) -> None:
    older, newer = (
        case_of(ROOT / "specs" / f"{spec}.yaml", release) for release in ("7.2", "10.2")
    )
    assert newer.findings(older.text)
    assert older.findings(newer.text)
