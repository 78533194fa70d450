"""What the catalogue says of device types and bus types."""

from __future__ import annotations

from qgen.frozen import frozen

_CLOCK = "%"
"""How a clock begins among what a type needs."""


@frozen
class Property:
    """A property that can be set, with QEMU's own name for its type.

    `type` is "bool", "uint32", "str", "link<memory-region>", an enum's name, ..., and
    empty for a few that QEMU gives none; `default` is None where QEMU's property
    carries none. `choices` are the words that an enum's property can be set to, None
    where QEMU has no list of them.
    """

    name: str
    type: str
    default: object | None = None
    description: str | None = None
    choices: tuple[str, ...] | None = None


@frozen
class BusType:
    """One type of bus of one release.

    `ancestors` go up to "object", the nearest first: a device whose `bus` is one of
    them, or `name`, can sit here. `max_dev` is how many devices fit, None for any
    number.
    """

    name: str
    ancestors: tuple[str, ...]
    abstract: bool = False
    max_dev: int | None = None

    def takes(self, bus: str) -> bool:
        """Whether a device that plugs into a bus of type `bus` can sit here."""
        return bus == self.name or bus in self.ancestors


@frozen
class Mmio:
    """One MMIO region of a sysbus device; `size` in bytes (2**64 - 1: all of it)."""

    name: str
    size: int


@frozen
class Lines:
    """A list of GPIO lines; `name` is None for the unnamed list."""

    name: str | None
    count: int


@frozen
class Part:
    """A device inside another one, as `DeviceType` has its own facts.

    `path` is its QOM path from there: names of children, with "/" between them.
    """

    path: str
    type: str
    mmio: tuple[Mmio, ...]
    irqs: int
    gpio_in: tuple[Lines, ...]
    gpio_out: tuple[Lines, ...]
    clocks_in: tuple[str, ...]
    clocks_out: tuple[str, ...]
    child_buses: tuple[tuple[str, str], ...]
    numbered_buses: tuple[str, ...]
    memories: tuple[tuple[str, int], ...] = ()


@frozen
class DeviceType:
    """One device type of one release.

    Of an abstract type, only what it passes on is known: no lines, no regions.

    `parent` and `ancestors` go up to "object", the nearest first. `bus` is the type
    of bus that it plugs into: "System" for sysbus devices, None for a type that
    needs none. `mmio` is in the order of sysbus's indices, `irqs` the number of
    sysbus outputs, and `gpio_out` is without these. `child_buses` are pairs of name
    and bus type, in the order of their creation; of these, QEMU made up the names in
    `numbered_buses`, with a number that counts all buses of the type in a machine.
    `children` are pairs of name and type of the devices that a SoC or another
    container makes in instance_init, `realized_children` those that it makes later.
    `parts` are the devices inside it, at any depth, that are not as their types are
    alone, because it sets their properties (`Catalogue.part` knows the others too).
    `children_shaped_by` are the properties that were seen to change any of these.

    `memories` are the RAM and ROM of its own: names of QOM's children, sizes in bytes.

    `realized` says that regions, lines, clocks and buses are those of a realized
    device; otherwise they are those after instance_init, which may be too few.
    `supplied` names what the device was given so that it could be realized:
    properties, input clocks, "cpu" where a CPU had to exist, and "machine" where the
    machine had to have a number or a type of CPUs; `given` is the same with values, in
    the notation of `lab/probe.c`, and `needs` those of the properties and clocks
    (``%NAME``) without which it cannot be realized. `refused` is what QEMU said of a type
    that could not be realized, whatever it was given. `shaped_by` are the properties
    that were seen to change regions (their names too), lines, clocks or buses; with one of
    them set, what stands here does not hold.

    `header` is what a board includes, `macro` the type's name there; both None when
    no header has one. `struct` is the type of an instance in C, where that header
    completes it (so that a board's own struct can embed it), and `cast` the macro or
    function that makes a pointer to it ("ARMV7M"). `kconfig` are the Kconfig symbols
    that its file is built with, without CONFIG_. `targets` are the binaries
    ("aarch64") that have the type, and `cpu_models` the names that -cpu takes for it.
    `categories` are the kinds that QEMU counts it among ("network").
    """

    name: str
    parent: str
    ancestors: tuple[str, ...]
    abstract: bool
    bus: str | None
    description: str | None
    user_creatable: bool
    properties: tuple[Property, ...]
    realized: bool
    supplied: tuple[str, ...]
    shaped_by: tuple[str, ...]
    mmio: tuple[Mmio, ...]
    irqs: int
    gpio_in: tuple[Lines, ...]
    gpio_out: tuple[Lines, ...]
    clocks_in: tuple[str, ...]
    clocks_out: tuple[str, ...]
    child_buses: tuple[tuple[str, str], ...]
    children: tuple[tuple[str, str], ...]
    header: str | None
    macro: str | None
    kconfig: tuple[str, ...]
    targets: tuple[str, ...]
    cpu_models: tuple[str, ...]
    struct: str | None = None
    cast: str | None = None
    numbered_buses: tuple[str, ...] = ()
    realized_children: tuple[tuple[str, str], ...] = ()
    children_shaped_by: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    memories: tuple[tuple[str, int], ...] = ()
    given: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    refused: str | None = None
    categories: tuple[str, ...] = ()

    @property
    def needed_clocks(self) -> tuple[str, ...]:
        """The input clocks without which it cannot be realized."""
        clocks = (name for name in self.needs if name.startswith(_CLOCK))
        return tuple(name.removeprefix(_CLOCK) for name in clocks)

    @property
    def needed_properties(self) -> tuple[str, ...]:
        """The properties without which it cannot be realized."""
        return tuple(name for name in self.needs if not name.startswith(_CLOCK))

    @property
    def sized_by(self) -> tuple[str, ...]:
        """The properties that say how large its first region is, which is empty else."""
        empty = bool(self.mmio) and not self.mmio[0].size
        return tuple(n for n in self.shaped_by if n.endswith("size")) if empty else ()

    def spells_out(self, name: str) -> bool:
        """Whether a list is a property for its length, and one for each element."""
        return self.property(f"len-{name}") is not None

    def property(self, name: str) -> Property | None:
        """The property called `name`, or None."""
        return next((each for each in self.properties if each.name == name), None)
