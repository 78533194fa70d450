"""How a difference between two machines is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qgen.check.facts import (
    ITSELF,
    Bus,
    BusEnd,
    Clock,
    ClockLine,
    Cpu,
    Device,
    Input,
    Lines,
    Region,
    names_of,
)
from qgen.check.match import Key, Part, misplaced, pairs, shown, spelled
from qgen.check.values import Instance


class Differences:
    """Says what differs between parts of two machines."""

    def __init__(self, say: Callable[[int, str], None]):
        self.say = say

    def _same(
        self, line: int, what: str, field: str, made: object, wanted: object
    ) -> None:
        """Note where a field differs, in its value or in what it is computed from."""
        if made != wanted:
            is_, has = shown(made), shown(wanted)
            self.say(line, f"{what}: the {field} is {is_}; the board has {has}")
        elif names_of(made) != names_of(wanted):
            self.say(
                line,
                f"{what}: the {field} is {shown(made)}; the board takes it from "
                f"{spelled(wanted)}",
            )

    def _fields(
        self,
        line: int,
        what: str,
        made: Mapping[str, object],
        wanted: Mapping[str, object],
    ) -> None:
        for name in sorted(wanted.keys() | made.keys()):
            if name not in made:
                self.say(line, f"{what}: {name} is not set")
            elif name not in wanted:
                self.say(line, f"{what}: {name} is set; the board sets none")
            else:
                self._same(line, what, name, plain(made[name]), plain(wanted[name]))

    def _match(
        self,
        what: str,
        made: Sequence[Part],
        wanted: Sequence[Part],
        keys: Sequence[Key[Part]],
        describe: Callable[[Part], str],
    ) -> list[tuple[Part, Part]]:
        """The parts of both sides that belong together; they get the board's names."""
        both, extra, missing = pairs(made, wanted, keys)
        for part in missing:
            self.say(0, f"{what} {part.name!r} ({describe(part)}) is missing")
        for part in extra:
            self.say(part.line, f"{what} ({describe(part)}) is not on the board")
        wrong = misplaced(both, made)
        if wrong is not None:
            part, name, after = wrong
            self.say(
                part.line,
                f"{what} {name.name!r} is made before {after.name!r}; the board has "
                "it after",
            )
        for mine, theirs in both:
            if isinstance(mine, Device):
                mine.call_it(theirs.name)
            else:
                mine.name = theirs.name
        return both


def name_of(part: Region | Clock | ClockLine | None) -> str | None:
    """The name of a part; of a clock that a device makes, where it comes from."""
    if isinstance(part, ClockLine):
        return f"{part.owner.name}.{part.line}"
    return None if part is None else part.name


def plain(value: object) -> object:
    """A property's value; what it links to by its name."""
    if isinstance(value, (Region, Device)):
        return f"link to {value.name}"
    if isinstance(value, Instance):
        return ITSELF
    return str(value) if isinstance(value, (Bus, BusEnd, Input, Lines)) else value


def spoken(owner: Device) -> str:
    """A device as the findings call it."""
    if isinstance(owner, Cpu):
        return owner.name
    if owner.inside is not None:
        return f"device {owner.name!r}"
    return f"device {owner.name!r} ({owner.type})"
