"""Models of QEMU's firmware configuration device (hw/nvram/fw_cfg.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_machine import file_of
from qgen.check.code import Reference
from qgen.check.facts import Contents, Device, FwCfgItem, Range
from qgen.check.vocabulary import E820_BYTES, E820_TABLE
from qgen.condition import Option
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

_SIZE = 0x1D5
"""The size of every file, which is not that of anything else."""


def _add(m: Execution, owner: Device, key: int | str, how: str, value: object) -> None:
    m.making()
    if not owner.realized:
        m.refuse(f"{owner.name} gets an item before it is realized")
    if any(item.owner is owner and item.key == key for item in m.facts.fw_cfg):
        shown = repr(key) if isinstance(key, str) else hex(key)
        m.refuse(f"{owner.name} has the item {shown} already: QEMU aborts")
    m.facts.fw_cfg.append(FwCfgItem(owner, key, how, value, m.line))


@function("void fw_cfg_add_i16(FWCfgState *, uint16_t, uint16_t)")
def _i16(m: Execution, owner: Device, key: int, value: int) -> None:
    _add(m, owner, key, "i16", value)


@function("void fw_cfg_add_i32(FWCfgState *, uint16_t, uint32_t)")
def _i32(m: Execution, owner: Device, key: int, value: int) -> None:
    _add(m, owner, key, "i32", value)


@function("void fw_cfg_add_i64(FWCfgState *, uint16_t, uint64_t)")
def _i64(m: Execution, owner: Device, key: int, value: int) -> None:
    _add(m, owner, key, "i64", value)


@function("void fw_cfg_add_string(FWCfgState *, uint16_t, const char *)")
def _string(m: Execution, owner: Device, key: int, value: str) -> None:
    _add(m, owner, key, "string", value)


@function("void fw_cfg_add_file(FWCfgState *, const char *, void *, size_t)")
def _file(m: Execution, owner: Device, name: str, data: object, size: int) -> None:
    if data is E820_TABLE:
        if size != E820_BYTES * len(m.facts.e820):
            m.say("the E820 map is given away with another size than it has")
        _add(m, owner, name, "e820", "the map")
        return
    if not isinstance(data, Contents):
        m.refuse(f"the file {name!r} has contents that are not from a file")
    if size != data.size:
        m.say(f"the file {name!r} gets another size than it has")
    _add(m, owner, name, "file", data.file)


@function("void e820_add_entry(uint64_t, uint64_t, uint32_t)")
def _range(m: Execution, base: int, size: int, type_: int) -> None:
    if any(item.how == "e820" for item in m.facts.fw_cfg):
        m.refuse("the E820 map grows when it was given away already: QEMU aborts")
    m.facts.e820.append(Range(base, size, type_, m.line))


@function("int e820_get_num_entries(void)", before=Feature.FW_CFG_TAKES_E820)
def _ranges(m: Execution) -> int:
    return len(m.facts.e820)


@function("void fw_cfg_add_e820(FWCfgState *)", since=Feature.FW_CFG_TAKES_E820)
def _e820(m: Execution, owner: Device) -> None:
    _add(m, owner, "etc/e820", "e820", "the map")


@function(
    "bool g_file_get_contents(const char *, char **, gsize *, GError **?)", used=True
)
def _contents(
    m: Execution, path: str, data: Reference, size: Reference, _error: object
) -> bool:
    data.put(Contents(file_of(m, path), _SIZE))
    size.put(_SIZE)
    return True


@function("bool kvm_enabled(void)", used=True)
def _kvm(m: Execution) -> bool:
    return Option.KVM in m.scenario.given.options
