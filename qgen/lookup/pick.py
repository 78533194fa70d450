"""Which device types a person means: by name, or by what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from qgen.catalogue import Catalogue, DeviceType
from qgen.catalogue.known_as import known_as

SYSBUS = "sysbus"
_NO_BUS = "-"
_Holds = Callable[[DeviceType], bool]


def kind_of(known: DeviceType) -> str:
    """In a word, what a type is: the bus that it sits on, or a CPU."""
    if "cpu" in known.ancestors:
        return "cpu"
    return SYSBUS if known.bus == "System" else known.bus or _NO_BUS


def short(known: DeviceType) -> str:
    """A few words on a type: QEMU's own, or where it comes from."""
    if known.description:
        return known.description
    if known.parent not in ("device", "sys-bus-device"):
        return f"a {known.parent}"
    return known.header or ""


def pick(pattern: str, catalogue: Catalogue) -> list[DeviceType]:
    """The types that can be made and that a pattern means, in order of their names.

    A pattern with `*` or `?` is one of names; `KEY:VALUE` asks for what `keys` has; a
    word stands in the name or the description, or is a kind, a bus or a property, or what
    people call such devices.
    """
    real = [each for each in catalogue if not each.abstract]
    key, colon, value = pattern.partition(":")
    if colon and key in keys(catalogue):
        holds = keys(catalogue)[key]
        return [each for each in real if holds(value)(each)]
    wanted = pattern.casefold()
    if any(sign in pattern for sign in "*?"):
        return [each for each in real if fnmatchcase(each.name.casefold(), wanted)]

    meant = known_as(pattern)

    def said(each: DeviceType) -> bool:
        if each.name in meant:
            return True
        words = (each.name, each.description or "", *each.cpu_models)
        alike = any(wanted in word.casefold() for word in words)
        return alike or wanted in (kind_of(each).casefold(), *each.categories)

    found = [each for each in real if said(each)]
    return found or [each for each in real if each.property(pattern)]


def keys(catalogue: Catalogue) -> Mapping[str, Callable[[str], _Holds]]:
    """What can be asked for, by its key."""

    def takes(bus: str, wanted: str) -> bool:
        of = catalogue.bus(bus)
        return of is not None and of.takes(wanted)

    return {
        "bus": lambda value: lambda t: value in (t.bus, kind_of(t)),
        "offers": lambda value: lambda t: any(
            takes(b, value) for _, b in t.child_buses
        ),
        "kind": lambda value: lambda t: value in (kind_of(t), *t.categories),
        "property": lambda value: lambda t: t.property(value) is not None,
        "parent": lambda value: lambda t: value in t.ancestors,
        "target": lambda value: lambda t: value in t.targets,
        "kconfig": lambda value: lambda t: value.removeprefix("CONFIG_") in t.kconfig,
    }
