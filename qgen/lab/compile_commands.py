"""From a build's compile_commands.json to the flags a board is compiled with.

QEMU compiles the files of one folder below `hw/` either once for all emulators or once
per emulator, into `libqemu-<target>-softmmu`. A board is compiled like its neighbours
in the same folder, so one argument list per folder and target is all that is kept.
"""

from __future__ import annotations

import json
import os.path
import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from qgen.lab.errors import LabError
from qgen.lab.manifest import Commands

FILE = "compile_commands.json"

_PER_TARGET = re.compile(r"libqemu-(?P<target>.+)-softmmu\.")
_DEPENDENCY_FLAGS = frozenset(("-c", "-M", "-MM", "-MD", "-MMD", "-MG", "-MP"))
_DEPENDENCY_FILES = ("-o", "-MF", "-MQ", "-MT")
_INCLUDE_FOLDERS = ("-isystem", "-iquote", "-idirafter", "-I")
_INCLUDE_FILES = ("-include", "-imacros")


def extract(build: Path, source: Path, targets: Iterable[str]) -> Commands:
    """The compile commands of every folder below `hw/` of a finished build.

    A folder that belongs to an architecture (`hw/arm`) has commands for the targets
    of that architecture alone, and is absent when none of `targets` is of it: a few
    files of foreign architectures are compiled into every QEMU.
    """
    targets = tuple(targets)
    groups: dict[tuple[str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for entry in _entries(build / FILE):
        folder = _hw_folder(entry["file"], build, source)
        if folder is not None and "output" in entry:
            per_target = _PER_TARGET.match(entry["output"])
            target = per_target["target"] if per_target else ""
            argv = entry.get("arguments") or shlex.split(entry["command"])
            groups[folder, target][_portable(argv, entry["file"], build)] += 1
    commands: dict[str, dict[str, tuple[str, ...]]] = {}
    for (folder, target), argvs in sorted(groups.items()):
        if target in ("", *targets):
            # Several libraries can share a folder: the most common flags are the
            # board's; the second key keeps a tie from depending on file order.
            best = max(argvs, key=lambda argv: (argvs[argv], argv))
            commands.setdefault(folder, {})[target] = best
    for folder, owners in _architectures(source, targets).items():
        _keep_owners(commands, folder, owners)
    if not commands:
        raise LabError(f"{build / FILE} compiles nothing below {source}/hw")
    return commands


def _keep_owners(
    commands: dict[str, dict[str, tuple[str, ...]]], folder: str, owners: list[str]
) -> None:
    """Leave an architecture's folder to the targets of that architecture."""
    by_target = commands.pop(folder, {})
    common = by_target.get("")
    kept = {
        owner: argv
        for owner in owners
        if (argv := by_target.get(owner, common)) is not None
    }
    if kept:
        commands[folder] = kept


def _architectures(source: Path, targets: tuple[str, ...]) -> dict[str, list[str]]:
    """Each architecture's folder below `hw/`, with those of `targets` it serves."""
    owners: dict[str, list[str]] = {}
    for path in sorted((source / "configs" / "targets").glob("*-softmmu.mak")):
        target = path.name.removesuffix("-softmmu.mak")
        folder = target
        if not (source / "hw" / target).is_dir():
            words = dict(
                line.split("=", 1)
                for line in path.read_text(encoding="utf-8").splitlines()
                if "=" in line
            )
            folder = words.get("TARGET_BASE_ARCH") or words.get("TARGET_ARCH", target)
        served = owners.setdefault(folder.strip(), [])
        if target in targets:
            served.append(target)
    return owners


def _entries(path: Path) -> list[dict[str, Any]]:
    """The entries of a compilation database, of the form that Meson writes."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise LabError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, list) or not all(map(_is_entry, data)):
        raise LabError(f"{path} is not a compilation database")
    return data


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("file"), str)
        and isinstance(entry.get("output", ""), str)
        and (
            isinstance(entry.get("command"), str)
            or isinstance(entry.get("arguments"), list)
        )
    )


def _hw_folder(file: str, build: Path, source: Path) -> str | None:
    """`arm` for `hw/arm/virt.c` of `source`; None for a file that is elsewhere."""
    path = PurePath(_absolute(file, build))
    if path.suffix != ".c":
        return None
    try:
        parts = path.relative_to(source).parts
    except ValueError:
        return None
    return "/".join(parts[1:-1]) if parts[0] == "hw" and len(parts) > 2 else None


def _absolute(path: str, build: Path) -> str:
    """`path`, relative to `build` as the compiler runs there, without `..`."""
    return os.path.normpath(build / path)


def _portable(argv: list[str], file: str, build: Path) -> tuple[str, ...]:
    """`argv` to compile any file from any folder, without its output."""
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word in _DEPENDENCY_FILES:
            next(words, None)
        elif word != file and not _is_dependency_flag(word):
            kept.extend(_absolute_include(word, words, build))
    return tuple(kept)


def _is_dependency_flag(word: str) -> bool:
    return word in _DEPENDENCY_FLAGS or word.startswith(_DEPENDENCY_FILES)


def _absolute_include(word: str, words: Iterator[str], build: Path) -> list[str]:
    """An include option, spelt in one word or two, with its path made absolute."""
    if word in _INCLUDE_FILES:
        value = next(words, "")
        # Without such a file here, the compiler searches its include folders.
        found = (build / value).is_file()
        return [word, _absolute(value, build) if found else value]
    for option in _INCLUDE_FOLDERS:
        if word == option:
            return [word, _absolute(next(words, "."), build)]
        if word.startswith(option):
            # gcc's own order of search must stay, so the spelling stays.
            return [option + _absolute(word.removeprefix(option), build)]
    return [word]
