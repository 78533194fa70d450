"""Which devices of a board the C refers to after they were created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qgen.board import (
    CPUS,
    Board,
    BusEnd,
    ClockOutput,
    Composite,
    Device,
    HelperBoot,
    Link,
    Place,
    RiscvBoot,
    Sink,
    Wire,
)


def incoming_wires(
    wires: Iterable[tuple[str, Wire]],
) -> dict[str, dict[str, list[Wire]]]:
    """Wires by the device they end at, then by the one they come from."""
    incoming: dict[str, dict[str, list[Wire]]] = {}
    for source, wire in wires:
        incoming.setdefault(wire.sink.device, {}).setdefault(source, []).append(wire)
    return incoming


def shared_devices(board: Composite) -> set[str]:
    """The devices that the code of a later part refers to: they are kept in the state."""
    at = {d.name: i for i, d in enumerate(board.devices)}
    shared: set[str] = set(board.kept)
    made = {d.name for d in board.devices if d.made}
    for device in board.devices:
        shared |= {place.device for place in _references(device)}
        for wire in device.wires:
            sink = wire.sink.device
            if sink in (CPUS, device.name):
                continue
            shared.add(min(sink, device.name, key=at.__getitem__))
            if wire.sink.place.element is not None:
                shared.add(sink)
    shared |= {device.name for device in board.devices if device.images}
    match board.boot if isinstance(board, Board) else None:
        case RiscvBoot() as boot:
            shared.add(boot.harts.device)
        case HelperBoot(last):
            shared |= {place.device for place in _references(last)}
    for wire in board.cpu_wires:
        if wire.sink.place.element is not None:
            shared.add(wire.sink.device)
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
    yield from (controller.place for controller in device.ide)
    for each in device.holders:
        for prop in each.properties:
            if isinstance(prop.value, Link) and isinstance(prop.value.target, Place):
                yield prop.value.target
        for clock in each.clocks:
            if isinstance(clock.clock, ClockOutput):
                yield clock.clock.place
