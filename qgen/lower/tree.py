"""The device tree: its nodes, with what is derived and what is written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qgen.arch import ARCHES
from qgen.board import NUMBER, Board, HookPoint, Hooks
from qgen.board.device_tree import (
    CPU_NUMBER,
    ROOT,
    Cell,
    Cells,
    DeviceTree,
    Flag,
    Node,
    Number,
    Strings,
    TreeProperty,
)
from qgen.diagnostics import Code, quoted
from qgen.expr import Expr, Num, evaluate, variables
from qgen.lower.conditions import Conditions
from qgen.lower.scope import Scope
from qgen.lower.tree_derived import GICS, Derived, clock_cells, frequency
from qgen.lower.tree_forms import PATH, ROOT_CELLS, Form, Forms, above, run_time_of
from qgen.lower.tree_hand import ByHand
from qgen.lower.tree_reg import Addresses, Reg, number
from qgen.source import Path
from qgen.spec import model
from qgen.spec import tree_values as text
from qgen.spec.model import Spec

_PCI_SPACES = (("io", 0x0100_0000), ("memory", 0x0200_0000), ("memory64", 0x0300_0000))
"""The kinds of PCI address space, as the first cell of an address has them."""
_BUS = 1 << 20
"""The configuration space of one PCI bus, in bytes (ECAM)."""
_SLOTS_OF_MAP = 0x1800


def lower_device_tree(
    spec: Spec, board: Board, conditions: Conditions, scope: Scope
) -> DeviceTree | None:
    """The device tree that the board builds, of which all else is known."""
    if spec.device_tree is None:
        return None
    _judge_use(spec, board.hooks, scope)
    scope.choices |= {prop.name: prop for prop in board.properties}
    forms = Forms(spec.device_tree, board.devices, conditions, scope)
    of_root, outputs = spec.device_tree.properties, ARCHES[board.arch].outputs
    derived = Derived(forms, of_root, board.cpus.wires, outputs, scope)
    tree = _Tree(spec, forms, derived, board, scope)
    root = tree.root(spec.device_tree)
    _judge_chosen(spec, root, scope)
    return DeviceTree(_marked(root, tree.hand.referred))


def _judge_use(spec: Spec, hooks: Hooks | None, scope: Scope) -> None:
    """Somebody has to hand the tree to the guest."""
    boot = spec.boot
    handed = isinstance(boot, model.ArmBoot) or (
        isinstance(boot, model.RiscvBoot) and boot.reset_vector is not None
    )
    points = () if hooks is None else tuple(hook.point for hook in hooks.hooks)
    if not handed and not {HookPoint.BOOT, HookPoint.AFTER_DEVICES} & {*points}:
        scope.warning(
            Code.Q0216,
            "nothing hands the device tree to the guest",
            PATH,
            "boot with loader: arm, or riscv with 'reset_vector', or write a hook: it "
            "finds the tree in machine->fdt",
        )


def _judge_chosen(spec: Spec, root: Node, scope: Scope) -> None:
    """RISC-V's loader ends QEMU where it cannot hand on -append."""
    names = {node.name for node in root.children}
    if isinstance(spec.boot, model.RiscvBoot) and "chosen" not in names:
        scope.error(
            Code.Q0214,
            "the loader puts -append and -initrd into the node /chosen, which is missing",
            (*PATH, "nodes"),
            "add it: chosen: {}",
            key=True,
        )


def _marked(node: Node, referred: set[str]) -> Node:
    """``node`` and those below it, those that others refer to with a phandle."""
    children = tuple(_marked(child, referred) for child in node.children)
    return replace(node, children=children, has_phandle=node.label in referred)


class _Tree:
    """Lowers the nodes of one tree."""

    def __init__(
        self,
        spec: Spec,
        forms: Forms,
        derived: Derived,
        board: Board,
        scope: Scope,
    ):
        self.spec, self.forms, self.scope = spec, forms, scope
        self.derived, self.hand = derived, ByHand(spec, forms, scope)
        self.addresses = Addresses(spec, board.regions, scope)
        self.clocks = {clock.name: clock for clock in board.clocks}
        self.of_clocks = {
            form.shared.clock: form.label
            for each in forms.labels.values()
            for form in each
            if form.shared.clock is not None
        }

    def root(self, written: model.DeviceTree) -> Node:
        """The root, with all below it."""
        cells = written.cells
        address, size = (cells.address, cells.size) if cells else ROOT_CELLS
        at = (*PATH, "compatible")
        found = [
            TreeProperty("compatible", self.hand.strings(written.compatible, at), at),
            *([_text("model", written.model)] if written.model else ()),
            _cell("#address-cells", address, PATH),
            _cell("#size-cells", size, PATH),
        ]
        own = {
            name: (value, (*PATH, "properties", name))
            for name, value in written.properties.items()
        }
        properties = self._by_hand(found, own, None, PATH)
        children = tuple(self._node(form) for form in self.forms.top)
        self._judge_names(self.forms.top, children, PATH)
        root = Node(ROOT, "", None, properties, children, PATH)
        self.hand.judge_paths(root)
        return root

    def _node(self, form: Form) -> Node:
        shared = form.shared
        self._judge_kind(form)
        reg = self.addresses.of(form)
        properties = list(self._of_kind(form, reg))
        properties += self.addresses.property_of(form, reg)
        properties = list(self._by_hand(properties, form.properties(), form, form.path))
        unit, path = form.part("unit")
        if unit is not None:
            unit = self.scope.resolve(
                unit, path, field="base", run_time=run_time_of(form)
            )
        elif reg:
            unit = reg[0][0]
        name, name_path = form.part("name")
        name = name or ("memory" if shared.memory else form.label)
        self._judge_numbers(form, name, unit, name_path)
        children = tuple(self._node(child) for child in form.children)
        self._judge_names(form.children, children, form.path)
        return Node(
            label=form.label,
            name=name,
            unit=unit,
            properties=tuple(properties),
            children=children,
            origin=form.path,
            when=form.when,
            count=None if form.device is None else form.device.count,
            per_cpu=shared.for_ == "cpu",
            comment=shared.comment,
        )

    def _judge_kind(self, form: Form) -> None:
        """A node is of one thing; a loop is not in another."""
        shared = form.shared
        kinds = [
            key
            for key in ("device", "clock", "memory", "for_")
            if getattr(shared, key) is not None
        ]
        if len(kinds) > 1:
            key = kinds[1].rstrip("_")
            message = f"a node has either {kinds[0]!r} or {key!r}"
            path = (*form.path, key)
            self.scope.error(Code.Q0214, message, path, "leave one out", key=True)
        loops = [each for each in (form, *above(form)) if _repeats(each)]
        if len(loops) > 1 and loops[0] is form:
            message = (
                f"the node is there several times, and in {loops[1].label!r} again"
            )
            help_ = "write one of the two without a loop"
            self.scope.error(Code.Q0214, message, form.path, help_, key=True)
        if shared.for_ == "cpu" and self.spec.cpus.usual is None:
            message = "the board has no CPUs"
            help_ = "add cpus: {default: ...}"
            self.scope.error(Code.Q0214, message, (*form.path, "for"), help_)

    def _judge_numbers(
        self, form: Form, name: str, unit: Expr | None, path: Path
    ) -> None:
        """Names of several nodes differ; only those have a number."""
        wanted = CPU_NUMBER if form.is_per_cpu else NUMBER if form.is_repeated else None
        for mark in (CPU_NUMBER, NUMBER):
            if mark in name and mark != wanted:
                message = f"{mark} is the number of nothing here"
                help_ = "it is for nodes that are there for each CPU (for: cpu)"
                if mark == NUMBER:
                    help_ = "it is for the nodes of a device with 'count:'"
                self.scope.error(Code.Q0104, message, path, help_)
        if _repeats(form) and wanted not in (None, *_in(name)):
            names = {"cpu", "n"} & (variables(unit) if unit is not None else set())
            if not names:
                message = f"several nodes would have the name {name!r}"
                help_ = f"number them: name: {name}{wanted}, or give them addresses"
                self.scope.error(Code.Q0202, message, form.path, help_, key=True)

    def _judge_names(
        self, forms: Sequence[Form], nodes: Sequence[Node], path: Path
    ) -> None:
        """No two nodes at one place have the same name."""
        taken: dict[str, tuple[Form, Node]] = {}
        for form, node in zip(forms, nodes, strict=True):
            if node.unit is not None and variables(node.unit):
                continue
            full = node.name
            if node.unit is not None:
                full += f"@{evaluate(node.unit):x}"
            other = taken.setdefault(full, (form, node))[0]
            if other is not form and other.label != form.label:
                message = f"{other.label!r} has the name {full!r} already"
                help_ = "give this one another name"
                self.scope.error(Code.Q0202, message, form.path, help_, key=True)

    def _of_kind(self, form: Form, reg: Reg) -> Iterator[TreeProperty]:
        """What a node has as that of a device, a clock or RAM; and its own keys."""
        shared = form.shared
        compatible, path = form.part("compatible")
        if compatible is not None:
            yield TreeProperty("compatible", self.hand.strings(compatible, path), path)
        if shared.memory is not None:
            yield _text("device_type", "memory", form.path)
        if shared.clock is not None:
            yield from self._of_clock(form, shared.clock)
        if form.cells is not None:
            path = form.part("cells")[1]
            yield _cell("#address-cells", form.cells[0], path)
            yield _cell("#size-cells", form.cells[1], path)
        device = form.device
        if device is not None and device.type in GICS:
            yield TreeProperty("interrupt-controller", Flag(), form.path)
            yield _cell("#interrupt-cells", 3, form.path)
        if shared.pci is not None:
            yield from self._of_pci(form, shared.pci, reg)
        elif shared.cpu_lines or device is not None:
            by_hand = {"interrupts", "interrupts-extended"} & form.properties().keys()
            for name, cells, when in () if by_hand else self.derived.interrupts(form):
                self.hand.refer(cells)
                path = (*form.path, "cpu_lines" if shared.cpu_lines else "device")
                yield TreeProperty(name, cells, path, when)
        if device is not None:
            clocks, names = clock_cells(device, self.of_clocks)
            if clocks:
                self.hand.refer(Cells(tuple(clocks)))
                yield TreeProperty("clocks", Cells(tuple(clocks)), form.path)
                yield TreeProperty("clock-names", Strings(tuple(names)), form.path)

    def _of_clock(self, form: Form, name: str) -> Iterator[TreeProperty]:
        path = (*form.path, "clock")
        if name not in self.clocks:
            if not self.scope.broken("clocks", name):
                message = f"there is no clock {quoted(name)}"
                self.scope.error(Code.Q0215, message, path, "name one of 'clocks:'")
            return
        hz = frequency(self.clocks[name], self.clocks)
        if hz is None:
            message = f"nobody knows the frequency of {name!r}"
            help_ = "give it one, or write the node by hand"
            self.scope.error(Code.Q0215, message, path, help_)
            return
        if form.part("compatible")[0] is None:
            yield _text("compatible", "fixed-clock", path)
        yield _cell("#clock-cells", 0, path)
        fixed = self.clocks[name].frequency
        value = fixed if fixed is not None else Num(hz)
        yield TreeProperty("clock-frequency", Cells((Number(value),)), path)

    def _of_pci(
        self, form: Form, pci: model.PciWindows, reg: Reg
    ) -> Iterator[TreeProperty]:
        """A PCI host by the binding of the devicetree specification and IEEE 1275."""
        path = (*form.path, "pci")
        yield _text("device_type", "pci", path)
        if form.cells is None:
            yield _cell("#address-cells", 3, path)
            yield _cell("#size-cells", 2, path)
        yield _cell("#interrupt-cells", 1, path)
        if reg and reg[0][1] is not None and not variables(reg[0][1]):
            last = evaluate(reg[0][1]) // _BUS - 1
            cells = (Number(Num(0)), Number(Num(max(0, last))))
            yield TreeProperty("bus-range", Cells(cells), path)
        ranges: list[Cell] = []
        for key, space in _PCI_SPACES:
            written = getattr(pci, key)
            if written is None:
                continue
            window = self.addresses.entry(written, None, (*path, key))
            if window is None or window[1] is None:
                continue
            bus: Expr = Num(0) if key == "io" else window[0]
            ranges.append(Number(Num(space, f"{space:#010x}")))
            ranges += [Number(each, 2) for each in (bus, window[0], window[1])]
        if ranges:
            yield TreeProperty("ranges", Cells(tuple(ranges)), path)
        map_ = self.derived.pci_map(form)
        if map_ is not None:
            self.hand.referred.add(map_.controller)
            yield TreeProperty("interrupt-map", map_, path)
            mask = (_SLOTS_OF_MAP, 0, 0, 7)
            cells_ = Cells(tuple(Number(number(each)) for each in mask))
            yield TreeProperty("interrupt-map-mask", cells_, path)

    def _by_hand(
        self,
        derived: Sequence[TreeProperty],
        written: dict[str, tuple[model.TreeProperty, Path]],
        form: Form | None,
        path: Path,
    ) -> tuple[TreeProperty, ...]:
        """The derived properties, replaced and added to by those by hand."""
        kept = [prop for prop in derived if prop.name not in written]
        for name, (value, here) in written.items():
            if name in ("phandle", "linux,phandle"):
                message = "QEMU numbers the phandles of the nodes"
                help_ = "refer to the node by its label: {phandle: LABEL}"
                self.scope.error(Code.Q0214, message, here, help_, key=True)
                continue
            if isinstance(value.then, text.NoneText):
                continue
            kept += self.hand.property(name, value, form, here)
        return tuple(kept)


def _repeats(form: Form) -> bool:
    """Whether the node itself is there several times."""
    return form.shared.for_ == "cpu" or (
        form.device is not None and form.device.count is not None
    )


def _in(name: str) -> list[str]:
    return [number for number in (CPU_NUMBER, NUMBER) if number in name]


def _cell(name: str, value: int, path: Path) -> TreeProperty:
    return TreeProperty(name, Cells((Number(Num(value)),)), path)


def _text(name: str, value: str, path: Path = PATH) -> TreeProperty:
    return TreeProperty(name, Strings((value,)), path)
