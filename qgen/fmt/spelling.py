"""How numbers are spelled: ``0x0900_0000``, ``64 KiB``, ``NUM_IRQS + 32 * cpu``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qgen import expr
from qgen.load.written import Written

_TOKEN = re.compile(
    r"(?P<hex>0[xX][0-9a-fA-F_]+)|(?P<decimal>[0-9][0-9_.]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<open>\()|(?P<close>\))|(?P<op><<|[-+*/&|])"
)
_GROUP = 4
_QUOTES = ("", "'", '"')


def respell(root: Written, schema: dict[str, Any]) -> None:
    """Spell the numbers of a spec canonically, where the schema says that some stand."""
    _respell(root, [schema], schema["$defs"])


def _respell(
    node: Written, schemas: list[dict[str, Any]], definitions: dict[str, Any]
) -> None:
    known = [*_choices(node, schemas, definitions)]
    if node.kind == "scalar":
        if (
            node.style in _QUOTES
            and "\n" not in node.text
            and any(map(_is_number, known))
        ):
            node.text = node.text.replace(node.value, spelled(node.value))
        return
    for entry in node.entries:
        inner = [*_inner(None if entry.key is None else entry.key.value, known)]
        _respell(entry.value, inner, definitions)


def _is_number(schema: dict[str, Any]) -> bool:
    return "minimum" in schema and isinstance(schema["type"], list)


def _choices(
    node: Written, schemas: list[dict[str, Any]], definitions: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """What schemas come to for a node: without references, choices and conditions."""
    for schema in schemas:
        if "$ref" in schema:
            here: Any = definitions
            for step in schema["$ref"].removeprefix("#/$defs/").split("/"):
                here = here[step]
            yield from _choices(node, [here], definitions)
        elif "if" in schema:
            branch = "then" if _holds(schema["if"], node) else "else"
            yield from _choices(node, [schema[branch]], definitions)
        elif "anyOf" in schema:
            yield from _choices(node, schema["anyOf"], definitions)
        else:
            yield schema


def _holds(condition: dict[str, Any], node: Written) -> bool:
    keys = {entry.key.value for entry in node.entries if entry.key is not None}
    without = condition.get("not", {}).get("required", ())
    return keys.issuperset(condition["required"]) and keys.isdisjoint(without)


def _inner(key: str | None, schemas: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for schema in schemas:
        if key is None:
            found = schema.get("items")
        else:
            other = schema.get("additionalProperties")
            found = schema.get("properties", {}).get(key, other)
        if isinstance(found, dict):
            yield found


def spelled(text: str) -> str:
    """An expression in canonical form; as it is where it is none."""
    try:
        expr.parse(text)
    except expr.ExpressionError:
        return text
    made, before = "", ""
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        token = _grouped(match[0]) if kind == "hex" else match[0]
        close = before in ("", "open") or kind == "close"
        made += token if close else f" {token}"
        before = kind
    return made


def _grouped(digits: str) -> str:
    plain = digits[2:].replace("_", "").lower()
    first = len(plain) % _GROUP or _GROUP
    groups = [plain[:first]]
    groups += [plain[at : at + _GROUP] for at in range(first, len(plain), _GROUP)]
    return "0x" + "_".join(groups)
