"""The device tree that the board wants, and how it differs from the one that is made."""

from __future__ import annotations

from collections.abc import Callable

from qgen.board.device_tree import DeviceTree
from qgen.check.facts import Machine
from qgen.check.scenarios import Scenario
from qgen.check.tree import Tree
from qgen.check.values import dtb_compatible
from qgen.devicetree import (
    CommandLineFacts,
    FlatNode,
    OfCommandLine,
    OfCpu,
    Part,
    Reference,
    flatten,
)

Say = Callable[[int, str], None]


def wanted_tree(tree: DeviceTree, scenario: Scenario) -> list[FlatNode]:
    """The nodes of the tree under ``scenario``."""
    env = {"cpus": scenario.cpus, "ram_size": scenario.ram_size}
    return flatten(tree, CommandLineFacts(env, scenario.holds))


def compare_trees(made: Machine, wanted: list[FlatNode] | None, say: Say) -> None:
    """Every node, every property, and the order in which the guest sees nodes."""
    tree = made.tree
    if made.nodes is not None:  # two expectations
        if made.nodes != wanted:
            say(0, "the device tree is another one")
        return
    if tree is None or wanted is None:
        if tree is not None or wanted is not None:
            what = "is missing" if tree is None else "is not the board's"
            say(0 if tree is None else tree.line, f"the device tree {what}")
        return
    nodes = {node.path: node for node in wanted}
    for path in nodes.keys() - tree.nodes.keys():
        say(0, f"the device tree's node {path!r} is missing")
    for path, node in tree.nodes.items():
        if path not in nodes:
            say(node.line, f"the board has no node {path!r} in its device tree")
        else:
            _node(tree, path, nodes[path], made, say)
    phandles = [
        node.properties["phandle"].value
        for node in tree.nodes.values()
        if "phandle" in node.properties
    ]
    if len(phandles) != len(set(phandles)):
        say(tree.line, "two nodes of the device tree have the same phandle")
    _order(tree, [node.path for node in wanted if node.path in tree.nodes], say)


def _node(tree: Tree, path: str, wanted: FlatNode, made: Machine, say: Say) -> None:
    mine = tree.nodes[path].properties
    for name, parts in wanted.properties.items():
        what = f"the node {path!r} of the device tree: {name}"
        if name not in mine:
            say(tree.nodes[path].line, f"{what} is not set")
            continue
        value = _bytes(parts, tree, made)
        if value is None:
            continue
        if value != mine[name].value:
            is_, has = shown(mine[name].value), shown(value)
            say(mine[name].line, f"{what} is {is_}; the board has {has}")
        elif mine[name].names != wanted.names.get(name, frozenset()):
            names = ", ".join(sorted(wanted.names.get(name, ()))) or "numbers"
            say(mine[name].line, f"{what} is right; the board takes it from {names}")
    for name in mine.keys() - wanted.properties.keys():
        what = f"the node {path!r} of the device tree: {name}"
        say(mine[name].line, f"{what} is set; the board sets none")


def _bytes(parts: tuple[Part, ...], tree: Tree, made: Machine) -> bytes | None:
    """The value, with the phandles that the tree has; None where one is missing."""
    done = b""
    for part in parts:
        match part:
            case Reference(path):
                node = tree.nodes.get(path)
                if node is None or "phandle" not in node.properties:
                    return None  # which is a finding of its own
                done += node.properties["phandle"].value
            case OfCpu(number):
                done += dtb_compatible(made.cpus[number]).encode() + b"\0"
            case OfCommandLine():
                done += b"<machine->kernel_cmdline>\0"
            case _:
                done += part
    return done


def _order(tree: Tree, wanted: list[str], say: Say) -> None:
    """QEMU puts a new node before the others: the last one made comes first."""
    after: dict[str, list[str]] = {}
    for path in reversed([path for path in tree.nodes if path != "/"]):
        after.setdefault(path.rpartition("/")[0], []).append(path)
    siblings: dict[str, list[str]] = {}
    for path in (path for path in wanted if path != "/"):
        siblings.setdefault(path.rpartition("/")[0], []).append(path)
    for above, paths in siblings.items():
        made = [path for path in after.get(above, []) if path in paths]
        for mine, theirs in zip(made, paths, strict=False):
            if mine != theirs:
                line = tree.nodes[theirs].line
                say(
                    line, f"the node {theirs!r} comes after {mine!r} in the device tree"
                )
                break


def shown(value: bytes) -> str:
    """A property's value as a device tree source would have it."""
    text = value.removesuffix(b"\0")
    if value.endswith(b"\0") and text and all(32 <= c < 127 or not c for c in text):
        return ", ".join(f'"{part.decode()}"' for part in text.split(b"\0"))
    if value and len(value) % 4 == 0:
        cells = (value[i : i + 4] for i in range(0, len(value), 4))
        return f"<{' '.join(hex(int.from_bytes(cell, 'big')) for cell in cells)}>"
    return f"[{value.hex(' ')}]" if value else "empty"
