"""What the check found, in one list; and the error that ends a part of it.

A leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

LIMIT = 60
"""A text that is wrong in more places than this is only counted on."""


class Refused(Exception):
    """C that cannot be read or executed further; ``line`` says where."""

    def __init__(self, line: int, text: str):
        super().__init__(text)
        self.line, self.text = line, text


class Notes:
    """Findings in the order in which they were made, each once."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self._more = 0
        self._file = ""

    @contextmanager
    def of(self, file: str) -> Iterator[None]:
        """Lines are those of another file, a header."""
        before, self._file = self._file, f"{file} "
        try:
            yield
        finally:
            self._file = before

    def add(self, line: int, text: str) -> None:
        """Note ``text`` about a line of the C; line 0 stands for the whole of it."""
        finding = f"{self._file}line {line}: {text}" if line else text
        if finding in self._seen:
            return
        if len(self._seen) < LIMIT:
            self._seen[finding] = None
        else:
            self._more += 1

    def refused(self, refusal: Refused) -> None:
        """Note what ended a part of the check."""
        self.add(refusal.line, refusal.text)

    def __len__(self) -> int:
        return len(self._seen)

    def listed(self) -> list[str]:
        """All findings, and how many more there are than anyone would read."""
        more = [f"... and {self._more} more"] if self._more else []
        return [*self._seen, *more]
