"""Values of properties, and the places and addresses that they and lines lead to."""

from __future__ import annotations

from typing import Generic, TypeVar

from qgen.condition import Condition
from qgen.expr import Expr
from qgen.frozen import frozen
from qgen.source import Path


@frozen
class Chardev:
    """The character device of ``-serial`` number ``index``."""

    index: Expr


@frozen
class Place:
    """A device of the board, or a device inside it.

    ``element`` is the number of the device where there are several, or of the CPU.
    ``path`` are the names of QOM's children on the way down from it: ``("pic",)``.
    """

    device: str
    element: Expr | None = None
    path: tuple[str, ...] = ()


@frozen
class Link:
    """A link to an object: a region (or `SYSTEM`, `IO`) by its name, or a device."""

    target: str | Place


@frozen
class MachineValue:
    """A field of MachineState, by QEMU's name: ``cpu_type``, ``kernel_cmdline``."""

    field: str


@frozen
class Chosen:
    """What ``-M PROPERTY=VALUE`` chose: a truth, or the number of the value."""

    property: str


Given = TypeVar("Given", bound=bool | str | Expr)


@frozen
class Choice(Generic[Given]):
    """``then`` where ``when`` holds, ``otherwise`` where it does not."""

    when: Condition
    then: Given
    otherwise: Given


@frozen
class Drive:
    """The drive that ``-drive if=INTERFACE,bus=BUS,unit=UNIT`` gives; may be none."""

    interface: str
    bus: Expr
    unit: Expr


@frozen
class Audiodev:
    """The audio back end that ``-M audiodev=ID`` gives; may be none."""


@frozen
class PciAddress:
    """Where a device sits on a PCI bus; QEMU takes a free slot where there is none."""

    slot: int
    function: int


@frozen
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


@frozen
class Property:
    """A property set before the device is realized; ``type`` is QOM's type string.

    ``if_present``: it is set only if the object has it (of CPUs, which -cpu chooses).
    """

    name: str
    type: str
    value: Value
    origin: Path
    if_present: bool = False
