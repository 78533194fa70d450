"""What a device is given so that it can be realized, or to see what changes it.

Data and rules for `qgen.lab.device_probe`, in the notation of `probe.c`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from qgen.frozen import frozen
from qgen.lab.device_types import MeasuredType, is_a, settable

_CLOCK_HZ = "100000000"
_MEMORY = "/machine/qgen-memory[0]"
_OTHER_MEMORY = "/machine/qgen-other-memory[0]"
_SYSTEM_MEMORY = "/machine/unattached/system[0]"
_FLASH = {"name": "flash", "sector-length": "65536", "num-blocks": "16", "width": "4"}

# A CPU for devices that look for one; the first that a binary has.
_CPUS = (
    "cortex-a57-arm-cpu",
    "e500v2_v30-powerpc-cpu",
    "qemu64-x86_64-cpu",
    "rv64-riscv-cpu",
)

_DRAM = {"ram-addr": "0x40000000", "ram-size": "512"}
_RISCV = {"!qgen-cpu": "rv64-riscv-cpu"}

# What no rule can guess: required properties, in the notation of probe.c, with values
# that are as small as will do.
_REQUIRED: dict[str, dict[str, str]] = {
    "a15mpcore_priv": {"num-irq": "64"},
    "a9mpcore_priv": {"num-irq": "64", "!qgen-cpu": "cortex-a9-arm-cpu"},
    "allwinner-h3": _DRAM,
    "allwinner-h3-dramc": _DRAM,
    "arm-gicv3": {"redist-region-count": "1"},
    "arm.cortex-a9-global-timer": {"num-cpu": "1"},
    "arm_mptimer": {"num-cpu": "1"},
    "armv7m": {"cpu-type": "cortex-m3-arm-cpu"},
    "aspeed-otp": {"size": "4096"},
    "aspeed.scu-ast1030": {"silicon-rev": "0x80010000"},
    "aspeed.scu-ast2400": {"silicon-rev": "0x02010303"},
    "aspeed.scu-ast2500": {"silicon-rev": "0x04010303"},
    "aspeed.scu-ast2600": {"silicon-rev": "0x05030303"},
    "aspeed.scu-ast2700": {"silicon-rev": "0x06010103"},
    "aspeed.scuio-ast2700": {"silicon-rev": "0x06010103"},
    "aspeed.sdmc-ast2400": {"ram-size": "0x20000000"},
    "aspeed.sdmc-ast2500": {"ram-size": "0x20000000"},
    "aspeed.sdmc-ast2600": {"ram-size": "0x20000000"},
    "aspeed.sdmc-ast2700": {"ram-size": "0x20000000"},
    "ast2400-a1": {"ram-size": "0x20000000"},
    "ast2500-a1": {"ram-size": "0x20000000"},
    "ast2600-a3": {"ram-size": "0x20000000"},
    "ast2700-a0": {"ram-size": "0x20000000"},
    "ast2700-a1": {"ram-size": "0x20000000"},
    "ast2700-a2": {"ram-size": "0x20000000"},
    "bcm2835": {"+ram": _MEMORY},
    "bcm2835-dma": {"+dma-mr": _MEMORY},
    "bcm2835-fb": {"vcram-base": "0x1000000", "+dma-mr": _MEMORY},
    "bcm2835-mbox": {"+mbox-mr": _MEMORY},
    "bcm2835-peripherals": {"+ram": _MEMORY},
    "bcm2836": {"+ram": _MEMORY},
    "bcm2837": {"+ram": _MEMORY},
    "bcm2838": {"+ram": _MEMORY},
    "bcm2838-peripherals": {"+ram": _MEMORY},
    "cfi.pflash01": _FLASH,
    "cfi.pflash02": _FLASH,
    "cmsdk-apb-uart": {"pclk-frq": "100000000"},
    "dwc2-usb": {"+dma-mr": _MEMORY},
    "hpet": {"hpet-intcap": "4"},
    "led": {"color": "red"},
    "npcm7xx-fiu": {"cs-count": "1", "flash-size": "1048576"},
    "npcm7xx-gcr": {"+dram-mr": _MEMORY},
    "npcm8xx-gcr": {"+dram-mr": _MEMORY},
    "stellaris-gamepad": {"keycodes": "1"},
    "microchip.pfsoc": {"$cpus": "2"},
    "riscv.aplic": {"num-irqs": "4", "num-harts": "1", "iprio-mask": "7"} | _RISCV,
    "riscv.hart_array": {"cpu-type": "rv64-riscv-cpu"},
    "riscv.imsic": {"num-irqs": "63", "num-pages": "1"} | _RISCV,
    "riscv.sifive.e.soc": {"$cpu-type": "sifive-e31-riscv-cpu"},
    "riscv.sifive.u.soc": {"$cpus": "2", "cpu-type": "sifive-u54-riscv-cpu"},
    "riscv.sifive.plic": {"hart-config": "M", "num-sources": "4"} | _RISCV,
    "sysbus-sm501": {"vram-size": "2097152"},
    "unimplemented-device": {"name": "unimplemented", "size": "4096"},
    "xlnx.xps-ethernetlite": {"endianness": "little"},
    "xlnx.xps-intc": {"endianness": "little"},
    "xlnx.xps-spi": {"endianness": "little"},
    "xlnx.xps-timer": {"endianness": "little"},
    "xlnx.xps-uartlite": {"endianness": "little"},
}

# Properties that many types need, by name.
_ODD = {"chardev": "qgen", "romfile": ""}

# Parts that read the struct around their own, and so find chance values when alone.
NOT_ALONE = frozenset({"aspeed.pcie-rc"})

# Boards wire devices of these buses; the properties of others are not tried out, except
# for a few whose children boards use.
TRIED_BUSES = frozenset({None, "System", "i2c-bus"})
TRIED_TOO = frozenset({"macio-newworld", "macio-oldworld"})

# Properties that change a device's shape only together, or only with a text that no
# rule can guess, so that changing one at a time does not show it.
SHAPED_UNSEEN = {
    "arm-gicv3": ("num-cpu", "redist-region-count"),
    "riscv.sifive.plic": ("hart-config",),
}

_INTEGERS = {
    "int8": 7,
    "int16": 15,
    "int32": 31,
    "int64": 63,
    "int": 31,
    "size": 48,
    "uint8": 8,
    "uint16": 16,
    "uint32": 32,
    "uint64": 48,
}


Known = Collection[str]


def spelled(given: Mapping[str, str], known: Known) -> Iterator[tuple[str, str]]:
    """`given` as a type of the properties `known` takes it.

    Before 8.2 a list is a property for its length, and one for each element.
    """
    for name, value in given.items():
        if name not in known and f"len-{name}" in known:
            elements = value.split(",")
            yield f"len-{name}", str(len(elements))
            yield from ((f"{name}[{n}]", one) for n, one in enumerate(elements))
        else:
            yield name, value


@frozen(slots=False)
class Attempt:
    """One way to realize a type: what it is given, in the notation of probe.c."""

    given: Mapping[str, str]

    def request(self, name: str, type_name: str, flags: str, known: Known = ()) -> str:
        """The line that asks probe.c for this; its records carry `name`.

        `known` are the names of the type's properties.
        """
        given = [f"{key}={value}" for key, value in spelled(self.given, known)]
        return "\t".join(["make", name, type_name, flags, *given])

    @property
    def supplied(self) -> tuple[str, ...]:
        """What is given, by name; a CPU is "cpu", what a machine has "machine"."""
        kinds = {"!": "cpu", "$": "machine"}
        names = {kinds.get(key[0]) or key.lstrip("+%") for key in self.given}
        return tuple(sorted(names))


def plain_will_do(name: str) -> bool:
    """Whether the type called `name` is as it should be without being given anything."""
    return name not in NOT_ALONE and name not in _REQUIRED


def attempts_for(
    each: MeasuredType, types: Mapping[str, MeasuredType]
) -> Iterator[Attempt]:
    """Ways to realize a type whose defaults do not suffice; each supplies more."""
    required = {
        name: value
        for name, value in _REQUIRED.get(each.name, {}).items()
        if not name[0].isalpha() or _takes(each, name)
    }
    if not required and each.name in _REQUIRED:
        yield Attempt({})  # what it requires came later
    unset = {
        entry["name"]: entry["type"]
        for entry in settable(each)
        if entry.get("default") is None and entry["name"] not in required
    }
    odd = {key: value for key, value in _ODD.items() if key in unset}
    if "apic-id" in each.property_names:
        odd["apic-id"] = "0"
    clocks = [e["name"] for e in each.facts["clocks"] if not e["output"]]
    some = {f"%{name}": _CLOCK_HZ for name in clocks if name != "refclk"}
    memory = {key: _MEMORY for key, of in unset.items() if of == "link<memory-region>"}
    steps = [required, odd, memory, some]
    if not is_a(each.name, "cpu", types):
        cpu, links, devices = _objects(unset, types)
        realized = {key: f"{value}!" for key, value in devices.items()}
        clocked = {f"%{name}": _CLOCK_HZ for name in clocks}
        system = dict.fromkeys(memory, _SYSTEM_MEMORY)
        steps += [cpu | required, links, devices, realized, clocked, system]
    given: dict[str, str] = {}
    for more in steps:
        before = given
        given = given | more
        if given != before:
            yield Attempt(given)


def _takes(each: MeasuredType, name: str) -> bool:
    """Whether the type has a property, which may have come with a later release."""
    return not {name, f"len-{name}"}.isdisjoint(each.property_names)


def _objects(
    unset: Mapping[str, str], types: Mapping[str, MeasuredType]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """A CPU, links to it, and links to new devices, as probe.c takes them."""
    cpu = next(({"!qgen-cpu": name} for name in _CPUS if name in types), {})
    links: dict[str, str] = {}
    devices: dict[str, str] = {}
    for key, of in unset.items():
        target = of[5:-1] if of.startswith("link<") else ""
        if target == "cpu" or is_a(target, "cpu", types):
            links[key] = "/machine/qgen-cpu"
        elif target in types:
            concrete = (
                name
                for name in sorted(types)
                if not types[name].abstract and is_a(name, target, types)
            )
            first = target if not types[target].abstract else next(concrete, "")
            devices |= {key: f"@{first}"} if first else {}
    return cpu, links, devices


def variations(
    each: MeasuredType, fixed: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Properties with values that differ from the default."""
    for entry in settable(each):
        name, default = entry["name"], entry.get("default")
        if entry["type"] == "bool":
            yield name, "off" if default is True else "on"
        elif entry["type"] in _INTEGERS:
            start = int(fixed[name], 0) if name in fixed else default
            start = start if isinstance(start, int) else 0
            limit = 1 << _INTEGERS[entry["type"]]
            guesses = (start + 1, start * 2, start + 32, 0, 1, 2, 3, 4, 8, 64, 4096)
            for value in dict.fromkeys(guesses):
                if value != start and 0 <= value < limit:
                    yield name, str(value)
        elif entry["type"] == "list":
            for text in ("1", "1,1"):
                if text != fixed.get(name):
                    yield name, text
        elif entry["type"] == "link<memory-region>":
            for path in (_MEMORY, _OTHER_MEMORY):
                if path != fixed.get(name):
                    yield name, path
