"""What ships of devices' insides, in facts read by hand; and damaged files."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from qgen import catalogue
from qgen.catalogue import CatalogueError
from qgen.catalogue.insides import NOTHING, Insides, Piece

ROOT = Path(__file__).parent.parent
RELEASES = ("10.0", "10.2", "11.0")


def of(release: str) -> Insides:
    found = catalogue.insides_of(release)
    assert found is not None
    return found


@pytest.mark.parametrize("release", RELEASES)
def test_a_usb_controller_has_its_registers_apart(release: str) -> None:
    ((index, pieces),) = of(release).find("usb-chipidea").mmio
    assert index == 0
    assert Piece(0x140, 0x44, 0, "i/o", "operational", 0) in pieces


@pytest.mark.parametrize("release", RELEASES)
def test_a_microcontroller_s_cpu_sees_more_than_the_bus(release: str) -> None:
    found = of(release).find("armv7m")
    (space,) = found.spaces
    assert space.names == (("cpu-memory-0", "armv7m-container", None),)
    assert space.over == "@memory"
    assert Piece(0xE000_E010, 0xE0, 1, "i/o", "v7m_systick", 0) in space.pieces
    assert [(name, value) for name, value, _ in found.flips] == [
        ("enable-bitband", True)
    ]


@pytest.mark.parametrize("release", RELEASES)
def test_a_cpu_has_a_secure_space_unless_told_otherwise(release: str) -> None:
    found = of(release).find("cortex-a15-arm-cpu")
    names = {name for space in found.spaces for name, _, _ in space.names}
    assert names == {"cpu-secure-memory-0", "cpu-memory-0"}
    ((flip, value, other),) = found.flips
    assert (flip, value) == ("has_el3", False)
    assert {n for s in other.spaces for n, _, _ in s.names} == {"cpu-memory-0"}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("type_", ["pl011", "arm_gic", "unimplemented-device", "none"])
def test_most_types_have_nothing_inside(type_: str, release: str) -> None:
    assert of(release).find(type_) == NOTHING


def test_every_release_was_looked_into() -> None:
    for release in catalogue.releases():
        assert catalogue.insides_of(release) is not None
    assert catalogue.insides_of("0.0") is None


HEAD = '!qgen-insides\t{"format":1,"release":"x"}\n'


@pytest.mark.parametrize(
    "text",
    [
        'x\t{"mmio":{"0":[[1,2]]}}\n',
        'x\t{"mmio":{"y":[]}}\n',
        'x\t{"spaces":[{"names":[["a"]],"root":"b"}]}\n',
        'x\t{"spaces":[{}]}\n',
        "x\t[]\n",
    ],
)
def test_a_damaged_line_is_named(text: str) -> None:
    found = Insides(gzip.compress((HEAD + text).encode()), "some.gz")
    with pytest.raises(CatalogueError, match=r"some\.gz is damaged at 'x'"):
        found.find("x")


def qgen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qgen", "map", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_a_view_that_is_not_known_is_not_printed_but_named() -> None:
    done = qgen("specs/spike.yaml", "--flat", "--qemu", "10.2")
    assert done.returncode == 4
    assert done.stdout == ""
    assert "not shown is the view of 'memory'" in done.stderr
    assert "  what the hook spike_boot() does\n" in done.stderr


def test_known_views_are_printed_and_nothing_else() -> None:
    done = qgen("specs/cortex-m-mini.yaml", "--flat", "--qemu", "10.2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('FlatView #0\n AS "memory", root: system\n')
    assert done.stdout.count("FlatView #") == 3
    assert done.stdout.endswith(": nvic-default @000000000000f000\n\n")
