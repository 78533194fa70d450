"""Conditions: what decides, on the command line, whether a part of the board is there.

Plain data of `qgen.board`. Each asks for a ``subject``, and holds with some ``answers``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from qgen.expr import Expr, evaluate
from qgen.frozen import frozen

if TYPE_CHECKING:
    from qgen.board import Drive


class Option(Enum):
    """What a command line gives or does not give, by the key of the spec."""

    AUDIO = "audio"
    KERNEL = "kernel"
    INITRD = "initrd"
    FIRMWARE = "firmware"
    USB = "usb"
    KVM = "kvm"
    QTEST = "qtest"
    DEFAULTS = "defaults"
    NO_USB = "usb=off"
    """No key, but a reason for a machine that has USB by default to have none."""


class _Condition:
    __slots__ = ()

    @property
    def subject(self) -> Hashable:
        """What the condition asks for."""
        raise NotImplementedError

    @property
    def answers(self) -> frozenset[Hashable]:
        """The answers with which it holds."""
        return frozenset((True,))

    @property
    def key(self) -> Hashable:
        """What makes two conditions the same."""
        return frozenset(((self.subject, self.answers),))


@frozen
class DriveGiven(_Condition):
    """There is a ``-drive`` of this interface, bus and unit."""

    drive: Drive

    @property
    def subject(self) -> Hashable:
        """The drive."""
        drive = self.drive
        return "drive", drive.interface, evaluate(drive.bus), evaluate(drive.unit)


@frozen
class NicGiven(_Condition):
    """There is a ``-nic`` for a device of this type, before any device takes it."""

    type: str

    @property
    def subject(self) -> Hashable:
        """The type of NIC."""
        return "nic", self.type


@frozen
class OptionGiven(_Condition):
    """An option is given, or is not."""

    option: Option
    wanted: bool

    @property
    def subject(self) -> Hashable:
        """The option."""
        return self.option

    @property
    def answers(self) -> frozenset[Hashable]:
        """Whether it should be given."""
        return frozenset((self.wanted,))


@frozen
class RamAbove(_Condition):
    """There is more RAM than that."""

    size: Expr

    @property
    def subject(self) -> Hashable:
        """The size."""
        return "ram", evaluate(self.size)


@frozen
class CpusAbove(_Condition):
    """There are more CPUs than that."""

    count: int

    @property
    def subject(self) -> Hashable:
        """The count."""
        return "cpus", self.count


@frozen
class CpuIs(_Condition):
    """``-cpu`` chose one of these models, and none of the ``others`` that it may."""

    models: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def subject(self) -> Hashable:
        """The CPU."""
        return "cpu"

    @property
    def answers(self) -> frozenset[Hashable]:
        """The models."""
        return frozenset(self.models)


@frozen
class PropertyIs(_Condition):
    """A property of the machine has one of these values; ``numbers`` are those in C."""

    name: str
    wanted: tuple[bool | str, ...]
    numbers: tuple[Expr, ...]

    @property
    def subject(self) -> Hashable:
        """The property."""
        return "property", self.name

    @property
    def answers(self) -> frozenset[Hashable]:
        """Its values."""
        return frozenset(self.wanted)


Simple = CpuIs | CpusAbove | DriveGiven | NicGiven | OptionGiven | PropertyIs | RamAbove


@frozen
class All:
    """All of these hold: several, each with a subject of its own."""

    parts: tuple[Simple, ...]

    @property
    def key(self) -> Hashable:
        """What makes two conditions the same, in whatever order they are written."""
        return frozenset((part.subject, part.answers) for part in self.parts)


Condition = Simple | All


def parts_of(when: Condition | None) -> tuple[Simple, ...]:
    """The conditions that all have to hold."""
    if when is None:
        return ()
    return when.parts if isinstance(when, All) else (when,)


def counted(part: Simple, ram_size: int, cpus: int) -> bool | None:
    """Whether a condition on RAM (bytes) or on how many CPUs holds; None: it is no such."""
    match part:
        case RamAbove(size):
            return ram_size > evaluate(size)
        case CpusAbove(count):
            return cpus > count
    return None


def same(first: Condition | None, second: Condition | None) -> bool:
    """Whether two parts are always there together."""
    keys = [None if each is None else each.key for each in (first, second)]
    return keys[0] == keys[1]


def implies(first: Condition | None, second: Condition | None) -> bool:
    """Whether the second part is there whenever the first is."""
    known = {part.subject: part.answers for part in parts_of(first)}
    return all(
        part.subject in known and known[part.subject] <= part.answers
        for part in parts_of(second)
    )


def exclusive(first: Condition | None, second: Condition | None) -> bool:
    """Whether two parts are never there together."""
    return any(
        mine.subject == other.subject and not mine.answers & other.answers
        for mine in parts_of(first)
        for other in parts_of(second)
    )


def possible(when: Condition | None, answers: Mapping[Hashable, Hashable]) -> bool:
    """Whether a part may be there, as far as the answers to some subjects tell."""
    return all(
        part.subject not in answers or answers[part.subject] in part.answers
        for part in parts_of(when)
    )
