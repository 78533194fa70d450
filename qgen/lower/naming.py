"""Names that would meet in C: used twice, or the same after conversion."""

from __future__ import annotations

from collections.abc import Iterator

from qgen.diagnostics import Code
from qgen.lower.scope import Scope
from qgen.names import identifier, upper_case
from qgen.source import Path
from qgen.spec.model import Spec

# Words with which QEMU's own functions begin: PREFIX_init would be one of them.
_TAKEN_PREFIXES = frozenset(
    "arm armv7m bus clock cpu device error irq isa isa_bus load machine main "
    "memory_region module object ppc qdev qemu register serial sysbus system type "
    "x86".split()
)
# Macros that the generated C itself uses.
_TAKEN_CONSTANTS = frozenset(
    "ARM_CPU CPU DEVICE EXIT_FAILURE FALSE MACHINE MACHINE_CLASS MAX MIN NULL OBJECT "
    "POWERPC_CPU SYS_BUS_DEVICE TRUE X86_MACHINE".split()
)
_STATE_FIELDS = {"parent_obj": "state", "bootinfo": "state"}


def judge_names(spec: Spec, scope: Scope) -> None:
    """Refuse a name that two parts share, and what would be one name in C."""
    if identifier(spec.machine) in _TAKEN_PREFIXES:
        scope.error(
            Code.Q0104,
            f"a machine {spec.machine!r} would give C functions that QEMU has already",
            ("machine",),
            f"name it more closely: {spec.machine}-board",
        )
    for name in spec.constants:
        if name in _TAKEN_CONSTANTS or name == f"{upper_case(spec.machine)}_MACHINE":
            scope.error(
                Code.Q0104,
                f"{name!r} is a macro that the generated C uses",
                ("constants", name),
                "choose another name",
                key=True,
            )
    taken = {name: (name, kind) for name, kind in _STATE_FIELDS.items()}
    for name, what, path in _parts(spec):
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


def _parts(spec: Spec) -> Iterator[tuple[str, str, Path]]:
    if spec.ram is not None and spec.ram.split is not None:
        for key, part in (
            ("below", spec.ram.split.below),
            ("above", spec.ram.split.above),
        ):
            yield part.name, "region", ("ram", "split", key, "name")
    for name in spec.memory:
        yield name, "region", ("memory", name)
    for name in spec.clocks:
        yield name, "clock", ("clocks", name)
    for name in spec.buses:
        yield name, "bus", ("buses", name)
    for name in spec.devices:
        yield name, "device", ("devices", name)
