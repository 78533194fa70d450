"""Faults in the C that boots a RISC-V board."""

from __future__ import annotations

import pytest

from tests.check import mutants
from tests.check.faults import Fault
from tests.check.support import ROOT, Case, case_of, survivors

LOAD_FDT = "    riscv_load_fdt(fdt_addr, machine->fdt);\n"
FAULTS = [
    Fault("firmware of another board", "riscv_default_firmware_name(harts)",
          '"hss.bin"', "firmware"),
    Fault("elsewhere", "hwaddr start_addr = opensbi_memmap[OPENSBI_DRAM].base",
          "hwaddr start_addr = opensbi_memmap[OPENSBI_UART].base", "firmware_at"),
    Fault("the kernel further on", "&s->boot_info, firmware_end)",
          "&s->boot_info, firmware_end + 2 * MiB)", "start"),
    Fault("no initrd", "kernel_start, true, NULL", "kernel_start, false, NULL", "initrd"),
    Fault("OpenSBI does not learn of the kernel",
          "kernel_entry = s->boot_info.image_low_addr;", "", "reset_entry"),
    Fault("no tree", LOAD_FDT, "", "tree_at"),
    Fault("another tree", LOAD_FDT, LOAD_FDT.replace("machine->fdt", "machine"), "tree"),
    Fault("nobody learns of the tree", "fdt_addr);\n}", "0);\n}", "reset_tree"),
    Fault("past the firmware's entry", "riscv_setup_rom_reset_vec(machine, harts, start_addr",
          "riscv_setup_rom_reset_vec(machine, harts, firmware_end", "reset_to"),
    Fault("twice", LOAD_FDT, 2 * LOAD_FDT, "a second device tree"),
    Fault("harts that nobody named", "riscv_boot_info_init(&s->boot_info, harts);", "",
          "which harts"),
    Fault("a tree without its nodes", "    opensbi_fdt_add_soc(s);\n", "", "fdt_add_soc"),
]  # fmt: skip

pytestmark = pytest.mark.usefixtures("parsed_once")


def _case(board: str, release: str = "10.2") -> Case:
    return case_of(ROOT / "tests" / "ok" / f"{board}.yaml", release)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault) -> None:
    case = _case("opensbi")
    findings = "\n".join(case.findings(fault.put_into(case.text)))
    assert fault.word in findings


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("opensbi-riscv64", "opensbi-riscv32", "firmware"),
        ("kernel_entry,\n", "kernel_start,\n", "initrd_behind"),
        ('"linux,initrd-end", 2', '"linux,initrd-end", 1', "initrd-end"),
        ('"bootargs"', '"bootarg"', "bootargs"),
        ("machine->ram_size, machine->fdt)", "0, machine->fdt)", "tree_ram_size"),
    ],
)
def test_a_fault_where_the_board_does_all_is_found(
    right: str, wrong: str, said: str
) -> None:
    case = _case("opensbi", "7.2")
    assert case.findings() == []
    assert right in case.text
    findings = case.findings(case.text.replace(right, wrong, 1))
    assert any(said in finding for finding in findings), findings


@pytest.mark.parametrize("release", ["7.2", "8.2", "10.2"])
def test_small_changes_are_found(release: str) -> None:
    case = _case("mask-rom", release)
    assert not survivors(case, mutants.all_of(case.text))


def test_the_c_of_one_release_is_not_that_of_another() -> None:
    older, newer = _case("opensbi", "8.2"), _case("opensbi")
    assert newer.findings(older.text)
    assert older.findings(newer.text)
