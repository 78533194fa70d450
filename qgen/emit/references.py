"""Which devices of a board the C refers to after they were created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from qgen.board import (
    CPUS,
    Board,
    BusEnd,
    ClockOutput,
    Composite,
    Device,
    HelperBoot,
    InputLines,
    Link,
    Place,
    RiscvBoot,
    Sink,
    Wire,
)
from qgen.condition import Condition
from qgen.targets import Feature, Target


class Driver(NamedTuple):
    """A device, or the CPUs; and on what it depends that it drives the wires."""

    name: str
    when: Condition | None = None


Incoming = dict[str, dict[Driver, list[Wire]]]


def alternatives(devices: Iterable[Device]) -> dict[str, tuple[Device, ...]]:
    """The devices of which one is there at a time, by the name that they share."""
    found: dict[str, tuple[Device, ...]] = {}
    for device in devices:
        found[device.name] = (*found.get(device.name, ()), device)
    return {name: each for name, each in found.items() if len(each) > 1}


def common_wires(several: tuple[Device, ...]) -> tuple[Wire, ...]:
    """The wires that each of some alternatives has."""
    first, *rest = several
    others = [{_ends(wire) for wire in device.wires} for device in rest]
    return tuple(
        wire for wire in first.wires if all(_ends(wire) in other for other in others)
    )


def own_wires(device: Device, several: tuple[Device, ...]) -> tuple[Wire, ...]:
    """The wires that not all of the alternatives have."""
    common = {_ends(wire) for wire in common_wires(several)}
    return tuple(wire for wire in device.wires if _ends(wire) not in common)


def _ends(wire: Wire) -> tuple[object, ...]:
    return wire.source, wire.sink, wire.per_cpu, wire.lines


def driven(board: Composite) -> list[tuple[Driver, Wire]]:
    """All wires from devices, with what drives them."""
    several = alternatives(board.devices)
    found = []
    for device in board.devices:
        if device.name not in several:
            found += [(Driver(device.name, device.when), w) for w in device.wires]
            continue
        those = several[device.name]
        if device is those[0]:
            found += [(Driver(device.name), w) for w in common_wires(those)]
        own = own_wires(device, those)
        found += [(Driver(device.name, device.when), w) for w in own]
    return found


def incoming_wires(wires: Iterable[tuple[Driver, Wire]]) -> Incoming:
    """Wires by the device they end at, then by the one they come from."""
    incoming: Incoming = {}
    for source, wire in wires:
        incoming.setdefault(wire.sink.device, {}).setdefault(source, []).append(wire)
    return incoming


def names_harts(boot: RiscvBoot, target: Target) -> bool:
    """Whether the C of the loader is about the harts."""
    behind = boot.firmware is not None and boot.start is None
    whole = target.has(Feature.RISCV_KERNEL_OF_MACHINE)
    return whole or behind or boot.reset_vector is not None


def shared_devices(board: Composite, target: Target) -> set[str]:
    """The devices that the code of a later part refers to: they are kept in the state."""
    at = {d.name: i for i, d in enumerate(board.devices)}
    shared: set[str] = set(board.kept)
    several = alternatives(board.devices)
    made = {d.name for d in board.devices if d.made}
    for device in board.devices:
        shared |= {place.device for place in _references(device)}
        for wire in device.wires:
            sink = wire.sink.device
            if sink in (CPUS, device.name):
                continue
            shared.add(min(sink, device.name, key=at.__getitem__))
            if wire.sink.place.element is not None or sink in several:
                shared.add(sink)
    shared |= {device.name for device in board.devices if device.images}
    shared |= {device.name for device in board.devices if device.inputs is not None}
    match board.boot if isinstance(board, Board) else None:
        case RiscvBoot() as boot if names_harts(boot, target):
            shared.add(boot.harts.device)
        case HelperBoot(last):
            shared |= {place.device for place in _references(last)}
    for wire in board.cpu_wires:
        if wire.sink.place.element is not None or wire.sink.device in several:
            shared.add(wire.sink.device)
    # What all alternatives have in common is wired when one of them is there.
    shared |= {name for name, each in several.items() if common_wires(each)}
    return shared - made


def _references(device: Device) -> Iterator[Place]:
    """The devices that this one refers to when it is created, all of them earlier."""
    if device.bus is not None and device.bus.owner is not None:
        yield device.bus.owner
    for argument in device.call.arguments if device.call else ():
        match argument:
            case Link(Place() as place) | BusEnd(Place() as place):
                yield place
            case Sink(place) if place.device != CPUS:
                yield place
            case InputLines(name):
                yield Place(name)
    yield from (controller.place for controller in device.ide)
    for each in device.holders:
        for prop in each.properties:
            if isinstance(prop.value, Link) and isinstance(prop.value.target, Place):
                yield prop.value.target
        for clock in each.clocks:
            if isinstance(clock.clock, ClockOutput):
                yield clock.clock.place
