"""A QEMU source tree: reading it, and what version it has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from qgen.frozen import frozen
from qgen.tree.errors import TreeError

MAX_BYTES = 8 << 20
_WANTED = ("VERSION", "MAINTAINERS", "configure", "Kconfig.host", "meson.build")


@frozen(slots=False)
class Tree:
    """The source tree in ``root``; paths in it have ``/`` between their parts."""

    root: Path

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is none; `TreeError` if it is no text."""
        file = self.root / path
        if not os.path.lexists(file):
            return None
        if file.is_symlink() or not file.is_file():
            raise TreeError(f"{path} is no plain file", "qgen edits plain files only")
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TreeError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise TreeError(f"{path} is not UTF-8 text") from None

    def lines(self, path: str) -> list[str]:
        """The lines of a file that has to be there, each with its end."""
        text = self.read(path)
        if text is None:
            raise self.strange(path, "there is no such file")
        return lines_of(path, text)

    def below(self, folder: str, pattern: str) -> Iterator[tuple[str, str]]:
        """Paths and texts of the files in ``folder`` whose names fit ``pattern``."""
        for file in sorted((self.root / folder).glob(pattern)):
            if file.is_file():
                text = file.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
                yield file.relative_to(self.root).as_posix(), text

    @staticmethod
    def strange(path: str, why: str) -> TreeError:
        """The error for a file that is not as QEMU's trees have it."""
        return TreeError(
            f"{path} is not as qgen knows it: {why}",
            "qgen edits QEMU's source trees from 7.2 on",
        )

    @cached_property
    def version(self) -> str:
        """The version ("10.2.2") that the tree has; `TreeError` if it is not QEMU's."""
        missing = [name for name in _WANTED if not (self.root / name).is_file()]
        if missing:
            raise TreeError(
                f"{self.root} is not QEMU's source: it has no {missing[0]}",
                "name the folder that QEMU's configure is in",
            )
        version = (self.read("VERSION") or "").strip()
        if re.fullmatch(r"\d+\.\d+\.\d+", version) is None:
            raise self.strange("VERSION", f"it says {version[:40]!r}")
        return version


def lines_of(path: str, text: str) -> list[str]:
    """``text`` in lines; `TreeError` where they do not end as QEMU's do."""
    lines = _split(text)
    if lines and not lines[-1].endswith("\n"):
        raise Tree.strange(path, "its last line has no end")
    if "\r" in text:
        raise Tree.strange(path, "its lines do not end with a line feed alone")
    return lines


def _split(text: str) -> list[str]:
    """Only line feeds end lines, whatever else Unicode has."""
    parts = text.split("\n")
    whole = [f"{part}\n" for part in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole
