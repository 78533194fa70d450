"""The series of patches: `git am` of it is scaffold, and each patch stands by itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen.cli import cli
from qgen.compose import scaffolding

from .support import PERSON, files, run, save, snapshot, write
from .test_scaffold import BOARDS, ON_EACH_BOARD, ON_EACH_KIND, OWN, scaffold


def patches(spec: Path, root: Path, out: Path, *more: str) -> list[Path]:
    """Run qgen patch; the files that it wrote."""
    argv = ["patch", str(spec), "--qemu-source", str(root), "-o", str(out), *more]
    done = CliRunner().invoke(cli, argv, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [str(each) for each in sorted(out.iterdir())]
    return sorted(out.iterdir())


@ON_EACH_KIND
@ON_EACH_BOARD
def test_git_am_of_the_series_is_scaffold(name: str, kind: str, tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files(kind))
    other = write(tmp_path / "other", files(kind))
    before = snapshot(root)
    found = patches(BOARDS[name], root, tmp_path / "out")
    assert snapshot(root) == before
    assert not run(root, "status", "--porcelain")
    run(root, "am", *map(str, found))
    scaffold(BOARDS[name], other)
    assert snapshot(root) == snapshot(other)
    assert not scaffolding.plan_scaffold(
        scaffolding.prepare(BOARDS[name], root)
    ).changes


def test_each_patch_is_one_thing(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    found = patches(BOARDS["birch"], root, tmp_path / "out")
    texts = [file.read_text() for file in found]
    assert [re.findall(r"^Subject: (.*)$", text, re.M)[0] for text in texts] == [
        "[PATCH 1/4] docs/system/arm: Document the birch machine",
        "[PATCH 2/4] hw/arm: Add the birch-soc SoC",
        "[PATCH 3/4] hw/arm: Add the birch machine",
        "[PATCH 4/4] tests/functional: Add a test of the birch machine",
    ]
    for text in texts:
        head = text.partition("\n---\n")[0]
        assert head.endswith(f"\n\nSigned-off-by: {PERSON}")
        assert max(map(len, head.splitlines())) <= 76
        added = re.findall(r"^diff --git a/(\S+) .*\nnew file", text, re.M)
        for path in added:  # checkpatch asks for it
            assert f"\n+F: {path}\n" in text
    assert "CONFIG_BIRCH_SOC'" in texts[1]
    assert "CONFIG_BIRCH'" not in texts[1]
    assert "CONFIG_BIRCH'" in texts[2]


def test_a_cover_letter(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    letter = patches(BOARDS["birch"], root, tmp_path / "out", "--cover-letter")[0]
    text = letter.read_text()
    assert "Subject: [PATCH 0/4] hw/arm: Add the birch machine\n" in text
    assert "\n\nBoard with a SoC of its own.\n" in text
    assert "***" not in text


@pytest.mark.parametrize("committed", [False, True])
def test_of_a_board_that_is_in_the_tree(committed: bool, tmp_path: Path) -> None:
    """The patches are for the tree without it, and have what a person wrote."""
    root = write(tmp_path / "qemu", files("10.2"))
    scaffold(BOARDS["birch"], root)
    page = root / "docs/system/arm/birch.rst"
    page.write_text(page.read_text() + "\nMore words.\n")
    section = root / "MAINTAINERS"
    edited = section.read_text().replace(
        "S: Maintained\nF: hw/arm/birch", "S: Odd Fixes\nF: hw/arm/birch"
    )
    section.write_text(edited)
    save(root) if committed else None
    now = snapshot(root)
    found = patches(BOARDS["birch"], root, tmp_path / "out")
    assert snapshot(root) == now
    other = write(tmp_path / "other", files("10.2"))
    run(other, "am", *map(str, found))
    assert snapshot(other) == now


def test_of_a_tree_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "qemu", files("10.2"), git=False)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada Board")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
    found = patches(BOARDS["ash"], root, tmp_path / "out")
    other = write(tmp_path / "other", files("10.2"))
    run(other, "am", *map(str, found))
    assert (other / "hw/arm/ash.c").exists()


def test_nobody_to_sign_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "EMAIL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = write(tmp_path / "qemu", files("10.2"), git=False)
    argv = [
        "patch",
        str(BOARDS["ash"]),
        "--qemu-source",
        str(root),
        "-o",
        str(tmp_path),
    ]
    done = CliRunner().invoke(cli, argv)
    assert str(done.exception) == "git does not know who signs the patches off"
    scaffolded = CliRunner().invoke(cli, ["scaffold", str(BOARDS["ash"]), str(root)])
    assert "MAINTAINERS gets no name, as git has none here" in scaffolded.stderr
    assert (
        "ash\nL: qemu-arm@nongnu.org\nS: Orphan\n" in (root / "MAINTAINERS").read_text()
    )


def test_uncommitted_changes_stop_it(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    (root / "hw/arm/Kconfig").write_text("config X\n    bool\n")
    argv = [
        "patch",
        str(OWN / "ash.yaml"),
        "--qemu-source",
        str(root),
        "-o",
        str(tmp_path),
    ]
    done = CliRunner().invoke(cli, argv)
    assert str(done.exception) == "hw/arm/Kconfig has uncommitted changes"
    assert not list(tmp_path.glob("*.patch"))
