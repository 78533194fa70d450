"""RAM and regions: from what the spec says to what is mapped where."""

from __future__ import annotations

from qgen.board import (
    IO,
    RAM,
    SYSTEM,
    Format,
    Image,
    Kind,
    Mapping,
    Ram,
    Region,
)
from qgen.diagnostics import Code, did_you_mean
from qgen.expr import Bin, Entry, Expr, Name, Num, Var, evaluate, variables
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

UNIMPLEMENTED_PRIORITY = -1000
"""The priority at which create_unimplemented_device maps (hw/misc/unimp.h)."""
ROOTS = (SYSTEM, IO)
RESERVED = (*ROOTS, RAM)


def lower_ram(spec: Spec, scope: Scope) -> tuple[Ram | None, list[Region]]:
    """The RAM of -m with its limits, and the regions that map it."""
    ram = spec.ram
    if ram is None:
        return None, []
    path: Path = ("ram",)
    sizes: dict[str, Expr | None] = {}
    for key in ("default", "min", "max"):
        written = getattr(ram, key)
        sizes[key] = None
        if written is not None:
            expr = scope.resolve(written, (*path, key))
            if expr is not None and scope.number(expr, (*path, key), low=1) is not None:
                sizes[key] = expr
    _judge_limits(sizes, scope)
    regions = [
        Region(
            RAM, ram.id, Kind.MACHINE_RAM, Var("ram_size"), _ram_at(ram, scope), path
        )
    ]
    split = None
    if ram.split is not None:
        split = scope.resolve(ram.split.at, (*path, "split", "at"))
        if split is not None and not scope.number(split, (*path, "split", "at"), low=1):
            split = None
        if ram.at is not None:
            scope.error(
                Code.Q0214,
                "split RAM is not mapped whole as well",
                (*path, "at"),
                "leave out 'at', or 'split'",
                key=True,
            )
    if split is not None and ram.split is not None:
        regions += _split(ram.split, split, scope)
    for key in ("too_much", "too_little"):
        _judge_message(getattr(ram, key), (*path, key), scope)
    result = Ram(
        ram.id,
        sizes["default"],
        sizes["min"],
        sizes["max"],
        ram.too_much,
        ram.too_little,
        split,
        path,
    )
    return result, regions


def _ram_at(ram: model.Ram, scope: Scope) -> Mapping | None:
    if ram.at is None:
        return None
    at = address(ram.at, ("ram", "at"), scope)
    return None if at is None else Mapping(SYSTEM, at, None)


def _judge_limits(sizes: dict[str, Expr | None], scope: Scope) -> None:
    def value(key: str) -> int | None:
        expr = sizes[key]
        return None if expr is None else evaluate(expr)

    low, default, high = value("min"), value("default"), value("max")
    if low is not None and high is not None and low > high:
        scope.error(Code.Q0203, "the minimum is above the maximum", ("ram", "min"))
    if default is not None and high is not None and default > high:
        scope.error(Code.Q0203, "the default is above the maximum", ("ram", "default"))
    if default is not None and low is not None and default < low:
        scope.error(Code.Q0203, "the default is below the minimum", ("ram", "default"))
    for key in ("min", "max"):
        limit = value(key)
        if limit is not None and limit % (1 << 20):
            scope.error(
                Code.Q0203,
                "the message counts in MiB: the limit must be a multiple of 1 MiB",
                ("ram", key),
            )


def _judge_message(text: str, path: Path, scope: Scope) -> None:
    rest = text.replace("{size}", "").replace("{limit}", "")
    if "{" in rest or "}" in rest:
        scope.error(
            Code.Q0105,
            "a message may hold {size} and {limit}, and no other braces",
            path,
        )


def _split(split: model.Split, at: Expr, scope: Scope) -> list[Region]:
    size, regions = Var("ram_size"), []
    for key, part in (("below", split.below), ("above", split.above)):
        path: Path = ("ram", "split", key)
        base = address(part.at, (*path, "at"), scope)
        if base is None:
            continue
        below = key == "below"
        regions.append(
            Region(
                part.name,
                part.name,
                Kind.ALIAS,
                Bin("min", size, at) if below else Bin("-", size, at),
                Mapping(SYSTEM, base, None),
                path,
                target=RAM,
                offset=Num(0) if below else at,
                above=None if below else at,
            )
        )
    return regions


def address(written: Expr, path: Path, scope: Scope, *extra: str) -> Expr | None:
    """An address: with a memory map table, one of its entries; else any number."""
    expr = scope.resolve(written, path, field="base", run_time=extra)
    if expr is None:
        return None
    if scope.entries and isinstance(written, Num) and written.value:
        same = [
            e.name for e in scope.entries.values() if evaluate(e.base) == written.value
        ]
        scope.error(
            Code.Q0214,
            "this board has a memory map table: an address is an entry of it",
            path,
            (
                f"write {same[0]}"
                if same
                else "add an entry under 'map:' and name it here"
            ),
        )
    if not variables(expr) and scope.number(expr, path) is None:
        return None
    return expr


def lower_regions(spec: Spec, scope: Scope, ram: list[Region]) -> list[Region]:
    """All regions in the order of creation: an alias comes after what it shows."""
    lowering = _Regions(spec, scope, ram)
    regions = [*ram]
    for name, region in spec.memory.items():
        done = lowering.region(name, region)
        if done is not None:
            regions.append(done)
    return _ordered(regions, scope)


class _Regions:
    def __init__(self, spec: Spec, scope: Scope, ram: list[Region]):
        self.spec, self.scope = spec, scope
        self.known = [*RESERVED[: 3 if ram else 2], *(r.name for r in ram)]
        self.known += spec.memory
        self.sizes: dict[str, Expr | None] = {r.name: r.size for r in ram}

    def region(self, name: str, region: model.Region) -> Region | None:
        path: Path = ("memory", name)
        if name in RESERVED or name in self.sizes:
            self.scope.error(
                Code.Q0202, f"{name!r} names something else already", path, key=True
            )
            return None
        mapping, placed = self.mapping(region, path)
        size = self.size(name, region, path)
        self.sizes[name] = size
        target, offset = self.target(region, path)
        if size is None or not placed:
            return None
        image = getattr(region, "image", None)
        done = Region(
            name,
            region.name or name,
            Kind(region.kind),
            size,
            mapping,
            path,
            target=target,
            offset=offset,
            read_value=self.read_value(region, path),
            image=None if image is None else self.image(image, (*path, "image")),
            comment=region.comment,
        )
        self.judge(done)
        return done

    def mapping(self, region: model.Region, path: Path) -> tuple[Mapping | None, bool]:
        """The mapping, and whether what the spec says of it makes sense."""
        ok = True
        if region.in_ not in ROOTS:
            inner = self.spec.memory.get(region.in_)
            if inner is None or inner.kind != "container":
                containers = [
                    n for n, r in self.spec.memory.items() if r.kind == "container"
                ]
                self.scope.error(
                    Code.Q0201,
                    f"{region.in_!r} is no container",
                    (*path, "in"),
                    did_you_mean(region.in_, [*ROOTS, *containers]),
                )
                ok = False
        if region.at is None:
            for key in ("in", "priority"):
                given = (
                    region.in_ != SYSTEM if key == "in" else region.priority is not None
                )
                if given:
                    self.scope.error(
                        Code.Q0102,
                        f"a region with {key!r} needs 'at' as well",
                        (*path, key),
                        key=True,
                    )
            if region.kind in ("io", "unimplemented"):
                self.scope.error(
                    Code.Q0102,
                    f"a region of kind {region.kind!r} needs 'at'",
                    path,
                    "add at: ADDRESS",
                    key=True,
                )
                ok = False
            return None, ok
        at = address(region.at, (*path, "at"), self.scope)
        if at is None or not ok:
            return None, False
        return Mapping(region.in_, at, self.priority(region, path)), True

    def priority(self, region: model.Region, path: Path) -> int | None:
        if region.kind != "unimplemented":
            return region.priority
        if region.priority is not None or region.in_ != SYSTEM:
            self.scope.error(
                Code.Q0214,
                "an unimplemented device is mapped into the system memory at priority "
                f"{UNIMPLEMENTED_PRIORITY}, nowhere else",
                (*path, "priority" if region.priority is not None else "in"),
                "leave it out, or use kind: io",
                key=True,
            )
        return UNIMPLEMENTED_PRIORITY

    def size(self, name: str, region: model.Region, path: Path) -> Expr | None:
        if region.size is not None:
            expr = self.scope.resolve(region.size, (*path, "size"), field="size")
            if expr is None:
                return None
            ok = self.scope.number(expr, (*path, "size"), low=1) is not None
            return expr if ok else None
        if region.kind == "alias":
            return self.rest_of_target(region, path)
        if isinstance(region.at, Name) and region.at.name in self.scope.entries:
            entry = self.scope.entries[region.at.name]
            return Entry(entry.name, "size", evaluate(entry.size))
        self.scope.error(
            Code.Q0102,
            "the key 'size' is missing",
            path,
            "add size: 64 KiB, or name a memory map entry under 'at'",
            key=True,
        )
        return None

    def rest_of_target(self, region: model.AliasRegion, path: Path) -> Expr | None:
        if region.of not in self.sizes:
            self._unknown_target(region, path)
            return None
        whole = self.sizes[region.of]
        if whole is None or region.offset is None:
            return whole
        offset = self.scope.resolve(region.offset, (*path, "offset"), field="size")
        if offset is None:
            return None
        if variables(whole):
            return Bin("-", whole, offset)
        rest = evaluate(whole) - evaluate(offset)
        if rest <= 0:
            self.scope.error(
                Code.Q0205,
                f"the offset lies past the end of {region.of!r}",
                (*path, "offset"),
                f"{region.of!r} has {human(evaluate(whole))}",
            )
            return None
        return Num(rest)

    def _unknown_target(self, region: model.AliasRegion, path: Path) -> None:
        if region.of in self.spec.memory:
            self.scope.error(
                Code.Q0207,
                f"{region.of!r} stands after the alias of it",
                (*path, "of"),
                "write the alias behind its target, or give it a size",
            )
            return
        known = [n for n in self.known if n not in ROOTS]
        help_ = did_you_mean(region.of, known)
        if region.of == RAM:
            help_ = "the machine has no 'ram:'"
        self.scope.error(
            Code.Q0201, f"there is no region {region.of!r}", (*path, "of"), help_
        )

    def target(
        self, region: model.Region, path: Path
    ) -> tuple[str | None, Expr | None]:
        if not isinstance(region, model.AliasRegion):
            return None, None
        if region.of not in self.known or region.of in ROOTS:
            if region.size is not None:
                self._unknown_target(region, path)
            return None, None
        if region.offset is None:
            return region.of, Num(0)
        return region.of, self.scope.resolve(
            region.offset, (*path, "offset"), field="size"
        )

    def read_value(self, region: model.Region, path: Path) -> int:
        if not isinstance(region, model.IoRegion) or region.value is None:
            return 0
        expr = self.scope.resolve(region.value, (*path, "value"))
        return 0 if expr is None else self.scope.number(expr, (*path, "value")) or 0

    def image(self, image: model.Image, path: Path) -> Image | None:
        if (image.file is None) == (image.firmware is None):
            self.scope.error(
                Code.Q0214,
                "an image has either 'file' or 'firmware'",
                path,
                "firmware: NAME is what -bios replaces, file: NAME is always loaded",
                key=True,
            )
            return None
        if image.firmware is False:
            self.scope.error(
                Code.Q0107,
                "'firmware' is a file name, or true for no default",
                (*path, "firmware"),
            )
            return None
        firmware = image.firmware is not None
        file = image.firmware if isinstance(image.firmware, str) else image.file
        return Image(file, firmware, Format(image.format), path)

    def judge(self, region: Region) -> None:
        """An alias within its target; an image at an address that is known."""
        if region.image is not None and region.mapping is None:
            self.scope.error(
                Code.Q0214,
                "an image is loaded where the region is mapped: it needs 'at'",
                (*region.origin, "image"),
                key=True,
            )
        target = self.sizes.get(region.target or "")
        if region.offset is None or target is None or variables(region.size):
            return
        if variables(target):
            ram = self.spec.ram
            if ram is None or ram.max is None:
                return
            limit = self.scope.resolve(ram.max, ("ram", "max"))
            if limit is None:
                return
            whole = evaluate(limit)
        else:
            whole = evaluate(target)
        end = evaluate(region.offset) + evaluate(region.size)
        if end > whole:
            self.scope.error(
                Code.Q0205,
                f"the alias ends {human(end - whole)} past the end of {region.target!r}",
                (*region.origin, "size" if self._has(region, "size") else "offset"),
                f"{region.target!r} has {human(whole)}; with this offset at most "
                f"{human(max(0, whole - evaluate(region.offset)))} are left",
            )

    def _has(self, region: Region, key: str) -> bool:
        written = self.spec.memory[region.name]
        return getattr(written, key, None) is not None


def human(size: int) -> str:
    """A size as a person writes it: ``64 KiB``, ``0x1234``."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size:#x}"


def _ordered(regions: list[Region], scope: Scope) -> list[Region]:
    """``regions`` with targets and containers before what uses them, else as written."""
    by_name = {r.name: r for r in regions}
    done: dict[str, Region] = {}
    for start in regions:
        trail: list[str] = []
        stack = [start.name]
        while stack:
            name = stack[-1]
            if name in done or name not in by_name:
                stack.pop()
                continue
            region = by_name[name]
            container = region.mapping.container if region.mapping else None
            needs = [
                n
                for n in (region.target, container)
                if n is not None and n in by_name and n not in done
            ]
            if not needs:
                done[name] = region
                stack.pop()
                continue
            if name in trail:
                _cycle(region, scope)
                return regions
            trail.append(name)
            stack += needs
    return _contained(list(done.values()), scope)


def _contained(regions: list[Region], scope: Scope) -> list[Region]:
    """Refuse a container that shows itself through an alias inside it."""
    shows: dict[str, list[Region]] = {}
    for region in regions:
        if region.target is not None:
            shows.setdefault(region.name, []).append(region)
        if region.mapping is not None:
            shows.setdefault(region.mapping.container, []).append(region)
    state: dict[str, int] = {}
    for start in regions:
        stack: list[tuple[str, bool]] = [(start.name, False)]
        while stack:
            name, leave = stack.pop()
            if leave:
                state[name] = 2
                continue
            if state.get(name) == 2:
                continue
            state[name] = 1
            stack.append((name, True))
            for edge in shows.get(name, ()):
                below = edge.target if edge.name == name else edge.name
                if below is None or state.get(below) == 2:
                    continue
                if state.get(below) == 1:
                    _cycle(edge, scope)
                    return regions
                stack.append((below, False))
    return regions


def _cycle(region: Region, scope: Scope) -> None:
    key = "of" if region.target is not None else "in"
    scope.error(Code.Q0207, f"{region.name!r} contains itself", (*region.origin, key))
