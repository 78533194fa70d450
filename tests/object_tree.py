"""Compares the object tree of a running board with the board: devices and wires."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qgen.board import CPUS, Board, Device, Wire
from qgen.expr import evaluate
from qgen.lab.monitor import Monitor


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


def paths_of(spec: Board, monitor: Monitor, cpus: int) -> dict[tuple[str, int], str]:
    """The QOM path of every device and CPU: unattached ones, in order of creation."""
    container = "/machine/unattached"
    found = [
        (int(name[7:-1]), name, kind.removeprefix("child<").removesuffix(">"))
        for name, kind in monitor.children(container).items()
        if name.startswith("device[")
    ]
    queue = [(f"{container}/{name}", kind) for _, name, kind in sorted(found)]
    paths: dict[tuple[str, int], str] = {}
    wanted = list(_wanted(spec, cpus))
    for key, kind in wanted:
        while queue[0][1] != kind:
            queue.pop(0)
        paths[key] = queue.pop(0)[0]
    kinds = {kind for _, kind in wanted}
    assert not [
        kind for _, kind in queue if kind in kinds
    ], "more devices than the spec"
    return paths


def _wanted(spec: Board, cpus: int) -> Iterator[tuple[tuple[str, int], str]]:
    if spec.cpus.created and spec.cpus.usual_type is not None:
        for cpu in range(cpus):
            yield (CPUS, cpu), spec.cpus.usual_type
    for device in spec.devices:
        for n in range(_count(device)):
            yield (device.name, n), device.type


def _compare_device(
    device: Device,
    n: int,
    paths: dict[tuple[str, int], str],
    monitor: Monitor,
    cpus: int,
) -> None:
    path = paths[device.name, n]
    assert monitor.get(path, "realized") is True
    for prop in device.properties:
        seen = monitor.get(path, prop.name)
        if isinstance(prop.value, bool | str):
            assert seen == prop.value, prop
        elif prop.type.startswith(("uint", "int")):
            set_to = evaluate(prop.value, {"cpus": cpus, "n": n})  # type: ignore[arg-type]
            assert seen == set_to + ADDED.get((device.type, prop.name), 0), prop
        elif prop.type.startswith("link"):
            assert seen, prop
    for wire in device.wires:
        for cpu in range(cpus if wire.per_cpu else 1):
            env = {"cpu": cpu, "cpus": cpus, "n": n}
            name = "sysbus-irq" if wire.source.is_irq else wire.source.name
            line = f"{name or 'unnamed-gpio-out'}[{evaluate(wire.source.index, env)}]"
            _compare_end(monitor.get(path, line), wire, env, paths)


def _compare_end(
    seen: str, wire: Wire, env: dict[str, int], paths: dict[tuple[str, int], str]
) -> None:
    sink = wire.sink
    element = sink.place.element
    number = 0 if element is None else evaluate(element, env)
    path = paths[sink.device, number]
    line = f"/{sink.name or 'unnamed-gpio-in'}[{evaluate(sink.index, env)}]"
    # A container may pass its lines on to a child of its own (armv7m to its nvic).
    assert seen == path + line or re.fullmatch(
        re.escape(path) + r"/[a-z]+" + re.escape(line), seen
    ), f"{seen} is not {line} of {path}"
