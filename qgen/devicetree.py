"""The device tree that a board builds for one command line, as nodes with bytes.

Numbers are big-endian cells of 32 bits, texts end in a NUL (Devicetree Specification,
2.2.4). What only QEMU knows stays a part of its own: a phandle, what a CPU is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from qgen.board import NUMBER
from qgen.board.device_tree import (
    CPU_NUMBER,
    PCI_PINS,
    Cell,
    Cells,
    CommandLine,
    CpuCompatible,
    DeviceTree,
    Flag,
    Interrupt,
    InterruptMap,
    Node,
    NodePath,
    Number,
    Phandle,
    Specifier,
    Strings,
    TreeText,
    TreeValue,
    Trigger,
)
from qgen.condition import Condition
from qgen.expr import evaluate, symbols
from qgen.frozen import frozen

FLAGS = {
    Trigger.EDGE_RISING: 1,
    Trigger.EDGE_FALLING: 2,
    Trigger.LEVEL_HIGH: 4,
    Trigger.LEVEL_LOW: 8,
}
"""The flags of an interrupt, as dt-bindings/interrupt-controller/irq.h numbers them."""
_CPU_MASK = 8
"""The place of the CPUs in the flags of a GIC's private interrupt."""


class Reference(NamedTuple):
    """The phandle of the node at ``path``: four bytes."""

    path: str


class OfCpu(NamedTuple):
    """What QEMU calls CPU number ``cpu`` in device trees, as text."""

    cpu: int


class OfCommandLine(NamedTuple):
    """The kernel's command line, as text."""


Part = bytes | Reference | OfCpu | OfCommandLine


class FlatNode(NamedTuple):
    """A node with the values of its properties; ``label`` is the spec's name of it.

    ``names`` are the constants and the table cells that a property is computed from.
    """

    path: str
    label: str
    properties: dict[str, tuple[Part, ...]]
    names: dict[str, frozenset[str]]


@frozen(slots=False)
class CommandLineFacts:
    """What a command line says: ``env`` has ``cpus`` and ``ram_size`` (bytes)."""

    env: Mapping[str, int]
    holds: Callable[[Condition | None], bool]


def flatten(tree: DeviceTree, given: CommandLineFacts) -> list[FlatNode]:
    """The nodes of ``tree``, each before those below it, in the guest's order."""
    return list(_Flattener(tree, given).nodes(tree.root, "", {}))


class _Flattener:
    def __init__(self, tree: DeviceTree, given: CommandLineFacts):
        self.tree, self.given = tree, given
        self.cpus = given.env["cpus"]

    def nodes(
        self, node: Node, above: str, index: Mapping[str, int]
    ) -> Iterator[FlatNode]:
        """A node for each number that it is there for, with those below it."""
        if not self._is_there(node):
            return
        count, name = 1, None
        if node.per_cpu:
            count, name = self.cpus, "cpu"
        elif node.count is not None:
            count, name = evaluate(node.count), "n"
        for number in range(count):
            here = index if name is None else {**index, name: number}
            path = self._path(node, above, here)
            chosen = {
                prop.name: value
                for prop in node.properties
                if (value := self._chosen(prop.value, prop.otherwise, prop.when))
            }
            properties = {n: tuple(self._value(v, here)) for n, v in chosen.items()}
            names = {name: symbols_of(value) for name, value in chosen.items()}
            if node.has_phandle:
                properties["phandle"] = (Reference(path or "/"),)
            yield FlatNode(path or "/", node.label, properties, names)
            for child in node.children:
                yield from self.nodes(child, path, here)

    def _chosen(
        self, value: TreeValue, otherwise: TreeValue | None, when: Condition | None
    ) -> TreeValue | None:
        return value if self.given.holds(when) else otherwise

    def _path(self, node: Node, above: str, index: Mapping[str, int]) -> str:
        if not node.name:
            return ""
        name = node.name.replace(NUMBER, str(index.get("n", "")))
        name = name.replace(CPU_NUMBER, str(index.get("cpu", "")))
        if node.unit is not None:
            name += f"@{evaluate(node.unit, {**self.given.env, **index}):x}"
        return f"{above}/{name}"

    def _is_there(self, node: Node) -> bool:
        return self.given.holds(node.when)

    def path_of(self, label: str, index: Mapping[str, int]) -> str:
        """The path of the node with this label that is there."""
        path = ""
        for node in self.tree.path(label, self._is_there):
            path = self._path(node, path, index)
        return path or "/"

    def _value(self, value: TreeValue, index: Mapping[str, int]) -> Iterator[Part]:
        match value:
            case Flag():
                return
            case Strings(texts):
                for text in texts:
                    yield self._text(text, index)
            case Cells(items, per_cpu):
                for number in range(self.cpus if per_cpu else 1):
                    here = {**index, "cpu": number} if per_cpu else index
                    for item in items:
                        yield from self._cell(item, here)
            case InterruptMap():
                yield from self._map(value, index)

    def _text(self, text: TreeText, index: Mapping[str, int]) -> Part:
        match text:
            case str():
                return text.encode() + b"\0"
            case NodePath(label):
                return self.path_of(label, index).encode() + b"\0"
            case CpuCompatible():
                return OfCpu(index.get("cpu", 0))
            case CommandLine():
                return OfCommandLine()

    def _cell(self, cell: Cell, index: Mapping[str, int]) -> Iterator[Part]:
        env = {**self.given.env, **index}
        match cell:
            case Number(value, cells):
                mask = (1 << 32 * cells) - 1
                yield (evaluate(value, env) & mask).to_bytes(4 * cells, "big")
            case Phandle(label):
                yield Reference(self.path_of(label, index))
            case Interrupt():
                yield self._interrupt(cell, evaluate(cell.number, env))

    def _interrupt(self, line: Interrupt, number: int) -> bytes:
        flags = FLAGS[line.trigger]
        if line.masked:
            flags |= ((1 << self.cpus) - 1) << _CPU_MASK
        match line.how:
            case Specifier.GIC:
                return cells_of(int(line.private), number, flags)
            case Specifier.NUMBER_AND_FLAGS:
                return cells_of(number, flags)
            case Specifier.NUMBER:
                return cells_of(number)

    def _map(self, value: InterruptMap, index: Mapping[str, int]) -> Iterator[Part]:
        env = {**self.given.env, **index}
        for slot in range(PCI_PINS):
            for pin in range(PCI_PINS):
                line = value.lines[(slot + pin) % PCI_PINS]
                yield cells_of(slot << 11, 0, 0, pin + 1)
                yield Reference(self.path_of(value.controller, index))
                yield cells_of(*[0] * value.address_cells)
                yield self._interrupt(line, evaluate(line.number, env))


def symbols_of(value: TreeValue) -> frozenset[str]:
    """The constants and the table cells that a value is computed from."""
    cells: tuple[Cell, ...] = ()
    match value:
        case Cells(items):
            cells = items
        case InterruptMap():
            cells = value.lines
    found: frozenset[str] = frozenset()
    for cell in cells:
        match cell:
            case Number(expr):
                found |= symbols(expr)
            case Interrupt():
                found |= symbols(cell.number)
    return found


def cells_of(*numbers: int) -> bytes:
    """Numbers as cells."""
    return b"".join(number.to_bytes(4, "big") for number in numbers)
