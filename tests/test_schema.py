"""The JSON Schema of specs, as a validator that is not ours reads it.

It refuses nothing that is right, in the data of our loader and of others; of the mistakes
of ``tests/errors``, it catches those that a schema can: ``tests/schema-catches.txt`` has
each code with the cases that it catches and those that it does not.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import create_model

from qgen.compose.editing import schema
from qgen.diagnostics import Rejected
from qgen.load import loads, read
from qgen.spec import validate
from qgen.spec.editor import documented
from qgen.spec.model import Model
from qgen.variants import split

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SHIPPED = ROOT / "specs" / "qgen.schema.json"
TABLE = TESTS / "schema-catches.txt"
ERRORS = sorted(
    file
    for file in (TESTS / "errors").glob("*.yaml")
    if file.with_suffix(".txt").exists()
)
RIGHT = sorted(
    file
    for folder in (
        "specs",
        "templates/new",
        "tests/ok",
        "tests/check/boards",
        "tests/tree/specs",
    )
    for file in (ROOT / folder).glob("*.yaml")
)
SCHEMA: dict[str, Any] = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(data: Any) -> list[str]:
    """What the validator says of a document."""
    return [
        f"{list(e.absolute_path)}: {e.message}" for e in VALIDATOR.iter_errors(data)
    ]


def as_json(data: Any) -> Any:
    """The data of another reader, as an editor has it: all keys are text."""
    return json.loads(json.dumps(data, default=str))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_shipped_schema_is_fresh(update: bool) -> None:
    if update:
        SHIPPED.write_text(schema())
    assert SHIPPED.read_text() == schema()


@pytest.mark.parametrize("file", RIGHT, ids=lambda f: str(f.relative_to(ROOT)))
def test_what_is_right_is_not_refused(file: Path) -> None:
    assert faults(read(file).data) == []
    text = file.read_text()
    for loader in (_Yaml11, _Yaml12):
        assert faults(as_json(yaml.load(text, Loader=loader))) == []


_Yaml11: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Yaml12(_Yaml11):  # type: ignore[misc]
    """The core schema of YAML 1.2, which most editors have."""


_Yaml12.yaml_implicit_resolvers = {}
for _tag, _regex, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    _Yaml12.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_regex})\\Z"), list(_first)
    )


@pytest.mark.parametrize("file", sorted((ROOT / "specs").glob("*.yaml")), ids=str)
def test_shipped_specs_name_the_schema_beside_them(file: Path) -> None:
    first = file.read_text().partition("\n")[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert match is not None
    assert (file.parent / match[1]).samefile(SHIPPED)


def findings_of(file: Path) -> set[str] | None:
    """The codes of what is wrong in the values of a spec, each judged alone.

    None for what is no data at all.
    """
    try:
        document = read(file)
    except Rejected:
        return None
    codes: set[str] = set()
    try:
        for each in split(document).values():
            try:
                validate(each.data, each.source)
            except Rejected as rejected:
                codes |= {finding.code.name for finding in rejected.findings}
    except Rejected as rejected:
        codes |= {finding.code.name for finding in rejected.findings}
    return codes


def test_of_what_is_wrong_it_catches_what_a_schema_can(update: bool) -> None:
    caught: set[str] = set()
    missed: dict[str, list[str]] = defaultdict(list)
    beyond: list[str] = []
    for file in ERRORS:
        codes = findings_of(file)
        if codes is None:
            continue
        found = bool(faults(read(file).data))
        if found and not codes:
            beyond.append(file.stem)
        for code in codes:
            if found:
                caught.add(code)
            else:
                missed[code].append(file.stem)
    lines = [
        f"{code}: {'but not' if code in missed else 'all'}"
        + "".join(f"\n  {name}" for name in missed[code])
        for code in sorted({*caught, *missed})
    ]
    lines += ["and of what takes more than one value to judge:", *beyond]
    table = "\n".join(lines) + "\n"
    if update:
        TABLE.write_text(table)
    assert table == TABLE.read_text()
    for code in ("Q0101", "Q0102", "Q0103"):
        assert missed[code] == [], code


def test_every_key_has_a_description() -> None:
    without = [
        f"{name}.{key}"
        for name, model in SCHEMA["$defs"].items()
        for key, value in model.get("properties", {}).items()
        if name[0].isupper() and not name.startswith("PartOf")
        if "description" not in value and key != "only" and name != "Variants"
    ]
    assert without == []


def _models(base: type[Model] = Model) -> Iterator[type[Model]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _of(model: type[Model]) -> Iterator[tuple[str, str]]:
    for name, (_, examples) in documented(model).items():
        for example in examples:
            yield name, example


@pytest.mark.parametrize("model", sorted(_models(), key=lambda m: m.__name__), ids=str)
def test_examples_of_keys_are_right(model: type[Model]) -> None:
    for name, example in _of(model):
        field = model.model_fields[name]
        key = field.alias or name
        made = create_model(
            "Example", __base__=Model, **{name: (field.annotation, field)}
        )
        value = loads(f"example: {example}").data["example"]
        made.model_rebuild(_types_namespace=vars(sys.modules[model.__module__]))
        made.model_validate({key: value})
        here = {
            "$ref": f"#/$defs/{model.__name__}/properties/{key}",
            "$defs": SCHEMA["$defs"],
        }
        if "properties" in SCHEMA["$defs"].get(model.__name__, ()):
            assert [
                e.message for e in Draft202012Validator(here).iter_errors(value)
            ] == []


def test_examples_of_the_schema_are_right() -> None:
    for name, example, of in _examples(SCHEMA, ()):
        errors = Draft202012Validator({**of, "$defs": SCHEMA["$defs"]}).iter_errors(
            example
        )
        assert [e.message for e in errors] == [], name


def _examples(schema: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, Any, Any]]:
    """All examples in a schema, with the schema that they are of."""
    if isinstance(schema, dict):
        if isinstance(schema.get("examples"), list):
            for example in schema["examples"]:
                yield path, example, schema
        for key, value in schema.items():
            if key != "examples":
                yield from _examples(value, (*path, key))
    elif isinstance(schema, list):
        for place, value in enumerate(schema):
            yield from _examples(value, (*path, place))
