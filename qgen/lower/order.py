"""The order in which regions are created, and what contains itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from qgen.board import Region
from qgen.diagnostics import Code
from qgen.lower.scope import Scope

MAX_SHOWN = 100_000
"""How many regions the address spaces may show, those behind an alias counted again."""

# An edge leads from a region to one that it holds or shows; its region says so.
_Edges = dict[str, list[tuple[str, Region, str]]]


def in_order(regions: list[Region], scope: Scope) -> list[Region]:
    """``regions`` with targets and containers before what uses them, else as written.

    A finding for each region that contains itself; then the order means nothing.
    """
    edges = _edges(regions)
    shown = _look_inside(regions, edges, scope)
    if shown is None:
        return regions
    total = 0
    for region in regions:
        if region.mapping is not None and region.mapping.container not in edges:
            before, total = total, total + shown[region.name]
            if before <= MAX_SHOWN < total:
                _too_many(region, scope)
    by_name = {r.name: r for r in regions}
    done: dict[str, Region] = {}
    for start in regions:
        stack = [start]
        while stack:
            region = stack[-1]
            container = region.mapping.container if region.mapping else None
            needs = [
                by_name[n]
                for n in (region.target, container)
                if n is not None and n in by_name and n not in done
            ]
            if needs:
                stack += needs
                continue
            done[region.name] = region
            stack.pop()
    return list(done.values())


def _edges(regions: list[Region]) -> _Edges:
    """What each region holds and shows."""
    edges: _Edges = {r.name: [] for r in regions}
    for region in regions:
        if region.target in edges:
            edges[region.name].append((region.target, region, "shows"))
        if region.mapping is not None and region.mapping.container in edges:
            edges[region.mapping.container].append((region.name, region, "holds"))
    return edges


def _look_inside(
    regions: list[Region], edges: _Edges, scope: Scope
) -> dict[str, int] | None:
    """How many regions each one shows, itself counted; None if one contains itself."""
    shown: dict[str, int] = {}
    found = False
    for start in regions:
        trail: dict[str, Iterator[tuple[str, Region, str]]] = {}
        if start.name not in shown:
            trail[start.name] = iter(edges[start.name])
        while trail:
            name = next(reversed(trail))
            for inner, by, how in trail[name]:
                if inner in trail:
                    _cycle(inner, [*trail], edges, by, how, scope)
                    found = True
                elif inner not in shown:
                    trail[inner] = iter(edges[inner])
                    break
            else:
                del trail[name]
                inside = sum(shown.get(n, 0) for n, _, _ in edges[name])
                shown[name] = min(1 + inside, MAX_SHOWN + 1)
    return None if found else shown


def _cycle(
    name: str, trail: list[str], edges: _Edges, by: Region, how: str, scope: Scope
) -> None:
    """Say how ``name`` contains itself, and mark what closes the circle."""

    def way() -> str:
        names = [*trail[trail.index(name) :], name]
        steps = []
        for outer, inner in pairwise(names):
            verb = next(how for n, _, how in edges[outer] if n == inner)
            steps.append(f"{outer!r} {verb} {inner!r}")
        if len(steps) > 4:
            steps[3:-1] = ["..."]
        return ", ".join(steps)

    key = "of" if how == "shows" else "in"
    scope.error(Code.Q0207, f"{name!r} contains itself", (*by.origin, key), way)


def _too_many(region: Region, scope: Scope) -> None:
    scope.error(
        Code.Q0004,
        f"with this the board shows more than {MAX_SHOWN} regions",
        region.origin,
        "aliases show again what is behind them: write fewer",
        key=True,
    )
