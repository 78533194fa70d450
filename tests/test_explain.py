"""Each code has its story; the wrong example gives the code, the right one is clean."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from qgen.cli import FINDINGS, cli
from qgen.cli import OK as ALL_IS_WELL
from qgen.diagnostics import Code
from qgen.explanations import HEAD, Explanation, explanation

FOLDER = Path(__file__).parent.parent / "qgen" / "explanations"
STORIES = [explanation(code) for code in Code]
EXAMPLES = [story for story in STORIES if story.wrong is not None]
VALUES = {"machine": "my-board", "description": "A board", "arch": "arm"}
TOLD_OTHERWISE = {"Q0002", "Q0901"}
"""Codes that no text of a spec gives: test_errors.py and test_cli.py have them."""


def framed(example: str, *, whole: bool = False) -> str:
    """An example with what it leaves out."""
    keys = [k for k in HEAD if not re.search(rf"^{k}:", example, re.MULTILINE)]
    if "variants:" in example:
        keys.remove("machine")
    head = "" if whole else "".join(f"{key}: {VALUES[key]}\n" for key in keys)
    options = re.match(r"# --qemu.*\n", example)
    if options is not None:  # they stand in the first line
        return options[0] + head + example[options.end() :]
    return head + example


def options(spec: str) -> list[str]:
    first = re.match(r"# (--qemu) (\S+)\n", spec)
    return [] if first is None else [first[1], first[2]]


def check(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    (tmp_path / "board.yaml").write_text(spec)
    args = ["check", "board.yaml", *options(spec)]
    status = cli.main(args, standalone_mode=False)
    return status, capsys.readouterr().err


def test_only_what_no_spec_gives_has_no_example() -> None:
    assert {s.code.name for s in STORIES if s.wrong is None} == TOLD_OTHERWISE


def test_every_story_belongs_to_a_code() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} == set(Code.__members__)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.code.name)
def test_a_story_is_one(story: Explanation) -> None:
    title, first, *rest = story.markdown.split("\n\n")
    assert title == f"# {story.code.name}: {story.code.value}"
    assert rest and len(first) > 50
    assert max(map(len, story.markdown.splitlines())) <= 100
    assert "```" not in story.plain


@pytest.mark.parametrize("story", EXAMPLES, ids=lambda story: story.code.name)
def test_the_wrong_example_gives_the_code_at_its_place(
    story: Explanation,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert story.wrong is not None
    spec = framed(story.wrong, whole=story.whole)
    status, said = check(spec, tmp_path, capsys)
    found = re.findall(r"^board\.yaml:(\d+):\d+: (\w+)\[(Q\d{4})\]", said, re.MULTILINE)
    assert {code for _, _, code in found} == {story.code.name}, said
    lines = spec.splitlines()
    here = [n for n, line in enumerate(lines, 1) if line.endswith("# <- here")]
    here += [n + 1 for n, line in enumerate(lines, 1) if line == "# v here"]
    assert [int(line) for line, _, _ in found] == here, said
    errors = any(severity == "error" for _, severity, _ in found)
    assert status == (FINDINGS if errors else ALL_IS_WELL)


@pytest.mark.parametrize("story", EXAMPLES, ids=lambda story: story.code.name)
def test_the_right_example_is_clean(
    story: Explanation,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert story.right is not None
    assert check(framed(story.right), tmp_path, capsys) == (ALL_IS_WELL, "")


def explain(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", "explain", *args], capture_output=True, text=True
    )


def test_explain_lists_all_codes() -> None:
    lines = explain().stdout.splitlines()
    assert lines == [f"{code.name}  {code.value}" for code in Code]


def test_explain_tells_the_story_of_one() -> None:
    said = explain("q0204").stdout
    assert said.startswith("Q0204: regions that overlap without a stated priority\n\n")
    assert "\nWrong:\n\n    memory:\n      flash: {kind: rom" in said
    assert said.endswith("(The examples leave out machine, description, arch.)\n")


def test_a_code_that_is_none_is_wrong_usage() -> None:
    done = explain("Q9999")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no code 'Q9999'" in done.stderr
