"""Properties of the device tree's nodes, as C."""

from __future__ import annotations

from dataclasses import dataclass, field

from qgen.board.device_tree import (
    Cell,
    Cells,
    CommandLine,
    CpuCompatible,
    DeviceTree,
    Flag,
    Interrupt,
    InterruptMap,
    NodePath,
    Number,
    Phandle,
    Specifier,
    Strings,
    TreeValue,
    Trigger,
)
from qgen.cunit import Arrow, Braces, CallExpr, CExpr, For, Local, Nuls, Row
from qgen.devicetree import FLAGS
from qgen.emit.builder import FunctionBuilder
from qgen.emit.cexpr import is_symbolic, is_wide
from qgen.expr import evaluate
from qgen.names import C_KEYWORDS, identifier, string_literal

_GIC__PINS = "PCI_NUM_PINS"
_TAKEN = {
    *C_KEYWORDS,
    "at",
    "cpu",
    "fdt",
    "i",
    "machine",
    "pin",
    "ppi_cpus",
    "s",
    "slot",
}
"""What a local cannot be called: others may be, or C has the word."""


_GIC_FLAGS = {
    Trigger.EDGE_RISING: "GIC_FDT_IRQ_FLAGS_EDGE_LO_HI",
    Trigger.EDGE_FALLING: "GIC_FDT_IRQ_FLAGS_EDGE_HI_LO",
    Trigger.LEVEL_HIGH: "GIC_FDT_IRQ_FLAGS_LEVEL_HI",
    Trigger.LEVEL_LOW: "GIC_FDT_IRQ_FLAGS_LEVEL_LO",
}
_PINS = "PCI_NUM_PINS"
_TAKEN = {
    *C_KEYWORDS,
    "at",
    "cpu",
    "fdt",
    "i",
    "machine",
    "pin",
    "ppi_cpus",
    "s",
    "slot",
}
"""What a local cannot be called: others may be, or C has the word."""


@dataclass
class Scope:
    """Where C is written: statements, and the locals of their block.

    ``locals`` is None where those are the function's. ``index`` are the loops around.
    """

    body: FunctionBuilder
    tree: DeviceTree
    locals: list[Local] | None = None
    index: dict[str, str] = field(default_factory=dict)

    def inner(self) -> Scope:
        """A block inside."""
        return Scope(self.body.block(), self.tree, [], self.index)

    def branch(self) -> Scope:
        """A branch, whose locals are declared before it."""
        return Scope(self.body.block(), self.tree, self.locals, self.index)

    def declare(self, local: Local) -> str:
        """Declare a local, under another name if there is one of that name."""
        known = {each.name.partition("[")[0] for each in self._known()} | _TAKEN
        head, bracket, tail = local.name.partition("[")
        while head in known:
            head += "_too"
        local = Local(local.type, f"{head}{bracket}{tail}", local.value)
        self._add(local)
        return local.name

    def _known(self) -> list[Local]:
        return [*self.body.extra, *(self.locals or ())]

    def once(self, name: str, type_: str, value: CExpr) -> str:
        """A local of the function that holds ``value``."""
        return self.body.local(Local(type_, name, value))

    def _add(self, local: Local) -> None:
        if self.locals is None:
            self.body.local(local)
        else:
            self.locals.append(local)


def phandle(label: str, into: Scope) -> str:
    """The phandle of the node with this label."""
    field_ = f"{into.body.state()}->{identifier(label)}_phandle"
    per_cpu = any(node.per_cpu for node in into.tree.path(label))
    return f"{field_}[{into.index['cpu']}]" if per_cpu else field_


def put(name: str, value: TreeValue, where: CExpr, into: Scope) -> None:
    """Set the property ``name`` of the node at ``where``."""
    key = string_literal(name)
    match value:
        case Flag():
            into.body.call("qemu_fdt_setprop", "fdt", where, key, "NULL", "0")
        case Strings((text,)):
            made = _text(text, into)
            into.body.call("qemu_fdt_setprop_string", "fdt", where, key, made)
        case Strings(texts):
            plain = tuple(text for text in texts if isinstance(text, str))
            array = f"{_local_name(name)}[]"
            local = into.declare(Local("const char", array, Nuls(plain)))
            local = local.removesuffix("[]")
            size = f"sizeof({local})"
            into.body.call("qemu_fdt_setprop", "fdt", where, key, local, size)
        case Cells(items, per_cpu):
            if per_cpu:
                _per_cpu(key, items, where, into)
            else:
                _cells(key, items, where, into)
        case InterruptMap():
            _interrupt_map(key, value, where, into)


def _local_name(name: str) -> str:
    text = identifier(name.strip("#"))
    return text if text[:1].isalpha() else f"text_{text}"


def _text(text: str | NodePath | CpuCompatible | CommandLine, into: Scope) -> CExpr:
    match text:
        case str():
            return string_literal(text)
        case CommandLine():
            return f"{into.body.machine()}->kernel_cmdline"
        case CpuCompatible():
            into.body.unit.use("QEMU_PSCI_CONDUIT", "ARM_CPU", "qemu_get_cpu")
            cpu: CExpr = "first_cpu"
            if "cpu" in into.index:
                cpu = CallExpr("qemu_get_cpu", (into.index["cpu"],))
            return Arrow(CallExpr("ARM_CPU", (cpu,)), "dtb_compatible")
        case NodePath(label):
            return _path_of(label, into)


def _path_of(label: str, into: Scope) -> CExpr:
    """The path of a node that is there once."""
    text = ""
    args: list[CExpr] = []
    for node in into.tree.path(label):
        text += f"/{node.name}"
        if node.unit is None:
            continue
        if not is_symbolic(node.unit):
            text += f"@{evaluate(node.unit):x}"
            continue
        text += "@%" if is_wide(node.unit) else "@%x"
        args.append(into.body.expr(node.unit))
        text += "\0" if is_wide(node.unit) else ""
    if not args:
        return string_literal(text)
    pieces = text.split("\0")
    literal = " PRIx64 ".join(string_literal(piece) for piece in pieces)
    literal = literal.removesuffix(' ""')
    made = CallExpr("g_strdup_printf", (literal, *args))
    return into.declare(Local("g_autofree char *", f"{identifier(label)}_path", made))


def _cells(key: str, items: tuple[Cell, ...], where: CExpr, into: Scope) -> None:
    rows: list[tuple[CExpr, ...]] = []
    sized = any(isinstance(item, Number) and item.cells == 2 for item in items)
    for item in items:
        parts = _cell(item, into)
        if sized:
            width = str(item.cells) if isinstance(item, Number) else "1"
            rows += [(width, part) for part in parts]
        else:
            rows.append(tuple(parts))
    func = "qemu_fdt_setprop_cells"
    if sized:
        func = "qemu_fdt_setprop_sized_cells"
    elif len(rows) == len(rows[0]) == 1:
        func = "qemu_fdt_setprop_cell"
    args = (row[0] if len(row) == 1 else Row(row) for row in rows)
    into.body.call(func, "fdt", where, key, *args)


def _cell(item: Cell, into: Scope) -> list[CExpr]:
    match item:
        case Number(value):
            return [into.body.expr(value, **into.index)]
        case Phandle(label):
            return [phandle(label, into)]
        case Interrupt():
            number = into.body.expr(item.number, **into.index)
            return _interrupt(item, number, into)


def _interrupt(line: Interrupt, number: CExpr, into: Scope) -> list[CExpr]:
    if line.how is Specifier.NUMBER:
        return [number]
    if line.how is Specifier.NUMBER_AND_FLAGS:
        return [number, str(FLAGS[line.trigger])]
    into.body.unit.use("GIC_FDT_IRQ_TYPE_SPI")
    kind = "GIC_FDT_IRQ_TYPE_PPI" if line.private else "GIC_FDT_IRQ_TYPE_SPI"
    flags: CExpr = _GIC_FLAGS[line.trigger]
    if line.masked:
        cpus = f"((1 << {into.body.machine()}->smp.cpus) - 1)"
        mask = f"{cpus} << GIC_FDT_IRQ_PPI_CPU_START"
        flags = f"{flags} | {into.once('ppi_cpus', 'uint32_t', mask)}"
    return [kind, number, flags]


def _per_cpu(key: str, items: tuple[Cell, ...], where: CExpr, into: Scope) -> None:
    """An array with room for all CPUs, filled in a loop over those that there are."""
    body, loop = into.body, into.branch()
    loop.index = {**into.index, "cpu": "cpu"}
    cells = [cell for item in items for cell in _cell(item, loop)]
    cpus, width = f"{body.machine()}->smp.cpus", len(cells)
    body.unit.use("bswap")
    room = str(body.unit.board.most_cpus * width)
    array = into.declare(Local("uint32_t", f"cells[{room}]")).partition("[")[0]
    for place, cell in enumerate(cells):
        at = "cpu" if width == 1 else f"cpu * {width}" + f" + {place}" * bool(place)
        loop.body.assign(f"{array}[{at}]", CallExpr("cpu_to_be32", (cell,)))
    body.local(Local("unsigned int", "cpu"))
    body.body.append(For("cpu", cpus, loop.body.statements()))
    count = cpus if width == 1 else f"{cpus} * {width}"
    size = f"{count} * sizeof({array}[0])"
    body.call("qemu_fdt_setprop", "fdt", where, key, array, size)


def _interrupt_map(key: str, value: InterruptMap, where: CExpr, into: Scope) -> None:
    """Each pin of four slots: its address, and the line that it drives."""
    body, unit = into.body, into.body.unit
    unit.use("pci", "bswap")
    numbers = tuple(body.expr(line.number) for line in value.lines)
    lines = into.declare(Local("const uint32_t", "lines[]", Braces(numbers)))
    lines = lines.removesuffix("[]")
    line = f"{lines}[(slot + pin) % {_PINS}]"
    specifier = _interrupt(value.lines[0], line, into)
    first = 5 + value.address_cells
    width = first + len(specifier)
    size = f"{_PINS} * {_PINS} * {width}"
    map_ = into.declare(Local("uint32_t", f"map[{size}]", Braces(())))
    map_ = map_.partition("[")[0]
    for name in ("slot", "pin", "at"):
        body.local(Local("unsigned int", name))
    inner = body.block()
    inner.assign("at", f"(slot * {_PINS} + pin) * {width}")
    cells: list[tuple[int, CExpr]] = [(0, "slot << 11"), (3, "pin + 1")]
    cells.append((4, phandle(value.controller, into)))
    cells += [(first + place, cell) for place, cell in enumerate(specifier)]
    for place, cell in cells:
        at = f"{map_}[at + {place}]" if place else f"{map_}[at]"
        inner.assign(at, CallExpr("cpu_to_be32", (cell,)))
    pins = For("pin", _PINS, inner.statements())
    body.body.append(For("slot", _PINS, (pins,)))
    body.call("qemu_fdt_setprop", "fdt", where, key, map_, f"sizeof({map_})")
