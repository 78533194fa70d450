"""Two machines side by side: what the C makes, and what the board wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from qgen.check.facts import (
    ITSELF,
    Blob,
    Bus,
    BusEnd,
    Call,
    Clock,
    ClockLine,
    Cpu,
    Device,
    Disk,
    Ending,
    FwCfgItem,
    Input,
    Load,
    Machine,
    Mapped,
    Output,
    Pass,
    Property,
    Region,
    names_of,
)
from qgen.check.hooks import compare_hooks
from qgen.check.match import Key, Part, misplaced, pairs, shown, spelled
from qgen.check.notes import Notes
from qgen.check.values import Instance


def compare(made: Machine, wanted: Machine, notes: Notes, when: str) -> None:
    """Note every difference; ``when`` says under which command line, or is empty."""
    suffix = f" ({when})" if when else ""
    comparison = _Comparison(lambda line, text: notes.add(line, text + suffix))
    comparison.machines(made, wanted)


class _Comparison:
    def __init__(self, say: Callable[[int, str], None]):
        self.say = say

    def machines(self, made: Machine, wanted: Machine) -> None:
        self._endings(made.endings, wanted.endings)
        if len(made.endings) < len(wanted.endings):
            return  # a machine that should have ended: what it went on to make is moot
        if not self._failed(made.failed, wanted.failed):
            return
        regions = self._regions(made, wanted)
        clocks = self._match("clock", made.clocks, wanted.clocks, _clock_keys, _hz)
        devices = self._match(
            "device", made.devices, wanted.devices, _device_keys, lambda d: d.type
        )
        if len(made.cpus) != len(wanted.cpus):
            self._same(0, "the CPUs", "number", len(made.cpus), len(wanted.cpus))
        for mine, theirs in regions:
            self._region(mine, theirs)
        for clock, right in clocks:
            what = f"clock {right.name!r}"
            self._same(clock.line, what, "name in QEMU", clock.label, right.label)
            self._clock(clock, right)
        for cpu, right_cpu in zip(made.cpus, wanted.cpus, strict=False):
            self._cpu(cpu, right_cpu)
        for device, right_device in devices:
            self._device(device, right_device)
        self._order(made.realized, wanted.realized)
        self._passes(made.passes, wanted.passes)
        self._wires(made.wires, wanted.wires)
        self._buses(made.buses, wanted.buses)
        self._loads(made.loads, wanted.loads)
        self._blobs(made.blobs, wanted.blobs)
        self._fields(0, "the x86 machine", made.x86, wanted.x86)
        self._disks(made.disks, wanted.disks)
        self._fw_cfg(made.fw_cfg, wanted.fw_cfg)
        self._boot(made, wanted)
        compare_hooks(made.hooks, wanted.hooks, self.say)

    def _failed(self, made: str | None, wanted: str | None) -> bool:
        """Whether there is something to compare: the SoC came to something."""
        if made is not None and (wanted is None or wanted not in made):
            about = "it should not" if wanted is None else f"not of {wanted!r}"
            self.say(0, f"the SoC fails: {made!r}; {about}")
        elif made is None and wanted is not None:
            self.say(0, f"the SoC does not fail; it should, because of {wanted!r}")
        return made is None and wanted is None

    def _clock(self, made: Clock, wanted: Clock) -> None:
        what, line = f"clock {wanted.name!r}", made.line
        self._same(line, what, "frequency in Hz", made.hz, wanted.hz)
        self._same(line, what, "source", _name(made.source), _name(wanted.source))
        self._same(line, what, "factors of its period", made.period, wanted.period)
        if made.is_input != wanted.is_input:
            kinds = {True: "an input of the SoC", False: "a clock of its own"}
            is_, has = kinds[made.is_input], kinds[wanted.is_input]
            self.say(line, f"{what} is {is_}; the board makes it {has}")

    def _order(self, made: Sequence[Device], wanted: Sequence[Device]) -> None:
        """Devices are realized in the order in which the board has them."""
        places = {device.name: place for place, device in enumerate(wanted)}
        known = [device for device in made if device.name in places]
        for before, after in pairwise(known):
            if places[before.name] > places[after.name]:
                self.say(
                    before.line,
                    f"{_owner(before)} is realized before {after.name!r}; the board "
                    "has it after",
                )
                return

    def _passes(self, made: Sequence[Pass], wanted: Sequence[Pass]) -> None:
        mine = {(p.device.name, str(p)): p for p in made}
        theirs = {(p.device.name, str(p)): p for p in wanted}
        for key in sorted(theirs.keys() - mine.keys()):
            self.say(0, f"the {key[1]} of {key[0]!r} do not become the SoC's")
        for key in sorted(mine.keys() - theirs.keys()):
            text = f"the {key[1]} of {key[0]!r} become the SoC's; they should not"
            self.say(mine[key].line, text)

    def _same(
        self, line: int, what: str, field: str, made: object, wanted: object
    ) -> None:
        """Note where a field differs, in its value or in what it is computed from."""
        if made != wanted:
            is_, has = shown(made), shown(wanted)
            self.say(line, f"{what}: the {field} is {is_}; the board has {has}")
        elif names_of(made) != names_of(wanted):
            self.say(
                line,
                f"{what}: the {field} is {shown(made)}; the board takes it from "
                f"{spelled(wanted)}",
            )

    def _fields(
        self,
        line: int,
        what: str,
        made: Mapping[str, object],
        wanted: Mapping[str, object],
    ) -> None:
        for name in sorted(wanted.keys() | made.keys()):
            if name not in made:
                self.say(line, f"{what}: {name} is not set")
            elif name not in wanted:
                self.say(line, f"{what}: {name} is set; the board sets none")
            else:
                self._same(line, what, name, _plain(made[name]), _plain(wanted[name]))

    def _match(
        self,
        what: str,
        made: Sequence[Part],
        wanted: Sequence[Part],
        keys: Sequence[Key[Part]],
        describe: Callable[[Part], str],
    ) -> list[tuple[Part, Part]]:
        """The parts of both sides that belong together; they get the board's names."""
        both, extra, missing = pairs(made, wanted, keys)
        for part in missing:
            self.say(0, f"{what} {part.name!r} ({describe(part)}) is missing")
        for part in extra:
            self.say(part.line, f"{what} ({describe(part)}) is not on the board")
        wrong = misplaced(both, made)
        if wrong is not None:
            part, name, after = wrong
            self.say(
                part.line,
                f"{what} {name.name!r} is made before {after.name!r}; the board has "
                "it after",
            )
        for mine, theirs in both:
            if isinstance(mine, Device):
                mine.call_it(theirs.name)
            else:
                mine.name = theirs.name
        return both

    def _regions(self, made: Machine, wanted: Machine) -> list[tuple[Region, Region]]:
        both = self._match(
            "region", made.regions, wanted.regions, _region_keys, _description
        )
        if made.ram is not None and wanted.ram is not None:
            both.append((made.ram, wanted.ram))
        return both

    def _region(self, made: Region, wanted: Region) -> None:
        what, line = f"region {wanted.name!r}", made.line
        self._same(line, what, "kind", made.kind, wanted.kind)
        self._same(line, what, "name in QEMU", made.label, wanted.label)
        self._same(line, what, "size", made.size, wanted.size)
        self._same(line, what, "target", _name(made.target), _name(wanted.target))
        self._same(line, what, "offset into the target", made.offset, wanted.offset)
        self._same(line, what, "value that it reads as", made.reads, wanted.reads)
        if made.owned != wanted.owned:
            owners = {True: "a child", False: "nobody's"}
            is_, has = owners[made.owned], owners[wanted.owned]
            self.say(line, f"{what}: it is {is_} in QOM; the board makes it {has}")
        self._mapped(line, what, made.mapped, wanted.mapped)

    def _mapped(
        self, line: int, what: str, made: Mapped | None, wanted: Mapped | None
    ) -> None:
        if made is None or wanted is None:
            if made is not None:
                self.say(made.line, f"{what} is mapped; the board maps it nowhere")
            if wanted is not None:
                at = f"{shown(wanted.address)} of {wanted.container.name!r}"
                self.say(line, f"{what} is not mapped; the board has it at {at}")
            return
        line = made.line
        self._same(line, what, "container", made.container.name, wanted.container.name)
        self._same(line, what, "address", made.address, wanted.address)
        self._same(line, what, "priority", made.priority, wanted.priority)
        self._same(line, what, "kind of mapping", made.by, wanted.by)

    def _cpu(self, made: Cpu, wanted: Cpu) -> None:
        self._device(made, wanted)
        what, line = wanted.name, made.line
        self._same(line, what, "time base in Hz", made.timebase, wanted.timebase)
        if made.resets != wanted.resets:
            self.say(
                line,
                f"{what} is reset {made.resets} times with the machine; the board "
                f"resets it {wanted.resets} times",
            )
        if made.timebase_resets != wanted.timebase_resets:
            self.say(
                line,
                f"{what}'s time base is reset {made.timebase_resets} times with the "
                f"machine; the board resets it {wanted.timebase_resets} times",
            )

    def _device(self, made: Device, wanted: Device) -> None:
        what, line = _owner(wanted), made.line
        self._same(line, what, "type", made.type, wanted.type)
        self._same(line, what, "name in the QOM tree", made.child, wanted.child)
        self._same(line, what, "bus", _text(made.bus), _text(wanted.bus))
        if not made.realized:
            self.say(line, f"{what} is never realized")
        self._same(line, what, "NIC of -nic", made.nic, wanted.nic)
        if made.full != wanted.full:
            is_, has = ", ".join(made.full), ", ".join(wanted.full)
            text = f"{what}: its full buses are {is_ or 'none'}; the board has"
            self.say(line, f"{text} {has or 'none'}")
        self._call(line, what, made.call, wanted.call)
        self._properties(line, what, made.properties, wanted.properties)
        for index in sorted(made.mmio.keys() | wanted.mmio.keys()):
            self._mapped(
                line,
                f"{what}: MMIO region {int(index)}",
                made.mmio.get(index),
                wanted.mmio.get(index),
            )
        for name in sorted(made.clocks.keys() | wanted.clocks.keys()):
            self._same(
                line,
                what,
                f"clock at input {name!r}",
                _name(made.clocks.get(name)),
                _name(wanted.clocks.get(name)),
            )
        for child in sorted(made.parts.keys() | wanted.parts.keys()):
            self._device(made.part(child), wanted.part(child))

    def _call(
        self, line: int, what: str, made: Call | None, wanted: Call | None
    ) -> None:
        function = None if made is None else made.function
        right = None if wanted is None else wanted.function
        self._same(line, what, "helper that makes it", function, right)
        if made is None or wanted is None or function != right:
            return
        for place, (mine, theirs) in enumerate(
            zip(made.arguments, wanted.arguments, strict=True), 1
        ):
            field = f"argument {place} of {right}()"
            self._same(line, what, field, _plain(mine), _plain(theirs))

    def _properties(
        self, line: int, what: str, made: list[Property], wanted: list[Property]
    ) -> None:
        mine = {p.name: p for p in made}
        theirs = {p.name: p for p in wanted}
        for name in sorted(theirs.keys() - mine.keys()):
            self.say(line, f"{what}: the property {name!r} is not set")
        for name in sorted(mine.keys() - theirs.keys()):
            text = f"{what}: the property {name!r} is not one that the board sets"
            self.say(mine[name].line, text)
        common = [p for p in made if p.name in theirs]
        for prop in common:
            right = theirs[prop.name]
            field = f"property {prop.name!r}"
            if prop.how == right.how == "list":
                self._items(prop.line, what, field, prop.value, right.value)
                continue
            self._same(prop.line, what, field, _plain(prop.value), _plain(right.value))
            if prop.how != right.how and (prop.how, right.how) not in _SETTERS:
                self._same(prop.line, what, f"{field}'s type", prop.how, right.how)
        order = [p.name for p in wanted if p.name in mine]
        if [p.name for p in common] != order:
            self.say(line, f"{what}: the board sets {', '.join(order)}, in this order")

    def _items(
        self,
        line: int,
        what: str,
        field: str,
        made: object,
        wanted: object,
    ) -> None:
        """Compare two lists, of which each element has a kind and a value."""
        assert isinstance(made, tuple) and isinstance(wanted, tuple)
        if len(made) != len(wanted):
            self._same(line, what, f"length of the {field}", len(made), len(wanted))
            return
        for place, (mine, right) in enumerate(zip(made, wanted, strict=True)):
            element = f"element {place} of the {field}"
            self._same(line, what, f"{element}'s kind", mine[0], right[0])
            self._same(line, what, element, mine[1], right[1])

    def _wires(
        self,
        made: Mapping[Output, tuple[Input, int]],
        wanted: Mapping[Output, tuple[Input, int]],
    ) -> None:
        mine = {_end(output): (output, *made[output]) for output in made}
        theirs = {_end(output): (output, *wanted[output]) for output in wanted}
        for key, (output, sink, _) in theirs.items():
            what = f"{_owner(output.owner)}: {output}"
            if key not in mine:
                self.say(0, f"{what} goes nowhere; the board wants {sink}")
                continue
            source, actual, line = mine[key]
            self._same(line, what, "line", source.number, output.number)
            if str(actual) != str(sink):
                self.say(line, f"{what} goes to {actual}; the board wants {sink}")
            else:
                self._same(line, what, "input", actual.number, sink.number)
        for key, (output, sink, line) in mine.items():
            if key not in theirs:
                what = f"{_owner(output.owner)}: {output}"
                self.say(line, f"{what} goes to {sink}; the board wires it to nothing")

    def _buses(self, made: Sequence[Bus], wanted: Sequence[Bus]) -> None:
        if len(made) != len(wanted):
            self._same(0, "the ISA buses", "number", len(made), len(wanted))
        for mine, theirs in zip(made, wanted, strict=False):
            for space in ("memory", "io"):
                is_, has = getattr(mine, space).name, getattr(theirs, space).name
                self._same(mine.line, "the ISA bus", f"{space} space", is_, has)

    def _loads(self, made: Sequence[Load], wanted: Sequence[Load]) -> None:
        if [(x.file, x.how) for x in made] != [(x.file, x.how) for x in wanted]:
            line = made[0].line if made else 0
            self.say(
                line, f"images: {_attempts(made)}; the board wants {_attempts(wanted)}"
            )
            return
        for mine, theirs in zip(made, wanted, strict=True):
            what = f"the image {theirs.file!r}"
            is_, has = _plain(mine.into), _plain(theirs.into)
            self._same(mine.line, what, "region that it goes into", is_, has)
            self._fields(mine.line, what, mine.arguments, theirs.arguments)

    def _disks(self, made: Sequence[Disk], wanted: Sequence[Disk]) -> None:
        mine, theirs = ({d.unit: d for d in disks} for disks in (made, wanted))
        for disk in wanted:
            if disk.unit not in mine:
                self.say(0, f"the IDE drive {disk.unit} gets no device")
        for disk in made:
            what, right = f"the IDE drive {disk.unit}", theirs.get(disk.unit)
            if right is None:
                self.say(disk.line, f"{what} gets a device; the board gives it none")
                continue
            owner, wanted_owner = disk.controller.name, right.controller.name
            self._same(disk.line, what, "controller", owner, wanted_owner)
            self._same(disk.line, what, "place there", disk.place, right.place)
            before = "number of devices before it"
            self._same(disk.line, what, before, disk.made, right.made)
        order = [d.unit for d in wanted]
        if len(made) == len(wanted) and [d.unit for d in made] != order:
            self.say(made[0].line, "the IDE drives are created in another order")

    def _fw_cfg(self, made: Sequence[FwCfgItem], wanted: Sequence[FwCfgItem]) -> None:
        mine, theirs = ({i.key: i for i in items} for items in (made, wanted))
        for item in wanted:
            if item.key not in mine:
                self.say(0, f"the fw_cfg {_item(item)} is missing")
        for item in made:
            right = theirs.get(item.key)
            if right is None:
                self.say(item.line, f"the board has no fw_cfg {_item(item)}")
                continue
            what = f"the fw_cfg {_item(right)}"
            owner, wanted_owner = item.owner.name, right.owner.name
            self._same(item.line, what, "device", owner, wanted_owner)
            self._same(item.line, what, "kind", item.how, right.how)
            self._same(item.line, what, "value", item.value, right.value)
        names = [[i.key for i in side if i.how == "file"] for side in (made, wanted)]
        if names[0] != names[1] and set(names[0]) == set(names[1]):
            order = ", ".join(map(str, names[1]))
            self.say(0, f"the fw_cfg files have another order than {order}")

    def _blobs(self, made: Sequence[Blob], wanted: Sequence[Blob]) -> None:
        names, right = [b.name for b in made], [b.name for b in wanted]
        if names != right:
            line = made[0].line if made else 0
            is_, has = ", ".join(names) or "none", ", ".join(right) or "none"
            self.say(line, f"ROMs of words: {is_}; the board wants {has}")
            return
        for mine, theirs in zip(made, wanted, strict=True):
            what = f"the ROM {theirs.name!r}"
            self._same(mine.line, what, "address", mine.address, theirs.address)
            self._same(
                mine.line, what, "number of words", len(mine.words), len(theirs.words)
            )
            for place, (word, other) in enumerate(
                zip(mine.words, theirs.words, strict=False)
            ):
                self._same(mine.line, what, f"word {place}", word, other)
                order, wants = getattr(word, "order", None), getattr(other, "order", "")
                if order != wants:
                    text = f"{what}: word {place} is not in {wants}-endian order"
                    self.say(mine.line, text)

    def _boot(self, made: Machine, wanted: Machine) -> None:
        mine, theirs = made.boot, wanted.boot
        if mine is None or theirs is None or mine.loader != theirs.loader:
            name = None if mine is None else mine.loader
            right = None if theirs is None else theirs.loader
            if name != right:
                line = mine.line if mine else 0
                self._same(line, "the board", "boot loader", name, right)
            return
        self._fields(mine.line, theirs.loader, mine.arguments, theirs.arguments)

    def _endings(self, made: Sequence[Ending], wanted: Sequence[Ending]) -> None:
        for mine, theirs in zip(made, wanted, strict=False):
            self._ending(mine, theirs)
        for ending in made[len(wanted) :]:
            self.say(ending.line, f"QEMU ends: {ending.message!r}; it should not")
        for ending in wanted[len(made) :]:
            about = ending.mentions or ending.message
            self.say(0, f"QEMU goes on; it should end with an error about {about!r}")

    def _ending(self, made: Ending, wanted: Ending) -> None:
        line = made.line
        if made.status is None and wanted.status is not None:
            self.say(line, f"QEMU goes on after {made.message!r}; it should end")
        else:
            self._same(line, "the end of QEMU", "status", made.status, wanted.status)
        if wanted.mentions is None:
            self._same(line, "an error", "message", made.message, wanted.message)
        elif wanted.mentions not in made.message:
            self.say(
                line, f"{made.message!r} does not say that it is {wanted.mentions!r}"
            )


# QOM's setter takes integers of every width.
_SETTERS = {("int", f"{u}int{bits}") for u in ("", "u") for bits in (8, 16, 32, 64)}


def _description(region: Region) -> str:
    return f"{region.kind} {region.label!r}"


def _hz(clock: Clock) -> str:
    return f"{clock.hz} Hz"


def _region_keys_strict(region: Region) -> tuple[object, ...]:
    at = region.mapped.address if region.mapped else None
    return region.label, region.kind, at


_region_keys: Sequence[Key[Region]] = (_region_keys_strict, lambda region: region.label)
_clock_keys: Sequence[Key[Clock]] = (lambda clock: clock.label,)
_device_keys: Sequence[Key[Device]] = (
    lambda d: (_kind(d), *(m.address for m in d.mmio.values())),
    lambda d: _kind(d),
)


def _kind(device: Device) -> str:
    return device.type if device.call is None else f"{device.call.function}()"


def _name(part: Region | Clock | ClockLine | None) -> str | None:
    if isinstance(part, ClockLine):
        return f"{part.owner.name}.{part.line}"
    return None if part is None else part.name


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: object) -> object:
    """A property's value; what it links to by its name."""
    if isinstance(value, (Region, Device)):
        return f"link to {value.name}"
    if isinstance(value, Instance):
        return ITSELF
    return str(value) if isinstance(value, (Bus, BusEnd, Input)) else value


def _owner(owner: Device) -> str:
    if isinstance(owner, Cpu):
        return owner.name
    if owner.inside is not None:
        return f"device {owner.name!r}"
    return f"device {owner.name!r} ({owner.type})"


def _end(output: Output) -> tuple[str, bool, str | None, int]:
    return output.owner.name, output.is_irq, output.line, int(output.number)


def _item(item: FwCfgItem) -> str:
    if isinstance(item.key, str):
        return f"file {item.key!r}"
    return f"item {int(item.key):#x}"


def _attempts(loads: Sequence[Load]) -> str:
    return ", ".join(f"{load.file} ({load.how})" for load in loads) or "none"
