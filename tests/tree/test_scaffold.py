"""Boards put into small trees, and taken out again: exactly the edits of the goldens."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen import compose
from qgen.cli import cli
from qgen.compose import scaffolding
from qgen.tree import Tree, TreeError

from .support import KINDS, PERSON, files, run, save, snapshot, write

HERE = Path(__file__).parent
OWN = HERE / "specs"
BOARDS = {
    "elm": OWN / "elm.yaml",
    "ash": OWN / "ash.yaml",
    "hazel": OWN / "hazel.yaml",
    "rowan": OWN / "rowan.yaml",
    "birch": OWN / "birch.yaml",
}
RELEASES = [kind for kind in KINDS if kind in compose.TARGETS]
ON_EACH_KIND = pytest.mark.parametrize("kind", RELEASES)
ON_EACH_BOARD = pytest.mark.parametrize("name", BOARDS)


def scaffold(file: Path, root: Path) -> scaffolding.Scaffolding:
    made = scaffolding.prepare(file, root)
    scaffolding.apply(root, scaffolding.plan_scaffold(made))
    return made


def remove(name: str, root: Path) -> None:
    scaffolding.apply(root, scaffolding.plan_removal(root, name, None))


@ON_EACH_KIND
@ON_EACH_BOARD
def test_the_edits_are_those_of_the_golden(
    name: str, kind: str, tmp_path: Path, update: bool
) -> None:
    root = write(tmp_path / "qemu", files(kind))
    scaffold(BOARDS[name], root)
    run(root, "add", "-A", "-N")
    diff = run(root, "diff", "--no-color", "--", ":!*.c", ":!*.h", ":!*.c.inc")
    golden = HERE / "goldens" / f"{name}-{kind}.diff"
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(diff)
    assert diff == golden.read_text()


@ON_EACH_KIND
@ON_EACH_BOARD
def test_a_second_run_changes_nothing_and_taking_it_out_leaves_the_tree_as_it_was(
    name: str, kind: str, tmp_path: Path
) -> None:
    root = write(tmp_path / "qemu", files(kind))
    before = snapshot(root)
    made = scaffold(BOARDS[name], root)
    after = snapshot(root)
    assert not scaffolding.plan_scaffold(made).changes
    scaffold(BOARDS[name], root)
    assert snapshot(root) == after
    remove(made.subject.board.name, root)
    assert snapshot(root) == before
    assert not (root / ".git" / "qgen").exists()


@ON_EACH_KIND
def test_boards_come_and_go_in_any_order(kind: str, tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files(kind))
    states = [snapshot(root)]
    made = []
    for file in BOARDS.values():
        made.append(scaffold(file, root))
        states.append(snapshot(root))
    for each in made:
        assert not scaffolding.plan_scaffold(each).changes
    for each in made[1::2]:
        remove(each.subject.board.name, root)
    for name in list(BOARDS)[1::2]:
        scaffold(BOARDS[name], root)
    assert snapshot(root) == states[-1]
    for each in made:
        remove(each.subject.board.name, root)
    assert snapshot(root) == states[0]


def test_without_git_the_record_lies_in_a_folder_of_its_own(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"), git=False)
    before = snapshot(root)
    scaffold(BOARDS["ash"], root)
    assert (root / ".qgen" / ".gitignore").read_text() == "*\n"
    assert not scaffolding.plan_scaffold(
        scaffolding.prepare(BOARDS["ash"], root)
    ).changes
    remove("ash", root)
    assert snapshot(root) == before


def test_after_a_commit_and_without_the_record_the_banner_says_whose_it_is(
    tmp_path: Path,
) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    before = snapshot(root)
    made = scaffold(BOARDS["birch"], root)
    save(root)
    (root / ".git/qgen/record.json").unlink()
    assert not scaffolding.plan_scaffold(made).changes
    scaffolding.apply(root, scaffolding.plan_removal(root, "birch", made))
    assert snapshot(root) == before


def changed_spec(tmp_path: Path) -> Path:
    """A spec of its own that a test changes."""
    file = tmp_path / "ash.yaml"
    file.write_text((OWN / "ash.yaml").read_text())
    return file


def test_a_changed_spec_changes_only_what_must_change(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    file = changed_spec(tmp_path)
    scaffold(file, root)
    before = snapshot(root)
    file.write_text(file.read_text().replace("0x4000_4000", "0x4000_5000"))
    scaffold(file, root)
    after = snapshot(root)
    assert {path for path in after if after[path] != before[path]} == {
        "docs/system/arm/ash.rst",
        "hw/arm/ash.c",
        "tests/functional/arm/test_ash.py",
    }
    file.write_text(file.read_text().replace("cmsdk-apb-uart", "pl011"))
    text = file.read_text().replace(
        "properties: {pclk-frq: 25 MHz, chardev", "properties: {chardev"
    )
    file.write_text(text.replace(', "armv7m[1]"', ""))
    scaffold(file, root)
    kconfig = (root / "hw/arm/Kconfig").read_text()
    assert "    select PL011\n" in kconfig
    assert "CMSDK" not in kconfig
    last = snapshot(root)
    assert {path for path in last if last[path] != after[path]} == {
        "docs/system/arm/ash.rst",
        "hw/arm/Kconfig",
        "hw/arm/ash.c",
        "tests/functional/arm/test_ash.py",
    }


def test_what_a_person_edits_stays(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    file = changed_spec(tmp_path)
    scaffold(file, root)
    edits = {
        "hw/arm/Kconfig": (
            "    select UNIMP\n\n",
            "    select UNIMP\n    imply LED\n\n",
        ),
        "MAINTAINERS": (
            "S: Maintained\nF: hw/arm/ash.c\n",
            "S: Supported\nF: hw/arm/ash.c\n",
        ),
        "docs/system/arm/ash.rst": (
            "Boot options\n",
            "A word\n------\n\nBoot options\n",
        ),
    }
    for path, (old, new) in edits.items():
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))
    file.write_text(file.read_text().replace("0x4000_4000", "0x4000_5000"))
    made = scaffolding.prepare(file, root)
    plan = scaffolding.plan_scaffold(made)
    assert plan.notes == (
        "docs/system/arm/ash.rst was edited by hand and stays as it is",
    )
    scaffolding.apply(root, plan)
    for path, (_, new) in edits.items():
        assert new in (root / path).read_text()
    assert "0x40005000" in (root / "hw/arm/ash.c").read_text()


def test_the_next_tree_gets_the_same(tmp_path: Path) -> None:
    """The edits of --diff, applied by git, are what scaffold does."""
    one = write(tmp_path / "one", files("10.2"))
    other = write(tmp_path / "other", files("10.2"))
    done = CliRunner().invoke(
        cli, ["scaffold", str(BOARDS["birch"]), str(one), "--diff"]
    )
    assert done.exit_code == 0
    assert not run(one, "status", "--porcelain")
    patch = tmp_path / "all.patch"
    patch.write_text(done.stdout)
    run(one, "apply", str(patch))
    scaffold(BOARDS["birch"], other)
    assert snapshot(one) == snapshot(other)


def test_a_dry_run_says_what_would_be_and_does_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    before = snapshot(root)
    argv = ["scaffold", str(BOARDS["ash"]), str(root)]
    done = CliRunner().invoke(cli, [*argv, "--dry-run"])
    assert done.exit_code == 0
    assert "hw/arm/Kconfig: would be changed\n" in done.stdout
    assert "hw/arm/ash.c: would be created\n" in done.stdout
    assert snapshot(root) == before
    done = CliRunner().invoke(cli, argv)
    assert "hw/arm/ash.c: created\n" in done.stdout
    assert CliRunner().invoke(cli, argv).stdout == "nothing to change\n"
    argv = ["unscaffold", "ash", str(root)]
    done = CliRunner().invoke(cli, [*argv, "--diff"])
    assert "-config ASH\n" in done.stdout
    done = CliRunner().invoke(cli, argv)
    assert "hw/arm/ash.c: removed\n" in done.stdout
    assert snapshot(root) == before


def test_a_maintainer_is_whom_git_or_the_option_names(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    assert scaffolding.prepare(BOARDS["ash"], root).subject.maintainer == PERSON
    other = "Bea Board <bea@example.org>"
    made = scaffolding.prepare(BOARDS["ash"], root, maintainer=other)
    scaffolding.apply(root, scaffolding.plan_scaffold(made))
    assert f"ash\nM: {other}\n" in (root / "MAINTAINERS").read_text()
    scaffold(BOARDS["ash"], root)  # who is named there stays
    assert f"ash\nM: {other}\n" in (root / "MAINTAINERS").read_text()


@pytest.mark.parametrize(
    ("version", "release"),
    [("10.2.2", "10.2"), ("10.0.13", "10.0"), ("10.1.90", "10.2"), ("10.2.50", "11.0")],
)
def test_the_release_is_read_from_the_tree(
    version: str, release: str, tmp_path: Path
) -> None:
    root = write(tmp_path / "qemu", files("10.2") | {"VERSION": version}, git=False)
    assert Tree(root).version == version
    assert scaffolding.prepare(BOARDS["ash"], root).resolved.target.release == release


def test_a_soc_of_two_boards_stays_until_both_are_gone(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    before = snapshot(root)
    for name in ("birch", "beech-too"):
        for each in ("birch.yaml", "birch-soc.yaml"):
            text = (OWN / each).read_text()
            (tmp_path / each).write_text(
                text.replace("machine: birch", f"machine: {name}")
            )
        scaffold(tmp_path / "birch.yaml", root)
    remove("birch", root)
    assert (root / "hw/arm/birch_soc.c").exists()
    assert "config BIRCH_SOC\n" in (root / "hw/arm/Kconfig").read_text()
    remove("beech-too", root)
    assert snapshot(root) == before


def test_what_was_never_there_cannot_be_taken_out(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    with pytest.raises(TreeError, match="has no board 'ash' that qgen put there"):
        remove("ash", root)
