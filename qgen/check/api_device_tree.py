"""Models of QEMU's functions for device trees (include/system/device_tree.h)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.code import FieldReference, Reference
from qgen.check.facts import Word, names_of
from qgen.check.tree import Tree, TreeNode, TreeProperty
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

_SIZE = 0x10_0000
"""The size of every tree that QEMU makes (FDT_MAX_SIZE)."""
_FIRST_PHANDLE = 0x8000
_MOST_CELLS = 2


@function("void *create_device_tree(int *)", used=True)
def _create(m: Execution, size: Reference | FieldReference) -> Tree:
    m.making()
    size.put(_SIZE)
    tree = Tree(_SIZE, m.line)
    tree.nodes["/"] = TreeNode("/", m.line)
    if m.facts.tree is not None:
        m.refuse("a second device tree")
    m.facts.tree = tree
    return tree


def _node(m: Execution, tree: object, path: str) -> TreeNode:
    if path != "/chosen" or not _is_open(m):
        m.making()
    if not isinstance(tree, Tree):
        m.refuse("this is no device tree")
    if path not in tree.nodes:
        m.refuse(f"the device tree has no node {path!r}: QEMU ends")
    return tree.nodes[path]


def _is_open(m: Execution) -> bool:
    """Whether the kernel of a RISC-V board is loaded, and its tree is not packed yet.

    Where no function of QEMU's does it, the board itself says what -append gives.
    """
    boot, whole = m.facts.boot, m.unit.target.has(Feature.RISCV_KERNEL_OF_MACHINE)
    return boot is not None and not whole and "tree_at" not in boot.arguments


@function("int qemu_fdt_add_subnode(void *, const char *)")
def _add(m: Execution, tree: object, path: str) -> int:
    above, _, name = path.rpartition("/")
    _node(m, tree, above or "/")
    assert isinstance(tree, Tree)
    if path in tree.nodes or not name:
        m.refuse(f"the device tree has the node {path!r} already: QEMU ends")
    tree.nodes[path] = TreeNode(path, m.line)
    return 0


@function("uint32_t qemu_fdt_alloc_phandle(void *)", used=True)
def _phandle(m: Execution, tree: object) -> int:
    if not isinstance(tree, Tree):
        m.refuse("this is no device tree")
    tree.phandles += 1
    return _FIRST_PHANDLE + tree.phandles - 1


def _set(
    m: Execution,
    tree: object,
    path: str,
    name: str,
    value: bytes,
    from_: Iterable[object] = (),
) -> int:
    node = _node(m, tree, path)
    if name in node.properties:
        m.say(f"the property {name!r} of the node {path!r} is set twice")
    names = frozenset(name for each in from_ for name in names_of(each))
    node.properties[name] = TreeProperty(value, m.line, names)
    return 0


@function(
    "int qemu_fdt_setprop(void *, const char *, const char *, const void *?, int)"
)
def _setprop(
    m: Execution, tree: object, path: str, name: str, value: object, size: int
) -> int:
    if not size and value is not None:
        m.say(f"the property {name!r} is empty: its value is NULL")
    items = value if isinstance(value, list) else ()
    return _set(m, tree, path, name, _bytes(m, value, size), items)


def _bytes(m: Execution, value: object, size: int) -> bytes:
    """The first ``size`` bytes of what a pointer points to."""
    match value:
        case None:
            data = b""
        case str():
            data = value.encode() + b"\0"
        case list():
            data = b"".join(_word(m, item) for item in value[: -(-size // 4)])
        case _:
            m.refuse("nobody knows what the property would hold")
    if size > len(data):
        m.refuse(f"the property takes {size} bytes of something of {len(data)}")
    return data[:size]


def _word(m: Execution, item: object) -> bytes:
    if isinstance(item, Word):
        return int(item).to_bytes(4, "big" if item.order == "big" else "little")
    if not isinstance(item, int):
        m.refuse("an element of the array has no value")
    return item.to_bytes(4, "little")  # as the host has it


@function("int qemu_fdt_setprop_cell(void *, const char *, const char *, uint32_t)")
def _cell(m: Execution, tree: object, path: str, name: str, value: int) -> int:
    return _set(m, tree, path, name, value.to_bytes(4, "big"), [value])


@function(
    "int qemu_fdt_setprop_string(void *, const char *, const char *, const char *)"
)
def _string(m: Execution, tree: object, path: str, name: str, value: str) -> int:
    return _set(m, tree, path, name, value.partition("\0")[0].encode() + b"\0")


@function(
    "int qemu_fdt_setprop_cells(void *, const char *, const char *, numbers)",
)
def _cells(m: Execution, tree: object, path: str, name: str, *cells: int) -> int:
    data = b"".join(_sized(m, 1, cell) for cell in cells)
    return _set(m, tree, path, name, data, cells)


def _sized(m: Execution, width: int, value: int) -> bytes:
    if not 1 <= width <= _MOST_CELLS:
        m.refuse(f"a number of {width} cells")
    if not 0 <= value < 1 << 32 * width:
        m.refuse(f"{value:#x} does not fit {width} cells")
    return int(value).to_bytes(4 * width, "big")


@function(
    "int qemu_fdt_setprop_sized_cells(void *, const char *, const char *, numbers)",
)
def _sized_cells(m: Execution, tree: object, path: str, name: str, *pairs: int) -> int:
    if len(pairs) % 2:
        m.refuse("a number without a number of cells")
    values: Sequence[tuple[int, int]] = list(zip(pairs[::2], pairs[1::2], strict=True))
    data = b"".join(_sized(m, width, value) for width, value in values)
    return _set(m, tree, path, name, data, pairs[1::2])


@function("bool g_str_equal(const char *, const char *)", used=True)
def _equal(_m: Execution, first: str, second: str) -> bool:
    return first == second
