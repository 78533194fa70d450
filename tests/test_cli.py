"""What scripts rely on: exit statuses, what goes where, and whole files only."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from qgen import __version__
from qgen.targets import TARGETS

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "specs" / "cortex-m-mini.yaml"
BROKEN = "machine: broken\ndescription: No architecture\n"


def qgen(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
    )


def test_render_prints_the_c_and_nothing_else() -> None:
    done = qgen("render", SPEC)
    assert done.returncode == 0
    assert done.stdout.startswith("/*\n * Cortex-M3")
    assert done.stdout.endswith("type_init(cortex_m_mini_register_types)\n")
    assert done.stderr == ""


def test_render_prints_no_c_when_the_spec_has_findings(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    done = qgen("render", "broken.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "broken.yaml:1:1: error[Q0102]: the key 'arch' is missing\n"
        "    1 | machine: broken\n"
        "      | ^\n"
        "  help: add arch: arm\n"
    )


def test_output_is_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "board.c"
    assert qgen("render", SPEC, "-o", out).returncode == 0
    assert out.read_text() == qgen("render", SPEC).stdout
    assert [p.name for p in tmp_path.iterdir()] == ["board.c"]


def test_output_is_left_alone_when_the_spec_has_findings(tmp_path: Path) -> None:
    out, spec = tmp_path / "board.c", tmp_path / "broken.yaml"
    out.write_text("mine")
    spec.write_text(BROKEN)
    assert qgen("render", spec, "-o", out).returncode == 1
    assert out.read_text() == "mine"


def test_output_keeps_the_mode_of_the_file_and_follows_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.c", tmp_path / "link.c"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert qgen("render", SPEC, "-o", link).returncode == 0
    assert link.is_symlink()
    assert real.read_text().startswith("/*\n * Cortex-M3")
    assert real.stat().st_mode & 0o777 == 0o640


def test_output_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = qgen("render", SPEC, "-o", tmp_path / "no" / "board.c")
    assert done.returncode == 4
    assert done.stderr.startswith("qgen: error: ")
    assert "No such file or directory" in done.stderr


def test_check_says_what_it_checked(tmp_path: Path) -> None:
    done = qgen("check", "cortex-m-mini", "g3beige", "--qemu", "10.0", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split(": ", 1)[1] for line in done.stdout.splitlines()] == [
        "ok (2 regions, 2 devices, 1 stub, QEMU 10.0)",
        "ok (2 regions, 8 devices, QEMU 10.0)",
    ]


def test_check_goes_on_after_a_spec_with_findings(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    done = qgen("check", "broken.yaml", SPEC, cwd=tmp_path)
    assert done.returncode == 1
    assert "broken.yaml:1:1: error[Q0102]" in done.stderr
    assert "cortex-m-mini.yaml: ok" in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["rendr", "x"], "did you mean 'render'?"),
        (["render"], "Missing argument 'SPEC'"),
        (["render", "a.yaml", "b.yaml"], "unexpected extra argument"),
        (
            ["render", "a.yaml", "--qemu", "1.0"],
            f"qgen does not know QEMU 1.0; qgen writes C for {', '.join(TARGETS)}",
        ),
        (["render", "a.yaml", "--quemu", "10.0"], "No such option"),
        (["check"], "Missing argument"),
        (["compare", "a.yaml"], "Missing option '--machine'"),
        (
            ["compare", "a.yaml", "--machine", "b", "--format", "xml"],
            "'xml' is not one",
        ),
    ],
)
def test_wrong_usage_is_2(args: list[str], words: str) -> None:
    done = qgen(*args)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "command", [[], ["render"], ["check"], ["run"], ["compare"], ["sdk"], ["explain"]]
)
def test_help_teaches(command: list[str]) -> None:
    done = qgen(*command, "--help")
    assert done.returncode == 0
    assert "Usage: " in done.stdout


def test_version() -> None:
    assert qgen("--version").stdout == f"qgen, version {__version__}\n"


@pytest.mark.parametrize("command", [["run"], ["compare", "--machine", "virt"]])
def test_without_an_sdk_it_says_how_to_get_one(
    command: list[str], tmp_path: Path
) -> None:
    environment = {**os.environ, "QGEN_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "qgen", *command, str(SPEC)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 4
    assert "there is no SDK yet" in done.stderr
    assert "qgen sdk build 10.0" in done.stderr


def test_a_fault_of_qgen_is_3_and_shows_no_traceback(tmp_path: Path) -> None:
    code = (
        "import qgen.emit.machine, sys\n"
        "from qgen.cli import main\n"
        "def broken(*a): raise ZeroDivisionError('out of luck')\n"
        "qgen.emit.machine.emit_memory = broken\n"
        f"sys.argv = ['qgen', 'render', {str(SPEC)!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "ZeroDivisionError: out of luck" in done.stderr
    assert "This is a fault of qgen" in done.stderr
    assert "Traceback" not in done.stderr


def test_c_that_does_not_mean_the_spec_is_never_written(tmp_path: Path) -> None:
    code = (
        "import qgen.render as r, sys\n"
        "from qgen.cli import main\n"
        "real = r.render\n"
        "r.render = lambda unit: real(unit).replace('0x20000000', '0x20001000')\n"
        f"sys.argv = ['qgen', 'render', {str(SPEC)!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "does not mean what the spec says" in done.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -m qgen render arm-virt | head -1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "/*\n"
    assert done.stderr == ""


def test_colour_only_on_a_terminal(tmp_path: Path) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text(BROKEN)
    assert "\x1b[" not in qgen("check", spec).stderr
    try:
        primary, secondary = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be had: {error}; mount /dev/pts")
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    subprocess.run(
        [sys.executable, "-m", "qgen", "check", str(spec)],
        stderr=secondary,
        env=environment,
    )
    os.close(secondary)
    assert b"\x1b[31m" in os.read(primary, 4096)


@pytest.mark.parametrize("name", ["evil* int x;.yaml", "new\nline.yaml", "\udcff.yaml"])
def test_the_name_of_a_spec_may_be_anything(name: str, tmp_path: Path) -> None:
    spec = tmp_path / name
    spec.write_text(SPEC.read_text())
    done = qgen("render", spec)
    assert done.returncode == 0
    assert "int x;" not in done.stdout
    assert done.stdout.count("*/") == qgen("render", SPEC).stdout.count("*/")
    assert qgen("check", spec).returncode == 0


def test_a_spec_may_come_from_standard_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qgen", "render", "-"],
        input=SPEC.read_text(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "from stdin." in done.stdout
