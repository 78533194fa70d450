"""Models of QEMU's memory regions (system/memory.h, hw/misc/unimp.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.code import Record
from qgen.check.facts import Blob, Device, DeviceRegion, Mapped, Property, Region, Word
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

_UNIMPLEMENTED = "unimplemented-device"
_UNIMPLEMENTED_PRIORITY = -1000
"""The type of what create_unimplemented_device() makes, and where it is mapped."""


def _start(
    m: Execution,
    region: Region,
    kind: str,
    label: str,
    size: int,
    *,
    listed: bool = True,
) -> None:
    """What all initialisers do; ``listed``: the region is one of the board's own."""
    m.making()
    if region.kind is not None:
        m.refuse(f"the region {label!r} is initialised twice")
    region.kind, region.label, region.size, region.line = kind, label, size, m.line
    region.name = repr(label)
    if listed:
        m.facts.regions.append(region)


def _owned(m: Execution, region: Region, owner: object, label: str) -> None:
    if owner is not None and owner is not m.instance:
        m.refuse(f"the owner of the region {label!r} is not {m.whole}")
    region.owned = owner is not None


def _ram_owner(m: Execution, region: Region, owner: object, label: str) -> None:
    """A device may own RAM; a machine is none."""
    if m.is_soc:
        _owned(m, region, owner, label)
    elif owner is not None:
        m.refuse(f"the owner of the region {label!r} is no device: QEMU aborts")


@function("void memory_region_init(MemoryRegion *, Object *?, const char *, uint64_t)")
def _container(
    m: Execution, region: Region, owner: object, label: str, size: int
) -> None:
    _owned(m, region, owner, label)
    _start(m, region, "container", label, size)


@function(
    "void memory_region_init_ram"
    "(MemoryRegion *, Object *?, const char *, uint64_t, Error **?)",
    before=Feature.MEMORY_SAYS_IF_IT_FAILED,
)
@function(
    "bool memory_region_init_ram"
    "(MemoryRegion *, Object *?, const char *, uint64_t, Error **?)"
)
def _ram(
    m: Execution, region: Region, owner: object, label: str, size: int, errp: object
) -> bool:
    _ram_owner(m, region, owner, label)
    if not m.succeeds(errp):
        return False
    _start(m, region, "ram", label, size)
    return True


@function(
    "void memory_region_init_rom"
    "(MemoryRegion *, Object *?, const char *, uint64_t, Error **?)",
    before=Feature.MEMORY_SAYS_IF_IT_FAILED,
)
@function(
    "bool memory_region_init_rom"
    "(MemoryRegion *, Object *?, const char *, uint64_t, Error **?)"
)
def _rom(
    m: Execution, region: Region, owner: object, label: str, size: int, errp: object
) -> bool:
    _ram_owner(m, region, owner, label)
    if not m.succeeds(errp):
        return False
    _start(m, region, "rom", label, size)
    return True


@function(
    "void memory_region_init_alias"
    "(MemoryRegion *, Object *?, const char *, MemoryRegion *, hwaddr, uint64_t)"
)
def _alias(
    m: Execution,
    region: Region,
    owner: object,
    label: str,
    target: Region,
    offset: int,
    size: int,
) -> None:
    if target.kind is None:
        m.refuse(f"the alias {label!r} shows a region that is not initialised")
    if isinstance(owner, Device):
        if not isinstance(target, DeviceRegion) or target.owner is not owner:
            m.refuse(f"the owner of the alias {label!r} has not the region behind it")
        owner.windows.append(region)
    else:
        _owned(m, region, owner, label)
    _start(m, region, "alias", label, size, listed=not isinstance(owner, Device))
    region.target, region.offset = target, offset


@function(
    "void memory_region_init_io"
    "(MemoryRegion *, Object *?, const MemoryRegionOps *, void *?, const char *, uint64_t)"
)
def _io(
    m: Execution,
    region: Region,
    owner: object,
    ops: Record,
    opaque: object,
    label: str,
    size: int,
) -> None:
    if "read" not in ops.fields or "write" not in ops.fields:
        m.refuse(f"the I/O region {label!r} has no read or no write function")
    _owned(m, region, owner, label)
    _start(m, region, "io", label, size)
    line = m.line
    value = m.call(ops.fields["read"], [opaque, 0, 4], line)
    m.call(ops.fields["write"], [opaque, 0, 0, 4], line)
    region.reads = m.as_guest_reads(value, ops.fields.get("endianness", 0))


def _map(m: Execution, container: Region, offset: int, region: Region, at: int) -> None:
    m.making()
    if region.kind is None:
        m.refuse("a region is mapped before it is initialised")
    if container.kind is None:
        m.refuse(f"{region.name} is mapped into a region that is not initialised")
    if region.mapped is not None:
        m.refuse(f"{region.name} is mapped twice")
    if container.kind not in ("root", "container"):
        m.say(f"{region.name} is mapped into {container.name}, which is no container")
    region.mapped = Mapped(container, offset, at, m.line)
    if isinstance(region, DeviceRegion) and region.owner is not None:
        region.owner.mmio[region.index] = region.mapped


@function("void memory_region_add_subregion(MemoryRegion *, hwaddr, MemoryRegion *)")
def _add(m: Execution, container: Region, offset: int, region: Region) -> None:
    _map(m, container, offset, region, 0)


@function(
    "void memory_region_add_subregion_overlap"
    "(MemoryRegion *, hwaddr, MemoryRegion *, int)"
)
def _add_overlap(
    m: Execution, container: Region, offset: int, region: Region, priority: int
) -> None:
    _map(m, container, offset, region, priority)


@function("void create_unimplemented_device(const char *, hwaddr, hwaddr)")
def _unimplemented(m: Execution, label: str, base: int, size: int) -> None:
    m.making()
    device = Device(_UNIMPLEMENTED, f"the stub {label!r}", m.line, realized=True)
    device.properties = [
        Property("name", "str", label, m.line),
        Property("size", "uint64", size, m.line),
    ]
    device.mmio[0] = Mapped(
        m.facts.system, base, _UNIMPLEMENTED_PRIORITY, m.line, "system bus"
    )
    m.facts.devices.append(device)
    m.facts.realized.append(device)


@function("uint32_t cpu_to_le32(uint32_t)", used=True)
def _little(_m: Execution, value: int) -> int:
    return Word(value, "little")


@function("uint32_t cpu_to_be32(uint32_t)", used=True)
def _big(_m: Execution, value: int) -> int:
    return Word(value, "big")


@function("void rom_add_blob_fixed(const char *, void *, size_t, hwaddr)")
def _blob(m: Execution, name: str, words: object, size: int, address: int) -> None:
    m.making()
    if not isinstance(words, list):
        m.refuse(f"the ROM {name!r} is made of what is no array of words")
    if size != 4 * len(words):
        m.say(f"the ROM {name!r} has {size} bytes of {4 * len(words)}")
    m.facts.blobs.append(Blob(name, address, tuple(words), m.line))


@function("MemoryRegion *get_system_memory(void)", used=True)
def _system(m: Execution) -> Region:
    return m.facts.system


@function("MemoryRegion *get_system_io(void)", used=True)
def _system_io(m: Execution) -> Region:
    return m.facts.io
