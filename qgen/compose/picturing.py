"""From a spec to what a person can look at."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from qgen.board import Board, Composite, X86BiosBoot
from qgen.compose.resolving import Resolved
from qgen.expr import evaluate
from qgen.figures import human
from qgen.frozen import frozen
from qgen.picture import (
    IRQ,
    Answer,
    Counted,
    Lines,
    MapPicture,
    Spots,
    WiresPicture,
    answers_at,
    answers_in,
    draw_map,
    draw_ram,
    draw_wires,
    filtered,
    other_size,
)
from qgen.predict import CommandLine, usual_line
from qgen.source import Source


class NotTaken(ValueError):
    """The board does not take such a command line; the text says why."""


@frozen(slots=False)
class Given:
    """What a command line gives: -m and the size of -bios in bytes, -smp, -M NAME=VALUE."""

    ram_size: int | None = None
    cpus: int | None = None
    properties: Mapping[str, str] | None = None
    firmware_size: int | None = None


def map_of(resolved: Resolved, given: Given) -> MapPicture:
    """The picture of a board's memory; `NotTaken` where it takes no such command line."""
    board, spots = resolved.board, spots_of(resolved)
    line, usual = line_of(board, given), usual_line(board).ram_size
    ram = None
    if board.ram is not None:
        other = replace(line, ram_size=other_size(board, line, usual))
        ram = draw_ram(board, line, usual, other, spots)
    return draw_map(board, line, spots, ram)


def at(resolved: Resolved, given: Given, address: int) -> list[Answer]:
    """What answers at an address; `NotTaken` as `map_of`.

    Where nothing does on the bus: what CPUs and devices see there by themselves.
    """
    from qgen.compose.flattening import flat_text

    board, spots = resolved.board, spots_of(resolved)
    found = answers_at(board, line_of(board, given), spots, address)
    if any(each.layers for each in found):
        return found
    own = [
        (names, view.root)
        for view in flat_text(resolved, given).views
        if view.root is not None
        for names in [", ".join(name for name, _, _ in view.names)]
        if not {"memory", "I/O"} & {name for name, _, _ in view.names}
    ]
    return answers_in(own, spots, address) or found


def wires_of(
    resolved: Resolved, given: Given, devices: Collection[str] = ()
) -> WiresPicture:
    """The picture of a board's wires and clocks, or of those of some devices."""
    from qgen.diagnostics import did_you_mean

    board = resolved.board
    line, spots = line_of(board, given), spots_of(resolved)
    counts = dict(_counts(resolved, line.cpus))
    drawn = draw_wires(board, line, spots, counts)
    if not devices:
        return drawn
    names = {node.name for node in drawn.nodes}
    names |= {f"{soc.name}/{d.name}" for soc in board.socs for d in soc.devices}
    names |= {device.name for device in board.devices}
    for each in devices:
        if each not in names:
            near = did_you_mean(each, names)
            raise NotTaken(f"no device {each!r}" + (f"; {near}" if near else ""))
    return filtered(drawn, devices)


def _counts(resolved: Resolved, cpus: int) -> Iterator[tuple[tuple[str, str], Counted]]:
    """How many lines the devices have, as far as the catalogue knows."""
    from qgen.lower.counts import inputs_of, irqs_of, outputs_of

    queue: list[Composite] = [resolved.composite]
    while queue:
        composite = queue.pop()
        queue += composite.socs
        own = {soc.name for soc in composite.socs}
        for device in composite.devices:
            known = resolved.catalogue.find(device.type)
            if known is None or device.type in own:
                continue
            given = device.settings
            taken = 0 if device.call is None else len(device.call.to_cpus)
            named_in = [each for each in known.gpio_in if each.name is not None]
            named_out = [each for each in known.gpio_out if each.name is not None]
            yield (
                (composite.name, device.name),
                Counted(
                    (
                        Lines(None, inputs_of(known, given, cpus)),
                        *(Lines(each.name, each.count) for each in named_in),
                    ),
                    (
                        Lines(IRQ, irqs_of(known, given, cpus)),
                        Lines(None, outputs_of(known, given, cpus), taken),
                        *(Lines(each.name, each.count) for each in named_out),
                    ),
                ),
            )


def spots_of(resolved: Resolved) -> Spots:
    """Where the parts of a board and of its SoCs stand."""
    socs = {name: _named(each.source) for name, each in resolved.all_socs().items()}
    return Spots(_named(resolved.source), socs)


def _named(source: Source) -> Source:
    """A source by the shorter one of its file's names, from here or from the root."""
    try:
        near = os.path.relpath(source.name)
    except (OSError, ValueError):
        return source
    return replace(source, name=min(near, source.name, key=len))


def line_of(board: Board, given: Given) -> CommandLine:
    """The command line that the prediction is made for."""
    _judge_ram(board, given.ram_size)
    _judge_cpus(board, given.cpus)
    chosen = {
        name: _value(board, name, value)
        for name, value in (given.properties or {}).items()
    }
    line = usual_line(board, given.ram_size, given.cpus, chosen)
    if given.firmware_size is None:
        return line
    if not isinstance(board.boot, X86BiosBoot):
        raise NotTaken("--bios: only the loader x86-bios maps all of a file")
    return replace(line, firmware_size=given.firmware_size)


def unsized_firmware(board: Board, given: Given) -> str | None:
    """The file that lies below 4 GiB and 1 MiB, where nobody said how large it is."""
    if isinstance(board.boot, X86BiosBoot) and given.firmware_size is None:
        return board.boot.firmware
    return None


def _judge_ram(board: Board, size: int | None) -> None:
    ram = board.ram
    if size is None or ram is None:
        return
    exact = ram.exact is not None and ram.default_size is not None
    if exact and ram.default_size is not None and size != evaluate(ram.default_size):
        raise NotTaken(
            f"-m: {board.name} takes {human(evaluate(ram.default_size))} alone"
        )
    if ram.minimum is not None and size < evaluate(ram.minimum):
        raise NotTaken(
            f"-m: {board.name} takes no less than {human(evaluate(ram.minimum))}"
        )
    if ram.maximum is not None and size > evaluate(ram.maximum):
        raise NotTaken(
            f"-m: {board.name} takes no more than {human(evaluate(ram.maximum))}"
        )


def _judge_cpus(board: Board, cpus: int | None) -> None:
    least, most = board.cpus.minimum or 1, board.most_cpus
    if cpus is not None and not least <= cpus <= most:
        raise NotTaken(f"-smp: {board.name} takes {least} to {most} CPUs")


def _value(board: Board, name: str, value: str) -> bool | str:
    from qgen.diagnostics import did_you_mean

    known = {each.name: each for each in board.properties}
    if name not in known:
        near = did_you_mean(name, known) if known else None
        more = f"; {near}" if near else ""
        raise NotTaken(f"-M: {board.name} has no property {name!r}{more}")
    default = known[name].default
    values = known[name].numbers
    if isinstance(default, bool):
        if value not in ("on", "off"):
            raise NotTaken(f"-M: {name} is on or off, not {value!r}")
        return value == "on"
    if value not in values:
        raise NotTaken(f"-M: {name} is {' or '.join(values)}, not {value!r}")
    return value
