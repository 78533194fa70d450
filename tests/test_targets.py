"""Releases as sets of features: what is offered, where headers are, moving a board."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from qgen import catalogue
from qgen.bases import find
from qgen.diagnostics import spans
from qgen.emit.headers import header, placed
from qgen.targets import TARGETS, Feature, release_of, unknown


def qgen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qgen", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_what_was_measured_is_what_is_offered() -> None:
    assert tuple(TARGETS) == catalogue.releases()
    assert all(unknown(release) is None for release in TARGETS)


def test_a_release_has_all_that_those_before_it_have() -> None:
    known = list(TARGETS.values())
    for older, newer in pairwise(known):
        assert older.features <= newer.features
    assert known[-1].features == frozenset(Feature)
    assert known[0].features == frozenset()


@pytest.mark.parametrize("release", TARGETS)
def test_every_release_has_the_plain_machine_to_derive_from(release: str) -> None:
    assert find("machine", release) is not None


@pytest.mark.parametrize(
    ("name", "release", "there"),
    [
        ("hw/boards.h", "11.0", "hw/core/boards.h"),
        ("hw/core/boards.h", "10.2", "hw/boards.h"),
        ("hw/core/qdev.h", "10.2", "hw/qdev-core.h"),
        ("hw/hw.h", "11.0", "hw/core/hw-error.h"),
        ("hw/usb.h", "11.0", "hw/usb/usb.h"),
        ("hw/core/cpu.h", "7.2", "hw/core/cpu.h"),
        ("system/system.h", "9.2", "sysemu/sysemu.h"),
        ("sysemu/reset.h", "10.0", "system/reset.h"),
        ("system/memory.h", "10.0", "exec/memory.h"),
        ("system/memory.h", "7.2", "exec/memory.h"),
        ("exec/address-spaces.h", "10.1", "system/address-spaces.h"),
        ("qobject/qlist.h", "8.2", "qapi/qmp/qlist.h"),
        ("hw/ide/ide-dev.h", "8.2", "hw/ide.h"),
        ("target/arm/cpu.h", "11.0", "target/arm/cpu.h"),
    ],
)
def test_a_header_is_found_where_a_release_has_it(
    name: str, release: str, there: str
) -> None:
    assert placed(name, TARGETS[release]) == there


@pytest.mark.parametrize(
    ("symbol", "release", "there"),
    [
        ("ARM_CPU_TYPE_NAME", "8.2", "target/arm/cpu.h"),
        ("ARM_CPU_TYPE_NAME", "9.0", "target/arm/cpu-qom.h"),
        ("POWERPC_CPU_TYPE_NAME", "8.0", "target/ppc/cpu.h"),
        ("POWERPC_CPU_TYPE_NAME", "8.1", "target/ppc/cpu-qom.h"),
        ("GTIMER_PHYS", "7.2", "target/arm/cpu.h"),
        ("MAX_IDE_DEVS", "7.2", "hw/ide/internal.h"),
        ("sysbus", "11.0", "hw/core/sysbus.h"),
    ],
)
def test_a_name_is_found_where_a_release_declares_it(
    symbol: str, release: str, there: str
) -> None:
    assert header(symbol, TARGETS[release]) == there


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("10.2.2", "10.2"),
        ("7.2.22", "7.2"),
        ("11.0.0", "11.0"),
        ("10.2", "10.2"),
        ("10.1.90", "10.2"),
        ("7.2.50", "8.0"),
        ("11.0.92", "11.0"),
        ("x", None),
    ],
)
def test_the_release_of_a_version(version: str, release: str | None) -> None:
    assert release_of(version) == release


def test_a_source_tree_says_which_release_it_is(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("7.2.22\n")
    done = qgen("render", "mac99", "--qemu", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--qemu 7.2\n" in done.stdout
    for version, said in (
        ("2.0.0", "qgen does not know QEMU 2.0"),
        ("new", "VERSION holds 'new', not a QEMU version"),
    ):
        (tmp_path / "VERSION").write_text(version)
        done = qgen("render", "mac99", "--qemu", ".", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_a_tree_on_its_way_to_a_release_is_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("10.1.50\n")
    done = qgen("render", "mac99", "--qemu", ".", cwd=tmp_path)
    said = "qgen: QEMU 10.1.50 is on its way to a release; the C is that of 10.2\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert "--qemu 10.2\n" in done.stdout


def test_diff_shows_what_a_move_changes(tmp_path: Path) -> None:
    done = qgen("diff", "cortex-m-mini", "--qemu", "7.2..10.2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["--- 7.2/cortex_m_mini.c", "+++ 10.2/cortex_m_mini.c"]
    assert '-#include "exec/memory.h"' in lines
    assert '+#include "system/memory.h"' in lines


def test_diff_of_a_release_with_itself_is_empty(tmp_path: Path) -> None:
    done = qgen("diff", "cortex-m-mini", "--qemu", "10.2..10.2", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing changes\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["mac99"], 2, "Missing option '--qemu'"),
        (["mac99", "--qemu", "7.2"], 2, "'7.2' is not two releases: write 7.2..10.2"),
        (["mac99", "--qemu", "7.2..1.0"], 2, "qgen does not know QEMU 1.0"),
        (["spike", "--qemu", "7.2..10.2"], 1, "QEMU 7.2 has no MachineClass."),
        (["mps2", "--qemu", "7.2..8.2", "--variant", "x"], 1, "Q0108"),
    ],
)
def test_diff_says_what_cannot_be_compared(
    arguments: list[str], status: int, said: str, tmp_path: Path
) -> None:
    done = qgen("diff", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    ("some", "said"),
    [
        ("", ""),
        ("a", "a"),
        ("ab", "a, b"),
        ("abc", "a to c"),
        ("acd", "a, c, d"),
        ("abcef", "a to c, e, f"),
        ("bdef", "b, d to f"),
        ("fedcba", "a to f"),
    ],
)
def test_many_releases_are_told_as_spans(some: str, said: str) -> None:
    assert spans(some, "abcdef") == said
