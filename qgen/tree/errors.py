"""The one error of this room. A leaf."""

from __future__ import annotations


class TreeError(Exception):
    """Why a source tree cannot be edited; what a person can do about it in `hint`.

    Whoever gets it knows that not one byte of the tree was changed.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message
