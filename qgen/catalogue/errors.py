"""The error of catalogues."""

from __future__ import annotations


class CatalogueError(ValueError):
    """A catalogue file that is damaged, or of another format; `hint` says what helps."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
