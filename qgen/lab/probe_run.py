"""Runs `probe.c` inside one QEMU binary, and reads what it wrote.

The probe is compiled with the flags of that binary's boards and preloaded; it makes
every device type in a forked child, so that a type that crashes costs one record.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from qgen.lab import process
from qgen.lab.device_types import Record
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk

PROBE = Path(__file__).with_name("probe.c")

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

# Devices take this back end without being told; -audio needed a model before.
_AUDIO = ("-audio", "driver=none,id=qgen")
_AUDIO_SINCE = (8, 2)
_OLD_AUDIO = ("-audiodev", "none,id=qgen")


class ProbeRun:
    """`probe.c` in the QEMU binary for `target`; it keeps its files in `folder`."""

    def __init__(self, sdk: Sdk, target: str, folder: Path) -> None:
        self._qemu = sdk.qemu(target)
        self._audio = _AUDIO if _age(sdk.version) >= _AUDIO_SINCE else _OLD_AUDIO
        self._folder = folder
        self._library = folder / f"probe-{target}.so"
        self._compile(sdk.compile_command(arch_dir_of(target), target))

    def _compile(self, command: list[str]) -> None:
        argv = [*command, "-fPIC", "-shared", "-o", str(self._library), str(PROBE)]
        result = process.capture(argv, cwd=self._folder)
        if result.returncode != 0:
            raise LabError(f"{PROBE.name} does not compile: {_last_line(result)}")

    def ask(self, requests: Sequence[str]) -> list[Record]:
        """The records that answer `requests`, in their order; `LabError` if none do."""
        if not requests:
            return []
        ask = self._folder / "ask"
        out = self._folder / "out"
        ask.write_text("\n".join(requests), encoding="utf-8")
        out.unlink(missing_ok=True)
        argv = [str(self._qemu), "-machine", "qgen-probe", "-nodefaults"]
        argv += ["-display", "none", *self._audio]
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


def _age(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _last_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {result.returncode}"
