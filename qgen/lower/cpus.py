"""The CPUs: types that exist, counts that fit, and who makes them."""

from __future__ import annotations

from dataclasses import replace

from qgen.arch import ARCHES, ArchFacts
from qgen.bases import Base
from qgen.board import Arch, Cpus, Property, Wire
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.lower.elsewhere import had_by, missing
from qgen.lower.properties import Properties
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Spec
from qgen.spec.values import AudioText, DriveText, IfPresentText, SerialText

PATH: Path = ("cpus",)


def cpu_type(spec: Spec, catalogue: Catalogue, scope: Scope) -> DeviceType | None:
    """The default CPU's type; a finding for each CPU that QEMU does not have.

    A board can do without one that -cpu might choose.
    """
    default, valid = spec.cpus.default, spec.cpus.valid
    for place, name in enumerate(valid):
        if name != default:
            path = (*PATH, "valid", place)
            _known(name, path, catalogue, spec.arch, scope, needed=False)
    if default is None:
        usual = spec.cpus.usual
        return None if usual is None else catalogue.find(usual + _suffix(spec))
    if valid and default not in valid:
        some = ", ".join(valid[:8]) + ", ..." * (len(valid) > 8)
        scope.error(
            Code.Q0208,
            f"the default CPU {default!r} is not one of the valid ones",
            (*PATH, "default"),
            f"the valid ones are {some}",
        )
    return _known(default, (*PATH, "default"), catalogue, spec.arch, scope)


def _suffix(spec: Spec) -> str:
    return ARCHES[Arch(spec.arch)].cpu_suffix


def _find(name: str, arch: str, catalogue: Catalogue) -> DeviceType | None:
    known = catalogue.find(name + ARCHES[Arch(arch)].cpu_suffix)
    return None if known is None or known.abstract else known


def _known(
    name: str,
    path: Path,
    catalogue: Catalogue,
    arch: str,
    scope: Scope,
    *,
    needed: bool = True,
) -> DeviceType | None:
    facts = ARCHES[Arch(arch)]
    suffix = facts.cpu_suffix
    known = _find(name, arch, catalogue)
    if known is not None:
        return known

    def near() -> str | None:
        if name.endswith(suffix):
            return f"write {name.removesuffix(suffix)}"
        for other in ARCHES:
            if catalogue.find(name + ARCHES[other].cpu_suffix) is not None:
                return f"it is a CPU of {other.value!r}"
        names = [n for n in catalogue.names() if n.endswith(suffix)]
        near = did_you_mean(name, [n.removesuffix(suffix) for n in names])
        return near or f"qemu-system-{facts.qemu} -cpu help lists them"

    message = f"QEMU {catalogue.release} has no {arch} CPU {quoted(name)}"
    found = had_by(catalogue.release, lambda each: each.find(name + suffix) is not None)
    if found is not None and not needed:
        help_ = f"there -cpu cannot choose it; {found}"
        scope.warning(Code.Q0301, message, path, help_, key=False)
        return None
    missing(scope, Code.Q0208, message, path, near, found)
    return None


def lower_cpus(
    spec: Spec,
    base: Base,
    catalogue: Catalogue,
    known: DeviceType | None,
    wires: tuple[Wire, ...],
    scope: Scope,
) -> Cpus:
    """The CPUs of the board."""
    cpus, facts = spec.cpus, ARCHES[Arch(spec.arch)]
    low = cpus.min or 1
    created = cpus.usual is not None and cpus.created_by is None and not base.boots
    _judge_counts(spec, base, scope)
    _judge_maker(spec, created, facts, scope)
    properties: tuple[Property, ...] = ()
    if known is not None and created:
        properties = _properties(spec, catalogue, known, scope)
    timebase = None
    if cpus.timebase is not None:
        here = (*PATH, "timebase", "frequency")
        timebase = scope.resolve(cpus.timebase.frequency, here)
        if timebase is not None:
            scope.number(timebase, here, low=1, high=(1 << 32) - 1)
    suffix = facts.cpu_suffix
    return Cpus(
        default_type=cpus.default and cpus.default + suffix,
        valid_types=tuple(
            name + suffix for name in cpus.valid if _find(name, spec.arch, catalogue)
        ),
        minimum=cpus.min,
        maximum=cpus.max,
        # Without -smp, QEMU does not look at the minimum.
        default_count=cpus.default_count or (cpus.min if low > 1 else None),
        created_by=cpus.created_by,
        created=created,
        properties=properties,
        wires=wires,
        timebase=timebase,
        origin=PATH,
        timebase_reset=cpus.timebase is not None and cpus.timebase.reset,
    )


def _properties(
    spec: Spec, catalogue: Catalogue, known: DeviceType, scope: Scope
) -> tuple[Property, ...]:
    path = (*PATH, "properties")
    lowering = Properties(spec, catalogue, scope)
    done: list[Property] = []
    for name, written in spec.cpus.properties.items():
        value, type_ = written, known
        if isinstance(written, IfPresentText):
            value, type_ = written.value, _having(name, spec, catalogue, known)
        if isinstance(value, (SerialText, DriveText, AudioText)):
            message = "a CPU has no back end"
            help_ = "leave it out: back ends are for properties of devices"
            scope.error(Code.Q0210, message, (*path, name), help_)
            continue
        lowered = lowering.lower({name: value}, type_, path, ("cpu", "cpus"))
        sometimes = isinstance(written, IfPresentText)
        done += [replace(prop, if_present=sometimes) for prop in lowered]
    return tuple(done)


def _having(
    name: str, spec: Spec, catalogue: Catalogue, default: DeviceType
) -> DeviceType:
    """A CPU that has a property: one that -cpu may choose; the default if none has."""
    suffix = _suffix(spec)
    chosen = [catalogue.find(cpu + suffix) for cpu in spec.cpus.valid]
    for known in (default, *chosen):
        if known is not None and known.property(name) is not None:
            return known
    every = () if spec.cpus.valid else catalogue.names()
    for other in every:
        known = catalogue.find(other) if other.endswith(suffix) else None
        if known is not None and known.property(name) is not None:
            return known
    return default


def _judge_maker(spec: Spec, created: bool, facts: ArchFacts, scope: Scope) -> None:
    """Who makes the CPUs, and what is only for those that the board makes."""
    cpus, maker = spec.cpus, spec.cpus.created_by
    if maker is not None and maker not in {*spec.devices, *scope.absent}:
        scope.error(
            Code.Q0201,
            f"there is no device {maker!r}",
            (*PATH, "created_by"),
            lambda: did_you_mean(maker, spec.devices),
        )
    if cpus.timebase is not None and not facts.board_resets_cpus:
        message = "only PowerPC CPUs have a time base"
        scope.error(Code.Q0214, message, (*PATH, "timebase"), "leave it out", key=True)
    for key in ("properties", "timebase"):
        given = getattr(cpus, key) and not scope.broken(*PATH, key)
        if given and (not created or spec.parent == "x86"):
            scope.error(
                Code.Q0214,
                f"{key!r} is for CPUs that the board creates itself",
                (*PATH, key),
                f"here, {maker or 'QEMU'} creates them" if cpus.usual else None,
                key=True,
            )
    if created and facts.board_resets_cpus and cpus.timebase is None:
        scope.error(
            Code.Q0102,
            "PowerPC CPUs need the frequency of their time base",
            PATH,
            "add timebase: 16.6 MHz",
            key=True,
        )


def _judge_counts(spec: Spec, base: Base, scope: Scope) -> None:
    cpus = spec.cpus
    low, high = cpus.min or 1, cpus.max or 1
    count = cpus.default_count or low
    if low > high:
        message = f"at least {low} CPUs, but at most {high}"
        help_ = (
            "raise 'max'" if cpus.max else f"without 'max' there is one: add max: {low}"
        )
        scope.error(Code.Q0203, message, (*PATH, "min"), help_)
    elif not low <= count <= high:
        scope.error(
            Code.Q0203,
            f"there are {low} to {high} CPUs, not {count}",
            (*PATH, "default_count"),
            f"write {max(low, min(count, high))}, or change 'min' and 'max'",
        )
    known = cpus.usual is not None or "valid_cpu_types" in base.sets
    if not known and (cpus.valid or cpus.created_by or cpus.properties):
        scope.error(
            Code.Q0102,
            "the key 'default' is missing",
            PATH,
            "add default: the CPU's name, as -cpu takes it",
            key=True,
        )
