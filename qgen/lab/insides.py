"""Measures what devices map by themselves, and the address spaces that they make.

Each type is realized as the catalogue's measuring did it, with its regions mapped far
apart; what QEMU then shows at these addresses is what is inside.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from qgen import catalogue
from qgen.catalogue import Catalogue, DeviceType, insides
from qgen.frozen import frozen
from qgen.lab import table_file
from qgen.lab.device_guesses import spelled
from qgen.lab.device_probe import Progress
from qgen.lab.probe_run import ProbeRun
from qgen.lab.sdk import Sdk

APART = 44
"""The regions of a device are so many bits of address apart."""
MARK = "qgen-mark"
BENEATH = -20000
"""The priority of the probe's RAM (see probe.c)."""
FLAGS = "rmc"
"""What is asked of the probe: to realize, to show maps, to reset (see probe.c)."""
MEMORY = "/machine/qgen-memory[0]"
OTHER = "/machine/qgen-other-memory[0]"
SYSTEM = "/machine/unattached/system[0]"
TO_SYSTEM = "system"
"""The flip of a property that links to the system memory, not to a region of its own."""
LINKED = {"qgen-memory": MEMORY, "qgen-other-memory": OTHER}
FLIPPED = ("has_el3", "enable-bitband")
"""Boolean properties that are known to change address spaces."""

_SPACE = re.compile(r' AS "(.*)", root: (.*?)(?:, alias (.*))?')
_ROOT = re.compile(r" Root memory region: (.*)")
_RANGE = re.compile(
    r"  ([0-9a-f]{16})-([0-9a-f]{16}) \(prio (-?\d+), ([^)]*)\): (.*?)(?: @([0-9a-f]{16}))?"
)
Row = tuple[int, int, int, str, str, int]
Name = tuple[str, str, str | None]


@frozen
class View:
    """A FlatView as it is printed."""

    names: tuple[Name, ...]
    root: str
    rows: tuple[Row, ...]


def views(text: str) -> list[View]:
    """The views that ``info mtree -f`` prints."""
    found = []
    for block in text.split("FlatView #")[1:]:
        lines = [line.rstrip("\r") for line in block.splitlines()]
        names = tuple(
            (m[1], m[2], m[3]) for m in map(_SPACE.fullmatch, lines) if m is not None
        )
        root = next(m[1] for m in map(_ROOT.fullmatch, lines) if m is not None)
        rows = tuple(_row(m) for m in map(_RANGE.fullmatch, lines) if m is not None)
        found.append(View(names, root, rows))
    return found


def _row(match: re.Match[str]) -> Row:
    start, end = int(match[1], 16), int(match[2], 16)
    offset = int(match[6] or "0", 16)
    return start, end - start + 1, int(match[3]), match[4], match[5], offset


def measure(
    sdk: Sdk,
    progress: Progress | None = None,
    targets: Sequence[str] | None = None,
) -> bytes:
    """Measure the types of the catalogue of ``sdk``'s release; the bytes of its file.

    ``targets`` are the binaries to ask, by default all.
    """
    known = catalogue.load(sdk.release)
    lines: dict[str, object] = {}
    ports = ""
    with tempfile.TemporaryDirectory(prefix="qgen-insides-") as folder:
        for target in targets or sdk.targets:
            types = [_supplied(e) for e in known if _first(e, sdk) == target]
            if progress is not None:
                progress(f"{target}: realizing {len(types)} types")
            run = ProbeRun(sdk, target, Path(folder))
            lines |= dict(_lines(run, known, types))
            ports = ports or _ports(run, types[0])
    header = {
        "format": insides.FORMAT,
        "release": sdk.release,
        "version": sdk.version,
        "ports": ports,
    }
    return table_file.pack(insides.HEADER, header, lines)


def write(release: str, packed: bytes) -> Path:
    """Put what `measure` gave where `qgen.catalogue.insides_of` finds it."""
    return table_file.put(catalogue.insides_file(release), packed)


@cache
def _catalogue(release: str) -> Catalogue:
    return catalogue.load(release)


def _supplied(each: DeviceType) -> DeviceType:
    """The type with what it was given, which another release may know as well."""
    if each.given or not each.supplied:
        return each
    for release in reversed(catalogue.releases()):
        other = _catalogue(release).find(each.name)
        if other is not None and other.given and other.supplied == each.supplied:
            return replace(each, given=other.given)
    return each


def _ports(run: ProbeRun, any_: DeviceType) -> str:
    """What QEMU calls the I/O space where no device answers."""
    maps = _maps(run, [_request(any_.name, any_, {})])[any_.name]
    return next(row[3] for row in _rows(views(maps["before"]), "I/O") if row[4] == "io")


def _first(each: DeviceType, sdk: Sdk) -> str | None:
    """The target that a type is measured in; None for one that cannot be realized."""
    if each.abstract or not each.realized:
        return None
    return next((target for target in sdk.targets if target in each.targets), None)


def _lines(
    run: ProbeRun, known: Catalogue, types: Sequence[DeviceType]
) -> Iterator[tuple[str, object]]:
    """What is to say of each type that has anything inside."""
    asked = [_request(each.name, each, {}) for each in types]
    flips: dict[str, tuple[DeviceType, str, bool | str]] = {
        f"{each.name} {prop.name}": (each, prop.name, prop.default is not True)
        for each in types
        for prop in each.properties
        if prop.name in FLIPPED and prop.name not in dict(each.given)
    }
    for each in types:
        for name in dict(_to_system(each)):
            flips[f"{each.name} {name}"] = (each, name.lstrip("+"), TO_SYSTEM)
    for id_, (each, name, value) in flips.items():
        more = {name: "on" if value else "off"}
        if value == TO_SYSTEM:
            system = dict(_to_system(each))
            more = {key: at for key, at in system.items() if key.lstrip("+") == name}
        asked.append(_request(id_, each, more))
    maps = _maps(run, asked)
    for each in types:
        usual = _said(each, maps.get(each.name))
        if usual is None:
            yield each.name, {"unknown": True}
            continue
        changed = [
            [name, value, said]
            for id_, (of, name, value) in flips.items()
            if of is each
            for said in (_said(each, maps.get(id_)),)
            if said is not None and said != usual
            if value != TO_SYSTEM or _names(said) != _names(usual)
        ]
        if changed:
            usual = usual | {"flips": changed}
        if usual:
            yield each.name, usual


def _maps(run: ProbeRun, asked: Sequence[str]) -> dict[str, dict[str, str]]:
    """The maps before and after each device was made, and reset if it survives that."""
    maps: dict[str, dict[str, str]] = {}
    for flags in (FLAGS, FLAGS.removesuffix("c")):
        rest = [
            request.replace(f"\t{FLAGS}", f"\t{flags}", 1)
            for request in asked
            if "after" not in maps.get(request.split("\t")[1], {})
        ]
        for record in run.ask(rest):
            if "map" in record:
                maps.setdefault(record["id"], {})[record["stage"]] = record["map"]
    return maps


def _to_system(each: DeviceType) -> Iterator[tuple[str, str]]:
    """What the catalogue gave memory of its own, linked to the system memory."""
    for key, at in each.given:
        if at == MEMORY and "ram" not in key:
            yield key, SYSTEM


def _request(id_: str, each: DeviceType, more: Mapping[str, str]) -> str:
    known = [property_.name for property_ in each.properties]
    pairs = spelled({**dict(each.given), **more}, known)
    given = [f"{key}={value}" for key, value in pairs]
    return "\t".join(["make", id_, each.name, FLAGS, *given])


def _said(each: DeviceType, maps: Mapping[str, str] | None) -> dict[str, object] | None:
    """What two maps say, one before and one after a device was realized."""
    if maps is None or "after" not in maps:
        return None
    before, after = views(maps["before"]), views(maps["after"])
    said: dict[str, object] = {}
    mine = _new(_rows(after, "memory"), _rows(before, "memory"))
    mmio: dict[int, list[Row]] = {}
    for row in mine:
        index = (row[0] >> APART) - 1
        if index >= 0:
            start = row[0] - ((index + 1) << APART)
            mmio.setdefault(index, []).append((start, *row[1:]))
    for index, known in enumerate(each.mmio):
        if known.size:
            mmio.setdefault(index, [])  # a container with nothing in it shows nothing
    inner = {
        str(index): rows
        for index, rows in mmio.items()
        if not _is_plain(each, index, rows)
    }
    if inner:
        said["mmio"] = inner
    direct = [row for row in mine if row[0] >> APART == 0]
    if direct:
        said["memory"] = direct
    ports = _new(_rows(after, "I/O"), _rows(before, "I/O"))
    ports = [row for row in ports if row[4] != "io"]
    if ports:
        said["io"] = ports
    # QEMU prints views in the order of addresses on its heap: by chance.
    spaces = sorted(_spaces(each, before, after), key=lambda s: str(s["names"]))
    if spaces:
        said["spaces"] = spaces
    return said


def _rows(found: Iterable[View], name: str) -> tuple[Row, ...]:
    return next(v.rows for v in found if any(n[0] == name for n in v.names))


def _new(after: Iterable[Row], before: Iterable[Row]) -> list[Row]:
    """What is there now; the probe's own RAM shows where nothing lies above it."""
    known = set(before)
    return [row for row in after if row not in known and not _is_ram(row)]


def _is_ram(row: Row) -> bool:
    """Whether it is the probe's own RAM, which begins at 0 and hides nothing."""
    return row[3:5] == ("ram", "ram") and row[0] == row[5] and row[2] == BENEATH


def _is_plain(each: DeviceType, index: int, rows: Sequence[Row]) -> bool:
    """Whether a region is what the catalogue says of it: all of it i/o, under its name."""
    if index >= len(each.mmio) or len(rows) != 1:
        return False
    known = each.mmio[index]
    return rows[0] == (0, min(known.size, 1 << APART), 0, "i/o", known.name, 0)


def _spaces(
    each: DeviceType, before: Sequence[View], after: Sequence[View]
) -> Iterator[dict[str, object]]:
    known = Counter(name for view in before for name in view.names)
    for view in after:
        own = [name for name in view.names if not _take(known, name)]
        if not own:
            continue
        said: dict[str, object] = {"names": own, "root": view.root}
        board = next(
            (n[0] for n in view.names if n[0] in ("memory", "I/O") and n not in own),
            None,
        )
        linked = LINKED.get(view.root)
        if board is not None:
            said["shares"] = board
        elif linked is not None:
            said["shares"] = _property(each, linked)
        else:
            marked = [row for row in view.rows if row[4] == MARK]
            ram = [row for row in view.rows if _is_ram(row)]
            if marked:
                said["over"] = _property(each, MEMORY)
            elif ram:
                said["over"] = "memory"
            under = {row[:3] for row in _rows(after, "memory")} if ram else set()
            rows = [
                row
                for row in view.rows
                if row not in marked and row not in ram and row[:3] not in under
            ]
            if rows:
                said["pieces"] = rows
        yield said


def _names(said: Mapping[str, object]) -> int:
    """How many address spaces there are."""
    spaces = said.get("spaces", ())
    assert isinstance(spaces, (list, tuple))
    return sum(len(each["names"]) for each in spaces)


def _take(known: Counter[Name], name: Name) -> bool:
    if not known[name]:
        return False
    known[name] -= 1
    return True


def _property(each: DeviceType, path: str) -> str:
    """The property that was given a region."""
    given = (key.lstrip("+") for key, at in each.given if at == path)
    return f"@{next(given, 'memory')}"
