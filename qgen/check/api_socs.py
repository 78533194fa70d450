"""Models of what a SoC is made with: children in its state, clock inputs, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_devices import realize, set_on_bus
from qgen.check.facts import Clock, Device, Pass
from qgen.check.values import Instance

if TYPE_CHECKING:
    from qgen.check.machine import Execution


@function("void object_initialize_child(Object *, const char *, void *, const char *)")
def _child(m: Execution, parent: object, name: str, child: object, type_: str) -> None:
    m.making()
    if parent is not m.instance:
        m.refuse(f"{name!r} becomes no child of {m.whole}")
    if not isinstance(child, Device) or child.struct is None:
        m.refuse(f"{name!r} is no device that lies in the state")
    if child.type:
        m.refuse(f"{child.name} is initialised twice")
    type_ = m.unit.renamed.get(type_, type_)
    wanted = m.unit.structs_of_types.get(type_)
    if wanted != child.struct:
        m.refuse(f"{type_!r} needs a {wanted or 'struct'!r}, not a {child.struct!r}")
    child.type, child.child, child.line = type_, name, m.line
    child.name = f"the {type_!r} of line {m.line}"
    m.facts.devices.append(child)


@function("void object_unref(Object *)")
def _unref(m: Execution, device: object) -> None:
    if not isinstance(device, Device):
        m.refuse("a reference is dropped to what is no device")
    if device.child is None:
        m.refuse(f"{device.name} is freed: it is nobody's child")
    m.dropped(device)


@function("bool sysbus_realize(SysBusDevice *, Error **?)")
def _sysbus_realize(m: Execution, device: Device, errp: object) -> bool:
    return realize(m, device, errp)


@function("bool qdev_realize(DeviceState *, BusState *?, Error **?)")
def _qdev_realize(m: Execution, device: Device, bus: object, errp: object) -> bool:
    set_on_bus(device, bus)
    return realize(m, device, errp)


@function("Object *qdev_get_machine(void)", used=True)
def _machine(m: Execution) -> Instance:
    return m.machine


@function(
    "Clock *qdev_init_clock_in"
    "(DeviceState *, const char *, function *?, void *?, unsigned)"
)
def _clock_in(
    m: Execution, device: object, name: str, callback: object, _o: object, events: int
) -> Clock:
    m.making()
    if device is not m.instance:
        m.refuse(f"the clock input {name!r} is none of {m.whole}")
    if callback is not None or events:
        m.say(f"the clock input {name!r} calls somebody")
    clock = Clock(repr(name), name, None, m.line, is_input=True)
    clock.wired = name in m.scenario.wired
    m.facts.clocks.append(clock)
    return clock


@function("bool clock_has_source(const Clock *)", used=True)
def _has_source(_m: Execution, clock: Clock) -> bool:
    return clock.wired or clock.source is not None


@function("bool clock_set_mul_div(Clock *, uint32_t, uint32_t)")
def _mul_div(m: Execution, clock: Clock, multiplier: int, divider: int) -> bool:
    if clock.period != (1, 1):
        m.say(f"the clock {clock.name} gets its factors twice")
    if not divider:
        m.refuse("a clock is divided by zero")
    clock.period = (multiplier, divider)
    return True


@function("void clock_set_source(Clock *, Clock *)")
def _set_source(m: Execution, clock: Clock, source: Clock) -> None:
    if clock.wired or clock.source is not None or clock.hz is not None:
        m.refuse(f"the clock {clock.name} runs by something already: QEMU aborts")
    if not source.runs:
        m.refuse(f"the source of the clock {clock.name} does not run yet")
    clock.source = source


def _pass(
    m: Execution, device: Device, target: object, is_irq: bool, name: str | None
) -> None:
    if target is not m.instance:
        m.refuse(f"lines of {device.name} are passed to what is not {m.whole}")
    if not device.realized:
        m.refuse(f"lines of {device.name} are passed on before it is realized")
    if any((p.is_irq, p.name) == (is_irq, name) for p in m.facts.passes):
        m.refuse(f"{m.whole} has lines of that name already: QEMU aborts")
    m.facts.passes.append(Pass(device, is_irq, name, m.line))


@function("void qdev_pass_gpios(DeviceState *, DeviceState *, const char *?)")
def _gpios(m: Execution, device: Device, target: object, name: str | None) -> None:
    _pass(m, device, target, False, name)


@function("void sysbus_pass_irq(SysBusDevice *, SysBusDevice *)")
def _irqs(m: Execution, target: object, device: Device) -> None:
    _pass(m, device, target, True, None)
