"""Names that would meet in C: used twice, or the same after conversion."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from qgen.bases import Base
from qgen.board import CPUS
from qgen.diagnostics import Code
from qgen.lower.places import RESERVED
from qgen.lower.scope import Scope
from qgen.lower.tree_forms import written_nodes
from qgen.names import identifier, upper_case
from qgen.source import Path
from qgen.spec.model import Composite, Spec

# Words with which QEMU's own functions begin: PREFIX_init would be one of them, or one
# of the macros of qemu/module.h.
_PREFIXES = """
arm armv7m bus clock cpu device error fw_cfg irq isa isa_bus load machine main
memory_region module object pci ppc qdev qemu register serial sysbus system type x86
block fuzz_target libqos migration opts trace xen_backend
"""
TAKEN_PREFIXES = frozenset(_PREFIXES.split())
"""Names of a whole that its functions would share with QEMU's."""
# Macros that the generated C itself uses.
_MACROS = """
ARM_CPU CPU DEVICE EXIT_FAILURE FALSE MACHINE MACHINE_CLASS MAX MIN NULL OBJECT
POWERPC_CPU SYS_BUS_DEVICE TRUE X86_MACHINE
"""
_TAKEN_CONSTANTS = frozenset(_MACROS.split())
_RESERVED = {**RESERVED, CPUS: "the CPUs"}
_STATE_FIELDS = {"parent_obj": "state field", "bootinfo": "state field"}


def judge_machine(name: str, base: Base, scope: Scope) -> set[str]:
    """The macros of the machine ``name``; a finding if its C would meet QEMU's."""
    if identifier(name) in TAKEN_PREFIXES:
        scope.error(
            Code.Q0104,
            f"a machine {name!r} would give C functions that QEMU has already",
            ("machine",),
            f"name it more closely: {name}-board",
        )
    prefix = upper_case(name)
    casts = {base.macro, base.cast, base.class_cast or base.cast}
    return {f"{prefix}_MACHINE", f"TYPE_{prefix}_MACHINE", *casts}


def judge_names(
    spec: Composite, name: str, base: Base, macros: Collection[str], scope: Scope
) -> None:
    """Refuse a name that two parts share, and what would be one name in C.

    ``name`` is that of the whole, ``macros`` those that its type takes in C.
    """
    _judge_macros(spec, upper_case(name), _TAKEN_CONSTANTS.union(macros), scope)
    _judge_blocks(spec, scope)
    taken = {name: (name, kind) for name, kind in _STATE_FIELDS.items()}
    if isinstance(spec, Spec) and spec.device_tree is not None:
        taken["fdt_size"] = ("fdt_size", "state field")
    for made in base.made:
        if made.name not in spec.devices:
            taken[made.name] = (made.name, f"device of the parent {base.name!r}")
    for name, what, path in _parts(spec):
        if name in _RESERVED:
            message = f"{name!r} is the name of {_RESERVED[name]}"
            scope.error(Code.Q0202, message, path, "take another name", key=True)
            continue
        ident = identifier(name)
        if ident not in taken:
            taken[ident] = (name, what)
            continue
        other, kind = taken[ident]
        if other == name:
            message = f"{name!r} is the name of a {kind} already"
        else:
            message = f"{name!r} and the {kind} {other!r} are both {ident!r} in C"
        scope.error(Code.Q0202, message, path, "rename one of the two", key=True)


def _judge_blocks(spec: Composite, scope: Scope) -> None:
    """QEMU ends when two blocks of memory have one name, the name that it shows."""
    ram = spec.main_ram
    taken = {} if ram is None else {ram.id: "the RAM of -m"}
    for name, region in spec.memory.items():
        if region.kind not in ("ram", "rom"):
            continue
        label, path = region.name or name, ("memory", name)
        if label in taken:
            scope.error(
                Code.Q0202,
                f"{label!r} is what QEMU calls {taken[label]} already",
                path if region.name is None else (*path, "name"),
                "RAM and ROM need names of their own",
                key=region.name is None,
            )
        taken.setdefault(label, f"the region {name!r}")


def _judge_macros(
    spec: Composite, prefix: str, taken: Collection[str], scope: Scope
) -> None:
    """Refuse constants and table entries that are something else in the C."""
    for name, constant in spec.constants.items():
        if constant.header is None and name in taken:
            scope.error(
                Code.Q0104,
                f"{name!r} is a macro that the generated C uses",
                ("constants", name),
                "choose another name",
                key=True,
            )
    for name in spec.map:
        path, macro = ("map", name), f"{prefix}_{name}"
        if name in spec.constants:
            message = f"{name!r} is a constant already"
            scope.error(Code.Q0202, message, path, "rename one of the two", key=True)
        elif macro in taken or macro in spec.constants:
            message = f"{name!r} is {macro!r} in C, which names something else already"
            scope.error(Code.Q0202, message, path, "choose another name", key=True)


def _parts(spec: Composite) -> Iterator[tuple[str, str, Path]]:
    ram = spec.main_ram
    if ram is not None and ram.split is not None:
        for key, part in (
            ("below", ram.split.below),
            ("above", ram.split.above),
        ):
            yield part.name, "region", ("ram", "split", key, "name")
    for name in spec.memory:
        yield name, "region", ("memory", name)
    for name in spec.clocks:
        yield name, "clock", ("clocks", name)
    for name in spec.own_buses:
        yield name, "bus", ("buses", name)
    for name, device in spec.devices.items():
        yield name, "device", ("devices", name)
        for place, mmio in enumerate(device.at):
            if mmio.window is not None:
                path: Path = ("devices", name, "at", place, "window", "name")
                yield mmio.window.name, "window", path
    if isinstance(spec, Spec):
        labels = {label: path for label, _, path in written_nodes(spec)}
        for label, path in labels.items():
            yield f"{label}_phandle", "phandle", path
        for name in spec.properties:
            yield name, "property", ("properties", name)
        for name in spec.roms:
            yield name, "ROM", ("roms", name)
