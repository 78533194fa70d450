"""Wires as C: each is made where the later of its two ends is created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qgen.board import CPUS, Arch, Device, Sink, Source, Wire
from qgen.condition import implies
from qgen.cunit import CallExpr, CExpr, For, If, Local
from qgen.emit.builder import FunctionBuilder, cast
from qgen.emit.conditions import condition
from qgen.emit.references import Driver
from qgen.expr import Expr, Num, evaluate
from qgen.names import identifier, string_literal

_ARM_INPUTS = "ARM_CPU_IRQ", "ARM_CPU_FIQ", "ARM_CPU_VIRQ", "ARM_CPU_VFIQ"
_ARM_OUTPUTS = "GTIMER_PHYS", "GTIMER_VIRT", "GTIMER_HYP", "GTIMER_SEC"
_PPC6XX_LINES = "HRESET", "SRESET", "CKSTP_IN", "MCP", "SMI", "INT", "TBEN", "WAKEUP"
_PPC_INPUTS = tuple(f"PPC6xx_INPUT_{line}" for line in _PPC6XX_LINES)
# The enumerators that QEMU's headers have for the lines of a CPU, by their numbers.
_INPUTS = {Arch.ARM: _ARM_INPUTS, Arch.AARCH64: _ARM_INPUTS, Arch.PPC: _PPC_INPUTS}
_OUTPUTS = {Arch.ARM: _ARM_OUTPUTS, Arch.AARCH64: _ARM_OUTPUTS}


def emit_own_wires(
    device: Device, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """The wires from ``device`` to the CPUs, to earlier devices and to itself."""
    places = into.unit.places
    for wire in device.wires:
        if wire.per_cpu or places[wire.sink.device] > places[device.name]:
            continue
        there, numbers = _each_line(wire, into, index)
        sink = _end(wire.sink, there, numbers, device)
        with there.of(wire.origin):
            _connect(wire.source, "dev", sink, there, numbers, local=True)
        _close_lines(wire, there, into)


def _each_line(
    wire: Wire, into: FunctionBuilder, index: dict[str, str]
) -> tuple[FunctionBuilder, dict[str, str]]:
    """Where a wire is made: in a loop, if it stands for several lines."""
    if wire.lines is None:
        return into, index
    return into.block(), {**index, "line": "i"}


def _close_lines(wire: Wire, there: FunctionBuilder, into: FunctionBuilder) -> None:
    if wire.lines is not None:
        into.local(Local("unsigned int", "i"))
        into.body.append(For("i", into.expr(wire.lines), there.statements()))


def irq_local(device: Device) -> list[Local]:
    """The local for IRQs of a device that the function does not create itself."""
    if all(not w.source.is_irq or w.source.path for w in device.wires):
        return []
    cast = CallExpr("SYS_BUS_DEVICE", ("dev",))
    return [Local("SysBusDevice *", "sbd", cast)]


def emit_cpu_wires(
    device: Device, into: FunctionBuilder, *, incoming: bool = True
) -> None:
    """The wires that are made once for each CPU, in one loop over them.

    ``incoming``: those that end at the device as well as its own.
    """
    unit = into.unit
    loop, index = into.block(), {"cpu": "i"}
    drivers = unit.incoming_per_cpu.get(device.name, {}) if incoming else {}
    for source, wires in drivers.items():
        if unit.places[source.name] >= unit.places[device.name]:
            continue
        from_cpu = source.name == CPUS
        handle = _loop_cpu(loop) if from_cpu else into.kept(source.name)
        there = _guarded(source, device, loop)
        for wire in wires:
            sink = _end(wire.sink, there, index, device)
            with there.of(wire.origin):
                _connect(wire.source, handle, sink, there, index)
        _close(there, source, handle, loop)
    for wire in device.wires:
        if wire.per_cpu and unit.places[wire.sink.device] <= unit.places[device.name]:
            sink = _end(wire.sink, loop, index, device)
            with loop.of(wire.origin):
                _connect(wire.source, "dev", sink, loop, index, local=True)
    _each_cpu(loop, into)


def emit_wires_among_cpus(into: FunctionBuilder) -> None:
    """The wires from CPUs to CPUs, when all of them are there."""
    loop, index = into.block(), {"cpu": "i"}
    for wire in into.unit.incoming_per_cpu.get(CPUS, {}).get(Driver(CPUS), ()):
        sink = _end(wire.sink, loop, index)
        with loop.of(wire.origin):
            _connect(wire.source, _loop_cpu(loop), sink, loop, index)
    _each_cpu(loop, into)


def _each_cpu(loop: FunctionBuilder, into: FunctionBuilder) -> None:
    """The statements of ``loop`` for each CPU, if there are any."""
    if not loop.body:
        return
    locals_: tuple[Local, ...] = ()
    if "cpu" in into.used:
        into.unit.use("qemu_get_cpu")
        cpu = CallExpr("DEVICE", (CallExpr("qemu_get_cpu", ("i",)),))
        locals_ = (Local("DeviceState *", "cpu", cpu),)
    into.gap()
    into.local(Local("unsigned int", "i"))
    bound = f"{into.machine()}->smp.cpus"
    into.body.append(For("i", bound, loop.statements(), locals_))


def emit_earlier_wires(device: Device, into: FunctionBuilder) -> None:
    """The wires from devices that were created before ``device``, their sink."""
    unit = into.unit
    for driver, wires in unit.incoming.get(device.name, {}).items():
        if unit.places[driver.name] >= unit.places[device.name]:
            continue
        source = unit.devices[driver.name]
        if source.count is None:
            handle = into.kept(source.name)
            there = _guarded(driver, device, into)
            for wire in wires:
                inner, numbers = _each_line(wire, there, {})
                sink = _end(wire.sink, inner, numbers, device)
                with inner.of(wire.origin):
                    _connect(wire.source, handle, sink, inner, numbers)
                _close_lines(wire, inner, there)
            _close(there, driver, handle, into)
            continue
        loop = into.block()
        loop.count = evaluate(source.count)
        there = _guarded(driver, device, loop)
        for wire in wires:
            sink = _end(wire.sink, there, {"n": "i"}, device)
            with there.of(wire.origin):
                _connect(
                    wire.source, into.kept(source.name, "i"), sink, there, {"n": "i"}
                )
        _close(there, driver, into.kept(source.name, "i"), loop)
        into.local(Local("unsigned int", "i"))
        into.body.append(For("i", into.expr(source.count), loop.statements()))


def _guarded(source: Driver, here: Device, into: FunctionBuilder) -> FunctionBuilder:
    """Where the wires from ``source`` go: it may not be there when ``here`` is."""
    return into if implies(here.when, source.when) else into.block()


def _close(
    there: FunctionBuilder, source: Driver, handle: CExpr, into: FunctionBuilder
) -> None:
    if there is into:
        return
    assert source.when is not None
    # Of several alternatives, there always is one.
    if source.name in into.unit.alternatives:
        handle = condition(source.when, into)
    into.body.append(If(handle, there.statements()))


def _connect(
    source: Source,
    owner: CExpr,
    sink: CExpr,
    into: FunctionBuilder,
    index: dict[str, str],
    *,
    local: bool = False,
) -> None:
    line = into.expr(source.index, **index)
    handle = into.held("source", owner, source.path)
    if source.is_irq:
        sbd: CExpr = cast("SYS_BUS_DEVICE", handle)
        if local and not source.path:
            sbd = "sbd"
        into.unit.use("sysbus")
        into.call("sysbus_connect_irq", sbd, line, sink)
        return
    if source.name is None:
        if owner == "cpu":
            line = _cpu_line(source.index, _OUTPUTS, into) or line
        into.call("qdev_connect_gpio_out", handle, line, sink)
        return
    name = string_literal(source.name)
    into.call("qdev_connect_gpio_out_named", handle, name, line, sink)


def _cpu_line(
    index: Expr, names: Mapping[Arch, Sequence[str]], into: FunctionBuilder
) -> str | None:
    """The name that QEMU's headers have for a line of a CPU."""
    known = names.get(into.unit.board.arch, ())
    if not isinstance(index, Num) or evaluate(index) >= len(known):
        return None
    into.unit.use(known[0])
    return known[evaluate(index)]


def input_line(
    sink: Sink, into: FunctionBuilder, index: dict[str, str], here: Device | None = None
) -> CExpr:
    """The qemu_irq of an input line; ``here`` is the device of the function."""
    if sink.device == CPUS or into.unit.devices[sink.device].inputs is not None:
        return _end(sink, into, index)
    handle = into.device(sink.place, index, here.name if here else "")
    return _gpio_in(handle, sink, into, index)


def _end(
    sink: Sink, into: FunctionBuilder, index: dict[str, str], here: Device | None = None
) -> CExpr:
    """`input_line` of a wire: a device inside another is held in a local."""
    if sink.device == CPUS:
        assert sink.place.element is not None
        line = _cpu_line(sink.index, _INPUTS, into) or into.expr(sink.index, **index)
        cpu = _cpu(sink.place.element, into, index)
        into.unit.use("irq")
        return CallExpr("qdev_get_gpio_in", (cpu, line))
    given = into.unit.devices[sink.device]
    if given.inputs is not None:
        lines = f"{into.state()}->{identifier(given.name)}"
        one = into.unit.is_one_line(given)
        return lines if one else f"{lines}[{into.expr(sink.index, **index)}]"
    whole = replace(sink.place, path=())
    handle = into.device(whole, index, here.name if here else "")
    handle = into.held("sink", handle, sink.place.path)
    return _gpio_in(handle, sink, into, index)


def _gpio_in(
    handle: CExpr, sink: Sink, into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    into.unit.use("irq")
    line = into.expr(sink.index, **index)
    if sink.name is None:
        return CallExpr("qdev_get_gpio_in", (handle, line))
    name = string_literal(sink.name)
    return CallExpr("qdev_get_gpio_in_named", (handle, name, line))


def _loop_cpu(into: FunctionBuilder) -> str:
    """The local that a loop over the CPUs has for the one that it is at."""
    into.used.add("cpu")
    return "cpu"


def _cpu(element: Expr, into: FunctionBuilder, index: dict[str, str]) -> CExpr:
    """The CPU that a wire ends at; in the loop over the CPUs, its local."""
    number = into.expr(element, **index)
    if number == "i" and "cpu" in index:
        return _loop_cpu(into)
    into.unit.use("qemu_get_cpu")
    return CallExpr("DEVICE", (CallExpr("qemu_get_cpu", (number,)),))
