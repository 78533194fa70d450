"""What qgen put into a tree, kept beside it: in .git, or in .qgen where there is none.

So a second run can tell a person's edits from its own, and taking a board out again
leaves what was there before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from qgen.frozen import frozen
from qgen.tree.errors import TreeError

_VERSION = 1
FILE = "record.json"


def state_folder(root: Path) -> Path:
    """Where qgen keeps what it has to remember of the tree in ``root``."""
    git = root / ".git"
    return git / "qgen" if git.is_dir() else root / ".qgen"


def digest(text: str | None) -> str | None:
    """The digest of a file's text, None for no file."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


@frozen(slots=False)
class Record:
    """``boards``: by name, the texts of the pieces by theirs; ``files``: digests."""

    boards: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)

    def to_json(self) -> str:
        """The record as it is kept."""
        data = {"version": _VERSION, "boards": self.boards, "files": self.files}
        return json.dumps(data, indent=1, sort_keys=True) + "\n"


def read(root: Path) -> Record:
    """The record of the tree in ``root``, an empty one if there is none."""
    file = state_folder(root) / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Record()
    try:
        data = json.loads(text)
        if data["version"] != _VERSION:
            raise ValueError
        boards = {str(k): dict(v) for k, v in data["boards"].items()}
        return Record(boards, dict(data["files"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise TreeError(
            f"{file} is damaged", "remove it: then qgen goes by what the tree says"
        ) from None
