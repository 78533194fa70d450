"""What git says of a person's tree; nothing here changes that."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from qgen.frozen import frozen
from qgen.lab import process
from qgen.lab.errors import LabError


def has(root: Path) -> bool:
    """Whether the folder is the top of a git work tree."""
    return (root / ".git").exists()


def changed(root: Path, paths: Collection[str]) -> frozenset[str]:
    """Which of ``paths`` differ from the last commit, or are not in it."""
    if not paths:
        return frozenset()
    argv = ["git", "-C", str(root), "status", "--porcelain=v1", "-z", "--no-renames"]
    argv += ["--untracked-files=all", "--ignored", "--", *sorted(paths)]
    done = process.capture(argv)
    if done.returncode:
        raise LabError(f"git cannot say what is changed in {root}:\n{done.stderr}")
    return frozenset(entry[3:] for entry in done.stdout.split("\0") if entry)


def identity(root: Path) -> str | None:
    """Who commits in ``root``, as "Name <address>"; None if nobody has said so."""
    argv = ["git", "-C", str(root), "-c", "user.useConfigOnly=true", "var"]
    done = process.capture([*argv, "GIT_AUTHOR_IDENT"])
    if done.returncode:
        return None
    return done.stdout.rpartition(">")[0] + ">"


@frozen(slots=False)
class Commit:
    """A commit: ``files`` are texts before and after (None: no file), and a new mode."""

    message: str
    files: Mapping[str, tuple[str | None, str | None, int]]


def format_patches(
    commits: Sequence[Commit], person: str, cover: tuple[str, str] | None
) -> dict[str, str]:
    """The files of ``git format-patch``, signed off by ``person``, by their names.

    They are made in a repository of their own, which has only the files that change.
    ``cover`` are subject and text of a cover letter.
    """
    with tempfile.TemporaryDirectory(prefix="qgen-patch-") as folder:
        repository = _Repository(Path(folder), person)
        base: dict[str, str | None] = {}
        for commit in commits:
            for path, (before, _, _) in commit.files.items():
                base.setdefault(path, before)
        repository.commit("base", {p: (t, 0o644) for p, t in base.items() if t}, False)
        for commit in commits:
            after = {p: (new, mode) for p, (_, new, mode) in commit.files.items()}
            repository.commit(commit.message, after, True)
        return repository.patches(len(commits), cover)


class _Repository:
    """A repository that no configuration of the person's reaches."""

    def __init__(self, root: Path, person: str) -> None:
        self._root = root
        name, _, address = person.rpartition(" <")
        self._who = ("-c", f"user.name={name}", "-c", f"user.email={address[:-1]}")
        self._git("init", "-q")

    def commit(
        self, message: str, files: Mapping[str, tuple[str | None, int]], sign: bool
    ) -> None:
        for path, (text, mode) in files.items():
            file = self._root / path
            if text is None:
                file.unlink()
                continue
            new = not file.exists()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            if new:
                file.chmod(mode)
        self._git("add", "-A", "-f")
        signed = ("--signoff",) if sign else ()
        self._git("commit", "-q", "--allow-empty", *signed, "-F", "-", stdin=message)

    def patches(self, count: int, cover: tuple[str, str] | None) -> dict[str, str]:
        argv = ["format-patch", "-q", "-o", "out", f"-{count}"]
        self._git(*argv, *(("--cover-letter",) if cover else ()))
        found = {
            file.name: file.read_text(encoding="utf-8")
            for file in sorted((self._root / "out").iterdir())
        }
        letter = next((name for name in found if name.startswith("0000-")), None)
        if cover is not None and letter is not None:
            subject, text = cover
            filled = found[letter].replace("*** SUBJECT HERE ***", subject)
            found[letter] = filled.replace("*** BLURB HERE ***", text)
        return found

    def _git(self, *argv: str, stdin: str = "") -> None:
        alone = ["env", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"]
        unset = [f"-u{name}" for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")]
        call = [alone[0], *unset, *alone[1:], "git", "-C", str(self._root), *self._who]
        done = process.capture([*call, *argv], stdin=stdin)
        if done.returncode:
            raise LabError(f"git {argv[0]} failed:\n{done.stderr or done.stdout}")
