"""What is known of a device type, as sections of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.catalogue import Catalogue, DeviceType, Lines, Property
from qgen.frozen import frozen
from qgen.lookup.example import Example, Impossible
from qgen.lookup.frame import CONTROLLER
from qgen.lookup.maker import example_of
from qgen.lookup.needs import derived_from, hosts_of, is_cpu
from qgen.lookup.spec_text import size

_MOST_NAMES = 8
_EVERYTHING = 1 << 63
_NEEDED = "has to be given"


@frozen(slots=False)
class Section:
    """A part of what is said; of `rows`, the columns are aligned."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def sections(known: DeviceType, catalogue: Catalogue) -> Iterator[Section]:
    """All that is known of a type, in the order in which a person asks."""
    yield Section("", tuple(_head(known, catalogue)))
    yield Section("In a spec", tuple(_usage(known, catalogue)))
    if known.properties:
        rows = tuple(_property(each, known) for each in known.properties)
        yield Section("Properties", rows=rows)
    for title, rows in (
        ("MMIO regions", tuple(_regions(known))),
        ("Lines", tuple(_lines(known))),
        ("Clocks", tuple(_clocks(known))),
        ("Its buses", tuple(_buses(known))),
        ("Devices inside", tuple(known.children + known.realized_children)),
    ):
        if rows:
            yield Section(title, rows=rows)
    depends = tuple(_depends(known))
    if depends:
        yield Section("What depends on properties", depends)
    yield Section("In C", rows=tuple(_in_c(known)))


def _head(known: DeviceType, catalogue: Catalogue) -> Iterator[str]:
    if known.description:
        yield known.description
    bus = {"System": "on the system bus", None: "on no bus"}
    where = bus.get(known.bus, f"on a bus of type {known.bus}")
    kind = f" ({', '.join(known.categories)})" if known.categories else ""
    if is_cpu(known, catalogue):
        yield "a CPU" + (
            f": -cpu {_some(known.cpu_models)}" if known.cpu_models else ""
        )
    else:
        yield f"{'an abstract type' if known.abstract else 'a device'} {where}{kind}"
    yield "derives from " + " < ".join(known.ancestors)
    yield f"in {_some([f'qemu-system-{each}' for each in known.targets])}"
    if known.user_creatable and not known.abstract:
        yield "a user can add one with -device"


def _usage(known: DeviceType, catalogue: Catalogue) -> Iterator[str]:
    """What to write, or why nothing can be."""
    if known.abstract:
        names = derived_from(known.name, catalogue)
        yield f"No device can be of it: name one that derives from it: {_some(names)}."
        return
    try:
        example = example_of(known, catalogue)
    except Impossible as reason:
        yield f"A spec alone cannot make one: {reason}."
        yield "A function of QEMU's may ('call:'), a device that has one inside, or a hook."
    else:
        yield from (f"  {line}" for line in example.snippet().splitlines())
        yield from (f"{_sentence(note)}" for note in example.notes)
        yield from _what_is_around(known, example)
    if not known.realized:
        said = f": {known.refused}" if known.refused else ""
        yield f"QEMU realized none when this was measured{said}"
        yield "What follows is what it has before, which may be too little."


def _what_is_around(known: DeviceType, example: Example) -> Iterator[str]:
    if example.inputs and CONTROLLER in example.snippet():
        yield f"'{CONTROLLER}' is the interrupt controller of your board."
    if known.bus not in (None, "System", "ISA") and len(example.devices) > 1:
        yield f"Any bus of type {known.bus} will do."
    yield f"A whole board that has one: qgen devices {known.name} --example"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _property(each: Property, known: DeviceType) -> tuple[str, ...]:
    needed = _NEEDED if each.name in known.needed_properties else ""
    meaning = "; ".join(filter(None, (_meaning(each), needed)))
    return (each.name, each.type or "?", default_of(each), meaning)


def default_of(each: Property) -> str:
    """The default of a property as a spec would have it; empty where there is none."""
    value = each.default
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if -4096 <= value <= 4096 else f"{value:#x}"
    return str(value) if value else '""'


def _meaning(each: Property) -> str:
    """What it can be, what QEMU says of it, and what a spec writes."""
    words = []
    if each.choices:
        words.append(" | ".join(each.choices))
    if each.description and each.description != each.type:
        words.append(each.description)
    about = each.description or ""
    if each.type == "str" and ("chardev" in about or each.name == "chardev"):
        words.append("{serial: 0}")
    elif each.type == "str" and "a block device" in about:
        words.append("{drive: {interface: mtd, unit: 0}}")
    elif each.type == "str" and "an audiodev" in about:
        words.append("{audio: true}")
    elif each.type == "link<memory-region>":
        words.append("{link: REGION}, ram or system")
    elif each.type.startswith("link<"):
        words.append("{link: DEVICE}")
    elif each.type == "list":
        words.append("[a, b]")
    return "; ".join(dict.fromkeys(words))


def _regions(known: DeviceType) -> Iterator[tuple[str, ...]]:
    for index, region in enumerate(known.mmio):
        amount = str(size(region.size)) if region.size else "empty"
        if region.size >= _EVERYTHING:
            amount = "an address space"
        yield (str(index), amount, region.name)
    for name, amount_ in known.memories:
        yield ("", str(size(amount_)), f"{name}, memory of its own")


def _lines(known: DeviceType) -> Iterator[tuple[str, ...]]:
    if known.irqs:
        yield ("IRQ outputs", _numbers(known.irqs), "irqs: WIRES")
    for lines in known.gpio_out:
        to = "WIRES" if lines.name is None else f"{{name: {lines.name}, to: WIRE}}"
        yield (_named("outputs", lines), _numbers(lines.count), f"gpios: {to}")
    for lines in known.gpio_in:
        dot = "" if lines.name is None else f".{lines.name}"
        yield (_named("inputs", lines), _numbers(lines.count), f"DEVICE{dot}[0]")


def _named(what: str, lines: Lines) -> str:
    return what if lines.name is None else f"{what} {lines.name!r}"


def _numbers(count: int) -> str:
    return "0" if count == 1 else f"0 to {count - 1}"


def _clocks(known: DeviceType) -> Iterator[tuple[str, ...]]:
    for name in known.clocks_in:
        needed = f"; {_NEEDED}" if name in known.needed_clocks else ""
        yield ("input", name, f"clocks: {{{name}: CLOCK}}{needed}")
    for name in known.clocks_out:
        yield ("output", name, f"DEVICE.{name}")


def _buses(known: DeviceType) -> Iterator[tuple[str, ...]]:
    for name, type_ in known.child_buses:
        number = "QEMU counts them in its name" if name in known.numbered_buses else ""
        yield (name, type_, f"bus: DEVICE/{name}", number)


def _depends(known: DeviceType) -> Iterator[str]:
    if known.shaped_by:
        yield f"regions, lines, clocks or buses: {_some(known.shaped_by)}"
    if known.children_shaped_by:
        yield f"the devices inside: {_some(known.children_shaped_by)}"
    if known.given:
        given = ", ".join(f"{key.strip('%+!$')}={value}" for key, value in known.given)
        yield f"what stands above is of one with {given}"


def _in_c(known: DeviceType) -> Iterator[tuple[str, ...]]:
    for title, text in (
        ("header", known.header),
        ("macro", known.macro),
        ("struct", known.struct),
        ("cast", known.cast and f"{known.cast}(obj)"),
        ("Kconfig", " ".join(f"CONFIG_{each}" for each in known.kconfig)),
    ):
        yield (title, text or "none")


def hosts(bus: str, catalogue: Catalogue) -> list[str]:
    """Devices that have a bus of the type, as `DEVICE/BUS`."""
    return [f"{known.name}/{name}" for known, name in hosts_of(bus, catalogue)]


def _some(words: Sequence[str]) -> str:
    more = len(words) - _MOST_NAMES
    return ", ".join(words[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
