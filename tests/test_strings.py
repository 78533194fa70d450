"""Whatever stands in a string of a spec, it is refused or means the same in the C.

Every string of the vocabulary is tried, in the specs of ``tests/ok``, which use all of
it: a new field is tried without anybody thinking of it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from vocabulary import Place, as_yaml, string_fields, walk

from qgen import catalogue, compose
from qgen.board import Origin
from qgen.diagnostics import Rejected, render
from qgen.load import loads, read
from qgen.lower import lower
from qgen.spec import validate
from qgen.targets import NEWEST
from qgen.variants import split

OK = Path(__file__).parent / "ok"

# Fine in C if it is escaped; the second also where a message has no other braces.
AWKWARD = (
    "{{ 7 * 7 }} {% raw %} {size",
    'a" b\' \\ \\\\ \\n \\x41 \\" ??/ ??! ??/" %s%n%5$d $(x) `y` <%= é 漢字 🙂 // #define # \\',
)
COMMENT_ENDS = ("*/ int x;", "a /* b")
UNSEEN = "\0\a\t\n\v\r\x1b\x7f\x85\xa0\xad\u200b\u2028\u2029\u202e\ufeff\U000e0001"


def documents() -> list[dict[str, Any]]:
    whole = [read(file) for file in sorted(OK.glob("*.yaml"))]
    return [each.data for document in whole for each in split(document).values()]


def places() -> Iterator[tuple[str, dict[str, Any], Place]]:
    """A place of each kind, and the document that has it."""
    seen = set()
    for document in documents():
        for place in walk(document):
            name = f"{place.model}.{place.field}" + " (its keys)" * place.key
            if "properties" in place.path and not place.key:
                name = f"{name} {place.path[-1]}"
            if name not in seen and not isinstance(place.value, bool):
                seen.add(name)
                yield name, document, place


PLACES = {name: (document, place) for name, document, place in places()}


def put(document: dict[str, Any], place: Place, text: str) -> str:
    """The document as YAML with ``text`` at the place."""
    changed = copy.deepcopy(document)
    within: Any = changed
    for step in place.path[:-1]:
        within = within[step]
    last = place.path[-1]
    if place.key:
        within[text] = within.pop(last)
    else:
        within[last] = text
    return as_yaml(changed)


@cache
def known() -> catalogue.Catalogue:
    return catalogue.load(NEWEST.release)


def board_of(text: str) -> compose.Resolved:
    document = loads(text, "spec.yaml")
    spec = validate(document.data, document.source)
    socs = [compose.resolve(OK / name).composite for name in spec.socs]
    origin = Origin("spec.yaml", "0" * 16)
    lowered = lower(spec, known(), document.source, origin, socs)  # type: ignore[arg-type]
    return compose.Resolved(
        lowered.composite, document.source, (), NEWEST, lowered.catalogue
    )


def refused(text: str) -> bool:
    """Whether the spec is rejected, with findings that any terminal can show."""
    try:
        board_of(text)
    except Rejected as rejected:
        for finding in rejected.findings:
            said = render(finding, rejected.source).replace("\n", "")
            assert said.isprintable()
            assert len(finding.message) < 200
        return True
    return False


def test_every_string_is_tried() -> None:
    tried = {name.split(" ")[0] for name in PLACES if " (its keys)" not in name}
    tried |= {name for name in PLACES if " (its keys)" in name}
    assert string_fields() - tried == {"UnimplementedRegion.priority"}


@pytest.mark.parametrize("name", PLACES)
def test_what_cannot_be_seen_is_refused(name: str) -> None:
    document, place = PLACES[name]
    takes_text = not refused(put(document, place, "Any text."))
    for char in UNSEEN if takes_text else "\0\t\n\u202e":
        assert refused(put(document, place, f"{place.value}{char}")), hex(ord(char))


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("text", [*AWKWARD, *COMMENT_ENDS])
def test_what_is_awkward_is_refused_or_escaped(name: str, text: str) -> None:
    document, place = PLACES[name]
    spec = put(document, place, text)
    if refused(spec):
        return
    c = compose.render(board_of(spec)).text
    literals, comments = texts_of(c)
    if name.startswith(("Ram.too_", "Ram.not_")):
        text = text.replace("%", "%%")
    if name.endswith((".comment", ".not_user_creatable")):
        assert plain(text) in plain(comments)
    else:
        assert text in literals
    assert literals == texts_of(without_trigraphs(c))[0]


def test_texts_that_c_can_hold_are_not_refused() -> None:
    accepted = {
        name
        for name, (document, place) in PLACES.items()
        if not refused(put(document, place, AWKWARD[1]))
    }
    assert {
        "Spec.description",
        "Ram.id",
        "Ram.too_much",
        "Ram.too_little",
        "RomRegion.name",
        "RomRegion.comment",
        "Device.comment",
        "MachineClass.family",
        "Device.properties cpu-type",
    } <= accepted


def plain(text: str) -> str:
    """A comment's words, however they are laid out."""
    return " ".join(re.sub(r"\n *\* ", "\n", text).split())


_TOKEN = re.compile(
    r'(?P<literal>"(?:[^"\\\n]|\\.)*")|(?P<comment>/\*.*?\*/)|(?P<space>\s+)|(?P<other>.)',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(000|.)", re.DOTALL)
_TRIGRAPHS = {"=": "#", "/": "\\", "'": "^", "(": "[", ")": "]", "!": "|", "<": "{"}
_TRIGRAPHS |= {">": "}", "-": "~"}


def without_trigraphs(c: str) -> str:
    """What a compiler that knows trigraphs reads."""
    return re.sub(r"\?\?([=/'()!<>-])", lambda m: _TRIGRAPHS[m[1]], c)


def _escaped(match: re.Match[str]) -> str:
    return "\0" if match[1].startswith("0") else match[1]


def texts_of(c: str) -> tuple[set[str], str]:
    """All string literals, adjacent ones as one, and all comments."""
    literals, comments, current = set(), [], None
    for token in _TOKEN.finditer(c):
        if token["literal"]:
            assert set(_ESCAPE.findall(token["literal"])) <= {*'\\"?n0', "000"}
            current = (current or "") + _ESCAPE.sub(_escaped, token["literal"][1:-1])
        elif token["other"] and current is not None:
            literals |= {*current.split("\0")}
            current = None
        if token["comment"]:
            comments.append(token["comment"][2:-2])
    return literals, "\n".join(comments)
