"""Values of properties and of class fields, plain or ``{form: ...}``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic.config import JsonDict

from qgen import expr
from qgen.diagnostics import quoted
from qgen.frozen import frozen
from qgen.spec.names import CHILD, WORD, checked_name, name_schema
from qgen.spec.numbers import EXPRESSION_SCHEMA, parse_expression
from qgen.spec.patterns import JsonSchema, forms, mapping, one_of
from qgen.spec.texts import ONE_LINE, kind_of, one_line, text_of, within, wrong


def _class_value(value: Any) -> bool | str:
    return value if isinstance(value, bool) else one_line(value)


ClassValue = Annotated[
    bool | str,
    PlainValidator(_class_value),
    WithJsonSchema(one_of({"type": "boolean"}, ONE_LINE)),
]


_CHOICE = r"[A-Za-z0-9][A-Za-z0-9_.+-]*"


def _choice(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    return checked_name(
        _CHOICE,
        "a value of a property",
        "write true or false, or one of its values: qspi",
    )(value)


Choice = Annotated[
    bool | str,
    PlainValidator(_choice),
    WithJsonSchema(one_of({"type": "boolean"}, name_schema(_CHOICE, ["qspi"]))),
]


@frozen
class SerialText:
    """``{serial: N}``: the character device of ``-serial`` number N."""

    index: expr.Expr


@frozen
class LinkText:
    """``{link: NAME}``: a region or a device of the board."""

    target: str
    path: tuple[str, ...] = ()


@frozen
class MachineText:
    """``{machine: FIELD}``: a value of the machine."""

    field: str


@frozen
class ListText:
    """A list, for a property that holds several values: texts and truth values."""

    items: tuple[bool | str, ...]


MACHINE_VALUES = ("cpu_type", "kernel_cmdline", "kernel_filename")


@frozen
class ChosenText:
    """``{property: NAME}``: what ``-M NAME=VALUE`` chose."""

    name: str


_PROPERTY_NAME = r"[a-z][a-z0-9_-]*"
_property_name = checked_name(
    _PROPERTY_NAME,
    "the name of a property of the machine",
    "name one of 'properties:'",
)


@frozen
class DriveText:
    """``{interface: mtd, bus: 0, unit: 0}``: the drive that -drive gives so."""

    interface: str
    bus: expr.Expr
    unit: expr.Expr


@frozen
class AudioText:
    """``{audio: true}``: the audio back end of ``-M audiodev=``."""


def _number_or_chosen(value: Any) -> expr.Expr | ChosenText:
    if not isinstance(value, dict):
        return parse_expression(value)
    if [*value] != ["property"]:
        raise wrong(
            "Q0103", "a number or a property is wanted here", "write {property: NAME}"
        )
    return ChosenText(within("property", _property_name, value["property"]))


_PROPERTY_SCHEMA = name_schema(_PROPERTY_NAME, ["boot-mode"])
NumberText = Annotated[
    expr.Expr | ChosenText,
    PlainValidator(_number_or_chosen),
    WithJsonSchema(one_of(EXPRESSION_SCHEMA, forms({"property": _PROPERTY_SCHEMA}))),
]
"""A number, or what a property of the machine stands for."""
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


def drive(value: Any) -> DriveText:
    """A drive of -drive: ``{interface: mtd, unit: 0}``."""
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


DRIVE_SCHEMA = {
    "kind": "drive",
    "title": "Drive",
    "description": "The drive that -drive gives so.",
    **mapping(
        {
            "interface": {
                "description": "What if= says.",
                "enum": [*DRIVE_INTERFACES],
            },
            "bus": {"description": "What bus= says; 0 if not given."}
            | EXPRESSION_SCHEMA,
            "unit": {"description": "What unit= says; 0 if not given."}
            | EXPRESSION_SCHEMA,
        },
        ["interface"],
    ),
}
Drive = Annotated[DriveText, PlainValidator(drive), WithJsonSchema(DRIVE_SCHEMA)]


def _audio(value: Any) -> AudioText:
    if value is not True:
        raise wrong("Q0103", "true is wanted here", "write {audio: true}")
    return AudioText()


_FORMS = (
    "{serial: 0}, {link: NAME}, {machine: cpu_type}, {property: NAME}, "
    "{drive: {interface: mtd, unit: 0}} or {audio: true}"
)
_TARGET = rf"{WORD}(/{CHILD})*"
_target = checked_name(
    _TARGET,
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
    return value if isinstance(value, bool) else one_line(value)


Item = Annotated[
    bool | str,
    PlainValidator(_item),
    WithJsonSchema(one_of({"type": "boolean"}, ONE_LINE)),
]


@frozen
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


def property_value(value: Any) -> PropertyValue | IfPresentText:
    """A property's value that depends on no condition."""
    if isinstance(value, dict) and not value.keys().isdisjoint(("value", "if_present")):
        return _if_present(value)
    return _plain_value(value)


def _plain_value(value: Any) -> PropertyValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return ListText(tuple(within(i, _item, v) for i, v in enumerate(value)))
    if isinstance(value, str):
        return one_line(value)
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
            return within(form, drive, inner)
        case "audio":
            return within(form, _audio, inner)
        case _:
            raise wrong(
                "Q0101", f"{quoted(form)} is no kind of value", f"write {_FORMS}"
            )


LINK_SCHEMA = {
    "description": "A region, ram, system, an earlier device, or one inside it."
} | name_schema(_TARGET, ["sram", "soc/pic"])
SERIAL_SCHEMA = {
    "description": "The back end of the -serial with this number."
} | EXPRESSION_SCHEMA
MACHINE_SCHEMA: JsonSchema = {
    "description": "A value of the machine.",
    "enum": [*MACHINE_VALUES],
}
_ITEM_SCHEMA: JsonSchema = one_of({"type": "boolean"}, ONE_LINE)
_VALUE_SCHEMA = one_of(
    {"type": "boolean"},
    ONE_LINE,
    {"type": "array", "items": _ITEM_SCHEMA},
    forms(
        {
            "serial": SERIAL_SCHEMA,
            "link": LINK_SCHEMA,
            "machine": MACHINE_SCHEMA,
            "property": {"description": "What -M NAME=VALUE chose."} | _PROPERTY_SCHEMA,
            "drive": DRIVE_SCHEMA,
            "audio": {"description": "The back end of -M audiodev=.", "const": True},
        }
    ),
    kind="plain-value",
)
PROPERTY_SCHEMA: JsonDict = one_of(
    _VALUE_SCHEMA,
    mapping(
        {
            "value": {"description": "The value, where there is such a property."}
            | _VALUE_SCHEMA,
            "if_present": {"const": True},
        },
        ["value", "if_present"],
    ),
    kind="value",
)
"""The JSON schema of what `property_value` takes."""
