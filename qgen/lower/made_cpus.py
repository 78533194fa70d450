"""Counts the CPUs that devices make: QEMU aborts when there are more than it prepared for.

How many a type makes was measured (`qgen.catalogue.insides`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgen.board import CPUS, Composite, Device
from qgen.catalogue import Catalogue, DeviceType, insides_of
from qgen.catalogue.insides import Insides
from qgen.condition import CpusAbove, parts_of
from qgen.diagnostics import Code
from qgen.expr import evaluate
from qgen.lower.harts import HARTS, harts_made
from qgen.lower.scope import Scope
from qgen.spec.model import Spec

_OF_MACHINE = "$cpus"
"""What a type was given that makes as many CPUs as -smp says, and needs so many at least
(`DeviceType.given`)."""


def judge_made_cpus(
    spec: Spec, devices: Sequence[Device], catalogue: Catalogue, scope: Scope
) -> None:
    """Refuse a board that makes more CPUs than the least that -smp may ask for."""
    measured = insides_of(catalogue.release)
    if measured is None or spec.parent != "machine" or scope.broken(CPUS):
        return
    counting = _Counting(scope.socs, catalogue, measured)
    least = spec.cpus.min or 1
    made = counting.made(devices, least)
    if not made:
        return
    name, number = max(made.items(), key=lambda each: each[1])
    path = ("devices", name)
    total = _at_once(made, devices)
    if spec.cpus.usual is not None and spec.cpus.created_by is None:
        message = (
            f"{name!r} makes {_cpus(number)}, and -smp counts the board's own only"
        )
        help_ = f"if {name!r} makes those of the board: cpus: {{created_by: {name}}}"
        scope.error(Code.Q0214, message, path, help_)
    elif total > least:
        together = f", all together {total}" if total > number else ""
        help_ = f"add cpus: {{min: {total}, max: {max(total, spec.cpus.max or 1)}}}"
        if _at_once(counting.made(devices, total), devices) > total:
            help_ = "leave one out: there are always more than -smp asks for"
        scope.error(
            Code.Q0214,
            f"{name!r} makes {_cpus(number)}{together}, and -smp may ask for {least} only",
            path,
            help_,
        )


def _at_once(made: Mapping[str, int], devices: Sequence[Device]) -> int:
    """How many CPUs there may be; of the devices that may be missing, one is there."""
    there = [device for device in devices if device.name in made]
    always = sum(made[device.name] for device in there if device.when is None)
    sometimes = (made[device.name] for device in there if device.when is not None)
    return always + max(sometimes, default=0)


class _Counting:
    def __init__(
        self, socs: Mapping[str, Composite], catalogue: Catalogue, measured: Insides
    ) -> None:
        self._socs, self._catalogue, self._measured = socs, catalogue, measured

    def made(self, devices: Sequence[Device], least: int) -> dict[str, int]:
        """How many CPUs devices make with ``least`` from -smp, of those that make any."""
        found = {}
        for device in devices:
            # With more CPUs, -smp asked for more.
            if any(isinstance(part, CpusAbove) for part in parts_of(device.when)):
                continue
            number = self._of(device, least)
            if number:
                found[device.name] = number
        return found

    def _of(self, device: Device, least: int) -> int:
        count = 1 if device.count is None else evaluate(device.count)
        if device.type in self._socs:
            inner = self._socs[device.type].devices
            return count * sum(self._of(each, least) for each in inner)
        known = self._catalogue.find(device.type)
        if known is None:
            return 0
        if HARTS in (known.name, *known.ancestors):
            return harts_made(device, least) or 0  # or nobody knows
        return count * (_needed(known, least) or self._measured.cpus(known.name))


def _needed(known: DeviceType, least: int) -> int:
    """How many a type needs that makes as many as -smp says."""
    given = dict(known.given).get(_OF_MACHINE)
    return 0 if given is None else max(least, int(given, 0))


def _cpus(number: int) -> str:
    return f"{number} CPU{'s' * (number != 1)}"
