"""Names that would meet in C: used twice, or the same after conversion."""

from __future__ import annotations

from collections.abc import Iterator

from qgen.diagnostics import Code
from qgen.lower.scope import Scope
from qgen.names import identifier
from qgen.source import Path
from qgen.spec.model import Spec


def judge_names(spec: Spec, scope: Scope) -> None:
    """Refuse a name that two parts share, and two names that are one in C."""
    taken: dict[str, tuple[str, str]] = {}
    for name, what, path in _parts(spec):
        ident = identifier(name)
        if ident not in taken:
            taken[ident] = (name, what)
            continue
        other, kind = taken[ident]
        if other == name:
            message = f"{name!r} is the name of a {kind} already"
        else:
            message = f"{name!r} and the {kind} {other!r} are both {ident!r} in C"
        scope.error(Code.Q0202, message, path, "rename one of the two", key=True)


def _parts(spec: Spec) -> Iterator[tuple[str, str, Path]]:
    if spec.ram is not None and spec.ram.split is not None:
        for key, part in (
            ("below", spec.ram.split.below),
            ("above", spec.ram.split.above),
        ):
            yield part.name, "region", ("ram", "split", key, "name")
    for name in spec.memory:
        yield name, "region", ("memory", name)
    for name in spec.clocks:
        yield name, "clock", ("clocks", name)
    for name in spec.buses:
        yield name, "bus", ("buses", name)
    for name in spec.devices:
        yield name, "device", ("devices", name)
