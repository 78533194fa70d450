"""Clocks, buses and devices as C: one function for each device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby

from qgen.board import (
    SYSTEM,
    Array,
    Call,
    ClockOutput,
    Device,
    Mmio,
    Part,
    Property,
    Window,
)
from qgen.cunit import CallExpr, CExpr, For, Local
from qgen.emit.alternatives import alternative_name, emit_common_wires
from qgen.emit.builder import FunctionBuilder
from qgen.emit.buses import (
    PCI_PROPERTIES,
    bus_of,
    create_simple_pci,
    is_i2c,
    is_pci,
    is_simple,
    new_pci,
)
from qgen.emit.calls import call_expr, made_device
from qgen.emit.children import (
    child_name,
    emit_exports,
    initialize,
    made_before,
    numbered,
)
from qgen.emit.i2c import create_simple_i2c, emit_plain_i2c, is_plain_i2c
from qgen.emit.ide import emit_ide_drives
from qgen.emit.images import emit_device_images
from qgen.emit.inputs import emit_inputs
from qgen.emit.nics import PCI_NICS, all_pci_nics, take_nic
from qgen.emit.properties import emit_property
from qgen.emit.references import own_wires
from qgen.emit.unit import UnitBuilder
from qgen.emit.values import NO_NUMBERS
from qgen.emit.wires import (
    emit_cpu_wires,
    emit_earlier_wires,
    emit_own_wires,
    irq_local,
)
from qgen.expr import evaluate
from qgen.names import identifier, string_literal
from qgen.targets import Feature

_Run = Callable[[UnitBuilder, list[Device], str], None]


def emit_devices(unit: UnitBuilder) -> None:
    """A function for each device, but one for a run of stubs, or of plain I2C devices."""
    taken = {identifier(device.name) for device in unit.board.devices}
    names: dict[_Run, Iterator[str]] = {
        _stubs: (name for name in _names("unimplemented") if name not in taken),
        emit_plain_i2c: _names("i2c"),
    }

    def kind(device: Device) -> tuple[_Run | None, object]:
        when = device.when and device.when.key
        if device.is_stub:
            return _stubs, when
        return (emit_plain_i2c if is_plain_i2c(unit, device) else None), when

    for (emit_run, _), devices in groupby(unit.board.devices, kind):
        run = list(devices)
        if emit_run is None or (emit_run is emit_plain_i2c and len(run) == 1):
            for device in run:
                emit_device(unit, device)
                emit_device_images(unit, device)
                emit_common_wires(unit, device)
        else:
            emit_run(unit, run, next(names[emit_run]))


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))


def _stubs(unit: UnitBuilder, devices: list[Device], name: str) -> None:
    """Devices that are not modelled, by QEMU's helper."""
    unit.use("create_unimplemented_device")
    function = FunctionBuilder(unit, f"{unit.prefix}_create_{name}")
    for device in devices:
        function.at(device.origin)
        function.note(device.comment)
        label, size = (p.value for p in device.properties)
        assert isinstance(label, str) and not isinstance(size, NO_NUMBERS)
        into, index = function, {}
        if device.count is not None:
            function.local(Local("unsigned int", "i"))
            into, index = function.block(), {"n": "i"}
            into.count = evaluate(device.count)
        into.call(
            "create_unimplemented_device",
            string_literal(label),
            into.expr(device.mmio[0].address, **index),
            into.expr(size),
        )
        if device.count is not None:
            bound = function.expr(device.count)
            function.body.append(For("i", bound, into.statements()))
    function.add(devices[0].when)


def emit_device(unit: UnitBuilder, device: Device) -> None:
    """The function that creates, maps and wires one device, or several alike."""
    if device.ide:
        emit_ide_drives(unit, device)
        return
    if device.made:
        _wire_made(unit, device)
        return
    if device.inputs is not None:
        emit_inputs(unit, device)
        return
    name = identifier(device.name)
    several = unit.alternatives.get(device.name, ())
    if several:
        device = replace(device, wires=own_wires(device, several))
    in_soc = unit.is_soc and device.child is not None
    verb = "realize" if in_soc else "create"
    called = f"{unit.prefix}_{verb}_{alternative_name(unit, device)}"
    function = FunctionBuilder(unit, called, device.when)
    function.at(device.origin)
    function.note(device.comment)
    function.count = 1 if device.count is None else evaluate(device.count)
    embedded = device.name in unit.embedded
    shared = device.name in unit.shared and not embedded
    if embedded:
        unit.embed(device)
    elif (shared or in_soc) and device.when == (several or (device,))[0].when:
        unit.field(f"DeviceState *{name}{unit.elements(device)}")
    inner = function if device.count is None else function.block()
    index = {} if device.count is None else {"n": "i"}
    locals_ = _handles(device, inner, index)
    if not is_simple(device) and device.call is None:
        _create(device, inner, index)
    if shared and not in_soc:
        element = "" if device.count is None else "[i]"
        inner.assign(f"{function.state()}->{name}{element}", "dev")
    emit_own_wires(device, inner, index)
    if not in_soc:
        locals_ += numbered(device)
    if any(p.properties or p.clocks or p.nic for p in device.parts):
        locals_.append(Local("DeviceState *", "part"))
    lists = (isinstance(p.value, Array) for h in device.holders for p in h.properties)
    if unit.target.has(Feature.ARRAY_PROPERTIES) and any(lists):
        locals_.append(Local("QList *", "list"))
    if device.count is None:
        for local in locals_:
            function.local(local)
    else:
        function.local(Local("unsigned int", "i"))
        bound = function.expr(device.count)
        function.body.append(For("i", bound, inner.statements(), tuple(locals_)))
    emit_cpu_wires(device, function, incoming=not several)
    if not several:
        emit_earlier_wires(device, function)
    emit_exports(device, function)
    function.add(device.when)


def _handles(
    device: Device, into: FunctionBuilder, index: dict[str, str]
) -> list[Local]:
    """The locals that hold the device; none for one that nobody refers to."""
    unit = into.unit
    if device.call is not None:
        return _called(device, device.call, into, index)
    if unit.is_soc and device.child is not None:
        return made_before(device, into)
    if device.name in unit.embedded:
        initialize(device, into)
        sbd = [Local("SysBusDevice *", "sbd")] if device.is_sysbus else []
        return [Local("DeviceState *", "dev"), *sbd]
    type_ = unit.type_name(device.type)
    if is_simple(device):
        bus = bus_of(device.bus, into, index)
        if is_i2c(device):
            new = create_simple_i2c(device, bus, into, index)
        else:
            unit.use("pci")
            new = create_simple_pci(device, type_, bus, unit.target)
        if unit.refers_to(device):
            return [Local("DeviceState *", "dev", CallExpr("DEVICE", (new,)))]
        into.call(new.func, *new.args)
        return []
    if is_pci(device):
        unit.use("pci")
        return [
            Local("PCIDevice *", "pci_dev", new_pci(device, type_, unit.target)),
            Local("DeviceState *", "dev", CallExpr("DEVICE", ("pci_dev",))),
        ]
    unit.use("qdev_new")
    locals_ = [Local("DeviceState *", "dev", CallExpr("qdev_new", (type_,)))]
    if device.is_sysbus:
        unit.use("sysbus")
        cast = CallExpr("SYS_BUS_DEVICE", ("dev",))
        locals_.append(Local("SysBusDevice *", "sbd", cast))
    return locals_


def _called(
    device: Device, call: Call, into: FunctionBuilder, index: dict[str, str]
) -> list[Local]:
    """The locals that hold what a helper makes; none if nobody refers to it."""
    if not into.unit.refers_to(device):
        made = call_expr(device, call, into, index)
        by_type = into.unit.target.has(Feature.NICS_BY_TYPE)
        if made.func == PCI_NICS and not by_type:
            bus, model = made.args
            all_pci_nics(bus, model, into)
        else:
            into.call(made.func, *made.args)
        return []
    new = made_device(device, call, into, index)
    return [Local("DeviceState *", "dev", new), *irq_local(device)]


def _wire_made(unit: UnitBuilder, device: Device) -> None:
    """The wires that a device which the machine's base made has to itself."""
    function = FunctionBuilder(unit, f"{unit.prefix}_wire_{identifier(device.name)}")
    function.at(device.origin)
    emit_own_wires(device, function, {})
    if function.body:
        function.local(Local("DeviceState *", "dev", function.kept(device.name)))
        for local in irq_local(device):
            function.local(local)
    function.add()


def _create(device: Device, into: FunctionBuilder, index: dict[str, str]) -> None:
    child = device.name in into.unit.embedded or into.unit.is_soc
    if device.child is not None and not child:
        into.unit.use("object")
        name, made = child_name(device), CallExpr("OBJECT", ("dev",))
        into.call("object_property_add_child", into.owner(), name, made)
    _set_up("dev", device, into, index)
    for part in device.parts:
        if part.properties or part.clocks or part.nic:
            into.assign("part", into.inside("dev", part.path))
            _set_up("part", part, into, index)
    bus = bus_of(device.bus, into, index)
    unref = "" if child else "_and_unref"
    if device.is_sysbus:
        into.must(f"sysbus_realize{unref}", "sbd")
    elif is_pci(device):
        into.must("pci_realize_and_unref", "pci_dev", bus)
    else:
        into.must(f"qdev_realize{unref}", "dev", bus)
    for name in device.full_buses:
        full = CallExpr("qdev_get_child_bus", ("dev", string_literal(name)))
        into.call("qbus_mark_full", full)
    for mmio in device.mmio:
        with into.of(mmio.origin):
            _map(mmio, into, index)


def _map(mmio: Mmio, into: FunctionBuilder, index: dict[str, str]) -> None:
    """One MMIO region, mapped by the system bus, or by the board where it wants it."""
    address, number = into.expr(mmio.address, **index), str(mmio.index)
    order = () if mmio.priority is None else (str(mmio.priority),)
    overlap = "_overlap" * (mmio.priority is not None)
    if mmio.container is None and mmio.window is None:
        into.call(f"sysbus_mmio_map{overlap}", "sbd", number, address, *order)
        return
    into.unit.use("memory")
    region: CExpr = CallExpr("sysbus_mmio_get_region", ("sbd", number))
    if mmio.window is not None:
        region = _window(mmio.window, region, into)
    space = into.space(mmio.container or SYSTEM)
    name = f"memory_region_add_subregion{overlap}"
    into.call(name, space, address, region, *order)


def _window(window: Window, region: CExpr, into: FunctionBuilder) -> CExpr:
    """A window into a region of the device, which owns it."""
    into.unit.field(f"MemoryRegion {identifier(window.name)}", "memory")
    into.unit.use("object")
    alias = into.space(window.name)
    into.call(
        "memory_region_init_alias",
        alias,
        CallExpr("OBJECT", ("dev",)),
        string_literal(window.name),
        region,
        into.expr(window.offset),
        into.expr(window.size),
    )
    return alias


def _set_up(
    handle: str, device: Device | Part, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """Properties, the NIC and clocks, before the device is realized."""
    given: Sequence[Property] = device.properties
    if isinstance(device, Device) and is_pci(device):
        given = [p for p in given if p.name not in PCI_PROPERTIES]
    for prop in given:
        with into.of(prop.origin):
            emit_property(handle, prop, into, index)
    if device.nic:
        take_nic(handle, device, into, index)
    for clock in device.clocks:
        into.unit.use("qdev_connect_clock_in")
        name = string_literal(clock.name)
        source = _clock(clock.clock, into, index)
        with into.of(clock.origin):
            into.call("qdev_connect_clock_in", handle, name, source)


def _clock(
    clock: str | ClockOutput, into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    if isinstance(clock, str):
        return f"{into.state()}->{identifier(clock)}"
    handle = into.device(clock.place, index)
    return CallExpr("qdev_get_clock_out", (handle, string_literal(clock.name)))
