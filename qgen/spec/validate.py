"""Plain data to `Spec`, and pydantic's errors to findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from qgen.diagnostics import Code, Finding, Rejected, did_you_mean
from qgen.source import Node, Path, Source
from qgen.spec.model import Spec


def validate(data: dict[str, Any], source: Source) -> Spec:
    """The spec in ``data``; `Rejected` with one finding for each thing wrong in it."""
    try:
        return Spec.model_validate(data)
    except ValidationError as error:
        findings = [_finding(item, data, source) for item in error.errors()]
        raise Rejected(findings, source) from None


def _finding(item: Any, data: dict[str, Any], source: Source) -> Finding:
    kind, loc = item["type"], item["loc"]
    on_key = bool(loc) and loc[-1] == "[key]"
    if on_key:
        loc = loc[:-1]
    context = item.get("ctx", {})
    if kind == "missing":
        path, name = _path(loc[:-1], source), str(loc[-1])
        return Finding(
            Code.Q0102, f"the key {name!r} is missing", path, _wanted(name), key=True
        )
    path = _path(loc, source)
    if kind == "extra_forbidden":
        known = _known_keys(loc[:-1])
        name = str(loc[-1])
        help_ = did_you_mean(name, known) or f"known here: {', '.join(sorted(known))}"
        return Finding(Code.Q0101, f"unknown key {name!r}", path, help_, key=True)
    if kind in Code.__members__:
        return Finding(
            Code[kind], context["text"], path, context.get("help"), key=on_key
        )
    return _builtin(kind, item, context, path)


def _builtin(kind: str, item: Any, context: Any, path: Path) -> Finding:
    match kind:
        case "literal_error":
            choices = [c.strip("' ") for c in _choices(context["expected"])]
            value = str(item["input"])
            help_ = did_you_mean(value, choices) or f"known here: {', '.join(choices)}"
            return Finding(
                Code.Q0107, f"{value!r} is not one of the choices", path, help_
            )
        case "union_tag_invalid":
            choices = [c.strip("' ") for c in context["expected_tags"].split(",")]
            key = context["discriminator"].strip("'")
            tag = str(context["tag"])
            help_ = did_you_mean(tag, choices) or f"known here: {', '.join(choices)}"
            return Finding(
                Code.Q0107, f"{tag!r} is not one of the choices", (*path, key), help_
            )
        case "union_tag_not_found":
            key = context["discriminator"].strip("'")
            return Finding(
                Code.Q0102, f"the key {key!r} is missing", path, _wanted(key), key=True
            )
        case "model_type" | "dict_type" | "model_attributes_type":
            return Finding(Code.Q0103, "a mapping is wanted here", path)
        case "tuple_type" | "list_type":
            return Finding(Code.Q0103, "a list is wanted here", path)
        case _:
            return Finding(Code.Q0103, item["msg"], path)


def _choices(expected: str) -> Iterator[str]:
    yield from expected.replace(" or ", ", ").split(",")


_WANTED = {
    "machine": "machine: my-board",
    "description": "description: what -M help says of it",
    "arch": "arch: arm",
    "kind": "kind: ram, rom, alias, container, io or unimplemented",
    "loader": "loader: arm, armv7m or x86-bios",
    "type": "type: the QOM type, for instance pl011",
    "of": "of: the region that the alias shows, or ram",
    "to": "to: an input line, for instance gic[33]",
    "frequency": "frequency: 168 MHz",
}


def _wanted(name: str) -> str | None:
    example = _WANTED.get(name)
    return f"add {example}" if example else f"add '{name}:'"


def _path(loc: tuple[Any, ...], source: Source) -> Path:
    """``loc`` without the union tags and wrappers that the document does not have."""
    path: list[str | int] = []
    node: Node | None = source.root
    for step in loc:
        child = node.children.get(step) if node is not None else None
        if child is not None:
            path.append(step)
            node = child
    return tuple(path)


def _known_keys(loc: tuple[Any, ...]) -> list[str]:
    """The keys that the model at ``loc`` has, found by walking the JSON schema."""
    schema = Spec.model_json_schema()
    here: Any = schema
    for step in loc:
        here = _step(schema, here, step)
    return list(_deref(schema, here).get("properties", {}))


def _deref(schema: Any, here: Any) -> Any:
    while "$ref" in here or "anyOf" in here:
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rsplit("/", 1)[-1]]
        else:
            here = next(h for h in here["anyOf"] if h.get("type") != "null")
    return here


def _step(schema: Any, here: Any, step: str | int) -> Any:
    here = _deref(schema, here)
    if "discriminator" in here:
        ref = here["discriminator"]["mapping"].get(step)
        return {"$ref": ref} if ref else here
    if isinstance(step, int):
        return here.get("items", {})
    if step in here.get("properties", {}):
        return here["properties"][step]
    for inner in (here.get("patternProperties") or {}).values():
        return inner
    extra = here.get("additionalProperties")
    return extra if isinstance(extra, dict) else {}
