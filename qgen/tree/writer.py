"""Writing many files of a tree as one step: killed at any point, all or none are changed.

All new texts are written and flushed beside the tree first; then a journal takes its
name, and from there on the step is decided. A process of its own carries it out (a few
renames), which a signal to qgen does not reach; and if that ends too, whoever opens the
tree with qgen next finishes what the journal says.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from qgen.frozen import frozen
from qgen.tree.errors import TreeError
from qgen.tree.record import FILE, Record, state_folder

_JOURNAL, _DRAFTS, _LOCK = "journal.json", "drafts", "lock"


@frozen(slots=False)
class Change:
    """A file's text before and after; None: no file. ``mode`` is for a new one."""

    path: str
    before: str | None
    after: str | None
    mode: int = 0o644


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the tree: no other qgen edits it, and what one left unfinished is finished."""
    folder = state_folder(root)
    folder.mkdir(exist_ok=True)
    if folder.parent == root:
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TreeError(f"another qgen is editing {root}") from None
        finish(root)
        try:
            yield
        finally:
            if not (folder / FILE).exists() and not (folder / _JOURNAL).exists():
                shutil.rmtree(folder, ignore_errors=True)


def commit(
    root: Path,
    changes: Mapping[str, Change],
    record: Record,
    *,
    step: Callable[[str], None] = lambda name: None,
) -> None:
    """Make all ``changes`` and keep ``record``; to be called while `locked`.

    ``step`` is told of every step before it is made: tests end the process there.
    """
    folder = state_folder(root)
    drafts = folder / _DRAFTS
    step("clear")
    shutil.rmtree(drafts, ignore_errors=True)
    drafts.mkdir()
    work: list[tuple[str | None, str]] = []
    for number, change in enumerate(changes.values()):
        step(f"draft {change.path}")
        _still_there(root, change)
        work.append(
            (_draft(drafts, str(number), root / change.path, change), change.path)
        )
    step("draft record")
    kept = (folder / FILE).relative_to(root).as_posix()
    if record.boards:
        _write(drafts / "record", record.to_json(), 0o644)
        work.append(("record", kept))
    else:
        work.append((None, kept))
    step("draft journal")
    _write(folder / f"{_JOURNAL}.new", json.dumps(work), 0o644)
    step("journal")
    (folder / f"{_JOURNAL}.new").replace(folder / _JOURNAL)
    _carry_out(root, step)


def is_unfinished(root: Path) -> bool:
    """Whether a qgen was killed before all of its changes were made."""
    return (state_folder(root) / _JOURNAL).exists()


def finish(root: Path, step: Callable[[str], None] = lambda name: None) -> None:
    """Carry out what a journal says, if there is one, and clear up."""
    folder = state_folder(root)
    journal = folder / _JOURNAL
    if journal.exists():
        try:
            work = json.loads(journal.read_text(encoding="utf-8"))
        except ValueError:
            raise TreeError(f"{journal} is damaged", "remove it") from None
        for draft, path in work:
            step(f"change {path}")
            _change(root, folder / _DRAFTS, draft, path)
        step("end")
        journal.unlink()
    shutil.rmtree(folder / _DRAFTS, ignore_errors=True)
    (folder / f"{_JOURNAL}.new").unlink(missing_ok=True)


def _change(root: Path, drafts: Path, draft: str | None, path: str) -> None:
    target = root / path
    if draft is None:
        target.unlink(missing_ok=True)
    elif (drafts / draft).exists():  # or else it has its place already
        target.parent.mkdir(parents=True, exist_ok=True)
        (drafts / draft).replace(target)


def _carry_out(root: Path, step: Callable[[str], None]) -> None:
    """Finish in a process that outlives this one, and in this one if that fails."""
    with contextlib.suppress(OSError):
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
                finish(root, step)
            finally:
                os._exit(0)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
    finish(root, step)


def _still_there(root: Path, change: Change) -> None:
    """What is changed is still what was read."""
    file = root / change.path
    raw = file.read_bytes() if os.path.lexists(file) else None
    before = None if change.before is None else change.before.encode()
    if raw != before:
        raise TreeError(f"{change.path} was changed meanwhile", "run qgen again")
    if Path(os.path.realpath(root)) not in Path(os.path.realpath(file)).parents:
        raise TreeError(f"{change.path} leads out of {root}")


def _draft(drafts: Path, name: str, target: Path, change: Change) -> str | None:
    if change.after is None:
        return None
    if target.exists():
        mode = target.stat().st_mode & 0o7777
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = change.mode & ~mask
    _write(drafts / name, change.after, mode)
    return name


def _write(file: Path, text: str, mode: int) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(mode)
