"""The device tree that the board builds, as C: a function for each node of the root.

QEMU puts a new node before those that are there already, so the last one is added first.
"""

from __future__ import annotations

from collections.abc import Iterator

from qgen.board import NUMBER, ArmBoot, Board
from qgen.board.device_tree import CPU_NUMBER, DeviceTree, Node, TreeProperty
from qgen.condition import PropertyIs
from qgen.cunit import (
    Arrow,
    CallExpr,
    CExpr,
    For,
    Function,
    If,
    Local,
    Return,
)
from qgen.emit.builder import FunctionBuilder
from qgen.emit.cexpr import is_symbolic, is_wide
from qgen.emit.conditions import condition
from qgen.emit.tree_values import Scope, phandle, put
from qgen.emit.unit import UnitBuilder, UnitPart
from qgen.expr import evaluate
from qgen.names import identifier, string_literal


def emit_device_tree(unit: UnitBuilder, board: Board) -> None:
    """The functions that build the tree, and the one that the loader gets it from."""
    if board.device_tree is None:
        return
    root = board.device_tree.root
    unit.use("create_device_tree")
    _create(unit, board, board.device_tree)
    taken: set[str] = set()
    added: list[UnitPart] = []
    for node in root.children:
        name = _function_name(unit, node, taken)
        added.append(_add_function(unit, board.device_tree, node, name))
    unit.functions += [part.function for part in added]
    unit.parts += reversed(added)
    if isinstance(board.boot, ArmBoot):
        _get_dtb(unit)


def _function_name(unit: UnitBuilder, node: Node, taken: set[str]) -> str:
    """The function of a node; of another form of it, with what that depends on."""
    label = node.label
    if identifier(label) in taken and isinstance(node.when, PropertyIs):
        label += "-" + "-".join(map(str, node.when.wanted))
    name = str(identifier(label))
    while name in taken:
        name += "_too"
    taken.add(name)
    return f"{unit.prefix}_fdt_add_{name}"


def _create(unit: UnitBuilder, board: Board, tree: DeviceTree) -> None:
    """The function that makes the tree with its root, and all phandles."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_fdt")
    if isinstance(board.boot, ArmBoot):
        unit.field("int fdt_size")
        size = f"&{function.state()}->fdt_size"
    else:
        function.local(Local("int", "size"))
        size = "&size"
    new = CallExpr("create_device_tree", (size,))
    function.local(Local("void *", "fdt", new))
    function.assign(f"{function.machine()}->fdt", "fdt")
    for label, per_cpu in _with_phandles(tree):
        _allocate(label, per_cpu, function)
    function.gap()
    for prop in tree.root.properties:
        with function.of(prop.origin):
            _property(prop, string_literal("/"), Scope(function, tree))
    function.add()


def _with_phandles(tree: DeviceTree) -> Iterator[tuple[str, bool]]:
    """The labels that others refer to, and whether each CPU has such a node."""
    seen = set()
    todo = [tree.root]
    while todo:
        node = todo.pop(0)
        if node.has_phandle and node.label not in seen:
            seen.add(node.label)
            yield node.label, any(each.per_cpu for each in tree.path(node.label))
        todo = [*node.children, *todo]


def _allocate(label: str, per_cpu: bool, into: FunctionBuilder) -> None:
    field, new = f"{identifier(label)}_phandle", "qemu_fdt_alloc_phandle"
    if not per_cpu:
        into.unit.field(f"uint32_t {field}")
        into.assign(f"{into.state()}->{field}", CallExpr(new, ("fdt",)))
        return
    into.unit.field(f"uint32_t {field}[{into.unit.board.most_cpus}]")
    loop = into.block()
    loop.assign(f"{into.state()}->{field}[i]", CallExpr(new, ("fdt",)))
    into.local(Local("unsigned int", "i"))
    into.body.append(For("i", f"{into.machine()}->smp.cpus", loop.statements()))


def _get_dtb(unit: UnitBuilder) -> None:
    """What arm_load_kernel() calls for the tree."""
    machine = CallExpr(unit.macro, (CallExpr("qdev_get_machine"),))
    unit.use("qdev_new")
    body = FunctionBuilder(unit, "")
    body.assign("*size", "s->fdt_size")
    body.gap()
    body.body.append(Return(Arrow(CallExpr("MACHINE", ("s",)), "fdt")))
    unit.functions.append(
        Function(
            f"{unit.prefix}_get_dtb",
            ("const struct arm_boot_info *info", "int *size"),
            (Local(f"{unit.struct} *", "s", machine),),
            body.statements(),
            "void *",
        )
    )


def _add_function(
    unit: UnitBuilder, tree: DeviceTree, node: Node, name: str
) -> UnitPart:
    """The function that adds one node of the root with all below it."""
    function = FunctionBuilder(unit, name)
    function.at(node.origin)
    function.local(Local("void *", "fdt", f"{function.machine()}->fdt"))
    _node(node, "", None, Scope(function, tree), top=True)
    return UnitPart(function.done(), node.when)


def _node(
    node: Node, above: str, handle: str | None, into: Scope, *, top: bool
) -> None:
    """Add ``node``; ``above`` is the path of its parent, ``handle`` the local with it."""
    repeated = node.per_cpu or node.count is not None
    guarded = node.when is not None and not top
    here = into.inner() if repeated or guarded else into
    here.index = (
        {"cpu": "i"} if node.per_cpu else {"n": "i"} if repeated else here.index
    )
    if node.count is not None:
        here.body.count = evaluate(node.count)
    if here is into and not top:
        here.body.gap()
    here.body.at(node.origin)
    here.body.note(node.comment)
    text, made = _path(node, above, handle, here)
    where: CExpr = string_literal(text)
    name = None
    if made is not None:
        name = "node" if top else f"{identifier(node.label)}_node"
        where = here.declare(Local("g_autofree char *", name, made))
    here.body.call("qemu_fdt_add_subnode", "fdt", where)
    for prop in node.properties:
        with here.body.of(prop.origin):
            _property(prop, where, here)
    if node.has_phandle:
        number = phandle(node.label, here)
        here.body.call("qemu_fdt_setprop_cell", "fdt", where, '"phandle"', number)
    for child in reversed(node.children):
        _node(child, text, name, here, top=False)
    body = here.body.statements()
    if repeated:
        into.body.local(Local("int", "i"))
        bound = f"{into.body.machine()}->smp.cpus"
        if node.count is not None:
            bound = into.body.expr(node.count)
        locals_ = tuple(here.locals or ())
        body = (For("i", bound, body, locals_, down=True),)
    if guarded:
        assert node.when is not None
        locals_ = () if repeated else tuple(here.locals or ())
        body = (If(condition(node.when, into.body), body, locals_),)
    if here is not into:
        into.body.gap()
        into.body.body += body


def _path(
    node: Node, above: str, handle: str | None, into: Scope
) -> tuple[str, CExpr | None]:
    """The path of a node as a literal; or its format, and how it is made."""
    numbered = NUMBER in node.name or CPU_NUMBER in node.name
    symbolic = node.unit is not None and is_symbolic(node.unit)
    if handle is None and not numbered and not symbolic:
        at = "" if node.unit is None else f"@{evaluate(node.unit):x}"
        return f"{above}/{node.name}{at}", None
    name = node.name.replace(NUMBER, "%d").replace(CPU_NUMBER, "%d")
    text = f"{above}/{name}" if handle is None else f"%s/{name}"
    args: list[CExpr] = [] if handle is None else [handle]
    args += ["i"] * numbered
    literal = string_literal(text)
    if node.unit is not None:
        args.append(into.body.expr(node.unit, **into.index))
        literal = string_literal(f"{text}@%x")
        if is_wide(node.unit):
            literal = f'{string_literal(f"{text}@%")} PRIx64'
    return text, CallExpr("g_strdup_printf", (literal, *args))


def _property(prop: TreeProperty, where: CExpr, into: Scope) -> None:
    """One property, or one of two."""
    if prop.when is None:
        put(prop.name, prop.value, where, into)
        return
    then, other = into.branch(), into.branch()
    put(prop.name, prop.value, where, then)
    if prop.otherwise is not None:
        put(prop.name, prop.otherwise, where, other)
    test = condition(prop.when, into.body)
    branches = then.body.statements(), other.body.statements()
    into.body.body.append(If(test, branches[0], (), branches[1]))
