"""Catalogues of a person's own: what commands take from them, and what they refuse."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen import catalogue, compose
from qgen.catalogue import CatalogueError
from qgen.catalogue.strict import judge_function, judge_type
from qgen.diagnostics import Rejected

BOARD = """\
machine: my-board
description: A board
arch: arm
cpus: {default: cortex-a15}
devices:
  blinker: {type: acme-blinker, at: 0x4000_0000, irqs: "cpus[0].irq"}
"""
ACME: dict[str, Any] = {
    "parent": "sys-bus-device",
    "bus": "System",
    "realized": True,
    "mmio": [["acme-blinker", 4096]],
    "irqs": 1,
    "properties": [["period", "uint32", 500, "how often"]],
    "header": "hw/misc/acme_blinker.h",
    "macro": "TYPE_ACME_BLINKER",
    "kconfig": ["ACME_BLINKER"],
    "targets": ["aarch64"],
}


def lines_of(release: str) -> dict[str, Any]:
    """The few lines that the board needs, as they ship."""
    packed = (catalogue.DATA / f"{release}{catalogue.SUFFIX}").read_bytes()
    wanted = (catalogue.HEADER, "device", "sys-bus-device", "cpu", "arm-cpu")
    wanted += ("cortex-a15-arm-cpu", "or-irq", "split-irq")
    split = (
        line.partition("\t") for line in gzip.decompress(packed).decode().split("\n")
    )
    return {key: json.loads(rest) for key, _, rest in split if key in wanted}


LINES = lines_of("10.2")


def write(folder: Path, **changed: Any) -> Path:
    """A catalogue with the device; `changed` are facts of it, or its header's."""
    header = LINES[catalogue.HEADER] | changed.pop("header_line", {})
    lines = LINES | {catalogue.HEADER: header, "acme-blinker": ACME | changed}
    rows = [f"{key}\t{json.dumps(lines[key])}\n" for key in sorted(lines)]
    packed = gzip.compress("".join(rows).encode(), mtime=0)
    folder.mkdir(exist_ok=True)
    (folder / catalogue.OWN_DEVICES).write_bytes(packed)
    shutil.copy(
        catalogue.DATA / f"{catalogue.FUNCTIONS}10.2{catalogue.SUFFIX}",
        folder / catalogue.OWN_FUNCTIONS,
    )
    return folder


def qgen(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", *map(str, words)],
        capture_output=True,
        text=True,
    )


def test_its_devices_stand_in_specs(tmp_path: Path) -> None:
    own, spec = write(tmp_path / "own"), tmp_path / "board.yaml"
    spec.write_text(BOARD)
    done = qgen("render", spec, "--qemu", own)
    assert (done.returncode, done.stderr) == (0, "")
    assert '#include "hw/misc/acme_blinker.h"\n' in done.stdout
    assert "DeviceState *dev = qdev_new(TYPE_ACME_BLINKER);" in done.stdout
    done = qgen("check", spec, "--qemu", "10.2")
    assert (done.returncode, "has no device type 'acme-blinker'" in done.stderr) == (
        1,
        True,
    )
    wrong = BOARD.replace("at: 0x", "properties: {perod: 3}, at: 0x")
    spec.write_text(wrong)
    done = qgen("check", spec, "--qemu", own)
    assert done.returncode == 1 and "did you mean 'period'?" in done.stderr
    assert (
        "acme-blinker\tsysbus\thw/misc"
        in qgen("devices", "acme*", "--qemu", own).stdout
    )


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no gzip": (lambda f: f.write_bytes(b"hello"), "is damaged"),
    "empty": (lambda f: f.write_bytes(b""), "is damaged"),
    "cut off": (lambda f: f.write_bytes(f.read_bytes()[:200]), "is damaged"),
    "text": (
        lambda f: f.write_bytes(gzip.compress(b"no catalogue")),
        "is not a device cat",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_none_is_an_error(damage: str, tmp_path: Path) -> None:
    own = write(tmp_path / "own")
    spoil, words = DAMAGE[damage]
    spoil(own / catalogue.OWN_DEVICES)
    done = qgen("devices", "pl011", "--qemu", own)
    assert (done.returncode, done.stdout) == (4, "")
    assert words in done.stderr and "Traceback" not in done.stderr


def test_another_format_and_another_release_say_so(tmp_path: Path) -> None:
    own = write(tmp_path / "own", header_line={"format": 1})
    done = qgen("devices", "--qemu", own)
    assert done.returncode == 4
    assert f"has format 1; this qgen reads format {catalogue.FORMAT}" in done.stderr
    assert "qgen catalog build" in done.stderr
    write(own, header_line={"release": "99.0"})
    done = qgen("devices", "--qemu", own)
    assert done.returncode == 4 and "qgen does not know QEMU 99.0" in done.stderr
    with pytest.raises(CatalogueError, match="is the catalogue of QEMU"):
        catalogue.load("10.0", write(tmp_path / "own"))
    with pytest.raises(CatalogueError, match="has no catalogue"):
        catalogue.load("10.2", tmp_path)


def test_without_its_functions_it_is_not_whole(tmp_path: Path) -> None:
    own, spec = write(tmp_path / "own"), tmp_path / "board.yaml"
    (own / catalogue.OWN_FUNCTIONS).unlink()
    call = "  more: {type: acme-blinker, call: {pl011_create: [0x4001_0000, none, {serial: 0}]}}\n"
    spec.write_text(BOARD + call)
    done = qgen("check", spec, "--qemu", own)
    assert done.returncode == 4 and "functions.jsonl.gz cannot be read" in done.stderr


@pytest.mark.parametrize(
    "changed",
    [
        {"header": 'x.h"\n#include "/etc/passwd'},
        {"header": "../../x.h\n"},
        {"macro": "TYPE_X) + evil("},
        {"struct": "int x; struct y"},
        {"cast": "a b"},
        {"kconfig": ["A\nB"]},
        {"properties": [["a\nb", "bool"]]},
        {"properties": [["period", "uint32", 500, 7]]},
        {"properties": [[1, "bool"]]},
        {"mmio": [["x", -1]]},
        {"mmio": [["x", "big"]]},
        {"irqs": 1 << 40},
        {"irqs": "many"},
        {"irqs": True},
        {"parent": "acme-blinker"},
        {"parent": "nobody"},
        {"parent": 7},
        {"gpio_in": [["x", 1.5]]},
        {"clocks_in": "clk\x1b[31m"},
        {"abstract": "no"},
        {"children": [["a", "b", "c"]]},
        {"parts": {"x": {"type": 3}}},
    ],
    ids=json.dumps,
)
def test_facts_that_cannot_be_are_errors(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    known = catalogue.load_own(write(tmp_path / "own", **changed))
    with pytest.raises(CatalogueError, match="is damaged at 'acme-blinker'"):
        known.find("acme-blinker")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    key=st.sampled_from([*ACME, "gpio_in", "parts", "children", "given"]), value=VALUES
)
def test_whatever_it_says_there_is_a_board_or_an_error(
    key: str, value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    own, spec = write(folder / "own", **{key: value}), folder / "board.yaml"
    spec.write_text(BOARD)
    try:
        resolved = compose.resolve(spec, compose.target_with(own))
        compose.render(resolved)
    except (CatalogueError, Rejected):
        pass


@pytest.mark.parametrize("release", catalogue.releases())
def test_what_is_measured_is_taken(release: str) -> None:
    """What ships would pass as a person's own."""
    for each in list(catalogue.load(release))[::7]:
        judge_type(each)
    for function in list(catalogue.functions(release))[::7]:
        judge_function(function)
