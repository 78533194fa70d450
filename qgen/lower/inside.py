"""Devices inside others, found by their QOM path in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import did_you_mean, quoted


class NoChild(LookupError):
    """A type has no such child; ``help`` names what it has."""

    def __init__(self, message: str, help: str | None):
        super().__init__(message)
        self.help = help


def inside(
    known: DeviceType, path: Sequence[str], catalogue: Catalogue
) -> DeviceType | None:
    """The type of the device at ``path`` inside one of type ``known``.

    `NoChild` where there is none; None where the catalogue knows no type for it.
    """
    found: DeviceType | None = known
    for name in path:
        if found is None:
            return None
        children = dict(found.children)
        if name not in children:
            message = f"{found.name!r} has no child {quoted(name)}"
            raise NoChild(message, _near(name, children))
        found = catalogue.find(children[name])
    return found


def _near(name: str, children: dict[str, str]) -> str:
    if not children:
        return "it has none that the board could name"
    return did_you_mean(name, children) or f"it has {', '.join(list(children)[:8])}"


def spelled(device: str, path: Sequence[str]) -> str:
    """How a spec writes a device, or one inside it."""
    return "/".join((device, *path))
