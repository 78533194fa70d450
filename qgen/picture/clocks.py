"""Clocks as data to draw: what derives from what, how fast, and what each drives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qgen.board import Board, ClockOutput, Composite, Device
from qgen.expr import evaluate
from qgen.frozen import frozen
from qgen.picture.spots import Spot, Spots
from qgen.predict import CommandLine
from qgen.source import Path


@frozen
class ClockPicture:
    """A clock with what it drives: inputs of devices, and clocks that derive from it."""

    name: str
    frequency: int | None
    how: str | None
    spot: Spot
    inputs: tuple[ClockEnd, ...]
    derived: tuple[ClockPicture, ...]


@frozen
class ClockEnd:
    """A clock input of a device."""

    device: str
    input: str
    spot: Spot


def of_devices(
    clocks: Iterable[ClockPicture], wanted: set[str]
) -> Iterator[ClockPicture]:
    """The clocks that drive some of the devices, with those that they derive from."""
    for each in clocks:
        inputs = tuple(
            end for end in each.inputs if end.device.partition("[")[0] in wanted
        )
        derived = tuple(of_devices(each.derived, wanted))
        if inputs or derived:
            yield ClockPicture(
                each.name, each.frequency, each.how, each.spot, inputs, derived
            )


def draw_clocks(
    board: Board, line: CommandLine, spots: Spots
) -> tuple[ClockPicture, ...]:
    """All clocks, by those that derive from none."""
    tree = _Clocks(line, spots)
    tree.collect(board, "")
    roots = [name for name, each in tree.made.items() if each[1] is None]
    return tuple(tree.picture(name) for name in roots)


class _Clocks:
    """The clocks of a machine and its SoCs: what derives from what, and drives what."""

    def __init__(self, line: CommandLine, spots: Spots) -> None:
        self._line, self._spots = line, spots
        # Of each clock: its frequency, what it derives from and how, and its place.
        self.made: dict[str, tuple[int | None, str | None, str | None, Spot]] = {}
        self.inputs: dict[str, list[ClockEnd]] = {}

    def collect(self, owner: Composite, prefix: str) -> None:
        """Take the clocks of a machine or a SoC."""
        for clock in owner.clocks:
            source = None if clock.source is None else prefix + clock.source
            how = None
            if source is not None:
                times = f"× {clock.multiply}" if clock.multiply != 1 else ""
                parts = f"/ {clock.divide}" if clock.divide != 1 else ""
                how = " ".join(filter(None, (times, parts))) or None
            frequency = None if clock.frequency is None else evaluate(clock.frequency)
            rate = self._rate(source)
            if rate is not None:
                frequency = rate * clock.multiply // clock.divide
            name = prefix + clock.name
            if self.made.get(name) is None:
                spot = self._spots.of(owner, clock.origin)
                self.made[name] = (frequency, source, how, spot)
        socs = {soc.name: soc for soc in owner.socs}
        for device in owner.devices:
            if not self._line.has(device):
                continue
            self._of_device(owner, device, prefix, device.type in socs)
            if device.type in socs:
                self.collect(socs[device.type], f"{prefix}{device.name}/")

    def _rate(self, source: str | None) -> int | None:
        return (
            None if source is None or source not in self.made else self.made[source][0]
        )

    def _of_device(
        self, owner: Composite, device: Device, prefix: str, is_soc: bool
    ) -> None:
        for holder in device.holders:
            path = () if holder is device else getattr(holder, "path", ())
            for given in holder.clocks:
                clock = self._source(owner, prefix, given.clock, given.origin)
                name = f"{prefix}{device.name}"
                spot = self._spots.of(owner, given.origin)
                if is_soc and not path:
                    rate = self.made[clock][0]
                    self.made[f"{name}/{given.name}"] = (rate, clock, None, spot)
                    continue
                full = "/".join((name, *path))
                end = ClockEnd(full, given.name, spot)
                self.inputs.setdefault(clock, []).append(end)

    def _source(
        self, owner: Composite, prefix: str, clock: str | ClockOutput, origin: Path
    ) -> str:
        if isinstance(clock, str):
            return prefix + clock
        place = clock.place
        name = prefix + ".".join(("/".join((place.device, *place.path)), clock.name))
        spot = self._spots.of(owner, origin)
        self.made.setdefault(name, (None, None, "set by its device", spot))
        return name

    def picture(self, name: str) -> ClockPicture:
        """A clock with all below it."""
        frequency, _, how, spot = self.made[name]
        below = [each for each, made in self.made.items() if made[1] == name]
        derived = tuple(map(self.picture, below))
        ends = tuple(self.inputs.get(name, ()))
        return ClockPicture(name, frequency, how, spot, ends, derived)
