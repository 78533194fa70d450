"""What a source tree says of device types: headers, macros, Kconfig symbols."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from pathlib import Path

from qgen.lab import process
from qgen.lab.c_text import balanced
from qgen.lab.sdk import Sdk


class Macros:
    """The TYPE_ macros of a source tree's headers, as the compiler sees them.

    `values` has them by name, at least those for the `wanted` type names. `arch_dirs`
    are the folders below hw/ whose boards may include them. Only headers
    that compile on their own after qemu/osdep.h, with a board's flags, count as
    includable.
    """

    _DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(TYPE_\w+)[ \t\\]+(\S.*)", re.M)
    _PLAIN = re.compile(r'"([^"]*)"\s*(?:/\*.*)?')
    _VALUE = re.compile(r'^qgen_(TYPE_\w+):\n\s*\.string\s+"([^"\\]*)"', re.M)

    def __init__(
        self, sdk: Sdk, arch_dirs: Iterable[str], wanted: Collection[str]
    ) -> None:
        self._source = sdk.source
        self._wanted = wanted
        self._commands = {each: sdk.compile_command(each) for each in arch_dirs}
        self.values: dict[str, str] = {}
        self._homes: dict[str, list[tuple[str, str]]] = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            headers = sorted(self._headers())
            for header, values in zip(
                headers, pool.map(self._evaluate, headers), strict=True
            ):
                for macro, value in values.items():
                    self.values.setdefault(macro, value)
                    self._homes.setdefault(value, []).append((header, macro))

    def header_of(self, type_name: str) -> tuple[str, str] | tuple[None, None]:
        """The header, as it is included, and the macro for `type_name`.

        Public headers come first, then the one whose name is most like the type's.
        """
        homes = self._homes.get(type_name)
        if not homes:
            return None, None

        def preference(home: tuple[str, str]) -> tuple[bool, float, int, str]:
            header, macro = home
            public = (self._source / "include" / header).is_file()
            likeness = _likeness(type_name, Path(header).stem)
            return not public, -likeness, len(macro), header

        return min(homes, key=preference)

    def _headers(self) -> Iterator[str]:
        """Headers with TYPE_ macros, as a board would include them."""
        public = self._source / "include"
        paths = [path.relative_to(public) for path in public.rglob("*.h")]
        paths += [
            path.relative_to(self._source)
            for pattern in ("hw/**/*.h", "target/*/cpu-qom.h")
            for path in self._source.glob(pattern)
        ]
        for path in paths:
            if self._macros_in(path.as_posix()):
                yield path.as_posix()

    def _macros_in(self, header: str) -> list[str]:
        path = self._source / "include" / header
        if not path.is_file():
            path = self._source / header
        text = path.read_text(encoding="utf-8", errors="replace")
        return [
            macro
            for macro, body in self._DEFINE.findall(text)
            if self._may_be_wanted(body)
        ]

    def _may_be_wanted(self, body: str) -> bool:
        """Whether a macro's body can be a wanted type name: most plainly are not."""
        if body.startswith(("0", "(")):
            return False
        plain = self._PLAIN.fullmatch(body)
        if plain:
            return plain[1] in self._wanted
        pieces = re.findall(r'"([^"]*)"', body)
        return any(all(piece in name for piece in pieces) for name in self._wanted)

    def _evaluate(self, header: str) -> dict[str, str]:
        macros = self._macros_in(header)
        parts = Path(header).parts
        own = [each for each in self._commands if each in parts]
        for arch_dir in own or self._commands:
            values = self._compile(self._commands[arch_dir], header, macros)
            if values:
                return values
        return {}

    def _compile(
        self, command: Sequence[str], header: str, macros: Iterable[str]
    ) -> dict[str, str]:
        """The macros' values, through the compiler; empty if that fails."""
        lines = ['#include "qemu/osdep.h"', f'#include "{header}"']
        lines += [
            f"#ifdef {macro}\nconst char qgen_{macro}[] = {macro};\n#endif"
            for macro in macros
        ]
        argv = [*command, "-w", "-O0", "-S", "-o", "-", "-x", "c", "-"]
        result = process.capture(argv, stdin="\n".join(lines) + "\n")
        if result.returncode != 0:
            return {}
        return dict(self._VALUE.findall(result.stdout))


def _likeness(type_name: str, stem: str) -> float:
    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    return SequenceMatcher(None, plain(type_name), plain(stem)).ratio()


def kconfig_symbols(
    source: Path, macros: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The Kconfig symbols that guard each type's file, by type name.

    `source` is the tree, `macros` the values of its TYPE_ macros.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path, symbols in guarded_files(source):
        text = path.read_text(encoding="utf-8", errors="replace")
        for name in _registered_types(text, macros):
            found.setdefault(name, symbols)
    return found


def kconfig_of_functions(source: Path) -> dict[str, tuple[str, ...]]:
    """The Kconfig symbols that guard each exported function's file, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for path, symbols in guarded_files(source):
        text = path.read_text(encoding="utf-8", errors="replace")
        for name in _DEFINITION.findall(text):
            found.setdefault(name, symbols)
    return found


def guarded_files(source: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The C files below hw/ that Kconfig symbols guard, with these."""
    known = set()
    for path in sorted((source / "hw").rglob("Kconfig")):
        text = path.read_text(encoding="utf-8", errors="replace")
        known |= set(re.findall(r"^config (\w+)", text, re.M))
    guards: dict[Path, tuple[str, ...]] = {}
    for path in sorted((source / "hw").rglob("meson.build")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, symbols in _guarded_files(text):
            # Where a device is also written in Rust, boards select the plain symbol.
            plain = (re.sub(r"_C$", "", each) for each in symbols)
            kept = tuple(
                short if short in known else each
                for short, each in zip(plain, symbols, strict=True)
                if each in known
            )
            guards.setdefault(path.parent / name, kept)
    for path, symbols in sorted(guards.items()):
        if symbols and path.is_file():
            yield path, symbols


# A function's name stands in a line that begins with its type, and its body on its own.
_DEFINITION = re.compile(
    r"^(?!static\b)[A-Za-z_][\w \t*]*?\b(\w+)\((?:[^;{}()]|\([^()]*\))*\)\s*\n\{", re.M
)
_ADD = re.compile(r"\b(\w+)\.add(_all)?\(")
_CONFIG = re.compile(r"'CONFIG_(\w+)'")
_C_FILE = re.compile(r"'([\w./-]+\.c)'")


def _guarded_files(meson: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The C files that a meson.build adds, with the symbols that they depend on."""
    calls = []
    sets: dict[str, tuple[str, ...]] = {}
    for match in _ADD.finditer(meson):
        arguments = balanced(meson, match.end())
        condition, separator, rest = arguments.partition("if_true:")
        body = rest.split("if_false:")[0] if separator else condition
        symbols = tuple(_CONFIG.findall(condition)) if separator else ()
        calls.append((match[1], body, symbols))
        if match[2]:
            for name in re.findall(r"\b\w+\b", body):
                sets[name] = symbols
    for owner, body, symbols in calls:
        for name in _C_FILE.findall(body):
            yield name, symbols or sets.get(owner, ())


_TYPE_INFO = re.compile(r"\bTypeInfo\s+\w+\s*(?:\[\])?\s*=\s*\{")
_TYPE_NAME = re.compile(r"\.name\s*=\s*(\w+|\"[^\"]+\")\s*,")
_TYPE_MACRO = re.compile(
    r"^OBJECT_DEFINE_(?:SIMPLE_)?TYPE\w*\(\s*\w+,\s*\w+,\s*(\w+)", re.M
)
_LITERAL = re.compile(r'^#define\s+(TYPE_\w+)\s+"([^"]+)"\s*$', re.M)


def _registered_types(text: str, macros: Mapping[str, str]) -> Iterator[str]:
    """The names of the types that a C file defines, as far as they are literal."""
    local = dict(_LITERAL.findall(text))
    names = [f"TYPE_{name}" for name in _TYPE_MACRO.findall(text)]
    for match in _TYPE_INFO.finditer(text):
        names += _TYPE_NAME.findall(balanced(text, match.end(), "{}"))
    for name in names:
        value = name[1:-1] if name.startswith('"') else None
        value = value or local.get(name) or macros.get(name)
        if value:
            yield value
