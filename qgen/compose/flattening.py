"""From a board to what `info mtree -f` prints of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen import catalogue
from qgen.board import (
    SYSTEM,
    UNIMPLEMENTED,
    Board,
    Composite,
    Device,
    HookPoint,
    Link,
    X86BiosBoot,
)
from qgen.catalogue import Catalogue, DeviceType, Mmio, insides
from qgen.compose.picturing import Given, line_of
from qgen.compose.resolving import Resolved
from qgen.expr import Bin, Entry, Num, Sym, Var, evaluate
from qgen.lower.harts import HARTS
from qgen.predict import Inside, OwnSpace, Piece, Spaces, address_spaces
from qgen.predict.spaces import CPU_SPACES

MAPS_NOTHING = (
    *("gpex_set_irq_num", "isa_bus_irqs", "isa_bus_register_input_irqs"),
    *("pci_init_nic_devices", "rom_set_fw"),
)
"""Functions that make no region, where no NIC is asked for."""
VGA = "vga"
"""How types end that have ports at fixed places of a PCI bus, which no BAR maps."""
PRIVATE = 0xE000_0000
"""From here on a v7-M CPU has devices of its own."""
REPEATED = {HARTS: "num-harts"}
"""Types that were measured with one CPU, and the property that says how many they make."""
MAPPING_HOOKS = (HookPoint.BEFORE_DEVICES, HookPoint.AFTER_DEVICES, HookPoint.BOOT)


def flat_text(resolved: Resolved, given: Given) -> Spaces:
    """The address spaces of a board, as far as they are known; `NotTaken` as `map_of`."""
    board = resolved.board
    line = line_of(board, given)
    known = catalogue.insides_of(resolved.target.release)
    if known is None:
        unknown = f"devices of QEMU {resolved.target.release} were not looked into"
        nothing = Inside(unknown=unknown)
        return address_spaces(board, line, lambda *_: nothing, nothing)
    chosen = _Insides(resolved.catalogue, known, line.cpus)
    spaces = address_spaces(board, line, chosen.of, chosen.cpus(board), known.ports)
    for reason in _around(board):
        for space in ("memory", "I/O"):
            spaces.unknown.setdefault(space, []).append(reason)
    return spaces


def _around(board: Board) -> Iterator[str]:
    """What may map regions beside the devices."""
    if board.parent.base.boots and not board.parent.is_x86:
        yield f"what QEMU's base {board.parent.base.name!r} makes"
    if isinstance(board.boot, X86BiosBoot):
        yield "the firmware, whose file says how large it is"
    for point in MAPPING_HOOKS:
        function = board.hook(point)
        if function is not None:
            yield f"what the hook {function}() does"


class _Insides:
    def __init__(self, known: Catalogue, measured: insides.Insides, cpus: int) -> None:
        self._catalogue, self._measured, self._cpus = known, measured, cpus

    def of(self, owner: Composite, device: Device) -> Inside:
        """What a device brings; `Insides` of the prediction."""
        lines = device.inputs is not None and device.call is None
        if device.is_stub or device.type == UNIMPLEMENTED or lines:
            return Inside()
        named = f"{device.name!r}"
        if device.made:
            return Inside(unknown=f"{named}, which a base of QEMU's makes")
        if not device.type:
            function = "" if device.call is None else device.call.function
            if device.ide and device.call is None:
                return Inside()
            if function in MAPS_NOTHING:
                return Inside()
            return Inside(unknown=f"what {function}() maps for {named}")
        known = self._catalogue.find(device.type)
        if known is None or not known.realized:
            return Inside(unknown=f"{named}: nobody could look into {device.type!r}")
        found = self._measured.find(device.type)
        if found.unknown:
            return Inside(unknown=f"{named}: nobody could look into {device.type!r}")
        legacy = device.type.lower().endswith(VGA) and known.name != "secondary-vga"
        if known.bus == "PCI" and legacy:
            return Inside(unknown=f"the ports of {device.type!r} on the bus of {named}")
        if found.io and any(p.name.startswith("io") for p in device.properties):
            return Inside(unknown=f"{named}: the ports of {device.type!r} move")
        return self._chosen(found, device, known, named)

    def cpus(self, board: Board) -> Inside:
        """What each CPU of the board brings."""
        type_ = board.cpus.usual_type
        known = None if type_ is None else self._catalogue.find(type_)
        if not board.cpus.created or type_ is None:
            return Inside()
        if known is None or not known.realized:
            return Inside(unknown=f"the CPU: nobody could look into {type_!r}")
        found = self._measured.find(type_)
        if found.unknown:
            return Inside(unknown=f"the CPU: nobody could look into {type_!r}")
        given = {p.name: p.value for p in board.cpus.properties}
        for name, value, other in found.flips:
            if given.get(name) is value:
                found = other
        return Inside(spaces=_spaces(found))

    def _chosen(
        self, found: insides.Inside, device: Device, known: DeviceType, named: str
    ) -> Inside:
        given = {p.name: p.value for p in device.properties}
        flips = []
        for name, value, other in found.flips:
            mine = given.get(name)
            to_system = isinstance(mine, Link) and mine.target == SYSTEM
            if mine is value or (value == "system" and to_system):
                flips.append(other)
        if len(flips) > 1:
            return Inside(unknown=f"{named}: its properties together")
        link = _linked(found)
        if link is not None:
            target = given.get(link)
            where = target.target if isinstance(target, Link) else link
            return Inside(unknown=f"what {named} maps into {where!r}")
        for found_ in flips:
            found = found_
        spaces = _spaces(found)
        counted = REPEATED.get(device.type)
        if counted is not None:
            number = given.get(counted)
            if isinstance(number, (Num, Sym, Var, Bin, Entry)):
                spaces = _repeated(spaces, evaluate(number, {"cpus": self._cpus}))
        regions = known.mmio
        whole = {
            index: pieces[0].kind
            for index, pieces in found.mmio
            if len(pieces) == 1 and _is_all_of(pieces[0], regions, index)
        }
        return Inside(
            tuple((i, _pieces(each)) for i, each in found.mmio if i not in whole),
            _pieces(found.memory),
            _pieces(found.io),
            spaces,
            tuple(whole.items()),
        )


def _linked(found: insides.Inside) -> str | None:
    """The link of a SoC into which it maps its devices, for its CPUs to see.

    Where it was measured that was a region of the probe's, whose insides nobody kept.
    """
    for space in found.spaces:
        if not any(name.startswith(CPU_SPACES) for name, _, _ in space.names):
            continue
        shares, over = space.shares or "", space.over or ""
        if shares.startswith("@"):
            return shares.removeprefix("@")
        others = found.memory or any(p.start < PRIVATE for p in space.pieces)
        if over.startswith("@") and others:
            return over.removeprefix("@")
    return None


def _is_all_of(piece: insides.Piece, regions: Sequence[Mmio], index: int) -> bool:
    """Whether a region shows nothing but itself, however large a board makes it."""
    if index >= len(regions):
        return False  # a catalogue of a person's own may have fewer
    region = regions[index]
    same = (piece.name, piece.size) == (region.name, region.size)
    return same and not (piece.start or piece.offset)


def _spaces(found: insides.Inside) -> tuple[OwnSpace, ...]:
    return tuple(
        OwnSpace(s.names, s.root, s.shares, s.over, _pieces(s.pieces))
        for s in found.spaces
    )


def _repeated(spaces: tuple[OwnSpace, ...], times: int) -> tuple[OwnSpace, ...]:
    """The spaces of so many CPUs, measured with one."""
    return tuple(
        OwnSpace(
            tuple(
                (name.replace("-0", f"-{n}"), root, alias)
                for n in range(times)
                for name, root, alias in s.names
            ),
            s.root,
            s.shares,
            s.over,
            s.pieces,
        )
        for s in spaces
    )


def _pieces(found: tuple[insides.Piece, ...]) -> tuple[Piece, ...]:
    return tuple(
        Piece(p.start, p.size, p.priority, p.kind, p.name, p.offset) for p in found
    )
