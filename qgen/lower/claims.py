"""Judges which devices drive the interrupts of RISC-V harts: each has one, or QEMU ends.

As riscv_cpu_claim_interrupts and its callers have it (hw/intc/riscv_*.c, sifive_plic.c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from qgen.board import Device
from qgen.condition import exclusive
from qgen.diagnostics import Code
from qgen.expr import Expr, evaluate, variables
from qgen.lower.counts import harts_of
from qgen.lower.ends import Ends
from qgen.lower.makers import PLIC
from qgen.lower.scope import Scope

_Settings = Mapping[str, object]
_IMSIC = "riscv.imsic"
_MOST = 64
"""So many of the alike devices are looked at."""


def _of_plic(given: _Settings) -> str | None:
    return "SEIP"


def _of_aplic(given: _Settings) -> str | None:
    return None if _is_set("msimode", given) else _external(given)


def _external(given: _Settings) -> str | None:
    return "MEIP" if _is_set("mmode", given) else "SEIP"


def _of_timer(given: _Settings) -> str | None:
    return "MTIP"


def _of_swi(given: _Settings) -> str | None:
    return None if _is_set("sswi", given) else "MSIP"


def _is_set(name: str, given: _Settings) -> bool:
    """Whether a property is true; by default, all of these are false."""
    return bool(_value(given.get(name, 0), {}))


_CLAIMS: Mapping[str, Callable[[_Settings], str | None]] = {
    PLIC: _of_plic,
    "riscv.aclint.mtimer": _of_timer,
    "riscv.aclint.swi": _of_swi,
    "riscv.aplic": _of_aplic,
    _IMSIC: _external,
}
"""The interrupt that a device of a type drives in each of its harts; None: none."""


def judge_claims(devices: Sequence[Device], ends: Ends, scope: Scope) -> None:
    """Refuse a second device for an interrupt of a hart."""
    taken: dict[tuple[str, int], list[Device]] = {}
    for device in devices:
        for interrupt, hart in _claimed(device, ends):
            others = taken.setdefault((interrupt, hart), [])
            other = next(
                (o for o in others if not exclusive(o.when, device.when)), None
            )
            others.append(device)
            if other is not None:
                who = f"{device.name!r}, as {other.name!r} does, drives"
                if other is device:
                    who = f"two of {device.name!r} drive"
                scope.error(
                    Code.Q0212,
                    f"{who} {interrupt} of hart {hart}",
                    device.origin,
                    "leave one out, or give each harts of its own",
                )
                break


def _claimed(device: Device, ends: Ends) -> Iterator[tuple[str, int]]:
    """The interrupts that a device drives, and in which harts."""
    of_type = _CLAIMS.get(device.type)
    if of_type is None or (device.call is not None and device.given is None):
        return  # or nobody knows
    interrupt = of_type(device.settings)
    if interrupt is not None:
        # QEMU leaves out harts that there are not.
        there = (hart for hart in _harts(device, ends) if hart < ends.max_cpus)
        yield from ((interrupt, hart) for hart in there)


def _harts(device: Device, ends: Ends) -> Iterator[int]:
    """The numbers of the harts that a device is for, as far as is known."""
    given = device.settings
    count = 1 if device.count is None else min(evaluate(device.count), _MOST)
    known = ends.types.get(device.name)
    prop = None if known is None else known.property("num-harts")
    usual = 1 if prop is None else prop.default
    first, number = given.get("hartid-base", 0), given.get("num-harts", usual)
    if device.type == PLIC:
        text = given.get("hart-config")
        number = len(harts_of(text) or ()) if isinstance(text, str) else 0
    elif device.type == _IMSIC:
        first, number = given.get("hartid", 0), 1
    for n in range(count):
        env = {"n": n, "cpus": ends.min_cpus}
        low, many = _value(first, env), _value(number, env)
        if low is not None and many is not None:
            yield from range(low, low + many)


def _value(written: object, env: Mapping[str, int]) -> int | None:
    if isinstance(written, int):
        return written
    if not isinstance(written, Expr) or variables(written) - env.keys():
        return None
    return evaluate(written, env)
