"""Types as C declares them: from pycparser's declarators to `qgen.check.ctype`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgen.check.ctype import NAMED, Array, CType, Pointer, Signature, Struct
from qgen.check.notes import Refused
from qgen.check.parse import line_of
from qgen.check.symbols import Unit
from qgen.check.vocabulary import STRUCTS, TYPES

Length = Callable[[Any], int]


def type_of(node: Any, unit: Unit, length: Length | None = None) -> CType:
    """The type that a declarator gives; ``length`` reads that of an array."""
    match type(node).__name__:
        case "TypeDecl":
            return _named(node.type, unit)
        case "PtrDecl":
            return Pointer(type_of(node.type, unit, length))
        case "ArrayDecl" if node.dim is None:
            return Array(type_of(node.type, unit, length), None)
        case "ArrayDecl" if length is not None:
            return Array(type_of(node.type, unit, length), length(node.dim))
        case "FuncDecl":
            params = tuple(type_of(p.type, unit) for p in parameters(node))
            return Signature(type_of(node.type, unit), params)
    raise Refused(line_of(node), "a declaration that no board needs")


def _named(node: Any, unit: Unit) -> CType:
    match type(node).__name__:
        case "IdentifierType":
            name = " ".join(node.names)
        case "Struct" if node.decls is None:
            name = str(node.name)
        case _:
            raise Refused(line_of(node), "a type that no board needs")
    if name in NAMED:
        return NAMED[name]
    own = name in unit.states.values() or name in unit.embeddable
    if name in STRUCTS or name in TYPES or own:
        return Struct(name)
    raise Refused(line_of(node), f"unknown type {name!r}")


def parameters(node: Any) -> list[Any]:
    """The declarations of a function's parameters; none for ``(void)``."""
    if node.args is None:
        raise Refused(line_of(node), "write (void) for no parameters")
    params = list(node.args.params)
    kinds = [type(param).__name__ for param in params]
    if kinds == ["Typename"]:
        return []
    if kinds != ["Decl"] * len(kinds):
        raise Refused(line_of(node), "a parameter without a name")
    return params


def is_const(node: Any) -> bool:
    """Whether what is declared cannot be written to."""
    while type(node).__name__ == "ArrayDecl":
        node = node.type
    return "const" in (getattr(node, "quals", None) or ())
