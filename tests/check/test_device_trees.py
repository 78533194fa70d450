"""Faults in the C that builds a device tree."""

from __future__ import annotations

import pytest

from tests.check import mutants
from tests.check.faults import Fault
from tests.check.support import ROOT, Case, case_of, survivors

FAULTS = [
    Fault("a node less", "    device_tree_fdt_add_serial(s);\n", "", "fdt_add_serial"),
    Fault("the order of nodes", "    device_tree_fdt_add_chosen(machine);\n"
          "    device_tree_fdt_add_aliases(machine);\n",
          "    device_tree_fdt_add_aliases(machine);\n"
          "    device_tree_fdt_add_chosen(machine);\n", "'/aliases' comes after"),
    Fault("CPUs the other way round",
          "for (i = machine->smp.cpus - 1; i >= 0; i--) {\n        g_autofree char *cpu_node",
          "for (i = 0; i < machine->smp.cpus; i++) {\n        g_autofree char *cpu_node",
          "in the device tree"),
    Fault("a CPU less", "i >= 0; i--) {\n        g_autofree char *cpu_node",
          "i > 0; i--) {\n        g_autofree char *cpu_node", "'/cpus/cpu@0' is missing"),
    Fault("node below none", '"/cpus/cpu@%x"', '"/cpu/cpu@%x"', "QEMU ends"),
    Fault("node twice", '"/aliases");', '"/chosen");', "QEMU ends"),
    Fault("another phandle", 'qemu_fdt_setprop_cell(fdt, node, "phandle", s->gic_phandle)',
          'qemu_fdt_setprop_cell(fdt, node, "phandle", s->apb_phandle)', "phandle"),
    Fault("a phandle that nobody has", '"interrupt-parent", s->gic_phandle',
          '"interrupt-parent", qemu_fdt_alloc_phandle(fdt)', "interrupt-parent"),
    Fault("kind of interrupt", "GIC_FDT_IRQ_TYPE_PPI, 30 - 16", "GIC_FDT_IRQ_TYPE_SPI, 30 - 16",
          "interrupts"),
    Fault("for another CPU", "((1 << machine->smp.cpus) - 1)", "(1 << machine->smp.cpus)",
          "interrupts"),
    Fault("when it asks", "GIC_FDT_IRQ_FLAGS_LEVEL_LO", "GIC_FDT_IRQ_FLAGS_LEVEL_HI",
          "interrupts"),
    Fault("an address cell less", '"/cpus", "#address-cells", 1', '"/cpus", "#address-cells", 2',
          "#address-cells"),
    Fault("a size of as many cells", "2, device_tree_memmap[DEVICE_TREE_KEYS].size",
          "1, device_tree_memmap[DEVICE_TREE_KEYS].size", "reg"),
    Fault("half of the texts", "sizeof(text)", "sizeof(text) - 1", "text"),
    Fault("swizzled the other way", "(slot + pin) %", "(4 + slot - pin) %", "interrupt-map"),
    Fault("as the host has it", "map[at] = cpu_to_be32(slot << 11);", "map[at] = slot << 11;",
          "interrupt-map"),
    Fault("past the end of the map", "PCI_NUM_PINS * 9] = { };", "PCI_NUM_PINS * 8] = { };",
          "no element"),
    Fault("a CPU that is not chosen", 'g_str_equal(machine->cpu_type, ARM_CPU_TYPE_NAME("cortex-a53"))',
          'g_str_equal(machine->cpu_type, "cortex-a53")',
          "compatible"),
    Fault("a CPU too few", "machine->smp.cpus > 1", "machine->smp.cpus > 2", "enable-method"),
    Fault("the other form", "s->tree == 1) {\n        device_tree_fdt_add_notes",
          "s->tree == 0) {\n        device_tree_fdt_add_notes", "notes"),
    Fault("no tree", "    machine->fdt = fdt;\n", "", "'fdt' is used before"),
    Fault("the loader gets none", "    s->bootinfo.get_dtb = device_tree_get_dtb;\n", "",
          "get_dtb"),
    Fault("the wrong size", "*size = s->fdt_size;", "*size = 4096;", "size"),
    Fault("no name of the CPU", "ARM_CPU(qemu_get_cpu(i))->dtb_compatible", '"arm,cortex-a15"',
          "compatible"),
    Fault("a property twice", '"device_type", "pci");',
          '"device_type", "pci");\n'
          '    qemu_fdt_setprop_string(fdt, node, "device_type", "pci");', "twice"),
    Fault("a property too much", '"device_type", "pci");',
          '"device_type", "pci");\n    qemu_fdt_setprop_cell(fdt, node, "more", 1);',
          "the board sets none"),
    Fault("after the loader", "    device_tree_fdt_add_chosen(machine);\n",
          "", "fdt_add_chosen"),
]  # fmt: skip

SAME = {
    "8 becomes 9": "room for an element more that nobody uses",
    "0 becomes 1": "all elements are of the same size",
}


pytestmark = pytest.mark.usefixtures("parsed_once")


def _case(board: str) -> Case:
    return case_of(ROOT / "tests" / "ok" / f"{board}.yaml", "10.2")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault) -> None:
    case = _case("device-tree")
    findings = "\n".join(case.findings(fault.put_into(case.text)))
    assert fault.word in findings


def test_small_changes_are_found() -> None:
    case = _case("device-tree-riscv")
    alive = survivors(case, mutants.all_of(case.text))
    assert {mutant.what for mutant in alive} == set(SAME)
