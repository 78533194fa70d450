"""An example of a device type: what to write in a spec, and a board that has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from qgen.board import Arch
from qgen.lookup.frame import CONTROLLER, Frame
from qgen.lookup.spec_text import Verbatim, address, block, size, spread

FIRST_ADDRESS = 0x4000_0000
_RAM_ADDRESS = 0x8000_0000
_RAM_SIZE = 1 << 30
_PAGE = 0x1000


class Impossible(Exception):
    """What a board must have for a type, and no spec can say."""


@dataclass
class Example:
    """Parts of a spec, as plain data; `devices` has the wanted one last.

    `around` are devices that only the whole board needs, `notes` what a person must know
    who takes it.
    """

    name: str
    arch: Arch
    frame: Frame
    devices: dict[str, dict[str, object]] = field(default_factory=dict)
    cpus: dict[str, object] = field(default_factory=dict)
    clocks: dict[str, object] = field(default_factory=dict)
    buses: dict[str, object] = field(default_factory=dict)
    around: dict[str, dict[str, object]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ram: bool = False
    ram_at: bool = False
    inputs: int = 0
    next_address: int = FIRST_ADDRESS
    making: list[str] = field(default_factory=list)

    def snippet(self) -> str:
        """What to write for the type, without the board around it."""
        parts = {"buses": self.buses, "clocks": self.clocks}
        lines = [line for key, of in parts.items() if of for line in block(key, of)]
        if self.ram:
            lines += block("ram", self._ram())
        if self.cpus:
            lines += block("cpus", self.cpus)
        if self.devices:
            lines += spread("devices", self.devices)
        return "\n".join(lines) + "\n"

    def board(self) -> str:
        """A whole board, as small as it can be, that has the device."""
        head = {
            "machine": Verbatim("my-board"),
            "description": f"A board with a {self.name}",
            "arch": self.arch.value,
        }
        if self.frame.parent:
            head["parent"] = self.frame.parent
        lines = [line for key, text in head.items() for line in block(key, text)]
        cpus = self.cpus or {"default": self.frame.cpu}
        makes_cpus = "created_by" in cpus
        if self.frame.timebase and not makes_cpus:
            cpus = cpus | {"timebase": Verbatim("25 MHz")}
        lines += block("cpus", cpus)
        parts = {"buses": self.buses, "clocks": self.clocks}
        lines += [line for key, of in parts.items() if of for line in block(key, of)]
        if self.ram:
            lines += block("ram", self._ram())
        devices = self.around | self.devices
        if self.inputs:
            usual = cpus["default"] == self.frame.cpu or self.frame.type != "or-irq"
            wired = usual and not makes_cpus
            controller = self.frame.controller(self.inputs, wired=wired)
            devices = {CONTROLLER: controller, **devices}
        if devices:
            lines += spread("devices", devices)
        return "\n".join(lines) + "\n"

    def _ram(self) -> dict[str, object]:
        at = {"at": address(_RAM_ADDRESS)} if self.ram_at else {}
        return {**at, "max": size(_RAM_SIZE)}

    def place(self, amount: int) -> int:
        """An address for a region, as it must be aligned."""
        step = max(_PAGE, 1 << (amount - 1).bit_length())
        at = -(-self.next_address // step) * step
        last = _RAM_ADDRESS + _RAM_SIZE
        if at + amount > _RAM_ADDRESS and at < last:
            at = -(-max(1 << 32, last) // step) * step
        self.next_address = at + amount
        return at

    def wires(self, count: int) -> object:
        """Wires to the next inputs of the board's interrupt controller, as it has them."""
        count = max(1, min(count, self.frame.most() - self.inputs))
        first, self.inputs = self.inputs, self.inputs + count
        if count > 4:
            line = f"{first} + line" if first else "line"
            return {"lines": count, "to": f"{CONTROLLER}[{line}]"}
        each = [f"{CONTROLLER}[{first + n}]" for n in range(count)]
        return each[0] if count == 1 else list(each)
