"""Walks the vocabulary of specs: which keys and choices there are, and which are used.

The model's JSON schema says what there is, so that a new key is known here at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from qgen.spec import SocSpec, Spec

SCHEMA: dict[str, Any] = Spec.model_json_schema()
SOC_SCHEMA: dict[str, Any] = SocSpec.model_json_schema()
"""Its parts are all parts of a machine as well."""


_STANDS_FOR = {"Clock": "frequency"}
"""The key that a scalar stands for where none is required."""


def _title(schema: Any, key: str) -> str:
    """The model that a key belongs to: what machines and SoCs share is a machine's."""
    title: str = schema["title"]
    if title not in ("Soc", "InlineSoc"):
        return title
    return "Spec" if key != "parent" and key in SCHEMA["properties"] else "Soc"


class Place(NamedTuple):
    """A scalar, or a key that the person chooses: where it stands, and of what it is.

    ``path`` leads to it in a document; of a key, ``key`` is true, and the last step of
    ``path`` is the key itself.
    """

    model: str
    field: str
    path: tuple[str | int, ...]
    key: bool
    value: Any


def fields() -> set[str]:
    """All keys of all models, as ``Model.key``, and the choices that each one has."""
    found = set()
    for model in (SCHEMA, SOC_SCHEMA, *SCHEMA["$defs"].values()):
        for key, schema in model.get("properties", {}).items():
            title = _title(model, key)
            found |= {f"{title}.{key}", *_choices(title, key, schema)}
        if _open(model):
            found.add(f"{model['title']}.*")
    return found


def string_fields() -> set[str]:
    """All keys whose value is text in the document: names, texts, numbers, wires."""
    found = set()
    for model in (SCHEMA, SOC_SCHEMA, *SCHEMA["$defs"].values()):
        for key, schema in model.get("properties", {}).items():
            inner = _plain(schema)
            while "items" in inner or (_values(inner) and not _open(inner)):
                if _values(inner) is not None:
                    found.add(f"{_title(model, key)}.{key} (its keys)")
                inner = _plain(inner.get("items") or _values(inner))
            inner = inner.get("otherwise", inner)
            is_model = "properties" in inner or "discriminator" in inner
            if not is_model and inner.get("type") != "boolean":
                found.add(f"{_title(model, key)}.{key}")
        if _open(model):
            found.add(f"{model['title']}.*")
    return found


def _open(model: Any) -> bool:
    """Whether a model takes keys besides those that it names."""
    return "properties" in model and _values(model) is not None


def _choices(model: str, key: str, schema: Any) -> set[str]:
    inner = _plain(schema)
    inner = _plain(inner.get("items", inner))
    some = inner.get("enum") or ([inner["const"]] if "const" in inner else [])
    return {f"{model}.{key}={choice}" for choice in some}


def _plain(schema: Any) -> Any:
    """``schema`` without references and without the null that a default is."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        else:
            schema = next(s for s in schema["anyOf"] if s.get("type") != "null")
    return schema


def _suited(schema: Any, data: Any) -> Any:
    """The schema of ``data``, where what has no 'when' has a schema of its own."""
    schema = _plain(schema)
    if "otherwise" in schema and not (isinstance(data, dict) and "when" in data):
        return schema["otherwise"]
    return schema


def _values(schema: Any) -> Any:
    """The schema of the values of a mapping whose keys the person chooses."""
    if "patternProperties" in schema:
        return next(iter(schema["patternProperties"].values()))
    extra = schema.get("additionalProperties")
    return extra if isinstance(extra, dict) else None


def walk(data: Any) -> Iterator[Place]:
    """All places of a document that fits the model."""
    yield from _walk(data, _schema_of(data), "", "", ())


def _schema_of(data: Any) -> Any:
    """A document describes a machine or a SoC."""
    return SOC_SCHEMA if "soc" in data else SCHEMA


def _walk(
    data: Any, schema: Any, model: str, field: str, path: tuple[str | int, ...]
) -> Iterator[Place]:
    schema = _suited(schema, data)
    if "discriminator" in schema:
        kind = schema["discriminator"]
        schema = _plain({"$ref": kind["mapping"][data[kind["propertyName"]]]})
    values = _values(schema)
    if _open(schema):
        for key, value in data.items():
            known = schema["properties"].get(key)
            name = "*" if known is None else key
            inner = values if known is None else known
            yield from _walk(value, inner, schema["title"], name, (*path, key))
    elif "properties" in schema and _stands_for_all(data, schema):
        # It stands for a mapping with it under the first required key.
        key = _STANDS_FOR.get(schema["title"]) or schema["required"][0]
        inner = schema["properties"][key]
        yield from _walk(data, inner, schema["title"], key, path)
    elif "properties" in schema:
        for key, value in data.items():
            inner = schema["properties"][key]
            yield from _walk(value, inner, _title(schema, key), key, (*path, key))
    elif values is not None:
        for key, value in data.items():
            yield Place(model, field, (*path, key), True, key)
            yield from _walk(value, values, model, field, (*path, key))
    elif isinstance(data, list):
        inner = schema.get("items", {})  # none: it is the value of a property
        for place, item in enumerate(data):
            yield from _walk(item, inner, model, field, (*path, place))
    elif "items" in schema:
        yield from _walk(data, schema["items"], model, field, path)
    elif isinstance(data, dict):  # one of the forms of a property's value
        yield from _forms(data, f"{model}.{field}", path)
    else:
        yield Place(model, field, path, False, data)


def _stands_for_all(data: Any, schema: Any) -> bool:
    """Whether a value stands for the mapping that the model is."""
    if schema["title"] == "TreeProperty":
        return not isinstance(data, dict) or "then" not in data
    return not isinstance(data, dict)


def _forms(
    data: dict[str, Any], name: str, path: tuple[str | int, ...]
) -> Iterator[Place]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _forms(value, f"{name}.{key}", (*path, key))
        else:
            yield Place(name, key, (*path, key), False, value)


def used(data: Any) -> set[str]:
    """The keys and choices that a document uses, as `fields` names them."""
    found = set()
    for place in walk(data):
        name = f"{place.model}.{place.field}"
        found |= {name, f"{name}={place.value}"}
        if place.key:
            found.add(f"{name} (its keys)")
    found |= {f"{title}.{key}" for title, key in _opened(data, _schema_of(data))}
    return found


def _opened(data: Any, schema: Any) -> Iterator[tuple[str, str]]:
    """The keys whose values are mappings or lists themselves."""
    schema = _suited(schema, data)
    if "discriminator" in schema:
        kind = schema["discriminator"]
        schema = _plain({"$ref": kind["mapping"][data[kind["propertyName"]]]})
    if not isinstance(data, (dict, list)):
        return
    if "properties" in schema and isinstance(data, dict):
        for key, value in data.items():
            if key in schema["properties"]:
                yield _title(schema, key), key
                yield from _opened(value, schema["properties"][key])
        return
    inner = schema.get("items") or _values(schema)
    if inner is not None:
        for value in data.values() if isinstance(data, dict) else data:
            yield from _opened(value, inner)


def as_yaml(value: Any) -> str:
    """A document as YAML that has it again, whatever its texts hold."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return f"{{{', '.join(f'? {as_yaml(k)} : {as_yaml(v)}' for k, v in value.items())}}}"
        case list():
            return f"[{', '.join(map(as_yaml, value))}]"
    safe = re.sub(r"[^ !#-\[\]-~]", lambda match: f"\\U{ord(match[0]):08x}", value)
    return f'"{safe}"'
