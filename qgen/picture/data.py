"""Pictures as plain data, for scripts."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum

from qgen.picture.spots import Spot


def as_data(value: object) -> object:
    """What JSON can say: a dataclass as a mapping, with its kind where that may differ."""
    match value:
        case Spot():
            return {"file": value.file, "line": value.line}
        case Enum():
            return value.value
        case tuple() | list():
            return [as_data(each) for each in value]
        case dict():
            return {str(key): as_data(each) for key, each in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            kind = type(value).__name__.lower()
            named = {"kind": kind} if kind in ("box", "gap") else {}
            return named | {
                each.name: as_data(getattr(value, each.name)) for each in fields(value)
            }
        case _:
            return value
