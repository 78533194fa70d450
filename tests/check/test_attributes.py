"""Faults in the C of lists, NICs, full buses, numbered children, owners, exact RAM."""

from __future__ import annotations

import pytest

from .faults import Fault
from .support import RELEASES, ROOT, Case, case_of, run

FAULTS = (
    Fault(
        "other element",
        "qlist_append_int(list, 25000000)",
        "qlist_append_int(list, 1)",
        "oscclk",
    ),
    Fault("no element", "qlist_append_int(list, 25000000);", "", "length"),
    Fault("plain number", "(list, AUDIO_CLOCK)", "(list, 24576000)", "AUDIO_CLOCK"),
    Fault(
        "other kind", "qlist_append_int(list, i)", 'qlist_append_str(list, "0")', "kind"
    ),
    Fault("other property", '(dev, "oscclk", list)', '(dev, "clocks", list)', "oscclk"),
    Fault(
        "no property", 'qdev_prop_set_array(dev, "oscclk", list);', "", "no property's"
    ),
    Fault(
        "given twice",
        'qdev_prop_set_array(dev, "oscclk", list);',
        'qdev_prop_set_array(dev, "oscclk", list); qdev_prop_set_array(dev, "b", list);',
        "twice",
    ),
    Fault(
        "grows later",
        'qdev_prop_set_array(dev, "oscclk", list);',
        'qdev_prop_set_array(dev, "oscclk", list); qlist_append_int(list, 1);',
        "grows",
    ),
    Fault("no NIC", "qemu_configure_nic_device(dev, true, NULL);", "", "NIC of -nic"),
    Fault("NIC by name", "(dev, true, NULL)", '(dev, true, "lan")', "any NIC"),
    Fault("NIC by type only", "(dev, true, NULL)", "(dev, false, NULL)", "any NIC"),
    Fault(
        "bus not full", 'qbus_mark_full(qdev_get_child_bus(dev, "i2c"));', "", "full"
    ),
    Fault("other bus full", '(dev, "i2c")', '(dev, "spi")', "spi"),
    Fault("other name", '"timer%u"', '"clock%u"', "timer0"),
    Fault("unnumbered", '"fuse%u-%u", i, i', '"fuse%u-", i', "fuse0-0"),
    Fault(
        "name leaks",
        'g_autofree char *name = g_strdup_printf("timer%u", i)',
        'char *name = g_strdup_printf("timer%u", i)',
        "frees",
    ),
    Fault(
        "owned alias", "(&s->rom_mirror, NULL,", "(&s->rom_mirror, OBJECT(s),", "in QOM"
    ),
    Fault("owned container", "(&s->bank, NULL,", "(&s->bank, OBJECT(s),", "in QOM"),
    Fault("owned stub", "(&s->id, NULL,", "(&s->id, OBJECT(s),", "in QOM"),
    Fault(
        "RAM not judged", "!= mc->default_ram_size", "== mc->default_ram_size", "ends"
    ),
    Fault(
        "too little RAM", "!= mc->default_ram_size", "> mc->default_ram_size", "goes on"
    ),
    Fault(
        "other message",
        "not one byte more than %s",
        "not one bit more than %s",
        "message",
    ),
    Fault(
        "other size", "size_to_str(mc->default_ram_size)", "size_to_str(7)", "message"
    ),
    Fault("goes on", "exit(EXIT_FAILURE);", "", "goes on"),
)


def case(release: str) -> Case:
    return case_of(ROOT / "tests/ok/arrays-and-nics.yaml", release)


@pytest.mark.parametrize("release", RELEASES)
def test_the_c_is_right(release: str) -> None:
    assert case(release).findings() == []


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault, release: str) -> None:
    assert fault.word in "\n".join(
        case(release).findings(fault.put_into(case(release).text))
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (16 << 20, "16 MiB"),
        (1, "1 B"),
        (1023, "0.999 KiB"),
        (1000, "0.977 KiB"),
        (999, "999 B"),
        (16 << 10, "16 KiB"),
        (3 << 29, "1.5 GiB"),
        (1234567, "1.18 MiB"),
        (1 << 63, "8 EiB"),
    ],
)
def test_sizes_read_as_qemu_prints_them(size: int, text: str) -> None:
    ran = run(
        f"    g_autofree char *t = size_to_str({size}ULL);\n"
        '    error_report("%s", t);\n    exit(1);'
    )
    (ending,) = ran.machine.endings
    assert ending.message == text


GATES = (
    Fault(
        "gate",
        "qdev_get_gpio_in(s->txrx1, 0)",
        "qdev_get_gpio_in(s->txrx0, 0)",
        "uart1",
    ),
    Fault("input", "(s->overflow, 9)", "(s->overflow, 8)", "uart4"),
    Fault(
        "line",
        "qdev_get_gpio_in(DEVICE(&s->armv7m), 56)",
        "qdev_get_gpio_in(DEVICE(&s->armv7m), 55)",
        "txrx4",
    ),
    Fault("inputs", '"num-lines", 10', '"num-lines", 8', "num-lines"),
    Fault("variant", "0x41045110", "0x41043850", "scc-id"),
    Fault("address", "0x4002d000", "0x40007000", "uart3"),
)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("fault", GATES, ids=lambda fault: fault.name)
def test_a_fault_of_a_variant_is_found(fault: Fault, release: str) -> None:
    an511 = case_of(ROOT / "specs/mps2.yaml", release, "mps2-an511")
    assert an511.findings() == []
    assert fault.word in "\n".join(an511.findings(fault.put_into(an511.text)))
