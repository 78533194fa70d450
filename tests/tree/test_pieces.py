"""Pieces in any file: found where they were put, and gone without a trace."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen.tree.kconfig import KconfigEntry
from qgen.tree.listed import DeviceLine, ListedTest, SourceLine, TocLine, title_of
from qgen.tree.maintainers import Section, section_text
from qgen.tree.order import place
from qgen.tree.pieces import Piece

NAMES = st.lists(
    st.text("ABCDEFGHIKLOPRSTUVXYZ", min_size=1, max_size=4), unique=True, max_size=8
)
GAPS = st.integers(0, 2)
NEW = "MINE"
# A machine may be busy.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def comes_and_goes(piece: Piece, text: str) -> str:
    """Put it, find it, put it again, and drop it."""
    assert piece.find(text) is None
    there = piece.put(text, piece.text)
    assert piece.find(there) == piece.text
    assert piece.put(there, piece.text) == there
    assert piece.drop(there) == text
    assert piece.drop(text) == text
    return there


@CALM
@given(NAMES, st.text("MNAZ", min_size=1, max_size=3))
def test_the_place_is_the_alphabetical_one_in_a_sorted_list(
    names: Sequence[str], new: str
) -> None:
    ordered = sorted({*names} - {new})
    index = place(ordered, new)
    assert all(name < new for name in ordered[:index])
    assert all(name > new for name in ordered[index:])


@CALM
@given(NAMES, st.text("MNAZ", min_size=1, max_size=3))
def test_no_other_place_has_fewer_neighbours_out_of_order(
    names: Sequence[str], new: str
) -> None:
    def wrong(index: int) -> int:
        return sum(n >= new for n in names[:index]) + sum(
            n < new for n in names[index:]
        )

    found = place(names, new)
    costs = [wrong(index) for index in range(len(names) + 1)]
    assert found == costs.index(min(costs))


@st.composite
def kconfigs(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", "# About\n\n", "source sub/Kconfig\n"]))
    for name in draw(NAMES.filter(lambda n: len(n) > 0)):
        text += draw(st.sampled_from(["", "# A word on it\n", "\n"]))
        text += f"config {name}_X\n    bool\n"
        text += draw(st.sampled_from(["", "    select Y\n", "\n    select Z\n"]))
        text += "\n" * draw(GAPS)
    return text + draw(st.sampled_from(["", "# The end\n", "if X\n"]))


@CALM
@given(kconfigs(), st.frozensets(st.sampled_from(["A_X", "B_X", "P_X", "Z_X"])))
def test_kconfig(text: str, kind: frozenset[str]) -> None:
    entry = f"config {NEW}\n    bool\n    select SOMETHING\n"
    comes_and_goes(KconfigEntry("Kconfig", NEW, entry, kind=kind), text)


@st.composite
def mesons(draw: st.DrawFn) -> str:
    text = "x_ss = ss.source_set()\n"
    for name in draw(NAMES.filter(lambda n: len(n) > 0)):
        text += draw(
            st.sampled_from(["", "# On it\n", "\n", "x_ss.add(files(\n  'l.c',\n))\n"])
        )
        text += (
            f"x_ss.add(when: 'CONFIG_{name}_X', if_true: files('{name.lower()}.c'))\n"
        )
    return text + draw(st.sampled_from(["", "\n", "\nhw_arch += {'x': x_ss}\n"]))


@CALM
@given(mesons(), st.frozensets(st.sampled_from(["A_X", "B_X", "P_X", "Z_X"])))
def test_meson(text: str, kind: frozenset[str]) -> None:
    line = f"x_ss.add(when: 'CONFIG_{NEW}', if_true: files('mine.c'))\n"
    piece = SourceLine("meson.build", "mine.c", line, symbol=NEW, kind=kind)
    comes_and_goes(piece, text)


@CALM
@given(NAMES, GAPS, st.sampled_from(["# CONFIG_{}=n\n", "CONFIG_{}=y\n"]))
def test_default_mak(names: Sequence[str], gap: int, form: str) -> None:
    text = "# Default\n" + "\n" * gap
    text += ("\n" * (gap % 2)).join(form.format(f"{name}_X") for name in names)
    kind = frozenset(f"{name}_X" for name in names)
    comes_and_goes(DeviceLine("default.mak", NEW, form.format(NEW), kind=kind), text)


@CALM
@given(NAMES.filter(lambda n: len(n) > 0), GAPS)
def test_toctree(names: Sequence[str], gap: int) -> None:
    entries = "".join(f"   arm/{name}\n" for name in names)
    text = f"T\n=\n\n.. toctree::\n   :maxdepth: 1\n\n{entries}{chr(10) * gap}"
    comes_and_goes(TocLine("target.rst", "arm/mine", "   arm/mine\n", title=NEW), text)


@CALM
@given(NAMES, st.sampled_from(["", "\nmore = [\n  'x',\n]\n"]))
def test_list_of_tests(names: Sequence[str], rest: str) -> None:
    entries = "".join(f"  '{name}',\n" for name in names)
    text = f"other = [\n  'mine',\n]\n\nlist_quick = [\n{entries}]\n{rest}"
    piece = ListedTest("meson.build", "mine", "  'mine',\n", tests="list_quick")
    comes_and_goes(piece, text)


@CALM
@given(NAMES.filter(lambda n: len(n) > 0), GAPS, GAPS)
def test_maintainers(names: Sequence[str], gap: int, last: int) -> None:
    sections = ("\n" * (gap + 1)).join(f"{name}\nM: x\nF: {name}\n" for name in names)
    text = f"Top\n===\n\nBoards\n------\n{sections}" + "\n" * last
    if last:
        text += "Others\n------\nX\nF: x\n"
    files = ("hw/a.c", "docs/a.rst")
    new = section_text(NEW, "M <m@x>", None, files)
    piece = Section("MAINTAINERS", NEW, new, chapter="Boards", files=files)
    there = comes_and_goes(piece, text)
    assert piece.wanted(piece.find(there), new) == new


def test_a_section_keeps_what_a_person_wrote() -> None:
    base = section_text("x", "M <m@x>", "l@x", ("hw/old.c", "docs/x.rst"))
    edited = base.replace("S: Maintained\n", "R: R <r@x>\nS: Supported\n") + "F: own/\n"
    new = Section("MAINTAINERS", "x", "", files=("hw/new.c", "docs/x.rst"))
    assert new.wanted(edited, base) == (
        "x\nM: M <m@x>\nL: l@x\nR: R <r@x>\nS: Supported\n"
        "F: hw/new.c\nF: docs/x.rst\nF: own/\n"
    )


def test_titles() -> None:
    assert title_of(".. _label:\n\nThe board (``x``)\n=================\n") == (
        "The board (``x``)"
    )
    assert title_of("no title\n") is None
