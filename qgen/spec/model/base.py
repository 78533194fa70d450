"""What all models share, and short forms of writing them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What all models share: immutable, and every key must be known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def as_mapping(key: str) -> Any:
    """Let a scalar stand for a mapping with that scalar under ``key``."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return wrap


def as_list(key: str) -> Any:
    """Let a scalar stand for a list of one, and scalars in a list for mappings."""

    def wrap(value: Any) -> Any:
        items = value if isinstance(value, list) else [value]
        return [item if isinstance(item, dict) else {key: item} for item in items]

    return wrap


def as_items(value: Any) -> Any:
    """Let a scalar stand for a list of one."""
    return [value] if isinstance(value, str) else value


def as_choices(value: Any) -> Any:
    """Let one value stand for a list of one."""
    return [value] if isinstance(value, (bool, str)) else value
