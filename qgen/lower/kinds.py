"""What a device has not: one that is a stub, that a helper or the base makes, or one call."""

from __future__ import annotations

from qgen.diagnostics import Code
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model

_NOT_OF_ONE_CALL: tuple[str, ...] = (
    *("properties", "irqs", "gpios", "clocks", "parts", "child", "at", "nic"),
    *("full_buses", "images"),
)
_NOT_OF_MADE: tuple[str, ...] = (
    *("type", "unimplemented", "call", "name", "child", "bus", "address", "count"),
    *("properties", "at", "clocks", "comment", "nic", "full_buses", "when"),
)
_NOT_OF_CALLS: tuple[str, ...] = (
    "unimplemented",
    "nic",
    "full_buses",
    "properties",
    "clocks",
    "child",
    "bus",
    "address",
    "parts",
    "images",
)
_NOT_OF_STUBS = (
    "type",
    "call",
    "properties",
    "irqs",
    "gpios",
    "clocks",
    "nic",
    "full_buses",
    "child",
    "bus",
    "address",
    "parts",
    "images",
)


def judge_kind(device: model.Device, path: Path, scope: Scope) -> None:
    """A device has a type, or is a stub for one that is not modelled."""
    if device.call is not None:
        _not_of_calls(device, path, scope)
    elif device.type is None and device.unimplemented is None:
        scope.error(
            Code.Q0102,
            "the key 'type' is missing",
            path,
            "add type: the QOM type, for instance pl011",
            key=True,
        )
    if device.unimplemented is None and device.name is not None:
        scope.error(
            Code.Q0214,
            "'name' is what QEMU calls an unimplemented device",
            (*path, "name"),
            "leave it out, or set a property of the device",
            key=True,
        )
    if device.unimplemented is None:
        return
    for key in _NOT_OF_STUBS:
        if getattr(device, key):
            scope.error(
                Code.Q0214,
                f"an unimplemented device has no {key!r}",
                (*path, key),
                "leave it out",
                key=True,
            )


def _not_of_calls(device: model.Device, path: Path, scope: Scope) -> None:
    """A helper makes a device whole; without a type, nobody knows what it makes."""
    keys = _NOT_OF_CALLS
    if device.type is None:
        keys += ("at", "irqs", "gpios")
    for key in keys:
        if getattr(device, key):
            what = "what a helper makes" if device.type else "a call without 'type'"
            scope.error(
                Code.Q0218,
                f"{what} has no {key!r}",
                (*path, key),
                ("leave it out" if device.type else "add type: what the helper makes"),
                key=True,
            )


def judge_one_call(type_: str, device: model.Device, path: Path, scope: Scope) -> None:
    """What QEMU makes in one call takes nothing but a bus and an address."""
    for key in _NOT_OF_ONE_CALL:
        if getattr(device, key):
            message = f"QEMU makes a {type_!r} in one call: it has no {key!r}"
            scope.error(Code.Q0214, message, (*path, key), "leave it out", key=True)


def judge_made(name: str, device: model.Device, path: Path, scope: Scope) -> None:
    """A device that the machine's base made: the board only wires it."""
    keys = [key for key in _NOT_OF_MADE if getattr(device, key)]
    parts = [
        ("parts", inner, key)
        for inner, part in device.parts.items()
        for key in ("properties", "clocks", "nic")
        if getattr(part, key)
    ]
    for place in (*((key,) for key in keys), *parts):
        scope.error(
            Code.Q0214,
            f"the machine's parent makes {name!r}: the board only wires it",
            (*path, *place),
            "leave it out",
            key=True,
        )
