"""What a shell offers where a value goes: imported only when a line is completed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from click import ParamType
from click.shell_completion import CompletionItem, split_arg_string

from qgen.shipped import folder

_SPEC = (".yaml", ".yml")
_VARIANTS = re.compile(
    r"^variants:[ ]*(?:#.*)?\n((?:(?:[ ].*)?\n)+)(?=\S|\Z)", re.MULTILINE
)


def words(known: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Those that begin so."""
    return [CompletionItem(word) for word in known if word.startswith(incomplete)]


def folders(incomplete: str) -> list[CompletionItem]:
    """The folders that begin so: the shell looks for them, if there are any."""
    found = any(path.is_dir() for path, _ in _entries(incomplete))
    return [CompletionItem(incomplete, type="dir")] if found else []


def specs(incomplete: str, *, shipped: bool) -> list[CompletionItem]:
    """YAML files and folders that begin so; names of shipped specs."""
    files = sorted(
        name for path, name in _entries(incomplete) if path.suffix.lower() in _SPEC
    )
    names = sorted(file.stem for file in folder("specs").glob("*.yaml"))
    known = [*files, *(names if shipped and "/" not in incomplete else ())]
    return [*words(known, incomplete), *folders(incomplete)]


def _entries(incomplete: str) -> list[tuple[Path, str]]:
    """What is in the folder that is being typed and begins so, and how it is typed."""
    head, slash, start = incomplete.rpartition("/")
    try:
        found = [*Path(f"{head}{slash}" or ".").iterdir()]
    except OSError:
        return []
    return [
        (path, f"{head}{slash}{path.name}")
        for path in found
        if path.name.startswith(start) and (start or path.name[0] != ".")
    ]


def variants(spec: ParamType[Any], incomplete: str) -> list[CompletionItem]:
    """The variants of the specs that the line names.

    Click has not read a line that ends in an option without its value; and to load a
    spec would take longer than it takes a person to type.
    """
    names: list[str] = []
    for word in split_arg_string(os.environ.get("COMP_WORDS", ""))[2:]:
        file = spec.convert(word, None, None)
        if not word.startswith("-") and file.is_file():
            with contextlib.suppress(OSError, UnicodeDecodeError):
                names += _variants_in(file.read_text("utf-8"))
    return words(dict.fromkeys(names), incomplete)


def _variants_in(text: str) -> list[str]:
    block = _VARIANTS.search(text)
    indent = re.match(r"[ ]*", block[1]) if block else None
    if block is None or indent is None:
        return []
    return re.findall(rf"^{indent[0]}([a-z0-9][a-z0-9._-]*):", block[1], re.MULTILINE)


def sdks(incomplete: str) -> list[CompletionItem]:
    """The SDKs that are ready, and folders."""
    from qgen.lab.errors import LabError
    from qgen.lab.sdk import installed

    try:
        ready = installed()
    except LabError:
        ready = []
    known = dict.fromkeys(
        name
        for sdk in ready
        for name in (".".join(sdk.version.split(".")[:2]), sdk.name)
    )
    return [*words(known, incomplete), *folders(incomplete)]


def device_types(incomplete: str) -> list[CompletionItem]:
    """The device types of the newest release."""
    from qgen.catalogue import load
    from qgen.targets import NEWEST

    return words(load(NEWEST.release).names(), incomplete)


def shells() -> dict[str, Any]:
    """The shells that are known, and what knows how they complete."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    return {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
