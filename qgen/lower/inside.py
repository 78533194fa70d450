"""Devices inside others, found by their QOM path in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import did_you_mean, quoted
from qgen.expr import Expr, Num
from qgen.spec.ends import SinkText


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
        children = dict(found.children + found.realized_children)
        if name not in children:
            message = f"{found.name!r} has no child {quoted(name)}"
            raise NoChild(message, _near(name, children))
        found = catalogue.find(children[name])
    if path and found is not None:
        found = catalogue.part(known.name, "/".join(path)) or found
    return found


def is_made_late(known: DeviceType, path: Sequence[str], catalogue: Catalogue) -> bool:
    """Whether the device at ``path`` is there only when the outer one is realized."""
    outer = inside(known, path[:-1], catalogue)
    early = dict(outer.children) if outer is not None else {path[-1]: ""}
    late = len(path) > 1 and is_made_late(known, path[:-1], catalogue)
    return late or path[-1] not in early


def child_path(
    known: DeviceType, written: SinkText, catalogue: Catalogue
) -> tuple[tuple[str, ...], list[Expr]]:
    """The path of a device inside one of type ``known``, and the brackets behind it.

    The first bracket may belong to the child's name: ``smbus[1]``.
    """
    *names, last = written.path
    brackets = list(written.path_brackets)
    owner = inside(known, names, catalogue)
    if brackets and isinstance(brackets[0], Num):
        numbered = f"{last}[{brackets[0].value}]"
        if owner is None and len(brackets) > 1:
            return (*names, numbered), brackets[1:]
        if owner is not None and last not in dict(
            owner.children + owner.realized_children
        ):
            inside(owner, (numbered,), catalogue)
            return (*names, numbered), brackets[1:]
    if owner is not None:
        inside(owner, (last,), catalogue)
    return (*names, last), brackets


def _near(name: str, children: dict[str, str]) -> str:
    if not children:
        return "it has none that the board could name"
    return did_you_mean(name, children) or f"it has {', '.join(list(children)[:8])}"


def spelled(device: str, path: Sequence[str]) -> str:
    """How a spec writes a device, or one inside it."""
    return "/".join((device, *path))
