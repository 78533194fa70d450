"""The README shows what is there: its spec, its C, its finding, its examples and keys."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from vocabulary import fields

from qgen.spec.model import Device, MachineClass, Soc, Spec
from qgen.targets import NEWEST

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
LANGUAGE = README[README.index("## The spec\n") : README.index("## What is proved\n")]
PIECES = re.findall(r"```yaml\n(.*?)```", LANGUAGE, re.DOTALL)
"""The examples of the language, each a part of a spec."""

FRAME = """\
machine: my-board
description: A board
arch: arm
ram: {at: 0x8000_0000}
devices:
  gic: {type: arm_gic, at: [0x7000_0000, 0x7000_1000], properties: {num-irq: 96}}
"""
"""What the examples leave out."""


def fenced(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert match is not None
    return match[1]


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """``qgen check`` of the spec in ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", "qgen", "check", "board.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_the_spec_is_a_shipped_one_of_twenty_lines() -> None:
    shipped = (ROOT / "specs" / "cortex-m-mini.yaml").read_text()
    comments, _, spec = shipped.partition("\nmachine:")
    assert all(line.startswith("#") for line in comments.splitlines())
    assert fenced("yaml") == f"machine:{spec}"
    assert len(fenced("yaml").splitlines()) == 20


def test_the_c_is_what_it_gives() -> None:
    golden = (ROOT / "generated" / NEWEST.release / "cortex_m_mini.c").read_text()
    assert fenced("c") in golden


def test_the_finding_is_what_qgen_prints(tmp_path: Path) -> None:
    spec = (
        "machine: my-board\ndescription: A board\narch: arm\n\n\n\nmemory:\n"
        "  flash: {kind: rom, at: 0x1fff_0000, size: 128 KiB}\n"
        "  sram: {kind: ram, at: 0x2000_0000, size: 64 KiB}\n"
    )
    (tmp_path / "board.yaml").write_text(spec)
    assert f"```\n{check(tmp_path).stderr}```" in README


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.split(":", 1)[0])
def test_every_example_passes_in_a_frame(piece: str, tmp_path: Path) -> None:
    frame, shown = yaml.safe_load(FRAME), yaml.safe_load(piece)
    if "parent" in shown or "arch" in shown:
        del frame["devices"], frame["ram"]
    if "variants" in shown:
        del frame["machine"]
    if "created_by" in shown.get("cpus", {}):
        del frame["devices"]["gic"]
    elif "cpus" in shown and "devices" in frame:
        frame["devices"]["gic"]["irqs"] = ["cpus[0].irq"]
    devices = frame.get("devices", {}) | shown.get("devices", {})
    spec = frame | shown | {"devices": devices}
    (tmp_path / "board.yaml").write_text(json.dumps(spec, indent=2))
    for point, function in shown.get("hooks", {}).items():
        if point not in ("file", "devices"):
            file = tmp_path / shown["hooks"]["file"]
            file.write_text(f"static void {function}(MachineState *machine)\n{{\n}}\n")
    done = check(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("model", [Spec, Soc, Device])
def test_every_key_of_the_spec_is_in_a_table(model: type[Spec | Soc | Device]) -> None:
    rows = [row.split("|")[1] for row in README.splitlines() if row[:1] == "|"]
    for name, field in model.model_fields.items():
        key = f"`{field.alias or name}`"
        assert any(key in row for row in rows) or name == "name", key


def test_every_other_key_is_named_too() -> None:
    names = {field.split(".")[1].split("=")[0].strip() for field in fields()}
    words = set(re.findall(r"\w+(?:-\w+)*", LANGUAGE))
    fields_of_qemu = set(MachineClass.model_json_schema()["properties"])
    assert names - words - fields_of_qemu - {"*"} == set()
