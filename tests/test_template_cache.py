"""Compiled templates are kept; where they cannot be, or are spoilt, nobody notices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "generated" / "10.2" / "cortex_m_mini.c"


def rendered(cache: str) -> str:
    spec = ROOT / "specs" / "cortex-m-mini.yaml"
    command = [sys.executable, "-m", "qgen", "render", str(spec), "--qemu", "10.2"]
    environment = {**os.environ, "QGEN_CACHE": cache}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("spoilt", [b"", b"j2", b"no code at all", None])
def test_kept_and_spoilt(tmp_path: Path, spoilt: bytes | None) -> None:
    golden = GOLDEN.read_text()
    assert rendered(str(tmp_path)) == golden
    kept = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    assert len(kept) > 3
    for file, whole in kept.items():
        file.write_bytes(whole[:-9] if spoilt is None else spoilt)
    assert rendered(str(tmp_path)) == golden
    assert {file: file.read_bytes() for file in kept} == kept


def test_no_cache() -> None:
    assert rendered("/dev/null/nowhere") == GOLDEN.read_text()
