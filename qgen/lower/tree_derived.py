"""What a node of a device has because the board is as it is: interrupts and clocks.

How a line is named follows from the bindings of the interrupt controllers (the kernel's
``Documentation/devicetree/bindings/interrupt-controller``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qgen.board import CPUS, Clock, Device, Wire
from qgen.board.device_tree import (
    PCI_PINS,
    Cell,
    Cells,
    Interrupt,
    InterruptMap,
    Phandle,
    Specifier,
    Trigger,
)
from qgen.condition import Condition
from qgen.diagnostics import Code
from qgen.expr import Bin, Expr, Num, evaluate, substitute, variables
from qgen.frozen import frozen
from qgen.lower.scope import Scope
from qgen.lower.tree_forms import Form, Forms, inherited
from qgen.source import Path
from qgen.spec import model
from qgen.spec.tree_values import CellsText, CellText, PhandleText

GICS = {"arm_gic": True, "arm-gicv3": False}
"""The GICs, and whether their private interrupts say for which CPUs they are (GICv2)."""
_PRIVATE = 32
"""The first of the GIC's shared interrupts; those before it, each CPU has for itself."""
_SOFTWARE = 16
"""The first of the private interrupts that is a line."""


@frozen(slots=False)
class Target:
    """A line of an interrupt controller, and when that is the one that is there."""

    controller: str
    line: Interrupt
    when: Condition | None


class Derived:
    """Derives properties of the nodes of one tree."""

    def __init__(
        self,
        forms: Forms,
        of_root: Mapping[str, model.TreeProperty],
        cpu_wires: Sequence[Wire],
        cpu_lines: Mapping[str, int],
        scope: Scope,
    ):
        self.forms, self.of_root, self.scope = forms, of_root, scope
        self.cpu_wires, self.cpu_lines = cpu_wires, cpu_lines

    def targets(self, form: Form) -> list[list[Target]]:
        """The interrupts of a node in order; of each, the lines that it may be."""
        names, path = form.shared.cpu_lines, (*form.path, "cpu_lines")
        if names:
            each = [
                self._of_cpu(name, (*path, n), form) for n, name in enumerate(names)
            ]
            return [targets for targets in each if targets]
        device = form.device
        if device is None:
            return []
        lines = sorted(_irqs(device), key=lambda line: line[0])
        found = [self._of_wire(wire, index, form) for _, wire, index in lines]
        return [targets for targets in found if targets]

    def _of_wire(self, wire: Wire, index: Expr, form: Form) -> list[Target]:
        sink = wire.sink.device
        controllers = self.forms.of_devices.get(sink, [])
        if not controllers:
            if "interrupts" not in form.properties():
                self.scope.error(
                    Code.Q0214,
                    f"an interrupt goes to {sink!r}, which has no node",
                    (*form.path, "device"),
                    "give it one, or write the property by hand: interrupts: none "
                    "leaves it out",
                )
            return []
        return list(self._at(controllers, index, form))

    def _at(self, controllers: list[Form], index: Expr, form: Form) -> Iterator[Target]:
        several = len(controllers) > 1
        for controller in controllers:
            line = self._line(controller, index, form)
            if line is not None:
                yield Target(
                    controller.label, line, controller.when if several else None
                )

    def _line(self, controller: Form, index: Expr, form: Form) -> Interrupt | None:
        """How ``controller`` names its line ``index``."""
        trigger = Trigger(form.shared.trigger or Trigger.LEVEL_HIGH.value)
        device = controller.device
        if device is not None and device.type in GICS:
            shared = shared_lines(device)
            private = variables(index) <= {"cpu", "cpus"} and "cpu" in variables(index)
            if private:
                first = substitute(index, {"cpu": Num(0)})
                number = _less(first, shared, _SOFTWARE)
                return Interrupt(
                    Specifier.GIC, number, trigger, True, GICS[device.type]
                )
            return Interrupt(Specifier.GIC, index, trigger)
        written = controller.properties().get("#interrupt-cells")
        match written[0].then if written else None:
            case CellsText((CellText(Num(1)),)):
                return Interrupt(Specifier.NUMBER, index, trigger)
            case CellsText((CellText(Num(2)),)):
                return Interrupt(Specifier.NUMBER_AND_FLAGS, index, trigger)
        self.scope.error(
            Code.Q0214,
            f"nobody knows how {controller.label!r} names its interrupts",
            (*form.path, "device"),
            "write '#interrupt-cells': [1] (number) or [2] (number and flags) there, "
            "or the property 'interrupts' here",
        )
        return None

    def _of_cpu(self, name: str, path: Path, form: Form) -> list[Target]:
        """The interrupts that all CPUs' lines of one name are."""
        for wire in self.cpu_wires:
            number = self.cpu_lines.get(name)
            if wire.source.name == name or (
                wire.source.name is None
                and number is not None
                and evaluate(wire.source.index) == number
            ):
                if wire.sink.device == CPUS:
                    break
                return self._of_wire(wire, wire.sink.index, form)
        self.scope.error(
            Code.Q0211,
            f"the CPUs' line {name!r} is no interrupt of a device",
            path,
            "wire it under 'cpus: gpios:'",
        )
        return []

    def pci_map(self, form: Form) -> InterruptMap | None:
        """The interrupt-map of a PCI host whose four interrupts are wired."""
        targets = self.targets(form)
        labels = {t.controller for each in targets for t in each}
        lines = [each[0].line for each in targets]
        same = all(t.line == each[0].line for each in targets for t in each)
        if len(lines) != PCI_PINS or len(labels) != 1 or not same:
            self.scope.error(
                Code.Q0214,
                "a PCI host has four interrupts, all at one controller",
                (*form.path, "pci"),
                "wire its lines 0 to 3 under 'irqs:'",
            )
            return None
        (label,) = labels
        cells = {each.cells for each in self.forms.labels[label]}
        address = next(iter(cells)) if len(cells) == 1 else None
        first, second, third, fourth = lines
        return InterruptMap(
            label, address[0] if address else 0, (first, second, third, fourth)
        )

    def interrupts(self, form: Form) -> Iterator[tuple[str, Cells, Condition | None]]:
        """The properties that name the interrupts of a node, and when each is there."""
        targets = self.targets(form)
        if not targets:
            return
        labels = {t.controller for each in targets for t in each}
        parent = inherited(form, self.of_root, "interrupt-parent")
        match parent:
            case CellsText((PhandleText(label),)) if labels == {label}:
                name = "interrupts"
            case _:
                name = "interrupts-extended"
        extended = name != "interrupts"
        by_place = [_distinct(each) for each in targets]
        for when in dict.fromkeys(t.when for each in by_place for t in each):
            cells: list[Cell] = []
            for each in by_place:
                target = next((t for t in each if t.when in (when, None)), None)
                if target is not None:
                    cells += [Phandle(target.controller)] if extended else []
                    cells.append(target.line)
            yield name, Cells(tuple(cells)), when


def _distinct(targets: list[Target]) -> list[Target]:
    """One target without a condition, where all say the same."""
    first = targets[0]
    if all((t.controller, t.line) == (first.controller, first.line) for t in targets):
        return [Target(first.controller, first.line, None)]
    return targets


def _irqs(device: Device) -> Iterator[tuple[int, Wire, Expr]]:
    """The device's own IRQ outputs: number, wire, and the input that it leads to."""
    for wire in device.wires:
        if not wire.source.is_irq or wire.source.path or wire.per_cpu:
            continue
        if wire.sink.device == CPUS:
            continue
        for line in range(1 if wire.lines is None else evaluate(wire.lines)):
            at: Mapping[str, Expr] = {"line": Num(line)}
            number = evaluate(substitute(wire.source.index, at), {"n": 0, "cpus": 1})
            yield number, wire, _folded(substitute(wire.sink.index, at))


def _folded(expr: Expr) -> Expr:
    """``expr`` without an addition of zero."""
    match expr:
        case Bin("+", left, Num(0)):
            return left
    return expr


def shared_lines(gic: Device) -> int:
    """How many shared interrupts a GIC has: its inputs below the private ones."""
    for prop in gic.properties:
        if prop.name == "num-irq" and not isinstance(prop.value, bool | str):
            assert isinstance(prop.value, Expr)
            return evaluate(prop.value) - _PRIVATE
    return 0


def _less(index: Expr, shared: int, software: int) -> Expr:
    """``index`` without the shared lines and the software's: a private one's number."""
    terms = list(_terms(index))
    value = evaluate(index) - shared - software
    rest = [term for term in terms if evaluate(term) not in (0, shared)]
    if len(rest) == 1 and evaluate(rest[0]) == value + software:
        return Bin("-", rest[0], Num(software))
    return Num(value)


def _terms(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Bin("+", left, right):
            yield from _terms(left)
            yield from _terms(right)
        case _:
            yield expr


def clock_cells(
    device: Device, of_clocks: Mapping[str, str]
) -> tuple[list[Cell], list[str]]:
    """The clocks of a device that have nodes: references, and the names of the inputs."""
    cells: list[Cell] = []
    names: list[str] = []
    for clock in device.clocks:
        if isinstance(clock.clock, str) and clock.clock in of_clocks:
            cells.append(Phandle(of_clocks[clock.clock]))
            names.append(clock.name)
    return cells, names


def frequency(clock: Clock, clocks: Mapping[str, Clock]) -> int | None:
    """What a clock runs at, in Hz; None where nobody knows."""
    if clock.frequency is not None:
        return evaluate(clock.frequency)
    source = clocks.get(clock.source or "")
    hz = None if source is None else frequency(source, clocks)
    return None if hz is None else hz * clock.multiply // clock.divide
