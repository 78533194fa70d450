"""Spec to board: resolves every reference and judges what the spec means.

The only place that knows what overlaps, what fits and what is missing. All findings of
the stage are gathered, then `Rejected` is raised once.
"""

from __future__ import annotations

from dataclasses import dataclass

from qgen.arch import ARCHES
from qgen.board import (
    Arch,
    Board,
    Origin,
    Parent,
)
from qgen.catalogue import Catalogue
from qgen.diagnostics import Finding, Rejected, Severity
from qgen.lower.boot import judge_parent, lower_boot
from qgen.lower.classfields import lower_class
from qgen.lower.clocks import lower_clocks
from qgen.lower.cpus import cpu_type, lower_cpus
from qgen.lower.devices import lower_buses, lower_devices
from qgen.lower.drivers import judge_drivers
from qgen.lower.ends import ends_of
from qgen.lower.memory import lower_regions
from qgen.lower.naming import judge_names
from qgen.lower.overlap import judge_map
from qgen.lower.ram import lower_ram
from qgen.lower.reach import judge_reach
from qgen.lower.scope import Scope
from qgen.lower.stubs import judge_stubs
from qgen.lower.wires import wire_cpus, wire_devices
from qgen.source import Source
from qgen.spec.model import Spec

__all__ = ["Lowered", "lower"]


@dataclass(frozen=True)
class Lowered:
    """The board, and the warnings on the way to it."""

    board: Board
    warnings: tuple[Finding, ...]


def lower(spec: Spec, catalogue: Catalogue, source: Source, origin: Origin) -> Lowered:
    """The board that ``spec`` means; `Rejected` with all that does not fit."""
    scope = Scope(spec)
    arch = Arch(spec.arch)
    facts = ARCHES[arch]
    parent = Parent(spec.parent)
    judge_parent(spec, scope)
    judge_names(spec, scope)
    ram, ram_regions = lower_ram(spec, scope)
    regions, stubs = lower_regions(spec, scope, ram_regions)
    clocks = lower_clocks(spec, scope)
    judge_stubs(spec, catalogue, scope)
    devices = [*stubs, *lower_devices(spec, catalogue, scope)]
    known_cpu = cpu_type(spec, catalogue, scope)
    ends = ends_of(spec, devices, catalogue, facts, known_cpu, scope)
    devices = wire_devices(spec, devices, ends, scope)
    cpus = lower_cpus(
        spec, catalogue, facts, known_cpu, wire_cpus(spec, ends, scope), scope
    )
    judge_drivers(devices, cpus.wires, ends, scope)
    judge_map(regions, devices, ram, facts, scope)
    boot = lower_boot(spec, regions, scope)
    class_fields = lower_class(spec, scope)
    if scope.failed:
        # Warnings are for a board: what is wrong would give some that mean nothing.
        errors = [f for f in scope.findings if f.severity is Severity.ERROR]
        raise Rejected(errors, source)
    judge_reach(spec, regions, devices, scope)
    board = Board(
        name=spec.machine,
        description=spec.description,
        arch=arch,
        parent=parent,
        class_fields=class_fields,
        constants=tuple(scope.constants.values()),
        memory_map=tuple(scope.entries.values()),
        ram=ram,
        regions=tuple(regions),
        cpus=cpus,
        clocks=tuple(clocks),
        buses=tuple(lower_buses(spec)),
        devices=tuple(devices),
        boot=boot,
        origin=origin,
    )
    return Lowered(board, tuple(scope.findings))
