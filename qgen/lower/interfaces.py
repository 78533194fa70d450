"""Interfaces of QOM that the machine implements, by C of the person's."""

from __future__ import annotations

from qgen.diagnostics import Code
from qgen.lower.scope import Scope
from qgen.spec.model import Spec


def lower_interfaces(spec: Spec, scope: Scope) -> tuple[str, ...]:
    """The interfaces, each once, and a hook that fills their classes."""
    for place, name in enumerate(spec.interfaces):
        path = ("interfaces", place)
        if name in spec.interfaces[:place]:
            message = f"{name!r} is listed already"
            scope.error(Code.Q0202, message, path, "list each once")
        elif spec.hooks is None or spec.hooks.class_init is None:
            message = f"nothing implements {name!r}: QEMU would call a null pointer"
            help_ = "add hooks: {file: FILE, class_init: FUNCTION} that fills its class"
            scope.error(Code.Q0214, message, path, help_)
    return tuple(spec.interfaces)
