"""Judges what a device cannot do without: QEMU ends when it is not given."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qgen.board import ClockInput, ClockUse
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code
from qgen.lower.makers import Making
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model


def judge_needs(
    device: model.Device,
    known: DeviceType,
    making: Making | None,
    clocks: Collection[ClockInput],
    path: Path,
    scope: Scope,
) -> None:
    """Refuse a device without the clocks and properties that its type needs.

    A function that makes one type sees to them; one that makes any does not.
    """
    first = ""
    if device.call is not None:
        if making is None or not making.made.makes_any:
            return
        first = "leave out the call, and "
    if not scope.broken(*path, "clocks"):
        wired = {clock.name for clock in clocks}
        for name in _clocks(known, scope):
            if name not in wired:
                message = f"the clock input {name!r} of {known.name!r} is not wired"
                help_ = f"{first}add clocks: {{{name}: CLOCK}}"
                scope.error(Code.Q0215, message, path, help_, key=True)
    if scope.broken(*path, "properties"):
        return
    for name in known.needed_properties:
        if name not in device.properties:
            scope.error(
                Code.Q0210,
                f"{known.name!r} cannot do without its property {name!r}",
                path,
                first + _help(name, known),
                key=True,
            )


def _clocks(known: DeviceType, scope: Scope) -> Sequence[str]:
    soc = scope.socs.get(known.name)
    if soc is None:
        return known.needed_clocks
    return [clock.name for clock in soc.clocks if clock.input is ClockUse.REQUIRED]


def _help(name: str, known: DeviceType) -> str:
    """What to write."""
    found = known.property(name)
    type_ = "" if found is None else found.type
    if type_.startswith("link<") and type_.endswith("cpu>"):
        return f"only a hook can link it to a CPU: the spec has no {name!r}"
    form = "..."
    if type_ == "link<memory-region>":
        form = "{link: REGION}"
    elif type_.startswith("link<"):
        form = "{link: DEVICE}"
    elif name == "chardev":
        form = "{serial: 0}"
    elif type_ == "list" or known.spells_out(name):
        form = "[...]"
    return f"add properties: {{{name}: {form}}}"
