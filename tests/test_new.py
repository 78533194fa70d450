"""``qgen new``: starters that pass, written where nothing is, asked for on a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen import compose
from qgen.cli import cli
from qgen.starters import STARTERS, Starter
from qgen.targets import TARGETS


def new(*args: str) -> str:
    """What ``qgen new`` says; it must be content."""
    result = CliRunner().invoke(cli, ["new", *args])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("release", TARGETS)
@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.kind)
def test_starters_pass_without_a_warning(
    starter: Starter, release: str, tmp_path: Path
) -> None:
    for cpu in starter.cpus:
        spec = tmp_path / "a-1.yaml"
        spec.write_text(starter.text("a-1", cpu))
        resolved = compose.resolve(spec, TARGETS[release])
        assert resolved.warnings == ()
        assert resolved.board.name == "a-1"
        compose.render(resolved)


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.kind)
def test_starters_are_as_their_options_say(starter: Starter) -> None:
    for cpu in starter.cpus:
        shown = new("b", "--arch", starter.arch, "--cpu", cpu, "-o", "-")
        assert shown == starter.text("b", cpu)
        assert "my-board" not in shown
        assert f"default: {cpu}" in shown
    assert new("b", "--cpu", starter.kind, "-o", "-") == starter.text(
        "b", starter.cpus[0]
    )


def test_it_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new("mine", "--arch", "ppc")
    Path("mine.yaml").write_text("mine")
    result = CliRunner().invoke(cli, ["new", "mine", "--arch", "ppc"])
    assert result.exit_code == 2
    assert "mine.yaml is there" in result.output
    assert Path("mine.yaml").read_text() == "mine"
    new("mine", "--arch", "ppc", "--force")
    assert "arch: ppc" in Path("mine.yaml").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "say which: --cpu CPU, or one of cortex-m, arm,"),
        (["--cpu", "cortex-m44"], "did you mean 'cortex-m4'?"),
        (["--arch", "ppc", "--cpu", "rv64"], "--arch ppc has no CPU 'rv64'"),
        (["My Board", "--arch", "ppc"], "cannot be the name of a machine"),
        (["../board", "--arch", "ppc"], "cannot be the name of a machine"),
    ],
)
def test_what_cannot_be_chosen(args: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["new", *args, "-o", "-"])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    try:
        primary, secondary = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be had: {error}; mount /dev/pts")
    with subprocess.Popen(
        [sys.executable, "-m", "qgen", "new"],
        cwd=tmp_path,
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
    ) as process:
        os.close(secondary)
        said = ""
        for question, answer in (
            ("Kind of board", "2\n"),
            ("CPU", "cortex-a7\n"),
            ("Name of the machine", "asked\n"),
        ):
            said = _until(primary, f"{question} ", said)
            os.write(primary, answer.encode())
        assert process.wait(30) == 0
    os.close(primary)
    assert "default: cortex-a7" in (tmp_path / "asked.yaml").read_text()


def _until(terminal: int, text: str, said: str) -> str:
    deadline = time.monotonic() + 30
    while text not in said.rpartition("\n")[2]:
        ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
        assert ready, said
        said += os.read(terminal, 4096).decode()
    return said
