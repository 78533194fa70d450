"""Killed at any point, a tree is as it was before, or as it will be."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qgen.compose import scaffolding
from qgen.tree import Plan, TreeError, commit, is_unfinished, locked

from .support import files, snapshot, write
from .test_scaffold import BOARDS, scaffold


def fresh(root: Path) -> Path:
    """A tree that keeps qgen's state in .git, though git was never there."""
    write(root, files("10.2"), git=False)
    (root / ".git").mkdir()
    return root


def carry_out(
    root: Path, plan: Plan, step: Callable[[str], None] = lambda name: None
) -> None:
    with locked(root):
        commit(root, plan.changes, plan.record, step=step)


@dataclass(frozen=True)
class Case:
    """Putting a board in and taking it out, and the steps of each."""

    put: Plan
    put_steps: list[str]
    take: Plan
    take_steps: list[str]
    before: dict[str, tuple[bytes, int]]
    after: dict[str, tuple[bytes, int]]


def logged(root: Path, plan: Plan, log: Path) -> list[str]:
    """The names of all steps, those in the other process too."""

    def step(name: str) -> None:
        with log.open("a") as stream:
            stream.write(f"{name}\n")

    carry_out(root, plan, step)
    return list(dict.fromkeys(log.read_text().splitlines()))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("whole")
    root = write(folder / "qemu", files("10.2"))
    before = snapshot(root)
    put = scaffolding.plan_scaffold(scaffolding.prepare(BOARDS["birch"], root))
    put_steps = logged(root, put, folder / "put")
    after = snapshot(root)
    take = scaffolding.plan_removal(root, "birch", None)
    take_steps = logged(root, take, folder / "take")
    assert snapshot(root) == before
    return Case(put, put_steps, take, take_steps, before, after)


def in_child(work: Callable[[], None]) -> None:
    """Do ``work`` in a process that it may end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def dies_at(fatal: str) -> Callable[[str], None]:
    """Ends whichever process comes to a step."""

    def step(name: str) -> None:
        if name == fatal:
            os._exit(9)

    return step


def test_there_is_a_step_for_every_file(case: Case) -> None:
    changed = {p for p in case.after if case.after[p] != case.before.get(p)}
    assert len(changed) > 8
    for steps in (case.put_steps, case.take_steps):
        assert {f"draft {path}" for path in changed} < set(steps)
        assert {f"change {path}" for path in changed} < set(steps)


@pytest.mark.parametrize("taking", [False, True], ids=["put", "take"])
def test_every_process_dies_at_every_step(
    taking: bool, case: Case, tmp_path: Path
) -> None:
    """The power fails: who opens the tree next finds it whole."""
    steps = case.take_steps if taking else case.put_steps
    plan = case.take if taking else case.put
    states = (case.after, case.before) if taking else (case.before, case.after)
    for number, fatal in enumerate(steps):
        root = fresh(tmp_path / str(number) / "qemu")
        if taking:
            carry_out(root, case.put)
        in_child(lambda r=root, f=fatal: carry_out(r, plan, dies_at(f)))  # type: ignore[misc]
        decided = number > steps.index("journal")
        assert is_unfinished(root) == decided, fatal
        assert decided or snapshot(root) == states[0], fatal
        scaffolding.settle(root)
        assert snapshot(root) == states[decided], fatal


def test_qgen_dies_and_its_work_is_done_all_the_same(
    case: Case, tmp_path: Path
) -> None:
    """`kill -9`: nobody has to run qgen again for a whole tree."""
    steps = case.put_steps
    for number, fatal in enumerate(steps[steps.index("journal") + 1 :]):
        root = fresh(tmp_path / str(number) / "qemu")

        def work(root: Path = root, fatal: str = fatal) -> None:
            own = os.getpid()

            def step(name: str) -> None:
                if name == fatal and os.getpid() != own:
                    os.kill(own, signal.SIGKILL)

            carry_out(root, case.put, step)

        in_child(work)
        for _ in range(1000):
            if not is_unfinished(root):
                break
            time.sleep(0.01)
        assert snapshot(root) == case.after, fatal


def test_two_at_once(tmp_path: Path) -> None:
    root = write(tmp_path / "qemu", files("10.2"))
    with locked(root), pytest.raises(TreeError, match="another qgen is editing"):
        scaffold(BOARDS["ash"], root)
    scaffold(BOARDS["ash"], root)


def test_a_file_that_changes_meanwhile_stops_everything(
    case: Case, tmp_path: Path
) -> None:
    root = fresh(tmp_path / "qemu")
    (root / "MAINTAINERS").write_text("Somebody was faster\n")
    before = snapshot(root)
    with pytest.raises(TreeError, match="MAINTAINERS was changed meanwhile"):
        scaffolding.apply(root, case.put)
    assert snapshot(root) == before
    assert not (root / ".git" / "qgen").exists()
