"""All address spaces of a board, and what `info mtree -f` says of them.

What devices bring with them beside the regions that the board maps is not on the board:
it is measured, and handed in as `Insides`.

QEMU prints the views in the order of addresses on its heap, which differs from run to run
of the same board. Here they are in the order in which their spaces were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from qgen.board import IO, SYSTEM, Board, Composite, Device, Link, Place
from qgen.expr import evaluate
from qgen.frozen import frozen
from qgen.predict.flat import FlatRange, flat_root, flat_view, format_view
from qgen.predict.region import WHOLE, MemoryRegion
from qgen.predict.tree import CommandLine, Space, memory_tree

CPU_SPACES = "cpu-"


@frozen
class Piece:
    """What a device shows at ``size`` bytes from ``start`` on, as a flat view has it."""

    start: int
    size: int
    priority: int
    kind: str
    name: str
    offset: int


@frozen
class OwnSpace:
    """Address spaces that a device makes and that show the same.

    ``names`` have the root of each, and what that is an alias of. ``shares``: they show
    that space of the board, ``@property`` stands for where a link of the device leads;
    ``over``: the pieces lie above that.
    """

    names: tuple[tuple[str, str, str | None], ...]
    root: str | None
    shares: str | None
    over: str | None
    pieces: tuple[Piece, ...]


@frozen
class Inside:
    """What a device brings: pieces of its MMIO regions, of memory and I/O, and spaces.

    ``kinds`` are regions that show nothing but themselves, as that kind of `Piece`.
    ``unknown`` says what nobody measured of it, None where all is known.
    """

    mmio: tuple[tuple[int, tuple[Piece, ...]], ...] = ()
    memory: tuple[Piece, ...] = ()
    io: tuple[Piece, ...] = ()
    spaces: tuple[OwnSpace, ...] = ()
    kinds: tuple[tuple[int, str], ...] = ()
    unknown: str | None = None


Insides = Callable[[Composite, Device], Inside]
"""What each device of a machine or a SoC has inside."""


@dataclass(slots=True)
class View:
    """A FlatView: the spaces that show it, with their roots, and what it shows.

    ``unmapped`` is QEMU's word for a device's region that lies in no other: from 11.0 on
    it is not ``i/o``.
    """

    names: list[tuple[str, str, str | None]]
    root: MemoryRegion | None
    unmapped: str = "i/o"

    def lines(self, number: int) -> list[str]:
        """What QEMU prints of it."""
        view = [] if self.root is None else flat_view(self.root)
        ranges = format_view(map(self._as_qemu_calls_it, view))
        shown = _rendered(self.root)
        lines = [f"FlatView #{number}"]
        for name, root, alias in self.names:
            of = "" if alias is None else f", alias {alias}"
            lines.append(f' AS "{name}", root: {root}{of}')
        lines.append(f" Root memory region: {shown.name if shown else '(none)'}")
        lines += [f"  {each}" for each in ranges] or ["  No rendered FlatView"]
        return [*lines, ""]

    def _as_qemu_calls_it(self, each: FlatRange) -> FlatRange:
        if each.type == "i/o" and not each.region.mapped:
            return replace(each, type=self.unmapped)
        return each


def _rendered(root: MemoryRegion | None) -> MemoryRegion | None:
    """The region that a view is rendered from; None where nothing shows."""
    shown = None if root is None else flat_root(root)
    if shown is None or shown.type is not None:
        return shown
    return shown if shown.subregions or shown.alias is not None else None


@dataclass(slots=True)
class Spaces:
    """The views of a board, and what of each space nobody knows, by the space's name."""

    views: list[View]
    unknown: dict[str, list[str]] = field(default_factory=dict)

    def share(self) -> None:
        """Put spaces together that QEMU renders alike: from one region, or nothing."""
        found: dict[int | None, View] = {}
        views = []
        for view in self.views:
            root = _rendered(view.root)
            key = None if root is None else id(root)
            if any(name in self.unknown for name, _, _ in view.names):
                views.append(view)
            elif key in found:
                found[key].names += view.names
            else:
                found[key] = view
                views.append(view)
        self.views = views

    def text(self) -> str:
        """What `info mtree -f` prints of the views in which nothing is unknown."""
        hidden = [
            view.root
            for view in self.views
            if any(name in self.unknown for name, _, _ in view.names)
        ]

        def is_known(root: MemoryRegion | None) -> bool:
            if root is None:
                return not hidden  # what is not known may have spaces that show nothing
            below = [each.alias for each in root.subregions]
            return not any(each is other for each in hidden for other in (root, *below))

        known = [view for view in self.views if is_known(view.root)]
        lines = [line for n, view in enumerate(known) for line in view.lines(n)]
        return "".join(f"{line}\n" for line in lines)


def address_spaces(
    board: Board,
    line: CommandLine,
    insides: Insides,
    cpus: Inside,
    unmapped: str = "i/o",
) -> Spaces:
    """All address spaces; ``cpus`` is what each CPU brings that the board makes.

    ``unmapped`` is QEMU's word for a device's region that lies in no other.
    """
    spaces = _Making(board, line, insides).all(cpus)
    spaces.share()
    for view in spaces.views:
        view.unmapped = unmapped
    return spaces


class _Making:
    def __init__(self, board: Board, line: CommandLine, insides: Insides) -> None:
        self.board, self.line, self.insides = board, line, insides
        self.known: dict[str, MemoryRegion] = {}
        roots = memory_tree(board, line, self.known)
        self.roots = {space.value: root for space, root in roots.items()}
        self.spaces = Spaces(
            [
                View([(space.value, root.name, None)], root)
                for space, root in roots.items()
            ]
        )
        self._cpus = 0

    def all(self, cpus: Inside) -> Spaces:
        """The spaces of the board, its CPUs and its devices."""
        if self.board.cpus.created:
            for _ in range(self.line.cpus):
                self._own(cpus, None, "the CPUs")
        self._devices(self.board)
        return self.spaces

    def _devices(self, owner: Composite) -> None:
        socs = {soc.name: soc for soc in owner.socs}
        for device in owner.devices:
            if not self.line.has(device):
                continue
            for _ in range(1 if device.count is None else evaluate(device.count)):
                if device.type in socs:
                    self._devices(socs[device.type])
                    continue
                inside = self.insides(owner, device)
                self._own(inside, device, f"{device.name!r}")

    def _own(self, inside: Inside, device: Device | None, what: str) -> None:
        if inside.unknown is not None:
            for space in (Space.MEMORY, Space.IO):
                said = self.spaces.unknown.setdefault(space.value, [])
                said += [inside.unknown] * (inside.unknown not in said)
            return
        if device is not None:
            self._mmio(inside, device)
            for name, pieces in (("memory", inside.memory), ("I/O", inside.io)):
                add_pieces(self.roots[name], pieces)
        ends = 0
        for own in inside.spaces:
            ends = max(ends, self._space(own, device, what))
        self._cpus += ends

    def _mmio(self, inside: Inside, device: Device) -> None:
        """Put what is inside into the regions that the board maps."""
        pieces, kinds = dict(inside.mmio), dict(inside.kinds)
        for region in _regions_of(self.roots.values(), device):
            assert region.cause is not None and region.cause.mmio is not None
            index = region.cause.mmio.index
            if region.subregions or region.alias is not None:
                continue
            if index in kinds:
                region.type, region.readonly = _type_of(kinds[index])
            elif index in pieces:
                region.type = None
                add_pieces(region, pieces[index])

    def _space(self, own: OwnSpace, device: Device | None, what: str) -> int:
        """Add spaces; gives how many CPUs they count."""
        names, cpus = [], 0
        for name, root, alias in own.names:
            number = name.rpartition("-")[2]
            if name.startswith(CPU_SPACES) and "--" not in name and number.isdigit():
                cpus = max(cpus, int(number) + 1)
                name = f"{name.rpartition('-')[0]}-{int(number) + self._cpus}"
            names.append((name, root, alias))
        ground = self._ground(own.shares or own.over, device)
        if (own.shares or own.over) and ground is None:
            said = f"what {what} sees as {own.names[0][0]!r}"
            self.spaces.unknown.setdefault(names[0][0], []).append(said)
            self.spaces.views.append(View(names, None))
            return cpus
        if own.shares is not None:
            assert ground is not None
            named = [
                (name, ground.name if own.shares[0] == "@" else root, alias)
                for name, root, alias in names
            ]
            self._join(named, ground)
        elif ground is not None and not own.pieces:
            # All that shows is the memory itself: the root is an alias or has it alone.
            self._join([(n, ground.name, a) for n, _, a in names], ground)
        elif own.root in (None, "(none)"):
            self._join(names, None)
        else:
            made = MemoryRegion(names[0][1], WHOLE)
            if ground is not None:
                below = MemoryRegion(ground.name, WHOLE, alias=ground)
                made.add(below, 0, -(1 << 20))
            add_pieces(made, own.pieces)
            self.spaces.views.append(View(names, made))
        return cpus

    def _join(
        self, names: Sequence[tuple[str, str, str | None]], root: MemoryRegion | None
    ) -> None:
        """Let spaces show what others show already, or a view of their own."""
        for view in self.spaces.views:
            if view.root is root:
                view.names += names
                return
        self.spaces.views.append(View(list(names), root))

    def _ground(self, named: str | None, device: Device | None) -> MemoryRegion | None:
        """The region that a name, or a link of a device, leads to."""
        if named is None:
            return None
        if named[0] != "@":
            return self.roots.get(named)
        target = link_of(device, named[1:])
        if target == SYSTEM:
            return self.roots["memory"]
        if target == IO:
            return self.roots["I/O"]
        return None if target is None else self.known.get(target)


def link_of(device: Device | None, name: str) -> str | None:
    """The region that a property of a device links to."""
    for prop in () if device is None else device.properties:
        if prop.name == name and isinstance(prop.value, Link):
            target = prop.value.target
            return None if isinstance(target, Place) else target
    return None


def add_pieces(to: MemoryRegion, pieces: Iterable[Piece]) -> None:
    """Map what a device shows, each piece at its place."""
    for piece in pieces:
        type_, readonly = _type_of(piece.kind)
        shown = MemoryRegion(
            piece.name,
            piece.offset + piece.size,
            type_,
            readonly=readonly,
            priority=piece.priority,
            mapped=True,
        )
        at = MemoryRegion(
            piece.name, piece.size, alias=shown, alias_offset=piece.offset
        )
        to.add(at, piece.start, piece.priority)


def _type_of(kind: str) -> tuple[str, bool]:
    """The type of a region that is shown so, and whether it is read-only."""
    return ("ram", True) if kind == "rom" else (kind, False)


def _regions_of(
    roots: Iterable[MemoryRegion], device: Device
) -> Iterator[MemoryRegion]:
    """The regions of a device, wherever they are mapped."""
    queue, seen = list(roots), set()
    while queue:
        region = queue.pop()
        if id(region) in seen:
            continue
        seen.add(id(region))
        queue += region.subregions
        if region.alias is not None:
            queue.append(region.alias)
        cause = region.cause
        if cause is not None and cause.part is device and cause.mmio is not None:
            yield region
