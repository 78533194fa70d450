"""Regions: from what the spec says to what is mapped where."""

from __future__ import annotations

from qgen.board import (
    RAM,
    SYSTEM,
    UNIMPLEMENTED_PRIORITY,
    Arch,
    Device,
    Image,
    Kind,
    Mapping,
    Region,
)
from qgen.diagnostics import Code, did_you_mean, quoted
from qgen.expr import Bin, Entry, Expr, Name, Num, Var, evaluate
from qgen.lower.images import lower_image
from qgen.lower.order import in_order
from qgen.lower.places import RESERVED, ROOTS, address, human
from qgen.lower.scope import Scope, fixed
from qgen.lower.stubs import stub
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite


def regions_of(spec: Composite) -> dict[str, str]:
    """The names that an alias or a link may name, with the kind of each region."""
    kinds = {}
    ram = spec.main_ram
    if ram is not None:
        kinds[RAM] = "ram"
        if ram.split is not None:
            kinds[ram.split.below.name] = "alias"
            kinds[ram.split.above.name] = _ABOVE
    return kinds | {name: region.kind for name, region in spec.memory.items()}


_ABOVE = "alias above the split"


def sometimes(name: str, kinds: dict[str, str]) -> str | None:
    """Why there may be no MemoryRegion to refer to, if that is so."""
    match kinds.get(name):
        case "unimplemented":
            return f"{name!r} is an unimplemented device, not a memory region"
        case kind if kind == _ABOVE:
            return f"{name!r} does not exist where there is little RAM"
    return None


def lower_regions(
    spec: Composite, scope: Scope, ram: list[Region]
) -> tuple[list[Region], list[Device]]:
    """All regions in the order of creation, and the stubs for unmodelled devices.

    An alias comes after what it shows.
    """
    _judge_ports(spec, scope)
    lowering = _Regions(spec, scope, ram)
    regions, stubs = [*ram], []
    for name, region in spec.memory.items():
        match lowering.region(name, region):
            case Region() as done:
                regions.append(done)
            case Device() as device:
                stubs.append(device)
    for done in regions:
        lowering.judge_alias(done)
    return in_order(regions, scope), stubs


def _judge_ports(spec: Composite, scope: Scope) -> None:
    """Only x86 has a port I/O space."""
    if scope.arch is Arch.X86_64:
        return
    for name, region in spec.memory.items():
        if region.in_ == "io":
            scope.error(
                Code.Q0214,
                f"{scope.arch.value!r} has no port I/O space",
                ("memory", name, "in"),
                "leave it out to map the region into the system memory",
            )


def is_container(name: str, spec: Composite, path: Path, scope: Scope) -> bool:
    """Whether ``name`` is the root of an address space, or a container."""
    outer = spec.memory.get(name)
    if name in ROOTS or (outer is not None and outer.kind == "container"):
        return True
    kinds = regions_of(spec)
    what = f"there is no container {name!r}"
    if name in kinds:
        what = f"{name!r} is of kind {kinds[name]!r}, not a container"

    def near() -> str | None:
        inner = [n for n, kind in kinds.items() if kind == "container"]
        return did_you_mean(name, [*ROOTS, *inner])

    scope.error(Code.Q0201, what, path, near)
    return False


class _Regions:
    def __init__(self, spec: Composite, scope: Scope, ram: list[Region]):
        self.spec, self.scope = spec, scope
        self.kinds = regions_of(spec)
        self.sizes: dict[str, Expr | None] = {r.name: r.size for r in ram}

    def region(self, name: str, region: model.Region) -> Region | Device | None:
        """The region ``name``; a device where it is a stub for one."""
        path: Path = ("memory", name)
        if name in RESERVED or name in self.sizes:
            return None  # `judge_names` says so
        mapping, placed = self.mapping(region, path)
        target, size, offset = None, None, None
        if not isinstance(region, model.AliasRegion):
            size = self.size(region, path)
        elif self.showable(region, path):
            target, here = region.of, (*path, "offset")
            offset = self.scope.resolve(region.offset or Num(0), here, field="size")
            if offset is not None and self.scope.number(offset, here) is not None:
                size = self.alias_size(region, offset, path)
        self.sizes[name] = size
        value = self.read_value(region, path)
        image = self.image(region, mapping, placed, path)
        if size is None or not placed:
            return None
        label = region.name or name
        if region.kind == "unimplemented":
            assert mapping is not None
            return stub(name, label, mapping.offset, size, region.comment, path)
        return Region(
            name,
            label,
            Kind(region.kind),
            size,
            mapping,
            path,
            target=target,
            offset=offset,
            read_value=value,
            image=image,
            comment=region.comment,
            owned=self.owned(region, path),
        )

    def mapping(self, region: model.Region, path: Path) -> tuple[Mapping | None, bool]:
        """The mapping, and whether what the spec says of it makes sense."""
        placed = self.container(region, path)
        if region.at is None:
            return None, self.unplaced(region, path) and placed
        at = address(region.at, (*path, "at"), self.scope)
        if at is None or not placed:
            return None, False
        return Mapping(region.in_, at, self.priority(region, path)), True

    def container(self, region: model.Region, path: Path) -> bool:
        """Whether ``in`` names the root of an address space, or a container."""
        return is_container(region.in_, self.spec, (*path, "in"), self.scope)

    def unplaced(self, region: model.Region, path: Path) -> bool:
        """Whether a region of this kind may do without ``at``."""
        for key, given in (
            ("in", region.in_ != SYSTEM),
            ("priority", region.priority is not None),
        ):
            if given:
                self.scope.error(
                    Code.Q0102,
                    f"a region with {key!r} needs 'at' as well",
                    (*path, key),
                    "add at: ADDRESS",
                    key=True,
                )
                return False
        if region.kind in ("io", "unimplemented"):
            self.scope.error(
                Code.Q0102,
                f"a region of kind {region.kind!r} needs 'at'",
                path,
                "add at: ADDRESS",
                key=True,
            )
            return False
        return True

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

    def owned(self, region: model.Region, path: Path) -> bool:
        """Whether the region is a QOM child of the machine, or of the SoC."""
        none = getattr(region, "owner", None) is not None
        if isinstance(self.spec, model.InlineSoc) or region.kind not in ("ram", "rom"):
            return not none
        if none:
            self.scope.error(
                Code.Q0214,
                "RAM and ROM of a machine never have an owner",
                (*path, "owner"),
                "leave it out",
                key=True,
            )
        return False

    def size(self, region: model.Region, path: Path) -> Expr | None:
        if region.size is not None:
            expr = self.scope.resolve(region.size, (*path, "size"), field="size")
            if expr is None:
                return None
            ok = self.scope.number(expr, (*path, "size"), low=1) is not None
            return expr if ok else None
        if isinstance(region.at, Name):
            entry = self.scope.entries.get(region.at.name)
            if entry is not None:
                return Entry(entry.name, "size", evaluate(entry.size))
            if region.at.name not in self.scope.constants:
                return None  # the name is wrong, and said to be so
        self.scope.error(
            Code.Q0102,
            "the key 'size' is missing",
            path,
            "add size: 64 KiB, or name a memory map entry under 'at'",
            key=True,
        )
        return None

    def showable(self, region: model.AliasRegion, path: Path) -> bool:
        """Whether an alias can show what this one is to show."""
        name, of = region.of, (*path, "of")
        missing = sometimes(name, self.kinds)
        if missing is not None:
            self.scope.error(Code.Q0214, missing, of)
        elif name not in self.kinds:
            what = f"there is no region {quoted(name)}"
            help_ = "add 'ram:' to the machine" if name == RAM else None
            if name in ROOTS:
                what = f"an alias cannot show {RESERVED[name]}"

            def near() -> str | None:
                return did_you_mean(name, [n for n in self.kinds if n != path[-1]])

            self.scope.error(Code.Q0201, what, of, help_ or near)
        elif region.size is None and name not in self.sizes:
            what = f"{name!r} stands after this alias, which has no size of its own"
            help_ = "write the alias behind it, or give the alias a size"
            if path == ("memory", name):
                what, help_ = f"{name!r} shows itself", "name another region"
            self.scope.error(Code.Q0207, what, of, help_)
        else:
            return True
        return False

    def alias_size(
        self, region: model.AliasRegion, offset: Expr, path: Path
    ) -> Expr | None:
        """The size that the alias has, or the rest of what it shows."""
        if region.size is not None:
            return self.size(region, path)
        whole = self.sizes[region.of]
        if whole is None or region.offset is None:
            return whole
        if fixed(whole) is None:
            return _less(whole, offset)
        rest = evaluate(whole) - evaluate(offset)
        if rest > 0:
            return Num(rest)
        self.scope.error(
            Code.Q0205,
            f"the offset lies past the end of {region.of!r}",
            (*path, "offset"),
            f"{region.of!r} has {human(evaluate(whole))}",
        )
        return None

    def read_value(self, region: model.Region, path: Path) -> int:
        if not isinstance(region, model.IoRegion) or region.value is None:
            return 0
        expr = self.scope.resolve(region.value, (*path, "value"))
        return 0 if expr is None else self.scope.number(expr, (*path, "value")) or 0

    def image(
        self, region: model.Region, mapping: Mapping | None, placed: bool, path: Path
    ) -> Image | None:
        image = getattr(region, "image", None)
        if image is None:
            return None
        path = (*path, "image")
        lowered = lower_image(image, path, self.scope)
        if placed and (mapping is None or mapping.container != SYSTEM):
            what = "an image is loaded into the system memory, where this region is not"
            help_ = "leave out 'in'" if mapping else "add at: ADDRESS"
            self.scope.error(Code.Q0214, what, path, help_, key=True)
        return lowered

    def judge_alias(self, region: Region) -> None:
        """An alias ends within what it shows, with the most RAM that there can be."""
        size, whole = fixed(region.size), self.largest(
            self.sizes.get(region.target or "")
        )
        if region.offset is None or size is None or whole is None:
            return
        start = evaluate(region.offset)
        if start + size <= whole:
            return
        written = self.spec.memory[region.name]
        behind = f", {human(whole - start)} from this offset on" * (0 < start < whole)
        self.scope.error(
            Code.Q0205,
            f"the alias ends {human(start + size - whole)} past the end of "
            f"{region.target!r}",
            (*region.origin, "offset" if written.size is None else "size"),
            f"{region.target!r} has {human(whole)}{behind}",
        )

    def largest(self, size: Expr | None) -> int | None:
        """The value of a size; of one that depends on -m, the greatest."""
        ram = self.spec.main_ram
        if size is None or fixed(size) is not None or ram is None:
            return fixed(size)
        key = "default" if ram.exact else "max"
        written = ram.default if ram.exact else ram.max
        if written is None or self.scope.broken("ram"):
            return None
        most = self.scope.resolve(written, ("ram", key))
        if most is None:
            return None
        return max(0, evaluate(size, {"ram_size": evaluate(most)}))


def _less(whole: Expr, offset: Expr) -> Expr:
    """``whole - offset``, as one difference however long the chain of aliases is."""
    match whole:
        case Bin("-", Var() as size, before):
            return Bin("-", size, Num(evaluate(before) + evaluate(offset)))
        case _:
            return Bin("-", whole, offset)
