"""Devices, their wires and parts, and the board's own clocks and buses."""

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
    """The input line that it leads to."""
    line: Expression | None = None
    """Which of the device's lines; its place in the list if not given."""
    lines: Expression | None = None
    """So many lines in a row, numbered 'line' in 'to': ``8``."""
    for_: Literal["cpu"] | None = Field(None, alias="for")
    """One for each CPU, numbered 'cpu'."""
    shared: Truth = False
    """Other wires lead to the same input, without a gate between."""


class Gpio(Model):
    """A GPIO output of the device: ``line`` of the unnamed ones, or of those ``name``.

    ``lines``: so many of them, one after the other; in ``to``, ``line`` counts them.
    ``shared``: other wires lead to the same input, without a gate.
    """

    to: Sink
    """The input line that it leads to."""
    line: Expression | None = None
    """Which of the lines; its place in the list if not given."""
    lines: Expression | None = None
    """So many lines in a row, numbered 'line' in 'to': ``8``."""
    name: LineName | None = None
    """The name of the lines, where they have one: ``card-inserted``."""
    for_: Literal["cpu"] | None = Field(None, alias="for")
    """One for each CPU, numbered 'cpu'."""
    shared: Truth = False
    """Other wires lead to the same input, without a gate between."""


class Window(Model):
    """A part of a device's MMIO region: ``size`` bytes from ``offset`` on."""

    name: RegionName
    """The name of the alias that shows it: ``pcie-mmio``."""
    size: Address
    """How many bytes of the region."""
    offset: Address | None = None
    """Where in the region it begins; 0 if not given."""


class Mmio(Model):
    """Where one MMIO region of a device is mapped; with ``window``, a part of it."""

    at: Address
    """The address, or an entry of 'map': ``0x4000_0000``, ``UART``."""
    region: Integer32 | None = None
    """Which of the device's MMIO regions; its place in the list if not given: ``1``."""
    size: Size | None = None
    """How many bytes, where the catalogue cannot know it."""
    priority: Priority | None = None
    """For a wanted overlap: the higher one is on top: ``1``."""
    in_: RegionName | None = Field(None, alias="in")
    """The container that it is in: ``registers``, ``system``, ``io``."""
    window: Window | None = None
    """A part of the region, in place of all of it: ``{name: pcie-ecam, size: 1 MiB}``."""


class Part(Model):
    """A device inside another, by its QOM path there: what the board gives it.

    ``type``: only the other's properties bring it, and it is of that type.
    """

    type: TypeName | None = None
    """Its type, where it is a device that only the outer one's properties bring."""
    properties: dict[PropertyName, PropertyText] = {}
    """Properties that the board sets: ``{chardev: {serial: 0}}``."""
    nic: Truth = False
    """It takes the -nic of the command line."""
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(as_list("to"))] = ()
    """Where its IRQ lines lead: ``gic[1]``."""
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    """Where its GPIO lines lead: ``{name: reset, to: "gic[1]"}``."""
    clocks: dict[LineName, ClockSource] = {}
    """What drives its clock inputs: ``{clk: sysclk}``."""


class Alternative(Model):
    """What a device is where its ``when`` holds: keys of a device."""

    type: TypeName | None = None
    """The QOM type of the device; 'qgen devices' lists them."""
    when: When | None = None
    """When the device is there: ``{usb: true}``, ``{drive: {interface: sd}}``."""
    child: ChildName | None = None
    """Its name in QOM's tree."""
    call: Call | None = None
    """A function of QEMU's that makes the device: ``{pci_vga_init: [{bus: pci/pci.0}]}``.
    """
    bus: BusPath | None = None
    """The bus that it sits on."""
    address: BusAddress | None = None
    """Where on the bus: an I2C address, a chip select on SSI, or slot and function on PCI.
    """
    parts: dict[ObjectPath, Part] = {}
    """Devices inside it, by their path in QOM, and what the board gives them: ``{uart:
    {properties: {chardev: {serial: 0}}}}``.
    """
    images: dict[ObjectPath, Image] = {}
    """Files that are loaded into its memory, by the path of the region: ``{"rom[0]":
    {firmware: boot.bin}}``.
    """
    properties: dict[PropertyName, PropertyText] = {}
    """Properties of the device, by their QEMU names: ``{num-irq: 64, chardev: {serial:
    0}}``.
    """
    nic: Truth = False
    """It takes the -nic of the command line."""
    at: Annotated[tuple[Mmio, ...], BeforeValidator(as_list("at"))] = ()
    """Where its MMIO regions are mapped; a list says it for each: ``0x4000_4000``,
    ``UART``, ``[0x1000, 0x2000]``.
    """
    irqs: Annotated[tuple[Irq, ...], BeforeValidator(as_list("to"))] = ()
    """Where its sysbus IRQ lines lead, in their order: ``gic[5]``, ``["gic[5]",
    "gic[6]"]``, ``{line: 2, to: "gic[7]"}``.
    """
    gpios: Annotated[tuple[Gpio, ...], BeforeValidator(as_list("to"))] = ()
    """Where its GPIO lines lead: ``gic[5]``, ``{name: cs, line: 0, to:
    flash.ssi-gpio-cs}``.
    """
    clocks: dict[LineName, ClockSource] = {}
    """What drives its clock inputs: a clock of the board, or an output of an earlier
    device: ``{clk: sysclk}``, ``{refclk: slcr.uart0_ref_clk}``.
    """
    full_buses: tuple[BusName, ...] = ()
    """Buses of it that take no device of a user's: ``[i2c]``."""
    comment: Comment | None = None
    """What stands above its C."""


class Device(Alternative):
    """A device of any QOM type, a stub for one that is not modelled, or disks.

    ``ide_drives`` are controllers that get the drives of -drive if=ide, two for each bus.
    ``inputs``: no device, but so many input lines, which the call returns; or which
    ``handler``, a function of yours, handles.
    ``alternatives``: a property of the machine chooses what the device is; the keys
    beside them are those of all.
    """

    unimplemented: Size | None = None
    """In place of 'type', a size: a stub that logs what is tried (-d unimp)."""
    ide_drives: tuple[PlacePath, ...] = ()
    """In place of 'type', controllers that get the drives of -drive if=ide:
    ``["macio/ide[0]"]``.
    """
    inputs: Expression | None = None
    """In place of a device, so many input lines: ``16``."""
    handler: HookName | None = None
    """The function of yours that handles the lines of 'inputs'."""
    name: Label | None = None
    """What QEMU calls the stub: ``RESERVED 1``."""
    count: Expression | None = None
    """So many alike, numbered 'n', one behind the other: ``4``, ``NUM_UARTS``."""
    alternatives: tuple[Alternative, ...] = ()
    """What it is for each value of a property of the machine: ``[{when: {property: mode,
    is: a}, type: pl011}]``.
    """


class Clock(Model):
    """A clock: of fixed frequency, derived from another, or an input of a SoC.

    A derived clock is ``multiply`` times as fast as its source, and divided by
    ``divide``.
    """

    frequency: Frequency | None = None
    """How fast it is: ``25 MHz``."""
    source: DeviceName | None = None
    """The clock that it is derived from: ``sysclk``."""
    multiply: Factor | None = None
    """So many times as fast as its source: ``2``."""
    divide: Factor | None = None
    """The source's frequency divided by this: ``8``."""
    input: Literal["required", "optional"] | None = None
    """Of a SoC: the machine drives it, always or maybe."""
    comment: Comment | None = None
    """What stands above its C: ``The oscillator of the board``."""


class Bus(Model):
    """A bus that the board creates itself."""

    type: Literal["isa"]
    """What bus it is."""
