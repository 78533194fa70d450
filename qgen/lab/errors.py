"""The lab's one error.

A leaf. Everything that the lab cannot do, find or trust ends as a `LabError`; only
the command line prints it.
"""

from __future__ import annotations


class LabError(Exception):
    """What went wrong in `message`; what a person can do about it in `hint`."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message
