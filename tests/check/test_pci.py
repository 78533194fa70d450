"""PCI devices, regions that the board maps itself, and PowerPC CPUs: faults are found."""

from __future__ import annotations

import pytest

from .faults import Fault
from .support import ROOT, case_of

SPEC = ROOT / "tests" / "ok" / "pci.yaml"
ON_HOST = "PCI_HOST_BRIDGE(s->grackle)->bus"
FAULTS = (
    Fault("slot", "pci_new(PCI_DEVFN(16, 0)", "pci_new(PCI_DEVFN(17, 0)", "'addr'"),
    Fault("function", "PCI_DEVFN(5, 1)", "PCI_DEVFN(5, 0)", "'addr'"),
    Fault("no slot", "PCI_DEVFN(2, 1)", "-1", "'addr' is not set"),
    Fault(
        "a slot too much",
        'pci_new(-1, "pci-bridge")',
        'pci_new(4, "pci-bridge")',
        "'addr' is not one that the board sets",
    ),
    Fault(
        "one function",
        "pci_create_simple_multifunction",
        "pci_create_simple",
        "'multifunction' is not set",
    ),
    Fault(
        "another bus",
        f"pci_create_simple({ON_HOST}, -1",
        'pci_create_simple(PCI_BUS(qdev_get_child_bus(s->bridges, "pci.1")), -1',
        "the bus is",
    ),
    Fault("another child bus", '"pci.1"', '"pci.0"', "the bus is"),
    Fault("another type", '"pci-ohci"', '"pci-uhci"', "type"),
    Fault(
        "never realized",
        f'qdev_prop_set_uint8(dev, "chassis_nr", 1);\npci_realize_and_unref(pci_dev, '
        f"{ON_HOST}, &error_fatal);",
        'qdev_prop_set_uint8(dev, "chassis_nr", 1);',
        "realized",
    ),
    Fault(
        "mapped by the system bus",
        "memory_region_add_subregion(get_system_memory(), 0x80000000, "
        "sysbus_mmio_get_region(sbd, 2));",
        "sysbus_mmio_map(sbd, 2, 0x80000000);",
        "kind of mapping",
    ),
    Fault(
        "another region",
        "sysbus_mmio_get_region(sbd, 3)",
        "sysbus_mmio_get_region(sbd, 4)",
        "MMIO region 3 is not mapped",
    ),
    Fault(
        "mapped twice",
        "sysbus_mmio_get_region(sbd, 3)",
        "sysbus_mmio_get_region(sbd, 2)",
        "mapped twice",
    ),
    Fault(
        "into the system memory",
        "memory_region_add_subregion_overlap(&s->isa, 0",
        "memory_region_add_subregion_overlap(get_system_memory(), 0",
        "container",
    ),
    Fault("another CPU input", "PPC6xx_INPUT_INT", "PPC6xx_INPUT_SMI", "input"),
    Fault("no time base reset", "cpu_ppc_tb_reset(&cpu->env);", "", "time base"),
    Fault(
        "two time base resets",
        "cpu_ppc_tb_reset(&cpu->env);",
        "cpu_ppc_tb_reset(&cpu->env); cpu_ppc_tb_reset(&cpu->env);",
        "time base is reset 2 times",
    ),
)


@pytest.mark.parametrize("release", ["10.0", "10.2"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_the_fault_is_found(fault: Fault, release: str) -> None:
    case = case_of(SPEC, release)
    assert case.findings() == []
    findings = case.findings(fault.put_into(case.text))
    assert any(fault.word in finding for finding in findings), findings


def test_a_bus_exists_when_its_bridge_is_realized() -> None:
    case = case_of(SPEC, "10.2")
    early = Fault(
        "too early",
        "sysbus_realize_and_unref(sbd, &error_fatal);\nsysbus_mmio_map(sbd, 0",
        'pci_create_simple(PCI_HOST_BRIDGE(dev)->bus, -1, "pci-ohci");\n'
        "sysbus_realize_and_unref(sbd, &error_fatal);\nsysbus_mmio_map(sbd, 0",
        "",
    )
    finding, *_ = case.findings(early.put_into(case.text))
    assert "'bus' is used before it has a value" in finding
