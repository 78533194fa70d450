"""`sdk.json`: what an SDK remembers of its build.

It is written last, so a folder that has one is complete. It is small and read on
every run: the compile commands of a whole QEMU (20 MB of compile_commands.json)
shrink to a few argument lists, because files of one static library share them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgen.frozen import frozen
from qgen.lab.errors import LabError

FILE = "sdk.json"
FORMAT = 1

# Folder below hw/ -> target -> argv. Target "" is code that is compiled once for all.
Commands = Mapping[str, Mapping[str, tuple[str, ...]]]


@frozen(slots=False)
class Manifest:
    """The content of one `sdk.json`.

    `origin` says where the source came from, in words that a person reads; `configure`
    holds the configure flags without paths, as they entered the SDK's digest, and is
    empty for a build that was adopted.
    """

    name: str
    version: str
    source: Path
    build: Path
    targets: tuple[str, ...]
    configure: tuple[str, ...]
    origin: str
    commands: Commands


def write(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` into `folder` in one step: whole or not at all."""
    argvs: list[tuple[str, ...]] = []
    commands: dict[str, dict[str, int]] = {}
    for directory, by_target in sorted(manifest.commands.items()):
        for target, argv in sorted(by_target.items()):
            if argv not in argvs:
                argvs.append(argv)
            commands.setdefault(directory, {})[target] = argvs.index(argv)
    data = {
        "format": FORMAT,
        "name": manifest.name,
        "version": manifest.version,
        "source": str(manifest.source),
        "build": str(manifest.build),
        "targets": manifest.targets,
        "configure": manifest.configure,
        "origin": manifest.origin,
        "argvs": argvs,
        "commands": commands,
    }
    temporary = folder / f".{FILE}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(data, stream, indent=1)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / FILE)


def read(folder: Path) -> Manifest:
    """Read `folder`'s `sdk.json`.

    Raises `LabError` when there is none, or it is not what `write` writes.
    """
    path = folder / FILE
    try:
        return _manifest(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise LabError(f"{folder} is not a complete SDK: it has no {FILE}") from None
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise LabError(
            f"{path} is damaged: {error}",
            "build the SDK again: what is already compiled is kept",
        ) from error


def _manifest(data: Any) -> Manifest:
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if data.get("format") != FORMAT:
        raise ValueError(f"format {data.get('format')!r}, not {FORMAT}")
    argvs = data.get("argvs")
    if not isinstance(argvs, list):
        raise ValueError("argvs is not a list")
    known = [_strings(argv, "argvs") for argv in argvs]
    return Manifest(
        name=_string(data, "name"),
        version=_string(data, "version"),
        source=_absolute(data, "source"),
        build=_absolute(data, "build"),
        targets=_strings(data.get("targets"), "targets"),
        configure=_strings(data.get("configure"), "configure", empty=True),
        origin=_string(data, "origin"),
        commands=_commands(data.get("commands"), known),
    )


def _commands(data: Any, argvs: list[tuple[str, ...]]) -> Commands:
    if not isinstance(data, dict):
        raise ValueError("commands is not an object")
    commands: dict[str, dict[str, tuple[str, ...]]] = {}
    for directory, by_target in data.items():
        if not isinstance(by_target, dict):
            raise ValueError(f"commands of {directory!r} is not an object")
        for target, index in by_target.items():
            if type(index) is not int or not 0 <= index < len(argvs):
                raise ValueError(f"commands of {directory!r} name no argument list")
            commands.setdefault(directory, {})[target] = argvs[index]
    return commands


def _string(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is not a text")
    return value


def _absolute(data: Mapping[str, Any], key: str) -> Path:
    path = Path(_string(data, key))
    if not path.is_absolute() or "\0" in str(path):
        raise ValueError(f"{key} is not an absolute path")
    return path


def _strings(value: Any, key: str, *, empty: bool = False) -> tuple[str, ...]:
    if not isinstance(value, list) or not (value or empty):
        raise ValueError(f"{key} is not a list of texts")
    if not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} is not a list of texts")
    return tuple(value)
