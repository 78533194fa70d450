"""Devices inside others that only some properties bring: the spec names their types.

The catalogue knows what is inside a device without its properties, and which of them
bring something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code
from qgen.lower.device_types import device_type
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model

_ALONE = ("properties", "nic", "irqs", "gpios", "clocks")


def with_brought(known: DeviceType, parts: Mapping[str, model.Part]) -> DeviceType:
    """``known`` with the parts whose type the spec gives."""
    more = tuple((path, part.type) for path, part in parts.items() if part.type)
    return replace(known, realized_children=known.realized_children + more)


def judge_brought(
    known: DeviceType,
    device: model.Device,
    path: Path,
    catalogue: Catalogue,
    scope: Scope,
) -> None:
    """Refuse what no property can bring, and what may not be there."""
    there = dict(known.children + known.realized_children)
    bringing = [name for name in known.children_shaped_by if name in device.properties]
    for name, part in device.parts.items():
        if part.type is None:
            continue
        here = (*path, "parts", name)
        device_type(part.type, (*here, "type"), catalogue, scope)
        message, help_ = "", "leave out the type"
        if name in there:
            message = f"a {known.name!r} has {name!r} by itself: a {there[name]!r}"
        elif "/" in name:
            message = "only what is directly inside a device can be brought by it"
            help_ = "name the child itself"
        elif not bringing:
            message = f"no property that is set here brings {known.name!r} a child"
            some = ", ".join(map(repr, known.children_shaped_by))
            help_ = f"set {some}" if some else "no property of this type does"
        if message:
            scope.error(Code.Q0214, message, (*here, "type"), help_)
            continue
        for key in _ALONE:
            if getattr(part, key):
                message = f"{name!r} may not be there: it has no {key!r}"
                help_ = "devices may sit on its buses, with a 'when:' of their own"
                scope.error(Code.Q0214, message, (*here, key), help_, key=True)
