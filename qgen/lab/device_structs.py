"""The C structs and cast macros of device types: read in headers, then compiled.

A struct belongs to a type only if QEMU's own headers complete it where the type's
header is included, and it has as many bytes as QEMU gives an instance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from qgen.frozen import frozen
from qgen.lab.c_check import Piece, compiling
from qgen.lab.c_text import balanced, split_arguments, without_comments
from qgen.lab.device_types import MeasuredType, line_of
from qgen.lab.probe_run import arch_dir_of
from qgen.lab.sdk import Sdk

_MACRO = re.compile(
    r"^(OBJECT_DECLARE_SIMPLE_TYPE|OBJECT_DECLARE_TYPE|OBJECT_DECLARE_CPU_TYPE"
    r"|DECLARE_INSTANCE_CHECKER|DECLARE_OBJ_CHECKERS)\s*\(",
    re.M,
)
_OLD_CAST = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(\w+\)\s+\(?OBJECT_CHECK\s*\(", re.M
)


@frozen(slots=False)
class Declaration:
    """`cast` makes a `struct *` of an object of the type that `type` names in C."""

    struct: str
    cast: str
    type: str


def find_structs(
    sdk: Sdk, types: Mapping[str, MeasuredType], macros: Mapping[str, str]
) -> None:
    """Fill in `struct` and `cast` of `types`; `macros` are values of TYPE_ macros."""
    by_name: dict[str, list[Declaration]] = {}
    for declaration in sorted(declarations(sdk.source), key=str):
        text = declaration.type
        name = text[1:-1] if text.startswith('"') else macros.get(text, "")
        if name in types:
            by_name.setdefault(name, []).append(declaration)
    targets = sorted({target for each in types.values() for target in each.targets})
    candidates = {
        name: found
        for name in types
        if types[name].header and (found := _candidates(name, types, by_name))
    }
    good = {each: _compiling(sdk, each, types, candidates) for each in targets}
    for name, found in candidates.items():
        each = types[name]
        for declaration in found:
            own = declaration in by_name.get(name, ())
            casts = all(_cast(each, declaration) in good[t] for t in each.targets)
            whole = all(
                _embedding(each, declaration, t) in good[t] for t in each.targets
            )
            if whole and each.struct is None:
                each.struct = declaration.struct
            if casts and (own or whole) and each.cast is None:
                each.cast = declaration.cast


def declarations(source: Path) -> Iterator[Declaration]:
    """The instance structs that a source tree's headers declare."""
    for pattern in ("include/**/*.h", "hw/**/*.h", "target/*/*.h"):
        for path in source.glob(pattern):
            text = path.read_text(encoding="utf-8", errors="replace")
            if "OBJECT_" in text or "DECLARE_" in text:
                yield from _declarations_in(without_comments(text))


def _declarations_in(text: str) -> Iterator[Declaration]:
    for match in _MACRO.finditer(text):
        words = split_arguments(balanced(text, match.end()))
        struct, cast = words[0], words[-1]
        of = f"TYPE_{cast}"
        if match[1].startswith("DECLARE"):
            cast, of = words[-2:]
        yield Declaration(struct, cast, of)
    for match in _OLD_CAST.finditer(text):
        words = split_arguments(balanced(text, match.end()))
        if len(words) == 3:
            yield Declaration(words[0], match[1], words[2])


def _candidates(
    name: str,
    types: Mapping[str, MeasuredType],
    by_name: Mapping[str, list[Declaration]],
) -> list[Declaration]:
    """What may declare a type's struct: its own macros, then its ancestors'."""
    return [each for key in line_of(name, types) for each in by_name.get(key, ())]


def _compiling(
    sdk: Sdk,
    target: str,
    types: Mapping[str, MeasuredType],
    candidates: Mapping[str, list[Declaration]],
) -> set[Piece]:
    pieces = [
        piece
        for name, found in candidates.items()
        if target in types[name].targets
        for each in found
        for piece in (
            _cast(types[name], each),
            _embedding(types[name], each, target),
        )
    ]
    return compiling(sdk.compile_command(arch_dir_of(target), target), pieces)


def _cast(each: MeasuredType, declaration: Declaration) -> Piece:
    assert each.header is not None
    line = f"void *qgen_@(void *o) {{ return {declaration.cast}(o); }}"
    return Piece(each.header, line)


def _embedding(each: MeasuredType, declaration: Declaration, target: str) -> Piece:
    """A struct that embeds the type's, which must have the size of an instance."""
    assert each.header is not None
    struct, size = declaration.struct, each.sizes[target]
    line = f"struct qgen_@ {{ {struct} field; }}; "
    line += f'_Static_assert(sizeof({struct}) == {size}, "");'
    return Piece(each.header, line)
