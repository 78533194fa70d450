"""Judges the text that tells a PLIC of its harts (hw/intc/sifive_plic.c)."""

from __future__ import annotations

from collections.abc import Mapping

from qgen.board import Device
from qgen.diagnostics import Code, quoted
from qgen.expr import Expr, Num, evaluate, variables
from qgen.lower.counts import harts_of
from qgen.lower.ends import Ends
from qgen.lower.makers import PLIC, Arguments, number_of
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.model import Composite, Spec

HARTS = "riscv.hart_array"
"""The type of the device that holds RISC-V CPUs."""


def judge_harts(
    device: Device,
    given: Arguments,
    places: Mapping[str, Path],
    spec: Composite,
    ends: Ends,
    scope: Scope,
) -> None:
    """Compare a PLIC's text with its number of harts, and with the harts there are."""
    text = given.get("hart_config")
    if device.type != PLIC or not isinstance(text, str):
        return
    harts = harts_of(text)
    path = (*places["hart_config"], "text")
    if harts is None:
        message = f"{quoted(text)} does not say the modes of harts"
        help_ = "write M, S and U, each once for a hart, and a comma between two: M,MS"
        scope.error(Code.Q0107, message, path, help_)
        return
    if any("M" in hart for hart in harts):
        _judge_number(len(harts), text, given, places, spec, ends, scope)
    first = number_of(given.get("hartid_base"))
    there = _made_before(device, spec, ends, scope)
    if first is None or there is None or first + len(harts) <= there:
        return
    last = first + len(harts) - 1
    few = " only" if there else ""
    message = f"{quoted(text)} names hart {last}, "
    message += f"and then there may be {_harts(there)}{few}"
    help_ = "make the harts before it, and no fewer of them (cpus: min)"
    if there > first:
        help_ = f"name {_harts(there - first)}, or let there be more (cpus: min)"
    scope.error(Code.Q0214, message, path, help_)


def _judge_number(
    named: int,
    text: str,
    given: Arguments,
    places: Mapping[str, Path],
    spec: Composite,
    ends: Ends,
    scope: Scope,
) -> None:
    """The function finds the outputs of M mode by the number that it is given."""
    wanted = given.get("num_harts")
    if not isinstance(wanted, Expr):
        return
    numbers = [0]
    if variables(wanted) <= {"cpus"} and variables(wanted):
        if not isinstance(spec, Spec):
            return  # it is a machine that knows
        numbers = [ends.min_cpus, ends.max_cpus]
    elif variables(wanted):
        return
    for cpus in numbers:
        value = evaluate(wanted, {"cpus": cpus})
        if value == named:
            continue
        message = f"{quoted(text)} names {_harts(named)}, and this says {value}"
        help_ = f"write {named}, or name {value} of them"
        if variables(wanted):
            message += f" with -smp {cpus}"
            help_ = f"write {named}"
        scope.error(Code.Q0214, message, places["num_harts"], help_)
        return


def _harts(count: int) -> str:
    return {0: "no hart", 1: "one hart"}.get(count, f"{count} harts")


def _made_before(
    device: Device, spec: Composite, ends: Ends, scope: Scope
) -> int | None:
    """How many harts there are at least when a device is made; None: nobody knows."""
    if not isinstance(spec, Spec):
        return None
    if spec.hooks is not None and spec.hooks.before_devices is not None:
        return None
    found = ends.min_cpus if ends.cpus_exist else 0
    for each in ends.devices.values():
        if each.name == device.name:
            return found
        if each.type == HARTS and each.when is None:
            made = harts_made(each, ends.min_cpus)
            if made is None:
                return None
            found += made
        elif _may_make_cpus(each, ends, scope):
            return None
    return None


def harts_made(array: Device, cpus: int) -> int | None:
    """How many harts arrays make with so many CPUs from -smp; None: nobody knows."""
    harts = array.settings.get("num-harts", Num(1))
    count = 1 if array.count is None else evaluate(array.count)
    if not isinstance(harts, Expr) or variables(harts) - {"cpus"}:
        return None
    return count * evaluate(harts, {"cpus": cpus})


def _may_make_cpus(device: Device, ends: Ends, scope: Scope) -> bool:
    known = ends.types.get(device.name)
    if device.is_stub or device.inputs is not None or device.ide:
        return False
    if known is None or device.made or device.type in scope.socs:
        return True
    own = (known.name, *known.ancestors)
    return bool(known.children) or HARTS in own or "cpu" in own
