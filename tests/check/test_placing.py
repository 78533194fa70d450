"""Faults in where a device sits: its bus, its address, its parts, its name in QOM."""

from __future__ import annotations

import pytest

from . import mutants
from .faults import Fault
from .support import ROOT, Case, case_of, survivors

BUSES = [
    Fault("bus of another kind", 'qdev_prop_set_uint32(dev, "nonvolatile-cfg", 0xffff); '
          'qdev_realize_and_unref(dev, qdev_get_child_bus(s->spi, "ssi")',
          'qdev_prop_set_uint32(dev, "nonvolatile-cfg", 0xffff); '
          'qdev_realize_and_unref(dev, qdev_get_child_bus(s->i2c, "i2c")',
          'the bus is "i2c/i2c"'),
    Fault("bus of a later device", 'qdev_get_child_bus(s->mux, "i2c.3")',
          'qdev_get_child_bus(s->spi, "ssi")', "'spi' is used before it has a value"),
    Fault("another bus of the device", '"i2c.3"', '"i2c.4"', "mux/i2c.4"),
    Fault("bus of an earlier device", 'qdev_get_child_bus(s->mux, "i2c.3")',
          'qdev_get_child_bus(s->i2c, "i2c")', 'the bus is "i2c/i2c"'),
    Fault("no bus", 'qdev_realize(dev, qdev_get_child_bus(s->i2c, "i2c"),',
          "qdev_realize(dev, NULL,", 'the board has "i2c/i2c"'),
    Fault("no bus for one that is created on it",
          'I2C_BUS(qdev_get_child_bus(s->mux, "i2c.3"))', "NULL", "NULL"),
    Fault("a bus for what sits on none",
          '"num-lines", 3); qdev_realize(dev, NULL, &error_fatal);',
          '"num-lines", 3);'
          'qdev_realize(dev, qdev_get_child_bus(s->i2c, "i2c"), &error_fatal);',
          "the board has nothing"),
    Fault("bus before its device is realized",
          'DeviceState *dev = qdev_new("n25q256a");',
          'DeviceState *dev = qdev_new("n25q256a"); qdev_get_child_bus(dev, "x");',
          "before it is realized"),
    Fault("another chip select", '"cs", 1', '"cs", 2', "'cs'"),
    Fault("no chip select", 'qdev_prop_set_uint8(dev, "cs", 1);', "", "'cs' is not set"),
    Fault("another I2C address", "TYPE_PCA9548, 0x70", "TYPE_PCA9548, 0x71",
          "'address'"),
    Fault("I2C address without its constant", "TYPE_TMP105, SENSOR",
          "TYPE_TMP105, 0x48", "SENSOR"),
    Fault("property without its constant", '"address", SENSOR', '"address", 0x48',
          "SENSOR"),
    Fault("one address for all", '"address", 0x4c + i', '"address", 0x4c', "'address'"),
    Fault("another slot", "PCI_DEVFN(28, 1)", "PCI_DEVFN(27, 1)", "'addr'"),
    Fault("another function", "PCI_DEVFN(28, 1)", "PCI_DEVFN(28, 2)", "'addr'"),
    Fault("function 0 alone",
          "pci_create_simple_multifunction(", "pci_create_simple(", "multifunction"),
    Fault("not made in its place", 'object_initialize_child(OBJECT(s), "gate", &s->gate, '
          "TYPE_OR_IRQ);", "", "not made yet"),
    Fault("made twice", "dev = DEVICE(&s->gate);",
          'object_initialize_child(OBJECT(s), "door", &s->gate, TYPE_OR_IRQ);'
          "dev = DEVICE(&s->gate);", "initialised twice"),
    Fault("made in too little room", "&s->gate, TYPE_OR_IRQ", "&s->gate, TYPE_SPLIT_IRQ",
          "needs a 'SplitIRQ'"),
    Fault("freed under its parent", '"num-lines", 3); qdev_realize(',
          '"num-lines", 3); qdev_realize_and_unref(', "not the C's"),
    Fault("another name in QOM", '"gate"', '"door"', "name in the QOM tree"),
    Fault("numbered name in QOM", '"outer[*]"', '"outer"', "name in the QOM tree"),
    Fault("child of a child", 'object_initialize_child(OBJECT(s), "gate", &s->gate',
          'object_initialize_child(OBJECT(s->i2c), "gate", &s->gate',
          "no child of the machine"),
    Fault("lines of the gate", '"num-lines", 3', '"num-lines", 2', "num-lines"),
    Fault("output of the fork", "qdev_connect_gpio_out(dev, 1, qdev_get_gpio_in(DEVICE(&s->gate), 2))",
          "qdev_connect_gpio_out(dev, 1, qdev_get_gpio_in(DEVICE(&s->gate), 1))", "gate input"),
]  # fmt: skip

PARTS = [
    Fault("property of another part",
          'object_resolve_path_component(OBJECT(dev), "mft[1]")',
          'object_resolve_path_component(OBJECT(dev), "mft[2]")', "'max_rpm[2]'"),
    Fault("property of the whole", 'qdev_prop_set_uint32(part, "max_rpm[2]", 9000);',
          'qdev_prop_set_uint32(dev, "max_rpm[2]", 9000);', "'max_rpm[2]' is not set"),
    Fault("no property", 'qdev_prop_set_uint32(part, "max_rpm[2]", 9000);', "",
          "'max_rpm[2]'"),
    Fault("bus of another part", '"smbus[1]"', '"smbus[3]"', "soc/smbus[3]/i2c-bus"),
    Fault("another bus of the part", 'qdev_get_child_bus(DEVICE(owner), "spi")',
          'qdev_get_child_bus(DEVICE(owner), "spi.0")', "soc/fiu0/spi"),
    Fault("output of another part", 'OBJECT(&s->soc), "pwm[0]"', 'OBJECT(&s->soc), "pwm[1]"',
          "'soc/pwm[0]': output 'duty-gpio-out' 1 goes nowhere"),
    Fault("input of another part", 'OBJECT(&s->soc), "gpio[2]"',
          'OBJECT(&s->soc), "gpio[3]"', "soc/gpio[2] input 31"),
    Fault("IRQ of the whole",
          "SYS_BUS_DEVICE(source)",
          "sbd", "'usb/dwc3-xhci': IRQ 0 goes nowhere"),
    Fault("clock of another part", 'OBJECT(&s->soc), "clk"', 'OBJECT(&s->soc), "adc"',
          "clock at input 'CLK'"),
    Fault("another clock", '"timer-clock"', '"uart-clock"', "soc/clk.timer-clock"),
    Fault("link to the whole", "OBJECT(s->counter)", "OBJECT(&s->soc)", "link to counter"),
    Fault("all fans at one output", "2 * i))", "2))", "driven twice"),
    Fault("one name for all", '"fan-splitter[*]"', '"fan-splitter"', "QOM tree"),
]  # fmt: skip

STUBS = [
    Fault("clock of the other device", 'qdev_get_clock_out(s->rcc, "usart1-out")',
          'qdev_get_clock_out(s->soc, "usart1-out")', "rcc.usart1-out"),
    Fault("clocks swapped", '"usart1-out"', '"usart2-out"', "rcc.usart1-out"),
    Fault("board's clock for the device's", 'qdev_get_clock_out(s->rcc, "usart1-out")',
          "s->hse", "rcc.usart1-out"),
    Fault("clock of a part at the whole", 'qdev_connect_clock_in(part, "hse", s->hse)',
          'qdev_connect_clock_in(dev, "hse", s->hse)', "'hse'"),
    Fault("another input", 'qdev_connect_clock_in(part, "hse"',
          'qdev_connect_clock_in(part, "lse_crystal"', "'lse_crystal'"),
    Fault("a stub less", 'create_unimplemented_device("eth.dma", 0x60028000, 4 * KiB);',
          "", "'ethernet' (unimplemented-device) is missing"),
    Fault("another name", '"eth.dma"', '"eth"', '"eth.dma"'),
    Fault("fewer in a row", "i < 3", "i < 2", "banks[2]"),
    Fault("all at one place", "0x60040000 + i * BANK", "0x60040000", "banks[1]"),
    Fault("size for stride", "+ i * BANK, BANK", "+ i * 1024, 1024", "BANK"),
    Fault("priority of what has a type", "i * 0x1000, -1000)", "i * 0x1000, 0)", "priority"),
    Fault("number in the name", 'g_strdup_printf("stub%u", i)',
          'g_strdup_printf("stub%u", i + 1)', "QOM tree"),
    Fault("flash of the loader", "machine->kernel_filename, 0, 1 * MiB",
          "machine->kernel_filename, 0, 2 * MiB", "size"),
    Fault("the only CPU as the default", "mc->max_cpus = 1;",
          'mc->max_cpus = 1; mc->default_cpu_type = ARM_CPU_TYPE_NAME("cortex-m4");',
          "default_cpu_type"),
]  # fmt: skip

FAULTS = {
    "buses": BUSES,
    "soc-and-its-parts": PARTS,
    "what-is-not-modelled": STUBS,
}


# What small changes leave the meaning of the board as it is, and why.
SAME = {
    "soc-and-its-parts": {
        "s becomes machine": "OBJECT() of the same object",
        "dev becomes sbd": "OBJECT() of the same object",
    },
    "what-is-not-modelled": {
        "dev becomes sbd": "OBJECT() of the same object",
    },
}


pytestmark = pytest.mark.usefixtures("parsed_once")


def _case(board: str) -> Case:
    return case_of(ROOT / "tests" / "ok" / f"{board}.yaml", "10.2")


@pytest.mark.parametrize(
    ("board", "fault"),
    [
        pytest.param(board, fault, id=f"{board}-{fault.name}")
        for board, some in FAULTS.items()
        for fault in some
    ],
)
def test_a_fault_is_found(board: str, fault: Fault) -> None:
    case = _case(board)
    findings = "\n".join(case.findings(fault.put_into(case.text)))
    assert fault.word in findings


@pytest.mark.parametrize("board", FAULTS)
def test_small_changes_are_found(board: str) -> None:
    case = _case(board)
    found = survivors(case, mutants.all_of(case.text))
    alive = {(mutant.line, mutant.what) for mutant in found}
    assert {what for _, what in alive} == set(SAME.get(board, ()))
    assert len(alive) <= 5
