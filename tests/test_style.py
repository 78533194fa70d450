"""black, ruff and mypy have nothing to say; neither has the shell about our scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command",
    [
        ["black", "--check", "-q", "qgen", "tests"],
        ["ruff", "check", "-q", "."],
        ["mypy"],
    ],
    ids=lambda command: command[0],
)
def test_the_tools_are_content(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "script", sorted((ROOT / ".ci").iterdir()), ids=lambda s: s.name
)
def test_the_scripts_are_posix_shell(script: Path) -> None:
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert script.stat().st_mode & 0o111, f"{script} is not executable"


def test_no_function_is_longer_than_a_screen_or_two_and_no_file_is_for_everything() -> (
    None
):
    import ast

    long = []
    for file in (ROOT / "qgen").rglob("*.py"):
        text = file.read_text()
        if text.count("\n") > 500:
            long.append(f"{file.name}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > 70:
                    long.append(f"{file.name}: {node.name} has {size} lines")
    assert not long
