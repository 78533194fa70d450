"""Which devices take which NICs of the command line, where these are places of a table.

QEMU has it so before 9.0 (`Feature.NICS_BY_TYPE`): devices take the places in the order
in which they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from qgen.board import Composite, Device, Part
from qgen.condition import Condition, NicGiven, parts_of
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


def asked_types(when: Condition | None) -> list[str]:
    """The types of NIC that a condition asks for."""
    return [part.type for part in parts_of(when) if isinstance(part, NicGiven)]


def all_asked(composite: Composite) -> list[str]:
    """The types of NIC that anything asks for, each as often as it is asked for."""
    return [type_ for when in composite.conditions for type_ in asked_types(when)]


def taker_of(composite: Composite, type_: str) -> Taker | None:
    """The first that takes a NIC of that type, as far as its place tells."""
    for taker in takers(composite):
        of_type = isinstance(taker.holder, Device) and taker.holder.type == type_
        asks = taker.holder is not None and type_ in asked_types(taker.device.when)
        if of_type or asks:
            return taker
    return None


def asked_again(composite: Composite, takes: Callable[[Device], bool]) -> list[str]:
    """The types of NIC that are asked for more than once, or behind what takes NICs.

    By then the one that was given may be taken. ``takes``: whether QEMU's C of a device
    may take NICs by itself.
    """
    asked = all_asked(composite)
    if not asked:
        return []
    taking = {id(taker.device) for taker in takers(composite)}
    early: set[str] = set()
    for device in composite.devices:
        early.update(asked_types(device.when))
        if id(device) in taking or takes(device):
            break
    return [t for t in dict.fromkeys(asked) if asked.count(t) > 1 or t not in early]
