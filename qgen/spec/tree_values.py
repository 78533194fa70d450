"""Values of device tree properties: text, cells in a list, or ``{form: ...}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from qgen import expr
from qgen.diagnostics import quoted
from qgen.frozen import frozen
from qgen.spec.names import WORD, checked_name, name_schema
from qgen.spec.numbers import EXPRESSION_SCHEMA, parse_expression
from qgen.spec.patterns import JsonSchema, forms, mapping, one_of
from qgen.spec.texts import ONE_LINE, kind_of, one_line, text_of, within, wrong

_FORMS = (
    "text, true, a list of cells, {strings: [...]}, {phandle: NODE}, {path: NODE}, "
    "{cpu: compatible} or {machine: kernel_cmdline}"
)
_label = checked_name(
    WORD, "the label of a node", "name one of 'device_tree: nodes:': uart"
)


@frozen
class CellText:
    """A number, written plain (32 bits) or ``{u64: ...}``."""

    value: expr.Expr
    cells: int = 1


@frozen
class PhandleText:
    """``{phandle: NODE}``: a reference to the node with this label."""

    label: str


@frozen
class FlagText:
    """``true``: the property is there, and has no value."""


@frozen
class NoneText:
    """``none``: the property is not derived from the board, and left out."""


@frozen
class StringsText:
    """Text, or ``{strings: [...]}``."""

    items: tuple[str, ...]


@frozen
class PathText:
    """``{path: NODE}``: the path of the node with this label, as text."""

    label: str


@frozen
class CompatibleText:
    """``{cpu: compatible}``: what QEMU calls the CPU's model in device trees."""


@frozen
class CommandLineText:
    """``{machine: kernel_cmdline}``: what -append gives."""


@frozen
class CellsText:
    """A list of cells; ``per_cpu``: once for each CPU (``{for: cpu, cells: [...]}``)."""

    items: tuple[CellText | PhandleText, ...]
    per_cpu: bool = False


PlainTreeText = (
    FlagText
    | NoneText
    | StringsText
    | PathText
    | CompatibleText
    | CommandLineText
    | CellsText
)


_UNCLEAR = r"[0-9][0-9a-fA-Fx_]*"


def _text(value: Any) -> str:
    text = one_line(value)
    if re.fullmatch(_UNCLEAR, text):
        help_ = f"a cell is written [{text}], text {{strings: ['{text}']}}"
        raise wrong("Q0103", f"{quoted(text)} may be a number or text", help_)
    return text


def _cell(value: Any) -> CellText | PhandleText:
    if not isinstance(value, dict):
        return CellText(parse_expression(value))
    if len(value) == 1:
        ((form, inner),) = value.items()
        if form == "u64":
            return CellText(within(form, parse_expression, inner), 2)
        if form == "phandle":
            return PhandleText(within(form, _label, inner))
    help_ = "write a number, {u64: NUMBER} or {phandle: NODE}"
    raise wrong("Q0103", "a cell is a number or has one key", help_)


def _cells(value: Any, *, per_cpu: bool = False) -> CellsText:
    if not isinstance(value, list) or not value:
        raise wrong("Q0103", "a list of cells is wanted here", "write [1, 2]")
    items = tuple(within(place, _cell, item) for place, item in enumerate(value))
    return CellsText(items, per_cpu)


def _strings(value: Any) -> StringsText:
    if not isinstance(value, list) or not value:
        raise wrong("Q0103", "a list of texts is wanted here", "write [arm, psci]")
    return StringsText(
        tuple(within(place, one_line, item) for place, item in enumerate(value))
    )


def _only(wanted: str, value: Any) -> None:
    if text_of(value, "a word") != wanted:
        raise wrong("Q0107", f"{quoted(value)} is not known here", f"write {wanted}")


def _compatible_of_cpu(value: Any) -> CompatibleText:
    _only("compatible", value)
    return CompatibleText()


def _command_line(value: Any) -> CommandLineText:
    _only("kernel_cmdline", value)
    return CommandLineText()


_READERS: dict[str, Callable[[Any], PlainTreeText]] = {
    "strings": _strings,
    "phandle": lambda value: CellsText((PhandleText(_label(value)),)),
    "path": lambda value: PathText(_label(value)),
    "cpu": _compatible_of_cpu,
    "machine": _command_line,
}


def _plain(value: Any) -> PlainTreeText:
    if value is True:
        return FlagText()
    if isinstance(value, list):
        return _cells(value)
    if value == "none":
        return NoneText()
    if isinstance(value, str):
        return StringsText((_text(value),))
    if isinstance(value, dict):
        if value.keys() == {"for", "cells"}:
            within("for", lambda given: _only("cpu", given), value["for"])
            return within(
                "cells", lambda given: _cells(given, per_cpu=True), value["cells"]
            )
        if len(value) == 1:
            ((form, inner),) = value.items()
            if form in _READERS:
                return within(form, _READERS[form], inner)
            message = f"{quoted(form)} is no kind of value"
            raise wrong("Q0101", message, f"write {_FORMS}")
    raise wrong("Q0103", f"{kind_of(value)} is no value here", f"write {_FORMS}")


_LABEL_SCHEMA = name_schema(WORD, ["uart"])
_CELLS_SCHEMA: JsonSchema = {
    "kind": "cells",
    "description": "Cells of 32 bits.",
    "type": "array",
    "minItems": 1,
    "items": one_of(
        EXPRESSION_SCHEMA,
        forms(
            {
                "u64": {"description": "A number of two cells."} | EXPRESSION_SCHEMA,
                "phandle": {"description": "The node with this label."} | _LABEL_SCHEMA,
            }
        ),
    ),
}
_STRINGS_SCHEMA: JsonSchema = {"type": "array", "minItems": 1, "items": ONE_LINE}
_FORMS_SCHEMA = {
    "strings": {"description": "Several texts."} | _STRINGS_SCHEMA,
    "phandle": {"description": "A reference to the node with this label."}
    | _LABEL_SCHEMA,
    "path": {"description": "The path of the node with this label."} | _LABEL_SCHEMA,
    "cpu": {
        "description": "What QEMU calls the CPU's model.",
        "const": "compatible",
    },
    "machine": {"description": "What -append gives.", "const": "kernel_cmdline"},
}
# Whether a plain number is a cell or text, nobody could say.
_TEXT_SCHEMA = {**ONE_LINE, "not": {"type": "string", "pattern": f"^{_UNCLEAR}$"}}
_SCHEMA = one_of(
    {"const": True},
    {key: value for key, value in _TEXT_SCHEMA.items() if key != "kind"},
    _CELLS_SCHEMA,
    forms(_FORMS_SCHEMA),
    mapping({"for": {"const": "cpu"}, "cells": _CELLS_SCHEMA}, ["for", "cells"]),
    kind="tree-value",
)
TreeValue = Annotated[PlainTreeText, PlainValidator(_plain), WithJsonSchema(_SCHEMA)]


def _compatible(value: Any) -> StringsText | CompatibleText:
    if isinstance(value, dict):
        read = _plain(value)
        if isinstance(read, CompatibleText):
            return read
    items = value if isinstance(value, list) else [value]
    return _strings([within(n, one_line, item) for n, item in enumerate(items)])


Compatible = Annotated[
    StringsText | CompatibleText,
    PlainValidator(_compatible),
    WithJsonSchema(
        one_of(ONE_LINE, _STRINGS_SCHEMA, forms({"cpu": _FORMS_SCHEMA["cpu"]}))
    ),
]
