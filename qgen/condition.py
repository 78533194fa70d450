"""Conditions: what decides, on the command line, whether a part of the board is there.

Plain data of `qgen.board`. Two conditions are one if their ``key`` is; they exclude each
other if they are about the same ``subject``.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from qgen.expr import Expr, evaluate

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


class _Condition:
    __slots__ = ()

    @property
    def subject(self) -> Hashable:
        """What the condition asks for."""
        raise NotImplementedError

    @property
    def value(self) -> Hashable:
        """The answer with which it holds."""
        return True

    @property
    def key(self) -> Hashable:
        """What makes two conditions the same."""
        return self.subject, self.value


@dataclass(frozen=True, slots=True)
class DriveGiven(_Condition):
    """There is a ``-drive`` of this interface, bus and unit."""

    drive: Drive

    @property
    def subject(self) -> Hashable:
        """The drive."""
        drive = self.drive
        return "drive", drive.interface, evaluate(drive.bus), evaluate(drive.unit)


@dataclass(frozen=True, slots=True)
class NicGiven(_Condition):
    """There is a ``-nic`` for a device of this type, which no device took yet."""

    type: str

    @property
    def subject(self) -> Hashable:
        """The type of NIC."""
        return "nic", self.type


@dataclass(frozen=True, slots=True)
class OptionGiven(_Condition):
    """An option is given, or is not."""

    option: Option
    wanted: bool

    @property
    def subject(self) -> Hashable:
        """The option."""
        return self.option

    @property
    def value(self) -> Hashable:
        """Whether it should be given."""
        return self.wanted


@dataclass(frozen=True, slots=True)
class RamAbove(_Condition):
    """There is more RAM than that."""

    size: Expr

    @property
    def subject(self) -> Hashable:
        """The size."""
        return "ram", evaluate(self.size)


@dataclass(frozen=True, slots=True)
class PropertyIs(_Condition):
    """A property of the machine has this value; ``number`` stands for it in C."""

    name: str
    wanted: bool | str
    number: Expr

    @property
    def subject(self) -> Hashable:
        """The property."""
        return "property", self.name

    @property
    def value(self) -> Hashable:
        """Its value."""
        return self.wanted


Condition = DriveGiven | NicGiven | OptionGiven | PropertyIs | RamAbove


def same(first: Condition | None, second: Condition | None) -> bool:
    """Whether two parts are always there together."""
    keys = [None if each is None else each.key for each in (first, second)]
    return keys[0] == keys[1]


def exclusive(first: Condition | None, second: Condition | None) -> bool:
    """Whether two parts are never there together."""
    if first is None or second is None or first.subject != second.subject:
        return False
    return first.value != second.value
