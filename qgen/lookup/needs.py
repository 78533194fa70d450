"""What a device needs beside it: found in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.catalogue import Catalogue, DeviceType

CPU = "cpu"
_HOSTS = ("pl022", "pl181", "gpex-pcihost", "versatile_i2c", "virtio-mmio")
"""Tried first: they are small, and boards have them."""
_MOST_HOSTS = 12


def is_cpu(known: DeviceType, catalogue: Catalogue) -> bool:
    """Whether a type is a CPU."""
    return CPU in known.ancestors


def model_of(type_: str, suffix: str) -> str | None:
    """The name of a CPU as a spec has it; None for one of another architecture."""
    return type_.removesuffix(suffix) if type_.endswith(suffix) else None


def hosts_of(bus: str, catalogue: Catalogue) -> Iterator[tuple[DeviceType, str]]:
    """Devices that have a bus on which a device for a bus of type `bus` can sit."""
    for known in catalogue:
        for name, type_ in () if known.abstract else known.child_buses:
            of = catalogue.bus(type_)
            if of is not None and of.takes(bus):
                yield known, name


def buses_for(
    bus: str, target: str, catalogue: Catalogue
) -> Sequence[tuple[DeviceType, str]]:
    """Those of `hosts_of` to try, the simplest first."""

    def rank(found: tuple[DeviceType, str]) -> tuple[object, ...]:
        known = found[0]
        usual = _HOSTS.index(known.name) if known.name in _HOSTS else len(_HOSTS)
        seat = {"System": 0, None: 1}.get(known.bus, 2)
        given = (not known.realized, len(known.given), len(known.mmio))
        return usual, seat, *given, known.name

    able = (
        (known, name)
        for known, name in hosts_of(bus, catalogue)
        if target in known.targets
    )
    return sorted(able, key=rank)[:_MOST_HOSTS]


def cpus_inside(known: DeviceType, catalogue: Catalogue) -> list[str]:
    """The types of the CPUs that a device makes, itself or further inside."""
    there = _inside(known, catalogue, 3) | {
        each.path: each.type for each in known.parts
    }
    found = ((name, catalogue.find(name)) for name in there.values())
    return [name for name, inner in found if inner and CPU in inner.ancestors]


def _inside(known: DeviceType, catalogue: Catalogue, depth: int) -> dict[str, str]:
    """The devices in one of a type, by their paths."""
    there = {}
    for path, name in known.children + known.realized_children:
        there[path] = name
        inner = catalogue.find(name) if depth else None
        if inner is not None:
            below = _inside(inner, catalogue, depth - 1)
            there |= {f"{path}/{each}": of for each, of in below.items()}
    return there


def derived_from(name: str, catalogue: Catalogue) -> list[str]:
    """The types that can be made and derive from `name`."""
    return [t.name for t in catalogue if not t.abstract and name in t.ancestors]
