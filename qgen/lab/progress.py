"""How long work says where it is, to whoever shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step; prints nothing by itself."""

    def step(self, text: str) -> None:
        """A new phase begins, which `text` names."""

    def update(self, done: int, total: int) -> None:
        """`done` of `total` pieces of the present phase are finished."""
