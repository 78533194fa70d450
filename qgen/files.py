"""Writing files so that nobody ever sees half of one. A leaf."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``file``, whole or not at all; OSError if not.

    A link is followed, an existing file keeps its mode, and what is no regular file (a
    pipe, a terminal) is written to as it is.
    """
    write_all({file: text})


def write_all(texts: Mapping[Path, str]) -> None:
    """Write several files as `write_whole` does one: all of them, or none."""
    drafts: dict[Path, Path] = {}
    try:
        for file, text in texts.items():
            target = Path(os.path.realpath(file))
            if not target.exists() or target.is_file():
                drafts[target] = _draft(target, text)
                continue
            with target.open("w", encoding="utf-8") as stream:
                stream.write(text)
        for target in list(drafts):
            drafts.pop(target).replace(target)
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink()


def _draft(target: Path, text: str) -> Path:
    """A finished file beside ``target``, which only has to take its name."""
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(mode)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise
    return Path(draft)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
