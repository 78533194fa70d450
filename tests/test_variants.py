"""Variants: what each machine has of a spec, where it stands, and what is said."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qgen import compose
from qgen.cli import FINDINGS, cli
from qgen.diagnostics import Rejected
from qgen.load import Document, loads
from qgen.source import Path as Steps
from qgen.targets import NEWEST
from qgen.variants import select, split

ROOT = Path(__file__).parent.parent
SPECS = ROOT / "specs"

TEXT = """\
variants:
  one:
    a: {x: 1, list: [3], new: {deep: {er: yes!}}}
    scalar: [now, a, list]
    late: here
  two: {soc: chip, a: {only: {a: part}}}
first: {only: two, p: 1}
a:
  x: 0
  list: [1, 2]
  gone: {only: [two], q: 1}
  only: {a: part, too: true}
  kept: {only: [one, two], r: {only: [one]}}
scalar: text
"""


def document(text: str = TEXT) -> Document:
    return loads(text, "spec.yaml")


def test_what_each_variant_has_in_the_order_of_the_text() -> None:
    one = select(document(), "one").data
    assert one == {
        "machine": "one",
        "a": {
            "x": "1",
            "list": ["3"],
            "only": {"a": "part", "too": True},
            "kept": {"r": {}},
            "new": {"deep": {"er": "yes!"}},
        },
        "scalar": ["now", "a", "list"],
        "late": "here",
    }
    assert list(one) == ["machine", "a", "scalar", "late"]
    assert list(one["a"]) == ["x", "list", "only", "kept", "new"]
    two = select(document(), "two").data
    assert list(two) == ["first", "a", "scalar", "soc"]
    assert list(two["a"]) == ["x", "list", "gone", "only", "kept"]
    assert two["a"]["only"] == {"a": "part", "too": True}
    assert two["a"]["kept"] == {}


def test_the_document_stays_as_it_is() -> None:
    whole = document()
    before = copy.deepcopy(whole.data)
    split(whole)
    assert whole.data == before


def test_everything_stands_where_it_was_written() -> None:
    one = select(document(), "one")
    for path, line in (
        (("a", "x"), 3),
        (("a", "list", 0), 3),
        (("a", "new", "deep", "er"), 3),
        (("scalar", 2), 4),
        (("late",), 5),
        (("a", "kept", "r"), 13),
        (("machine",), 2),
    ):
        assert one.source.locate(path).line == line, path
    assert one.source.locate(("a",), key=True).line == 8
    for path in _paths(one.data):
        assert one.source.locate(path).line > 1


def _paths(data: Any, path: Steps = ()) -> list[Steps]:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found: list[Steps] = []
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, (dict, list)):
            found += _paths(value, (*path, key))
    return found


def test_a_spec_without_variants_is_its_own() -> None:
    whole = document("machine: m\nonly: a\n")
    assert split(whole) == {None: whole}
    assert select(whole, None) is whole


def test_what_an_anchor_names_is_laid_over_as_well() -> None:
    text = "variants: {a: {x: &v {p: 1}}, b: {x: *v, y: {q: 2}}}\nx: {q: 3}\ny: &l {q: 1}\nz: *l\n"
    b = select(document(text), "b")
    assert b.data["x"] == {"q": "3", "p": "1"}
    assert (b.data["y"], b.data["z"]) == ({"q": "2"}, {"q": "1"})


@pytest.mark.parametrize(
    "awkward", ["", " ", "A", "-a", "a b", "a\\nb", "*/", "é", "a" * 81, "true"]
)
def test_names_that_cannot_be(awkward: str) -> None:
    text = f'variants: {{"{awkward}": {{}}, b: {{}}}}\ndescription: d\n'
    if awkward == "true":
        assert list(split(document(text))) == ["true", "b"]
        return
    with pytest.raises(Rejected, match="1 findings"):
        split(document(text))


WITHOUT = """\
spec.yaml:2:1: error[Q0108]: this spec has variants: say which
    2 | variants: {one: {}, two: {}}
      | ^^^^^^^^
  help: --variant NAME: one, two
"""
UNKNOWN = """\
spec.yaml:2:1: error[Q0108]: there is no variant 'tow'
    2 | variants: {one: {}, two: {}}
      | ^^^^^^^^
  help: did you mean 'two'?
"""
NONE = """\
spec.yaml:1:1: error[Q0108]: this spec has no variants
    1 | description: d
      | ^
  help: leave out --variant
"""


TWO = "description: d\nvariants: {one: {}, two: {}}\n"


@pytest.mark.parametrize(
    ("command", "text", "said"),
    [
        ("render spec.yaml", TWO, WITHOUT),
        ("render spec.yaml --variant tow", TWO, UNKNOWN),
        ("check spec.yaml --variant tow", TWO, UNKNOWN),
        ("render spec.yaml --variant two", "description: d\nmachine: m\n", NONE),
        ("check spec.yaml --variant two", "description: d\nmachine: m\n", NONE),
    ],
)
def test_what_is_said_of_the_wrong_variant(
    command: str, text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "qgen", *command.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (FINDINGS, "", said)


def test_many_variants_are_not_all_listed() -> None:
    names = ", ".join(f"v{n}: {{}}" for n in range(20))
    with pytest.raises(Rejected) as rejected:
        select(document(f"variants: {{{names}}}\n"), None)
    (finding,) = rejected.value.findings
    assert finding.advice() == "--variant NAME: v0, v1, v2, v3, v4, v5, v6, v7, ..."


def test_the_banner_says_how_to_make_the_file_again() -> None:
    resolved = compose.resolve(SPECS / "mps2.yaml", variant="mps2-an511")
    assert resolved.board.name == "mps2-an511"
    text = compose.render(resolved).text
    command = f"qgen render mps2.yaml --variant mps2-an511 --qemu {NEWEST.release}"
    assert f" *   {command}\n" in text
    again = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=SPECS,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert again.stdout.decode() == text


def test_one_variant_or_all_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "mps2"], standalone_mode=False) == 0
    assert capsys.readouterr().out.count(": ok (") == 4
    one = ["check", "mps2", "--variant", "mps2-an500", "--qemu", "10.0"]
    assert cli.main(one, standalone_mode=False) == 0
    said = capsys.readouterr().out
    assert (
        "mps2.yaml, variant mps2-an500: ok (5 regions, 20 devices, 13 stubs, QEMU 10.0)"
        in said
    )
