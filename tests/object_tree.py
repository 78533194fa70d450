"""Compares the object tree of a running board with the board: devices and wires."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import unified_diff

from qgen.board import (
    CPUS,
    NUMBER,
    UNIMPLEMENTED,
    Array,
    Board,
    BusEnd,
    Composite,
    Device,
    Link,
    Part,
    PciAddress,
    Place,
    Wire,
)
from qgen.condition import Option, PropertyIs
from qgen.expr import Bin, Entry, Num, Sym, Var, evaluate
from qgen.lab.monitor import Monitor
from qgen.predict import CommandLine

Env = dict[str, int]
Paths = dict[tuple[str, int], str]

# Devices that map regions by themselves: nothing but running them tells which.
MAPPING = ("-soc", "npcm", "fsl-imx", "a9mpcore_priv")

# Regions of devices that are containers: only what lies in them answers.
HOLLOW = re.compile(
    r": (gicv3_its|a9mp-priv-container|devcfg|ehci|(unin-)?pci-hole)( @[0-9a-f]+)?$"
)

# What is left of a space beside its devices, of which helpers and ISA devices map more.
PORTS = re.compile(r": io( @[0-9a-f]+)?$")

# What realize adds to a property: the NVIC counts its 16 internal exceptions.
# The RTC takes the base year 2000 for none, as the century has a byte of its own.
ADDED = {("armv7m", "num-irq"): 16, ("mc146818rtc", "base_year"): -2000}


def command_line(
    spec: Board,
    ram: int,
    cpus: int = 1,
    firmware_size: int = 0,
    chosen: Mapping[str, bool | str] | None = None,
    given: Mapping[Hashable, bool] | None = None,
) -> CommandLine:
    """A command line of the lab, which has -nodefaults and gives nothing else.

    ``chosen`` are values of properties; the others have their defaults. ``given`` are
    what conditions ask for (their subjects) that is otherwise than that.
    """
    answers: dict[Hashable, Hashable] = dict.fromkeys(Option, False)
    answers |= given or {}
    for prop in spec.properties:
        subject = PropertyIs(prop.name, (prop.default,), (Num(0),)).subject
        answers[subject] = (chosen or {}).get(prop.name, prop.default)
    return CommandLine(ram, cpus, firmware_size, frozenset(answers.items()))


def maps_more(spec: Composite) -> bool:
    """Whether a device of the board maps regions that the board does not know."""
    if isinstance(spec, Board) and spec.parent.base.boots:
        return True
    own = {soc.name: soc for soc in spec.socs}
    return any(
        (
            maps_more(own[device.type])
            if device.type in own
            else (device.call is not None and not device.type)
            or any(each in device.type for each in MAPPING)
        )
        for device in spec.devices
    )


def compare_maps(
    spec: Board, seen: Sequence[str], predicted: Sequence[str], *, whole: bool = False
) -> None:
    """The flat map is the predicted one; a SoC may add to it, and hides nothing.

    Nor does a helper. ``whole``: none of these add to it.
    """
    predicted = [line for line in predicted if not HOLLOW.search(line)]
    if maps_more(spec) and not whole:
        predicted = [line for line in predicted if not PORTS.search(line)]
        missing = sorted(set(predicted) - set(seen))
        assert not missing, f"not in the map: {missing}"
    else:
        difference = "\n".join(unified_diff(predicted, seen, "predicted", "seen"))
        assert not difference, difference


def compare_devices(spec: Board, monitor: Monitor, line: CommandLine) -> None:
    """Every device, its properties and its wires, and the wires of the CPUs."""
    _Comparison(spec, monitor, line).all()


def paths_of(spec: Board, monitor: Monitor, line: CommandLine) -> Paths:
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
    labels = _labels(spec)
    queue = [
        (f"{container}/{name}", kind)
        for _, name, kind in sorted(found)
        if kind != UNIMPLEMENTED
        or monitor.get(f"{container}/{name}", "name") in labels  # else that of a SoC
    ]
    paths: Paths = dict(_children(spec, line))
    paths |= _adopted(spec, monitor, line)
    attached = set(paths)
    wanted = [(key, kind) for key, kind in _wanted(spec, line) if key not in attached]
    for key, kind in wanted:
        while queue[0][1] != kind:
            queue.pop(0)
        paths[key] = queue.pop(0)[0]
    kinds = {kind for _, kind in wanted}
    more = [kind for _, kind in queue if kind in kinds]
    assert not more or any(device.call for device in spec.devices), "too many devices"
    return paths


def _labels(spec: Board) -> set[object]:
    stubs = [d for d in spec.devices if d.type == UNIMPLEMENTED]
    return {p.value for d in stubs for p in d.properties if p.name == "name"}


def _each(spec: Board, line: CommandLine) -> Iterator[tuple[Device, int]]:
    """The devices that there are under a command line, with their numbers."""
    for device in spec.devices:
        if device.type and line.has(device):
            count = 1 if device.count is None else evaluate(device.count)
            yield from ((device, n) for n in range(count))


def _children(spec: Board, line: CommandLine) -> Iterator[tuple[tuple[str, int], str]]:
    """The devices that are children of the machine; QEMU numbers those with [*]."""
    taken: Counter[str] = Counter()
    for device, n in _each(spec, line):
        if device.child is not None:
            child = device.child.replace(NUMBER, str(n))
            name = child.replace("*", str(taken[child]))
            taken[child] += 1
            yield (device.name, n), f"/machine/{name}"


def _adopted(spec: Board, monitor: Monitor, line: CommandLine) -> Paths:
    """What helpers made children of the machine, by names of their own."""
    names: dict[str, list[str]] = {}
    for name, kind in monitor.children("/machine").items():
        names.setdefault(kind.removeprefix("child<").removesuffix(">"), []).append(name)
    called = [key for key in _each(spec, line) if key[0].call is not None]
    return {
        (device.name, n): f"/machine/{names[device.type].pop(0)}"
        for device, n in called
        if names.get(device.type)
    }


def _wanted(spec: Board, line: CommandLine) -> Iterator[tuple[tuple[str, int], str]]:
    if spec.cpus.created and spec.cpus.usual_type is not None:
        for cpu in range(line.cpus):
            yield (CPUS, cpu), spec.cpus.usual_type
    for device, n in _each(spec, line):
        yield (device.name, n), device.type


class _Comparison:
    def __init__(self, spec: Board, monitor: Monitor, line: CommandLine):
        self.spec, self.monitor, self.line = spec, monitor, line
        self.paths = paths_of(spec, monitor, line)
        self._known = {"cpus": line.cpus, "ram_size": line.ram_size}

    def all(self) -> None:
        for device, n in _each(self.spec, self.line):
            self.device(device, n)
        for wire in self.spec.cpus.wires:
            for cpu in range(self.line.cpus):
                self.wire(wire, self.paths[CPUS, cpu], {"cpu": cpu})

    def device(self, device: Device, n: int) -> None:
        path, env = self.paths[device.name, n], {"n": n}
        seen = str(self.monitor.get(path, "type"))
        if device.type in {soc.name for soc in self.spec.socs}:
            seen = seen.removesuffix("-qgen")  # where QEMU has the type, too
        assert seen == device.type
        assert self.monitor.get(path, "realized") is True
        if device.bus is not None:
            seen, wanted = self.monitor.get(path, "parent_bus"), self.bus(device.bus)
            if device.bus.of_host:  # QEMU numbers those of all hosts together
                seen, wanted = (str(bus).rpartition(".")[0] for bus in (seen, wanted))
            assert seen == wanted
        self.properties(device, path, env)
        for part in device.parts:
            self.properties(part, "/".join((path, *part.path)), env)
        for wire in device.wires:
            for cpu in range(self.line.cpus if wire.per_cpu else 1):
                for line in range(evaluate(wire.lines) if wire.lines else 1):
                    self.wire(wire, path, env | {"cpu": cpu, "line": line})

    def properties(self, device: Device | Part, path: str, env: Env) -> None:
        type_ = device.type if isinstance(device, Device) else ""
        for prop in device.properties:
            match prop.value:
                case bool() | str():
                    assert self.monitor.get(path, prop.name) == prop.value, prop
                case PciAddress(slot, function):
                    assert self.monitor.get(path, "addr") == slot << 3 | function
                case Link(Place() as place):
                    seen = self.monitor.get(path, prop.name)
                    assert seen == self.path(place, env), prop
                case Link():
                    assert self.monitor.get(path, prop.name), prop
                case Array(_, items):
                    values = [
                        each if isinstance(each, (bool, str)) else self.value(each, env)
                        for each in items
                    ]
                    assert self._list(path, prop.name) == values, prop
                case Num() | Sym() | Var() | Entry() | Bin():
                    wanted = self.value(prop.value, env)
                    wanted += ADDED.get((type_, prop.name), 0)
                    assert self.monitor.get(path, prop.name) == wanted, prop

    def _list(self, path: str, name: str) -> list[object]:
        """What a list holds; QEMU may have a property for each element."""
        listed = self.monitor.execute("qom-list", path=path)
        if all(each["name"] != f"len-{name}" for each in listed):
            return self.monitor.get(path, name) or []
        elements = (
            f"{name}[{n}]" for n in range(self.monitor.get(path, f"len-{name}"))
        )
        return [self.monitor.get(path, each) for each in elements]

    def wire(self, wire: Wire, path: str, env: Env) -> None:
        source, sink = wire.source, wire.sink
        end = self.path(sink.place, env)
        given = [d for d in self.spec.devices if d.name == sink.device]
        lines_of_a_call = any(d.inputs is not None and self.line.has(d) for d in given)
        if end is None and not lines_of_a_call:
            return  # a device that this command line does not have
        name = "sysbus-irq" if source.is_irq else source.name or "unnamed-gpio-out"
        line = f"{name}[{self.value(source.index, env)}]"
        seen = self.monitor.get("/".join((path, *source.path)), line)
        if end is None:  # only the call knows what it leads to
            assert seen, f"{line} of {path} goes nowhere"
            return
        to = f"/{sink.name or 'unnamed-gpio-in'}[{self.value(sink.index, env)}]"
        # A container may pass its lines on to a child of its own (armv7m to its nvic).
        assert seen == end + to or re.fullmatch(
            re.escape(end) + r"/[a-z]+" + re.escape(to), seen
        ), f"{seen} is not {to} of {end}"

    def bus(self, bus: BusEnd) -> str:
        """The path of a bus; of those that a board creates there is one ISA bus."""
        if bus.owner is not None:
            return f"{self.path(bus.owner, {})}/{bus.name}"
        (bridge,) = (
            f"/machine/unattached/{name}"
            for name, kind in self.monitor.children("/machine/unattached").items()
            if kind == "child<isabus-bridge>"
        )
        return f"{bridge}/isa.0"

    def path(self, place: Place, env: Env) -> str | None:
        element = 0 if place.element is None else self.value(place.element, env)
        device = self.paths.get((place.device, element))
        return None if device is None else "/".join((device, *place.path))

    def value(self, expr: Num | Sym | Var | Entry | Bin, env: Env) -> int:
        return evaluate(expr, self._known | env)
