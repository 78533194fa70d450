"""From a board to a QEMU source tree that has it, and back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from qgen.arch import ARCHES
from qgen.board import Board, Composite
from qgen.catalogue import Catalogue
from qgen.compose.lab import target_of
from qgen.compose.rendering import render
from qgen.compose.resolving import Resolved, resolve
from qgen.expr import evaluate
from qgen.frozen import frozen
from qgen.predict import CommandLine, Space, memory_tree
from qgen.targets import Target
from qgen.tree import (
    Dirty,
    Part,
    Parts,
    Patch,
    Place,
    Plan,
    Subject,
    Tree,
    TreeError,
    Unit,
    commit,
    is_ours,
    is_unfinished,
    locked,
    pieces_of,
    read_record,
    scaffold,
    series,
    unscaffold,
)

DEFAULT_RAM = 128 << 20
"""What -m is where neither the command line nor the board says."""


@frozen(slots=False)
class Scaffolding:
    """What a board comes to in a source tree."""

    resolved: Resolved
    tree: Tree
    subject: Subject
    parts: tuple[Part, ...]


def prepare(
    file: Path,
    root: Path,
    *,
    variant: str | None = None,
    maintainer: str | None = None,
    target: Target | None = None,
) -> Scaffolding:
    """A spec's board in the QEMU source ``root``, in the C of that release.

    ``target`` is another release to write C for.

    `Rejected` and `GeneratorFault` as `resolve` and `render`; `TreeError` for a tree that
    is not as QEMU's; `LabError` for a release that qgen does not know.
    """
    tree = Tree(root)
    version = tree.version
    resolved = resolve(file, target or target_of(version), variant=variant)
    specs = [*resolved.all_socs().values(), resolved]
    person = maintainer or _identity(root)
    subject = Subject(
        resolved.board,
        tuple(_unit(each) for each in specs),
        tuple(_places(resolved.board)),
        person,
    )
    return Scaffolding(resolved, tree, subject, tuple(Parts(tree, subject).all()))


def plan_scaffold(made: Scaffolding) -> Plan:
    """What `qgen scaffold` would change."""
    root = made.tree.root
    record = read_record(root)
    return scaffold(made.tree, made.subject, made.parts, record, _dirty(root))


def plan_removal(root: Path, name: str, made: Scaffolding | None) -> Plan:
    """What taking the board ``name`` out would change; ``made`` is it, if there is a spec.

    `TreeError` where the tree has no such board of qgen's.
    """
    tree, record = Tree(root), read_record(root)
    _ = tree.version
    known = made is not None and is_ours(tree, made.subject, record)
    if name not in record.boards and not known:
        there = ", ".join(sorted(record.boards)) or "none"
        raise TreeError(
            f"{root} has no board {name!r} that qgen put there",
            f"it has {there}",
        )
    wanted = () if made is None else pieces_of(made.parts).values()
    return unscaffold(tree, name, wanted, record, _dirty(root))


def plan_series(made: Scaffolding) -> list[Patch]:
    """The commits that put a board into a tree."""
    root = made.tree.root
    record = read_record(root)
    return series(made.tree, made.subject, made.parts, record, _dirty(root))


def patches(made: Scaffolding, *, cover_letter: bool = False) -> dict[str, str]:
    """The files of a series that `git am` takes, signed off by the person.

    `LabError` where git does not know who that is.
    """
    from qgen.lab import git
    from qgen.lab.errors import LabError

    person = git.identity(made.tree.root)
    if person is None:
        raise LabError(
            "git does not know who signs the patches off",
            "git config --global user.name NAME; git config --global user.email ADDRESS",
        )
    planned = plan_series(made)
    commits = [
        git.Commit(
            f"{each.subject}\n\n{each.body}\n",
            {p: (c.before, c.after, c.mode) for p, c in each.changes.items()},
        )
        for each in planned
    ]
    cover = None
    if cover_letter:
        board = made.subject.units[-1].path
        added = next((each for each in planned if board in each.changes), planned[-1])
        cover = (added.subject, added.body)
    return git.format_patches(commits, person, cover)


def settle(root: Path) -> None:
    """Finish what a qgen that was killed left undone in a tree."""
    if is_unfinished(root):
        with locked(root):
            pass


def apply(root: Path, plan: Plan) -> None:
    """Make the changes of a plan: all of them, or none."""
    if plan.changes or plan.record != read_record(root):
        with locked(root):
            commit(root, plan.changes, plan.record)


def _identity(root: Path) -> str | None:
    from qgen.lab import git
    from qgen.lab.errors import LabError

    try:
        return git.identity(root)
    except LabError:  # no git on this machine
        return None


def _dirty(root: Path) -> Dirty:
    """Asks git which files have changes that nobody committed."""
    from qgen.lab import git

    def ask(paths: Collection[str]) -> Collection[str] | None:
        return git.changed(root, paths) if git.has(root) else None

    return ask


def _unit(resolved: Resolved) -> Unit:
    from qgen.hooks import hook_texts

    rendered = render(resolved)
    composite = resolved.composite
    folder = f"hw/{ARCHES[composite.arch].hw_dir}"
    files = {f"{folder}/{rendered.file}": rendered.text}
    files |= {f"include/{name}": text for name, text in rendered.headers.items()}
    hooks = ""
    if isinstance(composite, Board) and composite.hooks and resolved.folder:
        texts = hook_texts(composite, resolved.folder)
        hooks = "\n".join(texts.values())
        files |= {f"{folder}/{name}": text for name, text in texts.items()}
    symbols = {*_symbols(composite, resolved.catalogue), *_called(hooks, resolved)}
    inner = tuple(sorted(set(_inner(composite, resolved.catalogue))))
    return Unit(composite, rendered.file, files, tuple(sorted(symbols)), inner)


def _called(hooks: str, resolved: Resolved) -> Iterator[str]:
    """The symbols of QEMU's functions that the person's C calls."""
    functions = resolved.catalogue.functions()
    for name in sorted(set(re.findall(r"\b(\w+)\s*\(", hooks))):
        function = functions.find(name)
        yield from () if function is None else function.kconfig


def _symbols(composite: Composite, known: Catalogue) -> Iterator[str]:
    """The Kconfig symbols of what the C of a composite makes and calls."""
    own = {soc.name for soc in composite.socs}
    functions = known.functions()
    for device in composite.devices:
        type_ = known.find(device.type) if device.type not in own else None
        yield from () if type_ is None else type_.kconfig
    for call in composite.calls:
        function = functions.find(call.function)
        yield from () if function is None else function.kconfig
    for bus in composite.buses:
        yield f"{bus.type.upper()}_BUS"
    if isinstance(composite, Board) and composite.parent.base.kconfig:
        yield composite.parent.base.kconfig
    for soc in composite.socs:
        if soc.inline:
            yield from _symbols(soc, known)


def _inner(composite: Composite, known: Catalogue) -> Iterator[str]:
    """The symbols of the devices that QEMU's devices make inside them."""
    own = {soc.name for soc in composite.socs}
    queue = [d.type for d in composite.devices if d.type not in own]
    seen: set[str] = set()
    while queue:
        type_ = known.find(queue.pop())
        for _, name in (
            () if type_ is None else type_.children + type_.realized_children
        ):
            inner = known.find(name)
            if inner is not None and name not in seen:
                seen.add(name)
                queue.append(name)
                yield from inner.kconfig
    for soc in composite.socs:
        if soc.inline:
            yield from _inner(soc, known)


def _places(board: Board) -> Iterator[Place]:
    """The regions that every start of the machine has, whatever lies on top of them."""
    usual = None if board.ram is None else board.ram.default_size
    size = DEFAULT_RAM if usual is None else evaluate(usual)
    least = board.cpus.default_count or board.cpus.minimum or 1
    tree = memory_tree(board, CommandLine(size, least))[Space.MEMORY]
    stack = [(region, 0) for region in tree.in_order()]
    found: set[Place] = set()
    while stack:
        region, base = stack.pop()
        start = base + region.address
        if region.size:
            found.add(Place(start, start + region.size - 1, region.name))
        stack += [(inner, start) for inner in region.subregions]
    yield from sorted(found, key=lambda p: (p.first, p.last, p.name))
