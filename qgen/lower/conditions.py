"""Conditions on devices: those that can hold, and what only they may use."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import product
from math import prod
from random import Random
from typing import Any

from qgen.arch import ARCHES
from qgen.board import (
    CPUS,
    Boot,
    BusEnd,
    ClockOutput,
    Device,
    InputLines,
    Link,
    Place,
    RiscvBoot,
    Sink,
    Wire,
)
from qgen.catalogue import Catalogue
from qgen.condition import (
    All,
    Condition,
    CpuIs,
    CpusAbove,
    DriveGiven,
    NicGiven,
    Option,
    OptionGiven,
    PropertyIs,
    RamAbove,
    Simple,
    implies,
    parts_of,
)
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import evaluate
from qgen.lower.choices import lower_property_is
from qgen.lower.drives import lower_drive
from qgen.lower.elsewhere import had_by, missing
from qgen.lower.inside import spelled
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, Spec
from qgen.spec.values import DriveText

MOST_WORLDS = 256
"""So many ways of a board to be are looked at one by one."""


class Conditions:
    """Lowers the conditions of one spec."""

    def __init__(self, spec: Composite, catalogue: Catalogue, scope: Scope):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope

    def lower(self, written: model.When | None, path: Path) -> Condition | None:
        """The condition under which something is there, None: always."""
        if written is None:
            return None
        if not isinstance(self.spec, Spec):
            message = "only a machine knows the command line"
            self.scope.error(Code.Q0214, message, path, "leave it out", key=True)
            return None
        if written.is_ is not None and written.property is None:
            self.scope.error(
                Code.Q0103,
                "'is' is the value of a property",
                (*path, "is"),
                "write {property: NAME, is: VALUE}",
                key=True,
            )
            return None
        given = [(n, v) for n, v in written if v is not None and n != "is_"]
        if not given:
            self.scope.error(
                Code.Q0103,
                "a condition has a key",
                path,
                "write one, such as {drive: {interface: sd, unit: 0}}",
                key=True,
            )
            return None
        if written.kvm and written.qtest:
            message = "QEMU never runs with both accelerators, KVM and qtest"
            help_ = "leave one out"
            self.scope.error(Code.Q0221, message, (*path, "qtest"), help_, key=True)
            return None
        parts = [self._part(written, name, value, path) for name, value in given]
        done = tuple(part for part in parts if part is not None)
        if len(done) < len(parts):
            return None
        return done[0] if len(done) == 1 else All(done)

    def _part(
        self, written: model.When, name: str, value: Any, path: Path
    ) -> Simple | None:
        """What one key asks for."""
        here = (*path, name)
        match name:
            case "property":
                return lower_property_is(value, written.is_, path, self.scope)
            case "drive":
                return self._drive(value, here)
            case "nic":
                return self._nic(value, here)
            case "ram_above":
                assert isinstance(self.spec, Spec)
                return self._ram_above(self.spec, value, here)
            case "cpus_above":
                assert isinstance(self.spec, Spec)
                return self._cpus_above(self.spec, value, here)
            case "cpu":
                assert isinstance(self.spec, Spec)
                return self._cpu(self.spec, value, here)
        return OptionGiven(Option(name), value)

    def _drive(self, written: DriveText, path: Path) -> Simple | None:
        drive = lower_drive(written, path, self.scope)
        return None if drive is None else DriveGiven(drive)

    def _nic(self, name: str, path: Path) -> Simple | None:
        known = self.catalogue.find(name)
        if known is not None and known.property("netdev") is not None:
            qemu = ARCHES[self.scope.arch].qemu
            if qemu in known.targets:
                return NicGiven(name)
            message = f"qemu-system-{qemu} has no NIC of type {quoted(name)}"
            help_ = f"it is in {', '.join(f'qemu-system-{t}' for t in known.targets)}"
            self.scope.error(Code.Q0209, message, path, help_)
            return None
        message = f"{quoted(name)} is no type of NIC"
        if known is None:
            message = f"QEMU {self.catalogue.release} has no device type {quoted(name)}"

        def near() -> str:
            nearest = [] if known is not None else self.catalogue.nearest(name)
            if not nearest:
                return "name the type of the device: smc91c111"
            return f"did you mean {', '.join(map(repr, nearest))}?"

        release = self.catalogue.release
        found = None
        if known is None:
            found = had_by(release, lambda each: each.find(name) is not None)
        missing(self.scope, Code.Q0209, message, path, near, found)
        return None

    def _cpus_above(self, spec: Spec, count: int, path: Path) -> Simple | None:
        least, most = spec.cpus.min or 1, spec.cpus.max or 1
        if least <= count < most:
            return CpusAbove(count)
        always = "never" if count >= most else "always"
        message = f"there are {always} more CPUs than that"
        self.scope.error(Code.Q0221, message, path, "see cpus: {min: ..., max: ...}")
        return None

    def _cpu(self, spec: Spec, models: tuple[str, ...], path: Path) -> Simple | None:
        usual = () if spec.cpus.usual is None else (spec.cpus.usual,)
        known = dict.fromkeys((*spec.cpus.valid, *usual))
        for place, name in enumerate(models):
            if name not in known:

                def near(name: str = name) -> str:
                    return did_you_mean(name, known) or "name one of 'cpus: valid:'"

                message = f"-cpu cannot choose {quoted(name)}"
                self.scope.error(Code.Q0208, message, (*path, place), near)
                return None
        others = tuple(name for name in known if name not in models)
        if not models or not others:
            message = "it has to be some of the CPUs that -cpu may choose, not all"
            self.scope.error(Code.Q0221, message, path, "see 'cpus: valid:'")
            return None
        return CpuIs(tuple(models), others)

    def _ram_above(self, spec: Spec, written: object, path: Path) -> Simple | None:
        size = self.scope.resolve(written, path, field="size")  # type: ignore[arg-type]
        if size is None or self.scope.number(size, path) is None:
            return None
        if spec.ram is None:
            message = "the board has no RAM of -m"
            self.scope.error(Code.Q0214, message, path, "add 'ram:'")
            return None
        for key, limit, always in (
            ("max", spec.ram.max, "never"),
            ("min", spec.ram.min, "always"),
        ):
            if limit is None or self.scope.broken("ram", key):
                continue
            most = self.scope.resolve(limit, ("ram", key), field="size")
            if most is None:
                continue
            over = evaluate(size) >= evaluate(most)
            if over == (key == "max"):
                message = f"there is {always} more RAM than that"
                self.scope.error(Code.Q0221, message, path, f"see ram: {{{key}: ...}}")
                return None
        return RamAbove(size)


def judge_conditions(
    devices: Sequence[Device],
    cpu_wires: Sequence[Wire],
    cpu_maker: str | None,
    scope: Scope,
) -> None:
    """Refuse what needs a device that is not always there when it is."""
    when = {d.name: d.when for d in devices if d.name not in scope.alternatives}
    for wire in cpu_wires:
        if when.get(wire.sink.device) is not None:
            place, path = wire.sink.place, (*wire.origin, "to")
            _not_always("the CPUs", place, path, "they are", scope)
    if cpu_maker is not None and when.get(cpu_maker) is not None:
        scope.error(
            Code.Q0214,
            f"{cpu_maker!r}, which makes the CPUs, is not always there",
            ("devices", cpu_maker, "when"),
            "leave out 'when:'",
            key=True,
        )
    for device in devices:
        for place, path in _needed(device):
            there = when.get(place.device)
            if there is not None and not implies(device.when, there):
                _not_always(repr(device.name), place, path, "it is", scope)


def judge_boot(devices: Sequence[Device], boot: Boot | None, scope: Scope) -> None:
    """Refuse harts that the loader starts and that are not always there."""
    if not isinstance(boot, RiscvBoot):
        return
    harts = next((d for d in devices if d.name == boot.harts.device), None)
    if harts is None or harts.name in scope.alternatives:
        return
    if harts.when is not None:
        _not_always("the loader", boot.harts, ("boot", "harts"), "it is", scope)


def _not_always(who: str, place: Place, path: Path, why: str, scope: Scope) -> None:
    name = spelled(place.device, place.path)
    scope.error(
        Code.Q0214,
        f"{who} cannot do without {name!r}, which is not always there when {why}",
        path,
        f"write the 'when:' of {place.device!r} here too",
    )


def _needed(device: Device) -> Iterator[tuple[Place, Path]]:
    """The devices that this one cannot do without, and where it says so."""
    if device.bus is not None and device.bus.owner is not None:
        yield device.bus.owner, (*device.origin, "bus")
    if device.call is not None:
        for argument in device.call.arguments:
            match argument:
                case Link(Place() as needed) | BusEnd(Place() as needed):
                    yield needed, device.call.origin
                case Sink(needed) if needed.device != CPUS:
                    yield needed, device.call.origin
                case InputLines(name):
                    yield Place(name), device.call.origin
    for place, controller in enumerate(device.ide):
        yield controller.place, (*device.origin, "ide_drives", place)
    for each in device.holders:
        for prop in each.properties:
            if isinstance(prop.value, Link) and isinstance(prop.value.target, Place):
                yield prop.value.target, (*prop.origin, "link")
        for clock in each.clocks:
            if isinstance(clock.clock, ClockOutput):
                yield clock.clock.place, clock.origin
    for wire in device.wires:
        if wire.sink.device != CPUS:
            yield wire.sink.place, (*wire.origin, "to")


def worlds(
    conditions: Iterable[Condition | None],
) -> list[dict[Hashable, Hashable]]:
    """Ways to answer what conditions ask for; subjects with one answer are left out."""
    answers: dict[Hashable, dict[Hashable, None]] = {}
    for each in conditions:
        for part in parts_of(each):
            answers.setdefault(part.subject, {}).update(dict.fromkeys(_sorted(part)))
    several = {s: list(v) for s, v in answers.items() if len(v) > 1}
    return [
        dict(zip(several, choice, strict=True))
        for choice in _ways(list(several.values()))
    ]


def _sorted(part: Simple) -> list[Hashable]:
    """The answers with which it holds, in the same order always."""
    return list(part.wanted) if isinstance(part, PropertyIs) else list(part.answers)


def _ways(values: list[list[Hashable]]) -> Iterable[tuple[Hashable, ...]]:
    """A value of each subject: all ways if they are few, else many, the same ones always.

    Among so many, any two values of different subjects are together in some.
    """
    if prod(map(len, values)) <= MOST_WORLDS:
        return product(*values)
    dice = Random(0)
    return (tuple(map(dice.choice, values)) for _ in range(MOST_WORLDS))
