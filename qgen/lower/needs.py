"""Judges what a device cannot do without: QEMU ends when it is not given."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qgen.board import ClockInput, ClockUse
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model


def judge_needs(
    device: model.Device,
    known: DeviceType,
    clocks: Collection[ClockInput],
    path: Path,
    scope: Scope,
) -> None:
    """Refuse a device without the clocks and properties that its type needs."""
    if device.call is not None:
        return  # the function sees to that
    if not scope.broken(*path, "clocks"):
        wired = {clock.name for clock in clocks}
        for name in _clocks(known, scope):
            if name not in wired:
                message = f"the clock input {name!r} of {known.name!r} is not wired"
                help_ = f"add clocks: {{{name}: CLOCK}}"
                scope.error(Code.Q0215, message, path, help_, key=True)
    if scope.broken(*path, "properties"):
        return
    for name in known.needed_properties:
        if name not in device.properties:
            scope.error(
                Code.Q0210,
                f"{known.name!r} cannot do without its property {name!r}",
                path,
                f"add properties: {{{name}: {_form(name, known)}}}",
                key=True,
            )


def _clocks(known: DeviceType, scope: Scope) -> Sequence[str]:
    soc = scope.socs.get(known.name)
    if soc is None:
        return known.needed_clocks
    return [clock.name for clock in soc.clocks if clock.input is ClockUse.REQUIRED]


def _form(name: str, known: DeviceType) -> str:
    """How a value of that property is written."""
    found = known.property(name)
    type_ = "" if found is None else found.type
    if type_.startswith("link<memory-region"):
        return "{link: system}"
    return "{link: DEVICE}" if type_.startswith("link<") else "..."
