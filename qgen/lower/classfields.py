"""The fields of MachineClass that the spec sets."""

from __future__ import annotations

from qgen.board import ClassField
from qgen.expr import Expr
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Spec


def lower_class(spec: Spec, scope: Scope) -> tuple[ClassField, ...]:
    """The fields in alphabetical order, sizes as numbers of bytes."""
    fields = []
    extra = spec.class_.model_extra or {}  # those of the base
    for name, value in spec.class_:
        path: Path = ("class", name)
        if name in extra:
            continue
        if value is None:
            continue
        if isinstance(value, Expr):
            expr = scope.resolve(value, path)
            value = None if expr is None else scope.number(expr, path, low=1)
        if value is not None:
            fields.append(ClassField(name, value, path))
    return tuple(fields)
