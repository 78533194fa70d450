"""The RAM of -m: its limits, and the regions that map it."""

from __future__ import annotations

from qgen.board import RAM, SYSTEM, Kind, Mapping, Ram, Region
from qgen.diagnostics import Code
from qgen.expr import Bin, Expr, Num, Var, evaluate
from qgen.lower.limits import judge_ram
from qgen.lower.places import address, human
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

PATH: Path = ("ram",)
USUAL = 128 << 20
"""The RAM that QEMU gives a machine that says nothing of it."""


def lower_ram(spec: Spec, scope: Scope) -> tuple[Ram | None, list[Region]]:
    """The RAM of -m with its limits, and the regions that map it."""
    ram = spec.ram
    if ram is None:
        return None, []
    default = _size(ram.default, (*PATH, "default"), scope)
    low = _size(ram.min, (*PATH, "min"), scope)
    high = _size(ram.max, (*PATH, "max"), scope)
    _judge_limits(low, default, high, scope)
    judge_ram(default, (*PATH, "default"), scope)
    _judge_message(ram.too_much, (*PATH, "too_much"), scope)
    _judge_message(ram.too_little, (*PATH, "too_little"), scope)
    if ram.exact:
        _judge_exact(ram, scope)
        low = high = default
    elif "not_exact" in ram.model_fields_set:
        message = "this message is for RAM of exactly one size"
        help_ = "add exact: true, or leave it out"
        scope.error(Code.Q0214, message, (*PATH, "not_exact"), help_, key=True)
    elif default is None and not scope.broken(*PATH):
        _judge_usual(low, high, scope)
    at = None
    if ram.at is not None:
        at = address(ram.at, (*PATH, "at"), scope)
    split = None
    if ram.split is not None:
        split = _size(ram.split.at, (*PATH, "split", "at"), scope)
        if ram.at is not None:
            scope.error(
                Code.Q0214,
                "split RAM is not mapped whole as well",
                (*PATH, "at"),
                "leave out 'at', or 'split'",
                key=True,
            )
    parts = [] if ram.split is None else _parts(ram.split, split, scope)
    mapping = None if at is None else Mapping(SYSTEM, at, None)
    if scope.broken(*PATH):  # nobody knows what it would overlap
        mapping, parts = None, []
    whole = Region(RAM, ram.id, Kind.MACHINE_RAM, Var("ram_size"), mapping, PATH)
    messages = (ram.too_much, ram.too_little)
    exact = ram.not_exact if ram.exact else None
    if ram.under_devices and high is not None:
        scope.error(
            Code.Q0214,
            "RAM that has a limit does not grow under devices",
            (*PATH, "under_devices"),
            "leave out one of the two",
            key=True,
        )
    result = Ram(
        ram.id, default, low, high, *messages, split, PATH, exact, ram.under_devices
    )
    return result, [whole, *parts]


def _size(written: Expr | None, path: Path, scope: Scope) -> Expr | None:
    if written is None:
        return None
    expr = scope.resolve(written, path)
    if expr is None or scope.number(expr, path, low=1) is None:
        return None
    return expr


def _judge_limits(
    low: Expr | None, default: Expr | None, high: Expr | None, scope: Scope
) -> None:
    least = 0 if low is None else evaluate(low)
    most = (1 << 64) if high is None else evaluate(high)
    usual = least if default is None else evaluate(default)
    if least > most:
        message = "the minimum is above the maximum"
        help_ = "lower it, or raise 'max'"
        scope.error(Code.Q0203, message, (*PATH, "min"), help_)
    elif usual > most:
        message = "the default is above the maximum"
        help_ = f"write at most {human(most)}, or raise 'max'"
        scope.error(Code.Q0203, message, (*PATH, "default"), help_)
    elif usual < least:
        message = "the default is below the minimum"
        help_ = f"write at least {human(least)}, or lower 'min'"
        scope.error(Code.Q0203, message, (*PATH, "default"), help_)
    for key, limit in (("min", low), ("max", high)):
        if limit is not None and evaluate(limit) % (1 << 20):
            near = -(-evaluate(limit) // (1 << 20))
            scope.error(
                Code.Q0203,
                "the limit is no multiple of 1 MiB, and the message past it counts MiB",
                (*PATH, key),
                f"write {near} MiB",
            )


def _judge_exact(ram: model.Ram, scope: Scope) -> None:
    """RAM of one size has a default, no limits, and one message."""
    if ram.default is None:
        message = "RAM of exactly one size needs that size"
        scope.error(Code.Q0102, message, PATH, "add default: 16 MiB", key=True)
    for key in ("min", "max"):
        if getattr(ram, key) is not None:
            message = f"RAM of exactly one size has no {key!r}"
            scope.error(Code.Q0214, message, (*PATH, key), "leave it out", key=True)
    rest = ram.not_exact.replace("{limit}", "")
    if "{" in rest or "}" in rest:
        scope.error(
            Code.Q0105,
            "this message holds no braces but {limit}",
            (*PATH, "not_exact"),
            "{limit} stands for the size that can be had",
        )


def _judge_usual(low: Expr | None, high: Expr | None, scope: Scope) -> None:
    """Warn of a board that starts only with -m."""
    for key, limit in (("min", low), ("max", high)):
        bad = USUAL if limit is None else evaluate(limit)
        if (bad > USUAL) if key == "min" else (bad < USUAL):
            scope.warning(
                Code.Q0203,
                f"without -m, QEMU has {human(USUAL)} of RAM: this board would not start",
                (*PATH, key),
                f"add default: {human(bad)}",
            )


def _judge_message(text: str, path: Path, scope: Scope) -> None:
    rest = text.replace("{size}", "").replace("{limit}", "")
    if "{" in rest or "}" in rest:
        scope.error(
            Code.Q0105,
            "a message holds no braces but {size} and {limit}",
            path,
            "{size} stands for what -m asks for, {limit} for what can be had, in MiB",
        )


def _parts(split: model.Split, at: Expr | None, scope: Scope) -> list[Region]:
    """The aliases that show RAM below and above the address where it is split."""
    below = _start(split.below, "below", scope)
    above = _start(split.above, "above", scope)
    if at is None or below is None or above is None:
        return []
    size = Var("ram_size")
    return [
        Region(
            split.below.name,
            split.below.name,
            Kind.ALIAS,
            Bin("min", size, at),
            Mapping(SYSTEM, below, None),
            (*PATH, "split", "below"),
            target=RAM,
            offset=Num(0),
            owned=split.below.owner is None,
        ),
        Region(
            split.above.name,
            split.above.name,
            Kind.ALIAS,
            Bin("-", size, at),
            Mapping(SYSTEM, above, None),
            (*PATH, "split", "above"),
            target=RAM,
            offset=at,
            above=at,
            owned=split.above.owner is None,
        ),
    ]


def _start(part: model.RamPart, key: str, scope: Scope) -> Expr | None:
    return address(part.at, (*PATH, "split", key, "at"), scope)
