"""Warns of addresses and sizes that QEMU takes, and that a guest cannot use well."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.board import IO, Arch, Device, Kind, Region
from qgen.diagnostics import Code
from qgen.expr import evaluate
from qgen.lower.places import hexadecimal
from qgen.lower.scope import Scope

WORD = 4
"""What most drivers read registers with, in bytes."""
PAGE = 4096
"""What KVM maps memory in: the smallest page of the hosts that it runs on."""
_WITH_KVM = (Arch.AARCH64, Arch.PPC, Arch.RISCV64, Arch.X86_64)


def judge_alignment(
    regions: Sequence[Region], devices: Sequence[Device], scope: Scope
) -> None:
    """Warn of registers off their words, and of memory that KVM would leave out."""
    for device in devices:
        for mmio in device.mmio:
            unit = WORD if mmio.shown >= WORD else mmio.shown
            at = evaluate(mmio.address, {"n": 0})
            if mmio.container != IO and unit in (2, WORD) and at % unit:
                message = (
                    f"the registers of {device.name!r} begin at {hexadecimal(at)}: no "
                    f"aligned access of {unit} bytes meets one"
                )
                help_ = f"map them at {hexadecimal(at - at % unit)}"
                scope.warning(Code.Q0220, message, mmio.origin, help_, key=False)
    for region in regions:
        if region.kind in (Kind.RAM, Kind.ROM) and scope.arch in _WITH_KVM:
            _judge_pages(region, scope)


def _judge_pages(region: Region, scope: Scope) -> None:
    if region.mapping is None:
        return
    start, size = evaluate(region.mapping.offset), evaluate(region.size)
    if start % PAGE:
        what, key, near = "begins", "at", start - start % PAGE
    elif size % PAGE:
        what, key, near = "ends", "size", size + -size % PAGE
    else:
        return
    scope.warning(
        Code.Q0220,
        f"{region.name!r} {what} within a page: KVM maps whole pages, and the guest "
        "would have no memory there",
        (*region.origin, key),
        f"write {hexadecimal(near)}",
        key=False,
    )
