"""What one running machine is, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from qgen.frozen import frozen

Json = Any
"""What JSON can say: None, bool, int, float, str, lists and dicts."""


@frozen(slots=False)
class Property:
    """A property of an object: its QOM type, and its value where it can be read."""

    type: str
    value: Json = None


@frozen(slots=False)
class Object:
    """An object of the QOM tree.

    ``facts``: what it is beyond its properties, as a clock's source (`witness.c`).
    """

    type: str
    properties: Mapping[str, Property] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)


@frozen(slots=False)
class Region:
    """A memory region where the region tree shows it: ``info mtree``.

    ``offset`` is that in the region around it; ``shows`` is what an alias shows.
    """

    name: str
    offset: int
    size: int
    priority: int
    kind: str
    shows: str = ""
    enabled: bool = True
    inner: tuple[Region, ...] = ()


@frozen(slots=False)
class Snapshot:
    """A machine before its first instruction.

    ``spaces``: each address space's ranges, ``(range, what is there)``. ``trees``: the
    region tree of each address space, and of each region that only aliases show.
    ``lists``: what QEMU lists of CPUs, back ends and so on, by the list's name and by
    the item's. ``firmware``: what fw_cfg tells the firmware. ``roms``: the digest of
    each, where it has an address. ``device_tree``: a flattened one, if there is one.
    """

    machine: str
    types: frozenset[str] = frozenset()
    ancestors: tuple[str, ...] = ()
    class_fields: Mapping[str, Json] = field(default_factory=dict)
    class_properties: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    listed: Mapping[str, Json] = field(default_factory=dict)
    objects: Mapping[str, Object] = field(default_factory=dict)
    spaces: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    trees: Mapping[str, Region] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    firmware: Mapping[str, str] = field(default_factory=dict)
    roms: Mapping[str, str | None] = field(default_factory=dict)
    registers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    device_tree: bytes | None = None
