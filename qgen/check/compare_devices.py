"""The devices of two machines, with their CPUs, wires and drives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from qgen.check.compare_core import name_of, plain, spoken
from qgen.check.compare_memory import MemoryDifferences
from qgen.check.facts import (
    Call,
    Cpu,
    Device,
    DeviceRegion,
    Disk,
    Input,
    Output,
    Pass,
    Property,
    Region,
)
from qgen.check.match import Key


class DeviceDifferences(MemoryDifferences):
    """What differs in devices, CPUs, wires and drives."""

    def _order(self, made: Sequence[Device], wanted: Sequence[Device]) -> None:
        """Devices are realized in the order in which the board has them."""
        places = {device.name: place for place, device in enumerate(wanted)}
        known = [device for device in made if device.name in places]
        for before, after in pairwise(known):
            if places[before.name] > places[after.name]:
                self.say(
                    before.line,
                    f"{spoken(before)} is realized before {after.name!r}; the board "
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
        what, line = spoken(wanted), made.line
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
        self._windows(line, what, made.windows, wanted.windows)
        for name in sorted(made.clocks.keys() | wanted.clocks.keys()):
            self._same(
                line,
                what,
                f"clock at input {name!r}",
                name_of(made.clocks.get(name)),
                name_of(wanted.clocks.get(name)),
            )
        for child in sorted(made.parts.keys() | wanted.parts.keys()):
            self._device(made.part(child), wanted.part(child))

    def _windows(
        self, line: int, what: str, made: Sequence[Region], wanted: Sequence[Region]
    ) -> None:
        mine, theirs = ({w.label: w for w in side} for side in (made, wanted))
        for name in sorted(mine.keys() ^ theirs.keys()):
            verb = "a window" if name in mine else "no window"
            self.say(line, f"{what} has {verb} {name!r}; that is not so in the board")
        for name in sorted(mine.keys() & theirs.keys()):
            window, right = mine[name], theirs[name]
            of, at = f"{what}: window {name!r}", window.line
            self._same(at, of, "size", window.size, right.size)
            self._same(at, of, "offset", window.offset, right.offset)
            self._same(at, of, "region", _index(window), _index(right))
            self._mapped(at, of, window.mapped, right.mapped)

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
            self._same(line, what, field, plain(mine), plain(theirs))

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
            self._same(prop.line, what, field, plain(prop.value), plain(right.value))
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
            what = f"{spoken(output.owner)}: {output}"
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
                what = f"{spoken(output.owner)}: {output}"
                self.say(line, f"{what} goes to {sink}; the board wires it to nothing")

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


# QOM's setter takes integers of every width.
_SETTERS = {("int", f"{u}int{bits}") for u in ("", "u") for bits in (8, 16, 32, 64)}


DEVICE_KEYS: Sequence[Key[Device]] = (
    lambda d: (_kind(d), *(m.address for m in d.mmio.values())),
    lambda d: _kind(d),
)


def _kind(device: Device) -> str:
    return device.type if device.call is None else f"{device.call.function}()"


def _index(window: Region) -> int | None:
    """Which region of its device is behind a window."""
    behind = window.target
    return int(behind.index) if isinstance(behind, DeviceRegion) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _end(output: Output) -> tuple[str, bool, str | None, int]:
    return output.owner.name, output.is_irq, output.line, int(output.number)
