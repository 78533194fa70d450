"""The scalar types of the spec: names, texts, numbers, endpoints.

Each rejects with a `PydanticCustomError` whose type is the finding's code and whose
context may hold ``help``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from qgen import bases, expr, names
from qgen.diagnostics import did_you_mean, quoted

T = TypeVar("T")


def wrong(code: str, message: str, help_: str | None = None) -> PydanticCustomError:
    """A validation error with a code of `qgen.diagnostics.Code` and, maybe, help."""
    context = {"text": message} | ({"help": help_} if help_ else {})
    return PydanticCustomError(code, "{text}", context)


def within(key: str | int, check: Callable[[Any], T], value: Any) -> T:
    """``check(value)``; its error is about the value under ``key``, not all of it."""
    try:
        return check(value)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        context["inside"] = (key, *context.get("inside", ()))
        raise PydanticCustomError(error.type, "{text}", context) from None


def kind_of(value: Any) -> str:
    """What a value of a document is, in words."""
    match value:
        case bool():
            return "a truth value"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "text"


def text_of(value: Any, what: str) -> str:
    """``value`` if it is text; otherwise the error that ``what`` is wanted."""
    if not isinstance(value, str):
        raise wrong("Q0103", f"{what} is wanted here, not {kind_of(value)}")
    return value


def _line(value: Any) -> str:
    text = text_of(value, "text")
    if "\n" in text:
        raise wrong(
            "Q0105",
            "the text has several lines",
            "write one; '>-' folds lines into one",
        )
    bad = names.unprintable(text)
    if bad is not None:
        raise wrong(
            "Q0105",
            f"the text holds the unprintable character {bad}",
            "a text is one line of printable characters",
        )
    if len(text) > 300:
        raise wrong(
            "Q0105", f"the text has {len(text)} characters; at most 300 can stand"
        )
    return text


def label(value: Any) -> str:
    """One line of text that is not empty."""
    text = _line(value)
    if not text.strip():
        raise wrong("Q0105", "the text is empty", "write something, or leave it out")
    return text


def _commented(what: str) -> Any:
    def check(value: Any) -> str:
        text = label(value)
        if "*/" in text or "/*" in text:
            raise wrong("Q0105", f"{what} cannot hold /* or */", "leave them out")
        return text

    schema = WithJsonSchema({"type": "string", "minLength": 1})
    return Annotated[str, BeforeValidator(check), schema]


MAX_NAME = 80


def checked_name(pattern: str, what: str, shape: str) -> Callable[[Any], str]:
    """A check that text is ``what``, which has this pattern."""
    regex = re.compile(pattern)

    def check(value: Any) -> str:
        text = text_of(value, what)
        if len(text) > MAX_NAME:
            raise wrong("Q0104", f"{what} has at most {MAX_NAME} characters")
        if not regex.fullmatch(text):
            raise wrong("Q0104", f"{quoted(text)} cannot be {what}", shape)
        return text

    return check


def _name(pattern: str, what: str, shape: str) -> Any:
    return Annotated[
        str,
        BeforeValidator(checked_name(pattern, what, shape)),
        WithJsonSchema(
            {"type": "string", "pattern": f"^{pattern}$", "maxLength": MAX_NAME}
        ),
    ]


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
Text = Annotated[str, BeforeValidator(_line), WithJsonSchema({"type": "string"})]
Label = Annotated[
    str, BeforeValidator(label), WithJsonSchema({"type": "string", "minLength": 1})
]
Comment = _commented("a comment")
Description = _commented("the description, which is a comment of the C as well,")


def _base(value: Any) -> str:
    text = text_of(value, "a machine base")
    if text not in bases.NAMES:
        near = did_you_mean(text, bases.NAMES)
        raise wrong("Q0107", f"'parent' cannot be {quoted(text)}", near)
    return text


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


def _class_value(value: Any) -> bool | str:
    return value if isinstance(value, bool) else _line(value)


ClassValue = Annotated[
    bool | str,
    PlainValidator(_class_value),
    WithJsonSchema({"type": ["boolean", "string", "integer"]}),
]


def parse_expression(value: Any) -> expr.Expr:
    """The expression in ``value``, or the error that says what is wrong with it."""
    text = text_of(value, "a number or an expression")
    try:
        return expr.parse(text)
    except expr.ExpressionError as error:
        raise wrong("Q0106", str(error), error.hint) from None


def _measured(units: dict[str, int], what: str, example: str) -> Any:
    def check(value: Any) -> expr.Expr:
        parsed = parse_expression(value)
        for part in expr.walk(parsed):
            unit = part.unit if isinstance(part, expr.Num) else None
            if unit is not None and unit not in units:
                raise wrong(
                    "Q0106",
                    f"{unit} does not measure {what}",
                    f"write it so: {example}",
                )
        return parsed

    return Annotated[
        expr.Expr,
        PlainValidator(check),
        WithJsonSchema({"type": ["string", "integer"], "examples": [example]}),
    ]


Expression = Annotated[
    expr.Expr,
    PlainValidator(parse_expression),
    WithJsonSchema({"type": ["string", "integer"]}),
]
Address = _measured(expr.SIZE_UNITS, "an address", "0x0900_0000")
Size = _measured(expr.SIZE_UNITS, "a size", "64 KiB")
Frequency = _measured(expr.FREQUENCY_UNITS, "a frequency", "168 MHz")


def _integer(low: int, high: int) -> Any:
    def check(value: Any) -> int:
        text = text_of(value, "a whole number")
        sign = -1 if text.startswith("-") else 1
        number = parse_expression(text.removeprefix("-"))
        if not isinstance(number, expr.Num) or number.unit is not None:
            raise wrong("Q0106", f"a plain number is wanted here, not {quoted(text)}")
        if not low <= sign * number.value <= high:
            raise wrong("Q0107", f"{text} is not between {low} and {high}")
        return sign * number.value

    return Annotated[
        int,
        BeforeValidator(check),
        WithJsonSchema({"type": "integer", "minimum": low, "maximum": high}),
    ]


Priority = _integer(-(1 << 31), (1 << 31) - 1)
CpuNumber = _integer(1, 4096)
Factor = _integer(1, (1 << 32) - 1)
Integer32 = _integer(-(1 << 31), (1 << 31) - 1)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        help_ = "leave out the quotes" if value in ("true", "false") else None
        raise wrong(
            "Q0103", f"true or false is wanted here, not {kind_of(value)}", help_
        )
    return value


Truth = Annotated[bool, BeforeValidator(_truth)]


def _choice(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    return checked_name(
        r"[A-Za-z0-9][A-Za-z0-9_.+-]*",
        "a value of a property",
        "write true or false, or one of its values: qspi",
    )(value)


Choice = Annotated[
    bool | str,
    PlainValidator(_choice),
    WithJsonSchema({"type": ["string", "boolean"]}),
]


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
    WithJsonSchema({"oneOf": [{"type": "string"}, {"const": True}]}),
]


@dataclass(frozen=True, slots=True)
class SinkText:
    """An input line as written: ``device[element]/path[index].line[index]``, unresolved.

    ``brackets`` are those behind the device, ``path_brackets`` those behind the last
    name of ``path``: part of a child's name (``smbus[1]``), or the number of a line.
    """

    device: str
    brackets: tuple[expr.Expr, ...]
    line: str | None
    line_index: expr.Expr | None
    path: tuple[str, ...] = ()
    path_brackets: tuple[expr.Expr, ...] = ()

    @property
    def exprs(self) -> tuple[expr.Expr, ...]:
        """All numbers of it."""
        index = () if self.line_index is None else (self.line_index,)
        return (*self.brackets, *self.path_brackets, *index)


_SINK = re.compile(
    rf"(?P<device>{WORD.replace('.', '')})"
    r"(?P<brackets>(?:\[[^\[\]]*\]){0,2})"
    r"(?:(?P<path>(?:/[A-Za-z_][A-Za-z0-9_-]*(?:\[[0-9]+\](?=/))?)+)"
    r"(?P<inner>(?:\[[^\[\]]*\]){0,2}))?"
    r"(?:\.(?P<line>[A-Za-z_][A-Za-z0-9_#-]*)(?:\[(?P<index>[^\[\]]*)\])?)?"
)
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


def sink(value: Any) -> SinkText:
    """An input line: ``gic[33]``, ``cpus[cpu].irq``, ``soc/mft[0].duty[1]``."""
    text = text_of(value, "an input line").strip(" ")
    match = _SINK.fullmatch(text)
    if match is None:
        raise wrong(
            "Q0106",
            f"{quoted(text)} is not an input line",
            "write gic[33], cpus[cpu].irq or device.line[2]",
        )
    index = match["index"]
    return SinkText(
        match["device"],
        tuple(map(parse_expression, _BRACKET.findall(match["brackets"]))),
        match["line"],
        parse_expression(index) if index is not None else None,
        tuple((match["path"] or "").split("/")[1:]),
        tuple(map(parse_expression, _BRACKET.findall(match["inner"] or ""))),
    )


Sink = Annotated[SinkText, PlainValidator(sink), WithJsonSchema({"type": "string"})]


@dataclass(frozen=True, slots=True)
class ClockText:
    """A clock as written: one of the board's by name, or ``device.output``."""

    text: str
    output: SinkText | None


def _clock(value: Any) -> ClockText:
    text = text_of(value, "the name of a clock")
    if re.fullmatch(WORD, text) and len(text) <= MAX_NAME:
        dotted = _SINK.fullmatch(text) if "." in text else None
        return ClockText(text, sink(text) if dotted else None)
    if _SINK.fullmatch(text):
        return ClockText(text, sink(text))
    raise wrong(
        "Q0104",
        f"{quoted(text)} cannot be the name of a clock",
        "name one of 'clocks:', or a device's clock output: slcr.uart0_ref_clk",
    )


ClockSource = Annotated[
    ClockText, PlainValidator(_clock), WithJsonSchema({"type": "string"})
]


@dataclass(frozen=True, slots=True)
class PciText:
    """``16.0``: slot and function on a PCI bus."""

    slot: int
    function: int


_PCI = re.compile(r"(?P<slot>0x[0-9a-fA-F]{1,2}|[0-9]{1,2})\.(?P<function>[0-9])")


def _bus_address(value: Any) -> expr.Expr | PciText:
    text = text_of(value, "an address on a bus")
    match = _PCI.fullmatch(text)
    if match is None:
        return parse_expression(text)
    slot, function = int(match["slot"], 0), int(match["function"])
    if slot > 31 or function > 7:
        raise wrong(
            "Q0107",
            f"{text} is no place on a PCI bus",
            "slots are 0 to 31, functions 0 to 7: 16.0",
        )
    return PciText(slot, function)


BusAddress = Annotated[
    expr.Expr | PciText,
    PlainValidator(_bus_address),
    WithJsonSchema({"type": ["string", "integer", "number"]}),
]


@dataclass(frozen=True, slots=True)
class SerialText:
    """``{serial: N}``: the character device of ``-serial`` number N."""

    index: expr.Expr


@dataclass(frozen=True, slots=True)
class LinkText:
    """``{link: NAME}``: a region or a device of the board."""

    target: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineText:
    """``{machine: FIELD}``: a value of the machine."""

    field: str


@dataclass(frozen=True, slots=True)
class ListText:
    """A list, for a property that holds several values: texts and truth values."""

    items: tuple[bool | str, ...]


MACHINE_VALUES = ("cpu_type", "kernel_cmdline", "kernel_filename")


@dataclass(frozen=True, slots=True)
class ChosenText:
    """``{property: NAME}``: what ``-M NAME=VALUE`` chose."""

    name: str


_property_name = checked_name(
    r"[a-z][a-z0-9_-]*",
    "the name of a property of the machine",
    "name one of 'properties:'",
)


@dataclass(frozen=True, slots=True)
class DriveText:
    """``{interface: mtd, bus: 0, unit: 0}``: the drive that -drive gives so."""

    interface: str
    bus: expr.Expr
    unit: expr.Expr


@dataclass(frozen=True, slots=True)
class AudioText:
    """``{audio: true}``: the audio back end of ``-M audiodev=``."""


DRIVE_INTERFACES = ("floppy", "ide", "mtd", "pflash", "scsi", "sd")
"""The interfaces of -drive whose drives a board gives to its devices itself."""


def _interface(value: Any) -> str:
    text = text_of(value, "the interface of a drive")
    if text not in DRIVE_INTERFACES:
        raise wrong(
            "Q0107",
            f"{quoted(text)} is no interface of drives that a board gives to devices",
            f"write one of {', '.join(DRIVE_INTERFACES)}",
        )
    return text


def _drive(value: Any) -> DriveText:
    example = "write {interface: mtd, unit: 0}"
    if not isinstance(value, dict):
        raise wrong("Q0103", f"a drive is a mapping, not {kind_of(value)}", example)
    for key in value:
        if key not in ("interface", "bus", "unit"):
            raise wrong("Q0101", f"unknown key {quoted(key)} of a drive", example)
    if "interface" not in value:
        raise wrong("Q0102", "the key 'interface' is missing", example)
    bus, unit = (
        within(key, parse_expression, value.get(key, "0")) for key in ("bus", "unit")
    )
    return DriveText(within("interface", _interface, value["interface"]), bus, unit)


_DRIVE_SCHEMA = {
    "title": "Drive",
    "type": "object",
    "properties": {
        "interface": {"type": "string"},
        "bus": {"type": ["string", "integer"]},
        "unit": {"type": ["string", "integer"]},
    },
    "required": ["interface"],
}
Drive = Annotated[DriveText, PlainValidator(_drive), WithJsonSchema(_DRIVE_SCHEMA)]


def _audio(value: Any) -> AudioText:
    if value is not True:
        raise wrong("Q0103", "true is wanted here", "write {audio: true}")
    return AudioText()


_FORMS = (
    "{serial: 0}, {link: NAME}, {machine: cpu_type}, {property: NAME}, "
    "{drive: {interface: mtd, unit: 0}} or {audio: true}"
)
_target = checked_name(
    rf"{WORD}(/{CHILD})*",
    "the name of a region or a device",
    "name one of this spec: {link: flash}",
)


def link_target(value: Any) -> LinkText:
    """A region, a device, or a device inside one: ``soc/pic``."""
    target, *path = _target(value).split("/")
    return LinkText(target, tuple(path))


def machine_value(value: Any) -> str:
    """A field of MachineState."""
    field = text_of(value, "a field of the machine")
    if field not in MACHINE_VALUES:
        raise wrong(
            "Q0107",
            f"{quoted(field)} is no value of the machine",
            f"known here: {', '.join(MACHINE_VALUES)}",
        )
    return field


PropertyValue = (
    bool
    | str
    | SerialText
    | LinkText
    | MachineText
    | ChosenText
    | DriveText
    | AudioText
    | ListText
)


def _item(value: Any) -> bool | str:
    if isinstance(value, (list, dict)):
        what = "a number, text or truth value is wanted here"
        raise wrong("Q0103", f"{what}, not {kind_of(value)}")
    return value if isinstance(value, bool) else _line(value)


@dataclass(frozen=True, slots=True)
class IfPresentText:
    """``{value: V, if_present: true}``: set only where there is such a property."""

    value: PropertyValue


def _if_present(value: dict[str, Any]) -> IfPresentText:
    example = "write {value: false, if_present: true}"
    for key in value:
        if key not in ("value", "if_present"):
            raise wrong("Q0101", f"unknown key {quoted(key)} of a value", example)
    if value.get("if_present") is not True or "value" not in value:
        raise wrong("Q0103", "'value' and 'if_present: true' go together", example)
    return IfPresentText(within("value", _plain_value, value["value"]))


def _property(value: Any) -> PropertyValue | IfPresentText:
    if isinstance(value, dict) and not value.keys().isdisjoint(("value", "if_present")):
        return _if_present(value)
    return _plain_value(value)


def _plain_value(value: Any) -> PropertyValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return ListText(tuple(within(i, _item, v) for i, v in enumerate(value)))
    if isinstance(value, str):
        return _line(value)
    if len(value) != 1:
        raise wrong("Q0103", "a property's value has one key", f"write {_FORMS}")
    ((form, inner),) = value.items()
    match form:
        case "serial":
            return SerialText(within(form, parse_expression, inner))
        case "link":
            return within(form, link_target, inner)
        case "machine":
            return MachineText(within(form, machine_value, inner))
        case "property":
            return ChosenText(within(form, _property_name, inner))
        case "drive":
            return within(form, _drive, inner)
        case "audio":
            return within(form, _audio, inner)
        case _:
            raise wrong(
                "Q0101", f"{quoted(form)} is no kind of value", f"write {_FORMS}"
            )


PropertyText = Annotated[
    PropertyValue | IfPresentText,
    PlainValidator(_property),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": ["boolean", "string", "integer"]},
                {"type": "array"},
                {"type": "object", "minProperties": 1, "maxProperties": 1},
            ]
        }
    ),
]
