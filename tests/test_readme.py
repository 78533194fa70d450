"""The README shows what is there: its spec, its C, its finding, its commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def fenced(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert match is not None
    return match[1]


def test_the_spec_is_a_shipped_one_of_twenty_lines() -> None:
    shipped = (ROOT / "specs" / "cortex-m-mini.yaml").read_text()
    assert fenced("yaml") == shipped.split("\n", 1)[1]
    assert len(fenced("yaml").splitlines()) == 20


def test_the_c_is_what_it_gives() -> None:
    golden = (ROOT / "generated" / "10.2" / "cortex_m_mini.c").read_text()
    assert fenced("c") in golden


def test_the_finding_is_what_qgen_prints(tmp_path: Path) -> None:
    spec = (
        "machine: my-board\ndescription: A board\narch: arm\n\n\n\nmemory:\n"
        "  flash: {kind: rom, at: 0x1fff_0000, size: 128 KiB}\n"
        "  sram: {kind: ram, at: 0x2000_0000, size: 64 KiB}\n"
    )
    (tmp_path / "board.yaml").write_text(spec)
    done = subprocess.run(
        [sys.executable, "-m", "qgen", "check", "board.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert f"```\n{done.stderr}```" in README


def test_every_key_of_the_spec_is_in_the_table() -> None:
    from qgen.spec import Spec

    for name, field in Spec.model_fields.items():
        assert f"`{field.alias or name}`" in README
