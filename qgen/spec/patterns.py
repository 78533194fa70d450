"""JSON Schemas of values: what a schema can say of them, for editors.

They take a value as our loader has it (all but truth values is text) and as other readers
of YAML have it, to whom ``4096`` is a number. ``kind`` names a schema that is used often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from qgen import expr

JsonSchema = dict[str, Any]

MAX_TEXT = 300
_CONTROL = r"\u0000-\u001f\u007f"
LINE = f"^[^{_CONTROL}]*$"
SOME = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
COMMENT = rf"^(?![^{_CONTROL}]*(?:/\*|\*/))[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"

HEXADECIMAL = r"0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*"
_DECIMAL = r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
WHOLE = rf"-?[ (]*(?:{HEXADECIMAL}|{_DECIMAL}(?:\.0+)?)[ )]*"


def expression(units: Iterable[str] = expr.UNITS) -> str:
    """A pattern of expressions whose numbers have these units, parentheses uncounted."""
    unit = f" *(?:{'|'.join(units)})"
    decimal = rf"{_DECIMAL}(?:_?\.[0-9]+{unit}|(?:\.0+)?(?:{unit})?)"
    term = rf"[ (]*(?:{HEXADECIMAL}(?:{unit})?|{decimal}|{_NAME})[ )]*"
    return rf"{term}(?:(?:<<|[-+*/&|]){term})*"


EXPRESSION = expression()


def text(pattern: str, examples: Iterable[str] = (), **more: Any) -> JsonSchema:
    """Text with this pattern, which YAML may take for a number where it looks like one."""
    looks = {"integer": "1", "number": "1.5"}
    numbers = [kind for kind, like in looks.items() if re.search(pattern, like)]
    types = ["string", *numbers] if numbers else "string"
    schema = {"type": types, "pattern": pattern, **more}
    return schema | ({"examples": [*examples]} if examples else {})


def number(pattern: str, examples: Iterable[str] = (), **more: Any) -> JsonSchema:
    """A number from 0 on, or text with this pattern."""
    return {
        "type": ["string", "integer"],
        "pattern": f"^{pattern}$",
        "maxLength": expr.MAX_LENGTH,
        "minimum": 0,
        **more,
        **({"examples": [*examples]} if examples else {}),
    }


def one_of(*schemas: JsonSchema, **more: Any) -> JsonSchema:
    """One of several kinds of values."""
    return {"oneOf": [*schemas], **more}


def forms(schemas: dict[str, JsonSchema]) -> JsonSchema:
    """A mapping of one key, which says what its value is."""
    return {
        "type": "object",
        "properties": schemas,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def mapping(schemas: dict[str, JsonSchema], required: Iterable[str]) -> JsonSchema:
    """A mapping with these keys."""
    return {
        "type": "object",
        "properties": schemas,
        "additionalProperties": False,
        "required": [*required],
    }
