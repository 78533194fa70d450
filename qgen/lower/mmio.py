"""The MMIO regions of devices, matched with those that their types have."""

from __future__ import annotations

from qgen.board import IO, Arch, Mmio, Property
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code
from qgen.expr import Entry, Expr, Num, Var, evaluate
from qgen.lower.counts import mmio_of, shaping
from qgen.lower.memory import is_container
from qgen.lower.places import address, human
from qgen.lower.scope import Scope, scaled
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite


class Regions:
    """The MMIO regions of the devices of a spec."""

    def __init__(self, spec: Composite, scope: Scope):
        self.spec, self.scope = spec, scope

    def lower(
        self,
        device: model.Device,
        known: DeviceType,
        properties: tuple[Property, ...],
        count: Expr | None,
        path: Path,
    ) -> tuple[Mmio, ...]:
        """The MMIO regions, matched with those that the type has."""
        values = {p.name: p.value for p in properties}
        regions, shaped = mmio_of(known, values), shaping(known, values)
        done: dict[int, Mmio] = {}
        for place, written in enumerate(device.at):
            here: Path = (*path, "at", place)
            index = place if written.region is None else written.region
            if not 0 <= index < len(regions) or index in done:
                self._no_region(known, index, len(regions), index in done, here)
                continue
            label, size = regions[index].name, regions[index].size
            if written.size is None and shaped is not None:
                message = f"the property {shaped!r} may change the size of this region"
                help_ = f"state it, in a mapping: {{at: ..., size: {human(size)}}}"
                self.scope.error(Code.Q0213, message, (*here, "at"), help_)
            if written.size is not None:
                size = self._stated_size(written.size, (*here, "size")) or size
            base = address(written.at, (*here, "at"), self.scope)
            if base is None or not self._fits(base, size, known, (*here, "at")):
                continue
            base = repeated(base, count, Num(size), (*here, "at"), self.scope)
            container = written.in_
            if container is not None and not self._is_container(container, here):
                continue
            done[index] = Mmio(
                index, base, label, size, written.priority, (*here, "at"), container
            )
        return tuple(done.values())

    def _is_container(self, name: str, path: Path) -> bool:
        """Whether a region can be mapped into ``name``."""
        if name == IO and self.scope.arch is not Arch.X86_64:
            message = f"{self.scope.arch.value!r} has no port I/O space"
            help_ = "write in: system to map the region into the system memory"
            self.scope.error(Code.Q0214, message, (*path, "in"), help_)
            return False
        return is_container(name, self.spec, (*path, "in"), self.scope)

    def _no_region(
        self, known: DeviceType, index: int, count: int, mapped: bool, path: Path
    ) -> None:
        what = f"{known.name!r} has no MMIO region {index}"
        if mapped:
            what = f"the MMIO region {index} of this device is mapped already"
        help_ = f"it has the regions 0 to {count - 1}"
        if count < 2:
            help_ = "it has only region 0" if count else "it has none: leave out 'at'"
        self.scope.error(Code.Q0213, what, (*path, "region"), help_)

    def _stated_size(self, written: Expr, path: Path) -> int | None:
        expr = self.scope.resolve(written, path, field="size")
        return None if expr is None else self.scope.number(expr, path, low=1)

    def _fits(self, base: Expr, size: int, known: DeviceType, path: Path) -> bool:
        """Whether the region fits the memory map entry that it is mapped at."""
        if not isinstance(base, Entry):
            return True
        window = evaluate(self.scope.entries[base.entry].size)
        if size <= window:
            return True
        self.scope.error(
            Code.Q0213,
            f"the MMIO region of {known.name!r} has {human(size)}, "
            f"{base.entry} only {human(window)}",
            path,
        )
        return False


def repeated(
    base: Expr, count: Expr | None, size: Expr, path: Path, scope: Scope
) -> Expr:
    """The address of number ``n``."""
    if count is None:
        return base
    if not isinstance(base, Entry):
        return scaled(base, Var("n"), size)
    entry, wanted = scope.entries[base.entry], evaluate(count)
    there = 1 if entry.count is None else evaluate(entry.count)
    if there < wanted:
        scope.error(
            Code.Q0214,
            f"the memory map has {there} {base.entry}, the board {wanted}",
            path,
            f"write count: {wanted} in the entry",
        )
    return scaled(base, Var("n"), Entry(base.entry, "size", evaluate(entry.size)))
