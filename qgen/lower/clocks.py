"""Clocks: those of the board, and what each clock input is driven by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgen.board import Clock, ClockInput, ClockOutput, ClockUse, Place
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Expr
from qgen.lower.inside import NoChild, child_path, inside, spelled
from qgen.lower.scope import Scope, is_repeated
from qgen.source import Path
from qgen.spec import model
from qgen.spec.ends import ClockText, SinkText
from qgen.spec.model import Composite, InlineSoc

MAX_HERTZ = (1 << 32) - 1
"""The highest frequency that clock_set_hz() takes."""


def lower_clocks(spec: Composite, scope: Scope) -> list[Clock]:
    """The composite's own clocks, each behind the one that it is derived from."""
    of_soc = isinstance(spec, InlineSoc)
    clocks: list[Clock] = []
    for name, clock in spec.clocks.items():
        path: Path = ("clocks", name)
        kinds = ("frequency", "source", "input")
        given = [key for key in kinds if getattr(clock, key) is not None]
        if len(given) != 1:
            _one_kind(given, of_soc, path, scope)
            continue
        for key in ("multiply", "divide"):
            if getattr(clock, key) is not None and given != ["source"]:
                message = f"{key!r} is for a clock that is derived from another"
                help_ = "name that under 'source', or leave it out"
                scope.error(Code.Q0214, message, (*path, key), help_, key=True)
        done = _clock(name, clock, of_soc, [c.name for c in clocks], spec, scope)
        if done is not None:
            clocks.append(done)
    return clocks


def _one_kind(given: Sequence[str], of_soc: bool, path: Path, scope: Scope) -> None:
    """A clock runs by itself, or by another one: not both, and not by nothing."""
    if not given:
        example = " or input: required" if of_soc else ""
        scope.error(
            Code.Q0102,
            "the key 'frequency' is missing",
            path,
            f"add frequency: 168 MHz, source: CLOCK{example}",
            key=True,
        )
        return
    message = f"a clock has either {given[0]!r} or {given[1]!r}"
    scope.error(Code.Q0214, message, (*path, given[1]), "leave one out", key=True)


def _clock(
    name: str,
    clock: model.Clock,
    of_soc: bool,
    before: Sequence[str],
    spec: Composite,
    scope: Scope,
) -> Clock | None:
    path: Path = ("clocks", name)
    if clock.input is not None:
        if of_soc:
            use = ClockUse(clock.input)
            return Clock(name, None, clock.comment, path, input=use)
        message = "only a SoC has clock inputs"
        help_ = "a clock of a machine has a frequency, or a source"
        scope.error(Code.Q0214, message, (*path, "input"), help_, key=True)
        return None
    if clock.source is not None:
        if clock.source not in before:
            _no_source(name, clock.source, before, spec, scope)
            return None
        return Clock(
            name,
            None,
            clock.comment,
            path,
            clock.source,
            clock.multiply or 1,
            clock.divide or 1,
            ClockUse.FORBIDDEN if of_soc else None,
        )
    assert clock.frequency is not None
    here = (*path, "frequency")
    frequency = scope.resolve(clock.frequency, here)
    if (
        frequency is None
        or scope.number(frequency, here, low=1, high=MAX_HERTZ) is None
    ):
        return None
    return Clock(name, frequency, clock.comment, path)


def _no_source(
    name: str, source: str, before: Sequence[str], spec: Composite, scope: Scope
) -> None:
    path = ("clocks", name, "source")
    if scope.broken("clocks", source):
        return
    message, help_ = f"there is no clock {quoted(source)}", did_you_mean(source, before)
    if source == name:
        message, help_ = f"{name!r} is derived from itself", "name another clock"
    elif source in spec.clocks:
        message = f"{source!r} is declared only later"
        help_ = "write it above the clocks that are derived from it"
    scope.error(Code.Q0215, message, path, help_)


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
        known = {*self.spec.devices, *self.scope.absent, *self.created}
        if clock.output is not None and clock.output.device in known:
            return self._output(clock.output, path)
        if clock.output is not None:
            self._no_device(clock.output.device, path)
        else:
            self._no_clock(clock.text, path)
        return None

    def _output(self, written: SinkText, path: Path) -> ClockOutput | None:
        device = self.created.get(written.device)
        if device is None and self.scope.is_absent(written.device, path):
            return None
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
            outputs = [] if known is None else list(known.clocks_out)
            listed = ", ".join(f"{name}.{each}" for each in outputs[:8])
            have = f"it has {listed}" if listed else None
            self.scope.error(Code.Q0215, message, path, have)
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
