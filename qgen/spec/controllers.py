"""The interrupt controller of a spec that is not right yet: for examples in what is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from qgen.spec.ends import LINE_HELP

_CONTROLLER = re.compile(
    r"gic|plic|vic|aplic|avic|armv7m|mpcore|openpic|heathrow|i8259|intc|[.-]pic\b|irq-orgate"
)
_LINE = re.compile(r" *([A-Za-z][A-Za-z0-9_-]*)\[")
_NUMBER = re.compile(r"[0-9]+")


def line_help(written: object, data: dict[str, Any]) -> str:
    """What a wire may look like in this spec, in place of what is no input line."""
    name = _controller(data)
    number = "33" if name == "gic" else "3"
    if isinstance(written, str) and _NUMBER.fullmatch(written):
        number = written
    if name is None:
        return LINE_HELP
    return LINE_HELP.replace("gic[33]", f"{name}[{number}]")


def _controller(data: dict[str, Any]) -> str | None:
    """The device that most interrupts lead to, or that looks as if they should."""
    devices = data.get("devices")
    if not isinstance(devices, dict):
        return None
    named = Counter(name for name in _ends(devices) if name in devices)
    if named:
        return str(named.most_common(1)[0][0])
    for name, device in devices.items():
        type_ = device.get("type") if isinstance(device, dict) else None
        if isinstance(type_, str) and _CONTROLLER.search(type_):
            return str(name)
    return None


def _ends(devices: dict[str, Any]) -> Iterator[str]:
    for device in devices.values():
        wires = device.get("irqs") if isinstance(device, dict) else None
        for wire in wires if isinstance(wires, list) else [wires]:
            to = wire.get("to") if isinstance(wire, dict) else wire
            match = _LINE.match(to) if isinstance(to, str) else None
            if match is not None:
                yield match[1]
