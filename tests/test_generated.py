"""The committed C of every shipped spec; ``pytest --update`` writes it anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qgen import compose
from qgen.diagnostics import Code, Rejected
from qgen.load import read
from qgen.names import identifier
from qgen.targets import NEWEST, TARGETS
from qgen.variants import split

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
NOT_IN = {
    "7.2": ("ast2600-evb", "sifive_e", "spike", "xilinx-zynq-a9"),
    "8.0": ("ast2600-evb", "sifive_e", "spike", "xilinx-zynq-a9"),
    "8.1": ("ast2600-evb", "xilinx-zynq-a9"),
    "8.2": ("ast2600-evb", "xilinx-zynq-a9"),
    "9.0": ("ast2600-evb", "xilinx-zynq-a9"),
    "9.1": ("ast2600-evb",),
    "9.2": ("ast2600-evb",),
    "10.0": ("ast2600-evb",),
    "10.1": ("ast2600-evb",),
}
"""Specs that a release cannot have."""
BOARDS = [(spec, name) for spec in SPECS for name in split(read(spec))]
CASES = [
    (release, spec, variant)
    for release in TARGETS
    for spec, variant in BOARDS
    if spec.stem not in NOT_IN.get(release, ())
]


def golden(release: str, spec: Path, variant: str | None = None) -> Path:
    return ROOT / "generated" / release / f"{identifier(variant or spec.stem)}.c"


@pytest.mark.parametrize(
    ("release", "spec", "variant"),
    CASES,
    ids=[f"{v or s.stem}-{r}" for r, s, v in CASES],
)
def test_the_generated_c_is_the_committed_one(
    release: str, spec: Path, variant: str | None, update: bool
) -> None:
    resolved = compose.resolve(spec, TARGETS[release], variant=variant)
    # Of a spec, at most what the release lacks is worth a warning.
    assert {warning.code.name for warning in resolved.warnings} <= {"Q0301"}
    rendered = compose.render(resolved)
    c = golden(release, spec, variant)
    texts = {c: rendered.text} | {
        c.with_suffix(".h"): text for text in rendered.headers.values()
    }
    for file, text in texts.items():
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        assert file.exists(), f"{file} is missing: pytest --update writes it"
        committed = file.read_text()
        assert text == committed, f"{file} drifted: see what pytest --update changes"


@pytest.mark.parametrize(
    ("release", "name"), [(r, name) for r, names in NOT_IN.items() for name in names]
)
def test_a_release_says_what_it_cannot_have(release: str, name: str) -> None:
    with pytest.raises(Rejected) as caught:
        compose.resolve(ROOT / "specs" / f"{name}.yaml", TARGETS[release])
    assert {finding.code for finding in caught.value.findings} == {Code.Q0301}


def test_nothing_else_is_committed_as_generated() -> None:
    wanted = {golden(*case) for case in CASES}
    for release, spec, variant in CASES:
        if "soc" in read(spec).data:
            wanted.add(golden(release, spec, variant).with_suffix(".h"))
    assert {f for f in (ROOT / "generated").rglob("*") if f.is_file()} == wanted


def test_no_line_is_longer_than_80_columns() -> None:
    for file in (f for f in (ROOT / "generated").rglob("*") if f.is_file()):
        long = [line for line in file.read_text().splitlines() if len(line) > 80]
        assert not long, f"{file}: {long}"


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_bytes_do_not_depend_on_the_hash_seed_or_the_locale(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "qgen", "render", str(ROOT / "specs/arm-virt.yaml")],
        capture_output=True,
        check=True,
        env=environment,
    )
    assert done.stdout == golden(NEWEST.release, Path("arm-virt.yaml")).read_bytes()
