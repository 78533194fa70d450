"""Alternatives as C: a function for each, and one for the wires that all of them have."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, count

from qgen.board import Device
from qgen.condition import PropertyIs
from qgen.cunit import Local
from qgen.emit.builder import FunctionBuilder
from qgen.emit.references import common_wires
from qgen.emit.unit import UnitBuilder
from qgen.emit.wires import (
    emit_cpu_wires,
    emit_earlier_wires,
    emit_own_wires,
    irq_local,
)
from qgen.names import identifier


def alternative_name(unit: UnitBuilder, device: Device) -> str:
    """What functions of a device are called by: of an alternative, with what chooses it."""
    name = identifier(device.name)
    if device.name not in unit.alternatives:
        return name
    assert isinstance(device.when, PropertyIs)
    chosen, by = device.when.wanted, identifier(device.when.name)
    if isinstance(chosen[0], bool):
        full = f"{name}_{'with' if chosen[0] else 'without'}_{by}"
    else:
        values = "_or_".join(map(str, chosen)).lower()
        value = re.sub(r"[^a-z0-9]+", "_", values).strip("_")
        # gic_version_3 of a gic, whose property is gic-version.
        full = f"{by}_{value}"
        if not full.startswith(f"{name}_"):
            full = f"{name}_{full}"
    taken = {identifier(each.name) for each in unit.board.devices}
    return next(
        n for n in chain([full], map(f"{full}_{{}}".format, count(2))) if n not in taken
    )


def emit_common_wires(unit: UnitBuilder, device: Device) -> None:
    """Behind the last alternative: the wires of a device whichever of them it is."""
    several = unit.alternatives.get(device.name)
    if several is None or device is not several[-1]:
        return
    device = replace(several[0], wires=common_wires(several), when=None)
    function = FunctionBuilder(unit, f"{unit.prefix}_wire_{identifier(device.name)}")
    function.at(device.origin)
    emit_own_wires(device, function, {})
    emit_cpu_wires(device, function)
    emit_earlier_wires(device, function)
    if function.body:
        function.local(Local("DeviceState *", "dev", function.kept(device.name)))
        for local in irq_local(device):
            function.local(local)
    function.add()
