"""Spec to board: resolves every reference and judges what the spec means.

The only place that knows what overlaps, what fits and what is missing. All findings of
the stage are gathered, then `Rejected` is raised once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from qgen.arch import ARCHES
from qgen.bases import MACHINE, Base, find, releases_with
from qgen.board import (
    Arch,
    Board,
    Clock,
    Device,
    Origin,
    Parent,
    Ram,
    Region,
    Soc,
    SocParent,
    Wire,
)
from qgen.catalogue import Catalogue, DeviceType, releases
from qgen.diagnostics import Code, Finding, Rejected, Severity, spans
from qgen.frozen import frozen
from qgen.lower.alignment import judge_alignment
from qgen.lower.alternatives import merged, ways
from qgen.lower.backends import judge_serials
from qgen.lower.boot import lower_boot
from qgen.lower.buses import Buses
from qgen.lower.calls import lower_calls
from qgen.lower.choices import chosen_by, judge_choices, lower_choices
from qgen.lower.claims import judge_claims
from qgen.lower.classfields import lower_class
from qgen.lower.clocks import lower_clocks
from qgen.lower.conditions import Conditions, judge_boot, judge_conditions
from qgen.lower.cpus import cpu_type, lower_cpus
from qgen.lower.devices import lower_buses, lower_devices
from qgen.lower.drivers import judge_drivers
from qgen.lower.drives import judge_drives
from qgen.lower.ends import Ends, ends_of
from qgen.lower.extras import judge_children
from qgen.lower.fw_cfg import lower_fw_cfg
from qgen.lower.hooks import lower_hooks
from qgen.lower.interfaces import lower_interfaces
from qgen.lower.made_cpus import judge_made_cpus
from qgen.lower.memory import lower_regions
from qgen.lower.naming import judge_machine, judge_names
from qgen.lower.overlap import judge_map
from qgen.lower.parent import lower_parent, made_devices
from qgen.lower.ram import lower_ram
from qgen.lower.reach import judge_devices, judge_reach, judge_socs
from qgen.lower.roms import lower_roms
from qgen.lower.scope import Scope
from qgen.lower.soc import (
    device_type,
    judge_buses,
    judge_exports,
    judge_regions,
    judge_soc,
    judge_types,
    judge_used,
    lower_exports,
    with_types,
)
from qgen.lower.stubs import judge_stubs
from qgen.lower.tree import lower_device_tree
from qgen.lower.tree_forms import chosen_by_nodes
from qgen.lower.unconnected import judge_interrupts
from qgen.lower.wires import Wiring, wire_cpus, wire_devices
from qgen.source import Path, Source
from qgen.spec.model import Composite, Cpus, InlineSoc, Spec
from qgen.spec.model import Soc as SocSpec

NO_CPUS = Cpus.model_construct()
"""A SoC makes no CPUs but those that are devices of its own."""

__all__ = ["Lowered", "lower"]


@frozen(slots=False)
class Lowered:
    """The board or the SoC, the warnings on the way to it, and all types known to it."""

    composite: Board | Soc
    warnings: tuple[Finding, ...]
    catalogue: Catalogue


@frozen(slots=False)
class Inside:
    """What is inside a machine or a SoC, in the order of creation."""

    regions: list[Region]
    clocks: list[Clock]
    devices: list[Device]
    ends: Ends


def lower(
    spec: Spec | SocSpec,
    catalogue: Catalogue,
    source: Source,
    origin: Origin,
    socs: Sequence[Soc] = (),
) -> Lowered:
    """What ``spec`` means; `Rejected` with all that does not fit.

    ``socs`` are those that it names, in its order.
    """
    whole = Scope(spec, Arch(spec.arch), socs)
    judge_used(spec.socs, socs, whole)
    known = with_types(catalogue, socs)
    named: dict[str, Path] = {s.name: ("socs", n) for n, s in enumerate(socs)}
    made: Board | Soc | None
    if isinstance(spec, SocSpec):
        made = _soc(spec, spec.soc, ("soc",), known, origin, whole)
        _reject(whole, source)
    else:
        base = _base(spec, catalogue, source)
        named |= {name: ("types", name) for name in spec.types}
        boards, scopes = [], []
        for way in ways(spec, whole):
            scopes.append(way.scope(whole))
            known = with_types(catalogue, socs)
            board, known = _one_way(way.spec, base, known, origin, scopes[-1])
            boards.append(board)
        whole.join(scopes)
        _reject(whole, source)
        made = merged([board for board in boards if board is not None], spec, whole)
        _reject(whole, source)
        tree = lower_device_tree(spec, made, Conditions(spec, known, whole), whole)
        made = replace(made, device_tree=tree)
        _reject(whole, source)
    assert made is not None
    inline = [soc.devices for soc in made.socs if soc.inline]
    judge_socs(named, chain(made.devices, *inline), whole)
    return Lowered(made, tuple(whole.findings), known)


def _one_way(
    spec: Spec, base: Base, known: Catalogue, origin: Origin, scope: Scope
) -> tuple[Board | None, Catalogue]:
    """The machine as it is with one of each device's alternatives, and all types."""
    judge_types(spec, scope)
    for name, written in spec.types.items():
        done = _inline(name, written, known, origin, scope)
        if done is not None:
            known = known.extended([device_type(done, known)])
    return _machine(spec, base, known, origin, scope), known


def _machine(
    spec: Spec, base: Base, catalogue: Catalogue, origin: Origin, scope: Scope
) -> Board | None:
    """The machine; None where there are errors."""
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
    _judge(inside, cpus.wires, ram, scope)
    judge_made_cpus(spec, inside.devices, catalogue, scope)
    fw_cfg = lower_fw_cfg(spec, inside.ends, inside.regions, scope)
    conditions = Conditions(spec, catalogue, scope)
    roms = lower_roms(spec, inside.regions, inside.ends, conditions, scope)
    boot = lower_boot(spec, inside.regions, inside.ends, scope)
    judge_boot(inside.devices, boot, scope)
    hooks = lower_hooks(spec, cpus, base, catalogue, scope)
    class_fields = lower_class(spec, scope)
    interfaces = lower_interfaces(spec, scope)
    if scope.failed:
        return None
    judge_reach(spec, base.boots, inside.regions, inside.devices, scope)
    judge_devices(inside.devices, inside.ends, scope)
    judge_alignment(inside.regions, inside.devices, scope)
    judge_interrupts(inside.devices, hooks, inside.ends, scope)
    used = chosen_by(inside.devices, cpus, roms, fw_cfg) | chosen_by_nodes(spec)
    judge_choices(properties, used, hooked=hooks is not None, scope=scope)
    return Board(
        name=spec.machine,
        description=spec.description,
        arch=scope.arch,
        parent=parent,
        class_fields=class_fields,
        interfaces=interfaces,
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
        usb_by_default=spec.usb_by_default,
        origin=origin,
        socs=tuple(scope.socs.values()),
    )


def _inline(
    name: str, spec: InlineSoc, catalogue: Catalogue, origin: Origin, outer: Scope
) -> Soc | None:
    """A SoC in the spec of its machine; its findings become those of ``outer``."""
    path = ("types", name)
    scope = Scope(spec, outer.arch, tuple(outer.socs.values()), path)
    if name in outer.socs:
        message = f"{name!r} is the type that one of 'socs:' describes"
        scope.error(Code.Q0202, message, (), "take another name", key=True)
    soc = _soc(spec, name, (), catalogue, origin, scope)
    outer.take(scope, path)
    if soc is None:
        outer.failed_types.add(name)
    else:
        outer.socs[name] = soc
    return soc


def _soc(
    spec: InlineSoc,
    name: str,
    path: Path,
    catalogue: Catalogue,
    origin: Origin,
    scope: Scope,
) -> Soc | None:
    """A SoC whose name stands at ``path``; None where there are errors."""
    macros = judge_soc(name, path, catalogue, scope)
    judge_names(spec, name, MACHINE, macros, scope)
    inside = _inside(spec, Parent(MACHINE), NO_CPUS, None, catalogue, [], scope)
    exports = lower_exports(spec, inside.ends, scope)
    _judge(inside, (), None, scope)
    judge_exports(exports, inside.devices, scope)
    judge_buses(inside.devices, scope)
    judge_regions(inside.regions, scope)
    if scope.failed:
        return None
    judge_reach(spec, False, inside.regions, inside.devices, scope)
    judge_devices(inside.devices, inside.ends, scope)
    judge_alignment(inside.regions, inside.devices, scope)
    own_file = isinstance(spec, SocSpec)
    return Soc(
        name=name,
        description=spec.description if isinstance(spec, SocSpec) else "",
        arch=scope.arch,
        parent=SocParent(spec.parent),
        constants=tuple(scope.constants.values()),
        memory_map=tuple(scope.entries.values()),
        regions=tuple(inside.regions),
        clocks=tuple(inside.clocks),
        buses=(),
        devices=tuple(inside.devices),
        exports=exports,
        not_user_creatable=spec.not_user_creatable,
        header=spec.header if isinstance(spec, SocSpec) else None,
        inline=not own_file,
        origin=origin,
        socs=tuple(scope.socs.values()),
    )


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
    facts = ARCHES[scope.arch]
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
    scope: Scope,
) -> None:
    """What only the whole shows: ends that are shared, regions that overlap."""
    judge_drivers(inside.devices, cpu_wires, inside.ends, scope)
    judge_drives(inside.devices, scope)
    judge_serials(inside.devices, scope)
    judge_claims(inside.devices, inside.ends, scope)
    judge_conditions(inside.devices, cpu_wires, inside.ends.cpu_maker, scope)
    judge_map(inside.regions, inside.devices, ram, scope)


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
        f"any board can in QEMU {spans(releases_with(spec.parent), releases())}",
    )
    raise Rejected([finding], source)
