"""The test and the page that a board gets: for any names, well-formed."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen import compose
from qgen.compose import scaffolding
from qgen.tree.functional import test_text as text_of_test
from qgen.tree.pages import page
from qgen.tree.subject import Place, Subject

from .test_scaffold import BOARDS

BOARD = compose.resolve(BOARDS["ash"]).board
ADDRESSES = st.integers(0, (1 << 64) - 1)
NAMES = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\xa0"),
    max_size=90,
).filter(str.isprintable)
PLACES = st.lists(st.builds(Place, ADDRESSES, ADDRESSES, NAMES), max_size=4)


def test_a_page_shows_any_name() -> None:
    names = ("plain", "*star*", "- dash", "..", "under_", "9. nine", " ")
    places = tuple(Place(n, n, name) for n, name in enumerate(names))
    wide = replace(BOARD, description="幅 of a title")
    text = page(Subject(wide, (), places))
    cells = [line[7:] for line in text.splitlines() if line.startswith("     - ")]
    assert cells[1:4:2] + cells[5::2] == [
        *("Region", r"plain", r"\*star\*", r"\- dash"),
        *(r"\..", r"under\_", r"\9. nine", "(no name)"),
    ]
    assert "\n幅 of a title (``ash``)\n=======================\n" in text


@given(PLACES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_test_says_what_the_places_are(places: list[Place]) -> None:
    text = text_of_test(Subject(BOARD, (), tuple(places)))
    found = next(n for n in ast.parse(text).body if isinstance(n, ast.Assign))
    listed = ast.literal_eval(found.value)
    assert listed == [(p.first, p.last, p.name) for p in places]


@pytest.mark.parametrize("name", [*BOARDS, "many"])
def test_it_is_in_black_s_format_and_in_80_columns(name: str, tmp_path: Path) -> None:
    if name == "many":
        names = ("plain", 'a "quoted" one', "back\\slash", "n" * 39, "long " * 10)
        places = tuple(Place(n, n << 40, each) for n, each in enumerate(names))
        text = text_of_test(Subject(BOARD, (), places))
    else:
        from .support import files, write

        root = write(tmp_path / "qemu", files("10.2"), git=False)
        text = text_of_test(scaffolding.prepare(BOARDS[name], root).subject)
    file = tmp_path / "test.py"
    file.write_text(text)
    argv = [sys.executable, "-m", "black", "--check", "-q", file]
    assert subprocess.run(argv).returncode == 0
    assert max(map(len, text.splitlines())) <= 80
