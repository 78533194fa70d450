"""What all models share, and short forms of writing them."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """What all models share: immutable, and every key must be known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Short(NamedTuple):
    """What else may be written where a model or a list stands: the editors' schema asks.

    ``form`` is "mapping" where a value stands for one with it under ``key``, "list" where
    one stands for a list of one, "then" where all but mappings with ``key`` stand for one.
    """

    form: Literal["mapping", "list", "then"]
    key: str | None = None


def _marked(check: Callable[[Any], Any], short: Short) -> Any:
    check.short = short  # type: ignore[attr-defined]
    return check


def as_mapping(key: str) -> Any:
    """Let a scalar stand for a mapping with that scalar under ``key``."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return _marked(wrap, Short("mapping", key))


def as_list(key: str) -> Any:
    """Let a scalar stand for a list of one, and scalars in a list for mappings."""

    def wrap(value: Any) -> Any:
        items = value if isinstance(value, list) else [value]
        return [item if isinstance(item, dict) else {key: item} for item in items]

    return _marked(wrap, Short("list", key))


def as_value(key: str) -> Any:
    """Let all but a mapping that has ``key`` stand for one with it under ``key``."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) and key in value else {key: value}

    return _marked(wrap, Short("then", key))


def as_items(value: Any) -> Any:
    """Let a scalar stand for a list of one."""
    return [value] if isinstance(value, str) else value


def as_choices(value: Any) -> Any:
    """Let one value stand for a list of one."""
    return [value] if isinstance(value, (bool, str)) else value


for _check in (as_items, as_choices):
    _marked(_check, Short("list"))
