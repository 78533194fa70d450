"""What changed of a device type, or of all, from one catalogue to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qgen.catalogue import Catalogue, DeviceType
from qgen.frozen import frozen
from qgen.lookup.describe import default_of
from qgen.lookup.spec_text import size


@frozen(slots=False)
class Change:
    """One thing that changed; None where it was not, or is no more."""

    what: str
    before: str | None
    after: str | None

    @property
    def text(self) -> str:
        """A line: with a sign for what came, what went, and what is otherwise."""
        if self.before is None:
            return f"+ {self.what}" + (f": {self.after}" if self.after else "")
        if self.after is None:
            return f"- {self.what}" + (f": {self.before}" if self.before else "")
        return f"~ {self.what}: {self.before or 'none'} -> {self.after or 'none'}"


def changes(old: DeviceType, new: DeviceType) -> list[Change]:
    """What changed of a type, but for its properties of every device and CPU's models."""
    found = [
        *_one("parent", old.parent, new.parent),
        *_one("bus", old.bus, new.bus),
        *_one("description", old.description, new.description),
    ]
    for what, of in (("property", _properties), ("binary", _targets)):
        found += _many(what, of(old), of(new))
    if old.abstract == new.abstract and old.realized == new.realized:
        for what, of in (
            ("MMIO region", _mmio),
            ("lines", _lines),
            ("clock", _clocks),
            ("bus", _buses),
            ("device inside", _inside),
            ("need of a property", lambda of: dict.fromkeys(of.needed_properties, "")),
            ("need of a clock", lambda of: dict.fromkeys(of.needed_clocks, "")),
        ):
            found += _many(what, of(old), of(new))
    for what in ("header", "macro", "struct", "cast"):
        found += _one(what, getattr(old, what), getattr(new, what))
    found += _one("Kconfig", " ".join(old.kconfig), " ".join(new.kconfig))
    return found


def of_all(
    old: Catalogue, new: Catalogue, names: Iterable[str]
) -> Iterator[tuple[str, list[Change] | None, bool]]:
    """Each of `names` that differs: what changed, None for all of it; is it new?

    What a type only has from its parent is told there.
    """
    for name in names:
        before, after = old.find(name), new.find(name)
        if before is None or after is None:
            if before is not after:
                yield name, None, before is None
            continue
        above, now_above = old.find(before.parent), new.find(after.parent)
        inherited = changes(above, now_above) if above and now_above else []
        found = [each for each in changes(before, after) if each not in inherited]
        if found:
            yield name, found, False


def _one(what: str, old: str | None, new: str | None) -> list[Change]:
    if old == new:
        return []
    return [Change(what, old or None, new or None)]


def _many(
    what: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield Change(f"{what} {name}", before, after)


def _properties(known: DeviceType) -> dict[str, str]:
    found = {}
    for each in known.properties:
        words = each.type or "?"
        if each.default is not None:
            words += f", default {default_of(each)}"
        if each.choices:
            words += f", one of {' '.join(each.choices)}"
        found[each.name] = words
    return found


def _targets(known: DeviceType) -> dict[str, str]:
    return {f"qemu-system-{each}": "" for each in known.targets}


def _mmio(known: DeviceType) -> dict[str, str]:
    regions = enumerate(known.mmio)
    return {str(n): f"{region.name} {size(region.size)}" for n, region in regions}


def _lines(known: DeviceType) -> dict[str, str]:
    found = {"IRQ outputs": str(known.irqs)} if known.irqs else {}
    for what, lists in (("inputs", known.gpio_in), ("outputs", known.gpio_out)):
        for lines in lists:
            key = what if lines.name is None else f"{what} {lines.name!r}"
            found[key] = str(lines.count)
    return found


def _clocks(known: DeviceType) -> dict[str, str]:
    ends = [
        *(("in", n) for n in known.clocks_in),
        *(("out", n) for n in known.clocks_out),
    ]
    return {f"{name} ({way})": "" for way, name in ends}


def _buses(known: DeviceType) -> dict[str, str]:
    return dict(known.child_buses)


def _inside(known: DeviceType) -> dict[str, str]:
    return dict(known.children + known.realized_children)
