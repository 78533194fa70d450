"""What is written by hand in the device tree: properties and their values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from qgen.board.device_tree import (
    Cell,
    Cells,
    CommandLine,
    CpuCompatible,
    Flag,
    Node,
    NodePath,
    Number,
    Phandle,
    Strings,
    TreeProperty,
    TreeValue,
)
from qgen.diagnostics import Code, quoted
from qgen.expr import UNITS, ExpressionError, Num, evaluate, parse, variables
from qgen.lower.scope import Scope
from qgen.lower.tree_forms import Form, Forms, run_time_of
from qgen.source import Path
from qgen.spec import model
from qgen.spec import tree_values as text
from qgen.spec.model import Spec

MAX_CELL = (1 << 32) - 1


class ByHand:
    """Values of one tree; ``referred`` are the labels whose nodes have a phandle."""

    def __init__(self, spec: Spec, forms: Forms, scope: Scope):
        self.spec, self.forms, self.scope = spec, forms, scope
        self.referred: set[str] = set()
        self._paths: list[tuple[str, Path]] = []

    def property(
        self, name: str, written: model.TreeProperty, form: Form | None, path: Path
    ) -> Iterator[TreeProperty]:
        """The property of a node (None: of the root), if it is right."""
        value = self._value(written.then, form, (*path, "then"))
        when = self.forms.conditions.lower(written.when, (*path, "when"))
        otherwise = None
        if written.else_ is not None:
            otherwise = self._value(written.else_, form, (*path, "else"))
            if written.when is None:
                message = "'else' goes with 'when'"
                help_ = "add when: {cpu: cortex-a15}"
                self.scope.error(Code.Q0102, message, path, help_, key=True)
        if value is not None:
            yield TreeProperty(name, value, path, when, otherwise)

    def _value(
        self, written: text.PlainTreeText, form: Form | None, path: Path
    ) -> TreeValue | None:
        match written:
            case text.FlagText():
                return Flag()
            case text.NoneText():
                return None
            case text.CellsText(items, per_cpu):
                return self._cells(items, per_cpu, form, path)
            case text.PathText(label):
                forms = self.forms.known(label, path)
                if any(each.is_per_cpu or each.is_repeated for each in forms):
                    message = f"there are several nodes {label!r}"
                    self.scope.error(Code.Q0214, message, path, "name one that is one")
                else:
                    self._paths.append((label, path))
                return Strings((NodePath(label),))
        return self.strings(written, path)

    def strings(
        self,
        written: text.StringsText | text.CompatibleText | text.CommandLineText,
        path: Path,
    ) -> Strings:
        """Texts, or what only QEMU knows."""
        match written:
            case text.CompatibleText():
                if self.spec.arch not in ("arm", "aarch64"):
                    message = "only Arm's CPUs know what device trees call them"
                    help_ = "write the text"
                    self.scope.error(Code.Q0214, message, path, help_)
                return Strings((CpuCompatible(),))
            case text.CommandLineText():
                return Strings((CommandLine(),))
        if len(written.items) == 1:
            self._judge_text(written.items[0], path)
        return Strings(written.items)

    def _judge_text(self, written: str, path: Path) -> None:
        """Text that looks like a number: the guest would read its letters."""
        number = written in self.spec.constants or written in self.spec.map
        if not number and any(written.endswith(unit) for unit in UNITS):
            with contextlib.suppress(ExpressionError):
                number = isinstance(parse(written), Num)
        if number:
            message = f"{quoted(written)} is text here, not a number"
            self.scope.warning(Code.Q0103, message, path, f"a cell is [{written}]")

    def _cells(
        self,
        items: Sequence[text.CellText | text.PhandleText],
        per_cpu: bool,
        form: Form | None,
        path: Path,
    ) -> Cells | None:
        run_time = run_time_of(form) + (["cpu"] if per_cpu else [])
        done: list[Cell] = []
        for place, item in enumerate(items):
            here = (*path, place)
            if isinstance(item, text.PhandleText):
                self._judge_reference(item.label, form, per_cpu, here)
                self.referred.add(item.label)
                done.append(Phandle(item.label))
                continue
            value = self.scope.resolve(
                item.value, here, field="base", run_time=run_time
            )
            if value is None:
                return None
            number = Number(value, item.cells)
            judge_cell(number, here, self.scope)
            done.append(number)
        return Cells(tuple(done), per_cpu)

    def _judge_reference(
        self, label: str, form: Form | None, per_cpu: bool, path: Path
    ) -> None:
        """One of several nodes can be meant only where the number is the same."""
        known = self.forms.known(label, path)
        in_cpu = per_cpu or (form is not None and form.is_per_cpu)
        if any(each.is_per_cpu and not in_cpu for each in known):
            message = f"there is a node {label!r} for each CPU"
            help_ = "write {for: cpu, cells: [...]}, or refer from a node 'for: cpu'"
            self.scope.error(Code.Q0214, message, path, help_)
        elif any(each.is_repeated for each in known):
            message = f"there are several nodes {label!r}"
            self.scope.error(Code.Q0214, message, path, "refer to one that is one")

    def judge_paths(self, root: Node) -> None:
        """What is referred to by its path has the same one in each of its forms."""
        for label, path in self._paths:
            if len(set(_ways(root, label))) > 1:
                message = f"{label!r} has another path in each of its forms"
                help_ = (
                    "give all of them one 'name' and one unit address, or use phandle"
                )
                self.scope.error(Code.Q0214, message, path, help_)

    def refer(self, cells: Cells) -> None:
        """The nodes that ``cells`` refer to have phandles."""
        self.referred |= {c.label for c in cells.items if isinstance(c, Phandle)}


def _ways(node: Node, label: str) -> Iterator[tuple[tuple[str, object], ...]]:
    """The names and unit addresses that lead to the forms of a node."""
    for child in node.children:
        unit = child.unit
        known = unit if unit is None or variables(unit) else evaluate(unit)
        if child.label == label:
            yield ((child.name, known),)
        for below in _ways(child, label):
            yield ((child.name, known), *below)


def judge_cell(cell: Number, path: Path, scope: Scope) -> None:
    """A number fits its cells."""
    if variables(cell.value):
        return
    value = evaluate(cell.value)
    if not 0 <= value <= (MAX_CELL if cell.cells == 1 else (1 << 64) - 1):
        message = f"{value:#x} does not fit a cell of 32 bits"
        if value < 0:
            message = f"{value} is negative, and a cell is not"
        help_ = "write {u64: ...}, or give the node above more address cells"
        scope.error(Code.Q0203, message, path, help_)
