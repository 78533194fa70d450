"""Devices, their wires and parts, and the board's own clocks and buses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from qgen.spec.arguments import Call
from qgen.spec.ends import BusAddress, ClockSource, Sink
from qgen.spec.model.base import Model, as_list
from qgen.spec.model.conditions import PropertyText, When
from qgen.spec.model.memory import Image
from qgen.spec.names import (
    BusName,
    BusPath,
    ChildName,
    DeviceName,
    HookName,
    LineName,
    ObjectPath,
    PlacePath,
    PropertyName,
    RegionName,
    TypeName,
)
from qgen.spec.numbers import (
    Address,
    Expression,
    Factor,
    Frequency,
    Integer32,
    Priority,
    Size,
    Truth,
)
from qgen.spec.texts import Comment, Label


class Irq(Model):
    """A sysbus IRQ line of the device; ``line`` is its place in the list if not given.

    ``lines``: so many of them, one after the other; in ``to``, ``line`` counts them.
    ``shared``: other wires lead to the same input, without a gate.
    """

    to: Sink
    line: Expression | None = None
    lines: Expression | None = None
    for_: Literal["cpu"] | None = Field(None, alias="for")
    shared: Truth = False


class Gpio(Model):
    """A GPIO output of the device: ``line`` of the unnamed ones, or of those ``name``.

    ``lines``: so many of them, one after the other; in ``to``, ``line`` counts them.
    ``shared``: other wires lead to the same input, without a gate.
    """

    to: Sink
    line: Expression | None = None
    lines: Expression | None = None
    name: LineName | None = None
    for_: Literal["cpu"] | None = Field(None, alias="for")
    shared: Truth = False


class Window(Model):
    """A part of a device's MMIO region: ``size`` bytes from ``offset`` on."""

    name: RegionName
    size: Address
    offset: Address | None = None


class Mmio(Model):
    """Where one MMIO region of a device is mapped; with ``window``, a part of it."""

    at: Address
    region: Integer32 | None = None
    size: Size | None = None
    priority: Priority | None = None
    in_: RegionName | None = Field(None, alias="in")
    window: Window | None = None


class Part(Model):
    """A device inside another, by its QOM path there: what the board gives it.

    ``type``: only the other's properties bring it, and it is of that type.
    """

    type: TypeName | None = None
    properties: dict[PropertyName, PropertyText] = {}
    nic: Truth = False
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(as_list("to"))] = ()
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    clocks: dict[LineName, ClockSource] = {}


class Alternative(Model):
    """What a device is where its ``when`` holds: keys of a device."""

    type: TypeName | None = None
    when: When | None = None
    child: ChildName | None = None
    call: Call | None = None
    bus: BusPath | None = None
    address: BusAddress | None = None
    parts: dict[ObjectPath, Part] = {}
    images: dict[ObjectPath, Image] = {}
    properties: dict[PropertyName, PropertyText] = {}
    nic: Truth = False
    at: Annotated[tuple[Mmio, ...], BeforeValidator(as_list("at"))] = ()
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(as_list("to"))] = ()
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    clocks: dict[LineName, ClockSource] = {}
    full_buses: tuple[BusName, ...] = ()
    comment: Comment | None = None


class Device(Alternative):
    """A device of any QOM type, a stub for one that is not modelled, or disks.

    ``ide_drives`` are controllers that get the drives of -drive if=ide, two for each bus.
    ``inputs``: no device, but so many input lines, which the call returns; or which
    ``handler``, a function of yours, handles.
    ``alternatives``: a property of the machine chooses what the device is; the keys
    beside them are those of all.
    """

    unimplemented: Size | None = None
    ide_drives: tuple[PlacePath, ...] = ()
    inputs: Expression | None = None
    handler: HookName | None = None
    name: Label | None = None
    count: Expression | None = None
    alternatives: tuple[Alternative, ...] = ()


class Clock(Model):
    """A clock: of fixed frequency, derived from another, or an input of a SoC.

    A derived clock is ``multiply`` times as fast as its source, and divided by
    ``divide``.
    """

    frequency: Frequency | None = None
    source: DeviceName | None = None
    multiply: Factor | None = None
    divide: Factor | None = None
    input: Literal["required", "optional"] | None = None
    comment: Comment | None = None


class Bus(Model):
    """A bus that the board creates itself."""

    type: Literal["isa"]
