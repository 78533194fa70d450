"""The nodes of the device tree as they are written: forms, labels, parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qgen.board import Device
from qgen.condition import Condition, exclusive, implies
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.lower.conditions import Conditions
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model

PATH: Path = ("device_tree",)
ROOT_CELLS = (2, 2)
"""The cells of addresses and sizes below the root, where the spec says nothing."""
_ALIASES = {"for_": "for", "else_": "else"}


@dataclass(eq=False)
class Form:
    """One form of a node: ``own`` is laid over what all its forms share.

    ``device`` is the device that it is of, in the form that is there when the node is.
    ``cells`` are those that it has for the nodes below it, None: it does not say.
    """

    label: str
    shared: model.TreeNode
    path: Path
    own: model.NodeAlternative | None
    own_path: Path
    parent: Form | None
    when: Condition | None = None
    device: Device | None = None
    children: list[Form] = field(default_factory=list)

    def part(self, name: str) -> tuple[Any, Path]:
        """What stands under a key, and where."""
        key = _ALIASES.get(name, name)
        if self.own is not None and name in self.own.model_fields_set:
            return getattr(self.own, name), (*self.own_path, key)
        return getattr(self.shared, name), (*self.path, key)

    def properties(self) -> dict[str, tuple[model.TreeProperty, Path]]:
        """The properties by hand, with the place of each."""
        found = {
            name: (value, (*self.path, "properties", name))
            for name, value in self.shared.properties.items()
        }
        for name, value in self.own.properties.items() if self.own else ():
            found[name] = (value, (*self.own_path, "properties", name))
        return found

    def nodes(self) -> Iterator[tuple[str, model.TreeNode, Path]]:
        """The nodes below it."""
        for label, node in self.shared.nodes.items():
            yield label, node, (*self.path, "nodes", label)
        for label, node in self.own.nodes.items() if self.own else ():
            yield label, node, (*self.own_path, "nodes", label)

    @property
    def cells(self) -> tuple[int, int] | None:
        """The cells of the addresses and the sizes of the nodes below it."""
        written, _ = self.part("cells")
        return None if written is None else (written.address, written.size)

    @property
    def is_per_cpu(self) -> bool:
        """Whether it is there for each CPU, by itself or with a node above it."""
        above = self.parent is not None and self.parent.is_per_cpu
        return self.shared.for_ == "cpu" or above

    @property
    def is_repeated(self) -> bool:
        """Whether it is there for each of several devices."""
        above = self.parent is not None and self.parent.is_repeated
        return (self.device is not None and self.device.count is not None) or above


class Forms:
    """All forms of all nodes of one tree, by their labels."""

    def __init__(
        self,
        tree: model.DeviceTree,
        devices: Sequence[Device],
        conditions: Conditions,
        scope: Scope,
    ):
        self.conditions, self.scope = conditions, scope
        self.devices: dict[str, list[Device]] = {}
        for device in devices:
            self.devices.setdefault(device.name, []).append(device)
        self.labels: dict[str, list[Form]] = {}
        self.of_devices: dict[str, list[Form]] = {}
        nodes = (
            (label, node, ("device_tree", "nodes", label))
            for label, node in tree.nodes.items()
        )
        self.top = self._all(nodes, None)

    def _all(
        self, nodes: Iterator[tuple[str, model.TreeNode, Path]], parent: Form | None
    ) -> list[Form]:
        done = []
        for label, node, path in nodes:
            forms = list(self._forms(label, node, path, parent))
            for form in forms:
                self._label(form)
                form.children = self._all(form.nodes(), form)
            done += forms
        return done

    def _forms(
        self, label: str, node: model.TreeNode, path: Path, parent: Form | None
    ) -> Iterator[Form]:
        """The forms of one node; with ``alternatives``, two are never there together."""
        if not node.alternatives:
            yield self._form(Form(label, node, path, None, path, parent))
            return
        if node.when is not None:
            message = "the alternatives say when each is there, not the node"
            self.scope.error(Code.Q0214, message, (*path, "when"), "leave it out")
        before: list[Form] = []
        for place, own in enumerate(node.alternatives):
            here: Path = (*path, "alternatives", place)
            form = self._form(Form(label, node, path, own, here, parent))
            if own.when is None:
                message = "an alternative says when it is there"
                help_ = "add when: {property: NAME, is: VALUE}"
                self.scope.error(Code.Q0102, message, here, help_, key=True)
                continue
            if form.when is None:
                continue
            if not all(exclusive(form.when, other.when) for other in before):
                message = "two alternatives may be there at the same time"
                help_ = "let each name another value of one property"
                self.scope.error(Code.Q0214, message, (*here, "when"), help_, key=True)
                continue
            before.append(form)
            yield form

    def _form(self, form: Form) -> Form:
        when, path = form.part("when")
        form.when = self.conditions.lower(when, path) if when is not None else None
        if form.shared.device is not None:
            form.device = self._device(form, form.shared.device)
            if form.device is not None:
                self.of_devices.setdefault(form.device.name, []).append(form)
        return form

    def _device(self, form: Form, name: str) -> Device | None:
        """The device that a node is of, and the node's condition with it."""
        path = (*form.path, "device")
        if name not in self.devices:
            if not self.scope.broken("devices", name):

                def near() -> str:
                    near = did_you_mean(name, self.devices)
                    return near or "name one of 'devices:'"

                message = f"there is no device {quoted(name)}"
                self.scope.error(Code.Q0201, message, path, near)
            return None
        found = self.devices[name]
        for device in found:
            if any(implies(each.when, device.when) for each in _up(form)):
                return device
        if form.when is None and len(found) == 1:
            form.when = found[0].when
            return found[0]
        message = f"{name!r} is not always there when this node is"
        help_ = f"write the 'when:' of {name!r} here"
        if len(found) > 1:
            help_ = f"give the node 'alternatives:', each with a 'when:' of {name!r}"
        self.scope.error(Code.Q0214, message, path, help_)
        return None

    def _label(self, form: Form) -> None:
        """Two nodes of one label must not be there together."""
        for other in self.labels.setdefault(form.label, []):
            if not _never_both(form, other):
                message = f"the label {form.label!r} stands for another node already"
                help_ = "take another one; 'name:' is what the guest sees"
                self.scope.error(Code.Q0202, message, form.path, help_, key=True)
                return
        self.labels[form.label].append(form)

    def known(self, label: str, path: Path) -> list[Form]:
        """The forms of the node with this label; none, and a finding, if there is none."""
        if label not in self.labels:

            def near() -> str:
                near = did_you_mean(label, self.labels)
                return near or "name one of 'device_tree: nodes:'"

            message = f"there is no node {quoted(label)}"
            self.scope.error(Code.Q0201, message, path, near)
        return self.labels.get(label, [])


def written_nodes(spec: model.Spec) -> Iterator[tuple[str, model.TreeNode, Path]]:
    """All nodes of a spec's device tree, with labels and paths."""
    tree = spec.device_tree
    nodes = {} if tree is None else tree.nodes
    todo = [(label, node, (*PATH, "nodes", label)) for label, node in nodes.items()]
    while todo:
        label, node, path = todo.pop(0)
        yield label, node, path
        for place, form in enumerate((node, *node.alternatives)):
            here: Path = path if not place else (*path, "alternatives", place - 1)
            todo += [(n, each, (*here, "nodes", n)) for n, each in form.nodes.items()]


def chosen_by_nodes(spec: model.Spec) -> set[str]:
    """The properties of the machine on which nodes and their properties depend."""
    whens = []
    for _, node, _ in written_nodes(spec):
        for form in (node, *node.alternatives):
            whens += [form.when, *(prop.when for prop in form.properties.values())]
    return {w.property for w in whens if w is not None and w.property is not None}


def _never_both(first: Form, second: Form) -> bool:
    return any(exclusive(a.when, b.when) for a in _up(first) for b in _up(second))


def _up(form: Form | None) -> Iterator[Form]:
    while form is not None:
        yield form
        form = form.parent


def above(form: Form) -> Iterator[Form]:
    """The nodes above one, the nearest first."""
    return _up(form.parent)


def inherited(form: Form, of_root: Mapping[str, model.TreeProperty], name: str) -> Any:
    """The value by hand of a property that the nodes below inherit."""
    for each in _up(form):
        if name in each.properties():
            return each.properties()[name][0].then
    return of_root[name].then if name in of_root else None


def run_time_of(form: Form | None) -> list[str]:
    """The run-time values that a node's numbers may use."""
    names = ["cpus"]
    if form is not None and form.is_per_cpu:
        names.append("cpu")
    if form is not None and form.is_repeated:
        names.append("n")
    return names
