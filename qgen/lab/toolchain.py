"""What a QEMU build needs of the machine, and the tools that qgen brings along.

The machine's compiler and libraries are checked before any long work. Meson, ninja
and a few Python packages come from the package index into a private environment in
the cache, which all SDKs share.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from qgen.frozen import frozen
from qgen.lab import process
from qgen.lab.errors import LabError
from qgen.lab.progress import Progress
from qgen.lab.sdk import cache_dir

_REQUIREMENTS = (
    "meson>=1.5,<2",
    "ninja>=1.11.1",
    "pycotap>=1.1",
    "tomli>=1.2",
    "distlib>=0.3.6",
    # From 11.0, configure wants those of QEMU's own tools as well.
    *("qemu.qmp>=0.0.5", "setuptools>=44.1.1", "wheel>=0.34.2"),
)
# A source tree takes 0.4 GB, and a build of three targets 0.25 GB.
_BYTES = 1_000_000_000
# QEMU's own configure refuses white space and colons; the rest is apt's and ninja's.
_FORBIDDEN = frozenset(" \t\r\n\v\f:\"'\\$;")


@frozen(slots=False)
class _Need:
    """A thing that a build uses, how to see that it is there, and who has it."""

    name: str
    kind: str  # "program", "library" (by pkg-config), "header" or "python"
    package: str


_BUILD = (
    _Need("cc", "program", "gcc"),
    _Need("nm", "program", "binutils"),
    _Need("pkg-config", "program", "pkg-config"),
    _Need("glib-2.0", "library", "libglib2.0-dev"),
    _Need("pixman-1", "library", "libpixman-1-dev"),
    _Need("slirp", "library", "libslirp-dev"),
    _Need("zlib", "library", "zlib1g-dev"),
    _Need("libfdt.h", "header", "libfdt-dev"),
    _Need("venv", "python", "python3-venv"),
    _Need("ensurepip", "python", "python3-venv"),
)
_UNPACK = (_Need("dpkg-source", "program", "dpkg-dev"),)
_FETCH = (_Need("apt-get", "program", "apt"),)


def check(*, unpack: bool = False, fetch: bool = False) -> None:
    """`LabError` naming all that the machine lacks for a build, and one remedy.

    `unpack` and `fetch` add what a Debian source package needs.
    """
    needs = _BUILD + (_UNPACK if unpack else ()) + (_FETCH if fetch else ())
    missing = [need for need in needs if not _present(need)]
    if missing:
        packages = dict.fromkeys(need.package for need in missing)
        hint = f"apt-get install {' '.join(packages)}"
        if shutil.which("apt-get") is None:
            hint = (
                f"they are in Debian's packages {' '.join(packages)}; without apt, "
                "QEMU's source has to be a folder"
            )
        raise LabError(
            f"building QEMU needs {', '.join(need.name for need in missing)}", hint
        )
    check_folder(cache_dir())
    _check_room(cache_dir())


def check_folder(path: Path) -> None:
    """`LabError` when QEMU could not be built from, or in, a folder of this name."""
    odd = sorted(_FORBIDDEN.intersection(str(path)))
    if odd:
        raise LabError(
            f"QEMU cannot be built in {str(path)!r}: its build does not bear "
            f"{' '.join(map(repr, odd))} in a path",
            "use another folder; QGEN_CACHE moves the cache",
        )


def environment(progress: Progress) -> Path:
    """The folder of the tools' Python environment, made at the first call.

    Its `bin` has python, meson and ninja. `LabError` with the reason when it cannot be
    made, as without a package index.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    # A venv is bound to the interpreter that made it.
    identity = "\n".join((sys.base_prefix, version, *_REQUIREMENTS))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
    folder = cache_dir() / "tools" / f"py{version}-{digest}"
    complete = folder / ".complete"
    if not complete.exists():
        with process.locked(
            folder.with_name(f".{folder.name}.lock"),
            lambda: progress.step("waiting for another qgen that installs meson"),
        ):
            if not complete.exists():
                progress.step("installing meson and ninja for qgen")
                _install(folder)
                complete.touch()
    return folder


def _install(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--no-input", "--quiet"]
    for argv in (
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, "--disable-pip-version-check", *_REQUIREMENTS],
    ):
        done = process.capture(argv)
        if done.returncode:
            lines = (done.stdout + done.stderr).strip().splitlines()[-3:]
            raise LabError(
                f"the build tools cannot be installed into {folder}:\n"
                + "\n".join(lines),
                "pip must reach a package index that has meson and ninja",
            )


def _present(need: _Need) -> bool:
    if need.kind == "program":
        return shutil.which(need.name) is not None
    if need.kind == "python":
        return importlib.util.find_spec(need.name) is not None
    # Without a compiler or pkg-config nothing can be asked; all then counts as
    # missing, and installing what is already there does no harm.
    if need.kind == "library":
        return _succeeds(["pkg-config", "--exists", need.name])
    return _succeeds(["cc", "-fsyntax-only", "-xc", "-"], f"#include <{need.name}>\n")


def _succeeds(argv: Iterable[str], stdin: str = "") -> bool:
    argv = list(argv)
    if shutil.which(argv[0]) is None:
        return False
    return process.capture(argv, stdin=stdin).returncode == 0


def _check_room(folder: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < _BYTES:
        raise LabError(
            f"{folder} has {free / 1e9:.1f} GB of free space, and a build may need "
            f"{_BYTES / 1e9:.1f} GB",
            "make room, or set QGEN_CACHE to a folder elsewhere",
        )
