"""Collects what was compared, what differs and what was exempt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from qgen.compare.exemptions import Exemption
from qgen.compare.snapshot import Json
from qgen.frozen import frozen

_SHOWN = 8
"""How many items of a list a text shows."""
_PLAIN = re.compile(r"/|0x[0-9a-f]+$")
"""Paths and addresses are read without quotes."""


class Section(Enum):
    """The parts of a machine, in the order of a report."""

    CLASS = "machine class"
    MAP = "memory map"
    TREE = "region tree"
    OBJECTS = "objects"
    PROPERTIES = "properties"
    WIRES = "wires"
    CPUS = "CPUs"
    BACK_ENDS = "back ends"
    FIRMWARE = "firmware configuration"
    ROMS = "ROMs"
    REGISTERS = "registers"
    DEVICE_TREE = "device tree"


class Absent(Enum):
    """Says that one of the machines has no such thing."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@frozen(slots=False)
class Difference:
    """One thing that differs: ``what`` of ``subject``, or ``subject`` itself.

    ``ours`` is the spec's, ``upstream`` QEMU's; one of them may be `ABSENT`.
    """

    section: Section
    subject: str
    what: str
    ours: Json | Absent
    upstream: Json | Absent

    @property
    def text(self) -> str:
        """The difference in a line."""
        if self.ours is not ABSENT and self.upstream is not ABSENT:
            place = ": ".join(filter(None, (self.subject, self.what)))
            if self.upstream is None:
                return f"{place} is {said(self.ours)}, not set upstream"
            return f"{place} is {said(self.ours)}, upstream has {said(self.upstream)}"
        who, value = ("only upstream", self.upstream)
        if self.upstream is ABSENT:
            who, value = ("only the spec", self.ours)
        shown = "" if value is None else f" ({said(value, bare=True)})"
        if not (self.what and self.subject):
            return f"{who} has {self.subject or self.what}{shown}"
        return f"{self.subject}: {who} has {self.what}{shown}"

    @property
    def data(self) -> dict[str, Json]:
        """The difference as JSON; a value that is absent has no key."""
        named = {
            "section": self.section.value,
            "subject": self.subject,
            "what": self.what,
        }
        values = {"spec": self.ours, "upstream": self.upstream}
        there = {key: item for key, item in values.items() if item is not ABSENT}
        return {**named, **there, "text": self.text}


@frozen(slots=False)
class Comparison:
    """The result: differences, how many things were compared, and what was exempt."""

    differences: tuple[Difference, ...]
    counts: Mapping[str, int]
    exempt: Mapping[Exemption, int]

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def by_section(self) -> dict[Section, list[Difference]]:
        """The differences of each section that has some."""
        found: dict[Section, list[Difference]] = {}
        for difference in self.differences:
            found.setdefault(difference.section, []).append(difference)
        return found


@dataclass
class Collector:
    """Where the parts of the comparison put what they find."""

    exemptions: Sequence[Exemption] = ()
    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    exempt: Counter[Exemption] = field(default_factory=Counter)

    def value(
        self,
        section: Section,
        subject: str,
        what: str,
        ours: Json | Absent,
        upstream: Json | Absent,
    ) -> None:
        """Compare two values; equal ones leave no trace."""
        if ours is upstream or (type(ours) is type(upstream) and ours == upstream):
            return
        difference = Difference(section, subject, what, ours, upstream)
        place = ": ".join(filter(None, (section.value, subject, what)))
        for exemption in self.exemptions:
            if exemption.covers(place, ours, upstream):
                self.exempt[exemption] += 1
                return
        self.differences.append(difference)

    def values(
        self,
        section: Section,
        subject: str,
        ours: Mapping[str, Json],
        upstream: Mapping[str, Json],
    ) -> None:
        """Compare two mappings, key by key."""
        for key in sorted(ours.keys() | upstream.keys()):
            self.value(
                section, subject, key, ours.get(key, ABSENT), upstream.get(key, ABSENT)
            )

    @property
    def found(self) -> int:
        """How many differences there are so far, exempt ones too."""
        return len(self.differences) + sum(self.exempt.values())

    def finish(self) -> Comparison:
        """The comparison, its differences in the order of sections."""
        order = list(Section)
        found = sorted(self.differences, key=lambda each: order.index(each.section))
        return Comparison(tuple(found), dict(+self.counts), dict(self.exempt))


def said(value: Json, *, bare: bool = False) -> str:
    """A value as a person reads it; ``bare`` texts are part of a phrase."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if bare or _PLAIN.match(value) else repr(value)
    if isinstance(value, list | tuple):
        rest = [f"{len(value) - _SHOWN} more"] if len(value) > _SHOWN else []
        return f"[{', '.join([*map(said, value[:_SHOWN]), *rest])}]"
    if isinstance(value, dict):
        inner = (f"{key}: {said(item)}" for key, item in value.items())
        return f"{{{', '.join(inner)}}}"
    return str(value)
