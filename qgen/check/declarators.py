"""Types as C declares them: from pycparser's declarators to `qgen.check.ctype`."""

from __future__ import annotations

from typing import Any

from qgen.check.code import UNKNOWN
from qgen.check.ctype import (
    NAMED,
    VOID,
    Array,
    CType,
    Int,
    Pointer,
    Signature,
    Struct,
)
from qgen.check.notes import Refused
from qgen.check.parse import line_of
from qgen.check.symbols import Unit
from qgen.check.vocabulary import STRUCTS, TYPES


def type_of(node: Any, unit: Unit) -> CType:
    """The type that a declarator gives."""
    match type(node).__name__:
        case "TypeDecl":
            return _named(node.type, unit)
        case "PtrDecl":
            return Pointer(type_of(node.type, unit))
        case "ArrayDecl":
            return Array(type_of(node.type, unit), _length(node, unit))
        case "FuncDecl":
            return Signature(type_of(node.type, unit), _parameters(node, unit))
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
    if name in STRUCTS or name in TYPES or name in unit.structs:
        return Struct(name)
    if unit.state is not None and name == unit.state[0]:
        return Struct(name)
    raise Refused(line_of(node), f"unknown type {name!r}")


def _length(node: Any, unit: Unit) -> int | None:
    from qgen.check.expressions import Expressions

    if node.dim is None:
        return None
    length = Expressions(unit).expression(node.dim)
    if not isinstance(length.type, Int) or length.value is UNKNOWN or length.value < 1:
        raise Refused(line_of(node), "the length of an array is a constant above 0")
    return int(length.value)


def parameters(node: Any) -> list[Any]:
    """The declarations of a function's parameters; none for ``(void)``."""
    if node.args is None:
        raise Refused(line_of(node), "write (void) for no parameters")
    params = list(node.args.params)
    if any(type(p).__name__ not in ("Decl", "Typename") for p in params):
        raise Refused(line_of(node), "a parameter that no board needs")
    nothing = len(params) == 1 and type(params[0]).__name__ == "Typename"
    return [] if nothing else params


def _parameters(node: Any, unit: Unit) -> tuple[CType, ...]:
    return tuple(type_of(p.type, unit) for p in parameters(node))


def is_const(node: Any) -> bool:
    """Whether what is declared cannot be written to."""
    while type(node).__name__ == "ArrayDecl":
        node = node.type
    return "const" in (node.quals or [])


__all__ = ["VOID", "is_const", "parameters", "type_of"]
