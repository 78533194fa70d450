"""QEMU with boards in it, as anybody builds it: scaffolded, configured, made by ninja.

    python tests/stock.py [RELEASE...]

builds those of CI, or the given ones, in the folder that QGEN_BUILD_TREES names, and says
how long each took. What is there already is brought up to date.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from guests import SEABIOS
from lab_support import require_package, require_sdk
from test_generated import NOT_IN
from tree.test_scaffold import BOARDS as SMALL
from tree.test_scaffold import scaffold

from qgen.lab import configure, toolchain
from qgen.lab.sdk import Sdk

SPECS = Path(__file__).parent.parent / "specs"
SHIPPED = ("arm-virt", "cortex-m-mini", "x86-split")
BOARDS: Mapping[str, Path] = {
    **SMALL,
    **{name: SPECS / f"{name}.yaml" for name in SHIPPED},
}
"""Boards for Arm, PowerPC, RISC-V and x86, all of which go into one QEMU."""
IN_CI = ("7.2", "10.0", "10.2")
"""The releases that CI builds; others are built where somebody asks for them."""
TARGETS = ("arm", "ppc", "riscv64", "x86_64")
QTESTS = ("qom-test", "test-hmp")
WANTED = (
    *(f"qemu-system-{target}" for target in TARGETS),
    *(f"tests/qtest/{test}" for test in QTESTS),
)
"""What ninja makes: the emulators, and those of QEMU's tests that look at each board."""
ROM = "efi-virtio.rom"
"""The ROM of QEMU's network card, which Debian's source lacks, as it does all firmware."""
VARIABLE = "QGEN_BUILD_TREES"


class Quiet:
    """Progress that nobody looks at."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def update(self, done: int, total: int) -> None:
        """Say nothing."""


def folder() -> Path | None:
    """Where the builds are kept; None where nobody wants any."""
    kept = os.environ.get(VARIABLE)
    return Path(kept).absolute() if kept else None


def build(release: str, kept: Path) -> Path:
    """The build of a release's source with all boards in it, up to date."""
    sdk = require_sdk(release)
    require_package(SEABIOS / "bios.bin", "seabios")
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / f"{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = kept / release
        if not (root / "VERSION").exists():
            _copied(sdk, root)
        for name, file in BOARDS.items():
            if name not in NOT_IN.get(release, ()):
                scaffold(file, root)
        tools = toolchain.environment(Quiet())
        made = root / "build"
        if not (made / "build.ninja").exists():
            _configured(root, made, release, tools)
        _logged([tools / "bin/ninja", *WANTED], made)
        _firmware_in(made)
    return made


def _copied(sdk: Sdk, root: Path) -> None:
    """The whole source; under its name only when it is complete."""
    new = root.with_name(f".{root.name}")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(sdk.source, new, symlinks=True)
    new.rename(root)


def _configured(root: Path, made: Path, release: str, tools: Path) -> None:
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    flags = configure.with_tools(configure.flags(release, TARGETS), tools)
    flags = [each for each in flags if "-rdynamic" not in each]
    _logged([root / "configure", *flags], made)


def _firmware_in(made: Path) -> None:
    """Firmware where a QEMU that is not installed looks for it."""
    bundle = made / "qemu-bundle" / "usr" / "local" / "share" / "qemu"
    bundle.mkdir(parents=True, exist_ok=True)
    for file in SEABIOS.iterdir():
        if not (bundle / file.name).exists():
            (bundle / file.name).symlink_to(file)
    (bundle / ROM).write_bytes(bytes(1 << 16))


def _logged(argv: list[str | Path], made: Path) -> None:
    """Run a step of the build; what it said is raised if it fails."""
    done = subprocess.run(
        argv, cwd=made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{argv[0]} failed in {made}:\n{done.stdout[-8000:]}")


def main(releases: list[str]) -> int:
    """Build what the command line asks for."""
    kept = folder()
    if kept is None:
        print(f"{VARIABLE} names no folder", file=sys.stderr)
        return 2
    for release in releases or IN_CI:
        start = time.monotonic()
        made = build(release, kept)
        print(f"{made}: {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
