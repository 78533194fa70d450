"""The wires that the board wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen import board as model
from qgen.board import CPUS
from qgen.check.expected_core import Env, Expectation
from qgen.check.facts import Device, Input, Output


class Wires(Expectation):
    """The wires from the CPUs and the devices."""

    def _wires(self) -> None:
        for cpu, owner in enumerate(self.result.cpus):
            for wire in self.board.cpu_wires:
                self._wire(owner, wire, {"cpu": cpu})
        for device in filter(self._is_there, self.board.devices):
            for n, made in enumerate(self.devices[device.name]):
                for wire in device.wires:
                    for env in self._rounds(wire, n):
                        self._wire(made, wire, env)

    def _rounds(self, wire: model.Wire, n: int) -> Iterator[Env]:
        if wire.lines is not None:
            for line in range(self._value(wire.lines)):
                yield {"n": n, "line": line}
            return
        if not wire.per_cpu:
            yield {"n": n}
            return
        for cpu in range(self.scenario.cpus):
            yield {"n": n, "cpu": cpu}

    def _wire(self, owner: Device, wire: model.Wire, env: Env) -> None:
        source, sink, place = wire.source, wire.sink, wire.sink.place
        element = 0 if place.element is None else self._value(place.element, **env)
        of_cpus = place.device == CPUS
        ends: Sequence[Device] = (
            self.result.cpus if of_cpus else self.devices[place.device]
        )
        if element >= len(ends):
            return  # a CPU that this run does not have; the C will say so
        index = self._value(source.index, **env)
        owner = self._inside(owner, source.path)
        output = Output(owner, source.is_irq, source.name, index)
        line = self._value(sink.index, **env)
        end = self._inside(ends[element], place.path)
        self.result.wires[output] = (Input(end, sink.name, line), 0)
