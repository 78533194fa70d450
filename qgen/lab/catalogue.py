"""Measures the device catalogue of one QEMU release.

`probe.c`, beside this file, is compiled and preloaded into each QEMU binary of an SDK;
there it makes every device type in a forked child and writes down what the device has.
What cannot be measured is read from the source tree: headers (each is compiled, to
know that a board may include it) and Kconfig symbols.

`qgen.catalogue` reads what `measure` returns.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Protocol

from qgen import catalogue
from qgen.lab.errors import LabError

PROBE = Path(__file__).with_name("probe.c")

Progress = Callable[[str], None]
Record = dict[str, Any]

# The folder below hw/ whose boards each binary runs.
ARCH_DIRS = {
    "aarch64": "arm",
    "arm": "arm",
    "i386": "i386",
    "ppc": "ppc",
    "ppc64": "ppc",
    "riscv32": "riscv",
    "riscv64": "riscv",
    "x86_64": "i386",
}

_QEMU_SECONDS = 1800
_COMPILE_SECONDS = 120
_CLOCK_HZ = "100000000"
_MEMORY = "/machine/qgen-memory[0]"
_SYSTEM_MEMORY = "/machine/unattached/system[0]"
_FLASH = {"name": "flash", "sector-length": "65536", "num-blocks": "16", "width": "4"}

# A CPU for devices that look for one; the first that a binary has.
_CPUS = (
    "cortex-a57-arm-cpu",
    "e500v2_v30-powerpc-cpu",
    "qemu64-x86_64-cpu",
    "rv64-riscv-cpu",
)

# What every device has, and no board sets.
_EVERY_DEVICE = frozenset({"hotplugged", "parent_bus", "realized"})

# What no rule can guess: required properties, in the notation of probe.c, with values
# that are as small as will do.
_REQUIRED: dict[str, dict[str, str]] = {
    "a15mpcore_priv": {"num-irq": "64"},
    "a9mpcore_priv": {"num-irq": "64", "!qgen-cpu": "cortex-a9-arm-cpu"},
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

# Properties that change a device's shape only together, so that changing one at a
# time does not show it.
_SHAPED_TOGETHER = {"arm-gicv3": ("num-cpu", "redist-region-count")}

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

# Boards wire devices of these buses; the properties of others are not tried out.
_TRIED_BUSES = frozenset({None, "System", "i2c-bus"})


class Sdk(Protocol):
    """What is needed of an SDK; `qgen.lab.sdk.Sdk` has it."""

    @property
    def version(self) -> str:
        """As "10.2.2"."""

    @property
    def release(self) -> str:
        """As "10.2"."""

    @property
    def source(self) -> Path:
        """The source tree."""

    @property
    def targets(self) -> tuple[str, ...]:
        """QEMU's names of its binaries: "aarch64"."""

    def qemu(self, target: str) -> Path:
        """The binary for `target`."""

    def compile_command(self, arch_dir: str, target: str | None = None) -> list[str]:
        """Compiler and flags of the files in hw/`arch_dir`."""


def measure(
    sdk: Sdk, targets: Sequence[str] | None = None, progress: Progress | None = None
) -> bytes:
    """Measure `sdk` and return the bytes of a catalogue file; the same on each run.

    `targets` are the binaries to ask, by default all that the SDK has; of a type that
    several have, the first realized one is kept. Takes minutes, most of them in
    compiling each header once. Raises `LabError`.
    """
    report = progress or (lambda _: None)
    targets = tuple(targets or sdk.targets)
    merged: dict[str, _Type] = {}
    models: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="qgen-catalogue-") as folder:
        for target in targets:
            probe = _Probe(sdk, target, Path(folder), report)
            _merge(merged, probe.types(), target)
            models[target] = probe.models
    for target, by_model in models.items():
        for model, type_name in by_model.items():
            if target in merged[type_name].targets:
                merged[type_name].cpu_models.add(model)
    report("reading headers and build files")
    macros = _Macros(sdk, targets, merged)
    kconfig = _kconfig_symbols(sdk.source, macros.values)
    for name, each in merged.items():
        each.header, each.macro = macros.header_of(name)
        # Types that a loop registers are in the file of their parent.
        line = _line_of(name, merged)
        each.kconfig = next((kconfig[key] for key in line if key in kconfig), ())
    return _pack(sdk, targets, models, merged)


def write(release: str, packed: bytes) -> Path:
    """Put `packed`, from `measure`, where `qgen.catalogue.load` finds it."""
    catalogue.parse(packed, f"the catalogue measured for {release}")
    path = catalogue.DATA / f"{release}{catalogue.SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(packed)
    temporary.replace(path)
    return path


@dataclass
class _Type:
    """What is known of one type so far; `facts` is the best record of an instance."""

    name: str
    parent: str
    abstract: bool
    bus: str | None
    description: str | None
    user_creatable: bool
    properties: list[Record]
    facts: Record = field(default_factory=dict)
    supplied: tuple[str, ...] = ()
    shaped_by: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)
    cpu_models: set[str] = field(default_factory=set)
    header: str | None = None
    macro: str | None = None
    kconfig: tuple[str, ...] = ()

    @property
    def realized(self) -> bool:
        return self.facts.get("stage") == "realized"

    @property
    def rank(self) -> int:
        """Which of two measurements says more: 0 the most."""
        return 2 if not self.realized else int(bool(self.supplied))


def _merge(merged: dict[str, _Type], found: Mapping[str, _Type], target: str) -> None:
    for name, each in found.items():
        known = merged.get(name)
        targets = [*known.targets, target] if known else [target]
        if known is None or each.rank < known.rank:
            if known is not None:
                each.shaped_by |= known.shaped_by
            merged[name] = known = each
        known.targets = targets


@dataclass(frozen=True)
class _Attempt:
    """One way to realize a type: what it is given, in the notation of probe.c."""

    given: Mapping[str, str]

    def request(self, name: str, type_name: str, flags: str) -> str:
        given = [f"{key}={value}" for key, value in self.given.items()]
        return "\t".join(["make", name, type_name, flags, *given])

    @property
    def supplied(self) -> tuple[str, ...]:
        """What is given, by name; a CPU is "cpu"."""
        cpus = {"cpu"} if any(key.startswith("!") for key in self.given) else set()
        names = {key.lstrip("+%") for key in self.given if not key.startswith("!")}
        return tuple(sorted(names | cpus))


class _Probe:
    """`probe.c` in one QEMU binary."""

    def __init__(self, sdk: Sdk, target: str, folder: Path, report: Progress) -> None:
        self.models: dict[str, str] = {}
        self._qemu = sdk.qemu(target)
        self._folder = folder
        self._library = folder / f"probe-{target}.so"
        self._target = target
        self._progress = report
        self._compile(sdk.compile_command(_arch_dir(target), target))

    def types(self) -> dict[str, _Type]:
        """Every device type of this binary, by name."""
        self._report("listing device types")
        types: dict[str, _Type] = {}
        models: dict[str, str | None] = {}
        for record in self._ask(["classes", "models"]):
            if "class" in record:
                each = _read_class(record)
                types[each.name] = each
            else:
                models[record["model"]] = record["type"]
        self.models = _resolve_models(models, types)
        realized = self._realize(types)
        self._vary(types, realized)
        return types

    def _realize(self, types: Mapping[str, _Type]) -> dict[str, _Attempt]:
        """Fill in the facts of `types`, with the attempt that realized each."""
        plain = _Attempt({})
        concrete = [name for name, each in types.items() if not each.abstract]
        self._report(f"realizing {len(concrete)} types")
        done = self._try(dict.fromkeys(concrete, plain), types, "pr")
        inits = {name: types[name].facts for name in concrete}
        for name in concrete:
            types[name].properties = inits[name].pop("properties", None) or (
                types[name].properties
            )
        plans = {
            name: list(_attempts(types[name], types))
            for name in concrete
            if name not in done and inits[name]
        }
        for turn in range(max(map(len, plans.values()), default=0)):
            wanted = {
                name: plan[turn]
                for name, plan in plans.items()
                if name not in done and turn < len(plan)
            }
            if not wanted:
                break
            self._report(f"realizing {len(wanted)} types with more supplied")
            done |= self._try(wanted, types, "r")
        return done

    def _try(
        self,
        attempts: Mapping[str, _Attempt],
        types: Mapping[str, _Type],
        flags: str,
    ) -> dict[str, _Attempt]:
        """The attempts that realized their type; records go to `types`."""
        asked = [each.request(name, name, flags) for name, each in attempts.items()]
        done = {}
        for record in self._ask(asked):
            name = record["id"]
            each = types[name]
            if record["stage"] == "init" and not each.facts:
                each.facts = record
            if record["stage"] == "realized":
                properties = each.facts.get("properties")
                each.supplied = attempts[name].supplied
                each.facts = record
                if properties is not None:
                    each.facts["properties"] = properties
                done[name] = attempts[name]
        return done

    def _vary(
        self, types: Mapping[str, _Type], realized: Mapping[str, _Attempt]
    ) -> None:
        """Change one property at a time, to see which ones shape the device."""
        tried: list[tuple[str, str]] = []
        asked: list[str] = []
        for name, attempt in realized.items():
            each = types[name]
            if each.bus not in _TRIED_BUSES or _is_a(name, "cpu", types):
                continue
            for key, value in _variations(each, attempt.given):
                changed = _Attempt({**attempt.given, key: value})
                asked.append(changed.request(str(len(tried)), name, "r"))
                tried.append((name, key))
        self._report(f"trying {len(asked)} property values")
        for record in self._ask(asked):
            name, key = tried[int(record["id"])]
            if record["stage"] == "realized" and _shape(record) != _shape(
                types[name].facts
            ):
                types[name].shaped_by.add(key)
        for name, keys in _SHAPED_TOGETHER.items():
            if name in realized:
                types[name].shaped_by |= set(keys)

    def _report(self, text: str) -> None:
        self._progress(f"{self._target}: {text}")

    def _compile(self, command: list[str]) -> None:
        argv = [*command, "-fPIC", "-shared", "-o", str(self._library), str(PROBE)]
        result = _run(argv, _COMPILE_SECONDS, self._folder)
        if result.returncode != 0:
            raise LabError(f"{PROBE.name} does not compile: {_last_line(result)}")

    def _ask(self, requests: Sequence[str]) -> list[Record]:
        ask = self._folder / "ask"
        out = self._folder / "out"
        ask.write_text("\n".join(requests), encoding="utf-8")
        out.unlink(missing_ok=True)
        argv = [str(self._qemu), "-machine", "qgen-probe", "-nodefaults"]
        argv += ["-display", "none", "-audio", "driver=none,id=qgen"]
        argv += ["-chardev", "null,id=qgen"]
        # Translation contexts are made per possible CPU, and a SoC brings its own.
        argv += ["-smp", "cpus=1,maxcpus=64", "-accel", "tcg,tb-size=32"]
        environment = os.environ | {
            "LD_PRELOAD": str(self._library),
            "QGEN_PROBE_ASK": str(ask),
            "QGEN_PROBE_OUT": str(out),
        }
        result = _run(argv, _QEMU_SECONDS, self._folder, environment)
        if result.returncode != 0 or not out.is_file():
            raise LabError(
                f"{self._qemu.name} cannot run the device probe: {_last_line(result)}"
            )
        try:
            lines = out.read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise LabError(f"the device probe wrote no JSON: {error}") from error


def _arch_dir(target: str) -> str:
    if target not in ARCH_DIRS:
        raise LabError(
            f"no device probe for target {target!r}",
            f"there is one for {', '.join(ARCH_DIRS)}",
        )
    return ARCH_DIRS[target]


def _run(
    argv: Sequence[str],
    seconds: int,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv,
            capture_output=True,
            check=False,
            cwd=folder,
            encoding="utf-8",
            env=environment,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{argv[0]} did not end within {seconds} s") from error
    except OSError as error:
        raise LabError(f"cannot run {argv[0]}: {error.strerror}") from error


def _last_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {result.returncode}"


def _read_class(record: Record) -> _Type:
    return _Type(
        name=record["class"],
        parent=record["parent"],
        abstract=record["abstract"],
        bus=record["bus"],
        description=record["description"],
        user_creatable=record["user_creatable"],
        properties=record["properties"],
    )


def _resolve_models(
    models: Mapping[str, str | None], types: Mapping[str, _Type]
) -> dict[str, str]:
    """CPU models with their types, which QEMU leaves out for most PPC models."""
    suffixes = sorted(
        {f"-{name}" for name, each in types.items() if _is_a(name, "cpu", types)},
        key=len,
    )
    resolved = {}
    for model, type_name in models.items():
        candidates = [type_name] if type_name else [model + end for end in suffixes]
        found = next((each for each in candidates if each in types), None)
        if found is not None:
            resolved[model] = found
    return resolved


def _line_of(name: str, types: Mapping[str, _Type]) -> Iterator[str]:
    """`name` and its ancestors, as far as they are devices."""
    while name in types:
        yield name
        name = types[name].parent


def _is_a(name: str, ancestor: str, types: Mapping[str, _Type]) -> bool:
    return ancestor in _line_of(name, types)


def _attempts(each: _Type, types: Mapping[str, _Type]) -> Iterator[_Attempt]:
    """Ways to realize a type whose defaults do not suffice; each supplies more."""
    required = dict(_REQUIRED.get(each.name, {}))
    unset = {
        entry["name"]: entry["type"]
        for entry in _settable(each)
        if entry.get("default") is None and entry["name"] not in required
    }
    odd = {key: value for key, value in _ODD.items() if key in unset}
    if _has(each, "apic-id"):
        odd["apic-id"] = "0"
    clocks = [e["name"] for e in each.facts["clocks"] if not e["output"]]
    some = {f"%{name}": _CLOCK_HZ for name in clocks if name != "refclk"}
    memory = {key: _MEMORY for key, of in unset.items() if of == "link<memory-region>"}
    steps = [required, odd, memory, some]
    if not _is_a(each.name, "cpu", types):
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
            yield _Attempt(given)


def _objects(
    unset: Mapping[str, str], types: Mapping[str, _Type]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """A CPU, links to it, and links to new devices, as probe.c takes them."""
    cpu = next(({"!qgen-cpu": name} for name in _CPUS if name in types), {})
    links: dict[str, str] = {}
    devices: dict[str, str] = {}
    for key, of in unset.items():
        target = of[5:-1] if of.startswith("link<") else ""
        if target == "cpu" or _is_a(target, "cpu", types):
            links[key] = "/machine/qgen-cpu"
        elif target in types:
            concrete = (
                name
                for name in sorted(types)
                if not types[name].abstract and _is_a(name, target, types)
            )
            first = target if not types[target].abstract else next(concrete, "")
            devices |= {key: f"@{first}"} if first else {}
    return cpu, links, devices


def _has(each: _Type, name: str) -> bool:
    return any(entry["name"] == name for entry in each.properties)


def _settable(each: _Type) -> list[Record]:
    """The properties that a board might set: no children, no wires, no clocks."""
    clocks = {entry["name"] for entry in each.facts.get("clocks", ())}
    return [
        entry
        for entry in each.properties
        if entry["settable"]
        and entry["name"] not in _EVERY_DEVICE
        and entry["name"] not in clocks
        and not entry["name"].startswith("legacy-")
        and not entry["name"].endswith("]")
        and not entry["type"].startswith("child<")
    ]


def _variations(each: _Type, fixed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Properties with values that differ from the default."""
    for entry in _settable(each):
        name, default = entry["name"], entry.get("default")
        if entry["type"] == "bool":
            yield name, "off" if default is True else "on"
        elif entry["type"] in _INTEGERS:
            start = int(fixed[name], 0) if name in fixed else default
            start = start if isinstance(start, int) else 0
            limit = 1 << _INTEGERS[entry["type"]]
            guesses = (start + 1, start * 2, start + 32, 0, 1, 2, 4, 8, 64, 4096)
            for value in dict.fromkeys(guesses):
                if value != start and 0 <= value < limit:
                    yield name, str(value)
        elif entry["type"] == "list":
            for text in ("1", "1,1"):
                if text != fixed.get(name):
                    yield name, text


def _shape(facts: Record) -> Record:
    return {key: facts.get(key) for key in ("mmio", "gpios", "clocks", "buses")}


class _Macros:
    """The TYPE_ macros of a source tree's headers, as the compiler sees them.

    `values` has them by name, at least those for the `wanted` type names. Only headers
    that compile on their own after qemu/osdep.h, with a board's flags, count as
    includable.
    """

    _DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(TYPE_\w+)[ \t\\]+(\S.*)", re.M)
    _PLAIN = re.compile(r'"([^"]*)"\s*(?:/\*.*)?')
    _VALUE = re.compile(r'^qgen_(TYPE_\w+):\n\s*\.string\s+"([^"\\]*)"', re.M)

    def __init__(
        self, sdk: Sdk, targets: Sequence[str], wanted: Collection[str]
    ) -> None:
        self._source = sdk.source
        self._wanted = wanted
        arch_dirs = list(dict.fromkeys(_arch_dir(target) for target in targets))
        self._commands = {each: sdk.compile_command(each) for each in arch_dirs}
        self.values: dict[str, str] = {}
        self._homes: dict[str, list[tuple[str, str]]] = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            headers = sorted(self._headers())
            for header, values in zip(
                headers, pool.map(self._evaluate, headers), strict=True
            ):
                for macro, value in values.items():
                    self.values.setdefault(macro, value)
                    self._homes.setdefault(value, []).append((header, macro))

    def header_of(self, type_name: str) -> tuple[str, str] | tuple[None, None]:
        """The header, as it is included, and the macro for `type_name`.

        Public headers come first, then the one whose name is most like the type's.
        """
        homes = self._homes.get(type_name)
        if not homes:
            return None, None

        def preference(home: tuple[str, str]) -> tuple[bool, float, int, str]:
            header, macro = home
            public = (self._source / "include" / header).is_file()
            likeness = _likeness(type_name, Path(header).stem)
            return not public, -likeness, len(macro), header

        return min(homes, key=preference)

    def _headers(self) -> Iterator[str]:
        """Headers with TYPE_ macros, as a board would include them."""
        public = self._source / "include"
        paths = [path.relative_to(public) for path in public.rglob("*.h")]
        paths += [
            path.relative_to(self._source)
            for pattern in ("hw/**/*.h", "target/*/cpu-qom.h")
            for path in self._source.glob(pattern)
        ]
        for path in paths:
            if self._macros_in(path.as_posix()):
                yield path.as_posix()

    def _macros_in(self, header: str) -> list[str]:
        path = self._source / "include" / header
        if not path.is_file():
            path = self._source / header
        text = path.read_text(encoding="utf-8", errors="replace")
        return [
            macro
            for macro, body in self._DEFINE.findall(text)
            if self._may_be_wanted(body)
        ]

    def _may_be_wanted(self, body: str) -> bool:
        """Whether a macro's body can be a wanted type name: most plainly are not."""
        literal = self._PLAIN.fullmatch(body)
        if literal:
            return literal[1] in self._wanted
        return not body.startswith(("0", "("))

    def _evaluate(self, header: str) -> dict[str, str]:
        macros = self._macros_in(header)
        parts = Path(header).parts
        own = [each for each in self._commands if each in parts]
        for arch_dir in own or self._commands:
            values = self._compile(self._commands[arch_dir], header, macros)
            if values:
                return values
        return {}

    def _compile(
        self, command: Sequence[str], header: str, macros: Iterable[str]
    ) -> dict[str, str]:
        """The macros' values, through the compiler; empty if that fails."""
        lines = ['#include "qemu/osdep.h"', f'#include "{header}"']
        lines += [
            f"#ifdef {macro}\nconst char qgen_{macro}[] = {macro};\n#endif"
            for macro in macros
        ]
        argv = [*command, "-w", "-O0", "-S", "-o", "-", "-x", "c", "-"]
        try:
            result = subprocess.run(
                argv,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="replace",
                input="\n".join(lines) + "\n",
                timeout=_COMPILE_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{header} does not compile in time") from error
        except OSError as error:
            raise LabError(f"cannot run {argv[0]}: {error.strerror}") from error
        if result.returncode != 0:
            return {}
        return dict(self._VALUE.findall(result.stdout))


def _likeness(type_name: str, stem: str) -> float:
    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    return SequenceMatcher(None, plain(type_name), plain(stem)).ratio()


def _kconfig_symbols(
    source: Path, macros: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The Kconfig symbols that guard each type's file, by type name."""
    known = set()
    for path in sorted((source / "hw").rglob("Kconfig")):
        text = path.read_text(encoding="utf-8", errors="replace")
        known |= set(re.findall(r"^config (\w+)", text, re.M))
    guards: dict[Path, tuple[str, ...]] = {}
    for path in sorted((source / "hw").rglob("meson.build")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, symbols in _guarded_files(text):
            # Where a device is also written in Rust, boards select the plain symbol.
            plain = (re.sub(r"_C$", "", each) for each in symbols)
            kept = tuple(
                short if short in known else each
                for short, each in zip(plain, symbols, strict=True)
                if each in known
            )
            guards.setdefault(path.parent / name, kept)
    found: dict[str, tuple[str, ...]] = {}
    for path, symbols in sorted(guards.items()):
        if symbols and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            for name in _registered_types(text, macros):
                found.setdefault(name, symbols)
    return found


_ADD = re.compile(r"\b(\w+)\.add(_all)?\(")
_CONFIG = re.compile(r"'CONFIG_(\w+)'")
_C_FILE = re.compile(r"'([\w./-]+\.c)'")


def _guarded_files(meson: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The C files that a meson.build adds, with the symbols that they depend on."""
    calls = []
    sets: dict[str, tuple[str, ...]] = {}
    for match in _ADD.finditer(meson):
        arguments = _balanced(meson, match.end())
        condition, separator, rest = arguments.partition("if_true:")
        body = rest.split("if_false:")[0] if separator else condition
        symbols = tuple(_CONFIG.findall(condition)) if separator else ()
        calls.append((match[1], body, symbols))
        if match[2]:
            for name in re.findall(r"\b\w+\b", body):
                sets[name] = symbols
    for owner, body, symbols in calls:
        for name in _C_FILE.findall(body):
            yield name, symbols or sets.get(owner, ())


def _balanced(text: str, start: int, pair: str = "()") -> str:
    """The text from `start`, just after a bracket, to the one that closes it."""
    depth = 1
    for index in range(start, len(text)):
        depth += {pair[0]: 1, pair[1]: -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    return text[start:]


_TYPE_INFO = re.compile(r"\bTypeInfo\s+\w+\s*(?:\[\])?\s*=\s*\{")
_TYPE_NAME = re.compile(r"\.name\s*=\s*(\w+|\"[^\"]+\")\s*,")
_TYPE_MACRO = re.compile(
    r"^OBJECT_DEFINE_(?:SIMPLE_)?TYPE\w*\(\s*\w+,\s*\w+,\s*(\w+)", re.M
)
_LITERAL = re.compile(r'^#define\s+(TYPE_\w+)\s+"([^"]+)"\s*$', re.M)


def _registered_types(text: str, macros: Mapping[str, str]) -> Iterator[str]:
    """The names of the types that a C file defines, as far as they are literal."""
    local = dict(_LITERAL.findall(text))
    names = [f"TYPE_{name}" for name in _TYPE_MACRO.findall(text)]
    for match in _TYPE_INFO.finditer(text):
        names += _TYPE_NAME.findall(_balanced(text, match.end(), "{}"))
    for name in names:
        value = name[1:-1] if name.startswith('"') else None
        value = value or local.get(name) or macros.get(name)
        if value:
            yield value


def _pack(
    sdk: Sdk,
    targets: Sequence[str],
    models: Mapping[str, Mapping[str, str]],
    types: Mapping[str, _Type],
) -> bytes:
    header = {
        "format": catalogue.FORMAT,
        "release": sdk.release,
        "version": sdk.version,
        "targets": list(targets),
        "cpu_models": models,
    }
    properties = {name: _properties(each) for name, each in types.items()}
    lines = [f"{catalogue.HEADER}\t{_json(header)}"]
    for name in sorted(types):
        parent = properties.get(types[name].parent, {})
        lines.append(
            f"{name}\t{_json(_line(types[name], properties[name], parent, types))}"
        )
    text = "\n".join(lines) + "\n"
    return gzip.compress(text.encode("utf-8"), 9, mtime=0)


def _json(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _properties(each: _Type) -> dict[str, list[object]]:
    """Entries as `qgen.catalogue.Property` takes them, without trailing Nones."""
    result = {}
    for entry in _settable(each):
        fields = [entry[key] for key in ("name", "type")]
        fields += [entry.get(key) for key in ("default", "description")]
        while fields[-1] is None:
            fields.pop()
        result[entry["name"]] = fields
    return result


def _natural(entry: Record) -> list[tuple[int, str]]:
    """Sorts "uart[10]" after "uart[9]"."""
    parts = re.split(r"(\d+)", entry["name"])
    return [(int(part) if part.isdigit() else -1, part) for part in parts]


def _line(
    each: _Type,
    properties: Mapping[str, list[object]],
    inherited: Mapping[str, list[object]],
    devices: Collection[str],
) -> Record:
    """What a type's line holds: nothing that is false, empty or inherited."""
    facts = each.facts
    gpios = sorted(facts.get("gpios", ()), key=lambda entry: entry["name"] or "")
    wires = [entry for entry in gpios if entry["name"] != "sysbus-irq"]
    clocks = sorted(facts.get("clocks", ()), key=lambda entry: str(entry["name"]))
    line: Record = {
        "abstract": each.abstract,
        "bus": each.bus,
        "description": each.description,
        "user_creatable": each.user_creatable,
        "properties": [
            properties[key]
            for key in sorted(properties)
            if properties[key] != inherited.get(key)
        ],
        "dropped": sorted(set(inherited) - set(properties)),
        "realized": each.realized,
        "supplied": each.supplied,
        "shaped_by": sorted(each.shaped_by),
        "mmio": [
            [entry["name"] or "", entry["size"]] for entry in facts.get("mmio", ())
        ],
        "irqs": sum(entry["out"] for entry in gpios if entry not in wires),
        "gpio_in": [[entry["name"], entry["in"]] for entry in wires if entry["in"]],
        "gpio_out": [[entry["name"], entry["out"]] for entry in wires if entry["out"]],
        "clocks_in": [entry["name"] for entry in clocks if not entry["output"]],
        "clocks_out": [entry["name"] for entry in clocks if entry["output"]],
        "child_buses": [
            [entry["name"] or "", entry["type"]]
            for entry in reversed(facts.get("buses", ()))
        ],
        "children": [
            [entry["name"], entry["type"][6:-1]]
            for entry in sorted(each.properties, key=_natural)
            if entry["type"].startswith("child<") and entry["type"][6:-1] in devices
        ],
        "header": each.header,
        "macro": each.macro,
        "kconfig": each.kconfig,
        "targets": each.targets,
        "cpu_models": sorted(each.cpu_models),
    }
    return {"parent": each.parent} | {key: item for key, item in line.items() if item}
