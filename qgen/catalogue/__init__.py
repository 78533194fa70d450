"""The device catalogue: what the device types of one QEMU release are made of.

A leaf. The facts were measured by `qgen.lab.catalogue` inside real QEMU binaries and
ship as one file a release, `data/<release>.jsonl.gz`:

    !<header>\t{"format": 1, "release": "10.0", ...}
    <type name>\t{...}

Lines are sorted by type name (as bytes), and a line holds only the properties that
its parent's line does not. Reading decompresses once, and parses only the lines that
are asked for.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

FORMAT = 1
DATA = Path(__file__).parent / "data"
SUFFIX = ".jsonl.gz"
HEADER = "!qgen-catalogue"
ROOT = "object"

# A gzip container, in zlib's terms; importing gzip costs more than reading the file.
_GZIP = 16 + zlib.MAX_WBITS
# Far above any real catalogue: a damaged or hostile file must not fill the memory.
_MAX_BYTES = 64 * 1024 * 1024


class CatalogueError(ValueError):
    """A catalogue file that is damaged, or of another format."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property that can be set, with QEMU's own name for its type.

    `type` is "bool", "uint32", "str", "link<memory-region>", an enum's name, ...;
    `default` is None where QEMU's property carries none.
    """

    name: str
    type: str
    default: object | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Mmio:
    """One MMIO region of a sysbus device; `size` in bytes (2**64 - 1: all of it)."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of GPIO lines; `name` is None for the unnamed list."""

    name: str | None
    count: int


@dataclass(frozen=True, slots=True)
class DeviceType:
    """One device type of one release.

    Of an abstract type, only what it passes on is known: no lines, no regions.

    `parent` and `ancestors` go up to "object", the nearest first. `bus` is the type
    of bus that it plugs into: "System" for sysbus devices, None for a type that
    needs none. `mmio` is in the order of sysbus's indices, `irqs` the number of
    sysbus outputs, and `gpio_out` is without these. `child_buses` are pairs of name
    and bus type, in the order of their creation; `children` pairs of name and type of
    the devices that a SoC or another container makes in instance_init.

    `realized` says that regions, lines, clocks and buses are those of a realized
    device; otherwise they are those after instance_init, which may be too few.
    `supplied` names what the device was given so that it could be realized:
    properties, input clocks, and "cpu" where a CPU had to exist. `shaped_by` are
    the properties that were seen to change regions (their names too), lines, clocks or
    buses; with one of them set, what stands here does not hold.

    `header` is what a board includes, `macro` the type's name there; both None when
    no header has one. `kconfig` are the Kconfig symbols that its file is built with,
    without CONFIG_. `targets` are the binaries ("aarch64") that have the type, and
    `cpu_models` the names that -cpu takes for it.
    """

    name: str
    parent: str
    ancestors: tuple[str, ...]
    abstract: bool
    bus: str | None
    description: str | None
    user_creatable: bool
    properties: tuple[Property, ...]
    realized: bool
    supplied: tuple[str, ...]
    shaped_by: tuple[str, ...]
    mmio: tuple[Mmio, ...]
    irqs: int
    gpio_in: tuple[Lines, ...]
    gpio_out: tuple[Lines, ...]
    clocks_in: tuple[str, ...]
    clocks_out: tuple[str, ...]
    child_buses: tuple[tuple[str, str], ...]
    children: tuple[tuple[str, str], ...]
    header: str | None
    macro: str | None
    kconfig: tuple[str, ...]
    targets: tuple[str, ...]
    cpu_models: tuple[str, ...]

    def property(self, name: str) -> Property | None:
        """The property called `name`, or None."""
        return next((each for each in self.properties if each.name == name), None)


class Catalogue:
    """The device types of one release, read from the text of its file.

    `source` names the file in errors. Raises `CatalogueError`, here or from any
    method, when the text is not what `qgen.lab.catalogue` writes.
    """

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._lines = text.split("\n")
        if self._lines[-1] == "":
            self._lines.pop()
        self._found: dict[str, DeviceType | None] = {}
        self._walking: set[str] = set()
        key, _, rest = (self._lines or [""])[0].partition("\t")
        if key != HEADER:
            raise CatalogueError(f"{source} is not a device catalogue")
        header = self._object(key, rest)
        if header.get("format") != FORMAT:
            raise CatalogueError(
                f"{source} has format {header.get('format')!r}; "
                f"this qgen reads format {FORMAT}"
            )
        try:
            self.release = str(header["release"])
            self.version = str(header["version"])
            self.targets = tuple(map(str, header["targets"]))
            self._models: Mapping[str, Mapping[str, str]] = header["cpu_models"]
        except (KeyError, TypeError) as error:
            raise self._damaged(key, error) from error

    def find(self, name: str) -> DeviceType | None:
        """The type called `name`, or None when this release has no such device."""
        if name not in self._found:
            self._found[name] = self._parse(name)
        return self._found[name]

    def names(self) -> Sequence[str]:
        """The names of all types, abstract ones too, sorted."""
        return [line.partition("\t")[0] for line in self._lines[1:]]

    def nearest(self, name: str, n: int = 3) -> list[str]:
        """At most `n` names of types that can be created and look like `name`.

        The likest first; of equally like ones, those that begin as `name` does.
        """
        from difflib import SequenceMatcher, get_close_matches

        names = (
            line.partition("\t")[0]
            for line in self._lines[1:]
            if '"abstract":true' not in line
        )
        plain = {_plain(each): each for each in names}
        wanted = _plain(name)

        def unlikeness(candidate: str) -> tuple[float, int]:
            alike = takewhile(bool, map(str.__eq__, candidate, wanted))
            ratio = SequenceMatcher(None, candidate, wanted).ratio()
            return -ratio, -sum(alike)

        found = get_close_matches(wanted, plain, 4 * n)
        return [plain[each] for each in sorted(found, key=unlikeness)][:n]

    def cpu_models(self, target: str) -> Mapping[str, str]:
        """CPU models of `target` ("aarch64") as -cpu takes them, with their types.

        `MachineClass.default_cpu_type` takes the type. Empty for an unknown target.
        """
        models = self._models.get(target, {})
        if not isinstance(models, dict):
            raise self._damaged(HEADER, TypeError("cpu_models is not a mapping"))
        return models

    def __iter__(self) -> Iterator[DeviceType]:
        """All types in the order of their names; parses the whole file."""
        for name in self.names():
            found = self.find(name)
            if found is not None:
                yield found

    def __len__(self) -> int:
        return len(self._lines) - 1

    def _parse(self, name: str) -> DeviceType | None:
        index = bisect_left(self._lines, f"{name}\t", lo=1)
        if index == len(self._lines):
            return None
        key, _, rest = self._lines[index].partition("\t")
        if key != name:
            return None
        data = self._object(key, rest)
        if name in self._walking:
            raise self._damaged(key, ValueError("it is its own ancestor"))
        self._walking.add(name)
        try:
            return _device_type(name, data, self._parent(name, data))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, CatalogueError):
                raise
            raise self._damaged(key, error) from error
        finally:
            self._walking.discard(name)

    def _parent(self, name: str, data: Mapping[str, Any]) -> DeviceType | None:
        if data["parent"] == ROOT:
            return None
        parent = self.find(data["parent"])
        if parent is None:
            raise KeyError(f"parent {data['parent']!r}")
        return parent

    def _object(self, key: str, text: str) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._damaged(key, error) from error
        if not isinstance(data, dict):
            raise self._damaged(key, TypeError("not a JSON object"))
        return data

    def _damaged(self, key: str, error: Exception) -> CatalogueError:
        return CatalogueError(f"{self._source} is damaged at {key!r}: {error}")


def _device_type(
    name: str, data: Mapping[str, Any], parent: DeviceType | None
) -> DeviceType:
    own = {entry[0]: Property(*entry) for entry in data.get("properties", ())}
    gone = set(data.get("dropped", ()))
    inherited = {each.name: each for each in parent.properties} if parent else {}
    merged = {key: each for key, each in inherited.items() if key not in gone} | own
    ancestors = (parent.name, *parent.ancestors) if parent else (ROOT,)
    return DeviceType(
        name=name,
        parent=data["parent"],
        ancestors=ancestors,
        abstract=data.get("abstract", False),
        bus=data.get("bus"),
        description=data.get("description"),
        user_creatable=data.get("user_creatable", False),
        properties=tuple(merged[key] for key in sorted(merged)),
        realized=data.get("realized", False),
        supplied=tuple(data.get("supplied", ())),
        shaped_by=tuple(data.get("shaped_by", ())),
        mmio=tuple(Mmio(*entry) for entry in data.get("mmio", ())),
        irqs=data.get("irqs", 0),
        gpio_in=tuple(Lines(*entry) for entry in data.get("gpio_in", ())),
        gpio_out=tuple(Lines(*entry) for entry in data.get("gpio_out", ())),
        clocks_in=tuple(data.get("clocks_in", ())),
        clocks_out=tuple(data.get("clocks_out", ())),
        child_buses=tuple((bus, of) for bus, of in data.get("child_buses", ())),
        children=tuple((child, of) for child, of in data.get("children", ())),
        header=data.get("header"),
        macro=data.get("macro"),
        kconfig=tuple(data.get("kconfig", ())),
        targets=tuple(data.get("targets", ())),
        cpu_models=tuple(data.get("cpu_models", ())),
    )


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def releases() -> tuple[str, ...]:
    """The releases that have a catalogue ("10.0"), oldest first."""
    found = [path.name[: -len(SUFFIX)] for path in DATA.glob(f"*{SUFFIX}")]
    return tuple(sorted(found, key=_age))


def load(release: str) -> Catalogue:
    """The catalogue of `release` ("10.0").

    Raises `LookupError` when there is none, and `CatalogueError` when its file is
    damaged.
    """
    if release not in releases():
        there = ", ".join(releases()) or "none"
        raise LookupError(f"no device catalogue for QEMU {release!r}; there is {there}")
    path = DATA / f"{release}{SUFFIX}"
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from error
    return parse(packed, str(path))


def parse(packed: bytes, source: str) -> Catalogue:
    """The catalogue in `packed`, the bytes of a catalogue file.

    `source` names them in errors. Raises `CatalogueError` when they are none.
    """
    inflate = zlib.decompressobj(_GZIP)
    try:
        text = inflate.decompress(packed, _MAX_BYTES).decode("utf-8")
    except (zlib.error, UnicodeDecodeError) as error:
        raise CatalogueError(f"{source} is damaged: {error}") from error
    if not inflate.eof:
        raise CatalogueError(f"{source} is damaged: it ends early, or is far too big")
    return Catalogue(text, source)


def _age(release: str) -> tuple[tuple[int, ...], str]:
    parts = release.split(".")
    return tuple(int(part) if part.isdigit() else -1 for part in parts), release
