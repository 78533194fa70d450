"""The device catalogue: what the device types of one QEMU release are made of.

A leaf. The facts were measured by `qgen.lab.catalogue` inside real QEMU binaries and
ship as one file a release, `data/<release>.jsonl.gz`:

    !<header>\t{"format": 2, "release": "10.0", ...}
    <type name>\t{...}

Lines are sorted by type name (as bytes), and a line holds only the properties that
its parent's line does not. Reading decompresses once, and parses only the lines that
are asked for. The header has the types of buses, and the choices of enums.

A person's own QEMU has one in a folder, as `devices.jsonl.gz` beside
`functions.jsonl.gz`: what it says is judged before it is believed (`strict`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgen.catalogue import table
from qgen.catalogue.errors import CatalogueError
from qgen.catalogue.lines import device_type, in_place
from qgen.catalogue.types import BusType, DeviceType, Lines, Mmio, Part, Property

if TYPE_CHECKING:
    from qgen.catalogue.helpers import Function, Functions
    from qgen.catalogue.insides import Insides

__all__ = [
    "RENAMED",
    "BusType",
    "Catalogue",
    "CatalogueError",
    "DeviceType",
    "Lines",
    "Mmio",
    "Part",
    "Property",
    "functions",
    "is_own",
    "load",
    "load_own",
    "parse",
    "releases",
]

FORMAT = 2
DATA = Path(__file__).parent / "data"
SUFFIX = ".jsonl.gz"
FUNCTIONS = "functions-"
INSIDES = "insides-"
OWN_DEVICES = f"devices{SUFFIX}"
OWN_FUNCTIONS = f"functions{SUFFIX}"
HEADER = "!qgen-catalogue"
ROOT = "object"


class Catalogue:
    """The device types of one release, read from the text of its file.

    `source` names the file in errors, `folder` where it lies if it is a person's own.
    Raises `CatalogueError`, here or from any method, when the text is not what
    `qgen.lab.catalogue` writes.
    """

    def __init__(self, text: str, source: str, folder: Path | None = None) -> None:
        self.folder = folder
        self._table = table.Table(text, source, HEADER, FORMAT, "a device catalogue")
        self._found: dict[str, DeviceType | None] = {}
        self._walking: set[str] = set()
        self._functions: Functions | None = None
        header = self._table.header
        try:
            self.release = str(header["release"])
            self.version = str(header["version"])
            self.targets = tuple(map(str, header["targets"]))
            self._models: Mapping[str, Mapping[str, str]] = header["cpu_models"]
            self._buses: Mapping[str, Mapping[str, Any]] = header["buses"]
            self._enums: Mapping[str, Sequence[str]] = header["enums"]
            if folder is not None:
                from qgen.catalogue.strict import judge_header

                judge_header(header)
        except (KeyError, TypeError, ValueError) as error:
            raise self._table.damaged(HEADER, error) from error

    def functions(self) -> Functions:
        """The C functions that boards with these types can call; raises as `load`."""
        if self._functions is None:
            self._functions = functions(self.release, self.folder)
        return self._functions

    def find(self, name: str) -> DeviceType | None:
        """The type called `name`, or None when this release has no such device."""
        if name not in self._found:
            self._found[name] = self._parse(name)
        return self._found[name]

    def part(self, name: str, path: str) -> DeviceType | None:
        """The device at `path` inside one of the type `name`, as it is there.

        `path` has names of children, with "/" between them; None where there is no
        such child. Inside a realized type, the lines, regions and buses are those that
        the device has there: they hold unless the outer device is given one of its
        `children_shaped_by`. Otherwise they are those of the inner type, alone.
        """
        outer = self.find(name)
        if outer is None:
            return None
        parts = {each.path: each for each in outer.parts}
        found = outer
        walked = ""
        for step in path.split("/"):
            walked = f"{walked}/{step}" if walked else step
            children = dict(found.children + found.realized_children)
            there = parts[walked].type if walked in parts else children.get(step, "")
            inner = self.find(there)
            if inner is None:
                return None
            found = inner
        if path in parts:
            return in_place(parts[path], found)
        return replace(found, shaped_by=()) if outer.realized else found

    def names(self) -> Sequence[str]:
        """The names of all types, abstract ones too, sorted."""
        return self._table.names()

    def extended(self, types: Iterable[DeviceType]) -> Catalogue:
        """This catalogue with more types, which hide its own of the same name."""
        other = copy(self)
        other._found = self._found | {each.name: each for each in types}
        return other

    def nearest(self, name: str, n: int = 3) -> list[str]:
        """At most `n` names of types that can be created and look like `name`.

        The likest first; of equally like ones, those that begin as `name` does. Before
        all stand those that people call so.
        """
        from qgen.catalogue.known_as import known_as

        meant = [each for each in known_as(name) if self.find(each) is not None]
        like = table.nearest(name, self._table.names('"abstract":true'), n)
        return list(dict.fromkeys([*meant, *like]))[:n]

    def bus(self, name: str) -> BusType | None:
        """The type of bus called `name`, or None when this release has none."""
        try:
            if name not in self._buses:
                return None
            facts = self._buses[name]
            ancestors: list[str] = [facts["parent"]]
            while ancestors[-1] != ROOT and len(ancestors) <= len(self._buses) + 1:
                above = self._buses.get(ancestors[-1], {})
                ancestors.append(above.get("parent", ROOT))
            max_dev = facts.get("max_dev")
            return BusType(
                name, tuple(ancestors), facts.get("abstract", False), max_dev
            )
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._table.damaged(HEADER, error) from error

    def cpu_models(self, target: str) -> Mapping[str, str]:
        """CPU models of `target` ("aarch64") as -cpu takes them, with their types.

        `MachineClass.default_cpu_type` takes the type. Empty for an unknown target.
        """
        models = self._models.get(target, {})
        if not isinstance(models, dict):
            raise self._table.damaged(HEADER, TypeError("cpu_models is not a mapping"))
        return models

    def __iter__(self) -> Iterator[DeviceType]:
        """All types in the order of their names; parses the whole file."""
        for name in self.names():
            found = self.find(name)
            if found is not None:
                yield found

    def __len__(self) -> int:
        return len(self._table)

    def _parse(self, name: str) -> DeviceType | None:
        data = self._table.find(name)
        if data is None:
            return None
        if name in self._walking:
            raise self._table.damaged(name, ValueError("it is its own ancestor"))
        self._walking.add(name)
        try:
            found = device_type(name, data, self._parent(name, data), self._enums)
            if self.folder is not None:
                from qgen.catalogue.strict import judge_type

                judge_type(found)
            return found
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, CatalogueError):
                raise
            raise self._table.damaged(name, error) from error
        finally:
            self._walking.discard(name)

    def _parent(self, name: str, data: Mapping[str, Any]) -> DeviceType | None:
        if data["parent"] == ROOT:
            return None
        parent = self.find(data["parent"])
        if parent is None:
            raise KeyError(f"parent {data['parent']!r}")
        return parent


def releases() -> tuple[str, ...]:
    """The releases that have a catalogue ("10.0"), oldest first."""
    names = (path.name.removesuffix(SUFFIX) for path in DATA.glob(f"*{SUFFIX}"))
    return tuple(
        sorted((n for n in names if not n.startswith((FUNCTIONS, INSIDES))), key=_age)
    )


def insides_file(release: str) -> Path:
    """Where the insides of the types of `release` are, if they were measured."""
    return DATA / f"{INSIDES}{release}{SUFFIX}"


def insides_of(release: str) -> Insides | None:
    """What devices of `release` map by themselves; None where nobody measured it."""
    from qgen.catalogue.insides import Insides

    path = insides_file(release)
    return Insides(table.read(path), str(path)) if path.exists() else None


def load(release: str, folder: Path | None = None) -> Catalogue:
    """The catalogue of `release` ("10.0"); with a `folder`, the person's own there.

    Raises `LookupError` when there is none, and `CatalogueError` when its file is
    damaged, or that of another release.
    """
    if folder is not None:
        own = load_own(folder)
        if own.release != release:
            raise CatalogueError(
                f"{folder} is the catalogue of QEMU {own.version}, not of {release}"
            )
        return own
    path = _path(release)
    return parse(table.read(path), str(path))


def load_own(folder: Path) -> Catalogue:
    """The catalogue in a folder of a person's own; `CatalogueError` where it is none."""
    path = folder / OWN_DEVICES
    if not is_own(folder):
        raise CatalogueError(f"{folder} has no catalogue: there is no {OWN_DEVICES}")
    return Catalogue(table.unpack(table.read(path), str(path)), str(path), folder)


def is_own(folder: Path) -> bool:
    """Whether a folder has a catalogue of a person's own."""
    return (folder / OWN_DEVICES).is_file()


def functions(release: str, folder: Path | None = None) -> Functions:
    """The C functions of `release` ("10.0") that boards can call; raises as `load`."""
    from qgen.catalogue import helpers

    if folder is not None:
        path = folder / OWN_FUNCTIONS
        return helpers.parse(table.read(path), str(path), believed=False)
    path = _path(release).with_name(f"{FUNCTIONS}{release}{SUFFIX}")
    return helpers.parse(table.read(path), str(path))


RESPELLED = (
    *("fw_cfg_init_mem_dma", "i8257_dma_init", "isa_bus_register_input_irqs"),
    "pci_init_nic_devices",
)
"""Functions that boards call as the newest release has them: qgen's C does the same in
another way where a release has none, or one that takes something else."""
RENAMED = {
    "fw_cfg_init_mem_wide": "fw_cfg_init_mem_dma",
    "isa_bus_irqs": "isa_bus_register_input_irqs",
}
"""What older releases call some of them."""


def function(functions_: Functions, name: str) -> Function | None:
    """The function called `name` as boards of a release call it, or None."""
    if name not in RESPELLED:
        return functions_.find(name)
    found = (functions(each).find(name) for each in reversed(releases()))
    return next((each for each in found if each is not None), None)


def parse(packed: bytes, source: str) -> Catalogue:
    """The catalogue in `packed`, the bytes of a catalogue file.

    `source` names them in errors. Raises `CatalogueError` when they are none.
    """
    return Catalogue(table.unpack(packed, source), source)


def _path(release: str) -> Path:
    if release not in releases():
        there = ", ".join(releases()) or "none"
        raise LookupError(f"no device catalogue for QEMU {release!r}; there is {there}")
    return DATA / f"{release}{SUFFIX}"


def _age(release: str) -> tuple[tuple[int, ...], str]:
    parts = release.split(".")
    return tuple(int(part) if part.isdigit() else -1 for part in parts), release
