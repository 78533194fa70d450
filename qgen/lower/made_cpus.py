"""Counts the CPUs that devices make: QEMU aborts when there are more than it prepared for.

How many a type makes was measured (`qgen.catalogue.insides`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qgen.board import CPUS, Composite, Device
from qgen.catalogue import Catalogue, insides_of
from qgen.catalogue.insides import Insides
from qgen.diagnostics import Code
from qgen.expr import evaluate
from qgen.lower.harts import HARTS
from qgen.lower.scope import Scope
from qgen.spec.model import Spec

_FROM_MACHINE = "$cpus"
"""What a type was given that makes as many CPUs as -smp says (`DeviceType.given`)."""


def judge_made_cpus(
    spec: Spec, devices: Sequence[Device], catalogue: Catalogue, scope: Scope
) -> None:
    """Refuse a board that makes more CPUs than the least that -smp may ask for."""
    measured = insides_of(catalogue.release)
    if measured is None or spec.parent != "machine" or scope.broken(CPUS):
        return
    made = dict(_makers(devices, scope, catalogue, measured))
    if not made:
        return
    name, number = max(made.items(), key=lambda each: each[1])
    path = ("devices", name)
    total, least = sum(made.values()), spec.cpus.min or 1
    if spec.cpus.usual is not None and spec.cpus.created_by is None:
        message = f"{name!r} makes {_cpus(number)}, and the board makes those of -smp"
        scope.error(Code.Q0214, message, path, f"add cpus: {{created_by: {name}}}")
    elif total > least:
        others = f", and with others {total}" if total > number else ""
        scope.error(
            Code.Q0214,
            f"{name!r} makes {_cpus(number)}{others}, and -smp may ask for {least} only",
            path,
            f"add cpus: {{min: {total}, max: {max(total, spec.cpus.max or 1)}}}",
        )


def _makers(
    devices: Sequence[Device], scope: Scope, catalogue: Catalogue, measured: Insides
) -> Iterator[tuple[str, int]]:
    """The devices of a board that make CPUs, and how many they make."""
    for device in devices:
        if device.when is not None or not device.type:
            continue
        number = _made(device, scope.socs, catalogue, measured)
        if number:
            yield device.name, number


def _made(
    device: Device,
    socs: Mapping[str, Composite],
    catalogue: Catalogue,
    measured: Insides,
) -> int:
    count = 1 if device.count is None else evaluate(device.count)
    if device.type in socs:
        inner = socs[device.type].devices
        return count * sum(_made(d, socs, catalogue, measured) for d in inner)
    known = catalogue.find(device.type)
    if known is None or HARTS in (known.name, *known.ancestors):
        return 0
    if any(name == _FROM_MACHINE for name, _ in known.given):
        return 0
    return count * measured.cpus(known.name)


def _cpus(number: int) -> str:
    return f"{number} CPU{'s' * (number != 1)}"
