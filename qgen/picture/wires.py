"""Wires and clocks as data to draw: who drives which input, what is spare, what is loose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum

from qgen.arch import ARCHES
from qgen.board import (
    CPUS,
    Arch,
    Board,
    Composite,
    Device,
    Export,
    InputLines,
    Sink,
    Soc,
    Wire,
)
from qgen.expr import evaluate
from qgen.frozen import frozen
from qgen.picture.clocks import ClockPicture, draw_clocks, of_devices
from qgen.picture.spots import Spot, Spots
from qgen.predict import CommandLine

GATES = ("or-irq", "split-irq")
"""Devices that only join or split lines."""
IRQ = "irq"
"""The group of a sysbus device's interrupt outputs."""


class Role(Enum):
    """What a device is among the wires."""

    SOURCE = "source"
    GATE = "gate"
    CONTROLLER = "controller"
    CPU = "cpu"


@frozen
class Lines:
    """How many lines a device has; ``name`` is None for those without one.

    ``count`` is None where nobody knows, ``used`` how many of them have a wire.
    """

    name: str | None
    count: int | None
    used: int = 0


@frozen
class Node:
    """A device, or ``times`` alike. ``name`` has its SoC in front: ``soc/uart``."""

    name: str
    type: str
    role: Role
    times: int
    spot: Spot
    inputs: tuple[Lines, ...]
    outputs: tuple[Lines, ...]


@frozen
class End:
    """A line of a device: number ``index`` of ``group``, of a device ``inside`` it."""

    node: str
    number: int
    inside: str
    group: str | None
    index: int


@frozen
class Bundle:
    """The wires that one line of the spec stands for, as far as they end at one device."""

    source: str
    sink: str
    wires: tuple[tuple[End, End], ...]
    shared: bool
    spot: Spot


@frozen
class WiresPicture:
    """All wires and clocks of a board."""

    machine: str
    description: str
    nodes: tuple[Node, ...]
    bundles: tuple[Bundle, ...]
    clocks: tuple[ClockPicture, ...]

    def node(self, name: str) -> Node:
        """The node of that name."""
        return next(each for each in self.nodes if each.name == name)


@frozen
class Counted:
    """The lines that a device has, as far as known: names and counts, without ``used``."""

    inputs: tuple[Lines, ...] = ()
    outputs: tuple[Lines, ...] = ()


Counts = Mapping[tuple[str, str], Counted]
"""The lines of devices, by the names of their machine or SoC and their own."""


def draw_wires(
    board: Board, line: CommandLine, spots: Spots, counts: Counts
) -> WiresPicture:
    """The picture of a board's wires and clocks."""
    drawing = _Drawing(board.arch, line, spots, counts)
    drawing.composite(board, "")
    drawing.cpus(board)
    bundles = tuple(drawing.bundles)
    clocks = draw_clocks(board, line, spots)
    nodes = tuple(_nodes(drawing.found, bundles))
    return WiresPicture(board.name, board.description, nodes, bundles, clocks)


def filtered(picture: WiresPicture, names: Iterable[str]) -> WiresPicture:
    """Only what has to do with some devices: their wires, and the ends of these."""
    wanted = set(names)
    bundles = tuple(
        b for b in picture.bundles if b.source in wanted or b.sink in wanted
    )
    kept = wanted.union(*({b.source, b.sink} for b in bundles))
    nodes = tuple(n for n in picture.nodes if n.name in kept)
    clocks = tuple(of_devices(picture.clocks, wanted))
    return WiresPicture(picture.machine, picture.description, nodes, bundles, clocks)


@frozen
class _Found:
    device: Device | None
    type: str
    times: int
    spot: Spot
    counted: Counted


class _Drawing:
    def __init__(
        self, arch: Arch, line: CommandLine, spots: Spots, counts: Counts
    ) -> None:
        self._arch = arch
        self.line, self._spots, self._counts = line, spots, counts
        self.found: dict[str, _Found] = {}
        self.bundles: list[Bundle] = []
        self._socs: dict[str, Soc] = {}

    def composite(self, composite: Composite, prefix: str) -> None:
        """All devices of a machine or SoC with their wires, those of SoCs inside it too."""
        socs = {soc.name: soc for soc in composite.socs}
        devices = [d for d in composite.devices if self.line.has(d)]
        for device in devices:
            times = 1 if device.count is None else evaluate(device.count)
            known = self._counts.get((composite.name, device.name), Counted())
            if device.inputs is not None:
                known = Counted((Lines(None, evaluate(device.inputs)),))
            spot = self._spots.of(composite, device.origin)
            name = prefix + device.name
            self.found[name] = _Found(device, device.type, times, spot, known)
            if device.type in socs:
                self._socs[name] = socs[device.type]
                self.composite(socs[device.type], f"{name}/")
        for device in devices:
            for n in range(1 if device.count is None else evaluate(device.count)):
                for wire in device.wires:
                    self._wire(composite, prefix, device.name, n, wire)
                self._call(composite, prefix, device, n)

    def _call(self, owner: Composite, prefix: str, device: Device, n: int) -> None:
        """The lines that a helper of QEMU's is given to drive."""
        for place, given in enumerate(
            () if device.call is None else device.call.arguments
        ):
            assert device.call is not None
            spot = self._spots.of(owner, device.call.origin)
            begin = End(prefix + device.name, n, "", f"argument {place + 1}", 0)
            if place in device.call.irqs:
                begin = replace(begin, group=IRQ, index=device.call.irqs.index(place))
            if isinstance(given, Sink):
                into = (
                    CPUS if given.place.device == CPUS else prefix + given.place.device
                )
                path = "/".join(given.place.path)
                number = given.place.element
                known = {"cpus": self.line.cpus, "n": n, "cpu": 0}
                element = 0 if number is None else evaluate(number, known)
                at = evaluate(given.index, known)
                self._add(begin, End(into, element, path, given.name, at), False, spot)
            elif isinstance(given, InputLines):
                lines = self.found[prefix + given.device].counted.inputs
                for at in range(lines[0].count or 0 if lines else 0):
                    end = End(prefix + given.device, 0, "", None, at)
                    self._add(replace(begin, index=at), end, False, spot)

    def cpus(self, board: Board) -> None:
        """The CPUs that the board makes, and what they drive."""
        ended = any(bundle.sink == CPUS for bundle in self.bundles)
        if not (board.cpus.wires or ended):
            return
        type_ = board.cpus.usual_type or ""
        spot = self._spots.of(board, board.cpus.origin)
        self.found[CPUS] = _Found(None, type_, self.line.cpus, spot, Counted())
        for wire in board.cpus.wires:
            for cpu in range(self.line.cpus):
                self._wire(board, "", CPUS, 0, wire, cpu)

    def _wire(
        self,
        owner: Composite,
        prefix: str,
        device: str,
        n: int,
        wire: Wire,
        of_cpu: int | None = None,
    ) -> None:
        """The wires that ``wire`` stands for, for device number ``n``."""
        cpus = range(self.line.cpus if wire.per_cpu and of_cpu is None else 1)
        lines = range(1 if wire.lines is None else evaluate(wire.lines))
        spot = self._spots.of(owner, wire.origin)
        known = {"cpus": self.line.cpus, "ram_size": self.line.ram_size, "n": n}
        for cpu in cpus:
            for line in lines:
                env = known | {"cpu": cpu if of_cpu is None else of_cpu, "line": line}
                source, sink, place = wire.source, wire.sink, wire.sink.place
                group = IRQ if source.is_irq else source.name
                number = n if of_cpu is None else of_cpu
                index = evaluate(source.index, env)
                name = CPUS if of_cpu is not None else prefix + device
                begin = End(name, number, "/".join(source.path), group, index)
                element = 0 if place.element is None else evaluate(place.element, env)
                into = CPUS if place.device == CPUS else prefix + place.device
                at = evaluate(sink.index, env)
                end = End(into, element, "/".join(place.path), sink.name, at)
                begin, end = (
                    self._of_cpu(*each) for each in ((begin, True), (end, False))
                )
                self._add(
                    self._inner(begin, True), self._inner(end, False), wire.shared, spot
                )

    def _of_cpu(self, end: End, drives: bool) -> End:
        """A line of a CPU by its name, where it has one."""
        if end.node != CPUS or end.group is not None:
            return end
        facts = ARCHES[self._arch]
        names = facts.outputs if drives else facts.inputs
        if facts.input_count is not None:
            return end  # they hold for some of the CPUs
        name = next((name for name, at in names.items() if at == end.index), None)
        return end if name is None else replace(end, group=name, index=0)

    def _add(self, begin: End, end: End, shared: bool, spot: Spot) -> None:
        last = self.bundles[-1] if self.bundles else None
        if last and (last.source, last.sink, last.spot) == (begin.node, end.node, spot):
            wires = (*last.wires, (begin, end))
            self.bundles[-1] = Bundle(last.source, last.sink, wires, last.shared, spot)
        else:
            wires = ((begin, end),)
            self.bundles.append(Bundle(begin.node, end.node, wires, shared, spot))

    def _inner(self, end: End, drives: bool) -> End:
        """The line inside a SoC that an exported line is."""
        soc = self._socs.get(end.node)
        if soc is None:
            return end
        if end.inside:
            device, _, rest = end.inside.partition("/")
            if f"{end.node}/{device}" not in self.found:
                return end
            inner = End(f"{end.node}/{device}", 0, rest, end.group, end.index)
            return self._inner(inner, drives)
        index = end.index
        for export in soc.exports:
            count = export.outputs if drives else export.inputs
            if not _carries(export, end, drives):
                continue
            if count is None or index < count:
                name = f"{end.node}/{export.device}"
                group = IRQ if export.is_irq else export.name
                return self._inner(End(name, end.number, "", group, index), drives)
            index -= count
        return end


def _carries(export: Export, end: End, drives: bool) -> bool:
    if export.is_irq or end.group == IRQ:
        return drives and export.is_irq and end.group == IRQ
    return export.name == end.group


def _nodes(found: Mapping[str, _Found], bundles: Iterable[Bundle]) -> Iterator[Node]:
    driven: dict[str, set[End]] = {}
    driving: dict[str, set[End]] = {}
    for bundle in bundles:
        for begin, end in bundle.wires:
            driving.setdefault(begin.node, set()).add(begin)
            driven.setdefault(end.node, set()).add(end)
    for name, each in found.items():
        inputs = tuple(_lines(each, driven.get(name, set()), each.counted.inputs))
        outputs = tuple(_lines(each, driving.get(name, set()), each.counted.outputs))
        if not inputs and not outputs:
            continue
        role = Role.SOURCE
        if name == CPUS:
            role = Role.CPU
        elif each.type in GATES:
            role = Role.GATE
        elif name in driven or (each.device is not None and each.device.inputs):
            role = Role.CONTROLLER
        yield Node(name, each.type, role, each.times, each.spot, inputs, outputs)


def _lines(each: _Found, used: set[End], known: Iterable[Lines]) -> Iterator[Lines]:
    """The lines of a device, all of several alike together; first those that are known."""
    own = [end for end in used if not end.inside]
    names = dict.fromkeys([*(lines.name for lines in known), *(e.group for e in own)])
    counts = {lines.name: lines.count for lines in known}
    taken = {lines.name: lines.used * each.times for lines in known}
    for name in sorted(names, key=lambda name: (name is not None, str(name))):
        number = sum(end.group == name for end in own) + taken.get(name, 0)
        count = counts.get(name)
        total = None if count is None else count * each.times
        if total is not None and number > total:
            total = None  # measured with other properties than these
        if number or total:
            yield Lines(name, total, number)
