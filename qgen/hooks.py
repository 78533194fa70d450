"""The person's C beside a spec: that it is there, and that it has what the spec names.

Only its text is looked at: the compiler, in `qgen.lab`, says the rest.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from qgen.board import Board
from qgen.diagnostics import Code, Finding

MAX_BYTES = 4 << 20
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def judge_hook_file(board: Board, folder: Path) -> list[Finding]:
    """What is wrong with the hook file of ``board``, which lies in ``folder``."""
    hooks = board.hooks
    if hooks is None:
        return []
    findings, texts = [], []
    for place, name in enumerate(hooks.files):
        try:
            texts.append(_text(folder, name))
        except OSError as error:
            why = error.strerror or str(error)
            message = f"the hook file {name!r} cannot be read: {why}"
            at = (*hooks.origin, "file", *([place] * (len(hooks.files) > 1)))
            help_ = (
                "it lies beside the spec, and defines the functions that the hooks name"
            )
            findings.append(Finding(Code.Q0219, message, at, help_))
    if findings:
        return findings
    named = " or ".join(map(repr, hooks.files))
    plain = _COMMENT.sub(" ", "\n".join(texts))
    return [
        Finding(
            Code.Q0219,
            f"{named} has no function {hook.function!r}",
            hook.origin,
            "define it there: qgen writes only its prototype",
        )
        for hook in hooks.hooks
        if not re.search(rf"\b{hook.function}\s*\(", plain)
    ]


def hook_texts(board: Board, folder: Path) -> dict[str, str]:
    """The texts of the hook files by their names; OSError."""
    files = () if board.hooks is None else board.hooks.files
    return {name: _text(folder, name) for name in files}


def _text(folder: Path, name: str) -> str:
    file = folder / name
    if Path(os.path.realpath(file)).parent != Path(os.path.realpath(folder)):
        raise OSError(0, "it leads out of the spec's folder")
    if not file.is_file():
        raise OSError(
            0, "there is no such file" if not file.exists() else "it is no file"
        )
    with file.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise OSError(0, f"it is larger than {MAX_BYTES >> 20} MiB")
    return raw.decode("utf-8", "replace")
