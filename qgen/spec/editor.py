"""The JSON Schema of a spec file, for editors and for validators that are not ours.

From the models: their keys, the kinds of values, and the docstrings below the keys. Such a
docstring may end in examples: ``text: ``one``, ``another``.``. What a spec with variants
shares, and what each variant lays over it, are parts: nothing in them is required.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from qgen.spec.model import Model, Soc, Spec
from qgen.spec.model.base import Short
from qgen.spec.names import MAX_NAME
from qgen.spec.overlays import overlays
from qgen.spec.patterns import JsonSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"
_DOCSTRING = re.compile(r"(?P<text>.*?)(?:: (?P<examples>``.+``))?\.", re.DOTALL)

_VARIANTS: JsonSchema = {
    "description": "Machines with much in common: what each has that the others have not, "
    "by its name, is laid over what stands outside.",
    "type": "object",
    "propertyNames": {"pattern": "^[a-z0-9][a-z0-9._-]*$", "maxLength": MAX_NAME},
    "additionalProperties": {"$ref": f"{_DEFS}Overlay"},
    "minProperties": 1,
    "examples": [{"board-small": {}, "board-large": {"cpus": {"max": 4}}}],
}


def document(example: Callable[[str], Any]) -> JsonSchema:
    """The schema; ``example`` reads the YAML of an example."""
    _, made = models_json_schema(
        [(Spec, "validation"), (Soc, "validation")], schema_generator=_Generator
    )
    kinds: dict[str, JsonSchema] = {}
    models = {model.__name__: model for model in _models(Model)}
    definitions = {}
    for name, schema in made["$defs"].items():
        if name not in models:  # of what a check makes of a value
            continue
        _describe(schema, models[name], example)
        definitions[name] = _tidied(schema, kinds)
    definitions |= kinds
    definitions |= overlays(definitions, _VARIANTS)
    for name in ("Spec", "Soc"):  # for an editor to offer it
        definitions[name]["properties"]["variants"] = _VARIANTS
    is_soc = {"required": ["soc"], "not": {"required": ["machine"]}}
    return {
        "$schema": DIALECT,
        "title": "Spec of a QEMU board",
        "description": "A machine or a SoC, of which qgen writes the C.",
        "type": "object",
        "if": {"required": ["variants"]},
        "then": {"$ref": f"{_DEFS}Variants"},
        "else": {
            "if": is_soc,
            "then": {"$ref": f"{_DEFS}Soc"},
            "else": {"$ref": f"{_DEFS}Spec"},
        },
        "$defs": dict(sorted(definitions.items())),
    }


class _Generator(GenerateJsonSchema):
    """Leaves a mark where another way of writing a value is allowed."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchema:
        made = super().function_before_schema(schema)
        short = getattr(schema["function"]["function"], "short", None)
        return made if short is None else {**made, "short": short}


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _describe(
    schema: JsonSchema, model: type[Model], example: Callable[[str], Any]
) -> None:
    """What the docstrings of a model and of its keys say."""
    if "description" in schema:
        schema["description"] = _plain(schema["description"])
    said = documented(model)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if name in said:
            text, examples = said[name]
            schema["properties"][key]["said"] = {"description": text}
            if examples:
                shown = [_as_read(example(each)) for each in examples]
                schema["properties"][key]["said"]["examples"] = shown


def documented(model: type[Model]) -> dict[str, tuple[str, list[str]]]:
    """What is said of each key of a model, and examples of its value, as YAML."""
    found: dict[str, tuple[str, list[str]]] = {}
    for cls in reversed(model.__mro__):
        for name, docstring in (
            _docstrings(cls.__module__).get(cls.__name__, {}).items()
        ):
            match = _DOCSTRING.fullmatch(docstring)
            assert match is not None, docstring
            examples = re.findall(r"``(.+?)``", match["examples"] or "")
            found[name] = (f"{_plain(match['text'])}.", examples)
    return found


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """The docstrings below the attributes of the classes of a module."""
    if not module.startswith(__package__ or ""):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, dict[str, str]] = {}
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        here = found[cls.name] = {}
        for key, below in zip(cls.body, cls.body[1:], strict=False):
            match key, below:
                case (
                    ast.AnnAssign(target=ast.Name(name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    here[name] = " ".join(text.split())
    return found


def _plain(text: str) -> str:
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n\n".join(paragraphs).replace("``", "`")


def _as_read(value: Any) -> Any:
    """A value as most readers of YAML have it: decimal numbers are no text."""
    match value:
        case dict():
            return {key: _as_read(inner) for key, inner in value.items()}
        case list():
            return [_as_read(inner) for inner in value]
        case str() if re.fullmatch("0|[1-9][0-9]*", value):
            return int(value)
    return value


def _tidied(schema: JsonSchema, kinds: dict[str, JsonSchema]) -> JsonSchema:
    """A schema of pydantic's with all that may be written, and without what is noise."""
    said: JsonSchema = schema.get("said", {})
    made = {
        key: _inside(key, value, kinds)
        for key, value in schema.items()
        if key not in ("said", "title", "discriminator")
    }
    if made.get("default", True) in (None, {}, []):
        del made["default"]
    if "oneOf" in made:
        made["anyOf"] = made.pop("oneOf")
    if "anyOf" in made:
        made = _without_null(made)
    if "patternProperties" in made:
        ((pattern, value),) = made.pop("patternProperties").items()
        made["propertyNames"] = {"pattern": pattern, "maxLength": MAX_NAME}
        made["additionalProperties"] = value
    if "short" in made:
        made = _with_short(made, made.pop("short"))
    if "otherwise" in made:
        other = made.pop("otherwise")
        made = {"if": _has("when"), "then": made, "else": other}
    if isinstance(made.get("kind"), str):
        made = _named(made, made.pop("kind"), kinds)
    return made | said


def _named(schema: JsonSchema, kind: str, kinds: dict[str, JsonSchema]) -> JsonSchema:
    """A reference to a schema that is used often."""
    own: JsonSchema = {
        key: schema.pop(key) for key in ("description", "default") if key in schema
    }
    known = kinds.setdefault(kind, schema)
    assert {**schema, "examples": 0} == {**known, "examples": 0}, kind
    if schema.get("examples") != known.get("examples"):
        own["examples"] = schema["examples"]
    return {"$ref": f"{_DEFS}{kind}", **own}


def _inside(key: str, value: Any, kinds: dict[str, JsonSchema]) -> Any:
    """The value of a keyword, with the schemas in it tidied."""
    match key, value:
        case ("properties" | "patternProperties", dict()):
            return {name: _tidied(inner, kinds) for name, inner in value.items()}
        case ("anyOf" | "oneOf" | "allOf", list()):
            return [_tidied(inner, kinds) for inner in value]
        case ("items" | "additionalProperties" | "otherwise" | "not", dict()):
            return _tidied(value, kinds)
    return value


def _without_null(schema: JsonSchema) -> JsonSchema:
    """No value is null in a spec: a key that is not wanted is left out."""
    choices = [each for each in schema.pop("anyOf") if each != {"type": "null"}]
    return (
        {**choices[0], **schema} if len(choices) == 1 else {"anyOf": choices, **schema}
    )


def _with_short(schema: JsonSchema, short: Short) -> JsonSchema:
    form, key = short
    if form == "list":
        item = schema["items"]
        if key is not None:
            item = _either(item["$ref"], key)
        return {"anyOf": [item, {"type": "array", "items": item}]}
    assert key is not None
    model = schema["$ref"]
    if form == "mapping":
        return _either(model, key)
    other = {"$ref": f"{model}/properties/{key}"}
    return {"if": _has(key), "then": {"$ref": model}, "else": other}


def _either(model: str, key: str) -> JsonSchema:
    """A model, or what may stand for one with this key."""
    return {"anyOf": [{"$ref": f"{model}/properties/{key}"}, {"$ref": model}]}


def _has(key: str) -> JsonSchema:
    return {"type": "object", "required": [key]}
