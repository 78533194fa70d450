"""Clocks: those of the board, and what each clock input is driven by."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import Clock, ClockInput, ClockOutput, Place
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr
from qgen.lower.inside import NoChild, child_path, inside, spelled
from qgen.lower.scope import Scope, is_repeated
from qgen.source import Path
from qgen.spec.model import Composite
from qgen.spec.scalars import ClockText, SinkText

MAX_HERTZ = (1 << 32) - 1
"""The highest frequency that clock_set_hz() takes."""


def lower_clocks(spec: Composite, scope: Scope) -> list[Clock]:
    """The board's own clocks."""
    clocks = []
    for name, clock in spec.clocks.items():
        path: Path = ("clocks", name)
        frequency = scope.resolve(clock.frequency, (*path, "frequency"))
        if frequency is None:
            continue
        here = (*path, "frequency")
        if scope.number(frequency, here, low=1, high=MAX_HERTZ) is not None:
            clocks.append(Clock(name, frequency, clock.comment, path))
    return clocks


class Clocks:
    """Finds what drives clock inputs; ``created`` are the devices with outputs."""

    def __init__(
        self,
        spec: Composite,
        catalogue: Catalogue,
        created: Mapping[str, DeviceType],
        scope: Scope,
    ):
        self.spec, self.catalogue, self.scope = spec, catalogue, scope
        self.created = created

    def lower(
        self, written: Mapping[str, ClockText], known: DeviceType, path: Path
    ) -> tuple[ClockInput, ...]:
        """The clock inputs, matched with those that the type has."""
        done = []
        for name, clock in written.items():
            here = (*path, name)
            if name not in known.clocks_in:
                help_ = did_you_mean(name, known.clocks_in)
                self.scope.error(
                    Code.Q0215,
                    f"{known.name!r} has no clock input {name!r}",
                    here,
                    help_ if known.clocks_in else "it has none: leave out 'clocks'",
                    key=True,
                )
                continue
            source = self._source(clock, here)
            if source is not None:
                done.append(ClockInput(name, source, here))
        return tuple(done)

    def _source(self, clock: ClockText, path: Path) -> str | ClockOutput | None:
        if clock.text in self.spec.clocks:
            return clock.text
        known = {*self.spec.devices, *self.created}
        if clock.output is not None and clock.output.device in known:
            return self._output(clock.output, path)
        if clock.output is not None:
            self._no_device(clock.output.device, path)
        else:
            self._no_clock(clock.text, path)
        return None

    def _output(self, written: SinkText, path: Path) -> ClockOutput | None:
        device = self.created.get(written.device)
        if device is None:
            if not self.scope.broken("devices", written.device):
                message = f"the device {written.device!r} is created only after this"
                help_ = f"write {written.device!r} first"
                self.scope.error(Code.Q0215, message, path, help_)
            return None
        if is_repeated(self.spec, written.device):
            message = f"there are several {written.device!r}, and a clock is of one"
            help_ = "describe each of them by itself"
            self.scope.error(Code.Q0214, message, path, help_)
            return None
        names: tuple[str, ...] = ()
        brackets: list[Expr] = []
        try:
            if written.path:
                names, brackets = child_path(device, written, self.catalogue)
            known = inside(device, names, self.catalogue)
        except NoChild as missing:
            self.scope.error(Code.Q0215, str(missing), path, missing.help)
            return None
        name = spelled(written.device, names)
        if brackets or written.brackets or written.line_index or written.line is None:
            message = f"a clock output of {name!r} is written {name}.OUTPUT"
            self.scope.error(Code.Q0215, message, path)
            return None
        if known is not None and not self._gives(known, written.line):
            self.scope.error(
                Code.Q0215,
                f"{name!r} has no clock output {quoted(written.line)}",
                path,
                did_you_mean(written.line, known.clocks_out) or "it has none",
            )
            return None
        return ClockOutput(Place(written.device, None, names), written.line)

    def _gives(self, known: DeviceType, output: str) -> bool:
        """Whether a type has a clock output, as far as anybody knows."""
        return output in known.clocks_out or not known.realized

    def _no_device(self, name: str, path: Path) -> None:
        message = f"there is no clock and no device {quoted(name)}"
        near = did_you_mean(name, [*self.spec.clocks, *self.spec.devices])
        self.scope.error(Code.Q0215, message, path, near, word=name)

    def _no_clock(self, name: str, path: Path) -> None:
        if name in self.spec.devices:
            message = f"{name!r} is a device: say which of its clock outputs"
            known = self.created.get(name)
            outputs = () if known is None else known.clocks_out[:8]
            help_ = ", ".join(f"{name}.{output}" for output in outputs) or None
            self.scope.error(Code.Q0215, message, path, help_ and f"it has {help_}")
            return

        def near() -> str:
            near = did_you_mean(name, self.spec.clocks)
            return near or f"declare it: clocks: {{{name}: 25 MHz}}"

        message = f"there is no clock {quoted(name)}"
        self.scope.error(Code.Q0215, message, path, near)
