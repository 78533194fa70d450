"""What the board wants: the machine that a faithful C makes under a scenario.

Written from the meaning of `qgen.board`, in the terms of `qgen.check.facts`.
"""

from __future__ import annotations

from qgen import board as model
from qgen.board import Board, ClockUse, Soc
from qgen.check.expected_boot import Boot
from qgen.check.expected_devices import Devices
from qgen.check.expected_tree import wanted_tree
from qgen.check.expected_wires import Wires
from qgen.check.facts import Bus, Clock, Ending, Machine, Pass
from qgen.check.formats import human_size
from qgen.check.hooks import machine_calls
from qgen.check.scenarios import Scenario
from qgen.targets import NEWEST, Target

_MIB = 1 << 20


def expected(
    board: Board | Soc, scenario: Scenario, target: Target = NEWEST
) -> Machine:
    """The machine or the SoC that ``board`` describes, under ``scenario``."""
    wanted = _Expectation(board, scenario, target)
    return wanted.soc(board) if isinstance(board, Soc) else wanted.machine(board)


def _refusal(text: str, size: int, limit: int) -> Ending:
    """What QEMU says before it ends; messages count in MiB."""
    message = text.replace("{limit}", str(limit // _MIB))
    return Ending(message.replace("{size}", str(size // _MIB)), 1)


class _Expectation(Devices, Wires, Boot):
    """The whole machine or SoC."""

    def soc(self, soc: Soc) -> Machine:
        """The SoC, or the error that it comes to nothing with."""
        self.result.failed = self._refusal(soc)
        self._own_clocks()
        for device in soc.devices:
            self._device(device)
        # Children are made before anything is realized.
        self.result.devices.sort(key=lambda device: device.child is None)
        if self.result.failed is not None:
            return self.result
        for region in soc.regions:
            self._region(region)
        self._wires()
        for export in soc.exports:
            (made,) = self.devices[export.device]
            self.result.passes.append(Pass(made, export.is_irq, export.name))
        return self.result

    def _refusal(self, soc: Soc) -> str | None:
        """What the SoC says of clocks that its user forgot, or should have left alone."""
        for clock in soc.clocks:
            wired = clock.name in self.scenario.wired
            if clock.input is ClockUse.REQUIRED and not wired:
                return clock.name
            if clock.input is ClockUse.FORBIDDEN and wired:
                return clock.name
        return None

    def machine(self, board: Board) -> Machine:
        """The whole machine; nothing but the message where the RAM does not fit."""
        ending = self._limits(board)
        if ending is not None:
            self.result.endings.append(ending)
            return self.result
        for region in self.board.regions:
            self._region(region)
        for region in self.board.regions:
            if region.image is not None:
                self._image(region, region.image)
        self._cpus(board)
        self._own_clocks()
        self.buses = {
            bus.name: Bus(self.result.system, self.result.io) for bus in board.buses
        }
        self.result.buses = list(self.buses.values())
        for device in self.board.devices:
            self._device(device)
        self._wires()
        self._x86(board)
        self.result.blobs += map(self._rom, board.roms)
        if board.fw_cfg is not None:
            self._fw_cfg(board.fw_cfg)
        if board.device_tree is not None:
            self.result.nodes = wanted_tree(board.device_tree, self.scenario)
            self._chosen(board, self.result.nodes)
        self.result.boot = self._boot(board)
        if isinstance(board.boot, model.HelperBoot):
            last = board.boot.last
            assert last.call is not None
            made = self._made(last.call, "boot", {})
            self.result.devices.append(made)
            self.result.realized.append(made)
        self.result.hooks = machine_calls(board, self.result)
        return self.result

    def _own_clocks(self) -> None:
        for clock in self.board.clocks:
            made = Clock(clock.name, clock.name)
            if clock.frequency is not None:
                made.hz = self._value(clock.frequency)
            if clock.source is not None:
                made.source = self.clocks[clock.source]
            # QEMU's factors are those of the period.
            made.period = (clock.divide, clock.multiply)
            made.is_input = clock.input is not None
            self.clocks[clock.name] = made
            self.result.clocks.append(made)

    def _limits(self, board: Board) -> Ending | None:
        ram, size = board.ram, self.scenario.ram_size
        if ram is None:
            return None
        if ram.exact is not None and ram.default_size is not None:
            wanted = self._value(ram.default_size)
            message = ram.exact.replace("{limit}", human_size(wanted))
            return None if size == wanted else Ending(message, 1)
        if ram.maximum is not None and size > self._value(ram.maximum):
            return _refusal(ram.too_much, size, self._value(ram.maximum))
        if ram.minimum is not None and size < self._value(ram.minimum):
            return _refusal(ram.too_little, size, self._value(ram.minimum))
        return None
