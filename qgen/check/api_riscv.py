"""Models of how RISC-V boards boot (include/hw/riscv/boot.h)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.code import Record, Reference
from qgen.check.facts import BootCall, Device
from qgen.check.machine import machine_value
from qgen.check.tree import Tree
from qgen.check.values import Instance
from qgen.check.vocabulary import RiscvLoad
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

LOADER = "riscv_load_kernel"


def _note(m: Execution, what: str, **arguments: object) -> None:
    """What one of the functions is given; each of them is called once."""
    if m.facts.boot is None:
        m.facts.boot = BootCall(LOADER, {}, m.line)
    known = m.facts.boot.arguments
    if m.facts.boot.loader != LOADER or arguments.keys() & known.keys():
        m.refuse(f"a second {what}")
    known.update(arguments)


def _noted(m: Execution, name: str) -> bool:
    return m.facts.boot is not None and name in m.facts.boot.arguments


def _silent(m: Execution, symbols: object) -> None:
    if symbols is not None:
        m.say("an image is loaded with a function for its symbols")


@function("const char *riscv_default_firmware_name(RISCVHartArrayState *)")
def _default_name(m: Execution, harts: Device) -> str:
    _note(m, "name of firmware", firmware_harts=harts)
    return RiscvLoad.FIRMWARE


@function(
    "hwaddr riscv_find_and_load_firmware"
    "(MachineState *, const char *, hwaddr, function *?)",
    before=Feature.RISCV_FIRMWARE_ENTRY,
)
@function(
    "hwaddr riscv_find_and_load_firmware"
    "(MachineState *, const char *, hwaddr *, function *?)"
)
def _firmware(
    m: Execution,
    _machine: Instance,
    name: str,
    where: int | Reference,
    symbols: object,
) -> int:
    _silent(m, symbols)
    start = where if isinstance(where, int) else where.frame[where.name]
    _note(m, "firmware", firmware=name, firmware_at=start)
    if not isinstance(where, int):
        where.put(start + RiscvLoad.ENTRY)
    return int(start) + RiscvLoad.SIZE


@function(
    "void riscv_boot_info_init(RISCVBootInfo *, RISCVHartArrayState *)",
    since=Feature.RISCV_BOOT_INFO,
)
def _info(_m: Execution, info: Record, harts: Device) -> None:
    info.fields["harts"] = harts


def _harts_of(m: Execution, info: Record | Device) -> Device:
    harts = info.fields.get("harts") if isinstance(info, Record) else info
    if not isinstance(harts, Device):
        m.refuse("the boot information does not say which harts boot")
    return harts


@function(
    "hwaddr riscv_calc_kernel_start_addr(RISCVHartArrayState *, hwaddr)",
    before=Feature.RISCV_BOOT_INFO,
    used=True,
)
@function("hwaddr riscv_calc_kernel_start_addr(RISCVBootInfo *, hwaddr)", used=True)
def _start(m: Execution, info: Record | Device, end: int) -> int:
    _harts_of(m, info)
    return RiscvLoad.behind(end)


@function(
    "uint64_t riscv_load_kernel(const char *, uint64_t, function *?)",
    before=Feature.RISCV_KERNEL_OF_MACHINE,
)
def _kernel_alone(m: Execution, path: str, start: int, symbols: object) -> int:
    _silent(m, symbols)
    _note(m, "kernel", kernel=path, start=start)
    return start + RiscvLoad.ENTRY


@function(
    "hwaddr riscv_load_initrd(const char *, uint64_t, uint64_t, hwaddr *)",
    before=Feature.RISCV_KERNEL_OF_MACHINE,
)
def _initrd(m: Execution, path: str, ram: int, entry: int, start: Reference) -> int:
    _note(m, "initrd", initrd=path, initrd_ram=ram, initrd_behind=entry)
    start.put(RiscvLoad.INITRD)
    return RiscvLoad.INITRD + RiscvLoad.SIZE


@function(
    "uint64_t riscv_load_kernel"
    "(MachineState *, RISCVHartArrayState *, uint64_t, bool, function *?)",
    before=Feature.RISCV_BOOT_INFO,
)
@function(
    "void riscv_load_kernel"
    "(MachineState *, RISCVBootInfo *, uint64_t, bool, function *?)"
)
def _kernel(
    m: Execution,
    _machine: Instance,
    info: Record | Device,
    start: int,
    initrd: bool,
    symbols: object,
) -> int:
    harts = _harts_of(m, info)
    if symbols is not None:
        m.say("the kernel is loaded with a function for its symbols")
    if _noted(m, "tree_ram"):
        m.say("the device tree is packed before the kernel puts -append into it")
    kernel = machine_value("kernel_filename", m.scenario)
    _note(m, "kernel", harts=harts, kernel=kernel, start=start, initrd=initrd)
    entry = start + RiscvLoad.ENTRY
    if isinstance(info, Record):
        info.fields["image_low_addr"] = entry
    return entry


@function(
    "uint64_t riscv_compute_fdt_addr(hwaddr, hwaddr, MachineState *)",
    before=Feature.RISCV_BOOT_INFO,
    used=True,
)
@function(
    "uint64_t riscv_compute_fdt_addr"
    "(hwaddr, hwaddr, MachineState *, RISCVBootInfo *)",
    used=True,
)
def _tree_address(
    m: Execution, base: int, size: int, _machine: Instance, info: Record | None = None
) -> int:
    if m.facts.tree is None:
        m.refuse("there is no device tree yet")
    if info is not None:
        _harts_of(m, info)
    _note(m, "place for the device tree", tree_ram=base, tree_ram_size=size)
    return RiscvLoad.TREE


@function(
    "uint64_t riscv_load_fdt(hwaddr, uint64_t, void *)",
    before=Feature.RISCV_KERNEL_OF_MACHINE,
)
def _tree_in(m: Execution, base: int, size: int, tree: object) -> int:
    if not isinstance(tree, Tree) or tree is not m.facts.tree:
        m.say("another device tree is loaded than the board's")
    _note(m, "device tree", tree_ram=base, tree_ram_size=size, tree_at=RiscvLoad.TREE)
    return RiscvLoad.TREE


@function("void riscv_load_fdt(hwaddr, void *)")
def _tree(m: Execution, at: int, tree: object) -> None:
    if not isinstance(tree, Tree) or tree is not m.facts.tree:
        m.say("another device tree is loaded than the board's")
    _note(m, "device tree", tree_at=at)


@function(
    "void riscv_setup_rom_reset_vec(MachineState *, RISCVHartArrayState *, hwaddr, "
    "hwaddr, hwaddr, uint64_t, uint64_t)"
)
def _reset_vector(
    m: Execution, _machine: Instance, harts: Device, *numbers: int
) -> None:
    names = ("reset_to", "rom", "rom_size", "reset_entry", "reset_tree")
    given: dict[str, object] = dict(zip(names, numbers, strict=True))
    _note(m, "reset vector", reset_harts=harts, **given)
