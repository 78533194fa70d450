"""Memory of the board: regions, images and ROMs, and the RAM of ``-m``."""

from __future__ import annotations

from enum import Enum

from qgen.board.values import Choice
from qgen.expr import Expr
from qgen.frozen import frozen
from qgen.source import Path

SYSTEM = "system"
"""The name of the system memory, the root that every CPU and bus master sees."""
IO = "io"
"""The name of the port I/O space (x86)."""
RAM = "ram"
"""The name of the RAM of ``-m``."""


@frozen
class MapEntry:
    """An entry of the memory map table; ``count`` of them lie ``size`` apart."""

    name: str
    base: Expr
    size: Expr
    count: Expr | None
    comment: str | None
    origin: Path


class Format(Enum):
    """How an image file is read."""

    RAW = "raw"
    ELF = "elf"
    ELF_OR_RAW = "elf-or-raw"


@frozen
class Image:
    """A file loaded into a region.

    ``firmware``: the file that ``-bios`` names, or ``file`` where it names none.
    Otherwise always ``file``. A missing file ends QEMU with an error, except when
    ``file`` is None and nothing was asked for; and ``kernel_will_do`` where -kernel
    names one.
    """

    file: str | None
    firmware: bool
    format: Format
    origin: Path
    kernel_will_do: bool = False


@frozen
class DeviceImage:
    """An image that is loaded into a region of a device, or of one inside it.

    ``path`` leads there by the names of QOM's children; the last is the region's.
    """

    path: tuple[str, ...]
    image: Image


@frozen
class Rom:
    """32-bit words that each reset puts into memory, in the guest's byte order."""

    name: str
    address: Expr
    values: tuple[Expr | Choice[Expr], ...]
    origin: Path


class Kind(Enum):
    """What a memory region is."""

    MACHINE_RAM = "machine-ram"
    RAM = "ram"
    ROM = "rom"
    ALIAS = "alias"
    CONTAINER = "container"
    IO = "io"


@frozen
class Mapping:
    """Where a region is mapped.

    ``container`` is `SYSTEM`, `IO` or the name of a container region; ``offset`` counts
    from its start. ``priority`` is None where the spec gives none.
    """

    container: str
    offset: Expr
    priority: int | None


@frozen
class Region:
    """A memory region, in the order of creation.

    ``label`` is the name that QEMU shows. ``size`` is None for an alias of the whole of
    a region whose size is known at run time only. An alias shows ``target`` from
    ``offset`` on. ``read_value`` is what an I/O stub reads as. ``above`` makes the
    region exist only when there is more RAM than that. ``owned``: it is a QOM
    child of the machine or the SoC; RAM and ROM of a machine never are.
    """

    name: str
    label: str
    kind: Kind
    size: Expr
    mapping: Mapping | None
    origin: Path
    target: str | None = None
    offset: Expr | None = None
    read_value: int = 0
    image: Image | None = None
    above: Expr | None = None
    comment: str | None = None
    owned: bool = True


@frozen
class Ram:
    """The RAM of ``-m``: its limits in bytes and the messages past them.

    ``exact`` is the message for any other size than the default, where the board takes
    no other (then the limits are that size). ``under_devices``: what there is no room for
    lies beneath devices.
    """

    id: str
    default_size: Expr | None
    minimum: Expr | None
    maximum: Expr | None
    too_much: str
    too_little: str
    split: Expr | None
    origin: Path
    exact: str | None = None
    under_devices: bool = False
