"""Makes an example of a device type, with all that the device needs.

What a type is given was measured (`DeviceType.given`); here it becomes the words of a
spec. Nothing is known of what QEMU would say beyond that.
"""

from __future__ import annotations

import re
from copy import deepcopy

from qgen.arch import ARCHES
from qgen.catalogue import Catalogue, DeviceType, Mmio, insides_of
from qgen.lookup.example import Example, Impossible
from qgen.lookup.frame import CONTROLLER, FRAMES
from qgen.lookup.needs import buses_for, cpus_inside, is_cpu, model_of
from qgen.lookup.spec_text import Verbatim, address, size

_LARGEST = 1 << 32
_FEW_CLOCKS = 4
_DEEPEST = 4
_CLOCK = "sysclk"
_HERTZ = Verbatim("100 MHz")
_GIVEN_MEMORY = "/machine/qgen-memory[0]"
_GIVEN_CPU = "/machine/qgen-cpu"
_WORDS = re.compile(r"[A-Za-z0-9_]+")
_LINE = re.compile(r"[A-Za-z_][A-Za-z0-9_#-]*")
_PAGE = 0x1000
_ROOM = 0x8000
"""So large is a region whose size a property says."""


def example_of(known: DeviceType, catalogue: Catalogue) -> Example:
    """An example of `known`; `Impossible` where no spec can have one, and why."""
    if known.abstract:
        raise Impossible("it is abstract: name a type that derives from it")
    reasons: dict[str, None] = {}
    for arch, frame in FRAMES.items():
        if ARCHES[arch].qemu not in known.targets:
            continue
        example = Example(known.name, arch, frame)
        try:
            _Maker(example, catalogue).make(known)
        except Impossible as reason:
            reasons[str(reason)] = None
            continue
        return example
    if not reasons:
        there = ", ".join(f"qemu-system-{each}" for each in known.targets)
        raise Impossible(f"it is only in {there}, whose boards qgen does not write")
    raise Impossible("; ".join(reasons))


class _Maker:
    """Adds devices to an example, with all that they need."""

    def __init__(self, example: Example, catalogue: Catalogue) -> None:
        self.example, self.catalogue = example, catalogue
        self.target = ARCHES[example.arch].qemu

    def make(self, known: DeviceType) -> str:
        """Add a device of the type; the name of it in the spec."""
        example = self.example
        if known.name in example.making or len(example.making) >= _DEEPEST:
            raise Impossible(f"it needs a {known.name!r}, which needs a device itself")
        if self.target not in known.targets:
            raise Impossible(f"it needs a {known.name!r}, which its QEMU does not have")
        if is_cpu(known, self.catalogue):
            self._cpu(known)
            return ""
        if known.name == example.frame.type:
            example.inputs += 1
            return CONTROLLER
        example.making.append(known.name)
        name = self._free(known.name)
        entry: dict[str, object] = {"type": known.name}
        entry |= self._seat(known)
        properties, clocks = self._given(known, name)
        for sizing in known.sized_by:
            properties.setdefault(sizing, size(_ROOM))
        if properties:
            entry["properties"] = properties
        at = self._at(known, set(properties))
        if at is not None:
            entry["at"] = at
        if known.irqs:
            entry["irqs"] = example.wires(known.irqs)
        if known.property("netdev") and known.property("mac"):
            entry["nic"] = True
        outputs = {lines.name: lines.count for lines in known.gpio_out}
        if known.name in example.frame.direct:
            entry["gpios"] = f"cpus[0].{example.frame.direct[known.name]}"
        elif not known.irqs and outputs.get(None, 0) > 0:
            entry["gpios"] = example.wires(outputs[None])
        if clocks:
            entry["clocks"] = clocks
        example.devices[name] = entry
        example.making.pop()
        self._made_cpus(known, name)
        return name

    def _free(self, type_: str) -> str:
        words = [word for word in _WORDS.findall(type_) if word]
        name = "-".join(words).replace("_", "-").lower()
        taken = {
            *self.example.devices,
            *self.example.frame.isa,
            CONTROLLER,
            "system",
            "ram",
            "io",
            "cpus",
        }
        if not name[:1].isalpha() or name in taken:
            name = f"my-{name}"
        number = 2
        free = name
        while free in taken:
            free, number = f"{name}{number}", number + 1
        return free

    def _seat(self, known: DeviceType) -> dict[str, object]:
        """Where it sits: a bus of another device's, and its address there."""
        if known.bus in (None, "System"):
            return {}
        if known.bus == "ISA":
            self.example.buses["isa"] = Verbatim("isa")
            self.example.around = dict(self.example.frame.isa)
            return {"bus": "isa"}
        seat: dict[str, object] = {}
        for host, bus in buses_for(known.bus or "", self.target, self.catalogue):
            before = deepcopy(self.example)
            try:
                seat["bus"] = f"{self.make(host)}/{bus}"
                break
            except Impossible:
                vars(self.example).update(vars(before))
        if not seat:
            raise Impossible(
                f"it sits on a bus of type {known.bus!r}, which no device has alone"
            )
        if known.bus == "i2c-bus" and known.property("address"):
            seat["address"] = address(0x50)
        return seat

    def _given(
        self, known: DeviceType, name: str
    ) -> tuple[dict[str, object], dict[str, str]]:
        """Properties and clocks that it was realized with, in the words of a spec."""
        properties: dict[str, object] = {}
        # A SoC may take it ill when a clock is wired that it does not ask for.
        holds = known.children or known.realized_children
        optional = () if holds and known.realized else known.clocks_in
        usual = [each for each in optional if _LINE.fullmatch(each)]
        wired = dict.fromkeys(usual[:_FEW_CLOCKS], _CLOCK)
        for key, value in known.given:
            if key[0] == "%":
                wired[key[1:]] = _CLOCK
            elif key[0] == "+":
                raise Impossible(
                    f"it finds the object {key[1:]!r} by a link that only C can add "
                    "(object_property_add_const_link)"
                )
            elif key[0] in "!$":
                self._machine(key, value)
            else:
                properties[key] = self._value(known, key, value)
        chardev = known.property("chardev")
        if chardev is not None and chardev.type == "str":
            properties["chardev"] = {"serial": 0}
        if wired:
            self.example.clocks[_CLOCK] = _HERTZ
        return properties, wired

    def _machine(self, key: str, value: str) -> None:
        """What the machine must have: a CPU, a number of them, a type."""
        cpus = self.example.cpus
        if key == "$cpus":
            cpus |= {"min": int(value), "max": int(value)}
            cpus.setdefault("default", self.example.frame.cpu)
            return
        model = model_of(value, ARCHES[self.example.arch].cpu_suffix)
        if model is None:
            raise Impossible(f"it needs a {value!r}, which is for another architecture")
        self.example.cpus = {"default": model} | cpus

    def _value(self, known: DeviceType, key: str, value: str) -> object:
        property_ = known.property(key)
        type_ = "" if property_ is None else property_.type
        if type_.startswith("link<"):
            return {"link": self._link(known, key, value)}
        if value == "qgen":
            return {"serial": 0}
        if key == "cpu-type":
            self._machine("$cpu-type", value)
            return {"machine": "cpu_type"}
        if type_ == "bool":
            return value in ("on", "true")
        if type_ == "list" or known.spells_out(key):
            return [int(value)]
        return Verbatim(value) if re.fullmatch(r"(0x)?[0-9a-f]+", value) else value

    def _link(self, known: DeviceType, key: str, value: str) -> str:
        if value.startswith("@"):
            wanted = self.catalogue.find(value.strip("@!"))
            if wanted is None:
                raise Impossible(f"its property {key!r} links to another device")
            return self.make(wanted)
        if value == _GIVEN_CPU:
            raise Impossible(f"its property {key!r} links to a CPU, which no spec can")
        if value == _GIVEN_MEMORY and "ram" in key:
            # A SoC maps it; what is no SoC finds it where the board does.
            self.example.ram_at |= not known.children + known.realized_children
            self.example.ram = True
            return "ram"
        return "system"

    def _at(self, known: DeviceType, given: set[str]) -> object:
        """Addresses for all regions that a board can place somewhere."""
        shaped = bool(given & set(known.shaped_by))
        usual = [n for n, each in enumerate(known.mmio) if 0 < each.size <= _LARGEST]
        ends: list[object] = []
        for index in usual:
            ends.append(self._mapping(index, len(ends), known.mmio[index], shaped))
        whole = [str(n) for n, e in enumerate(known.mmio) if e.size > _LARGEST]
        if ends and whole:
            self.example.notes.append(
                f"region {' and '.join(whole)} is too large to be mapped as a whole: a "
                "'window' shows a part of it"
            )
        if known.mmio and not ends:
            ends.append(self._odd(known.mmio[0]))
        if not ends:
            return None
        return ends[0] if len(ends) == 1 else ends

    def _odd(self, region: Mmio) -> dict[str, object]:
        """A region that is as large as a property says, or as an address space."""
        at = address(self.example.place(_PAGE if region.size else _ROOM))
        if not region.size:
            self.example.notes.append(
                "how large its region is, a property or the board decides: say it"
            )
            return {"at": at, "size": size(_ROOM)}
        window = {"name": "window", "offset": 0, "size": size(_PAGE)}
        self.example.notes.append(
            "its region is as large as an address space: a window shows a part of it"
        )
        return {"at": at, "window": window}

    def _mapping(self, index: int, place: int, region: Mmio, shaped: bool) -> object:
        at = address(self.example.place(region.size))
        if index == place and not shaped:
            return at
        mapping: dict[str, object] = {"at": at}
        if index != place:
            mapping["region"] = index
        if shaped:
            mapping["size"] = size(region.size)
        return mapping

    def _cpu(self, known: DeviceType) -> None:
        model = model_of(known.name, ARCHES[self.example.arch].cpu_suffix)
        if model is None:
            raise Impossible("it is a CPU of another architecture than qgen's")
        self.example.cpus = {"default": model}

    def _made_cpus(self, known: DeviceType, name: str) -> None:
        """The board has the CPUs that a SoC brings."""
        inside = cpus_inside(known, self.catalogue)
        measured = insides_of(self.catalogue.release)
        made = 0 if measured is None else measured.cpus(known.name)
        number = max(len(inside), made)
        if not number:
            return
        model: str | None = self.example.frame.cpu
        if inside:
            model = model_of(inside[0], ARCHES[self.example.arch].cpu_suffix)
        if model is None:
            return
        cpus: dict[str, object] = {"default": model} | self.example.cpus
        if number > 1:
            cpus |= {"min": number, "max": number}
        self.example.cpus = cpus | {"created_by": name}
