"""From a board to the page that shows all of it."""

from __future__ import annotations

from collections.abc import Iterator

from qgen import __version__
from qgen.board import (
    Array,
    Audiodev,
    Board,
    Chardev,
    Choice,
    Chosen,
    Composite,
    Device,
    Drive,
    Link,
    MachineValue,
    PciAddress,
    Place,
    Soc,
    Value,
)
from qgen.compose.picturing import Given, line_of, map_of, spots_of, wires_of
from qgen.compose.rendering import render
from qgen.compose.resolving import Resolved
from qgen.expr import Entry, Expr, Num, Sym, Var, evaluate, variables
from qgen.figures import hexadecimal, human
from qgen.picture import Spot, Spots, draw_map_svg, draw_wires_svg
from qgen.picture.regions import look_of, part_name, spot_of
from qgen.predict import CommandLine, Space, flat_view, memory_tree
from qgen.report import CLine, CText, DeviceRow, Page, RangeRow, SpecText, write_page


def report(resolved: Resolved, given: Given) -> str:
    """The page of a board; `Rejected`, `NotTaken` and `GeneratorFault` as elsewhere."""
    board, spots = resolved.board, spots_of(resolved)
    line = line_of(board, given)
    specs = tuple(_specs(spots))
    files = tuple(_files(resolved, spots))
    page = Page(
        board.name,
        board.description,
        resolved.target.release,
        f"qgen report, {__version__}",
        "",
        "",
        tuple(_ranges(board, line, spots)),
        tuple(_devices(board, line, spots, "", resolved)),
        specs,
        files,
    )

    def link(spot: Spot) -> str | None:
        anchor = page.anchor(spot)
        return None if anchor is None else f"#{anchor}"

    return write_page(
        Page(
            page.machine,
            page.description,
            page.release,
            page.command,
            draw_map_svg(map_of(resolved, given), link),
            draw_wires_svg(wires_of(resolved, given), link),
            page.ranges,
            page.devices,
            specs,
            files,
        )
    )


def _specs(spots: Spots) -> Iterator[SpecText]:
    for source in spots.sources():
        yield SpecText(source.name, tuple(source.lines))


def _files(resolved: Resolved, spots: Spots) -> Iterator[CText]:
    """The C of the board and its SoCs, line by line."""
    from qgen.emit import emit
    from qgen.traced import traced

    for each in (resolved, *resolved.all_socs().values()):
        rendered = render(each)
        made = emit(each.composite, each.target, each.catalogue, __version__)
        inside: dict[str, Composite] = {s.name: s for s in each.composite.socs}
        inside[each.composite.name] = each.composite
        lines = []
        for text, origin in traced(made.unit):
            spot = None
            if origin is not None and origin[0] in inside:
                spot = spots.of(inside[origin[0]], origin[1])
            lines.append(CLine(text, spot))
        yield CText(rendered.file, tuple(lines))
        for name, text in rendered.headers.items():
            yield CText(name, tuple(CLine(line, None) for line in text.splitlines()))


def _ranges(board: Board, line: CommandLine, spots: Spots) -> Iterator[RangeRow]:
    for space, root in memory_tree(board, line).items():
        if not root.subregions and space is not Space.MEMORY:
            continue
        for each in flat_view(root):
            cause = each.region.cause
            what = look_of(each.region).value
            if cause is not None:
                what = f"{what} {part_name(cause)}"
                if isinstance(cause.part, Device):
                    what += f", {cause.part.type}"
            spot = None if cause is None else spot_of(cause, spots)
            yield RangeRow(
                space.value,
                each.start,
                each.end - 1,
                each.region.name,
                each.offset,
                what,
                spot,
            )


def _devices(
    owner: Composite, line: CommandLine, spots: Spots, prefix: str, resolved: Resolved
) -> Iterator[DeviceRow]:
    socs: dict[str, Soc] = {soc.name: soc for soc in owner.socs}
    for device in owner.devices:
        if not line.has(device):
            continue
        known = resolved.catalogue.find(device.type)
        properties = tuple(
            (
                "/".join((*getattr(holder, "path", ()), prop.name)),
                shown(prop.value),
                spots.of(owner, prop.origin),
            )
            for holder in device.holders
            for prop in holder.properties
        )
        count = 1 if device.count is None else evaluate(device.count)
        yield DeviceRow(
            prefix + device.name,
            device.type or "made by a function",
            count,
            (known.description if known is not None else None) or "",
            tuple(hexadecimal(evaluate(m.address, {"n": 0})) for m in device.mmio),
            properties,
            spots.of(owner, device.origin),
        )
        if device.type in socs:
            inner = f"{prefix}{device.name}/"
            yield from _devices(socs[device.type], line, spots, inner, resolved)


def shown(value: Value) -> str:
    """The value of a property in words."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case Array(_, items):
            return f"[{', '.join(map(shown, items))}]"
        case Chardev(index):
            return f"serial {_number(index)}"
        case Link(Place() as place):
            return f"→ {'/'.join((place.device, *place.path))}"
        case Link(target):
            return f"→ {target}"
        case MachineValue(field):
            return f"the machine's {field}"
        case Chosen(name):
            return f"-M {name}"
        case Choice(_, then, otherwise):
            return f"{shown(then)} or {shown(otherwise)}"
        case Drive(interface, bus, unit):
            return f"drive {interface}, bus {_number(bus)}, unit {_number(unit)}"
        case Audiodev():
            return "-M audiodev"
        case PciAddress(slot, function):
            return f"{slot:02x}.{function:x}"
        case _:
            return _number(value)


def _number(expr: Expr) -> str:
    match expr:
        case Num(number, digits, unit) if digits is not None:
            return digits if unit is None else f"{digits} {unit}"
        case Sym(name, number):
            return f"{name} ({number})"
        case Entry(entry, field, number):
            return f"{entry}.{field} ({human(number)})"
        case Var(name):
            return name
        case _ if variables(expr):
            return f"by {', '.join(sorted(variables(expr)))}"
        case _:
            return str(evaluate(expr))
