"""Devices that are not modelled: QEMU's ``unimplemented-device``."""

from __future__ import annotations

from qgen.arch import ARCHES
from qgen.board import (
    UNIMPLEMENTED,
    UNIMPLEMENTED_PRIORITY,
    Device,
    Mmio,
    Property,
)
from qgen.catalogue import Catalogue
from qgen.diagnostics import Code
from qgen.expr import Expr, evaluate
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Composite


def stub(
    name: str,
    label: str,
    at: Expr,
    size: Expr,
    comment: str | None,
    path: Path,
    count: Expr | None = None,
) -> Device:
    """A device that answers ``size`` bytes at ``at`` with zeroes."""
    return Device(
        name,
        UNIMPLEMENTED,
        count,
        (
            Property("name", "str", label, (*path, "name")),
            Property("size", "uint64", size, (*path, "size")),
        ),
        (
            Mmio(
                0,
                at,
                label,
                evaluate(size),
                UNIMPLEMENTED_PRIORITY,
                (*path, "at"),
            ),
        ),
        (),
        (),
        comment,
        path,
        is_stub=True,
    )


def judge_stubs(spec: Composite, catalogue: Catalogue, scope: Scope) -> None:
    """Not every QEMU binary has the device that stands for an unmodelled one."""
    known = catalogue.find(UNIMPLEMENTED)
    qemu = ARCHES[scope.arch].qemu
    if known is not None and qemu in known.targets:
        return
    stubs: list[Path] = [
        ("memory", name, "kind")
        for name, region in spec.memory.items()
        if region.kind == "unimplemented"
    ]
    stubs += [
        ("devices", name, "unimplemented")
        for name, device in spec.devices.items()
        if device.unimplemented is not None
    ]
    for path in stubs:
        scope.error(
            Code.Q0209,
            f"qemu-system-{qemu} has no unimplemented devices",
            path,
            "kind: io reads as a value and ignores writes",
        )
