"""The help of each command, the manual page made of it, and what shells complete."""

from __future__ import annotations

import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from qgen.cli import cli
from qgen.cli.completion import script
from qgen.cli.manual import page

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "man" / "qgen.1"


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), inner)
            assert found is not None
            yield from _commands(f"{name} {inner}", found)


COMMANDS = dict(_commands("qgen", cli))


def _examples(command: click.Command) -> list[str]:
    _, _, text = (command.help or "").partition("Examples:\n")
    lines = text.partition("\n\n")[0].splitlines()
    return [
        re.sub(r"\s{2,}\(.*\)$", "", line).strip() for line in lines if line.strip()
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_examples_that_can_be_typed(name: str) -> None:
    examples = _examples(COMMANDS[name])
    assert examples
    for example in examples:
        inner = re.search(r"\$\((.*)\)", example)
        words = shlex.split(inner[1] if inner else example, comments=True)
        for end in (">", "<", "|"):
            if end in words:
                words = words[: words.index(end)]
        _parse(words)
    assert any(name in example for example in examples)


def _parse(words: list[str]) -> None:
    """Read a command line up to the types of its values; UsageError if it is wrong."""
    command: click.Command = cli
    context = click.Context(cli, info_name="qgen")
    rest = words[1:]
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None, words
        command = found
        context = click.Context(command, info_name=name, parent=context)
    given, over, _ = command.make_parser(context).parse_args(args=list(rest))
    assert not over, words
    for param in command.params:
        assert not param.required or given.get(param.name or ""), words


def test_the_help_of_the_whole_has_each_command_in_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cli.main(["--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    places = [
        shown.index(f"\n  {name} ") for name in cli.list_commands(click.Context(cli))
    ]
    assert places == sorted(places)


def test_the_readme_has_each_command() -> None:
    table = [
        line
        for line in (ROOT / "README.md").read_text().splitlines()
        if line[:1] == "|"
    ]
    for name, command in COMMANDS.items():
        if not isinstance(command, click.Group):
            assert any(f"`{name}" in line for line in table), name


def test_the_manual_is_fresh(update: bool) -> None:
    if update:
        MANUAL.write_text(page())
    assert MANUAL.read_text() == page()


@pytest.mark.parametrize(
    "command",
    [
        ["mandoc", "-T", "lint", "-W", "warning"],
        ["groff", "-man", "-ww", "-z", "-T", "utf8"],
        ["man", "--warnings=w", "-l"],
    ],
    ids=lambda command: command[0],
)
def test_the_manual_is_one(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is missing; run: apt-get install {command[0]}")
    done = subprocess.run([*command, MANUAL], capture_output=True, text=True)
    complaints = done.stdout if command[0] == "mandoc" else done.stderr
    assert (done.returncode, complaints) == (0, "")


# What shells complete.


def complete(line: str, cwd: Path = ROOT) -> list[str]:
    """What may stand at the end of a command line, as qgen tells the shells."""
    words = line.split(" ")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['qgen']; from qgen.cli import main; main()",
        ],
        env={
            **os.environ,
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            "_QGEN_COMPLETE": "bash_complete",
        },
        capture_output=True,
        text=True,
        cwd=cwd,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("qgen sch", ["plain,schema"]),
        ("qgen fmt --d", ["plain,--diff"]),
        ("qgen check specs/mp", ["plain,specs/mps2.yaml"]),
        ("qgen check arm-v", ["plain,arm-virt"]),
        ("qgen check spe", ["dir,spe"]),
        ("qgen fmt arm-v", []),
        (
            "qgen render mps2 --variant mps2-an5",
            ["plain,mps2-an500", "plain,mps2-an511"],
        ),
        ("qgen check --variant mps2-an50 specs/mps2.yaml", ["plain,specs/mps2.yaml"]),
        ("qgen render arm-virt --variant ", []),
        ("qgen check arm-virt --qemu 10", ["plain,10.0", "plain,10.1", "plain,10.2"]),
        (
            "qgen devices --qemu 7.2..10",
            ["plain,7.2..10.0", "plain,7.2..10.1", "plain,7.2..10.2"],
        ),
        ("qgen devices cmsdk-apb-u", ["plain,cmsdk-apb-uart"]),
        (
            "qgen new --cpu cortex-a7",
            ["plain,cortex-a7", "plain,cortex-a72", "plain,cortex-a76"],
        ),
        ("qgen new --arch ris", ["plain,riscv64"]),
        ("qgen completion z", ["plain,zsh"]),
        ("qgen sdk b", ["plain,build"]),
    ],
)
def test_what_is_completed(line: str, some: list[str]) -> None:
    assert complete(line) == some


def test_sdks_are_completed(tmp_path: Path) -> None:
    from qgen.lab.sdk import installed

    for sdk in installed():
        assert f"plain,{sdk.name}" in complete(f"qgen run x.yaml --sdk {sdk.name[:4]}")


def test_a_broken_spec_has_no_variants_and_no_message(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("variants: [\n")
    assert complete("qgen render broken.yaml --variant ", tmp_path) == []


@pytest.mark.parametrize(
    "line",
    ["qgen ", "qgen check spe", "qgen render mps2 --variant ", "qgen run x --sdk "],
)
def test_completion_is_quick(line: str) -> None:
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        complete(line)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        )
    assert min(spent) < 0.150


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_right(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is missing; run: apt-get install {shell}")
    done = subprocess.run(
        [program, "-n"], input=script(shell), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes_files_and_folders(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is missing; run: apt-get install bash")
    for name in ("board one.yaml", "board.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "boards").mkdir()
    code = f"""
    compopt() {{ :; }}
    qgen() {{ {sys.executable} -c "import sys; sys.argv = ['qgen']; from qgen.cli import main; main()"; }}
    {script("bash")}
    COMP_WORDS=(qgen check bo) COMP_CWORD=2
    _qgen_completion qgen
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        [bash, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["board one.yaml", "boards"], done.stderr
