"""QEMU's common headers, compiled once: boards then compile in a third of the time.

Only for running: a board that is to be proved is compiled without, so that a header
that it forgot to include is missed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from qgen.files import write_whole
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk, cache_dir

_COMMON = (
    "qemu/osdep.h",
    "qemu/datadir.h",
    "qemu/error-report.h",
    "qemu/units.h",
    "qapi/error.h",
    "system/memory.h",
    "system/address-spaces.h",
    "exec/memory.h",
    "exec/address-spaces.h",
    *("system/reset.h", "sysemu/reset.h", "system/system.h", "sysemu/sysemu.h"),
    "hw/misc/unimp.h",
    *(
        f"{folder}/{name}.h"
        for folder in ("hw/core", "hw")
        for name in (
            *("boards", "clock", "irq", "loader", "qdev-clock", "qdev-properties"),
            *("qdev-properties-system", "sysbus"),
        )
    ),
)
_BY_FOLDER = {
    "arm": ("hw/arm/boot.h", "hw/arm/machines-qom.h", "target/arm/cpu.h"),
    "ppc": ("hw/ppc/ppc.h", "target/ppc/cpu.h"),
    "i386": ("hw/i386/x86.h", "target/i386/cpu.h"),
}

_ONE_AT_A_TIME = threading.Lock()


def prelude_flags(flags: Sequence[str], hw_dir: str, sdk: Sdk) -> list[str]:
    """Flags that put the compiled headers before a board compiled with ``flags``."""
    key = hashlib.sha256("\0".join(flags).encode()).hexdigest()[:16]
    folder = cache_dir() / "boards" / sdk.name / f"prelude-{key}"
    header = folder / "prelude.h"
    try:
        with _ONE_AT_A_TIME:
            if not header.with_suffix(".h.gch").is_file():
                _compile(header, flags, hw_dir, sdk)
    except OSError as error:
        raise LabError(f"cannot compile QEMU's headers: {error}") from error
    return ["-include", str(header)]


def _compile(header: Path, flags: Sequence[str], hw_dir: str, sdk: Sdk) -> None:
    header.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f'#if __has_include("{name}")\n#include "{name}"\n#endif\n'
        for name in (*_COMMON, *_BY_FOLDER.get(hw_dir, ()))
    ]
    write_whole(header, "".join(lines))
    draft = header.with_suffix(f".{os.getpid()}.gch")
    done = subprocess.run(
        [*flags, "-x", "c-header", "-o", str(draft), str(header)],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=sdk.build,
    )
    if done.returncode:
        raise LabError(f"QEMU's headers do not compile:\n{done.stderr[-2000:]}")
    draft.replace(header.with_suffix(".h.gch"))
