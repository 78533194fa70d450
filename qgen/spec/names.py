"""Names in the spec: of machines, devices, lines, files and the like."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from qgen import bases
from qgen.diagnostics import did_you_mean, quoted
from qgen.spec.patterns import JsonSchema, one_of, text
from qgen.spec.texts import kind_of, text_of, wrong

MAX_NAME = 80


def checked_name(pattern: str, what: str, shape: str) -> Callable[[Any], str]:
    """A check that text is ``what``, which has this pattern."""
    regex = re.compile(pattern)

    def check(value: Any) -> str:
        name = text_of(value, what)
        if len(name) > MAX_NAME:
            raise wrong("Q0104", f"{what} has at most {MAX_NAME} characters")
        if not regex.fullmatch(name):
            raise wrong("Q0104", f"{quoted(name)} cannot be {what}", shape)
        return name

    return check


def _name(pattern: str, what: str, shape: str) -> Any:
    schema = name_schema(pattern, shape.rpartition(": ")[2].split(", "))
    schema["kind"] = re.sub("[^A-Za-z]+", "-", what.removeprefix("the "))
    check = BeforeValidator(checked_name(pattern, what, shape))
    return Annotated[str, check, WithJsonSchema(schema)]


def name_schema(pattern: str, examples: Sequence[str] = ()) -> JsonSchema:
    """The JSON schema of a name with this pattern, which may have alternatives."""
    whole = f"(?:{pattern})" if "|" in pattern else pattern
    fitting = [each for each in examples if re.fullmatch(pattern, each)]
    return text(f"^{whole}$", fitting, maxLength=MAX_NAME)


WORD = r"[A-Za-z_][A-Za-z0-9_.-]*"
CHILD = r"[A-Za-z_][A-Za-z0-9_.,-]*(\[[0-9]+\])?"
MachineName = _name(
    r"[a-z0-9][a-z0-9._-]*",
    "the name of a machine",
    "lower-case letters, digits and . _ - make it up: my-board",
)
RegionName = _name(
    WORD, "the name of a region", "letters, digits and . _ - make it up: ram-below-4g"
)
DeviceName = _name(
    WORD, "the name of a device", "letters, digits and . _ - make it up: uart0"
)
ConstantName = _name(
    r"[A-Z_][A-Z0-9_]*",
    "the name of a constant",
    "upper-case letters, digits and _ make it up: NUM_IRQS",
)
EntryName = _name(
    r"[A-Z][A-Z0-9_]*",
    "the name of a memory map entry",
    "upper-case letters, digits and _ make it up: UART0",
)
TypeName = _name(
    r"[A-Za-z0-9][A-Za-z0-9_.,+-]*",
    "the name of a QOM type",
    "QEMU writes it so: pl011, arm_gic, xlnx.xps-timer",
)
SocName = _name(
    r"[a-z0-9][a-z0-9_.,+-]*",
    "the name of a SoC's QOM type",
    "lower-case letters, digits and . _ - make it up: my-soc",
)
CpuName = _name(
    r"[A-Za-z0-9][A-Za-z0-9_.,+-]*",
    "the name of a CPU",
    "as -cpu takes it: cortex-a15, 750_v3.1",
)
PropertyName = _name(
    r"[A-Za-z0-9_][A-Za-z0-9_.,+-]*(\[[0-9]+\])?",
    "the name of a property",
    "QEMU writes it so: num-irq",
)
LineName = _name(
    r"[A-Za-z_][A-Za-z0-9_#-]*",
    "the name of a line",
    "QEMU writes it so: pmu-interrupt",
)
ChildName = _name(
    r"[A-Za-z_]([A-Za-z0-9_.-]|\{n\})*(\[\*\])?",
    "the name of a QOM child",
    "QEMU writes it so: soc; of several devices, timer{n} or fan-splitter[*]",
)
ExportedLines = _name(
    r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)?",
    "the GPIO lines of a device",
    "write DEVICE, or DEVICE.NAME for lines with a name",
)
ObjectPath = _name(
    rf"{CHILD}(/{CHILD})*",
    "the path of a device inside another",
    "names of QOM children: pic, smbus[1], cuda/adb",
)
BusName = _name(
    CHILD, "the name of a bus", "one that the device has, as QEMU names it: i2c-bus"
)
DevicePath = _name(
    rf"{WORD}(/{CHILD})*",
    "the path of a device",
    "write DEVICE, or DEVICE/CHILD: soc/cpus",
)
BusPath = _name(
    rf"{WORD}(/{CHILD})*",
    "the path of a bus",
    "write DEVICE/BUS, or DEVICE/CHILD/BUS: soc/smbus[1]/i2c-bus",
)
PlacePath = _name(
    rf"{WORD}(/{CHILD})*",
    "the path of a device",
    "write DEVICE, or DEVICE/CHILD: macio/ide[0]",
)
HeaderName = _name(
    r"[a-z][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*\.h",
    "the name of a header",
    "as QEMU includes it: hw/acpi/memory_hotplug.h",
)
SpecFile = _name(
    r"[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*\.ya?ml",
    "the name of a spec",
    "a file in the folder of this spec, or below it: my-soc.yaml",
)
_FILE = (
    r"[A-Za-z0-9][A-Za-z0-9_.+-]*",
    "the name of a firmware file",
    "a bare file name, which QEMU looks up in its firmware folders (-L): bios.bin",
)
FileName = _name(*_FILE)
MachinePropertyName = _name(
    r"[a-z][a-z0-9_-]*",
    "the name of a property of the machine",
    "lower-case letters, digits, - and _ make it up: boot-mode",
)
ChoiceName = _name(
    r"[A-Za-z0-9][A-Za-z0-9_.+-]*",
    "a value of a property",
    "as -M takes it: qspi",
)
HookFile = _name(
    r"[A-Za-z0-9][A-Za-z0-9_.+-]*\.c\.inc",
    "the name of a hook file",
    "a bare file name beside the spec: my-board-hooks.c.inc",
)
HookName = _name(
    r"[a-z_][a-z0-9_]*",
    "the name of a function of yours",
    "lower-case letters, digits and _ make it up: my_board_setup",
)
ItemKey = _name(
    r"[A-Z_][A-Z0-9_]*|0[xX][0-9a-fA-F_]+|[0-9]+",
    "the key of a fw_cfg item",
    "a name of QEMU's, a constant or a number: FW_CFG_NB_CPUS, 0x8000",
)
ItemPath = _name(
    r"[A-Za-z0-9][A-Za-z0-9_.+-]*(/[A-Za-z0-9][A-Za-z0-9_.+-]*)*",
    "the name of a fw_cfg file",
    "the path that the guest looks for: etc/boot-menu-wait, ndrv/qemu_vga.ndrv",
)


NodeLabel = _name(
    WORD, "the label of a node", "letters, digits and . _ - make it up: uart0"
)
NodeName = _name(
    r"[A-Za-z]([A-Za-z0-9,._+-]|\{(n|cpu)\})*",
    "the name of a node",
    "as the devicetree specification has it, without the address: serial, core{cpu}",
)
TreePropertyName = _name(
    r"[A-Za-z0-9#?,._+-]+",
    "the name of a property in a device tree",
    "as the binding writes it: interrupt-controller, #clock-cells",
)


def _base(value: Any) -> str:
    name = text_of(value, "a machine base")
    if name not in bases.NAMES:
        near = did_you_mean(name, bases.NAMES)
        raise wrong("Q0107", f"'parent' cannot be {quoted(name)}", near)
    return name


BaseName = Annotated[
    str,
    PlainValidator(_base),
    WithJsonSchema({"type": "string", "enum": list(bases.NAMES)}),
]
FunctionName = _name(
    r"[a-z_][a-z0-9_]*",
    "the name of a C function",
    "QEMU writes it so: aspeed_machine_class_init_cpus_defaults",
)


def _firmware(value: Any) -> str | bool:
    if value is True:
        return value
    if not isinstance(value, str):
        raise wrong(
            "Q0103",
            f"the name of a firmware file is wanted here, not {kind_of(value)}",
            "write bios.bin, or true if only -bios names one",
        )
    return checked_name(*_FILE)(value)


Firmware = Annotated[
    str | bool,
    PlainValidator(_firmware),
    WithJsonSchema(one_of(name_schema(_FILE[0], ["bios.bin"]), {"const": True})),
]
