"""Faults in the C of a SoC: its header, its children, its clocks, its way to fail."""

from __future__ import annotations

import pytest

from . import mutants
from .faults import Fault
from .support import ROOT, case_of, survivors

OK = ROOT / "tests" / "ok"
SOC = OK / "soc-of-its-own.yaml"

GIC = "DeviceState *dev = DEVICE(&s->gic); SysBusDevice *sbd = SYS_BUS_DEVICE(dev);"
CHAIN = "!tiny_soc_realize_cpu(s, errp) || !tiny_soc_realize_gic(s, errp) ||"

FAILING = [
    Fault("goes on after a failure",
          "\"num-lines\", 2); if (!qdev_realize(dev, NULL, errp)) { return false; }",
          "\"num-lines\", 2); qdev_realize(dev, NULL, errp);", "although there was an error"),
    Fault("says that it did not fail",
          "\"num-lines\", 2); if (!qdev_realize(dev, NULL, errp)) { return false; }",
          "\"num-lines\", 2); if (!qdev_realize(dev, NULL, errp)) { return true; }",
          "although there was an error"),
    Fault("ends QEMU", "\"num-lines\", 2); if (!qdev_realize(dev, NULL, errp))",
          "\"num-lines\", 2); if (!qdev_realize(dev, NULL, &error_fatal))",
          "pass errp"),
    Fault("drops the error", "\"num-lines\", 2); if (!qdev_realize(dev, NULL, errp))",
          "\"num-lines\", 2); if (!qdev_realize(dev, NULL, NULL))", "pass errp"),
    Fault("memory that cannot fail",
          'if (!memory_region_init_ram(&s->inbox, OBJECT(s), "inbox", 4 * KiB, errp)) '
          "{ return false; }",
          'memory_region_init_ram(&s->inbox, OBJECT(s), "inbox", 4 * KiB, errp);',
          "although there was an error"),
    Fault("memory that ends QEMU", '"inbox", 4 * KiB, errp)',
          '"inbox", 4 * KiB, &error_fatal)', "pass errp"),
    Fault("step whose failure nobody sees", "!tiny_soc_realize_gic(s, errp) ||",
          "tiny_soc_realize_gic(s, errp) ||", "never realized"),
    Fault("all steps at once", CHAIN,
          "!tiny_soc_realize_cpu(s, errp) && !tiny_soc_realize_gic(s, errp) ||", "before it is realized"),
    Fault("no error with a failure",
          'error_setg(errp, "the clock input \'osc\' must be wired");', "", "osc"),
    Fault("two errors with a failure",
          'error_setg(errp, "the clock input \'osc\' must be wired"); return false;',
          'error_setg(errp, "the clock input \'osc\' must be wired");', "although there was an error"),
]  # fmt: skip

CHILDREN = [
    Fault("not made", 'object_initialize_child(obj, "intc", &s->gic, TYPE_ARM_GIC);', "",
          "not made yet"),
    Fault("made when it is realized", GIC,
          'object_initialize_child(OBJECT(s), "door", &s->orgate, TYPE_OR_IRQ);' + GIC,
          "initialised twice"),
    Fault("created when it is realized", GIC,
          'DeviceState *more = qdev_new("sp804"); ' + GIC, "not on the board"),
    Fault("in too little room", "&s->gic, TYPE_ARM_GIC", "&s->gic, TYPE_PL011",
          "needs a 'PL011State'"),
    Fault("of another type", 's->spare_timer = qdev_new("sp804");',
          's->spare_timer = qdev_new("sp805");', "sp805"),
    Fault("another name", '"intc"', '"gic"', "name in the QOM tree"),
    Fault("no child", 'object_property_add_child(obj, "pins", OBJECT(s->pins));', "",
          "nobody's child"),
    Fault("child twice", 'object_property_add_child(obj, "pins", OBJECT(s->pins));',
          'object_property_add_child(obj, "pins", OBJECT(s->pins));'
          'object_property_add_child(obj, "pips", OBJECT(s->pins));', "twice"),
    Fault("reference kept", "object_unref(OBJECT(s->pins));", "", "reference"),
    Fault("reference dropped twice", "object_unref(OBJECT(s->pins));",
          "object_unref(OBJECT(s->pins)); object_unref(OBJECT(s->pins));", "not the C's"),
    Fault("reference dropped with the realization",
          "/* The board wires its lines */ if (!sysbus_realize(sbd, errp))",
          "if (!sysbus_realize_and_unref(sbd, errp))", "not the C's"),
    Fault("one name for all", '"timer[*]"', '"timer"', "name in the QOM tree"),
    Fault("one less", "i < 2; i++) { object_initialize_child(",
          "i < 1; i++) { object_initialize_child(", "not made"),
    Fault("not realized", "return qdev_realize(dev, NULL, errp);", "return true;",
          "realized"),
    Fault("realized by its maker", 's->spare_timer = qdev_new("sp804");',
          's->spare_timer = qdev_new("sp804");'
          "qdev_realize(s->spare_timer, NULL, &error_fatal);", "pass errp"),
    Fault("realized twice", "return qdev_realize(dev, NULL, errp);",
          "qdev_realize(dev, NULL, errp); return qdev_realize(dev, NULL, errp);",
          "twice"),
    Fault("realized in another order", CHAIN,
          "!tiny_soc_realize_gic(s, errp) || !tiny_soc_realize_cpu(s, errp) ||",
          "before it is realized"),
    Fault("memory in instance_init", "TinySocState *s = TINY_SOC(obj);",
          "TinySocState *s = TINY_SOC(obj);"
          'memory_region_init(&s->box, obj, "box", 4096);', "initialised twice"),
    Fault("serial line of another", "serial_hd(i)", "serial_hd(i + 1)", "chardev"),
    Fault("no stub", "tiny_soc_create_unimplemented();", "", "ghost"),
]  # fmt: skip

CLOCKS = [
    Fault("no check", "if (!clock_has_source(s->osc)) {"
          "error_setg(errp, \"the clock input 'osc' must be wired\"); return false; }",
          "", "osc"),
    Fault("no check of a derived one", "if (clock_has_source(s->pll)) {"
          "error_setg(errp, \"the clock input 'pll' cannot be wired\"); return false; }",
          "", "pll"),
    Fault("check of the optional one", "clock_set_mul_div(s->pll, 1, 4);",
          "if (!clock_has_source(s->bus)) { return false; }"
          "clock_set_mul_div(s->pll, 1, 4);", "is missing"),
    Fault("check the other way round", "if (!clock_has_source(s->osc))",
          "if (clock_has_source(s->osc))", "osc"),
    Fault("no input", 's->osc = qdev_init_clock_in(DEVICE(obj), "osc", NULL, NULL, 0);',
          's->osc = clock_new(obj, "osc");', "osc"),
    Fault("input less", 'qdev_init_clock_in(DEVICE(obj), "ext", NULL, NULL, 0);', "",
          "ext"),
    Fault("input of another name", 'DEVICE(obj), "ext"', 'DEVICE(obj), "aux"', "aux"),
    Fault("input when it is realized", "clock_set_mul_div(s->pll, 1, 4);",
          "clock_set_mul_div(s->pll, 1, 4);"
          'qdev_init_clock_in(DEVICE(s), "aux", NULL, NULL, 0);', "not on the board"),
    Fault("factors swapped", "(s->pll, 1, 4)", "(s->pll, 4, 1)", "pll"),
    Fault("another source", "clock_set_source(s->bus, s->pll);",
          "clock_set_source(s->bus, s->osc);", "bus"),
    Fault("itself as its source", "clock_set_source(s->bus, s->pll);",
          "clock_set_source(s->bus, s->bus);", "the source is"),
    Fault("before its source",
          "clock_set_mul_div(s->pll, 1, 4); clock_set_source(s->pll, s->osc);", "",
          "the source is nothing"),
    Fault("another frequency", "32000", "32768", "slow"),
    Fault("frequency of an input", "clock_set_hz(s->slow, 32000);",
          "clock_set_hz(s->slow, 32000); clock_set_hz(s->osc, 1);", "osc"),
    Fault("clock of another", '"pclk", s->bus', '"pclk", s->pll', "pclk"),
]  # fmt: skip

LINES = [
    Fault("not passed", "qdev_pass_gpios(dev, DEVICE(s), NULL);", "", "pins"),
    Fault("of another name", 'DEVICE(s), "remap"', 'DEVICE(s), "remop"', "remop"),
    Fault("of another device", "sysbus_mmio_map(sbd, 0, "
          "tiny_soc_memmap[TINY_SOC_GPIO].base); qdev_pass_gpios(dev,",
          "sysbus_mmio_map(sbd, 0, tiny_soc_memmap[TINY_SOC_GPIO].base); "
          "qdev_pass_gpios(DEVICE(&s->gic),", "gic"),
    Fault("to a child", 'qdev_pass_gpios(dev, DEVICE(s), "remap");',
          'qdev_pass_gpios(dev, DEVICE(&s->gic), "remap");', "what is not the SoC"),
    Fault("of the SoC", 'qdev_pass_gpios(dev, DEVICE(s), "remap");',
          'qdev_pass_gpios(DEVICE(s), DEVICE(s), "remap");', "is the SoC"),
    Fault("IRQs not passed", "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);", "", "pins"),
    Fault("IRQs the other way", "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);",
          "sysbus_pass_irq(sbd, SYS_BUS_DEVICE(s));", "is the SoC"),
    Fault("passed twice", "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);",
          "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);"
          "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);", "already"),
    Fault("before it is realized", "/* The board wires its lines */",
          "sysbus_pass_irq(SYS_BUS_DEVICE(s), sbd);", "before it is realized"),
]  # fmt: skip

TYPE = [
    Fault("no instance_init", ".instance_init = tiny_soc_init,", "", "before it has a value"),
    Fault("realize for init", ".instance_init = tiny_soc_init",
          ".instance_init = tiny_soc_realize", "'void (Object *) *'"),
    Fault("no class_init", ".class_init = tiny_soc_class_init,", "", "class_init"),
    Fault("no realize", "dc->realize = tiny_soc_realize;", "", "realize"),
    Fault("for everybody", "dc->user_creatable = false;", "", "-device can create"),
    Fault("for everybody, said so", "dc->user_creatable = false;",
          "dc->user_creatable = true;", "-device can create"),
    Fault("another parent", "TYPE_SYS_BUS_DEVICE", "TYPE_DEVICE", "parent"),
    Fault("another size", "sizeof(TinySocState)", "sizeof(SysBusDevice)", "size"),
    Fault("not registered", "type_register_static(&tiny_soc_type_info);", "", "0 types"),
    Fault("not its header", '#include "hw/misc/tiny.h"', "", "tiny"),
    Fault("owner for what has none", "memory_region_init_alias(&s->outbox, NULL",
          "memory_region_init_alias(&s->outbox, OBJECT(s)", "it is a child in QOM"),
    Fault("no owner", 'memory_region_init(&s->box, OBJECT(s), "box"',
          'memory_region_init(&s->box, NULL, "box"', "it is nobody's in QOM"),
]  # fmt: skip

FAULTS = [*FAILING, *CHILDREN, *CLOCKS, *LINES, *TYPE]

HEADER = [
    Fault("no guard", "#ifndef HW_MISC_TINY_H", "", "guard"),
    Fault("guard of another", "#define HW_MISC_TINY_H", "#define HW_MISC_TINI_H", "guard"),
    Fault("guard left open", "#endif /* HW_MISC_TINY_H */", "", "guard"),
    Fault("a header less", '#include "hw/or-irq.h"', "", "'OrIRQState'"),
    Fault("header of its parent", '#include "hw/sysbus.h"', "", "SysBusDevice"),
    Fault("another type name", '"tiny-soc"', '"tinny-soc"', "TypeInfo.name"),
    Fault("parent of another struct", "SysBusDevice parent_obj", "DeviceState parent_obj",
          "parent"),
    Fault("parent not at the start",
          "SysBusDevice parent_obj; Clock *osc;", "Clock *osc; SysBusDevice parent_obj;",
          "parent"),
    Fault("field that nothing uses", "Clock *osc;", "Clock *osc; Clock *other;", "other"),
    Fault("field too few", "Clock *osc;", "", "osc"),
    Fault("array too short", "PL011State uart[2];", "PL011State uart[1];", "no element 1"),
    Fault("array too long", "PL011State uart[2];", "PL011State uart[3];",
          "element 2 of the field 'uart' is never used"),
    Fault("struct of another", "GICState gic;", "PL011State gic;", "GICState"),
    Fault("pointer to a struct", "GICState gic;", "GICState *gic;", "no struct"),
]  # fmt: skip

IN_ITS_FILE = [
    Fault("one type less", "type_register_static(&own_chip_type_info);", "", "2 types"),
    Fault("SoC of another type", "&s->chip, TYPE_OWN_CHIP", "&s->chip, TYPE_COMPANION",
          "needs a 'CompanionState'"),
    Fault("clock of another", '"osc", s->half', '"osc", s->osc', "'osc'"),
    Fault("line of the other SoC", "s->rtc_or, 2", "s->rtc_or, 1",
          "rtc-or"),
    Fault("input of the SoC's", "qdev_get_gpio_in(DEVICE(&s->chip), 0)",
          "qdev_get_gpio_in(DEVICE(&s->chip), 1)", "chip input 0"),
    Fault("not the header of the other file's", '#include "hw/arm/twin_soc.h"', "",
          "TwinSocState"),
    Fault("divided by another", "clock_set_mul_div(s->half, 2, 1)",
          "clock_set_mul_div(s->half, 1, 2)", "half"),
    Fault("machine before its SoC is", "qdev_connect_clock_in(dev, \"osc\", s->half);",
          "", "osc"),
    Fault("SoC that nobody realizes", "s->half); sysbus_realize(sbd, &error_fatal);",
          "s->half);", "never realized"),
]  # fmt: skip

# What small changes leave the meaning of the SoC as it is, and why.
OPAQUE = "nobody is called, so nobody is told what it is for"
SAME = {
    "soc-of-its-own": {
        "tiny_soc_mail_write(): arguments 2 and 3 swapped": "it ignores all of them",
        "NULL becomes s": OPAQUE,
        "NULL becomes obj": OPAQUE,
        "obj becomes s": "DEVICE() of the same object",
        "s becomes obj": "OBJECT() of the same object",
    },
    "soc-on-a-soc": {
        "NULL becomes s": OPAQUE,
        "NULL becomes obj": OPAQUE,
        "obj becomes s": "DEVICE() of the same object",
    },
    "board-of-socs": {
        "NULL becomes s": OPAQUE,
        "NULL becomes obj": OPAQUE,
        "obj becomes s": "DEVICE() of the same object",
    },
}


pytestmark = pytest.mark.usefixtures("parsed_once")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(fault: Fault) -> None:
    case = case_of(SOC, "10.2")
    findings = case.findings(fault.put_into(case.text))
    assert findings
    assert fault.word in "\n".join(findings)


@pytest.mark.parametrize("fault", HEADER, ids=lambda fault: fault.name)
def test_a_fault_in_the_header_is_found(fault: Fault) -> None:
    case = case_of(SOC, "10.2")
    ((name, text),) = case.headers.items()
    findings = case._replace(headers={name: fault.put_into(text)}).findings()
    assert findings
    assert fault.word in "\n".join(findings)


@pytest.mark.parametrize("fault", IN_ITS_FILE, ids=lambda fault: fault.name)
def test_a_fault_of_a_board_of_socs_is_found(fault: Fault) -> None:
    case = case_of(OK / "board-of-socs.yaml", "10.2")
    findings = case.findings(fault.put_into(case.text))
    assert findings
    assert fault.word in "\n".join(findings)


@pytest.mark.parametrize("spec", SAME)
def test_small_changes_are_found(spec: str) -> None:
    case = case_of(OK / f"{spec}.yaml", "10.2")
    alive = survivors(case, mutants.all_of(case.text))
    assert {mutant.what for mutant in alive} == SAME[spec].keys()
    assert len(alive) <= 12


def test_lines_of_the_soc_itself_are_no_device_s() -> None:
    case = case_of(SOC, "10.2")
    text = case.text.replace("sysbus_mmio_map(sbd, 1,", "sysbus_mmio_map(s, 1,")
    text = text.replace("(s, 1,", "(SYS_BUS_DEVICE(s), 1,")
    (finding,) = case.findings(text)
    assert finding.endswith("argument 1 of sysbus_mmio_map() is the SoC")
