"""Back ends of the command line that devices get: drives, serial ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from qgen.board import Chardev, Device
from qgen.condition import exclusive
from qgen.diagnostics import Code
from qgen.expr import evaluate, variables
from qgen.lower.scope import Scope
from qgen.source import Path

T = TypeVar("T")


class Given(NamedTuple):
    """A device that gets a back end: number ``n`` of several; where the spec says so."""

    device: Device
    n: int
    origin: Path

    @property
    def name(self) -> str:
        """As the spec writes it: ``uart`` or ``uart[2]``."""
        name = self.device.name
        return name if self.device.count is None else f"{name}[{self.n}]"


def given(devices: Sequence[Device], kind: type[T]) -> Iterator[tuple[Given, T]]:
    """What devices get of one kind, in order."""
    for device in devices:
        for n in range(1 if device.count is None else evaluate(device.count)):
            for origin, value in _values(device, kind):
                yield Given(device, n, origin), value


def _values(device: Device, kind: type[T]) -> Iterator[tuple[Path, T]]:
    """The back ends of a device, and where the spec says so."""
    for place, argument in enumerate(device.call.arguments if device.call else ()):
        if device.call is not None and isinstance(argument, kind):
            yield (*device.call.origin, place), argument
    for each in device.holders:
        for prop in each.properties:
            if isinstance(prop.value, kind):
                yield prop.origin, prop.value


def judge_serials(devices: Sequence[Device], scope: Scope) -> None:
    """Refuse a serial port that two devices get: QEMU ends with an error then."""
    taken: dict[int, list[Given]] = {}
    for mine, port in given(devices, Chardev):
        names = {"n": mine.n}
        if not variables(port.index) <= names.keys():
            continue
        number = evaluate(port.index, names)
        others = taken.setdefault(number, [])
        for other in others:
            if exclusive(other.device.when, mine.device.when):
                continue
            scope.error(
                Code.Q0214,
                f"serial port {number} goes to {other.name!r} already",
                (*mine.origin, "serial"),
                (
                    "let it depend on 'n', the number of each"
                    if other.origin == mine.origin
                    else "a port is one device's: take another number"
                ),
            )
            return
        others.append(mine)
