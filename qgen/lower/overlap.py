"""Judges the memory map: what overlaps what, and what lies outside its container.

Intervals are compared within one container and one priority: regions of different
priority overlap on purpose, and so does a stub that lies inside one written before it.
Cost: one sort for each container.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from qgen.arch import ARCHES
from qgen.board import IO, SYSTEM, UNIMPLEMENTED, Device, Kind, Ram, Region, Soc
from qgen.condition import Condition, possible
from qgen.diagnostics import Code
from qgen.expr import evaluate, variables
from qgen.frozen import frozen
from qgen.lower.conditions import worlds
from qgen.lower.places import RESERVED, hexadecimal, human
from qgen.lower.scope import Scope
from qgen.source import Path

IO_SIZE = 1 << 16
ENDLESS = 1 << 62
"""More RAM than any -m: shows what RAM would reach if it only grew."""


@frozen
class Interval:
    """``[start, end)`` in a container, and the part of the spec that takes it.

    ``stub``: it is a device that is not modelled. ``stated``: the spec gives it its
    priority, even if that is the usual one. ``inside``: it lies in a SoC, whose
    addresses are its own.
    """

    start: int
    end: int
    name: str
    priority: int
    path: Path
    grows: bool = False
    stub: bool = False
    inside: bool = False
    when: Condition | None = None
    stated: bool = False


def judge_map(
    regions: Sequence[Region],
    devices: Sequence[Device],
    ram: Ram | None,
    scope: Scope,
) -> None:
    """Add a finding for each overlap, and for each region outside its container."""
    sizes = {SYSTEM: 1 << ARCHES[scope.arch].address_bits, IO: IO_SIZE}
    sizes |= {r.name: evaluate(r.size) for r in regions if r.kind is Kind.CONTAINER}
    usual = _ram_size(ram)
    by_container: dict[str, list[Interval]] = {}
    for container, interval in _intervals(regions, devices, usual, scope):
        by_container.setdefault(container, []).append(interval)
    for container, intervals in by_container.items():
        size = sizes.get(container)  # None for a container that has no right size
        for interval in intervals:
            if size is not None and interval.end > size and not interval.grows:
                _outside(interval, container, size, scope)
        seen = set()
        for answers in worlds(i.when for i in intervals):
            there = [i for i in intervals if possible(i.when, answers)]
            ordered = sorted(there, key=lambda i: (i.start, i.end))
            for first, second in _overlaps(there, ordered):
                if (first.path, second.path) not in seen:
                    seen.add((first.path, second.path))
                    _overlap(first, second, ordered, scope)
    endless = ram is not None and ram.maximum is None and not ram.under_devices
    if endless and not scope.failed:
        _judge_growth(regions, devices, usual, scope)


def _ram_size(ram: Ram | None) -> int:
    if ram is None:
        return 0
    if ram.maximum is not None:
        return evaluate(ram.maximum)
    return evaluate(ram.default_size) if ram.default_size is not None else 128 << 20


def _intervals(
    regions: Iterable[Region], devices: Iterable[Device], ram_size: int, scope: Scope
) -> Iterator[tuple[str, Interval]]:
    env = {"ram_size": ram_size}
    for region in regions:
        if region.mapping is None:
            continue
        if region.above is not None and ram_size <= evaluate(region.above):
            continue
        start = evaluate(region.mapping.offset)
        size = evaluate(region.size, env)
        yield region.mapping.container, Interval(
            start,
            start + max(0, size),
            region.name,
            region.mapping.priority or 0,
            (*region.origin, "at"),
            "ram_size" in variables(region.size),
            stated=region.mapping.priority is not None,
        )
    for device in devices:
        count = evaluate(device.count) if device.count is not None else 1
        for mmio in device.mmio:
            for n in range(count if "n" in variables(mmio.address) else 1):
                start = evaluate(mmio.address, {"n": n})
                name = device.name if device.count is None else f"{device.name}[{n}]"
                yield mmio.container or SYSTEM, Interval(
                    start,
                    start + mmio.shown,
                    name,
                    mmio.priority or 0,
                    mmio.origin,
                    stub=device.type == UNIMPLEMENTED,
                    when=device.when,
                    stated=mmio.priority is not None,
                )
        if device.type in scope.socs:
            yield from _of_soc(scope.socs[device.type], device, scope)


def _of_soc(soc: Soc, device: Device, scope: Scope) -> Iterator[tuple[str, Interval]]:
    """What a SoC maps into the system memory by itself."""
    for container, inner in _intervals(soc.regions, soc.devices, 0, scope):
        if container == SYSTEM:
            name = f"{device.name}/{inner.name}"
            yield SYSTEM, replace(inner, name=name, path=device.origin, inside=True)


def _overlaps(
    intervals: Sequence[Interval], ordered: Sequence[Interval]
) -> Iterator[tuple[Interval, Interval]]:
    """Neighbours of one priority that overlap, the later one in the spec second.

    A later one may state the usual priority: it is mapped last, and so it is on top.
    """
    order = {id(interval): i for i, interval in enumerate(intervals)}
    reach: dict[int, Interval] = {}
    for interval in ordered:
        before = reach.get(interval.priority)
        if before is not None and interval.start < before.end:
            first, second = sorted((before, interval), key=lambda i: order[id(i)])
            on_top = second.stated and not first.stated
            if not (first.stub and second.stub) and not on_top:
                yield first, second
        if before is None or interval.end > before.end:
            reach[interval.priority] = interval
    yield from _stubs([i for i in ordered if i.stub], order)


def _stubs(
    ordered: list[Interval], order: Mapping[int, int]
) -> Iterator[tuple[Interval, Interval]]:
    """Stubs that overlap, unless the later one lies inside the earlier one."""
    around: list[Interval] = []
    for stub in sorted(ordered, key=lambda i: (i.start, -i.end, order[id(i)])):
        while around and around[-1].end <= stub.start:
            around.pop()
        if around:
            outer = around[-1]
            first, second = sorted((outer, stub), key=lambda i: order[id(i)])
            same = (outer.start, outer.end) == (stub.start, stub.end)
            if first is not outer or stub.end > outer.end or same:
                yield first, second
        around.append(stub)


def _overlap(
    first: Interval, second: Interval, ordered: Sequence[Interval], scope: Scope
) -> None:
    message = (
        f"{second.name!r} ({_range(second)}) overlaps {first.name!r} ({_range(first)})"
    )

    def free() -> str:
        help_ = "for a wanted overlap, give the one on top a priority"
        if first.stub and second.stub:
            help_ = "of unimplemented devices, one may lie inside an earlier one"
        if second.inside:
            return "the SoC maps this itself: move what the board maps"
        if second.name.endswith("]"):
            return help_
        at = hexadecimal(_free(second, ordered))
        return f"the next free address is {at}; {help_}"

    scope.error(Code.Q0204, message, second.path, free, key=second.inside)


def _free(interval: Interval, ordered: Sequence[Interval]) -> int:
    """The first address from ``interval`` on, aligned to 4 KiB, where it would fit."""
    size, at = interval.end - interval.start, interval.start
    for other in ordered:
        if other is interval or other.priority != interval.priority:
            continue
        if other.start < at + size and at < other.end:
            at = -(-other.end // 4096) * 4096
    return at


def _outside(interval: Interval, container: str, size: int, scope: Scope) -> None:
    if container == SYSTEM:
        what = f"what {size.bit_length() - 1} address bits reach"
    else:
        what = RESERVED.get(container, repr(container))
    scope.error(
        Code.Q0206,
        f"{interval.name!r} ({_range(interval)}) ends outside {what}",
        interval.path,
        f"the last address there is {hexadecimal(size - 1)}",
    )


def _judge_growth(
    regions: Sequence[Region], devices: Sequence[Device], usual: int, scope: Scope
) -> None:
    """Warn of what RAM would run into if -m asks for enough and nothing forbids it."""
    by_priority: dict[int, list[Interval]] = {}
    for container, interval in _intervals(regions, devices, ENDLESS, scope):
        if container == SYSTEM:
            by_priority.setdefault(interval.priority, []).append(interval)
    for intervals in by_priority.values():
        intervals.sort(key=lambda i: i.start)
        for ram in intervals:
            if not ram.grows or ram.end < ENDLESS >> 1:
                continue
            place = bisect_left(intervals, ram.start + usual, key=lambda i: i.start)
            if place == len(intervals):
                continue
            first = intervals[place]
            room = human(first.start - ram.start)
            scope.warning(
                Code.Q0204,
                f"with more than {room} of RAM, {ram.name!r} runs into {first.name!r}",
                ram.path[:-1],
                (
                    f"add max: {room}, or under_devices: true if that is wanted"
                    if ram.path[:-1] == ("ram",)
                    else None
                ),
            )


def _range(interval: Interval) -> str:
    return f"{hexadecimal(interval.start)}-{hexadecimal(interval.end - 1)}"
