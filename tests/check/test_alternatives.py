"""Devices with alternatives: faults in what chooses, makes and wires them are found."""

from __future__ import annotations

import pytest

from .faults import Fault
from .support import ROOT, case_of

SPEC = ROOT / "tests" / "ok" / "alternatives.yaml"
CREATE = "either_way_create_gic_version"
FAULTS = (
    Fault(
        "another value",
        f"if (s->gic_version == 2) {{ {CREATE}_2_2(s);",
        f"if (s->gic_version == 1) {{ {CREATE}_2_2(s);",
        "revision",
    ),
    Fault(
        "the other way round",
        f"if (s->gic_version == 2) {{ {CREATE}_2_2(s); }} else if (s->gic_version == 3) "
        f"{{ {CREATE}_3(s);",
        f"if (s->gic_version == 2) {{ {CREATE}_3(s); }} else if (s->gic_version == 3) "
        f"{{ {CREATE}_2_2(s);",
        "type is",
    ),
    Fault("none at last", f"else {{ {CREATE}_1_of_old(s); }}", "", "gic"),
    Fault(
        "always the same",
        "if (s->fast) { either_way_create_net_with_fast(s); } else { "
        "either_way_create_net_without_fast(s); }",
        "either_way_create_net_with_fast(s);",
        "type is",
    ),
    Fault(
        "another number",
        "s->gic_version = 1;",
        "s->gic_version = 4;",
        "is held as 4 where",
    ),
    Fault("not wired", "either_way_wire_gic(s);", "", "goes nowhere"),
    Fault(
        "too early",
        f"if (s->gic_version == 2) {{ {CREATE}_2_2(s);",
        f"either_way_wire_gic(s); if (s->gic_version == 2) {{ {CREATE}_2_2(s);",
        "before it has a value",
    ),
    Fault(
        "another window",
        "sysbus_mmio_map(sbd, 1, 0x080a0000)",
        "sysbus_mmio_map(sbd, 1, 0x08010000)",
        "MMIO region 1",
    ),
    Fault("not kept", "sysbus_mmio_map(sbd, 1, 0x08030000); s->gic = dev;", "", "gic"),
    Fault(
        "of the wrong alternative",
        "if (s->fast) { sysbus_connect_irq(SYS_BUS_DEVICE(s->uart)",
        "if (!s->fast) { sysbus_connect_irq(SYS_BUS_DEVICE(s->uart)",
        "uart",
    ),
    Fault(
        "of all alternatives",
        "if (s->fast) { sysbus_connect_irq(SYS_BUS_DEVICE(s->uart), 0, "
        "qdev_get_gpio_in(dev, 1)); }",
        "sysbus_connect_irq(SYS_BUS_DEVICE(s->uart), 0, qdev_get_gpio_in(dev, 1));",
        "uart",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault) -> None:
    case = case_of(SPEC, "10.2")
    assert not case.findings()
    text = fault.put_into(case.text)
    assert fault.word in "\n".join(case.findings(text))
