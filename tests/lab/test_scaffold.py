"""Boards in QEMU's own trees: its scripts, its test library, its build.

The trees are QEMU's, less what no board touches. Where the emulator is needed, the SDK's
loads the board; a whole QEMU with the boards in it is built where QGEN_BUILD_TREES says.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import stock
from guests import SEABIOS
from lab_support import require_package, require_sdk
from stock import BOARDS
from test_generated import NOT_IN
from tree.support import snapshot, write
from tree.test_scaffold import remove, scaffold

from qgen import compose
from qgen.compose import scaffolding
from qgen.lab.sdk import Sdk
from qgen.tree import TARGETS
from qgen.tree.listed import DeviceLine

RELEASES = ("7.2", "10.0", "10.2", "11.0")
WITH_TESTS = ("10.0", "10.2", "11.0")  # of those


def cases(releases: tuple[str, ...]) -> pytest.MarkDecorator:
    """Each board in each of the releases that have what it needs."""
    pairs = [(n, r) for r in releases for n in BOARDS if n not in NOT_IN.get(r, ())]
    return pytest.mark.parametrize(("name", "release"), pairs)


ON_EACH_BOARD = cases(RELEASES)
ON_EACH_BOARD_WITH_A_TEST = cases(WITH_TESTS)
FILES = (
    "VERSION",
    "MAINTAINERS",
    "configure",
    "Kconfig",
    "Kconfig.host",
    "meson.build",
)
FOLDERS = ("configs", "docs/system", "python", "scripts", "tests/functional")
KCONFIGS = ("hw", "target", "accel", "backends", "dump", "semihosting", "rust")


def copied(sdk: Sdk, root: Path) -> Path:
    """What a board touches of an SDK's source, committed."""
    for file in FILES:
        shutil.copyfile(sdk.source / file, _made_for(root / file))
    for folder in (*FOLDERS, *(f"hw/{each.folder}" for each in TARGETS.values())):
        if (sdk.source / folder).is_dir():
            shutil.copytree(sdk.source / folder, root / folder, dirs_exist_ok=True)
    for folder in KCONFIGS:
        for name in ("Kconfig", "meson.build"):
            for file in sorted((sdk.source / folder).rglob(name)):
                where = root / file.relative_to(sdk.source)
                shutil.copyfile(file, _made_for(where))
    return write(root, {})


def _made_for(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


class Trees:
    """The trees of the releases whose SDKs are there, each made when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Path] = {}

    def __getitem__(self, release: str) -> Path:
        if release not in self.made:
            self.made[release] = copied(require_sdk(release), self.folder / release)
        return self.made[release]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    return Trees(tmp_path_factory.mktemp("trees"))


def kconfig(root: Path, board: scaffolding.Scaffolding, *, alone: bool) -> set[str]:
    """The symbols that QEMU's own Kconfig switches on; ``alone``: for this board only."""
    subject = board.subject
    target = TARGETS[subject.arch].binary
    symbols = {f"CONFIG_{each}=y" for each in TARGETS[subject.arch].depends}
    host = (root / "Kconfig.host").read_text()
    given = (each for each in ("FDT", "PIXMAN", "LINUX") if f"config {each}\n" in host)
    symbols |= {f"CONFIG_{each}=y" for each in ("TCG", *given)}
    symbols |= {"CONFIG_ARM=y"} if target == "aarch64" else set()
    devices = root / f"configs/devices/{target}-softmmu/default.mak"
    if alone:
        pieces = (piece for part in board.parts for piece in part.pieces)
        symbol = next(p.key for p in pieces if isinstance(p, DeviceLine))
        devices = root.parent / f"{root.name}-alone.mak"
        devices.write_text(f"CONFIG_{symbol}=y\n")
    mode = "--allnoconfig" if alone else "--defconfig"
    script = root / "scripts/minikconf.py"
    argv = [sys.executable, script, mode, root.parent / "out", root.parent / "out.d"]
    done = subprocess.run(
        [*argv, devices, "Kconfig", *sorted(symbols)],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return {line[7:-2] for line in lines if line.endswith("=y")}


@ON_EACH_BOARD
def test_qemu_s_kconfig_takes_the_board(name: str, release: str, trees: Trees) -> None:
    root = trees[release]
    before = snapshot(root)
    made = scaffold(BOARDS[name], root)
    wanted = {s for unit in made.subject.units for s in unit.symbols}
    try:
        assert wanted <= kconfig(root, made, alone=False)
        assert wanted <= kconfig(root, made, alone=True)
        assert not scaffolding.plan_scaffold(made).changes
    finally:
        remove(made.subject.board.name, root)
    assert snapshot(root) == before


@ON_EACH_BOARD
def test_checkpatch_is_content_with_each_patch(
    name: str, release: str, trees: Trees, tmp_path: Path
) -> None:
    root = trees[release]
    made = scaffolding.prepare(BOARDS[name], root)
    for file, text in scaffolding.patches(made, cover_letter=False).items():
        (tmp_path / file).write_text(text)
        done = subprocess.run(
            ["perl", "scripts/checkpatch.pl", "--no-tree", str(tmp_path / file)],
            cwd=root,
            capture_output=True,
            text=True,
        )
        assert "total: 0 errors, 0 warnings, " in done.stdout, done.stdout


@ON_EACH_BOARD_WITH_A_TEST
def test_the_functional_test_passes_with_qemu_s_library(
    name: str, release: str, trees: Trees, tmp_path: Path
) -> None:
    sdk, root = require_sdk(release), trees[release]
    made = scaffolding.prepare(BOARDS[name], root)
    loadable = compose.load_into(made.resolved, sdk)
    assert loadable.machine == made.subject.board.name
    wrapper = tmp_path / loadable.qemu.name
    loaded = loadable.environment()["LD_PRELOAD"]
    more = ""
    if made.subject.board.parent.is_x86:
        more = f"-L {require_package(SEABIOS / 'bios.bin', 'seabios').parent} "
    wrapper.write_text(
        f'#!/bin/sh\nLD_PRELOAD={loaded} exec {loadable.qemu} {more}"$@"\n'
    )
    wrapper.chmod(0o755)
    (piece,) = (p for p in made.parts[-1].pieces if p.key == "test")
    test = tmp_path / "test_board.py"
    test.write_text(piece.text)
    python = sdk.build / "pyvenv/bin/python3"
    library = f"{root}/python:{root}/tests/functional"
    done = subprocess.run(
        [python, test],
        env={
            **os.environ,
            "PYTHONPATH": library,
            "PYTHONDONTWRITEBYTECODE": "1",
            "QEMU_BUILD_ROOT": str(tmp_path),
            "MESON_BUILD_ROOT": str(tmp_path),  # the same, from 11.0 on
            "QEMU_TEST_QEMU_BINARY": str(wrapper),
        },
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "ok 1 test_board" in done.stdout, said
    assert "SKIP" not in done.stdout, said


# A QEMU with the boards in it, as anybody builds it: no loading.


@cache
def built(release: str) -> Path:
    """The build of QEMU's whole source with all boards in it, kept for the next time."""
    kept = stock.folder()
    if kept is None:
        pytest.skip(
            "QEMU is built with the boards in it only where QGEN_BUILD_TREES names a "
            "folder for that; run: QGEN_BUILD_TREES=/tmp/trees sh .ci/test "
            "tests/lab/test_scaffold.py"
        )
    if release not in stock.IN_CI and not (kept / release).exists():
        pytest.skip(
            f"QEMU {release} with the boards in it takes a while to build; run: "
            f"QGEN_BUILD_TREES={kept} .venv/bin/python tests/stock.py {release}"
        )
    return stock.build(release, kept)


def binary(made: scaffolding.Scaffolding) -> str:
    return TARGETS[made.subject.arch].binary


@ON_EACH_BOARD
def test_a_stock_build_has_the_board(name: str, release: str) -> None:
    build = built(release)
    made = scaffolding.prepare(BOARDS[name], build.parent)
    qemu = build / f"qemu-system-{binary(made)}"
    done = subprocess.run([qemu, "-M", "help"], capture_output=True, text=True)
    listed = dict(line.split(None, 1) for line in done.stdout.splitlines()[1:])
    assert listed[made.subject.board.name] == made.subject.board.description


@ON_EACH_BOARD_WITH_A_TEST
def test_its_functional_test_passes_in_qemu_s_runner(name: str, release: str) -> None:
    build = built(release)
    made = scaffolding.prepare(BOARDS[name], build.parent)
    line = made.parts[-1].pieces[1]
    argv = [
        "pyvenv/bin/meson",
        "test",
        "--no-rebuild",
        f"func-{binary(made)}-{line.key}",
    ]
    done = subprocess.run(argv, cwd=build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\bOk: +1\b", done.stdout), done.stdout
    assert "1 subtests passed" in done.stdout, done.stdout


@ON_EACH_BOARD
@pytest.mark.parametrize(("test", "path"), [("qom-test", "qom"), ("test-hmp", "hmp")])
def test_qemu_s_qtests_pass_on_it(
    test: str, path: str, name: str, release: str
) -> None:
    build = built(release)
    made = scaffolding.prepare(BOARDS[name], build.parent)
    target = binary(made)
    case = f"/{target}/{path}/{made.subject.board.name}"
    done = subprocess.run(
        [build / "tests/qtest" / test, "-k", "--tap", "-p", case],
        env={**os.environ, "QTEST_QEMU_BINARY": f"./qemu-system-{target}"},
        cwd=build,
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"ok 1 {case}" in done.stdout, said
