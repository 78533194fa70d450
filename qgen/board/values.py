"""Values of properties, and the places and addresses that they and lines lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from qgen.condition import Condition
from qgen.expr import Expr
from qgen.source import Path


@dataclass(frozen=True, slots=True)
class Chardev:
    """The character device of ``-serial`` number ``index``."""

    index: Expr


@dataclass(frozen=True, slots=True)
class Place:
    """A device of the board, or a device inside it.

    ``element`` is the number of the device where there are several, or of the CPU.
    ``path`` are the names of QOM's children on the way down from it: ``("pic",)``.
    """

    device: str
    element: Expr | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an object: a region (or `SYSTEM`, `IO`) by its name, or a device."""

    target: str | Place


@dataclass(frozen=True, slots=True)
class MachineValue:
    """A field of MachineState, by QEMU's name: ``cpu_type``, ``kernel_cmdline``."""

    field: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What ``-M PROPERTY=VALUE`` chose: a truth, or the number of the value."""

    property: str


Given = TypeVar("Given", bound=bool | str | Expr)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Given]):
    """``then`` where ``when`` holds, ``otherwise`` where it does not."""

    when: Condition
    then: Given
    otherwise: Given


@dataclass(frozen=True, slots=True)
class Drive:
    """The drive that ``-drive if=INTERFACE,bus=BUS,unit=UNIT`` gives; may be none."""

    interface: str
    bus: Expr
    unit: Expr


@dataclass(frozen=True, slots=True)
class Audiodev:
    """The audio back end that ``-M audiodev=ID`` gives; may be none."""


@dataclass(frozen=True, slots=True)
class PciAddress:
    """Where a device sits on a PCI bus; QEMU takes a free slot where there is none."""

    slot: int
    function: int


@dataclass(frozen=True, slots=True)
class Array:
    """Several values, each of QOM type ``element``."""

    element: str
    items: tuple[bool | str | Expr, ...]


Value = (
    bool
    | str
    | Expr
    | Array
    | Chardev
    | Choice[bool | str | Expr]
    | Chosen
    | Drive
    | Audiodev
    | Link
    | MachineValue
    | PciAddress
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property set before the device is realized; ``type`` is QOM's type string.

    ``if_present``: it is set only if the object has it (of CPUs, which -cpu chooses).
    """

    name: str
    type: str
    value: Value
    origin: Path
    if_present: bool = False
