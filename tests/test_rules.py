"""The rules that specs are held to: each with its code, a case that breaks it, a clean twin.

A case is a spec of ``tests/errors``, or one of ``tests/ok`` with warnings; what is said of
it word for word is beside it. A twin is a spec of ``tests/ok`` or ``specs`` that does the
same right.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from qgen.diagnostics import Code
from qgen.explanations import explanation

TESTS = Path(__file__).parent


class Rule(NamedTuple):
    """``says`` is a part of what is said of the case."""

    what: str
    code: str
    case: str
    says: str
    twin: str


RULES = [
    Rule("regions that overlap", "Q0204", "errors/overlapping-regions", "'sram' (0x1000_8000-0x1001_7fff) overlaps 'flash'", "ok/priorities"),
    Rule("devices' registers that overlap", "Q0204", "errors/overlapping-elsewhere", "'uart' (0x5000_0000-0x5000_0fff) overlaps 'c'", "ok/priorities"),
    Rule("RAM that may grow into what is above it", "Q0204", "ok/ram-that-may-grow", "'ram' runs into 'flash'", "ok/split-ram"),
    Rule("an alias past its target", "Q0205", "errors/alias-past-target", "ends 64 KiB past the end of 'flash'", "ok/aliases"),
    Rule("a RAM window larger than RAM can be", "Q0205", "errors/alias-past-largest-ram", "ends 128 MiB past the end of 'ram'", "ok/windows-onto-ram"),
    Rule("a region outside its container", "Q0206", "errors/outside-its-container", "ends outside 'soc'", "ok/containers"),
    Rule("a region outside the CPU's address width", "Q0206", "errors/outside-the-address-width", "36 address bits", "ok/memory-map"),
    Rule("a region outside the ports", "Q0206", "errors/outside-the-port-space", "the port I/O space", "specs/x86-split"),
    Rule("a region in itself", "Q0207", "errors/container-in-itself", "'a' contains itself", "ok/containers"),
    Rule("a number of lines that the type refuses", "Q0220", "errors/unaligned", "in multiples of 32, not 100", "ok/shared-inputs"),
    Rule("a flash that ends within a sector", "Q0220", "errors/unaligned", "ends within a sector", "ok/helpers"),
    Rule("a sector that is no power of two", "Q0220", "errors/unaligned", "as a power of two", "specs/xilinx-zynq-a9"),
    Rule("RAM that QEMU rounds up", "Q0220", "errors/unaligned", "QEMU rounds RAM up", "ok/memory-map"),
    Rule("memory that KVM would leave out", "Q0220", "ok/unaligned-for-a-guest", "'boot' ends within a page", "specs/arm-virt"),
    Rule("registers off their words", "Q0220", "ok/unaligned-for-a-guest", "the registers of 'uart' begin at 0x5000_0002", "specs/arm-virt"),
    Rule("an unknown type", "Q0209", "errors/device-type-unknown", "did you mean 'pl011'", "ok/properties"),
    Rule("a type of another binary", "Q0209", "errors/type-of-another-binary", "it is in qemu-system-aarch64", "specs/x86-split"),
    Rule("an unknown property", "Q0210", "errors/property-unknown", "did you mean 'num-irq'?", "ok/properties"),
    Rule("an unknown line", "Q0211", "errors/wire-past-the-lines", "did you mean 'NMI'?", "ok/named-lines"),
    Rule("an unknown bus", "Q0217", "errors/bus-wrong", "did you mean 'i2c'?", "ok/buses"),
    Rule("an address on a bus that is taken", "Q0217", "errors/bus-address-wrong", "0x48 of this bus is taken by 'first'", "ok/buses"),
    Rule("an unknown clock", "Q0215", "errors/clock-wrong", "did you mean 'osc'?", "ok/microcontroller"),
    Rule("an unknown CPU", "Q0208", "errors/cpu-unknown", "did you mean 'cortex-m33'?", "ok/cpu-properties"),
    Rule("a property's value of another type", "Q0210", "errors/property-of-another-type", "of type 'bool', not text", "ok/properties"),
    Rule("a property's value out of range", "Q0203", "errors/property-number-wrong", "'BIG' does not fit the property's type 'uint32'", "ok/numbers"),
    Rule("a number that the type refuses", "Q0203", "errors/numbers-that-a-type-refuses", "takes 'num-cpu' from 1 to 8, not 9", "ok/shared-inputs"),
    Rule("a word that an enumeration does not have", "Q0107", "errors/property-choice-unknown", "the property 'msi' cannot be 'atuo'", "ok/buses"),
    Rule("an IRQ past the line count", "Q0211", "errors/wire-past-the-lines", "there are 32, numbers 0 to 31", "ok/wires"),
    Rule("an IRQ that only software raises", "Q0211", "errors/wire-to-a-software-interrupt", "is SGI 15 of CPU 1", "ok/wires"),
    Rule("two drivers on one input", "Q0212", "errors/wire-driven-twice", "is driven by 'uart' already", "ok/wires"),
    Rule("one output wired twice", "Q0212", "errors/wire-output-twice", "is wired already", "ok/wires"),
    Rule("an interrupt controller that reaches no CPU", "Q0222", "ok/interrupts-that-end", "'vic' gets interrupts", "specs/integratorcp"),
    Rule("a gate that leads nowhere", "Q0222", "ok/interrupts-that-end", "'either' gets interrupts", "ok/wires"),
    Rule("a device with an unconnected IRQ", "Q0223", "ok/interrupts-that-end", "'uart1' raises interrupts", "specs/arm-virt"),
    Rule("a name used twice", "Q0202", "errors/names-meet", "is the name of a region already", "ok/memory-map"),
    Rule("names that collide in C", "Q0202", "errors/names-meet", "are both 'boot_rom' in C", "ok/names-near-c"),
    Rule("a name that is no identifier", "Q0104", "errors/names-that-cannot-be", "cannot be the name of a constant", "ok/names-near-c"),
    Rule("a condition that cannot be true", "Q0221", "errors/condition-that-cannot-be", "there is never more RAM than that", "ok/conditions"),
    Rule("a condition that is always true", "Q0221", "errors/machine-property-used-wrong", "always has one of these values", "ok/machine-properties"),
    Rule("a helper that is not there", "Q0218", "errors/call-unknown-function", "did you mean 'pl011_create'", "ok/helpers"),
    Rule("a helper called with too few arguments", "Q0218", "errors/call-with-too-few-arguments", "takes 3 arguments, not 2", "ok/helpers"),
    Rule("a helper called with others", "Q0218", "errors/call-with-arguments-of-other-types", "of C type 'qemu_irq', which this is not", "ok/helpers"),
    Rule("a type that the helper does not make", "Q0218", "errors/call-and-what-it-maps", "sysbus_create_simple() makes a 'pl061', no 'pl031'", "ok/helpers"),
    Rule("a region that a helper maps elsewhere", "Q0213", "errors/call-and-what-it-maps", "maps the region at 0x4000_2000, not at 0x4000_3000", "ok/calls-that-map-and-wire"),
    Rule("a region that a helper makes larger", "Q0213", "errors/call-and-what-it-maps", "has 32 bytes, not 64 bytes", "ok/calls-that-map-and-wire"),
    Rule("an IRQ past the lines that a helper gives", "Q0211", "errors/call-and-the-lines-it-has", "'plic' has no input 53", "ok/calls-that-map-and-wire"),
    Rule("an output that a helper has wired", "Q0212", "errors/call-and-the-lines-it-has", "the GPIO output 1 of 'plic' is wired already", "ok/calls-that-map-and-wire"),
    Rule("a PLIC with other harts than it is told", "Q0214", "errors/call-of-other-harts", "'M' names one hart, and this says 4", "ok/calls-that-map-and-wire"),
    Rule("a PLIC of harts that are not there", "Q0214", "errors/call-of-other-harts", "'M' names hart 3", "ok/calls-that-map-and-wire"),
    Rule("modes that no hart has", "Q0107", "errors/call-of-other-harts", "'MM' does not say the modes", "ok/calls-that-map-and-wire"),
    Rule("two devices for one interrupt of a hart", "Q0212", "errors/harts-driven-twice", "'again', as 'plic' does, drives SEIP of hart 1", "ok/calls-that-map-and-wire"),
    Rule("a property that the type needs", "Q0210", "errors/device-without-what-it-needs", "'pl110' cannot do without its property", "ok/properties"),
    Rule("a clock that the type needs", "Q0215", "errors/device-without-what-it-needs", "'cpuclk' of 'armv7m' is not wired", "ok/microcontroller"),
    Rule("a region that is empty without a property", "Q0213", "errors/region-empty-without-a-size", "is empty without its 'aperture-size'", "ok/calls-that-map-and-wire"),
    Rule("more CPUs than -smp may ask for", "Q0214", "errors/more-cpus-than-smp", "'soc' makes 4 CPUs", "specs/quanta-gsj"),
    Rule("CPUs of a device and of the board", "Q0214", "errors/more-cpus-than-smp", "-smp counts the board's own only", "ok/microcontroller"),
    Rule("a NIC that is there for a -nic and leaves it", "Q0214", "ok/nic-left-alone", "which it leaves unused", "ok/nics-asked-for"),
    Rule("a part that nothing reaches", "Q0216", "ok/nothing-reaches", "nothing can reach 'flash'", "ok/memory-map"),
    Rule("what a release does not have", "Q0301", "errors/release-lacks-a-type", "QEMU 8.1 to 11.0", "ok/board-of-socs"),
    Rule("a hook without its function", "Q0219", "errors/hook-function-missing", "has no function 'first_things'", "ok/hooks"),
    Rule("an allow of an error", "Q0009", "errors/comment-allows-an-error", "which no comment can allow", "ok/allowed"),
    Rule("an allow of nothing", "Q0010", "ok/allowed-without-need", "has no such warning", "ok/allowed"),
]  # fmt: skip


def said_of(case: str) -> str:
    text = TESTS / f"{case}.txt"
    return text.read_text() if text.exists() else ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
def test_a_rule_has_a_case_and_a_twin(rule: Rule) -> None:
    said = [line for line in said_of(rule.case).split("\n") if line]
    heads = [line for line in said if f"[{rule.code}]: " in line]
    assert heads, f"{rule.case} has no {rule.code}"
    helps = [line for line in said if line.startswith("  help: ")]
    assert any(rule.says in line for line in (*heads, *helps))
    folder = TESTS.parent if rule.twin.startswith("specs/") else TESTS
    assert (folder / f"{rule.twin}.yaml").exists()
    assert f"[{rule.code}]" not in said_of(rule.twin)


def test_every_code_of_what_a_spec_means_is_a_rule() -> None:
    meant = {code.name for code in Code if "Q0203" <= code.name < "Q0900"}
    assert meant <= {rule.code for rule in RULES}


@pytest.mark.parametrize("code", sorted({rule.code for rule in RULES}))
def test_every_code_of_a_rule_is_explained(code: str) -> None:
    story = explanation(Code[code])
    assert story.wrong is not None and story.right is not None
