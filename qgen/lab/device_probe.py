"""Runs `probe.c` inside one QEMU binary, and reads what it wrote.

The probe is compiled with the flags of that binary's boards and preloaded; it makes
every device type in a forked child, so that a type that crashes costs one record.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from qgen.lab import process
from qgen.lab.device_guesses import (
    NOT_ALONE,
    SHAPED_TOGETHER,
    Attempt,
    attempts_for,
    variations,
)
from qgen.lab.device_types import (
    MeasuredType,
    Record,
    children,
    is_a,
    line_of,
    read_class,
)
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk

PROBE = Path(__file__).with_name("probe.c")

Progress = Callable[[str], None]

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

# Boards wire devices of these buses; the properties of others are not tried out.
_TRIED_BUSES = frozenset({None, "System", "i2c-bus"})


class Probe:
    """`probe.c` in one QEMU binary."""

    def __init__(self, sdk: Sdk, target: str, folder: Path, report: Progress) -> None:
        self.models: dict[str, str] = {}
        self._qemu = sdk.qemu(target)
        self._folder = folder
        self._library = folder / f"probe-{target}.so"
        self._target = target
        self._progress = report
        self._compile(sdk.compile_command(arch_dir_of(target), target))

    def types(self, names: Collection[str] | None = None) -> dict[str, MeasuredType]:
        """Every device type of this binary, or `names` with their ancestors."""
        self._report("listing device types")
        types: dict[str, MeasuredType] = {}
        models: dict[str, str | None] = {}
        for record in self._ask(["classes", "models"]):
            if "class" in record:
                each = read_class(record)
                types[each.name] = each
            else:
                models[record["model"]] = record["type"]
        self.models = _resolve_models(models, types)
        wanted = types
        if names is not None:
            lines = (line_of(name, types) for name in names)
            wanted = {name: types[name] for line in lines for name in line}
        self._vary(types, self._realize(types, wanted))
        for each in wanted.values():
            each.children = children(each, types)
        return wanted

    def _realize(
        self, types: Mapping[str, MeasuredType], wanted: Iterable[str]
    ) -> dict[str, Attempt]:
        """Fill in the facts of `wanted`, with the attempt that realized each."""
        plain = Attempt({})
        concrete = [name for name in wanted if not types[name].abstract]
        self._report(f"realizing {len(concrete)} types")
        alone = [name for name in concrete if name not in NOT_ALONE]
        done = self._try(dict.fromkeys(alone, plain), types, "pr")
        self._try(dict.fromkeys(NOT_ALONE.intersection(concrete), plain), types, "p")
        inits = {name: types[name].facts for name in concrete}
        for name in concrete:
            types[name].properties = inits[name].pop("properties", None) or (
                types[name].properties
            )
        plans = {
            name: list(attempts_for(types[name], types))
            for name in alone
            if name not in done and inits[name]
        }
        for turn in range(max(map(len, plans.values()), default=0)):
            rest = {
                name: plan[turn]
                for name, plan in plans.items()
                if name not in done and turn < len(plan)
            }
            if not rest:
                break
            self._report(f"realizing {len(rest)} types with more supplied")
            done |= self._try(rest, types, "r")
        return done

    def _try(
        self,
        attempts: Mapping[str, Attempt],
        types: Mapping[str, MeasuredType],
        flags: str,
    ) -> dict[str, Attempt]:
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
        self, types: Mapping[str, MeasuredType], realized: Mapping[str, Attempt]
    ) -> None:
        """Change one property at a time, to see which ones shape the device."""
        tried: list[tuple[str, str]] = []
        asked: list[str] = []
        for name, attempt in realized.items():
            each = types[name]
            if each.bus not in _TRIED_BUSES or is_a(name, "cpu", types):
                continue
            for key, value in variations(each, attempt.given):
                changed = Attempt({**attempt.given, key: value})
                asked.append(changed.request(str(len(tried)), name, "r"))
                tried.append((name, key))
        self._report(f"trying {len(asked)} property values")
        for record in self._ask(asked):
            name, key = tried[int(record["id"])]
            if record["stage"] == "realized" and _shape(record) != _shape(
                types[name].facts
            ):
                types[name].shaped_by.add(key)
        for name, keys in SHAPED_TOGETHER.items():
            if name in realized:
                types[name].shaped_by |= set(keys)

    def _report(self, text: str) -> None:
        self._progress(f"{self._target}: {text}")

    def _compile(self, command: list[str]) -> None:
        argv = [*command, "-fPIC", "-shared", "-o", str(self._library), str(PROBE)]
        result = process.capture(argv, cwd=self._folder)
        if result.returncode != 0:
            raise LabError(f"{PROBE.name} does not compile: {_last_line(result)}")

    def _ask(self, requests: Sequence[str]) -> list[Record]:
        if not requests:
            return []
        ask = self._folder / "ask"
        out = self._folder / "out"
        ask.write_text("\n".join(requests), encoding="utf-8")
        out.unlink(missing_ok=True)
        argv = [str(self._qemu), "-machine", "qgen-probe", "-nodefaults"]
        argv += ["-display", "none", "-audio", "driver=none,id=qgen"]
        argv += ["-chardev", "null,id=qgen"]
        # Translation contexts are made per possible CPU, and a SoC brings its own.
        argv += ["-smp", "cpus=1,maxcpus=64", "-accel", "tcg,tb-size=32"]
        result = self._run(argv, ask, out)
        if result.returncode != 0 or not out.is_file():
            raise LabError(
                f"{self._qemu.name} cannot run the device probe: {_last_line(result)}"
            )
        try:
            lines = out.read_text(encoding="utf-8").splitlines()
            return [json.loads(line) for line in lines]
        except ValueError as error:
            raise LabError(f"the device probe wrote no JSON: {error}") from error

    def _run(
        self, argv: Sequence[str], ask: Path, out: Path
    ) -> subprocess.CompletedProcess[str]:
        environment = process.environment() | {
            "LD_PRELOAD": str(self._library),
            "QGEN_PROBE_ASK": str(ask),
            "QGEN_PROBE_OUT": str(out),
        }
        try:
            return subprocess.run(
                argv,
                capture_output=True,
                check=False,
                cwd=self._folder,
                encoding="utf-8",
                env=environment,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=_QEMU_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise LabError(
                f"{self._qemu.name} did not end within {_QEMU_SECONDS} s"
            ) from error
        except OSError as error:
            raise LabError(f"cannot run {argv[0]}: {error.strerror}") from error


def arch_dir_of(target: str) -> str:
    """The folder below hw/ for `target`; `LabError` when it has no probe."""
    if target not in ARCH_DIRS:
        raise LabError(
            f"no device probe for target {target!r}",
            f"there is one for {', '.join(ARCH_DIRS)}",
        )
    return ARCH_DIRS[target]


def _last_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {result.returncode}"


def _resolve_models(
    models: Mapping[str, str | None], types: Mapping[str, MeasuredType]
) -> dict[str, str]:
    """CPU models with their types, which QEMU leaves out for most PPC models."""
    suffixes = sorted(
        {f"-{name}" for name, each in types.items() if is_a(name, "cpu", types)},
        key=len,
    )
    resolved = {}
    for model, type_name in models.items():
        candidates = [type_name] if type_name else [model + end for end in suffixes]
        found = next((each for each in candidates if each in types), None)
        if found is not None:
            resolved[model] = found
    return resolved


def _shape(facts: Record) -> Record:
    return {key: facts.get(key) for key in ("mmio", "gpios", "clocks", "buses")}
