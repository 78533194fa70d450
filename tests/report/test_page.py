"""The report as a browser would parse it: whole, linked, and nothing of a spec in it but text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_strings import PLACES, board_of, put

from qgen import compose
from qgen.board import Board
from qgen.compose import Resolved, reporting
from qgen.compose.picturing import Given
from qgen.diagnostics import Rejected

ROOT = Path(__file__).parent.parent.parent
EVIL = (
    "</script></style></title><img src=x onerror=alert(1)>",
    "x\" onload='alert(1)' --> <!-- &lt;svg/onload=alert(2)&gt; ]]> {{ 7 * 7 }} {% x",
)
VOID = {"meta", "input", "br", "rect", "path", "line"}


class Reader(HTMLParser):
    """What elements a page has, and what they refer to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.policy = ""
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")], given
        assert "src" not in given and "style" not in given
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])
        if given.get("id"):
            self.ids.append(str(given["id"]))
        for name in ("href", "xlink:href", "action"):
            if name in given:
                self.references.append(str(given[name]))
        if given.get("data-line"):
            self.references.append(f"#{given['data-line']}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(text: str) -> Reader:
    reader = Reader(text)
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert {ref.lstrip("#") for ref in reader.references} <= set(reader.ids)
    assert all(ref.startswith("#") for ref in reader.references)
    assert reader.tags.count("script") == 2
    assert reader.policy.startswith("default-src 'none'; script-src 'sha256-")
    return reader


SPECS = sorted((ROOT / "specs").glob("*.yaml"))


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_a_shipped_spec_has_a_page_with_all_of_it(file: Path) -> None:
    for found in compose.resolve_all(file).values():
        if not isinstance(found, Resolved) or not isinstance(found.composite, Board):
            continue  # a SoC, or what the newest release cannot have
        text = reporting.report(found, Given())
        shown = "".join(read(text).text)
        for line in found.source.lines:
            assert line in shown
        for line in compose.render(found).text.splitlines():
            assert line in shown
        for device in found.board.devices:
            assert f"{device.name}" in shown
        assert not re.search(
            r"https?://(?!www\.w3\.org/2000/svg)", text.split("<pre")[0]
        )


@pytest.mark.parametrize("name", PLACES)
def test_nothing_of_a_spec_is_anything_but_text(name: str) -> None:
    for text in EVIL:
        try:
            resolved = board_of(put(*PLACES[name], text))
        except Rejected:
            continue
        if isinstance(resolved.composite, Board):
            read(reporting.report(resolved, Given()))
