"""The MMIO regions of devices, matched with those that their types have."""

from __future__ import annotations

from qgen.board import IO, MOST_CPUS, Arch, Mmio, Property, Window
from qgen.catalogue import DeviceType
from qgen.diagnostics import Code
from qgen.expr import Entry, Expr, Num, Var, evaluate, variables
from qgen.figures import written_as
from qgen.lower.counts import mmio_of, shaping
from qgen.lower.makers import Making
from qgen.lower.memory import is_container
from qgen.lower.places import address, human
from qgen.lower.scope import Scope, scaled
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite, Spec


class Regions:
    """The MMIO regions of the devices of a spec."""

    def __init__(self, spec: Composite, scope: Scope):
        self.spec, self.scope = spec, scope

    def lower(
        self,
        device: model.Device,
        known: DeviceType,
        properties: tuple[Property, ...],
        making: Making | None,
        count: Expr | None,
        path: Path,
    ) -> tuple[Mmio, ...]:
        """The MMIO regions, matched with those that the type has.

        ``making`` is what a function does: it maps them, and sets more properties.
        """
        given = None if making is None else making.settings
        values = {p.name: p.value for p in (*properties, *(given or ()))}
        regions, shaped = mmio_of(known, values), shaping(known, values)
        done: list[Mmio] = []
        if making is not None and given is not None and not device.at:
            return tuple(making.mapped(regions))
        whole: dict[int, bool] = {}
        for place, written in enumerate(device.at):
            here: Path = (*path, "at", place)
            index = place if written.region is None else written.region
            mapped = index in whole and (whole[index] or written.window is None)
            if not 0 <= index < len(regions) or mapped:
                self._no_region(known, index, len(regions), mapped, here)
                continue
            whole[index] = written.window is None
            label, size = regions[index].name, regions[index].size
            varying: Expr | None = None
            if written.size is None and shaped is not None and written.window is None:
                message = f"the property {shaped!r} may change the size of this region"
                help_ = f"state it, in a mapping: {{at: ..., size: {written_as(size)}}}"
                self.scope.error(Code.Q0213, message, (*here, "at"), help_)
            self._judge_empty(known, device, index, here)
            if written.size is not None:
                usual = size
                size, varying = self._stated_size(written.size, size, (*here, "size"))
                if given is not None and shaped is None and size != usual:
                    self._other_size(device, size, usual, (*here, "size"))
            window, ok = self._window(device, written, size, (*here, "window"))
            if not ok:
                continue
            mapped_size = size if window is None else evaluate(window.size)
            base = address(written.at, (*here, "at"), self.scope)
            if base is None or not self._fits(base, mapped_size, known, (*here, "at")):
                continue
            base = repeated(base, count, Num(size), (*here, "at"), self.scope)
            container = written.in_
            if container is not None and not self._is_container(container, here):
                continue
            done.append(
                Mmio(
                    index,
                    base,
                    label,
                    size,
                    written.priority,
                    (*here, "at"),
                    container,
                    varying,
                    window,
                )
            )
        return tuple(done)

    def _judge_empty(
        self, known: DeviceType, device: model.Device, index: int, path: Path
    ) -> None:
        """A size that the board states does not make a region as large as that."""
        names = known.sized_by
        if index or device.call is not None or not names:
            return
        if not any(name in device.properties for name in names):
            message = f"the region of {known.name!r} is empty without its {names[0]!r}"
            help_ = f"add properties: {{{names[0]}: SIZE}}"
            self.scope.error(Code.Q0213, message, path, help_)

    def _other_size(
        self, device: model.Device, size: int, made: int, path: Path
    ) -> None:
        function = "" if device.call is None else device.call.function
        message = (
            f"the region that {function}() makes has {human(made)}, not {human(size)}"
        )
        help_ = f"write size: {written_as(made)}, or change the argument"
        self.scope.error(Code.Q0213, message, path, help_)

    def _window(
        self, device: model.Device, written: model.Mmio, size: int, path: Path
    ) -> tuple[Window | None, bool]:
        """The part of a region of ``size`` bytes that is mapped; and if that is right."""
        if written.window is None:
            return None, True
        if device.count is not None:
            message = "there are several of this device, and a window is into one"
            help_ = "describe each of them by itself"
            self.scope.error(Code.Q0214, message, path, help_, key=True)
            return None, False
        wanted = self.scope.resolve(written.window.size, (*path, "size"), field="size")
        start: Expr | None = Num(0)
        if written.window.offset is not None:
            here = (*path, "offset")
            start = self.scope.resolve(written.window.offset, here, field="base")
            if start is not None and self.scope.number(start, here) is None:
                start = None
        if wanted is None or start is None:
            return None, False
        if self.scope.number(wanted, (*path, "size"), low=1) is None:
            return None, False
        if evaluate(start) + evaluate(wanted) > size:
            left = size - evaluate(start)
            help_ = "the window begins past its end"
            if left > 0:
                help_ = f"from this offset on it has {human(left)}"
            self.scope.error(
                Code.Q0213,
                f"the window ends at {evaluate(start) + evaluate(wanted):#x}, the "
                f"region has {human(size)}",
                (*path, "size"),
                help_,
            )
            return None, False
        return Window(written.window.name, start, wanted), True

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
        if not known.realized and not mapped:
            what = f"what regions {known.name!r} has was not measured"
            reason = known.refused or "QEMU ends where it is made alone"
            help_ = f"it could not be made alone ({reason}): map it in a hook"
        self.scope.error(Code.Q0213, what, (*path, "region"), help_)

    def _stated_size(
        self, written: Expr, usual: int, path: Path
    ) -> tuple[int, Expr | None]:
        """The most bytes that a region has; and how many, where -smp decides it."""
        expr = self.scope.resolve(written, path, field="size", run_time=("cpus",))
        if expr is None:
            return usual, None
        if not variables(expr):
            return self.scope.number(expr, path, low=1) or usual, None
        most = evaluate(expr, {"cpus": most_cpus(self.spec)})
        if not 0 < most < 1 << 64:
            message = f"the region would have {most} bytes with all CPUs"
            self.scope.error(Code.Q0203, message, path)
            return usual, None
        return most, expr

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
            f"write size: {written_as(size)} in the entry",
        )
        return False


def most_cpus(spec: Composite) -> int:
    """How many CPUs there can be."""
    return (spec.cpus.max or 1) if isinstance(spec, Spec) else MOST_CPUS


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
