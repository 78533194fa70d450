"""QEMU's functions as boards see them: prototypes from its headers, and models.

Each model is registered with its prototype, from which arity and types are checked.
The models live in `qgen.check.api_memory`, `api_devices` and `api_machine`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from qgen.check.ctype import NULL, Pointer, Signature, from_text
from qgen.targets import TARGETS, Feature, Target, first_with

Model = Callable[..., Any]
M = TypeVar("M", bound=Model)


class Function(NamedTuple):
    """One function of QEMU's.

    ``strict``: the places of the arguments that may not be NULL. ``devices``: of those
    that are devices of the board, and not the machine or the SoC that runs.
    ``variadic``: a format and what it prints follow; ``numbers``: any count of numbers.
    """

    name: str
    type: Signature
    model: Model
    optional: int
    strict: tuple[int, ...]
    devices: tuple[int, ...]
    variadic: bool
    numbers: bool
    owned: bool
    used: bool


FUNCTIONS: dict[str, Function] = {}
"""All functions that a board may call, by name, as the newest release has them."""
SINCE: dict[str, Feature] = {}
"""Those that came with a feature."""
BEFORE: dict[str, list[tuple[Feature, Function]]] = {}
"""Those that went, or took other arguments, before a feature."""


def find(name: str, target: Target) -> Function | None:
    """The function ``name`` of ``target``'s release."""
    older = [each for each in BEFORE.get(name, ()) if not target.has(each[0])]
    if older:  # the feature that came first changed the oldest
        return min(older, key=lambda each: list(TARGETS).index(first_with(each[0])))[1]
    since = SINCE.get(name)
    if since is not None and not target.has(since):
        return None
    return FUNCTIONS.get(name)


def function(
    prototype: str,
    *,
    optional: int = 0,
    owned: bool = False,
    used: bool = False,
    since: Feature | None = None,
    before: Feature | None = None,
) -> Callable[[M], M]:
    """Register the model of the function with this prototype.

    A parameter that ends in ``?`` may be NULL: ``Object *?``; ``numbers`` stands for
    any count of numbers. ``optional``: so many of
    the last parameters came with a later release. ``owned``: the caller has to free the
    result. ``used``: a result that is dropped is a fault. ``since`` is the feature that
    brought the function, ``before`` the one that took it away or changed it.
    """

    def register(model: M) -> M:
        made = declared(prototype, model, optional=optional, owned=owned, used=used)
        if before is not None:
            BEFORE.setdefault(made.name, []).append((before, made))
            return model
        FUNCTIONS[made.name] = made
        if since is not None:
            SINCE[made.name] = since
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
    variadic, numbers = (params[-1:] == [rest] for rest in ("...", "numbers"))
    fixed = params[:-1] if variadic or numbers else params
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
        name, type_, model, optional, strict, devices, variadic, numbers, owned, used
    )
