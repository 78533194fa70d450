"""Addresses of the device tree's nodes: of devices, of RAM, or by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.board import RAM, Kind, Region
from qgen.board.device_tree import Cell, Cells, Number, TreeProperty
from qgen.diagnostics import Code, quoted
from qgen.expr import Bin, Entry, Expr, Num, evaluate
from qgen.lower.scope import Scope
from qgen.lower.tree_forms import ROOT_CELLS, Form, above, run_time_of
from qgen.lower.tree_hand import judge_cell
from qgen.source import Path
from qgen.spec import model
from qgen.spec import tree_values as text
from qgen.spec.model import Spec

Reg = list[tuple[Expr, Expr | None]]
"""Addresses, each with its size if it has one."""


class Addresses:
    """The addresses of the nodes of one tree."""

    def __init__(
        self,
        spec: Spec,
        regions: Sequence[Region],
        scope: Scope,
    ):
        self.spec, self.regions, self.scope = spec, regions, scope

    def of(self, form: Form) -> Reg:
        """Addresses with sizes: by hand, or of the device, or of the RAM."""
        written, path = form.part("reg")
        if written:
            entries = [
                self.entry(each, form, (*path, place))
                for place, each in enumerate(written)
            ]
            return [entry for entry in entries if entry is not None]
        if "reg" in form.properties():
            return []
        if form.shared.memory is not None:
            return self._ram(form, form.shared.memory)
        device = form.device
        if device is None:
            return []
        if device.bus is not None:
            return self._on_bus(form)
        found: Reg = []
        for mmio in device.mmio:
            if mmio.container is None:
                found.append((mmio.address, self._size(mmio.address, mmio.size)))
        if found and not all(self._is_plain(each) for each in above(form)):
            message = "the nodes above do not show addresses as the CPUs see them"
            help_ = "write ranges: true there, or 'reg' here"
            path = (*form.path, "device")
            self.scope.error(Code.Q0214, message, path, help_)
        return found

    def _on_bus(self, form: Form) -> Reg:
        """The address of a device on a bus with addresses: I2C, SSI."""
        for prop in form.device.properties if form.device else ():
            if prop.name in ("address", "cs") and not isinstance(
                prop.value, bool | str
            ):
                assert isinstance(prop.value, Expr)
                return [(prop.value, None)]
        return []

    def _is_plain(self, form: Form) -> bool:
        given = form.properties().get("ranges")
        return given is not None and isinstance(given[0].then, text.FlagText)

    def _size(self, address: Expr, size: int) -> Expr:
        """The size of a region: that of the entry that it is mapped at, or its own."""
        base = address.left if isinstance(address, Bin) else address
        if isinstance(base, Entry):
            entry = self.scope.entries[base.entry]
            return Entry(base.entry, "size", evaluate(entry.size))
        return number(size)

    def _ram(self, form: Form, name: str) -> Reg:
        path = (*form.path, "memory")
        if self.spec.boot is not None and self.spec.boot.loader == "arm":
            message = "the loader 'arm' writes the nodes of the memory itself"
            self.scope.error(Code.Q0214, message, path, "leave this one out")
            return []
        for region in self.regions:
            is_ram = name == RAM or region.kind is Kind.RAM
            if region.name == name and region.mapping is not None and is_ram:
                return [(region.mapping.offset, region.size)]
        message = f"{quoted(name)} is no RAM that is mapped whole"
        help_ = "name 'ram' or a region of kind ram; or write 'reg' by hand"
        self.scope.error(Code.Q0214, message, path, help_)
        return []

    def entry(
        self, written: model.Reg, form: Form | None, path: Path
    ) -> tuple[Expr, Expr | None] | None:
        """An address by hand with its size; that of a map entry is known."""
        run_time = run_time_of(form)
        at_path = (*path, "at")
        at = self.scope.resolve(written.at, at_path, field="base", run_time=run_time)
        if at is None:
            return None
        if written.size is not None:
            here = (*path, "size")
            run_time = [*run_time, "ram_size"]
            size = self.scope.resolve(
                written.size, here, field="size", run_time=run_time
            )
            return None if size is None else (at, size)
        if isinstance(at, Entry):
            entry = self.scope.entries[at.entry]
            return at, Entry(at.entry, "size", evaluate(entry.size))
        return at, None

    def _cells_of(self, form: Form) -> tuple[int, int] | None:
        """The cells that addresses of this node have: the node above says it."""
        if form.parent is None:
            tree = self.spec.device_tree
            cells = None if tree is None else tree.cells
            return (cells.address, cells.size) if cells else ROOT_CELLS
        return form.parent.cells

    def property_of(self, form: Form, reg: Reg) -> Iterator[TreeProperty]:
        """The property ``reg``, with as many cells as the node above says."""
        if not reg or self.scope.broken(*form.path):
            return
        cells, path = self._cells_of(form), form.path
        if cells is None:
            assert form.parent is not None
            message = f"{form.parent.label!r} does not say how addresses below it look"
            help_ = "write cells: {address: 1, size: 0} there"
            self.scope.error(Code.Q0102, message, form.parent.path, help_, key=True)
            return
        done: list[Cell] = []
        for address, size in reg:
            if cells[0]:
                done.append(Number(address, cells[0]))
            if cells[1] and size is None:
                message = "an address has a size here"
                help_ = "write {at: ADDRESS, size: SIZE}, or name an entry of the map"
                self.scope.error(Code.Q0102, message, path, help_, key=True)
                return
            if cells[1] and size is not None:
                done.append(Number(size, cells[1]))
        for cell in done:
            assert isinstance(cell, Number)
            judge_cell(cell, path, self.scope)
        yield TreeProperty("reg", Cells(tuple(done)), path)


def number(value: int) -> Num:
    """A number, large ones in hexadecimal."""
    return Num(value, f"{value:#x}" if value > 4096 else None)
