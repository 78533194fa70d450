"""Which part of one machine is which part of the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import TypeVar

from qgen.check.facts import Chardev, Clock, Device, Region, names_of

Part = TypeVar("Part", Region, Device, Clock)
Key = Callable[[Part], Hashable]


def pairs(
    made: Sequence[Part], wanted: Sequence[Part], keys: Sequence[Key[Part]]
) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
    """The parts that belong together, then those of either side that are left.

    ``keys`` say what makes two parts the same, the strictest first. If the last of them
    goes through both sides alike, place decides; if equally many are left of both sides,
    they belong together as well. Linear in the number of parts.
    """
    if list(map(keys[-1], made)) == list(map(keys[-1], wanted)):
        return list(zip(made, wanted, strict=True)), [], []
    found: dict[int, Part] = {}
    rest, open_ = list(made), list(wanted)
    for key in keys:
        waiting: dict[Hashable, list[Part]] = {}
        for part in reversed(rest):
            waiting.setdefault(key(part), []).append(part)
        left = []
        taken = set()
        for part in open_:
            same = waiting.get(key(part))
            if same:
                mine = found[id(part)] = same.pop()
                taken.add(id(mine))
            else:
                left.append(part)
        rest = [part for part in rest if id(part) not in taken]
        open_ = left
    if len(rest) == len(open_):
        found |= {id(b): a for a, b in zip(rest, open_, strict=True)}
        rest, open_ = [], []
    both = [(found[id(part)], part) for part in wanted if id(part) in found]
    return both, rest, open_


def misplaced(
    both: Sequence[tuple[Part, Part]], made: Sequence[Part]
) -> tuple[Part, Part, Part] | None:
    """The first two neighbours of the board that the C makes the other way round.

    What the C makes, then what the board calls it, then what it should follow.
    """
    place = {id(part): at for at, part in enumerate(made)}
    for (first, before), (second, after) in pairwise(both):
        if place[id(first)] > place[id(second)]:
            return second, after, before
    return None


def shown(value: object) -> str:
    """A value as findings show it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            plain = str(int(value)) if -10 < value < 1024 else hex(value)
            return f"{plain} ({spelled(value)})" if names_of(value) else plain
        case str():
            return f'"{value}"'
        case Chardev(number):
            return f"serial {number}"
        case Region() | Device() | Clock():
            return repr(value.name)
    return "nothing" if value is None else str(value)


def spelled(value: object) -> str:
    """What a value was computed from."""
    return " and ".join(sorted(names_of(value))) or "a number"
