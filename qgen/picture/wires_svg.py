"""Draws wires as SVG: columns from what asks for interrupts to the CPUs that take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from qgen.figures import frequency
from qgen.picture.clocks import ClockPicture
from qgen.picture.svg import Link, arrow_head, cut, drawing, linked, tag, text_of, words
from qgen.picture.wires import Bundle, Node, Role, WiresPicture
from qgen.picture.wires_text import line_name, whole_name

BOX, BETWEEN, PORT, MARGIN, LINE = 190.0, 150.0, 17.0, 20.0, 17.0
CLASSES = {
    Role.SOURCE: "device",
    Role.GATE: "alias",
    Role.CONTROLLER: "rom",
    Role.CPU: "ram",
}


def draw_wires_svg(picture: WiresPicture, link: Link | None = None) -> str:
    """The wires as a document of its own, or to stand in a page."""
    return _Drawing(picture, link).whole()


@dataclass(slots=True)
class _Placed:
    """A node at its place, with the bundles at its sides, from above."""

    node: Node
    layer: int
    y: float = 0.0
    height: float = 0.0
    left: list[Bundle] = field(default_factory=list)
    right: list[Bundle] = field(default_factory=list)

    @property
    def x(self) -> float:
        return MARGIN + self.layer * (BOX + BETWEEN)

    def port(self, bundle: Bundle, side: list[Bundle]) -> float:
        """How far below the top a bundle ends."""
        place = next(n for n, each in enumerate(side) if each is bundle)
        return self.y + 30 + PORT * (place + 0.5)


def layers(picture: WiresPicture) -> dict[str, int]:
    """The column of each device that has wires, the first one on the left.

    What drives a device stands left of it, as near as can be; wires that would close a
    circle go back to the left.
    """
    sinks: dict[str, list[str]] = {}
    for bundle in picture.bundles:
        sinks.setdefault(bundle.source, []).append(bundle.sink)
        sinks.setdefault(bundle.sink, [])
    roles = {node.name: node.role for node in picture.nodes}
    depth: dict[str, int] = {}
    open_: set[str] = set()

    def after(name: str) -> int:
        # How many columns there are behind it.
        if name in depth:
            return depth[name]
        open_.add(name)
        last = roles.get(name) is Role.CPU
        behind = [] if last else [s for s in sinks[name] if s not in open_]
        depth[name] = max((after(sink) + 1 for sink in behind), default=0)
        open_.discard(name)
        return depth[name]

    for name in sorted(sinks, key=lambda name: roles.get(name) is not Role.SOURCE):
        after(name)
    most = max(depth.values(), default=0)
    columns = {name: most - behind for name, behind in depth.items()}
    for name, behind in depth.items():
        if not behind and roles.get(name) is not Role.CPU:
            drivers = [columns[b.source] for b in picture.bundles if b.sink == name]
            columns[name] = max(drivers, default=most - 1) + 1
    return columns


class _Drawing:
    def __init__(self, picture: WiresPicture, link: Link | None) -> None:
        self.picture, self.link = picture, link
        self.body: list[str] = []
        columns = layers(picture)
        self.placed = {
            name: _Placed(picture.node(name), layer)
            for name, layer in columns.items()
            if any(node.name == name for node in picture.nodes)
        }
        self.bundles = [
            each
            for each in picture.bundles
            if each.source in self.placed and each.sink in self.placed
        ]

    def whole(self) -> str:
        picture = self.picture
        y = MARGIN + 14
        self.body.append(words(picture.machine, MARGIN, y, "head"))
        self.body.append(words(picture.description, MARGIN, y + 18, "soft"))
        for bundle in self.bundles:
            forth = self._forth(bundle)
            source, sink = self.placed[bundle.source], self.placed[bundle.sink]
            (source.right if forth else source.left).append(bundle)
            (sink.left if forth else sink.right).append(bundle)
        bottom = self._arrange(y + 40)
        wires = [self._wire(each) for each in self.bundles]
        self.body += wires
        self.body += map(self._node, self.placed.values())
        bottom = self._clocks(bottom + 24)
        most = max((p.layer for p in self.placed.values()), default=1)
        width = max(MARGIN * 2 + BOX + most * (BOX + BETWEEN), 620)
        body = [arrow_head("qgen-wires-arrow"), *self.body]
        title = f"Wires of {picture.machine}"
        told = "; ".join(map(self._told, self.bundles)) or "no wires"
        return drawing(title, told, width, bottom + MARGIN, body, "qgen-wires")

    def _forth(self, bundle: Bundle) -> bool:
        return self.placed[bundle.source].layer < self.placed[bundle.sink].layer

    def _arrange(self, top: float) -> float:
        """Put the nodes of each column below each other, near to what they are wired to."""
        columns: dict[int, list[_Placed]] = {}
        for placed in self.placed.values():
            placed.height = 36 + PORT * max(len(placed.left), len(placed.right), 0)
            columns.setdefault(placed.layer, []).append(placed)
        for column in columns.values():
            _stack(column, top)
        for _ in range(4):
            for layer in sorted(columns, reverse=True):
                columns[layer].sort(key=self._pull)
                _stack(columns[layer], top)
            for layer in sorted(columns):
                for placed in columns[layer]:
                    placed.left.sort(key=self._from)
                    placed.right.sort(key=self._to)
        bottoms = {n: _stack(column, top) for n, column in columns.items()}
        bottom = max(bottoms.values(), default=top)
        for layer, column in columns.items():
            _stack(column, top + (bottom - bottoms[layer]) / 2)
        return bottom

    def _pull(self, placed: _Placed) -> float:
        """Where what it drives stands on average."""
        ends = [
            sink.port(each, sink.left)
            for each in placed.right
            for sink in (self.placed[each.sink],)
            if any(other is each for other in sink.left)
        ]
        return sum(ends) / len(ends) if ends else placed.y

    def _from(self, bundle: Bundle) -> tuple[str, int]:
        end = bundle.wires[0][1]
        return (f"{end.inside}{end.group or ''}", end.index)

    def _to(self, bundle: Bundle) -> tuple[float, int]:
        return (self.placed[bundle.sink].y, bundle.wires[0][1].index)

    def _wire(self, bundle: Bundle) -> str:
        source, sink = self.placed[bundle.source], self.placed[bundle.sink]
        forth = self._forth(bundle)
        if forth:
            x1, x2 = source.x + BOX, sink.x
            y1, y2 = source.port(bundle, source.right), sink.port(bundle, sink.left)
            bend = max((x2 - x1) / 2, 40)
            way = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
            label, anchor = x2 - 10, "end"
        else:
            x1, x2 = source.x, sink.x + BOX
            y1, y2 = source.port(bundle, source.left), sink.port(bundle, sink.right)
            bend = max((x1 - x2) / 2, 40)
            way = f"M{x1:g} {y1:g}C{x1 - bend:g} {y1:g} {x2 + bend:g} {y2:g} {x2:g} {y2:g}"
            label, anchor = x2 + 10, "start"
        ends = [end for _, end in bundle.wires]
        name = cut(line_name(sink.node.times > 1, ends, bundle.sink), 120, 6)
        drawn = tag(
            "g",
            tag("title", text_of(self._told(bundle))),
            tag("path", d=way, marker_end="url(#qgen-wires-arrow)"),
            words(name, label, y2 - 3, "soft code halo", text_anchor=anchor),
            data_spot=str(bundle.spot),
        )
        return linked(drawn, bundle.spot, self.link)

    def _told(self, bundle: Bundle) -> str:
        source, sink = self.placed[bundle.source].node, self.placed[bundle.sink].node
        begins, ends = zip(*bundle.wires, strict=True)
        begin = whole_name(source.times > 1, begins, source.name)
        end = sink.name + line_name(sink.times > 1, ends, sink.name)
        return f"{begin} drives {end} ({bundle.spot})"

    def _node(self, placed: _Placed) -> str:
        node = placed.node
        times = f" ×{node.times}" if node.times > 1 else ""
        spare = [
            f"{lines.count - lines.used} spare"
            for lines in node.inputs
            if lines.count is not None and lines.name is None and placed.left
        ]
        lines = [f"{node.name}{times}", node.type, str(node.spot), *spare]
        parts = [
            tag("title", text_of("\n".join(filter(None, lines)))),
            tag("rect", x=placed.x, y=placed.y, width=BOX, height=placed.height, rx=4),
            words(cut(node.name + times, BOX - 20), placed.x + 10, placed.y + 16),
            words(cut(node.type, BOX - 20), placed.x + 10, placed.y + 30, "soft"),
        ]
        if spare and placed.height > 54:
            y = placed.y + placed.height - 8
            parts.append(words(spare[0], placed.x + 10, y, "soft"))
        drawn = tag(
            "g",
            *parts,
            class_=CLASSES[node.role],
            data_spot=str(node.spot),
            data_device=node.name,
        )
        return linked(drawn, node.spot, self.link)

    def _clocks(self, y: float) -> float:
        if not self.picture.clocks:
            return y
        self.body.append(words("clocks", MARGIN, y, "sub"))
        y += LINE
        for depth, clock in _flat(self.picture.clocks, 0):
            rate = "" if clock.frequency is None else frequency(clock.frequency)
            how = f" ({clock.how})" if clock.how else ""
            driven = ranges_of(clock)
            text = f"{clock.name} {rate}{how}" + (f" → {driven}" if driven else "")
            drawn = words(cut(text, 1000), MARGIN + 16 * depth, y)
            self.body.append(linked(drawn, clock.spot, self.link))
            y += LINE
        return y


def ranges_of(clock: ClockPicture) -> str:
    """The inputs that a clock drives."""
    return ", ".join(f"{end.device}.{end.input}" for end in clock.inputs)


def _flat(
    clocks: tuple[ClockPicture, ...], depth: int
) -> Iterator[tuple[int, ClockPicture]]:
    for clock in clocks:
        yield depth, clock
        yield from _flat(clock.derived, depth + 1)


def _stack(column: list[_Placed], top: float) -> float:
    """Put nodes below each other; gives where the last one ends."""
    for placed in column:
        placed.y = top
        top += placed.height + 12
    return top - 12
