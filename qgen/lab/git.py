"""What git says of a person's tree; nothing here changes that."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

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
