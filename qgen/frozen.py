"""Frozen dataclasses that cost nothing until they are used. A leaf.

`dataclasses.dataclass(frozen=True)` writes and compiles six methods a class: close to a
millisecond each, for hundreds of classes of which one spec needs a part. Here the
fields, ``replace`` and ``match`` are those of `dataclasses`; comparing, hashing and
printing are shared by all classes, and ``__init__`` is compiled when the first object of
the class is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(
    *, slots: bool = True, eq: bool = True, repr: bool = True, kw_only: bool = False
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    cls: type[T] | None = None,
    /,
    *,
    slots: bool = True,
    eq: bool = True,
    repr: bool = True,
    kw_only: bool = False,
) -> type[T] | Callable[[type[T]], type[T]]:
    """A frozen dataclass; the parameters are those of `dataclasses.dataclass`.

    Without ``slots``, objects have a ``__dict__``: for classes with several bases, or
    with a `functools.cached_property`.
    """

    def make(plain: type[T]) -> type[T]:
        made = dataclass(
            init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
        )(plain)
        methods: dict[str, Callable[..., Any]] = {
            "__init__": _first_init(made),
            "__setattr__": _refuse_to_set,
            "__delattr__": _refuse_to_delete,
        }
        if eq:
            methods |= _comparison(made)
        if repr:
            methods["__repr__"] = _repr
        for name, method in methods.items():
            if name not in plain.__dict__:
                setattr(made, name, method)
        return made

    return make if cls is None else make(cls)


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _comparison(cls: Any) -> dict[str, Callable[..., Any]]:
    """Equality and hash by the values of the fields that compare."""
    names = [f.name for f in fields(cls) if f.compare]
    values: Callable[[object], Any]
    values = attrgetter(*names) if names else lambda self: ()

    def equal(self: object, other: object) -> object:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


def _first_init(cls: Any) -> Callable[..., None]:
    """An ``__init__`` that puts the compiled one in its own place."""

    def first(self: object, *arguments: object, **named: object) -> None:
        type.__setattr__(cls, "__init__", _compiled_init(fields(cls)))
        cls.__init__(self, *arguments, **named)

    return first


def _compiled_init(all_fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters, body = ["self"], ["pass"]
    for each in sorted(all_fields, key=lambda f: bool(f.kw_only)):
        name = each.name
        if each.kw_only and "*" not in parameters:
            parameters.append("*")
        default = ""
        if each.default_factory is not MISSING:
            scope[f"_make_{name}"] = each.default_factory
            body.append(f"if {name} is _missing: {name} = _make_{name}()")
            default = "=_missing"
        elif each.default is not MISSING:
            scope[f"_default_{name}"] = each.default
            default = f"=_default_{name}"
        parameters.append(name + default)
        body.append(f"_set(self, {name!r}, {name})")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body)
    exec(text, scope)
    return scope["__init__"]  # type: ignore[no-any-return]
