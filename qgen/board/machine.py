"""The machine and the SoC as a whole, their CPUs, constants and class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain

from qgen.bases import X86, Base
from qgen.board.device_tree import DeviceTree, conditions_of
from qgen.board.devices import Call, Device
from qgen.board.firmware import Boot, FwCfg, HelperBoot, HookPoint, Hooks
from qgen.board.memory import Image, MapEntry, Ram, Region, Rom
from qgen.board.values import Audiodev, Choice, Property
from qgen.board.wires import Bus, Clock, Wire
from qgen.condition import Condition, Option, OptionGiven, parts_of
from qgen.expr import Expr, evaluate
from qgen.frozen import frozen
from qgen.source import Path


class Arch(Enum):
    """A QEMU system target."""

    ARM = "arm"
    AARCH64 = "aarch64"
    PPC = "ppc"
    RISCV64 = "riscv64"
    X86_64 = "x86_64"


class SocParent(Enum):
    """The QOM type that a SoC derives from."""

    SYSBUS = "sys-bus-device"
    DEVICE = "device"


@frozen
class ClassField:
    """A field of MachineClass, or of the base's class, and its value, by QEMU's name."""

    name: str
    value: bool | int | str | Expr
    origin: Path


@frozen
class Parent:
    """What the machine derives from.

    ``fields`` are those of the base's class that the spec sets, ``calls`` the base's
    functions that class_init calls after that.
    """

    base: Base
    fields: tuple[ClassField, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def is_x86(self) -> bool:
        """Whether it is QEMU's x86 base, which boards share much with."""
        return self.base.name == X86.name

    @property
    def sets(self) -> frozenset[str]:
        """The fields of MachineClass that the called functions set."""
        helpers = (h for h in self.base.helpers if h.name in self.calls)
        return frozenset(name for helper in helpers for name in helper.sets)


@frozen
class Constant:
    """A named constant: one of the board's own, or one that ``header`` defines."""

    name: str
    expr: Expr
    value: int
    header: str | None
    comment: str | None
    origin: Path


@frozen
class Cpus:
    """The CPUs. ``created_by`` is the device that makes them, None: the board does.

    ``created``: the board makes as many as -smp says. ``timebase`` is in Hz, for PowerPC,
    whose CPUs the board also resets, and with ``timebase_reset`` the time base with them.
    """

    default_type: str | None
    valid_types: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    default_count: int | None
    created_by: str | None
    created: bool
    properties: tuple[Property, ...]
    wires: tuple[Wire, ...]
    timebase: Expr | None
    origin: Path
    timebase_reset: bool = False

    @property
    def usual_type(self) -> str | None:
        """The type that QEMU takes without -cpu: the default, or the only valid one."""
        if self.default_type is None and len(self.valid_types) == 1:
            return self.valid_types[0]
        return self.default_type


@frozen
class Origin:
    """The spec that a board came from: its file name and the SHA-256 of its text.

    ``variant`` is which of the spec's variants it is, None for a spec without.
    """

    spec: str
    digest: str
    variant: str | None = None


@frozen
class MachineProperty:
    """A property of the machine: ``-M NAME=VALUE``.

    ``values`` are the values with the number of each; none of a property that is true or
    false. ``write_only``: nobody can read it back. ``of_instance``: the class does not have
    it, but every instance.
    """

    name: str
    values: tuple[tuple[str, Expr], ...]
    default: bool | str
    description: str
    write_only: bool
    origin: Path
    of_instance: bool = False

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each value."""
        return {name: evaluate(number) for name, number in self.values}


def conditions_in(values: Iterable[object]) -> Iterator[Condition]:
    """The conditions that some of ``values`` depend on."""
    return (value.when for value in values if isinstance(value, Choice))


@frozen(kw_only=True)
class Composite:
    """What a machine and a SoC are both made of, in the order of creation.

    ``socs`` are the SoCs whose types its devices may have beside QEMU's own.
    """

    name: str
    description: str
    arch: Arch
    constants: tuple[Constant, ...]
    memory_map: tuple[MapEntry, ...]
    regions: tuple[Region, ...]
    clocks: tuple[Clock, ...]
    buses: tuple[Bus, ...]
    devices: tuple[Device, ...]
    origin: Origin
    socs: tuple[Soc, ...] = ()

    @property
    def most_cpus(self) -> int:
        """The most CPUs that there can be."""
        raise NotImplementedError

    @property
    def conditions(self) -> Iterator[Condition]:
        """All that parts of it and values in it depend on."""
        for device in self.devices:
            if device.when is not None:
                yield device.when
            for each in device.holders:
                yield from conditions_in(p.value for p in each.properties)

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """The wires that CPUs drive."""
        raise NotImplementedError

    @property
    def kept(self) -> tuple[str, ...]:
        """The devices that are still needed when all are created."""
        return ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of helpers that make devices."""
        return tuple(d.call for d in self.devices if d.call is not None)


MOST_CPUS = 4096
"""More CPUs than any machine has: a SoC does not know how many there are."""


@frozen
class Export:
    """Lines of a device inside a SoC that become the SoC's own.

    IRQ outputs, or all GPIO lines called ``name`` (None: those without a name).
    ``inputs`` and ``outputs`` are how many there are, None where nobody knows.
    """

    device: str
    is_irq: bool
    name: str | None
    inputs: int | None
    outputs: int | None
    origin: Path


@frozen(kw_only=True)
class Soc(Composite):
    """A SoC: a device made of devices. Each of these is its QOM child.

    ``inline``: it is in the C file of the machine that uses it, and needs no header;
    otherwise ``header`` names that, None for where QEMU would have it.
    ``not_user_creatable`` says why -device cannot make one.
    """

    parent: SocParent
    exports: tuple[Export, ...]
    not_user_creatable: str | None
    header: str | None
    inline: bool

    @property
    def most_cpus(self) -> int:
        """The most CPUs that there can be."""
        return MOST_CPUS

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """A SoC makes no CPUs but those that are devices of its own."""
        return ()


@frozen(kw_only=True)
class Board(Composite):
    """A machine; ``interfaces`` are those of QOM that C of the person's implements.

    ``usb_by_default``: it has USB unless -nodefaults or usb=off is given.
    """

    parent: Parent
    class_fields: tuple[ClassField, ...]
    ram: Ram | None
    cpus: Cpus
    fw_cfg: FwCfg | None
    roms: tuple[Rom, ...] = ()
    boot: Boot | None
    device_tree: DeviceTree | None = None
    hooks: Hooks | None = None
    properties: tuple[MachineProperty, ...] = ()
    interfaces: tuple[str, ...] = ()
    usb_by_default: bool = False

    @property
    def conditions(self) -> Iterator[Condition]:
        """All that parts of the machine and values in it depend on."""
        # Slots make a class of its own, which super() without arguments does not know.
        yield from super(Board, self).conditions  # noqa: UP008
        yield from conditions_in(p.value for p in self.cpus.properties)
        for rom in self.roms:
            yield from conditions_in(rom.values)
        if self.device_tree is not None:
            yield from conditions_of(self.device_tree.root)

    def hook(self, point: HookPoint) -> str | None:
        """The person's function that is called at ``point``."""
        hooks = () if self.hooks is None else self.hooks.hooks
        return next((hook.function for hook in hooks if hook.point is point), None)

    @property
    def most_cpus(self) -> int:
        """The most CPUs that -smp may ask for."""
        return self.cpus.maximum or 1

    @property
    def cpu_wires(self) -> tuple[Wire, ...]:
        """The wires that the board's CPUs drive."""
        return self.cpus.wires

    @property
    def kept(self) -> tuple[str, ...]:
        """The device that gets the items of fw_cfg, and those that hooks use."""
        items = () if self.fw_cfg is None else (self.fw_cfg.device,)
        hooked = () if self.hooks is None else self.hooks.devices
        return (*items, *hooked)

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that are loaded into regions, its own and those of devices."""
        own = [r.image for r in self.regions if r.image is not None]
        return (*own, *(i.image for d in self.devices for i in d.images))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of helpers that make devices, and of the one that boots."""
        last = self.boot.last.call if isinstance(self.boot, HelperBoot) else None
        made = tuple(d.call for d in self.devices if d.call is not None)
        return made if last is None else (*made, last)

    @property
    def takes_audiodev(self) -> bool:
        """Whether a part of the board asks for the audio back end of ``-M audiodev=``."""
        asked = (part for when in self.conditions for part in parts_of(when))
        options = [part.option for part in asked if isinstance(part, OptionGiven)]
        if Option.AUDIO in options:
            return True
        for device in chain(self.devices, *(soc.devices for soc in self.socs)):
            properties = chain(*(each.properties for each in device.holders))
            if any(isinstance(prop.value, Audiodev) for prop in properties):
                return True
        return False
