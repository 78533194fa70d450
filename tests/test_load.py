"""Whatever a file holds, it gives a board or findings that point into it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vocabulary import as_yaml

from qgen import catalogue, compose
from qgen.board import Board, Origin, Soc
from qgen.diagnostics import Rejected, in_order, render
from qgen.load import Document, loads, read
from qgen.lower import lower
from qgen.predict import CommandLine, Space, flat_view, memory_tree
from qgen.source import Source
from qgen.spec import validate
from qgen.targets import NEWEST
from qgen.variants import split

HERE = Path(__file__).parent
OK, SPECS = HERE / "ok", HERE.parent / "specs"
FILES = sorted([*SPECS.glob("*.yaml"), *OK.glob("*.yaml")])
TEXTS = [file.read_text() for file in FILES]
KNOWN = catalogue.load(NEWEST.release)

quick = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def board_or_findings(document: Document) -> bool:
    """Whether there is a board; all that its stages promise of it, or of findings."""
    try:
        variants = split(document)
    except Rejected as rejected:
        judge(rejected)
        return False
    good = [one_board_or_findings(each) for each in variants.values()]
    return all(good)


def one_board_or_findings(document: Document) -> bool:
    """The same of one variant."""
    try:
        spec = validate(document.data, document.source)
        socs = [soc_of(name) for name in spec.socs]
        if None in socs:
            return False  # which files there are, nobody asks here
        origin = Origin("spec.yaml", "0" * 16)
        lowered = lower(spec, KNOWN, document.source, origin, socs)  # type: ignore[arg-type]
    except Rejected as rejected:
        judge(rejected)
        return False
    if isinstance(lowered.composite, Board):
        sized = memory_tree(lowered.composite, CommandLine(128 << 20))
        flat_view(sized[Space.MEMORY])
    known = lowered.catalogue
    resolved = compose.Resolved(
        lowered.composite, document.source, lowered.warnings, NEWEST, known
    )
    assert compose.render(resolved).text
    return True


def soc_of(name: str) -> Soc | None:
    """The SoC that a right spec means."""
    files = [folder / name for folder in (OK, SPECS)]
    for file in (f for f in files if f.is_file()):
        composite = compose.resolve(file).composite
        return composite if isinstance(composite, Soc) else None
    return None


def judge(rejected: Rejected) -> None:
    """Findings point into the text, and every terminal can show them."""
    assert rejected.findings
    for finding in in_order(rejected.findings, rejected.source):
        span = finding.where(rejected.source)
        assert 1 <= span.line <= max(1, len(rejected.source.lines))
        assert 1 <= span.column <= len(rejected.source.line(span.line)) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        said = render(finding, rejected.source).split("\n")
        assert all(line.isprintable() and len(line) < 800 for line in said)
        assert len(said) <= 4


def load_or_judge(text: str) -> Document | None:
    try:
        return loads(text, "spec.yaml")
    except Rejected as rejected:
        judge(rejected)
        return None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_specs_are_right(file: Path) -> None:
    assert board_or_findings(read(file))


@quick
@given(st.text())
def test_any_text(text: str) -> None:
    document = load_or_judge(text)
    if document is not None:
        board_or_findings(document)


# What YAML is made of, in any order.
_MARKS = """machine|memory|kind|0x1000|&a|*a|!!str|<<|~|@|'|"|#|é|{|}|[|]|- |? |: |, """
_BREAKS = ("\n", "\n  ", "\r\n", "\r", "|\n", ">-\n", "%YAML 1.2\n", "---\n", "...\n")
_PIECES = st.sampled_from([*_MARKS.split("|"), *_BREAKS, " ", "\t"])


@quick
@given(st.lists(_PIECES, max_size=30))
def test_any_pieces_of_yaml(pieces: list[str]) -> None:
    document = load_or_judge("".join(pieces))
    if document is not None:
        board_or_findings(document)


@quick
@given(
    text=st.sampled_from(TEXTS),
    edits=st.lists(
        st.tuples(st.integers(0, 5000), st.integers(0, 8), st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    ),
)
def test_mangled_files(
    text: str, edits: list[tuple[int, int, bytes]], tmp_path: Path
) -> None:
    raw = bytearray(text.encode())
    for place, gone, new in edits:
        at = place % len(raw)
        raw[at : at + gone] = new
    file = tmp_path / "spec.yaml"
    file.write_bytes(raw)
    try:
        document = read(file)
    except Rejected as rejected:
        judge(rejected)
        return
    board_or_findings(document)


# Values that may stand for a while in a spec that somebody is writing.
_WRITTEN = """0|1|-1|0x1000|0xffff_ffff_ffff_ffff|99999999999999999999|1e999|4 KiB|3 GHz
1 + 1|(((|A * A - 7|cpu|cpus|n|ram|ram_size|system|io|flash|uart|gic[1]|cpus[cpu].irq
arm|x86|pl011|or-irq|e1000|device|rom|alias|container|unimplemented|raw|"|*/|%s|é|\0"""
_SCALARS = st.sampled_from(["", "a" * 100, *_WRITTEN.replace("\n", "|").split("|")])
_VALUES = st.recursive(
    _SCALARS | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(_SCALARS, inner, max_size=3),
    max_leaves=4,
)
_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["drop", "rename", "replace", "swap", "copy"]),
        st.integers(0, 1000),
        st.integers(0, 1000),
        _VALUES,
    ),
    min_size=1,
    max_size=3,
)


def _slots(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document: what holds it, and under which key or number."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(items):
        yield data, key
        if isinstance(value, (dict, list)):
            yield from _slots(value)


def edited(data: Any, edits: list[tuple[str, int, int, Any]]) -> Any:
    data = copy.deepcopy(data)
    for edit, first, second, value in edits:
        slots = list(_slots(data))
        if not slots:
            return data
        within, key = slots[first % len(slots)]
        other, other_key = slots[second % len(slots)]
        match edit:
            case "drop":
                del within[key]
            case "rename" if isinstance(within, dict):
                within[str(other_key)] = within.pop(key)
            case "swap":
                mine, theirs = within[key], other[other_key]
                within[key] = copy.deepcopy(theirs)
                other[other_key] = copy.deepcopy(mine)
            case "copy" if isinstance(within, dict):
                within[f"{key}2"] = copy.deepcopy(other[other_key])
            case _:
                within[key] = value
    return data


@settings(quick, max_examples=400)
@given(st.sampled_from(FILES), _EDITS)
def test_edited_specs(file: Path, edits: list[tuple[str, int, int, Any]]) -> None:
    document = load_or_judge(as_yaml(edited(read(file).data, edits)))
    if document is not None:
        board_or_findings(document)


def test_a_place_past_the_text_is_its_nearest_node() -> None:
    document = loads("memory:\n  flash: {at: 0}\n")
    source = document.source
    assert source.locate(("memory", "flash", "at")).column == 15
    assert source.locate(("memory", "flash", "size")).column == 3  # the key
    assert source.locate(("memory", "sram", "size")).column == 1
    assert source.locate(("ram",)).line == 1
    assert Source("none", "").locate(("ram",)).line == 1


def test_an_alias_is_a_place_of_its_own() -> None:
    document = loads("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n")
    source = document.source
    assert document.data == {"a": {"b": "1"}, "c": {"b": "1"}, "d": [{"b": "1"}] * 2}
    assert source.locate(("c",)).line == 2
    assert source.locate(("c",), key=True).column == 1
    assert source.locate(("d", 1)).column == 9
    assert source.locate(("d", 1, "b")).line == 1


def test_numbers_keep_their_spelling() -> None:
    data = loads("a: [0x0900_0000, 4 MiB, 1_000, 1.5, true, false, 'true', nan]\n").data
    assert data["a"] == [
        "0x0900_0000",
        "4 MiB",
        "1_000",
        "1.5",
        True,
        False,
        "true",
        "nan",
    ]
