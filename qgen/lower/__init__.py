"""Spec to board: resolves every reference and judges what the spec means.

The only place that knows what overlaps, what fits and what is missing. All findings of
the stage are gathered, then `Rejected` is raised once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgen.arch import ARCHES, ArchFacts
from qgen.bases import Base, find, releases_with
from qgen.board import (
    Arch,
    Board,
    Clock,
    Device,
    Origin,
    Parent,
    Ram,
    Region,
    Wire,
)
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, Finding, Rejected, Severity
from qgen.lower.boot import lower_boot
from qgen.lower.buses import Buses
from qgen.lower.calls import lower_calls
from qgen.lower.choices import chosen_by, judge_choices, lower_choices
from qgen.lower.classfields import lower_class
from qgen.lower.clocks import lower_clocks
from qgen.lower.conditions import Conditions, judge_conditions
from qgen.lower.cpus import cpu_type, lower_cpus
from qgen.lower.devices import lower_buses, lower_devices
from qgen.lower.drivers import judge_drivers
from qgen.lower.drives import judge_drives
from qgen.lower.ends import Ends, ends_of
from qgen.lower.extras import judge_children
from qgen.lower.fw_cfg import lower_fw_cfg
from qgen.lower.hooks import lower_hooks
from qgen.lower.memory import lower_regions
from qgen.lower.naming import judge_machine, judge_names
from qgen.lower.overlap import judge_map
from qgen.lower.parent import lower_parent, made_devices
from qgen.lower.ram import lower_ram
from qgen.lower.reach import judge_devices, judge_reach
from qgen.lower.roms import lower_roms
from qgen.lower.scope import Scope
from qgen.lower.stubs import judge_stubs
from qgen.lower.wires import Wiring, wire_cpus, wire_devices
from qgen.source import Source
from qgen.spec.model import Composite, Cpus, Spec

__all__ = ["Lowered", "lower"]


@dataclass(frozen=True)
class Lowered:
    """The board, and the warnings on the way to it."""

    board: Board
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class Inside:
    """What is inside a machine or a SoC, in the order of creation."""

    regions: list[Region]
    clocks: list[Clock]
    devices: list[Device]
    ends: Ends


def lower(spec: Spec, catalogue: Catalogue, source: Source, origin: Origin) -> Lowered:
    """The board that ``spec`` means; `Rejected` with all that does not fit."""
    scope = Scope(spec)
    facts = ARCHES[Arch(spec.arch)]
    base = _base(spec, catalogue, source)
    parent = lower_parent(spec, base, catalogue, scope)
    macros = judge_machine(spec.machine, base, scope)
    judge_names(spec, spec.machine, base, macros, scope)
    properties = lower_choices(spec, scope)
    scope.choices |= {prop.name: prop for prop in properties}
    ram, ram_regions = lower_ram(spec, scope)
    known_cpu = cpu_type(spec, catalogue, scope)
    inside = _inside(spec, parent, spec.cpus, known_cpu, catalogue, ram_regions, scope)
    wires = wire_cpus(spec.cpus, inside.ends, scope)
    cpus = lower_cpus(spec, base, catalogue, known_cpu, wires, scope)
    _judge(inside, cpus.wires, ram, facts, scope)
    fw_cfg = lower_fw_cfg(spec, inside.ends, scope)
    conditions = Conditions(spec, catalogue, scope)
    roms = lower_roms(spec, inside.regions, inside.ends, conditions, scope)
    boot = lower_boot(spec, inside.regions, inside.ends, scope)
    hooks = lower_hooks(spec, cpus, base, catalogue.release, scope)
    class_fields = lower_class(spec, scope)
    _reject(scope, source)
    judge_reach(spec, base.boots, inside.regions, inside.devices, scope)
    judge_devices(inside.devices, inside.ends, scope)
    used = chosen_by(inside.devices, cpus)
    judge_choices(properties, used, hooked=hooks is not None, scope=scope)
    board = Board(
        name=spec.machine,
        description=spec.description,
        arch=Arch(spec.arch),
        parent=parent,
        class_fields=class_fields,
        constants=tuple(scope.constants.values()),
        memory_map=tuple(scope.entries.values()),
        ram=ram,
        regions=tuple(inside.regions),
        cpus=cpus,
        fw_cfg=fw_cfg,
        roms=roms,
        clocks=tuple(inside.clocks),
        buses=tuple(lower_buses(spec)),
        devices=tuple(inside.devices),
        boot=boot,
        hooks=hooks,
        properties=properties,
        origin=origin,
    )
    return Lowered(board, tuple(scope.findings))


def _inside(
    spec: Composite,
    parent: Parent,
    cpus: Cpus,
    known_cpu: DeviceType | None,
    catalogue: Catalogue,
    ram: list[Region],
    scope: Scope,
) -> Inside:
    """Regions, clocks and wired devices; ``ram`` are the regions of the RAM of -m."""
    facts = ARCHES[Arch(spec.arch)]
    regions, stubs = lower_regions(spec, scope, ram)
    clocks = lower_clocks(spec, scope)
    judge_stubs(spec, catalogue, scope)
    made = made_devices(parent, catalogue)
    first, devices = lower_devices(spec, made, catalogue, scope)
    devices = [*first, *stubs, *devices]
    judge_children(spec, devices, clocks, scope)
    ends = ends_of(spec, parent.base, cpus, devices, catalogue, facts, known_cpu, scope)
    devices = wire_devices(spec, devices, ends, scope)
    buses = Buses(spec, catalogue, ends.types, scope)
    devices = lower_calls(spec, devices, Wiring(ends, scope), buses, scope)
    return Inside(regions, clocks, devices, ends)


def _judge(
    inside: Inside,
    cpu_wires: Sequence[Wire],
    ram: Ram | None,
    facts: ArchFacts,
    scope: Scope,
) -> None:
    """What only the whole shows: ends that are shared, regions that overlap."""
    judge_drivers(inside.devices, cpu_wires, inside.ends, scope)
    judge_drives(inside.devices, scope)
    judge_conditions(inside.devices, cpu_wires, inside.ends.cpu_maker, scope)
    judge_map(inside.regions, inside.devices, ram, facts, scope)


def _reject(scope: Scope, source: Source) -> None:
    """Stop here if there are errors."""
    if scope.failed:
        # Warnings are for a board: what is wrong would give some that mean nothing.
        errors = [f for f in scope.findings if f.severity is Severity.ERROR]
        raise Rejected(errors, source)


def _base(spec: Spec, catalogue: Catalogue, source: Source) -> Base:
    """What the machine derives from; `Rejected` where the release keeps it to itself."""
    base = find(spec.parent, catalogue.release)
    if base is not None:
        return base
    finding = Finding(
        Code.Q0301,
        f"in QEMU {catalogue.release}, only its own file can derive from {spec.parent!r}",
        ("parent",),
        f"any board can in QEMU {', '.join(releases_with(spec.parent))}",
    )
    raise Rejected([finding], source)
