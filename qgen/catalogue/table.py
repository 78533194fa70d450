"""A file of facts by name: compressed, sorted, and parsed a line at a time.

Its first line is a header, whose key says what the file holds; every other one is a
name (sorted as bytes), a tab, and a JSON object.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from qgen.catalogue.errors import CatalogueError

# A gzip container, in zlib's terms; importing gzip costs more than reading the file.
_GZIP = 16 + zlib.MAX_WBITS
# Far above any real catalogue: a damaged or hostile file must not fill the memory.
_MAX_BYTES = 64 * 1024 * 1024


class Table:
    """The lines of a file; `header` is the object of its first one.

    `source` names the file in errors, `what` says what it should be ("a device
    catalogue"). Raises `CatalogueError`, here or from any method, when the text is not
    what `qgen.lab` writes.
    """

    def __init__(self, text: str, source: str, key: str, kind: int, what: str) -> None:
        self.source = source
        self._lines = text.split("\n")
        if self._lines[-1] == "":
            self._lines.pop()
        found, _, rest = (self._lines or [""])[0].partition("\t")
        if found != key:
            raise CatalogueError(f"{source} is not {what}")
        self.header = self._object(key, rest)
        if self.header.get("format") != kind:
            raise CatalogueError(
                f"{source} has format {self.header.get('format')!r}; "
                f"this qgen reads format {kind}",
                "measure it again: qgen catalog build",
            )

    def find(self, name: str) -> dict[str, Any] | None:
        """The object that stands for `name`, or None."""
        index = bisect_left(self._lines, f"{name}\t", lo=1)
        if index == len(self._lines):
            return None
        key, _, rest = self._lines[index].partition("\t")
        return self._object(key, rest) if key == name else None

    def names(self, without: str | None = None) -> Sequence[str]:
        """All names, sorted; without those whose line has the text `without`."""
        return [
            line.partition("\t")[0]
            for line in self._lines[1:]
            if without is None or without not in line
        ]

    def __len__(self) -> int:
        return len(self._lines) - 1

    def damaged(self, key: str, error: Exception) -> CatalogueError:
        """The error for a line that is no line of a catalogue."""
        return CatalogueError(f"{self.source} is damaged at {key!r}: {error}")

    def _object(self, key: str, text: str) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.damaged(key, error) from error
        if not isinstance(data, dict):
            raise self.damaged(key, TypeError("not a JSON object"))
        return data


def nearest(name: str, names: Iterable[str], n: int) -> list[str]:
    """At most `n` of `names` that look like `name`.

    The likest first; of equally like ones, those that begin as `name` does.
    """
    from difflib import SequenceMatcher, get_close_matches

    plain = {_plain(each): each for each in names}
    wanted = _plain(name)

    def unlikeness(candidate: str) -> tuple[float, int]:
        alike = takewhile(bool, map(str.__eq__, candidate, wanted))
        ratio = SequenceMatcher(None, candidate, wanted).ratio()
        return -ratio, -sum(alike)

    found = get_close_matches(wanted, plain, 4 * n)
    return [plain[each] for each in sorted(found, key=unlikeness)][:n]


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def read(path: Path) -> bytes:
    """The bytes of a file, or `CatalogueError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error


def unpack(packed: bytes, source: str) -> str:
    """The text in the bytes of a file that `source` names, or `CatalogueError`."""
    inflate = zlib.decompressobj(_GZIP)
    try:
        text = inflate.decompress(packed, _MAX_BYTES).decode("utf-8")
    except (zlib.error, UnicodeDecodeError) as error:
        raise CatalogueError(f"{source} is damaged: {error}") from error
    if not inflate.eof:
        raise CatalogueError(f"{source} is damaged: it ends early, or is far too big")
    return text
