"""Memory: the map, the RAM of -m, regions, images and ROMs."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from qgen.spec.model.base import Model, as_list
from qgen.spec.model.conditions import When
from qgen.spec.names import FileName, Firmware, RegionName
from qgen.spec.numbers import Address, Expression, Priority, Size, Truth
from qgen.spec.texts import Comment, Label


class MapEntry(Model):
    """An entry of the MemMapEntry table."""

    base: Address
    """Where it begins."""
    size: Size
    """How many bytes."""
    count: Expression | None = None
    """So many, one behind the other: ``4``."""
    comment: Comment | None = None
    """What stands above it in the C."""


class RamPart(Model):
    """One part of split RAM: the alias's name and where it is mapped."""

    name: RegionName
    """The name of the alias that shows it: ``ram-below-4g``."""
    at: Address
    """Where it begins: ``4 GiB``."""
    owner: Literal["none"] | None = None
    """No object of QEMU's owns the alias."""


class Split(Model):
    """RAM split at a threshold: the part below it, and the rest somewhere else."""

    at: Size
    """How much of RAM the part below holds: ``3 GiB``."""
    below: RamPart
    """The first part: ``{name: ram-below-4g, at: 0}``."""
    above: RamPart
    """The rest: ``{name: ram-above-4g, at: 4 GiB}``."""


class Ram(Model):
    """The RAM of -m; ``exact``: the board takes the default size and no other.

    ``under_devices``: more RAM than there is room for may lie beneath devices.
    """

    default: Size | None = None
    """How much without -m: ``128 MiB``."""
    id: Label = "ram"
    """The name of the region: ``my-board.ram``."""
    min: Size | None = None
    """The least of -m."""
    max: Size | None = None
    """The most of -m."""
    too_much: Label = "Too much memory for this machine: {size} MB, maximum {limit} MB"
    """What is said of more than 'max', with {size} and {limit}: ``At most {limit} MiB``."""
    too_little: Label = (
        "Too little memory for this machine: {size} MB, minimum {limit} MB"
    )
    """What is said of less than 'min', with {size} and {limit}: ``At least {limit} MiB``.
    """
    exact: Truth = False
    """The machine takes the default size and no other."""
    not_exact: Label = "Invalid RAM size, should be {limit}"
    """What is said of another size than the default, with {limit}: ``It has {limit}``."""
    at: Address | None = None
    """Where it begins: ``0x4000_0000``."""
    under_devices: Truth = False
    """More than there is room for may lie beneath devices."""
    split: Split | None = None
    """In place of 'at': two parts at two places: ``{at: 3 GiB, below: {name: low, at: 0},
    above: {name: high, at: 4 GiB}}``.
    """


class Image(Model):
    """A file that is loaded into a region."""

    file: FileName | None = None
    """A file that is always loaded: ``boot.bin``."""
    firmware: Firmware | None = None
    """The file without -bios, or 'true' where only -bios names one: ``bios.bin``,
    ``true``.
    """
    format: Literal["raw", "elf", "elf-or-raw"] = "raw"
    """How the file is read."""
    needed: Literal["always", "without-kernel"] = "always"
    """Whether the board does without it where -kernel is given."""


class Word(Model):
    """A word, or one of two, whichever a condition chooses."""

    when: When | None = None
    """What it depends on: ``{kernel: true}``."""
    then: Expression
    """The word where the condition holds: ``0x0000_0297``."""
    else_: Expression | None = Field(None, alias="else")
    """The word where it does not: ``0x0000_0013``."""


class Rom(Model):
    """32-bit words in the byte order of the guest: reset code, a vector table."""

    at: Address
    """Where the first word is."""
    words: Annotated[tuple[Word, ...], BeforeValidator(as_list("then"))]
    """The words: ``[0x2000_1000, 0x101]``."""


class _Region(Model):
    at: Address | None = None
    """Where it begins in its container; without it, it is not mapped."""
    in_: RegionName = Field("system", alias="in")
    """The container that it is in: ``registers``, ``system``, ``io``."""
    priority: Priority | None = None
    """For a wanted overlap: the higher one is on top: ``1``."""
    name: Label | None = None
    """What QEMU calls it; its key here if not given: ``my-board.flash``."""
    comment: Comment | None = None
    """What stands above its C."""


class _Owned(_Region):
    owner: Literal["none"] | None = None
    """No object of QEMU's owns the region."""


class RamRegion(_Owned):
    """RAM of the board's own, beside the RAM of -m."""

    kind: Literal["ram"]
    """RAM of the board's own."""
    size: Size | None = None
    """How many bytes; an entry of 'map' as 'at' has its own."""
    image: Image | None = None
    """A file that is loaded into it: ``{firmware: boot.bin}``, ``{file: boot.bin}``."""


class RomRegion(_Owned):
    """ROM."""

    kind: Literal["rom"]
    """ROM."""
    size: Size | None = None
    """How many bytes; an entry of 'map' as 'at' has its own."""
    image: Image | None = None
    """A file that is loaded into it: ``{firmware: boot.bin}``, ``{file: boot.bin}``."""


class AliasRegion(_Owned):
    """A window onto another region, the RAM of -m (``ram``), or another alias."""

    kind: Literal["alias"]
    """A window onto another region."""
    of: RegionName
    """The region that it shows, or 'ram': ``flash``, ``ram``."""
    offset: Size | None = None
    """Where in that region it begins; 0 if not given."""
    size: Size | None = None
    """How many bytes; the rest of that region if not given."""


class ContainerRegion(_Owned):
    """A region that holds other regions and answers nothing itself."""

    kind: Literal["container"]
    """A region that holds others."""
    size: Size | None = None
    """How many bytes; an entry of 'map' as 'at' has its own."""


class IoRegion(_Owned):
    """An I/O stub: reads as ``value``, ignores writes."""

    kind: Literal["io"]
    """A stub of registers."""
    size: Size | None = None
    """How many bytes; an entry of 'map' as 'at' has its own."""
    value: Expression | None = None
    """What it reads as; 0 if not given."""


class UnimplementedRegion(_Region):
    """A device that is not modelled: reads as zero, and logs what is tried (-d unimp)."""

    kind: Literal["unimplemented"]
    """A stub of a device that is not modelled."""
    size: Size | None = None
    """How many bytes; an entry of 'map' as 'at' has its own."""


Region = Annotated[
    RamRegion
    | RomRegion
    | AliasRegion
    | ContainerRegion
    | IoRegion
    | UnimplementedRegion,
    Field(discriminator="kind"),
]
