"""Calls of QEMU's exported helpers, as a spec writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from qgen import expr
from qgen.diagnostics import quoted
from qgen.frozen import frozen
from qgen.spec.ends import SINK_SCHEMA, SinkText, sink
from qgen.spec.names import CHILD, MAX_NAME, WORD, checked_name, name_schema
from qgen.spec.numbers import EXPRESSION_SCHEMA, parse_expression
from qgen.spec.patterns import forms, one_of
from qgen.spec.texts import LABEL, label, text_of, within, wrong
from qgen.spec.values import (
    DRIVE_SCHEMA,
    LINK_SCHEMA,
    MACHINE_VALUES,
    SERIAL_SCHEMA,
    DriveText,
    LinkText,
    MachineText,
    SerialText,
    drive,
    link_target,
    machine_value,
)

MAX_ARGUMENTS = 32


@frozen
class TextArgument:
    """``{text: "M"}``: a string."""

    text: str


@frozen
class RegionArgument:
    """``{region: system}``: a memory region of the board."""

    name: str


@frozen
class BusArgument:
    """``{bus: soc/i2c/bus}``: a bus of a device."""

    path: str


@frozen
class LineArgument:
    """``{line: plic[3]}``: an input line, which the callee drives."""

    sink: SinkText


@frozen
class InputsArgument:
    """``{inputs: pic}``: all input lines that a call returned."""

    name: str


@frozen
class SpaceArgument:
    """``{address_space: memory}``: what a device sees that reads and writes itself."""

    name: str


@frozen
class ClassArgument:
    """``{class: default_nic}``: a text of the machine's class."""

    field: str


Argument = (
    bool
    | expr.Expr
    | TextArgument
    | RegionArgument
    | LinkText
    | BusArgument
    | LineArgument
    | InputsArgument
    | SpaceArgument
    | DriveText
    | SerialText
    | MachineText
    | ClassArgument
    | None
)


@frozen
class CallText:
    """``{HELPER: [ARGUMENT, ...]}``."""

    function: str
    arguments: tuple[Argument, ...]


_region = checked_name(WORD, "the name of a region", "name one of this spec, or system")
_BUS = rf"{WORD}(/{CHILD})*"
_bus = checked_name(_BUS, "the path of a bus", "write DEVICE/BUS: macio/ide[0]/ide.0")
ITSELF = "itself"
"""How a spec writes the machine, as an argument."""
NONE = "none"
"""How a spec writes NULL."""
_inputs = checked_name(WORD, "the name of input lines", "name a device with 'inputs:'")
SPACES = ("memory", "io")
"""The address spaces of QEMU that have a name."""
_CLASS_FIELD = r"[a-z][a-z0-9_]*"
_class_field = checked_name(
    _CLASS_FIELD, "a field of MachineClass", "QEMU writes it so: default_nic"
)


def _space(value: Any) -> str:
    text = text_of(value, "an address space")
    if text not in SPACES:
        message = f"{quoted(text)} is no address space"
        raise wrong("Q0107", message, "write memory or io")
    return text


def _machine(value: Any) -> str:
    return ITSELF if value == ITSELF else machine_value(value)


_FORMS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Argument]]] = {
    "text": (label, TextArgument),
    "region": (_region, RegionArgument),
    "device": (link_target, lambda link: link),
    "bus": (_bus, BusArgument),
    "line": (sink, LineArgument),
    "inputs": (_inputs, InputsArgument),
    "address_space": (_space, SpaceArgument),
    "drive": (drive, lambda given: given),
    "serial": (parse_expression, SerialText),
    "machine": (_machine, MachineText),
    "class": (_class_field, ClassArgument),
}
_FORMS_SCHEMA = {
    "text": {"description": "A string."} | LABEL,
    "region": {"description": "A region of this spec, or system."}
    | name_schema(WORD, ["system"]),
    "device": LINK_SCHEMA,
    "bus": {"description": "A bus of a device."} | name_schema(_BUS, ["macio/ide.0"]),
    "line": {"description": "An input line, which the callee drives."} | SINK_SCHEMA,
    "inputs": {"description": "All input lines that an earlier call returned."}
    | name_schema(WORD, ["pic"]),
    "address_space": {
        "description": "What a device sees that reads and writes itself.",
        "enum": [*SPACES],
    },
    "drive": DRIVE_SCHEMA,
    "serial": SERIAL_SCHEMA,
    "machine": {
        "description": "A value of the machine, or the machine itself.",
        "enum": [ITSELF, *MACHINE_VALUES],
    },
    "class": {"description": "A text of the machine's class."}
    | name_schema(_CLASS_FIELD, ["default_nic"]),
}
_HELP = "write a number, true, none, or " + ", ".join(f"{{{f}: ...}}" for f in _FORMS)
_FUNCTION = r"[A-Za-z_][A-Za-z0-9_]*"
_function = checked_name(
    _FUNCTION,
    "the name of a function",
    "as QEMU's header declares it: sifive_plic_create",
)


def _argument(value: Any) -> Argument:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return None if value == NONE else parse_expression(value)
    if isinstance(value, list) or len(value) != 1:
        raise wrong("Q0103", "an argument is one value", _HELP)
    ((form, inner),) = value.items()
    if form not in _FORMS:
        raise wrong("Q0101", f"{quoted(form)} is no kind of argument", _HELP)
    check, make = _FORMS[form]
    return make(within(form, check, inner))


def _arguments(value: Any) -> tuple[Argument, ...]:
    if not isinstance(value, list):
        raise wrong("Q0103", "a list of arguments is wanted here", "write [1, 2] or []")
    if len(value) > MAX_ARGUMENTS:
        raise wrong("Q0105", f"no function of QEMU has {len(value)} parameters")
    return tuple(within(place, _argument, item) for place, item in enumerate(value))


def _call(value: Any) -> CallText:
    if not isinstance(value, dict) or len(value) != 1:
        raise wrong(
            "Q0103",
            "a call is one function and its arguments",
            "write call: {sifive_plic_create: [PLIC, {text: M}, cpus, 0]}",
        )
    ((function, written),) = value.items()
    name = _function(function)
    return CallText(name, within(name, _arguments, written))


Call = Annotated[
    CallText,
    PlainValidator(_call),
    WithJsonSchema(
        {
            "kind": "call",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "propertyNames": {"pattern": f"^{_FUNCTION}$", "maxLength": MAX_NAME},
            "additionalProperties": {
                "description": "The arguments of the function.",
                "type": "array",
                "items": one_of(
                    {"type": "boolean"}, EXPRESSION_SCHEMA, forms(_FORMS_SCHEMA)
                ),
                "maxItems": MAX_ARGUMENTS,
            },
        }
    ),
]
