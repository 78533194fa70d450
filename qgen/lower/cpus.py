"""The CPUs: types that exist, counts that fit, and who makes them."""

from __future__ import annotations

from qgen.arch import ArchFacts
from qgen.board import Cpus, Parent, Property, Wire
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean
from qgen.lower.devices import Devices
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Spec


def cpu_type(
    spec: Spec, catalogue: Catalogue, facts: ArchFacts, scope: Scope
) -> DeviceType | None:
    """The default CPU's type; a finding for each CPU that QEMU does not have."""
    for place, name in enumerate(spec.cpus.valid):
        _known(name, ("cpus", "valid", place), catalogue, facts, scope)
    if spec.cpus.default is None:
        return None
    if spec.cpus.valid and spec.cpus.default not in spec.cpus.valid:
        scope.error(
            Code.Q0208,
            f"the default CPU {spec.cpus.default!r} is not one of the valid ones",
            ("cpus", "default"),
            f"the valid ones are {', '.join(spec.cpus.valid)}",
        )
    return _known(spec.cpus.default, ("cpus", "default"), catalogue, facts, scope)


def _known(
    name: str, path: Path, catalogue: Catalogue, facts: ArchFacts, scope: Scope
) -> DeviceType | None:
    known = catalogue.find(name + facts.cpu_suffix)
    if known is not None and not known.abstract:
        return known
    suffix = facts.cpu_suffix
    models = [n.removesuffix(suffix) for n in catalogue.names() if n.endswith(suffix)]
    help_ = did_you_mean(name, models)
    if name.endswith(suffix):
        help_ = f"write {name.removesuffix(suffix)}"
    scope.error(
        Code.Q0208, f"QEMU {catalogue.release} has no CPU {name!r}", path, help_
    )
    return None


def lower_cpus(
    spec: Spec,
    catalogue: Catalogue,
    facts: ArchFacts,
    known: DeviceType | None,
    wires: tuple[Wire, ...],
    scope: Scope,
) -> Cpus:
    """The CPUs of the board."""
    cpus, path = spec.cpus, ("cpus",)
    _judge_counts(spec, scope)
    maker = cpus.created_by
    if maker is not None and maker not in spec.devices:
        scope.error(
            Code.Q0201,
            f"there is no device {maker!r}",
            (*path, "created_by"),
            did_you_mean(maker, spec.devices),
        )
    created = cpus.default is not None and maker is None
    for key in ("properties", "timebase"):
        if getattr(cpus, key) and (not created or spec.parent == Parent.X86.value):
            scope.error(
                Code.Q0214,
                f"{key!r} is for CPUs that the board creates itself",
                (*path, key),
                key=True,
            )
    if cpus.timebase is not None and not facts.board_resets_cpus:
        scope.error(
            Code.Q0214,
            "only PowerPC CPUs have a time base",
            (*path, "timebase"),
            key=True,
        )
    if created and facts.board_resets_cpus and cpus.timebase is None:
        scope.error(
            Code.Q0102,
            "PowerPC CPUs need the frequency of their time base",
            path,
            "add timebase: 16.6 MHz",
            key=True,
        )
    properties: tuple[Property, ...] = ()
    if known is not None and cpus.properties:
        lowering = Devices(spec, catalogue, scope)
        properties = lowering.properties(
            dict(cpus.properties), known, (*path, "properties"), ("cpu", "cpus")
        )
    timebase = None
    if cpus.timebase is not None:
        timebase = scope.resolve(cpus.timebase, (*path, "timebase"))
        if timebase is not None:
            scope.number(timebase, (*path, "timebase"), low=1, high=(1 << 32) - 1)
    suffix = facts.cpu_suffix
    return Cpus(
        default_type=cpus.default and cpus.default + suffix,
        valid_types=tuple(name + suffix for name in cpus.valid),
        minimum=cpus.min,
        maximum=cpus.max,
        default_count=cpus.default_count,
        created_by=maker,
        created=created,
        properties=properties,
        wires=wires,
        timebase=timebase,
        origin=path,
    )


def _judge_counts(spec: Spec, scope: Scope) -> None:
    cpus = spec.cpus
    low, high = cpus.min or 1, cpus.max or 1
    count = cpus.default_count or low
    if low > high:
        scope.error(
            Code.Q0203, f"at least {low} CPUs, but at most {high}", ("cpus", "min")
        )
    elif not low <= count <= high:
        scope.error(
            Code.Q0203,
            f"{count} is not between {low} and {high} CPUs",
            ("cpus", "default_count"),
        )
    if cpus.default is None and (cpus.valid or cpus.created_by or cpus.properties):
        scope.error(
            Code.Q0102,
            "the key 'default' is missing",
            ("cpus",),
            "add default: the CPU's name, as -cpu takes it",
            key=True,
        )
