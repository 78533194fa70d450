"""Where the templates and the shipped specs are: in the checkout, or in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``name`` ("templates" or "specs") of this installation."""
    wheel = _PACKAGE / "_shipped" / name
    return wheel if wheel.is_dir() else _PACKAGE.parent / name
