"""What answers at an address, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qgen.board import Board
from qgen.figures import about, hexadecimal
from qgen.frozen import frozen
from qgen.picture.map_text import span
from qgen.picture.regions import Look, Window, look_of, part_name, spot_of
from qgen.picture.spots import Spot, Spots
from qgen.picture.terminal import Terminal
from qgen.predict import CommandLine, MemoryRegion, Space, Visit, memory_tree, shown


@frozen
class Layer:
    """A region that has the address. ``offset`` is the address in it.

    ``through`` are the regions that lead to it, the outermost first, each with the
    priority that it has there, and its own last.
    """

    name: str
    look: Look
    window: Window
    offset: int
    part: str | None
    type: str | None
    region: int | None
    spot: Spot | None
    through: tuple[Step, ...]


@frozen
class Step:
    """A region on the way to one that answers."""

    name: str
    look: Look
    window: Window
    priority: int
    spot: Spot | None


@frozen
class Near:
    """The nearest region that answers below or above an address."""

    name: str
    window: Window
    spot: Spot | None


@frozen
class Answer:
    """What is at an address of a space: the first layer answers, the others lie beneath."""

    space: str
    address: int
    layers: tuple[Layer, ...]
    below: Near | None
    above: Near | None


def answers_at(
    board: Board, line: CommandLine, spots: Spots, address: int
) -> list[Answer]:
    """What is at ``address``, in each address space that the board fills."""
    roots = memory_tree(board, line)
    found = [
        _answer(space.value, root, spots, address)
        for space, root in roots.items()
        if root.subregions or space is Space.MEMORY
    ]
    return [each for each in found if each.layers] or found[:1]


def answers_in(
    spaces: Iterable[tuple[str, MemoryRegion]], spots: Spots, address: int
) -> list[Answer]:
    """What answers in those of ``spaces``, names and roots, where something does."""
    found = (_answer(name, root, spots, address) for name, root in spaces)
    return [each for each in found if each.layers]


def _answer(space: str, root: MemoryRegion, spots: Spots, address: int) -> Answer:
    seen = shown(root)
    layers = [
        _layer(visit, spots, address)
        for visit, _ in seen
        if visit.leaf and visit.low <= address < visit.high
    ]
    pieces = [(piece, visit) for visit, pieces in seen for piece in pieces]
    under = [each for each in pieces if each[0].end <= address]
    over = [each for each in pieces if each[0].start > address]
    last = max(under, key=lambda each: each[0].end, default=None)
    first = min(over, key=lambda each: each[0].start, default=None)
    near = [
        each and Near(each[1].region.name, _window(each[1]), _spot(each[1], spots))
        for each in (last, first)
    ]
    return Answer(space, address, tuple(layers), *near)


def _layer(visit: Visit, spots: Spots, address: int) -> Layer:
    region, cause = visit.region, visit.region.cause
    steps: list[Step] = []
    above = visit.above
    while above is not None:
        look = look_of(above.region, above.readonly)
        spot = _spot(above, spots)
        name, priority = above.region.name, above.region.priority
        steps.insert(0, Step(name, look, _window(above), priority, spot))
        above = above.above
    mmio = None if cause is None else cause.mmio
    return Layer(
        region.name,
        look_of(region, visit.readonly),
        _window(visit),
        address - visit.base,
        None if cause is None else part_name(cause),
        getattr(cause and cause.part, "type", None),
        None if mmio is None else mmio.index,
        _spot(visit, spots),
        tuple(steps),
    )


def _window(visit: Visit) -> Window:
    return Window(visit.low, visit.high - 1)


def _spot(visit: Visit, spots: Spots) -> Spot | None:
    cause = visit.region.cause
    return None if cause is None else spot_of(cause, spots)


def write_answer(answer: Answer, terminal: Terminal) -> str:
    """An answer in words."""
    return "\n".join(_lines(answer, terminal)) + "\n"


def _lines(answer: Answer, terminal: Terminal) -> Iterator[str]:
    address = terminal.paint(hexadecimal(answer.address), "bold")
    if not answer.layers:
        yield f"{address} in {answer.space}: nothing answers"
        for word, near in (("below", answer.below), ("above", answer.above)):
            if near is not None:
                far = (
                    answer.address - near.window.last
                    if word == "below"
                    else near.window.first - answer.address
                )
                yield (
                    f"  next {word}: {terminal.safe(near.name)} {span(near.window)}, "
                    f"{about(far)} away{_at(near.spot)}"
                )
        return
    first, *beneath = answer.layers
    yield f"{address} in {answer.space}: {_told(first, terminal)}"
    yield from _way(first, terminal)
    for layer in beneath:
        yield f"  beneath it, unseen: {_told(layer, terminal)}"
        yield from ("  " + line for line in _way(layer, terminal))


def _told(layer: Layer, terminal: Terminal) -> str:
    name = terminal.safe(layer.name)
    what = layer.look.value
    if layer.type is not None:
        what = f"{what} {terminal.safe(layer.part or '')}, {terminal.safe(layer.type)}"
        if layer.region:
            what += f", its region {layer.region}"
    elif layer.part is not None and layer.part != layer.name:
        what = f"{what} {terminal.safe(layer.part)}"
    return f"{name} + {layer.offset:#x} ({what})"


def _way(layer: Layer, terminal: Terminal) -> Iterator[str]:
    """From the outermost region inwards, each with its place in the spec."""
    for depth, step in enumerate(layer.through):
        what = {Look.ALIAS: "alias ", Look.CONTAINER: "container "}.get(step.look, "")
        yield (
            f"  {'  ' * depth}{what}{terminal.safe(step.name)} {span(step.window)}, "
            f"priority {step.priority}{_at(step.spot)}"
        )


def _at(spot: Spot | None) -> str:
    return "" if spot is None else f"  {spot}"
