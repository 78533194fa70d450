"""Writes wires and clocks for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qgen.figures import frequency
from qgen.picture.clocks import ClockPicture
from qgen.picture.spots import Spot
from qgen.picture.terminal import Terminal
from qgen.picture.wires import (
    IRQ,
    Bundle,
    End,
    Lines,
    Node,
    Role,
    WiresPicture,
)

COLOURS = {Role.CONTROLLER: "cyan", Role.CPU: "green", Role.GATE: "magenta"}


def write_wires(picture: WiresPicture, terminal: Terminal) -> str:
    """The wires as lines of text: by controller, then what is loose, then clocks."""
    return "\n".join(_Writer(picture, terminal).lines()) + "\n"


class _Writer:
    def __init__(self, picture: WiresPicture, terminal: Terminal) -> None:
        self.picture, self.terminal = picture, terminal
        self.nodes = {node.name: node for node in picture.nodes}

    def lines(self) -> Iterator[str]:
        picture, safe = self.picture, self.terminal.safe
        head = self.terminal.paint(f"{safe(picture.machine)}: ", "bold")
        yield head + safe(picture.description)
        shown = [n for n in picture.nodes if n.role in (Role.CONTROLLER, Role.CPU)]
        for node in shown:
            if any(each.sink == node.name for each in picture.bundles):
                yield ""
                yield from self._controller(node)
        if not picture.bundles:
            yield "no wires"
        loose = list(self._loose())
        if loose:
            yield ""
            yield self.terminal.paint("outputs without a wire", "bold")
            yield from loose
        if picture.clocks:
            yield ""
            yield self.terminal.paint("clocks", "bold")
            for clock in picture.clocks:
                yield from self._clock(clock, 1)

    def _controller(self, node: Node) -> Iterator[str]:
        paint = self.terminal.paint
        name = paint(self.terminal.safe(_called(node)), COLOURS.get(node.role))
        type_ = f" ({self.terminal.safe(node.type)})" if node.type else ""
        yield self._placed(f"{name}{type_}", len(_called(node) + type_), node.spot)
        for lines in node.inputs:
            if lines.count is not None:
                spare = lines.count - lines.used
                what = "input" if lines.count == 1 else "inputs"
                name = (
                    "" if lines.name is None else f" {self.terminal.safe(lines.name)}"
                )
                yield f"  {lines.count} {what}{name}, {lines.used} driven, {spare} spare"
        yield from self._drivers(node.name, 1, {node.name})

    def _drivers(self, name: str, depth: int, seen: set[str]) -> Iterator[str]:
        """What drives the inputs of a device, through gates to what drives these."""
        bundles = [each for each in self.picture.bundles if each.sink == name]
        for bundle in sorted(bundles, key=_first):
            text = "  " * depth + self._bundle(bundle)
            yield self._placed(text, len(text), bundle.spot)
            source = self.nodes.get(bundle.source)
            is_gate = source is not None and source.role is Role.GATE
            if is_gate and bundle.source not in seen:
                yield from self._drivers(
                    bundle.source, depth + 1, seen | {bundle.source}
                )

    def _bundle(self, bundle: Bundle) -> str:
        begins, ends = zip(*bundle.wires, strict=True)
        sink = line_name(self._many(bundle.sink), ends, bundle.sink)
        node = self.nodes.get(bundle.source)
        source = whole_name(self._many(bundle.source), begins, bundle.source)
        what = f" ({node.type})" if node is not None and node.type else ""
        text = f"{sink} {'<-' if not self.terminal.unicode else '←'} {source}{what}"
        return self.terminal.safe(text) + (", shared" if bundle.shared else "")

    def _many(self, name: str) -> bool:
        node = self.nodes.get(name)
        return node is not None and node.times > 1

    def _placed(self, text: str, length: int, spot: Spot) -> str:
        where = str(spot)
        room = self.terminal.width - length - len(where)
        return text + " " * max(room, 2) + self.terminal.paint(where, "dim")

    def _loose(self) -> Iterator[str]:
        for node in self.picture.nodes:
            for lines in node.outputs:
                if lines.count is None or lines.used >= lines.count:
                    continue
                left = lines.count - lines.used
                of = f"{left} of {lines.count}" if lines.used else str(left)
                text = f"  {self.terminal.safe(_called(node))}: {of} {_kind(lines)}"
                yield self._placed(text, len(text), node.spot)

    def _clock(self, clock: ClockPicture, depth: int) -> Iterator[str]:
        pad = "  " * depth
        rate = "unknown" if clock.frequency is None else frequency(clock.frequency)
        how = "" if clock.how is None else f" ({self.terminal.plain(clock.how)})"
        name = self.terminal.safe(clock.name)
        text = f"{pad}{name} {rate}{how}"
        yield self._placed(text, len(text), clock.spot)
        for end in clock.inputs:
            arrow = self.terminal.plain("→")
            text = f"{pad}  {arrow} {self.terminal.safe(f'{end.device}.{end.input}')}"
            yield self._placed(text, len(text), end.spot)
        for each in clock.derived:
            yield from self._clock(each, depth + 1)


def _called(node: Node) -> str:
    return node.name if node.times == 1 else f"{node.name}[0..{node.times - 1}]"


def _kind(lines: Lines) -> str:
    s = "" if lines.count == 1 else "s"
    if lines.name == IRQ:
        return f"interrupt{s}"
    return f"GPIO output{s}" + ("" if lines.name is None else f" {lines.name!r}")


def _first(bundle: Bundle) -> tuple[str, str, int, int]:
    end = bundle.wires[0][1]
    return (end.inside, end.group or "", end.index, end.number)


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in few words: ``3``, ``0..31``, ``1, 4, 9``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    parts = ["..".join(map(str, each)) for each in found]
    return ", ".join(parts if len(parts) < 7 else [*parts[:5], "...", parts[-1]])


def line_name(many: bool, ends: Sequence[End], sink: str) -> str:
    """Lines of a device, without its name: ``[33]``, ``.irq``, ``[0..3].fiq``."""
    first = ends[0]
    element = ""
    if many:
        element = f"[{ranges(dict.fromkeys(end.number for end in ends))}]"
    inside = f"/{first.inside}" if first.inside else ""
    group = "" if first.group is None else f".{first.group}"
    numbers = list(dict.fromkeys(end.index for end in ends))
    index = f"[{ranges(numbers)}]" if numbers != [0] or not group else ""
    return f"{element}{inside}{group}{index}" or "[0]"


def whole_name(many: bool, ends: Sequence[End], name: str) -> str:
    """Lines of a device with its name: ``uart irq``, ``virtio[0..31] irq 0``."""
    first = ends[0]
    element = ""
    if many:
        element = f"[{ranges(dict.fromkeys(end.number for end in ends))}]"
    inside = f"/{first.inside}" if first.inside else ""
    numbers = list(dict.fromkeys(end.index for end in ends))
    what = IRQ if first.group == IRQ else first.group or "gpio"
    index = f" {ranges(numbers)}" if numbers != [0] else ""
    return f"{name}{element}{inside} {what}{index}"
