"""What every part of the expected machine is worked out with: values and places."""

from __future__ import annotations

from collections.abc import Sequence

from qgen import board as model
from qgen.board import CPUS, IO, SYSTEM, Board, Soc
from qgen.check.facts import Bus, BusEnd, Clock, Device, Number, empty_machine, names_of
from qgen.check.scenarios import Scenario
from qgen.expr import Expr, evaluate, symbols
from qgen.targets import NEWEST, Target

Env = dict[str, int]


class Numbers:
    """Evaluates expressions of the board; results know what they were computed from."""

    def __init__(self) -> None:
        # By identity: walking the expression of a repeated device once is enough. The
        # expression is kept, so that its identity stays its own.
        self._names: dict[int, tuple[Expr, frozenset[str]]] = {}

    def number(self, expr: Expr, env: Env) -> int:
        """The value of ``expr``."""
        known = self._names.get(id(expr))
        if known is None:
            known = self._names[id(expr)] = (expr, symbols(expr))
        value = evaluate(expr, env)
        return Number(value, known[1]) if known[1] else value


class Expectation:
    """The machine as far as it is known, and what its parts are found by."""

    def __init__(self, board: Board | Soc, scenario: Scenario, target: Target = NEWEST):
        self.board, self.scenario, self.target = board, scenario, target
        self.env: Env = {"ram_size": scenario.ram_size, "cpus": scenario.cpus}
        self.number = Numbers().number
        self.numbers: dict[str, dict[str, Expr]] = {}
        label = None
        if isinstance(board, Board):
            self.numbers = {p.name: dict(p.values) for p in board.properties}
            label = None if board.ram is None else board.ram.id
        self.result = empty_machine(label, scenario.ram_size)
        self.regions = {SYSTEM: self.result.system, IO: self.result.io}
        self.clocks: dict[str, Clock] = {}
        self.devices: dict[str, list[Device]] = {}
        self.buses: dict[str, Bus] = {}

    def _value(self, expr: Expr, **more: int) -> int:
        return self.number(expr, self.env | more if more else self.env)

    def _wrapped(self, expr: Expr) -> int:
        value = self._value(expr)
        return value if value >= 0 else Number(value % (1 << 64), names_of(value))

    def _is_there(self, device: model.Device) -> bool:
        """Whether the scenario has the device; of alternatives, it has one."""
        return self.scenario.holds(device.when)

    def _at(self, place: model.Place, env: Env) -> Device:
        """A device of the board, or one inside it."""
        element = 0 if place.element is None else self._value(place.element, **env)
        of_cpus = place.device == CPUS
        ends: Sequence[Device] = (
            self.result.cpus if of_cpus else self.devices[place.device]
        )
        return self._inside(ends[element], place.path)

    def _inside(self, device: Device, path: Sequence[str]) -> Device:
        for name in path:
            device = device.part(name)
        return device

    def _bus(self, bus: model.BusEnd) -> BusEnd:
        if bus.owner is None:
            return BusEnd(self.buses[bus.name])
        owner = self._at(bus.owner, {})
        return BusEnd(owner) if bus.of_host else BusEnd(owner, bus.name)
