"""A piece of a spec as text: YAML as the shipped specs are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

WIDTH = 88

_PLAIN = re.compile(r"[A-Za-z_][\w.+/-]*")
# What one version of YAML or another does not take as text.
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


class Verbatim(str):
    """A scalar that stands in the text as it is: a number, a size, an address."""


def address(value: int) -> Verbatim:
    """An address as engineers write it."""
    digits = f"{value:x}"
    if len(digits) <= 4:
        return Verbatim(f"{value:#x}")
    digits = digits.zfill(-(-len(digits) // 4) * 4)
    groups = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return Verbatim(f"0x{'_'.join(groups)}")


def size(value: int) -> Verbatim:
    """A size as engineers write it."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value and value % (1 << power) == 0:
            return Verbatim(f"{value >> power} {unit}")
    return Verbatim(str(value) if value < 1024 else f"{value:#x}")


def block(name: str, value: object, indent: int = 0) -> Iterator[str]:
    """The lines of `name: value`; on one line where it fits."""
    line = f"{' ' * indent}{scalar(name)}: {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, (Mapping, list)):
        yield line
        return
    yield f"{' ' * indent}{scalar(name)}:"
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from block(key, inner, indent + 2)
        return
    for inner in value:
        yield f"{' ' * indent}  - {flow(inner)}"


def spread(name: str, value: Mapping[str, object], indent: int = 0) -> Iterator[str]:
    """The lines of a mapping whose entries have lines of their own."""
    yield f"{' ' * indent}{scalar(name)}:"
    for key, inner in value.items():
        yield from block(key, inner, indent + 2)


def flow(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{scalar(key)}: {flow(inner)}" for key, inner in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return scalar(value)


def scalar(value: object) -> str:
    """A number or a text; quoted where YAML would read something else."""
    if isinstance(value, (Verbatim, int)):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=True)
