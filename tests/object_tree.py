"""Compares the object tree of a running board with the board: devices and wires."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from qgen.board import (
    CPUS,
    NUMBER,
    UNIMPLEMENTED,
    Array,
    Audiodev,
    Board,
    BusEnd,
    Chardev,
    Device,
    Drive,
    Link,
    MachineValue,
    Part,
    PciAddress,
    Place,
    Wire,
)
from qgen.expr import Expr, evaluate
from qgen.lab.monitor import Monitor

Paths = dict[tuple[str, int], str]


# Devices that map regions by themselves: nothing but running them tells which.
MAPPING = ("-soc", "npcm7")


def maps_more(spec: Board) -> bool:
    """Whether a device of the board maps regions by itself."""
    return any(each in device.type for device in spec.devices for each in MAPPING)


def compare_maps(spec: Board, seen: Sequence[str], predicted: Sequence[str]) -> None:
    """The flat map is the predicted one; a SoC may add to it, and hides nothing."""
    if maps_more(spec):
        assert set(predicted) - set(seen) == set()
    else:
        assert list(seen) == list(predicted)


def compare_devices(spec: Board, monitor: Monitor, cpus: int) -> None:
    """Every device, its properties and its wires, and the wires of the CPUs."""
    paths = paths_of(spec, monitor, cpus)
    for device in spec.devices:
        for n in range(_count(device)):
            _compare_device(device, n, paths, monitor, cpus)
    for wire in spec.cpus.wires:
        for cpu in range(cpus):
            name = f"{wire.source.name or 'unnamed-gpio-out'}"
            line = f"{name}[{evaluate(wire.source.index, {'cpu': cpu})}]"
            env = {"cpu": cpu, "cpus": cpus}
            _compare_end(monitor.get(paths[CPUS, cpu], line), wire, env, paths)


# What realize adds to a property: the NVIC counts its 16 internal exceptions.
ADDED = {("armv7m", "num-irq"): 16}


def _count(device: Device) -> int:
    return 1 if device.count is None else evaluate(device.count)


def paths_of(spec: Board, monitor: Monitor, cpus: int) -> Paths:
    """The QOM path of every device and CPU.

    Children of the machine by their name; the others are unattached, in order of
    creation.
    """
    container = "/machine/unattached"
    found = [
        (int(name[7:-1]), name, kind.removeprefix("child<").removesuffix(">"))
        for name, kind in monitor.children(container).items()
        if name.startswith("device[")
    ]
    queue = [(f"{container}/{name}", kind) for _, name, kind in sorted(found)]
    paths: Paths = dict(_children(spec))
    attached = set(paths)
    wanted = [(key, kind) for key, kind in _wanted(spec, cpus) if key not in attached]
    labels = _labels(spec)
    queue = [each for each in queue if _is_ours(*each, labels, monitor)]
    for key, kind in wanted:
        while queue[0][1] != kind:
            queue.pop(0)
        paths[key] = queue.pop(0)[0]
    kinds = {kind for _, kind in wanted}
    if not all(device.type for device in spec.devices):
        return paths  # nobody says how many devices the helpers make
    assert not [
        kind for _, kind in queue if kind in kinds
    ], "more devices than the spec"
    return paths


def _labels(spec: Board) -> set[object]:
    stubs = [d for d in spec.devices if d.type == UNIMPLEMENTED]
    return {p.value for d in stubs for p in d.properties if p.name == "name"}


def _is_ours(path: str, kind: str, labels: set[object], monitor: Monitor) -> bool:
    """Whether a device may be the board's; a SoC makes stubs of its own."""
    return kind != UNIMPLEMENTED or monitor.get(path, "name") in labels


def _children(spec: Board) -> Iterator[tuple[tuple[str, int], str]]:
    """The devices that are children of the machine; QEMU numbers those with [*]."""
    taken: Counter[str] = Counter()
    for device in spec.devices:
        if device.child is None:
            continue
        for n in range(_count(device)):
            child = device.child.replace(NUMBER, str(n))
            name = child.replace("*", str(taken[child]))
            taken[child] += 1
            yield (device.name, n), f"/machine/{name}"


def _wanted(spec: Board, cpus: int) -> Iterator[tuple[tuple[str, int], str]]:
    if spec.cpus.created and spec.cpus.usual_type is not None:
        for cpu in range(cpus):
            yield (CPUS, cpu), spec.cpus.usual_type
    for device in spec.devices:
        for n in range(_count(device) if device.type else 0):
            yield (device.name, n), device.type


def _compare_device(
    device: Device,
    n: int,
    paths: Paths,
    monitor: Monitor,
    cpus: int,
) -> None:
    path = paths[device.name, n]
    assert monitor.get(path, "type") == device.type
    assert monitor.get(path, "realized") is True
    if device.bus is not None:
        assert monitor.get(path, "parent_bus") == _bus(device.bus, paths, monitor)
    _compare_properties(device, path, paths, monitor, {"cpus": cpus, "n": n})
    for part in device.parts:
        inside = "/".join((path, *part.path))
        _compare_properties(part, inside, paths, monitor, {"cpus": cpus, "n": n})
    for wire in device.wires:
        inside = "/".join((path, *wire.source.path))
        for cpu in range(cpus if wire.per_cpu else 1):
            env = {"cpu": cpu, "cpus": cpus, "n": n}
            name = "sysbus-irq" if wire.source.is_irq else wire.source.name
            line = f"{name or 'unnamed-gpio-out'}[{evaluate(wire.source.index, env)}]"
            _compare_end(monitor.get(inside, line), wire, env, paths)


def _compare_properties(
    device: Device | Part,
    path: str,
    paths: Paths,
    monitor: Monitor,
    env: dict[str, int],
) -> None:
    type_ = device.type if isinstance(device, Device) else ""
    for prop in device.properties:
        seen = monitor.get(path, prop.name)
        match prop.value:
            case bool() | str():
                assert seen == prop.value, prop
            case PciAddress(slot, function):
                assert seen == slot << 3 | function, prop
            case Link(Place() as place):
                assert seen == _path(place, env, paths), prop
            case Link():
                assert seen, prop
            case Array(_, items):
                wanted = [_item(item, env) for item in items]
                assert (seen or []) == wanted, prop
            case Chardev() | Drive() | Audiodev() | MachineValue():
                pass
            case expr:
                added = ADDED.get((type_, prop.name), 0)
                assert seen == evaluate(expr, env) + added, prop


def _item(item: bool | str | Expr, env: dict[str, int]) -> bool | str | int:
    return item if isinstance(item, (bool, str)) else evaluate(item, env)


def _bus(bus: BusEnd, paths: Paths, monitor: Monitor) -> str:
    """The path of a bus; of those that a board creates there is one ISA bus."""
    if bus.owner is not None:
        return f"{_path(bus.owner, {}, paths)}/{bus.name}"
    (bridge,) = (
        f"/machine/unattached/{name}"
        for name, kind in monitor.children("/machine/unattached").items()
        if kind == "child<isabus-bridge>"
    )
    return f"{bridge}/isa.0"


def _path(place: Place, env: dict[str, int], paths: Paths) -> str:
    element = 0 if place.element is None else evaluate(place.element, env)
    return "/".join((paths[place.device, element], *place.path))


def _compare_end(seen: str, wire: Wire, env: dict[str, int], paths: Paths) -> None:
    sink = wire.sink
    path = _path(sink.place, env, paths)
    line = f"/{sink.name or 'unnamed-gpio-in'}[{evaluate(sink.index, env)}]"
    # A container may pass its lines on to a child of its own (armv7m to its nvic).
    assert seen == path + line or re.fullmatch(
        re.escape(path) + r"/[a-z]+" + re.escape(line), seen
    ), f"{seen} is not {line} of {path}"
