"""Judges what a catalogue of a person's own says: any file may be given as one.

What it holds reaches C as types, names, headers and macros, so each must be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qgen.catalogue.types import DeviceType, Lines, Mmio, Part

if TYPE_CHECKING:
    from qgen.catalogue.helpers import Function

# Names of QEMU's: what can be told from a mistake, and shown on a terminal.
_NAME = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")
_RELEASE = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){1,3}")
_WORD = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9_][\w.+-]*(?:/[A-Za-z0-9_][\w.+-]*)*\.h", re.ASCII)
_C_TYPE = re.compile(
    r"(?:(?:const|struct|enum|unsigned|signed) )*\w+(?: \w+)*(?: ?\*| const)*", re.ASCII
)
_STRUCT = re.compile(r"(?:struct )?[A-Za-z_]\w{0,99}", re.ASCII)
_TEXT = 4000
_SIZE = 1 << 64
_MOST_LINES = 1 << 16


def judge_header(header: Mapping[str, Any]) -> None:
    """`ValueError` where the header of a file is not what a measured one can be."""
    _all("a release", _RELEASE, [header["release"]])
    _all("a version", _VERSION, [header["version"]])
    _all("a name", _NAME, header["targets"])
    for models in _mapping(header["cpu_models"]).values():
        _all("a name", _NAME, [*_mapping(models), *_mapping(models).values()])
    for name, bus in _mapping(header["buses"]).items():
        _all("a name", _NAME, [name, _mapping(bus)["parent"]])
    for words in _mapping(header["enums"]).values():
        _expect(isinstance(words, list), "a list of words", words)


def _mapping(value: Any) -> Mapping[str, Any]:
    _expect(isinstance(value, dict), "a mapping", value)
    mapping: Mapping[str, Any] = value
    return mapping


def judge_type(each: DeviceType) -> None:
    """`ValueError` where a type is not what a measured one can be."""
    _all("a name", _NAME, [each.name, *each.ancestors, *_present(each.bus)])
    for text in _present(each.description, each.refused):
        _expect(isinstance(text, str) and len(text) <= _TEXT, "a text", text)
    for known in each.properties:
        _all("a name of a property", _NAME, [known.name])
        _all("a type of a property", _NAME, [known.type] if known.type else [])
        default = known.default
        _expect(
            default is None or isinstance(default, (bool, int, float, str, list, dict)),
            "a default",
            default,
        )
        if known.description is not None:
            _expect(isinstance(known.description, str), "a text", known.description)
        _expect(
            known.choices is None or all(isinstance(c, str) for c in known.choices),
            "choices",
            known.choices,
        )
    for flag in (each.abstract, each.user_creatable, each.realized):
        _expect(isinstance(flag, bool), "a truth value", flag)
    _shape(each)
    for part in each.parts:
        _all("a path", _NAME, [part.path, part.type])
        _shape(part)
    _all("a name", _NAME, _pairs(each.children + each.realized_children))
    _all("a name", _NAME, [*each.supplied, *each.shaped_by, *each.children_shaped_by])
    _all("a name", _NAME, [*each.targets, *each.cpu_models, *each.categories])
    _all("a name", _NAME, map(_bare, each.needs))
    for key, value in each.given:
        _expect(isinstance(key, str) and isinstance(value, str), "a text", key)
    _all("a header", _HEADER, _present(each.header))
    _all("a struct", _STRUCT, _present(each.struct))
    _all("a name in C", _WORD, [*_present(each.macro, each.cast), *each.kconfig])


def judge_function(each: Function) -> None:
    """`ValueError` where a function is not what a measured one can be."""
    _all("a name in C", _WORD, [each.name, *each.kconfig])
    _all("a header", _HEADER, [each.header])
    _all("a type in C", _C_TYPE, [each.returns])
    _all("a type in C", _C_TYPE, [one.type for one in each.parameters])
    _all("a name in C", _WORD, [one.name for one in each.parameters if one.name != ""])
    _all("a name", _NAME, each.targets)
    _expect(isinstance(each.inline, bool), "a truth value", each.inline)


def _shape(each: DeviceType | Part) -> None:
    for region in each.mmio:
        _region(region)
    for lines in (*each.gpio_in, *each.gpio_out):
        _lines(lines)
    _count(each.irqs)
    _all("a name", _NAME, [*each.clocks_in, *each.clocks_out, *each.numbered_buses])
    _all("a name", _NAME, _pairs(each.child_buses))
    for name, size in each.memories:
        _region(Mmio(name, size))


def _region(region: Mmio) -> None:
    _expect(isinstance(region.name, str), "a text", region.name)
    whole = isinstance(region.size, int) and not isinstance(region.size, bool)
    _expect(whole and 0 <= region.size <= _SIZE, "a size", region.size)


def _lines(lines: Lines) -> None:
    if lines.name is not None:
        _all("a name", _NAME, [lines.name])
    _count(lines.count)


def _count(number: object) -> None:
    whole = isinstance(number, int) and not isinstance(number, bool)
    _expect(whole and 0 <= int(str(number)) <= _MOST_LINES, "a number of lines", number)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for first, second in pairs:
        yield from (first, second)


def _present(*texts: str | None) -> Iterator[str]:
    yield from (text for text in texts if text is not None)


def _bare(name: object) -> object:
    """A name without the mark of a clock."""
    return name.removeprefix("%") if isinstance(name, str) else name


def _all(what: str, pattern: re.Pattern[str], texts: Iterable[object]) -> None:
    for text in texts:
        _expect(isinstance(text, str) and bool(pattern.fullmatch(text)), what, text)


def _expect(holds: bool, what: str, value: object) -> None:
    if not holds:
        raise ValueError(f"{value!r:.80} is not {what}")
