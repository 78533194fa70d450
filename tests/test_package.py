"""qgen works as an editable install, and from a wheel in a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qgen.targets import NEWEST

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "generated" / NEWEST.release / "arm_virt.c"


def run(*command: object, cwd: Path) -> bytes:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, cwd=cwd, env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        out,
        ROOT,
        cwd=out,
    )
    (made,) = out.glob("qgen-*.whl")
    return made


def test_the_wheel_holds_templates_specs_catalogue_and_probe(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "qgen/_shipped/templates/unit.c.j2",
        "qgen/_shipped/specs/arm-virt.yaml",
        "qgen/_shipped/specs/qgen.schema.json",
        "qgen/_shipped/templates/new/cortex-m.yaml",
        f"qgen/catalogue/data/{NEWEST.release}.jsonl.gz",
        "qgen/_shipped/templates/completion.bash",
        "qgen/explanations/Q0204.md",
        "qgen/lab/probe.c",
        "qgen/lab/witness.c",
    ):
        assert name in names
    assert any(name.endswith("/share/man/man1/qgen.1") for name in names)
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/"))]


def test_a_wheel_renders_a_shipped_spec_from_another_directory(
    wheel: Path, tmp_path: Path
) -> None:
    run(sys.executable, "-m", "venv", "clean", cwd=tmp_path)
    python = tmp_path / "clean" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    qgen = python.with_name("qgen")
    assert run(qgen, "render", "arm-virt", cwd=elsewhere) == GOLDEN.read_bytes()
    assert run(python, "-m", "qgen", "check", "-q", "g3beige", cwd=elsewhere) == b""


def test_an_editable_install_renders_a_shipped_spec_from_another_directory(
    tmp_path: Path,
) -> None:
    out = run(sys.executable, "-m", "qgen", "render", "arm-virt", cwd=tmp_path)
    assert out == GOLDEN.read_bytes()
