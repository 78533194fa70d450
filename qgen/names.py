"""What may be written into C: checked identifiers and escaped literals.

A leaf. An `Identifier` cannot hold a bad name; text from a spec reaches C only through
`identifier`, `string_literal` or `comment_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto
if inline int long register restrict return short signed sizeof static struct switch
typedef union unsigned void volatile while
asm typeof bool true false NULL alignas alignof constexpr nullptr static_assert
thread_local complex imaginary noreturn
"""
# Macros that look like variables: no field can have their names.
_MACROS = """
unix linux errno stdin stdout stderr environ first_cpu current_cpu
st_atime st_mtime st_ctime sa_handler sa_sigaction si_pid si_uid si_addr si_value
"""
C_KEYWORDS = frozenset((_KEYWORDS + _MACROS).split())


class Identifier(str):
    """A valid C identifier that is no keyword; ValueError otherwise."""

    __slots__ = ()

    def __new__(cls, text: str) -> Identifier:
        """Check ``text`` and keep it."""
        if not _IDENTIFIER.match(text) or text in C_KEYWORDS:
            raise ValueError(f"{text!r} is not a C identifier")
        return super().__new__(cls, text)


def identifier(text: str) -> Identifier:
    """The snake_case C identifier for a name of the spec (``ram-below-4g``)."""
    ident = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
    if not ident or ident[0].isdigit() or ident in C_KEYWORDS:
        ident = f"_{ident}" if not ident or ident[0].isdigit() else f"{ident}_"
        ident = f"n{ident}" if ident.startswith("_") else ident
    return Identifier(ident)


def camel_case(text: str) -> Identifier:
    """The CamelCase C type name for a name of the spec (``arm-virt`` -> ArmVirt)."""
    return Identifier(
        "".join(part.capitalize() for part in identifier(text).split("_"))
    )


def upper_case(text: str) -> Identifier:
    """The UPPER_CASE C macro name for a name of the spec."""
    return Identifier(identifier(text).upper())


class TypeNames(NamedTuple):
    """What the C calls a device type: functions by ``prefix``, cast macro and struct."""

    prefix: Identifier
    macro: Identifier
    struct: Identifier


def type_names(name: str) -> TypeNames:
    """The names in C of the SoC type ``name`` (``stm32f100-soc``)."""
    struct = Identifier(f"{camel_case(name)}State")
    return TypeNames(identifier(name), upper_case(name), struct)


def unprintable(text: str) -> str | None:
    """The first character that may not stand in a C literal or comment, as U+XXXX."""
    for char in text:
        if not (char == " " or char.isprintable()):
            return f"U+{ord(char):04X}"
    return None


def string_literal(text: str) -> str:
    """``text`` as a C string literal, quotes included."""
    if unprintable(text) is not None:
        raise ValueError(f"{text!r} has a character that no C literal may hold")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\?")
    return f'"{escaped}"'


def nul_literal(parts: Iterable[str]) -> str:
    """``parts`` as one C string literal, with a NUL between two of them."""
    text = ""
    for part in parts:
        literal = string_literal(part)[1:-1]
        if text:
            text += "\\000" if literal[:1].isdigit() else "\\0"
        text += literal
    return f'"{text}"'


def comment_text(text: str) -> str:
    """``text`` as it may stand inside a C comment."""
    if unprintable(text) is not None or "*/" in text or "/*" in text:
        raise ValueError(f"{text!r} may not stand in a C comment")
    return text
