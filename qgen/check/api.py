"""QEMU's functions as boards see them: prototypes from its headers, and models.

Each model is registered with its prototype, from which arity and types are checked.
The models live in `qgen.check.api_memory`, `api_devices` and `api_machine`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from qgen.check.ctype import NULL, Pointer, Signature, from_text

Model = Callable[..., Any]
M = TypeVar("M", bound=Model)


class Function(NamedTuple):
    """One function of QEMU's.

    ``strict``: the places of the arguments that may not be NULL. ``devices``: of those
    that are devices of the board, and not the machine or the SoC that runs.
    """

    name: str
    type: Signature
    model: Model
    optional: int
    strict: tuple[int, ...]
    devices: tuple[int, ...]
    variadic: bool
    owned: bool
    used: bool


FUNCTIONS: dict[str, Function] = {}
"""All functions that a board may call, by name."""


def function(
    prototype: str, *, optional: int = 0, owned: bool = False, used: bool = False
) -> Callable[[M], M]:
    """Register the model of the function with this prototype.

    A parameter that ends in ``?`` may be NULL: ``Object *?``. ``optional``: so many of
    the last parameters came with a later release. ``owned``: the caller has to free the
    result. ``used``: a result that is dropped is a fault.
    """

    def register(model: M) -> M:
        made = declared(prototype, model, optional=optional, owned=owned, used=used)
        FUNCTIONS[made.name] = made
        return model

    return register


def declared(
    prototype: str,
    model: Model,
    *,
    optional: int = 0,
    owned: bool = False,
    used: bool = False,
) -> Function:
    """The function with this prototype."""
    head, _, tail = prototype.rstrip(")").partition("(")
    start = max(head.rfind(" "), head.rfind("*")) + 1
    name, result = head[start:], from_text(head[:start])
    params = [] if tail == "void" else tail.split(", ")
    variadic = params[-1:] == ["..."]
    fixed = params[:-1] if variadic else params
    types = tuple(
        NULL if param == "function *?" else from_text(param.rstrip("?"))
        for param in fixed
    )
    strict = tuple(
        place
        for place, (param, type_) in enumerate(zip(fixed, types, strict=True))
        if isinstance(type_, Pointer) and not param.endswith("?")
    )
    devices = tuple(
        place
        for place, (name_, wanted) in enumerate([*model.__annotations__.items()][1:])
        if wanted == "Device" and name_ != "return"
    )
    type_ = Signature(result, types)
    return Function(
        name, type_, model, optional, strict, devices, variadic, owned, used
    )
