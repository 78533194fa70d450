"""Specs that are right: the clean twins of those in ``tests/errors``.

A spec may come with warnings: then ``NAME.txt`` holds them. The specs together use all
of the vocabulary. A first line ``# --qemu RELEASE`` is as in ``tests/errors``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_errors import options
from vocabulary import fields, used

from qgen.cli import OK as ALL_IS_WELL
from qgen.cli import cli
from qgen.load import read
from qgen.variants import split

OK = Path(__file__).parent / "ok"
SPECS = Path(__file__).parent.parent / "specs"
CASES = sorted(path.stem for path in OK.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_what_is_right_passes(
    case: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    update: bool,
) -> None:
    monkeypatch.chdir(OK)
    arguments = ["check", f"{case}.yaml", *options(case)]
    status = cli.main(arguments, standalone_mode=False)
    said = capsys.readouterr()
    assert status == ALL_IS_WELL, said.err
    assert re.match(rf"{case}\.yaml(, variant [\w-]+)?: ok \(", said.out)
    warnings = Path(f"{case}.txt")
    if update and (said.err or warnings.exists()):
        warnings.write_text(said.err)
    assert said.err == (warnings.read_text() if warnings.exists() else "")


def test_every_text_belongs_to_a_spec() -> None:
    assert {path.stem for path in OK.glob("*.txt")} <= set(CASES)


# Whoever writes it is told why it cannot be had, better than of an unknown key.
NEVER_RIGHT = {"UnimplementedRegion.priority"}


def test_they_use_all_of_the_vocabulary() -> None:
    seen: set[str] = set()
    for file in (*OK.glob("*.yaml"), *SPECS.glob("*.yaml")):
        for document in split(read(file)).values():
            seen |= used(document.data)
    assert fields() - seen == NEVER_RIGHT
