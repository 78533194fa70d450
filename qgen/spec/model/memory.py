"""Memory: the map, the RAM of -m, regions, images and ROMs."""

from __future__ import annotations

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
    size: Size
    count: Expression | None = None
    comment: Comment | None = None


class Split(Model):
    """RAM split at a threshold: the part below it, and the rest somewhere else."""

    at: Size
    below: RamPart
    above: RamPart


class RamPart(Model):
    """One part of split RAM: the alias's name and where it is mapped."""

    name: RegionName
    at: Address
    owner: Literal["none"] | None = None


class Ram(Model):
    """The RAM of -m; ``exact``: the board takes the default size and no other.

    ``under_devices``: more RAM than there is room for may lie beneath devices.
    """

    default: Size | None = None
    id: Label = "ram"
    min: Size | None = None
    max: Size | None = None
    too_much: Label = "Too much memory for this machine: {size} MB, maximum {limit} MB"
    too_little: Label = (
        "Too little memory for this machine: {size} MB, minimum {limit} MB"
    )
    exact: Truth = False
    not_exact: Label = "Invalid RAM size, should be {limit}"
    at: Address | None = None
    under_devices: Truth = False
    split: Split | None = None


class Image(Model):
    """A file that is loaded into a region."""

    file: FileName | None = None
    firmware: Firmware | None = None
    format: Literal["raw", "elf", "elf-or-raw"] = "raw"
    needed: Literal["always", "without-kernel"] = "always"


class Word(Model):
    """A word, or one of two, whichever a condition chooses."""

    when: When | None = None
    then: Expression
    else_: Expression | None = Field(None, alias="else")


class Rom(Model):
    """32-bit words in the byte order of the guest: reset code, a vector table."""

    at: Address
    words: Annotated[tuple[Word, ...], BeforeValidator(as_list("then"))]


class _Region(Model):
    at: Address | None = None
    in_: RegionName = Field("system", alias="in")
    priority: Priority | None = None
    name: Label | None = None
    comment: Comment | None = None


class _Owned(_Region):
    owner: Literal["none"] | None = None


class RamRegion(_Owned):
    """RAM of the board's own, beside the RAM of -m."""

    kind: Literal["ram"]
    size: Size | None = None
    image: Image | None = None


class RomRegion(_Owned):
    """ROM."""

    kind: Literal["rom"]
    size: Size | None = None
    image: Image | None = None


class AliasRegion(_Owned):
    """A window onto another region, the RAM of -m (``ram``), or another alias."""

    kind: Literal["alias"]
    of: RegionName
    offset: Size | None = None
    size: Size | None = None


class ContainerRegion(_Owned):
    """A region that holds other regions and answers nothing itself."""

    kind: Literal["container"]
    size: Size | None = None


class IoRegion(_Owned):
    """An I/O stub: reads as ``value``, ignores writes."""

    kind: Literal["io"]
    size: Size | None = None
    value: Expression | None = None


class UnimplementedRegion(_Region):
    """A device that is not modelled: reads as zero, and logs what is tried (-d unimp)."""

    kind: Literal["unimplemented"]
    size: Size | None = None


Region = Annotated[
    RamRegion
    | RomRegion
    | AliasRegion
    | ContainerRegion
    | IoRegion
    | UnimplementedRegion,
    Field(discriminator="kind"),
]
