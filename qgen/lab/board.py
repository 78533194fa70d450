"""Compiles a board into an object that a QEMU can load, and starts QEMU with it.

The object is compiled with the flags of QEMU's own boards and ``-Werror``, and loaded
with LD_PRELOAD: its ``type_init`` registers the machine before QEMU's ``main`` runs.
Objects are cached by the text and the flags that made them.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from qgen.files import write_whole
from qgen.frozen import frozen
from qgen.lab.errors import LabError
from qgen.lab.prelude import prelude_flags
from qgen.lab.sdk import Sdk, cache_dir

STRICT = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror")
"""QEMU's boards leave parameters of callbacks unused; all else must be quiet."""
MAX_LINES = 30
"""How much of the compiler's output an error shows."""
_FIRMWARE = (Path("/usr/share/qemu"), Path("/usr/share/seabios"))
"""Where Debian's packages have what machines load; a build of QEMU has none."""


@frozen(slots=False)
class Loadable:
    """A compiled board: the object, the QEMU that loads it, and the machine's name.

    ``beside``: more objects to load, such as the one that observes the board.
    """

    object: Path
    qemu: Path
    machine: str
    beside: tuple[Path, ...] = ()

    def environment(self) -> dict[str, str]:
        """The environment that makes QEMU load the board, beside what loads already."""
        objects = (self.object, *self.beside)
        loaded = [*map(str, objects), os.environ.get("LD_PRELOAD", "")]
        return {**os.environ, "LD_PRELOAD": ":".join(filter(None, loaded))}

    def command(self, arguments: Sequence[str] = ()) -> list[str]:
        """QEMU's command line for this machine, with more ``arguments``."""
        return [str(self.qemu), "-M", self.machine, *arguments]


class Beside(NamedTuple):
    """A file that the C includes: the folder that it is in, and its text."""

    folder: Path
    text: str


def compile_board(
    text: str,
    sdk: Sdk,
    target: str,
    hw_dir: str,
    machine: str,
    *,
    headers: Mapping[str, str] | None = None,
    quick: bool = False,
    beside: Beside | None = None,
) -> Loadable:
    """Compile a board's C; `LabError` with the compiler's words if it does not.

    ``headers`` are those that QEMU does not have, or has otherwise: by the names that
    the C includes them by. ``quick``: with QEMU's headers compiled beforehand (see
    `qgen.lab.prelude`).
    """
    flags = [*_quiet_headers(sdk.compile_command(hw_dir, target)), *STRICT]
    flags += ["-fPIC", "-shared"]
    before = list(flags)
    if headers:
        # Before QEMU's own folders, which are searched as a system's.
        flags.append(f"-I{_written(headers, sdk)}")
    parts = [*flags, str(quick), text]
    if beside is not None:
        flags += ["-iquote", str(beside.folder.absolute())]
        parts.append(beside.text)
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    folder = cache_dir() / "boards" / sdk.name
    made = folder / f"{key}.so"
    if set(str(made)) & set(": \t\n"):
        raise LabError(
            f"{cache_dir()} cannot hold boards: LD_PRELOAD takes no path with spaces "
            "or colons",
            "set QGEN_CACHE to another folder",
        )
    if not made.is_file():
        if quick:
            flags += prelude_flags(before, hw_dir, sdk)
        _compile(text, flags, folder, made, sdk)
    return Loadable(made, sdk.qemu(target), machine)


def _written(headers: Mapping[str, str], sdk: Sdk) -> Path:
    """The folder that holds ``headers``, and no others."""
    items = sorted(headers.items())
    key = hashlib.sha256(json.dumps(items).encode()).hexdigest()[:24]
    folder = cache_dir() / "boards" / sdk.name / f"headers-{key}"
    try:
        for name, text in items:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.is_file() or file.read_text() != text:
                write_whole(file, text)
    except OSError as error:
        raise LabError(f"cannot write headers: {error}") from error
    return folder


def _quiet_headers(flags: Sequence[str]) -> list[str]:
    """``flags`` with QEMU's headers as system headers: -Wextra is for the board."""
    quiet: list[str] = []
    for flag in flags:
        if flag.startswith("-I"):
            quiet += ["-isystem", flag[2:]]
        else:
            quiet.append("-isystem" if flag == "-iquote" else flag)
    return quiet


def _compile(
    text: str, flags: Sequence[str], folder: Path, made: Path, sdk: Sdk
) -> None:
    draft = folder / f".{made.stem}.{os.getpid()}.so"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [*flags, "-o", str(draft), "-x", "c", "-"],
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=sdk.build,
        )
        if done.returncode:
            words = done.stderr.strip().splitlines()
            if len(words) > MAX_LINES:
                words[MAX_LINES:] = [f"... and {len(words) - MAX_LINES} lines more"]
            raise LabError(
                f"the C does not compile against QEMU {sdk.version}:\n"
                + "\n".join(words)
            )
        draft.replace(made)
    except OSError as error:
        raise LabError(f"cannot compile: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def machines(sdk: Sdk, target: str) -> frozenset[str]:
    """The names of the machines that this QEMU has of its own."""

    def ask(qemu: Path) -> Iterable[str]:
        done = subprocess.run([qemu, "-M", "help"], capture_output=True, text=True)
        lines = done.stdout.splitlines()[1:]
        return [line.split()[0] for line in lines if line.strip()]

    return _noted(sdk, target, "machines", ask)


def types(sdk: Sdk, target: str) -> frozenset[str]:
    """The names of all QOM types that this QEMU has of its own."""
    commands = [
        {"execute": "qmp_capabilities"},
        {"execute": "qom-list-types", "arguments": {"abstract": True}},
        {"execute": "quit"},
    ]

    def ask(qemu: Path) -> Iterable[str]:
        done = subprocess.run(
            [qemu, "-M", "none", "-S", "-display", "none", "-qmp", "stdio"],
            input="\n".join(map(json.dumps, commands)),
            capture_output=True,
            text=True,
        )
        for line in done.stdout.splitlines():
            answer = json.loads(line).get("return")
            if isinstance(answer, list):
                return [each["name"] for each in answer]
        raise LabError(f"{qemu} does not say which types it has: {done.stderr.strip()}")

    return _noted(sdk, target, "types", ask)


def _noted(
    sdk: Sdk, target: str, what: str, ask: Callable[[Path], Iterable[str]]
) -> frozenset[str]:
    """The names that ``ask`` gets of a QEMU, which are noted until that is built anew."""
    notes = cache_dir() / what / f"{sdk.name}-{target}.json"
    qemu = sdk.qemu(target)
    try:
        stamp = qemu.stat().st_mtime_ns
        known = json.loads(notes.read_text())
        if known["stamp"] == stamp:
            return frozenset(map(str, known["names"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no notes yet, or notes of another build
    try:
        names = sorted(ask(qemu))
        notes.parent.mkdir(parents=True, exist_ok=True)
        stamp = qemu.stat().st_mtime_ns
        write_whole(notes, json.dumps({"stamp": stamp, "names": names}))
    except (OSError, ValueError) as error:
        raise LabError(f"{qemu} does not run: {error}") from error
    return frozenset(names)


def free_name(name: str, sdk: Sdk, target: str) -> str:
    """``name``, or one like it where this QEMU has a machine of that name already."""
    return f"{name}-qgen" if name in machines(sdk, target) else name


def firmware_folders() -> list[str]:
    """The arguments by which QEMU finds firmware behind where the user's have it."""
    found = [str(folder) for folder in _FIRMWARE if folder.is_dir()]
    return [word for folder in found for word in ("-L", folder)]


def execute(board: Loadable, arguments: Sequence[str]) -> None:
    """Become QEMU with the board; returns only by `LabError`."""
    environment: Mapping[str, str] = board.environment()
    try:
        os.execve(board.qemu, board.command(arguments), environment)
    except OSError as error:
        raise LabError(f"{board.qemu} does not run: {error.strerror}") from error
