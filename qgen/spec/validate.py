"""Plain data to `Spec`, and pydantic's errors to findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from qgen.diagnostics import (
    MAX_FINDINGS,
    Code,
    Finding,
    Help,
    Rejected,
    did_you_mean,
    nearest,
    quoted,
)
from qgen.source import Node, Path, Source
from qgen.spec.controllers import line_help
from qgen.spec.ends import LINE_HELP
from qgen.spec.model import Soc, Spec
from qgen.spec.schema import Loc, Schema, schema_of
from qgen.spec.texts import kind_of


def validate(data: dict[str, Any], source: Source) -> Spec | Soc:
    """The spec in ``data``; `Rejected` with one finding for each thing wrong in it."""
    model = Soc if "soc" in data and "machine" not in data else Spec
    try:
        return model.model_validate(data)
    except ValidationError as error:
        items = error.errors(include_url=False)
    schema = schema_of(model)
    misspelt = _misspelt(items, schema)
    findings = [
        _finding(item, source, schema, data)
        for item in items[:MAX_FINDINGS]
        if item["type"] != "missing" or item["loc"] not in misspelt
    ]
    raise Rejected(findings, source)


def _misspelt(items: Sequence[Any], schema: Schema) -> set[Loc]:
    """The missing keys that stand there under a name that is nearly theirs."""
    missing = {i["loc"] for i in items if i["type"] == "missing"}
    models = {loc[:-1] for loc in missing}
    unknown = [i["loc"] for i in items if i["type"] == "extra_forbidden"]
    return missing & {
        (*loc[:-1], nearest(str(loc[-1]), schema.keys(loc[:-1])))
        for loc in unknown[:MAX_FINDINGS]
        if loc[:-1] in models
    }


def _finding(
    item: Any, source: Source, schema: Schema, data: dict[str, Any]
) -> Finding:
    kind, loc, context = item["type"], item["loc"], item.get("ctx", {})
    on_key = bool(loc) and loc[-1] == "[key]"
    if on_key:
        loc = loc[:-1]
    path = _path(loc, source)
    if kind in Code.__members__:
        path = (*path, *context.get("inside", ()))
        help_ = context.get("help")
        if help_ == LINE_HELP:
            help_ = line_help(item["input"], data)
        return Finding(Code[kind], context["text"], path, help_, key=on_key)
    match kind:
        case "missing":
            return _missing(str(loc[-1]), loc, _path(loc[:-1], source))
        case "union_tag_not_found":
            key = context["discriminator"].strip("'")
            return _missing(key, (*loc, key), path)
        case "extra_forbidden":
            name, known = str(loc[-1]), schema.keys(loc[:-1])
            if name in _of_another(known):
                return _misplaced(name, known, path)
            if len(loc) == 1:
                known = [*known, *BEFORE]
            return Finding(
                Code.Q0101,
                f"unknown key {quoted(name)}",
                path,
                _OTHERS.get(name, lambda: did_you_mean(name, known) or _keys(known)),
                key=True,
            )
        case "literal_error":
            key = next(str(part) for part in reversed(loc) if isinstance(part, str))
            return _choice(key, item["input"], context["expected"], path)
        case "union_tag_invalid":
            key = context["discriminator"].strip("'")
            given, tags = item["input"][key], context["expected_tags"]
            return _choice(key, given, tags, (*path, key))
        case "model_type" | "dict_type" | "model_attributes_type":
            what = f"a mapping is wanted here, not {kind_of(item['input'])}"
            return Finding(Code.Q0103, what, path, _mapping_help(schema.at(loc)))
        case _:
            # Whatever pydantic may say besides, in its own words.
            what = f"a list is wanted here, not {kind_of(item['input'])}"
            is_list = kind in ("tuple_type", "list_type")
            message = what if is_list else item["msg"]
            return Finding(Code.Q0103, message, path, "write [a, b]" * is_list or None)


BEFORE = ("variants",)
"""The keys of a spec that are gone when it is validated."""
_OTHERS: dict[str, Help] = {
    "only": "in a spec with variants, an entry of a mapping says so which of them have it"
}
"""What is said of keys that have their place elsewhere."""


def _of_another(known: Sequence[str]) -> frozenset[str]:
    """The keys of the other kind of spec, where ``known`` are those of a whole one."""
    if "exports" in known:
        return frozenset(schema_of(Spec).keys(())) - {*known}
    return frozenset(("soc", "exports", "header") if "machine" in known else ())


def _misplaced(name: str, known: Sequence[str], path: Path) -> Finding:
    """A key that a machine has and a SoC has not, or the other way round."""
    if name in ("soc", "machine"):
        message = "a spec describes either a machine or a SoC"
        help_ = "a machine names the files of its SoCs under 'socs:'"
    elif "exports" in known:
        message = f"a SoC has no {name!r}"
        help_ = "write it in the spec of the machine"
    else:
        message = f"a machine has no {name!r}"
        help_ = "write it in the spec of the SoC"
    return Finding(Code.Q0101, message, path, help_, key=True)


def _missing(name: str, loc: Loc, path: Path) -> Finding:
    help_ = f"add {example(name, loc)}"
    return Finding(
        Code.Q0102, f"the key {quoted(name)} is missing", path, help_, key=True
    )


def _choice(key: str, given: Any, expected: str, path: Path) -> Finding:
    if not isinstance(given, str):
        what = f"text is wanted here, not {kind_of(given)}"
        return Finding(Code.Q0103, what, path, _one_of(expected))
    message = f"{key!r} cannot be {quoted(given)}"
    return Finding(Code.Q0107, message, path, _one_of(expected))


def _one_of(expected: str) -> str:
    """Pydantic's list of choices without its quotes."""
    choices = expected.replace("'", "").replace(" or ", ", ")
    return f"write one of {choices}" if "," in choices else f"write {choices}"


def _keys(known: Sequence[str]) -> str:
    return f"known here: {', '.join(sorted(known))}"


_EXAMPLES = {
    "above": "above: {name: ram-above-4g, at: 4 GiB}",
    "address": "address: 2",
    "arch": "arch: arm",
    "at": "at: 0x4000_0000",
    "base": "base: 0x4000_0000",
    "below": "below: {name: ram-below-4g, at: 0}",
    "call": "call: {npcm7xx_load_kernel: [{machine: itself}, {device: soc}]}",
    "compatible": "compatible: acme,board",
    "default": "default: true, or one of the values",
    "device": "device: the device of type fw_cfg_mem or fw_cfg_io",
    "description": "description: what -M help says of the machine",
    "else": "else: the value where the condition does not hold",
    "file": "file: my-board-hooks.c.inc",
    "firmware": "firmware: bios.bin",
    "flash": "flash: the region that the image is loaded into",
    "frequency": "frequency: 168 MHz",
    "kind": "kind: ram, rom, alias, container, io or unimplemented",
    "harts": "harts: the device of type riscv.hart_array",
    "loader": "loader: arm, armv7m, helper, riscv or x86-bios",
    "machine": "machine: my-board, or soc: my-soc",
    "soc": "soc: my-soc",
    "name": "name: ram-below-4g",
    "of": "of: the region that the alias shows, or ram",
    "ram": "ram: the address where RAM begins",
    "size": "size: 4 KiB",
    "then": "then: the value where the condition holds",
    "to": "to: an input line, for instance gic[33]",
    "type": "type: the QOM type, for instance pl011",
    "value": "value: 32",
    "words": "words: [0x2000_1000, 0x101]",
    "when": "when: {kernel: true}",
    "values": "values: [0x0000_0297, 0x0000_8067]",
}


def example(name: str, loc: Loc) -> str:
    """How a required key may be written."""
    return "type: isa" if loc[0] == "buses" else _EXAMPLES[name]


def _mapping_help(here: Any) -> str:
    if "discriminator" in here:
        return f"begin it with {_EXAMPLES[here['discriminator']['propertyName']]}"
    known = list(here.get("properties", {}))
    return _keys(known) if known else "each name is a key: {NAME: ...}"


def _path(loc: Loc, source: Source) -> Path:
    """``loc`` without the union tags and wrappers that the document does not have."""
    path: list[str | int] = []
    node: Node | None = source.root
    for step in loc:
        child = node.children.get(step) if node is not None else None
        if child is not None:
            path.append(step)
            node = child
    return tuple(path)
