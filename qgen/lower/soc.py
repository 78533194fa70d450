"""What only a SoC has: its name, the lines that it exports, and its type as others see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.arch import ARCHES
from qgen.board import ClockUse, Device, Export, Place, Region, Soc, SocParent
from qgen.catalogue import Catalogue, DeviceType, Lines
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import evaluate
from qgen.lower.ends import Ends, named
from qgen.lower.naming import TAKEN_PREFIXES
from qgen.lower.scope import Scope
from qgen.names import identifier, upper_case
from qgen.source import Path
from qgen.spec.model import InlineSoc, Spec

_OTHER_OBJECTS = ("clock", "container", "irq", "machine", "memory-region", "object")
"""QOM types of QEMU that are no devices, which the catalogue does not have."""


def judge_soc(name: str, path: Path, catalogue: Catalogue, scope: Scope) -> set[str]:
    """The macros of the SoC ``name``; a finding where no SoC can have that name."""
    known = catalogue.find(name)
    if name in _OTHER_OBJECTS or (known is not None and known.abstract):
        scope.error(
            Code.Q0104,
            f"{name!r} is a type of QEMU that other types derive from",
            path,
            f"name it more closely: {name}-soc",
            key=not path,
        )
    elif identifier(name) in TAKEN_PREFIXES:
        scope.error(
            Code.Q0104,
            f"a SoC {name!r} would give C functions that QEMU has already",
            path,
            f"name it more closely: {name}-soc",
            key=not path,
        )
    scope.own_type = name
    macro = upper_case(name)
    return {macro, f"TYPE_{macro}"}


def judge_types(spec: Spec, scope: Scope) -> None:
    """What the types of one file would have in common in C, only one can have."""
    taken = {identifier(spec.machine): f"the machine {spec.machine!r}"}
    constants = dict.fromkeys(spec.constants, "the machine")
    for name, soc in spec.types.items():
        prefix, path = identifier(name), ("types", name)
        if prefix in taken:
            message = f"{name!r} and {taken[prefix]} are both {prefix!r} in C"
            scope.error(Code.Q0202, message, path, "rename one of the two", key=True)
        taken.setdefault(prefix, f"the type {name!r}")
        for constant in soc.constants:
            if constant in constants:
                scope.error(
                    Code.Q0202,
                    f"{constants[constant]} has a constant {constant!r} already",
                    (*path, "constants", constant),
                    "rename one of the two: both are in one file",
                    key=True,
                )
            constants.setdefault(constant, f"the type {name!r}")


def judge_used(files: Sequence[str], socs: Sequence[Soc], scope: Scope) -> None:
    """The SoCs that a spec names are of its architecture, each of another type."""
    seen: dict[str, str] = {}
    for place, (file, soc) in enumerate(zip(files, socs, strict=True)):
        path = ("socs", place)
        if soc.name in seen:
            scope.error(
                Code.Q0202,
                f"{file!r} describes the type {soc.name!r}, as {seen[soc.name]!r} does",
                path,
                "name one of them",
            )
        seen.setdefault(soc.name, file)
        if ARCHES[soc.arch].qemu != ARCHES[scope.arch].qemu:
            scope.error(
                Code.Q0214,
                f"{soc.name!r} is for {soc.arch.value!r}, not for {scope.arch.value!r}",
                path,
            )


def judge_buses(devices: Sequence[Device], scope: Scope) -> None:
    """PCI devices are made at their address, and so not beforehand."""
    for device in devices:
        if device.bus is not None and device.bus.is_pci:
            scope.error(
                Code.Q0214,
                "a SoC holds no PCI devices: the board adds them",
                (*device.origin, "bus"),
            )


def judge_regions(regions: Sequence[Region], scope: Scope) -> None:
    """What only a machine loads."""
    for region in regions:
        if region.image is not None:
            scope.error(
                Code.Q0214,
                "a SoC loads no images: that is for the machine to do",
                region.image.origin,
                "leave it out",
                key=True,
            )


def lower_exports(spec: InlineSoc, ends: Ends, scope: Scope) -> tuple[Export, ...]:
    """The lines of devices that become the SoC's own."""
    lowering = _Exports(spec, ends, scope)
    done = [lowering.gpios(i, text) for i, text in enumerate(spec.exports.gpios)]
    done += [lowering.irqs(i, name) for i, name in enumerate(spec.exports.irqs)]
    return tuple(export for export in done if export is not None)


class _Exports:
    def __init__(self, spec: InlineSoc, ends: Ends, scope: Scope):
        self.spec, self.ends, self.scope = spec, ends, scope
        self.taken: dict[tuple[bool, str | None], str] = {}

    def gpios(self, place: int, written: str) -> Export | None:
        """All GPIO lines of a device that have one name, or none."""
        device, dot, line = written.partition(".")
        path: Path = ("exports", "gpios", place)
        known = self._device(device, path)
        name = line if dot else None
        if known is None:
            return None
        if name is not None:
            lines = named((*known.gpio_in, *known.gpio_out))
            if name not in lines:
                help_ = did_you_mean(name, lines) or "it has none with a name"
                message = f"{device!r} has no GPIO lines {quoted(name)}"
                self.scope.error(Code.Q0211, message, path, help_)
                return None
        whole = Place(device)
        inputs, outputs = self.ends.inputs(whole, name), self.ends.outputs(whole, name)
        if inputs == 0 and outputs == 0:
            message = f"{device!r} has no GPIO lines without a name"
            self.scope.error(Code.Q0211, message, path)
            return None
        return self._free(Export(device, False, name, inputs, outputs, path))

    def irqs(self, place: int, device: str) -> Export | None:
        """All IRQ outputs of a sysbus device."""
        path: Path = ("exports", "irqs", place)
        known = self._device(device, path)
        if known is None:
            return None
        if self.spec.parent != SocParent.SYSBUS.value:
            self.scope.error(
                Code.Q0214,
                "only a sysbus device has IRQ outputs",
                path,
                "write parent: sys-bus-device",
            )
            return None
        count = self.ends.irqs(Place(device))
        if count == 0:
            self.scope.error(Code.Q0211, f"{device!r} has no IRQ outputs", path)
            return None
        return self._free(Export(device, True, None, 0, count, path))

    def _device(self, name: str, path: Path) -> DeviceType | None:
        device = self.ends.devices.get(name)
        if device is None:
            if name not in self.ends.failed:
                help_ = did_you_mean(name, self.ends.devices)
                message = f"there is no device {quoted(name)}"
                self.scope.error(Code.Q0201, message, path, help_)
            return None
        if device.count is not None:
            message = f"there are several {name!r}: their lines would meet"
            help_ = "describe each device by itself"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        return self.ends.types.get(name)

    def _free(self, export: Export) -> Export | None:
        """``export``, unless the SoC has lines of that name already."""
        key = (export.is_irq, export.name)
        if key in self.taken:
            what = "IRQ outputs" if export.is_irq else "GPIO lines"
            label = "" if export.name is None else f" {export.name!r}"
            self.scope.error(
                Code.Q0212,
                f"the SoC has the {what}{label} of {self.taken[key]!r} already",
                export.origin,
                "one device can give it lines of one name",
            )
            return None
        self.taken[key] = export.device
        return export


def judge_exports(
    exports: Sequence[Export], devices: Sequence[Device], scope: Scope
) -> None:
    """A line that the SoC gives away is the board's to wire."""
    given = {(e.device, e.is_irq, e.name) for e in exports}
    for device in devices:
        for wire in device.wires:
            source, sink = wire.source, wire.sink
            if not source.path and (device.name, source.is_irq, source.name) in given:
                _given(device.name, (*wire.origin,), scope)
            place = sink.place
            if not place.path and (place.device, False, sink.name) in given:
                _given(place.device, (*wire.origin, "to"), scope)


def _given(device: str, path: Path, scope: Scope) -> None:
    scope.error(
        Code.Q0214,
        f"these lines of {device!r} are exported: the board wires them",
        path,
        "wire them, or export them",
    )


def device_type(soc: Soc, catalogue: Catalogue) -> DeviceType:
    """The type that ``soc`` is to those who use it."""
    above = catalogue.find(soc.parent.value)
    assert above is not None
    exports = soc.exports
    counts = [c for e in exports for c in (e.inputs, e.outputs)]
    gpios = [e for e in exports if not e.is_irq]
    return DeviceType(
        name=soc.name,
        parent=above.name,
        ancestors=(above.name, *above.ancestors),
        abstract=False,
        bus=above.bus,
        description=soc.description,
        user_creatable=False,
        properties=above.properties,
        realized=None not in counts,
        supplied=(),
        shaped_by=(),
        mmio=(),
        irqs=sum(e.outputs or 0 for e in exports if e.is_irq),
        gpio_in=tuple(Lines(e.name, e.inputs) for e in gpios if e.inputs),
        gpio_out=tuple(Lines(e.name, e.outputs) for e in gpios if e.outputs),
        clocks_in=tuple(
            c.name for c in soc.clocks if c.input not in (None, ClockUse.FORBIDDEN)
        ),
        clocks_out=(),
        child_buses=(),
        children=tuple(_children(soc.devices)),
        header=None,
        macro=None,
        kconfig=(),
        targets=(ARCHES[soc.arch].qemu,),
        cpu_models=(),
    )


def with_types(catalogue: Catalogue, socs: Sequence[Soc]) -> Catalogue:
    """``catalogue`` with the types of SoCs, and of those inside them."""
    for soc in socs:
        catalogue = with_types(catalogue, [s for s in soc.socs if not s.inline])
        catalogue = catalogue.extended([device_type(soc, catalogue)])
    return catalogue


def _children(devices: Sequence[Device]) -> Iterator[tuple[str, str]]:
    """The QOM children with their types, numbered as QEMU numbers them."""
    numbers: dict[str, int] = {}
    for device in devices:
        if device.child is None:
            continue
        for _ in range(1 if device.count is None else evaluate(device.count)):
            base, star, _rest = device.child.partition("[*]")
            if not star:
                yield base, device.type
                continue
            number = numbers.get(base, 0)
            numbers[base] = number + 1
            yield f"{base}[{number}]", device.type
