"""Two machines side by side: what the C makes, and what the board wants."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.check.compare_core import name_of
from qgen.check.compare_devices import DEVICE_KEYS, DeviceDifferences
from qgen.check.expected_tree import compare_trees
from qgen.check.facts import Bus, Clock, Ending, FwCfgItem, Machine, Range
from qgen.check.hooks import compare_hooks
from qgen.check.match import Key
from qgen.check.notes import Notes


def compare(made: Machine, wanted: Machine, notes: Notes, when: str) -> None:
    """Note every difference; ``when`` says under which command line, or is empty."""
    suffix = f" ({when})" if when else ""
    comparison = _Comparison(lambda line, text: notes.add(line, text + suffix))
    comparison.machines(made, wanted)


class _Comparison(DeviceDifferences):
    """Compares all that two machines consist of."""

    def machines(self, made: Machine, wanted: Machine) -> None:
        self._endings(made.endings, wanted.endings)
        if len(made.endings) < len(wanted.endings):
            return  # a machine that should have ended: what it went on to make is moot
        if not self._failed(made.failed, wanted.failed):
            return
        regions = self._regions(made, wanted)
        clocks = self._match("clock", made.clocks, wanted.clocks, _clock_keys, _hz)
        devices = self._match(
            "device", made.devices, wanted.devices, DEVICE_KEYS, lambda d: d.type
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
        asked = made.disks_asked, wanted.disks_asked
        self._same(0, "the IDE drives", "number that is looked for", *asked)
        self._disks(made.disks, wanted.disks)
        self._fw_cfg(made.fw_cfg, wanted.fw_cfg)
        self._e820(made.e820, wanted.e820)
        compare_trees(made, wanted.nodes, self.say)
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
        self._same(line, what, "source", name_of(made.source), name_of(wanted.source))
        self._same(line, what, "factor of its period", made.period, wanted.period)
        if made.is_input != wanted.is_input:
            kinds = {True: "an input of the SoC", False: "a clock of its own"}
            is_, has = kinds[made.is_input], kinds[wanted.is_input]
            self.say(line, f"{what} is {is_}; the board makes it {has}")

    def _buses(self, made: Sequence[Bus], wanted: Sequence[Bus]) -> None:
        if len(made) != len(wanted):
            self._same(0, "the ISA buses", "number", len(made), len(wanted))
        for mine, theirs in zip(made, wanted, strict=False):
            for space in ("memory", "io"):
                is_, has = getattr(mine, space).name, getattr(theirs, space).name
                self._same(mine.line, "the ISA bus", f"{space} space", is_, has)

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

    def _e820(self, made: Sequence[Range], wanted: Sequence[Range]) -> None:
        if len(made) != len(wanted):
            self._same(0, "the E820 map", "length", len(made), len(wanted))
        for place, (mine, right) in enumerate(zip(made, wanted, strict=False)):
            what = f"entry {place} of the E820 map"
            self._same(mine.line, what, "start", mine.base, right.base)
            self._same(mine.line, what, "size", mine.size, right.size)
            self._same(mine.line, what, "type", mine.type, right.type)

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


def _hz(clock: Clock) -> str:
    return f"{clock.hz} Hz"


_clock_keys: Sequence[Key[Clock]] = (lambda clock: clock.label,)


def _item(item: FwCfgItem) -> str:
    if isinstance(item.key, str):
        return f"file {item.key!r}"
    return f"item {int(item.key):#x}"
