"""Region trees as data: how they are drawn, and written as a spec or as a `Board`.

A tree is a list of parts in which an alias comes after what it shows and a container
after what it holds, so that none contains itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from qgen.bases import MACHINE, X86
from qgen.board import (
    IO,
    RAM,
    SYSTEM,
    UNIMPLEMENTED_PRIORITY,
    Arch,
    Board,
    Cpus,
    Device,
    Kind,
    Mapping,
    Origin,
    Parent,
    Ram,
    Region,
)
from qgen.expr import Bin, Num, Var
from qgen.lower.stubs import stub
from qgen.predict import CommandLine, Space, memory_tree
from qgen.predict.region import MemoryRegion

MIB = 1 << 20
IO_SIZE = 1 << 16
HIGH = 0xF_0000_0000
DEFAULT_RAM = 2 * MIB
X86_CPU = "qemu64"
STUB = "unimplemented"
MAPPED_ALWAYS = ("io", STUB)


@dataclass(frozen=True)
class Part:
    """A region. ``size`` None: an alias of all that is left of its target.

    ``container`` None: mapped nowhere. ``readonly`` is beyond what a spec can say.
    """

    name: str
    kind: str
    size: int | None
    container: str | None = None
    at: int = 0
    priority: int | None = None
    target: str | None = None
    offset: int = 0
    label: str | None = None
    readonly: bool = False

    @property
    def on_top(self) -> int:
        """The priority that QEMU sees."""
        if self.kind == STUB:
            return UNIMPLEMENTED_PRIORITY
        return self.priority or 0


@dataclass(frozen=True)
class MainMemory:
    """The RAM of -m: mapped whole ``at``, or ``split`` = (where, below at, above at)."""

    size: int
    maximum: int | None = None
    at: int | None = None
    split: tuple[int, int, int] | None = None

    @property
    def usual(self) -> int:
        """What lowering takes for its size."""
        return DEFAULT_RAM if self.maximum is None else self.maximum


@dataclass(frozen=True, repr=False)
class Tree:
    """Parts, the RAM of -m, and the order in which a spec lists the parts.

    ``step`` is the grid on which most of it lies.
    """

    parts: tuple[Part, ...]
    ram: MainMemory | None = None
    backwards: bool = False
    step: int = 0x1000

    def __repr__(self) -> str:
        return to_yaml(self, "tree")

    def listed(self) -> Sequence[Part]:
        return self.parts[::-1] if self.backwards else self.parts

    def sizes(self, ram_size: int) -> dict[str, int]:
        """The size of every part, as QEMU computes it."""
        sizes = {}
        if self.ram is not None:
            sizes[RAM] = ram_size
            if self.ram.split is not None:
                at = self.ram.split[0]
                sizes |= {"low": min(ram_size, at), "high": max(0, ram_size - at)}
        for part in self.parts:
            if part.size is not None:
                sizes[part.name] = part.size
            else:
                assert part.target is not None
                sizes[part.name] = max(0, sizes[part.target] - part.offset)
        return sizes

    @property
    def arch(self) -> Arch:
        """What it needs: only x86 has port I/O; else what starts fastest."""
        has_io = any(part.container == IO for part in self.parts)
        return Arch.X86_64 if has_io else Arch.PPC

    @property
    def arguments(self) -> list[str]:
        """QEMU's, for this tree."""
        return [] if self.ram is None else ["-m", f"{self.ram.size // MIB}M"]


# --- as a spec -------------------------------------------------------------------------


def to_yaml(tree: Tree, machine: str) -> str:
    lines = [f"machine: {machine}", "description: A tree"]
    lines.append(f"arch: {tree.arch.value}")
    if tree.arch is Arch.X86_64:
        lines += ["parent: x86", f"cpus: {{default: {X86_CPU}}}"]
    if tree.ram is not None:
        lines.append(f"ram: {{{', '.join(_ram_keys(tree.ram))}}}")
    if tree.parts:
        lines.append("memory:")
    for part in tree.listed():
        lines.append(f"  {part.name}: {{{', '.join(_keys(part))}}}")
    return "\n".join([*lines, ""])


def _ram_keys(ram: MainMemory) -> Iterator[str]:
    yield f"default: {DEFAULT_RAM:#x}"
    if ram.maximum is not None:
        yield f"max: {ram.maximum:#x}"
    if ram.at is not None:
        yield f"at: {ram.at:#x}"
    if ram.split is not None:
        at, below, above = ram.split
        parts = f"below: {{name: low, at: {below:#x}}}"
        parts += f", above: {{name: high, at: {above:#x}}}"
        yield f"split: {{at: {at:#x}, {parts}}}"


def _keys(part: Part) -> Iterator[str]:
    yield f"kind: {part.kind}"
    if part.target is not None:
        yield f"of: {part.target}"
    if part.offset:
        yield f"offset: {part.offset:#x}"
    if part.size is not None:
        yield f"size: {part.size:#x}"
    if part.container is not None:
        yield f"at: {part.at:#x}"
        if part.container != SYSTEM:
            yield f"in: {part.container}"
        if part.priority is not None:
            yield f"priority: {part.priority}"
    if part.label is not None:
        yield f"name: {json.dumps(part.label, ensure_ascii=False)}"


# --- as a board ------------------------------------------------------------------------


def to_board(tree: Tree, machine: str) -> Board:
    """The board as it stands: nothing judges what overlaps or sticks out."""
    assert tree.ram is None or tree.ram.split is None
    regions = []
    if tree.ram is not None:
        mapping = None
        if tree.ram.at is not None:
            mapping = Mapping(SYSTEM, Num(tree.ram.at), None)
        regions.append(Region(RAM, RAM, Kind.MACHINE_RAM, Var("ram_size"), mapping, ()))
    parts = created(tree)
    regions += [_region(tree, part) for part in parts if part.kind != STUB]
    x86 = tree.arch is Arch.X86_64
    cpu = f"{X86_CPU}-x86_64-cpu" if x86 else None
    ram = None
    if tree.ram is not None:
        ram = Ram(RAM, Num(DEFAULT_RAM), None, None, "", "", None, ())
    return Board(
        name=machine,
        description="A tree",
        arch=tree.arch,
        parent=Parent(X86 if x86 else MACHINE),
        class_fields=(),
        constants=(),
        memory_map=(),
        ram=ram,
        regions=tuple(regions),
        cpus=Cpus(cpu, (), None, None, None, None, x86, (), (), None, ()),
        clocks=(),
        buses=(),
        devices=tuple(_stub(part) for part in parts if part.kind == STUB),
        boot=None,
        fw_cfg=None,
        origin=Origin("tree.yaml", "0" * 16),
    )


def _region(tree: Tree, part: Part) -> Region:
    mapping = None
    if part.container is not None:
        mapping = Mapping(part.container, Num(part.at), part.priority)
    size = Num(part.size) if part.size is not None else _rest(tree, part)
    return Region(
        name=part.name,
        label=part.label or part.name,
        kind=Kind(part.kind),
        size=size,
        mapping=mapping,
        origin=(),
        target=part.target,
        offset=Num(part.offset) if part.target is not None else None,
    )


def _stub(part: Part) -> Device:
    assert part.size is not None
    label = part.label or part.name
    return stub(part.name, label, Num(part.at), Num(part.size), None, ())


def _rest(tree: Tree, part: Part) -> Num | Var | Bin:
    if part.target == RAM:
        whole = Var("ram_size")
        return Bin("-", whole, Num(part.offset)) if part.offset else whole
    return Num(tree.sizes(tree.ram.size if tree.ram else 0)[part.name])


def created(tree: Tree) -> list[Part]:
    """The parts in an order in which QEMU can create them, else as listed."""
    by_name = {part.name: part for part in tree.parts}
    done: dict[str, Part] = {}
    for start in tree.listed():
        stack = [start]
        while stack:
            part = stack[-1]
            needs = [
                by_name[name]
                for name in (part.target, part.container)
                if name in by_name and name not in done
            ]
            if needs:
                stack += needs
            else:
                done.setdefault(part.name, stack.pop())
    return list(done.values())


# --- made smaller ----------------------------------------------------------------------


def fewer_parts(tree: Tree) -> Iterator[Tree]:
    """Trees that lack one part, or the RAM of -m, and what needs it."""
    for part in tree.parts:
        yield replace(tree, parts=tuple(_without(tree.parts, {part.name})))
    if tree.ram is not None:
        names = {RAM, "low", "high"}
        yield replace(tree, parts=tuple(_without(tree.parts, names)), ram=None)


def _without(parts: Sequence[Part], gone: set[str]) -> Iterator[Part]:
    """A part that lay in a container that is gone lies nowhere; an alias goes as well."""
    gone = set(gone)
    for part in parts:
        if part.target in gone:
            gone.add(part.name)
    for part in parts:
        if part.name in gone:
            continue
        if part.container in gone:
            if part.kind not in MAPPED_ALWAYS:
                yield replace(part, container=None, at=0, priority=None)
            continue
        yield part


def simpler_parts(tree: Tree) -> Iterator[Tree]:
    """Trees in which less is said of one part."""
    for i, part in enumerate(tree.parts):
        for less in (
            replace(part, label=None),
            replace(part, readonly=False),
            replace(part, priority=None),
            replace(part, container=None, at=0, priority=None),
            replace(part, at=0),
            replace(part, offset=0),
        ):
            lost = less.container is None and part.kind in MAPPED_ALWAYS
            if less != part and not lost:
                yield replace(tree, parts=(*tree.parts[:i], less, *tree.parts[i + 1 :]))


# --- predicted -------------------------------------------------------------------------

Roots = dict[Space, MemoryRegion]


def roots_of(tree: Tree, board: Board) -> Roots:
    """The predicted regions of the tree's board, with what no spec can say added."""
    roots = memory_tree(board, CommandLine(tree.ram.size if tree.ram else 0))
    readonly = {part.label or part.name for part in tree.parts if part.readonly}
    for region in _regions_under(roots):
        region.readonly = region.readonly or region.name in readonly
    return roots


def _regions_under(roots: Roots) -> Iterator[MemoryRegion]:
    seen, left = set(), list(roots.values())
    while left:
        region = left.pop()
        if region not in seen:
            seen.add(region)
            yield region
            left += region.subregions
            left += [] if region.alias is None else [region.alias]


# --- drawn -----------------------------------------------------------------------------

_KINDS = (
    "ram",
    "rom",
    "io",
    "alias",
    "alias",
    "alias",
    "alias",
    "container",
    "container",
)
_COUNTS = (*range(1, 15), *range(6, 15))
_PRIORITIES = (None, None, None, 0, 1, 1, 2, 10, -1, -2, -(1 << 31), (1 << 31) - 1)
_LABELS = (
    None,
    None,
    None,
    None,
    None,
    'a "quoted" \\ name',
    "x (prio 7, i/o): y @0000",
    "100%s of size/2 [0]",
    "größe",
)


@dataclass
class _Draft:
    """A tree in the making: what is still free of a container, and who lies where."""

    strict: bool
    step: int
    ram: MainMemory | None
    parts: list[Part] = field(default_factory=list)
    follows: dict[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        usual = self.ram.usual if self.ram is not None else 0
        return Tree(tuple(self.parts), self.ram).sizes(usual)

    def free(self) -> list[int]:
        """The parts that no container holds yet."""
        return [i for i, part in enumerate(self.parts) if part.container is None]


@st.composite
def trees(draw: st.DrawFn, strict: bool = True) -> Tree:
    """A tree; a ``strict`` one is a spec that lowering accepts.

    The others have what it refuses: neighbours of one priority that overlap, parts that
    stick out of their container, aliases past their target.
    """
    ram = draw(st.none() | _main_memory(strict))
    step = MIB // 4 if ram else draw(st.sampled_from((0x1000, 1, 0x10, 0x10_0000)))
    draft = _Draft(strict, step, ram)
    for number in range(draw(st.sampled_from(_COUNTS))):
        _draw_part(draw, draft, number)
    base = draw(st.sampled_from((0, 0, 0, HIGH)))
    for i in draft.free():
        _place_at_top(draw, draft, i, base)
    backwards = draw(st.booleans())
    parts = draft.parts
    if backwards and strict:
        # Listed before its target, an alias has to say how much it shows.
        sizes, names = draft.sizes, {part.name for part in parts}
        for i, part in enumerate(parts):
            if part.target in names and part.size is None:
                parts[i] = replace(part, size=sizes[part.name])
    tree = Tree(tuple(parts), ram, backwards, step)
    if tree.arch is Arch.X86_64:  # its QEMU has no such device
        tree = replace(tree, parts=tuple(map(_implemented, tree.parts)))
    return tree


def _implemented(part: Part) -> Part:
    if part.kind != STUB:
        return part
    return replace(part, kind="io", priority=UNIMPLEMENTED_PRIORITY)


@st.composite
def _main_memory(draw: st.DrawFn, strict: bool) -> MainMemory:
    size = draw(st.integers(1, 4)) * MIB
    maximum = draw(st.sampled_from((None, 4 * MIB))) if strict else None
    split = None
    how = draw(st.sampled_from(("windows", "whole", "split")))
    if how == "split" and strict:
        at = draw(st.integers(1, 15)) * MIB // 4
        below = draw(st.integers(0, 8)) * MIB // 4
        above = below + at + draw(st.integers(0, 8)) * MIB // 4
        split = (at, below, above)
    at_top = draw(st.integers(0, 16)) * MIB // 4 if how == "whole" else None
    return MainMemory(size, maximum, at_top, split)


def _draw_part(draw: st.DrawFn, draft: _Draft, number: int) -> None:
    kind = draw(st.sampled_from(_KINDS))
    targets = [part.name for part in draft.parts]
    if draft.ram is not None:
        # Two more chances for each way to get at the RAM of -m.
        targets += [RAM, RAM] if draft.ram.split is None else [RAM, "low", "low"]
    if kind == "alias" and not targets:
        kind = "ram"
    readonly = not draft.strict and draw(st.integers(0, 5)) == 5
    label = draw(st.sampled_from(_LABELS))
    if label is not None:
        label += f" {number}"  # QEMU refuses two RAMs of one name
    name = f"{kind[0]}{number}"
    if kind == "alias":
        _draw_alias(
            draw, draft, Part(name, kind, None, label=label, readonly=readonly), targets
        )
        return
    cells = draw(st.integers(4, 24) if kind == "container" else st.integers(1, 12))
    part = Part(name, kind, cells * draft.step, label=label, readonly=readonly)
    free = draft.free()
    draft.parts.append(part)
    if kind == "container":
        for i in free:
            before = draft.follows.get(draft.parts[i].name)
            follows = any(p.name == before and p.container == name for p in draft.parts)
            if follows or draw(st.booleans()):
                _place(draw, draft, i, name, 0, 16, cells * draft.step)


def _draw_alias(draw: st.DrawFn, draft: _Draft, part: Part, targets: list[str]) -> None:
    step, sizes = draft.step, draft.sizes
    last = draft.parts[-1] if draft.parts else None
    if last is not None and last.kind == "alias" and draw(st.booleans()):
        # Continues the alias before it: side by side they may be one range.
        assert last.target is not None
        offset = last.offset + sizes[last.name]
        left = sizes[last.target] - offset
        if left > 0:
            more = min(left, draw(st.integers(1, 8)) * step)
            part = replace(part, target=last.target, offset=offset, size=more)
            draft.follows[part.name] = last.name
            draft.parts.append(part)
            return
    target = draw(st.sampled_from(targets))
    whole = sizes[target]
    cells = max(1, -(-whole // step))
    bounded = draft.strict and not (
        target == RAM and draft.ram is not None and draft.ram.maximum is None
    )
    offset = draw(st.integers(0, cells - 1 if bounded else cells + 2)) * step
    left = max(whole - offset, 0)
    size: int | None = None
    if not left or not draw(st.booleans()):
        size = draw(st.integers(1, cells + 4)) * step
        if bounded:
            size = min(size, left)
    draft.parts.append(replace(part, target=target, offset=offset, size=size))


def _place_at_top(draw: st.DrawFn, draft: _Draft, i: int, base: int) -> None:
    part = draft.parts[i]
    where = draw(st.sampled_from((*[SYSTEM] * 6, IO, None, None)))
    before = draft.follows.get(part.name)
    for other in draft.parts:
        if other.name == before and other.container in (SYSTEM, IO):
            where = other.container
    if where is None and part.kind == "io":
        where = SYSTEM
    if where is IO and draft.strict and draft.sizes[part.name] > IO_SIZE:
        where = SYSTEM
    if where == SYSTEM:
        aliased = any(other.target == part.name for other in draft.parts)
        if part.kind == "io" and not aliased and draw(st.booleans()):
            draft.parts[i] = replace(part, kind=STUB, readonly=False)
        _place(draw, draft, i, SYSTEM, base, 40, 1 << 36)
    elif where == IO:
        _place(draw, draft, i, IO, 0, 40, IO_SIZE)


def _place(
    draw: st.DrawFn,
    draft: _Draft,
    i: int,
    container: str,
    base: int,
    cells: int,
    room: int,
) -> None:
    """Map part ``i`` into ``container``; not at all if it does not fit there."""
    part, sizes, step = draft.parts[i], draft.sizes, draft.step
    size = sizes[part.name]
    if draft.strict:
        if size > room - base:
            return
        cells = min(cells, (room - base - size) // step)
    at = base + draw(st.integers(0, cells)) * step
    before = draft.follows.get(part.name)
    for other in draft.parts:
        if other.name == before and other.container == container:
            next_to = other.at + sizes[before]
            if not draft.strict or next_to + size <= room:
                at = next_to
    priority = None
    if part.kind != STUB:
        priority = draw(st.sampled_from(_PRIORITIES))
    draft.parts[i] = replace(part, container=container, at=at, priority=priority)
    if draft.strict:
        _settle(draft, i)


def _settle(draft: _Draft, i: int) -> None:
    """Give part ``i`` a priority that nothing it overlaps has."""
    part = draft.parts[i]
    taken = set(_overlapping(draft, i))
    if part.on_top not in taken:
        return
    free = next(n for n in range(1, len(taken) + 2) if n not in taken)
    kind = "io" if part.kind == STUB else part.kind
    draft.parts[i] = replace(part, kind=kind, priority=free)


def _overlapping(draft: _Draft, i: int) -> Iterator[int]:
    part, sizes, ram = draft.parts[i], draft.sizes, draft.ram
    there = [
        (other.at, sizes[other.name], other.on_top)
        for j, other in enumerate(draft.parts)
        if j != i and other.container == part.container
    ]
    if part.container == SYSTEM and ram is not None:
        if ram.at is not None:
            there.append((ram.at, ram.usual, 0))
        if ram.split is not None:
            _, below, above = ram.split
            there += [(below, sizes["low"], 0), (above, sizes["high"], 0)]
    for at, size, priority in there:
        if at < part.at + sizes[part.name] and part.at < at + size:
            yield priority
