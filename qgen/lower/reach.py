"""Warns of parts that nothing on the board can reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qgen.board import RAM, Device, Link, Place, Region
from qgen.diagnostics import Code
from qgen.lower.ends import Ends
from qgen.lower.scope import Scope
from qgen.lower.tree_forms import written_nodes
from qgen.source import Path
from qgen.spec.model import Composite, Spec


def judge_socs(
    named: Mapping[str, Path], devices: Iterable[Device], scope: Scope
) -> None:
    """Warn of SoCs that a spec names or describes, and does not use."""
    made = {device.type for device in devices}
    for name, path in named.items():
        if name not in made:
            scope.warning(
                Code.Q0216,
                f"no device is of the type {name!r}",
                path,
                f"add one: devices: {{soc: {{type: {name}}}}}",
            )


def judge_reach(
    spec: Composite,
    ram_is_used: bool,
    regions: Sequence[Region],
    devices: Sequence[Device],
    scope: Scope,
) -> None:
    """Warn of regions that no address leads to, and of clocks that drive nothing.

    ``ram_is_used``: the machine's base sees to the RAM of -m.
    """
    used = {r.target for r in regions} | ({RAM} if ram_is_used else set())
    used |= {
        prop.value.target
        for device in devices
        for each in device.holders
        for prop in each.properties
        if isinstance(prop.value, Link) and isinstance(prop.value.target, str)
    }
    for region in regions:
        if region.mapping is None and region.name not in used:
            scope.warning(
                Code.Q0216,
                f"nothing can reach {region.name!r}: it is not mapped",
                region.origin,
                "add at: ADDRESS",
            )
    driving = {
        clock.clock
        for device in devices
        for each in device.holders
        for clock in each.clocks
    }
    driving |= {clock.source for clock in spec.clocks.values() if clock.source}
    if isinstance(spec, Spec):
        driving |= {node.clock for _, node, _ in written_nodes(spec) if node.clock}
    for name in spec.clocks:
        if name not in driving:
            scope.warning(
                Code.Q0216,
                f"the clock {name!r} drives no device",
                ("clocks", name),
                f"add it to a device: clocks: {{clk: {name}}}",
            )


def judge_devices(devices: Sequence[Device], ends: Ends, scope: Scope) -> None:
    """Warn of devices that answer addresses, but none that a CPU could use."""
    linked = {
        prop.value.target.device
        for device in devices
        for each in device.holders
        for prop in each.properties
        if isinstance(prop.value, Link) and isinstance(prop.value.target, Place)
    }
    for device in devices:
        known = ends.types.get(device.name)
        if known is None or not known.mmio or not device.is_sysbus:
            continue
        if device.mmio or device.call is not None or device.name in linked:
            continue
        scope.warning(
            Code.Q0216,
            f"no address leads to {device.name!r}: none of its regions is mapped",
            device.origin,
            "add at: ADDRESS",
        )
