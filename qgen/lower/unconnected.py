"""Warns of interrupts that end before they reach a CPU.

Only of boards that have CPUs and wire interrupts to a controller: a sketch is left
alone. What a hook, a helper or the machine's base may have wired is not judged, and
neither is a SoC, whose parts a board can wire.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from qgen.board import CPUS, BusEnd, Device, Hooks, Link, Place, Sink
from qgen.diagnostics import Code
from qgen.lower.ends import Ends
from qgen.lower.scope import Scope

_GATES = ("or-irq", "split-irq")


def judge_interrupts(
    devices: Sequence[Device], hooks: Hooks | None, ends: Ends, scope: Scope
) -> None:
    """Warn of controllers without a way to a CPU, and of devices without a wire."""
    if not ends.has_cpus and ends.cpu_maker is None:
        return
    sinks = Counter(_interrupt_sinks(devices))
    if sinks.keys() <= {CPUS}:
        return
    gates = {device.name for device in devices if device.type in _GATES}
    handed = _handed(devices) | set(() if hooks is None else hooks.devices)
    for device in devices:
        if device.name in handed or device.name == ends.cpu_maker:
            continue
        if not _outputs(device, ends):
            continue
        if device.name in sinks:
            if not device.wires:
                _dead_end(device, ends, scope)
        elif device.type not in _GATES and not _interrupts(device):
            _unwired(device, sinks, gates, scope)


def _interrupts(device: Device) -> bool:
    return any(wire.source.is_irq for wire in device.wires)


def _interrupt_sinks(devices: Sequence[Device]) -> Iterator[str]:
    """The devices that interrupts and gates lead to, each as often as a wire does."""
    for device in devices:
        for wire in device.wires:
            is_line = wire.source.is_irq or device.type in _GATES
            if is_line and wire.sink.name is None and not wire.sink.place.path:
                yield wire.sink.device


def _handed(devices: Sequence[Device]) -> set[str]:
    """The devices that functions of QEMU's make or get: they may wire them."""
    found = set()
    for device in devices:
        if device.call is None:
            continue
        found.add(device.name)
        for argument in device.call.arguments:
            match argument:
                case Link(Place(name)) | BusEnd(Place(name)) | Sink(Place(name)):
                    found.add(name)
    return found


def _outputs(device: Device, ends: Ends) -> int:
    """How many interrupt outputs a device has, as far as is known."""
    if device.made or device.is_stub or device.name not in ends.types:
        return 0
    if device.type in _GATES:
        return 1
    return ends.irqs(Place(device.name)) or 0


def _dead_end(device: Device, ends: Ends, scope: Scope) -> None:
    line = next(iter(ends.arch.inputs), None)
    to = f'"{CPUS}[0].{line}"' if line is not None else "an input"
    key = "gpios" if device.type in _GATES else "irqs"
    scope.warning(
        Code.Q0222,
        f"{device.name!r} gets interrupts, and no wire leads on from it to a CPU",
        device.origin,
        f"add {key}: {to}",
    )


def _unwired(
    device: Device, sinks: Counter[str], gates: Collection[str], scope: Scope
) -> None:
    known = [name for name, _ in sinks.most_common() if name != CPUS]
    controller = next((name for name in known if name not in gates), known[0])
    scope.warning(
        Code.Q0223,
        f"{device.name!r} raises interrupts, and no wire leads from it",
        device.origin,
        f'add irqs: "{controller}[NUMBER]"; if the board leaves it so: '
        "# qgen: allow Q0223 REASON",
    )
