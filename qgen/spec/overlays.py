"""The parts of a spec with variants, as JSON Schemas: nothing is required in a part.

What all variants share may lack what each of them has, and an entry of a mapping may say
with ``only`` which of them have it.
"""

from __future__ import annotations

from typing import Any

from qgen.spec.patterns import JsonSchema

_DEFS = "#/$defs/"
_PART = "PartOf"
_NAME: JsonSchema = {"type": "string"}
_ONLY: JsonSchema = {
    "description": "The variants that have this.",
    "anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}],
}


def overlays(definitions: dict[str, JsonSchema], variants: JsonSchema) -> Any:
    """Definitions of ``Variants``, a whole spec that has some, and all that it needs."""
    parts = _Parts(definitions)
    spec, soc = (parts.loose(definitions[name]) for name in ("Spec", "Soc"))
    keys = {**soc["properties"]}
    for key, value in spec["properties"].items():
        other = keys.get(key, value)
        if value != other:
            said = {"description": value["description"]}
            value = {**said, "anyOf": [value, other]}
        keys[key] = value
    del keys["only"]
    shared = {key: {"$ref": f"{_DEFS}Overlay/properties/{key}"} for key in keys}
    return parts.made | {
        "only": _ONLY,
        "Overlay": {
            "description": "What a variant has that the others have not.",
            "type": "object",
            "properties": keys,
            "additionalProperties": False,
        },
        "Variants": {
            "description": "Several machines, or SoCs, that have much in common.",
            "type": "object",
            "properties": {"variants": variants, **shared},
            "additionalProperties": False,
            "required": ["variants"],
        },
    }


class _Parts:
    """Makes the definitions of parts, which are ``made``."""

    def __init__(self, definitions: dict[str, JsonSchema]):
        self._definitions = definitions
        self.made: dict[str, JsonSchema] = {}

    def loose(self, schema: JsonSchema) -> JsonSchema:
        """What a part of what has this schema may be; the same where it has no parts."""
        if "$ref" in schema:
            return {**schema, "$ref": self._of(schema["$ref"])}
        if "if" in schema:
            choices = [self.loose(schema[key]) for key in ("then", "else")]
            rest = {k: v for k, v in schema.items() if k not in ("if", "then", "else")}
            return {"anyOf": choices, **rest}
        if "anyOf" in schema:
            return {**schema, "anyOf": [self.loose(each) for each in schema["anyOf"]]}
        if schema.get("type") != "object":
            return schema
        made = {
            key: value
            for key, value in schema.items()
            if key not in ("required", "minProperties", "maxProperties")
        }
        only: JsonSchema = {"$ref": f"{_DEFS}only"}
        inner = schema.get("additionalProperties")
        if isinstance(inner, dict):
            made["additionalProperties"] = self.loose(inner)
            if "properties" not in schema:
                only = {"anyOf": [only, made["additionalProperties"]]}
        keys = schema.get("properties", {}).items()
        made["properties"] = {k: self.loose(v) for k, v in keys} | {"only": only}
        return made

    def _of(self, ref: str) -> str:
        """Where the definition of a part of what ``ref`` names is."""
        name = ref.removeprefix(_DEFS)
        if "/" in name or not _has_parts(self._definitions[name]):
            return ref
        part = f"{_PART}{name}"
        if part not in self.made:
            self.made[part] = {}  # it may hold itself
            self.made[part] = self._shortened(name)
        return f"{_DEFS}{part}"

    def _shortened(self, name: str) -> JsonSchema:
        """A part of a definition, which names those of its keys that are the same."""
        whole = self._definitions[name]
        made = self.loose(whole)
        for key, value in whole.get("properties", {}).items():
            if made["properties"][key] == value:
                made["properties"][key] = {"$ref": f"{_DEFS}{name}/properties/{key}"}
        return made


def _has_parts(schema: JsonSchema) -> bool:
    """Whether a value may be a mapping."""
    choices = [*schema.get("anyOf", ()), *(schema[k] for k in ("then",) if k in schema)]
    return schema.get("type") == "object" or any(map(_has_parts, choices))
