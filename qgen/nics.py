"""Which devices take which NICs of the command line, where these are places of a table.

QEMU has it so before 9.0 (`Feature.NICS_BY_TYPE`): devices take the places in the order
in which they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, takewhile
from typing import NamedTuple

from qgen.board import Composite, Device, Part
from qgen.condition import NicGiven, parts_of
from qgen.expr import evaluate


class Taker(NamedTuple):
    """Who takes ``number`` NICs, from the place ``first`` on.

    ``holder`` is the device or one of its parts; None: a SoC, whose insides take them.
    """

    device: Device
    holder: Device | Part | None
    first: int
    number: int


def takers(composite: Composite) -> Iterator[Taker]:
    """Who takes NICs, in the order in which devices are made.

    A SoC takes its own when it is realized. Alternatives have the same places.
    """
    inside = {soc.name: nics_of(soc) for soc in composite.socs}
    first = 0
    for _, alternatives in groupby(composite.devices, lambda device: device.name):
        end = first
        for device in alternatives:
            each = list(_takers_in(device, inside.get(device.type, 0), first))
            yield from each
            end = max([end, *(taker.first + taker.number for taker in each)])
        first = end


def _takers_in(device: Device, inside: int, first: int) -> Iterator[Taker]:
    count = 1 if device.count is None else evaluate(device.count)
    for holder in device.holders:
        if holder.nic:
            yield Taker(device, holder, first, count)
            first += count
    if inside:
        yield Taker(device, None, first, inside * count)


def nics_of(composite: Composite) -> int:
    """How many NICs are taken."""
    return max((t.first + t.number for t in takers(composite)), default=0)


def asked_types(device: Device) -> list[str]:
    """The types of NIC without which there is no such device."""
    return [w.type for w in parts_of(device.when) if isinstance(w, NicGiven)]


def taker_of(composite: Composite, type_: str) -> Taker | None:
    """The first that takes a NIC and is there only with one of that type."""
    of_type = (t for t in takers(composite) if type_ in asked_types(t.device))
    return next((taker for taker in of_type if taker.holder is not None), None)


def asked_again(composite: Composite) -> list[str]:
    """The types of NIC that are asked for more than once, or behind one that takes a NIC.

    By then the one that was given may be taken.
    """
    asked = [
        part.type
        for when in composite.conditions
        for part in parts_of(when)
        if isinstance(part, NicGiven)
    ]
    first = next((taker.device for taker in takers(composite)), None)
    before = list(takewhile(lambda device: device is not first, composite.devices))
    early = {
        type_ for device in (*before, first) if device for type_ in asked_types(device)
    }
    return [t for t in dict.fromkeys(asked) if asked.count(t) > 1 or t not in early]
