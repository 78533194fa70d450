"""C types, as far as generated boards use them.

A leaf. Widths are those of QEMU's hosts: 32-bit ``int``, 64-bit ``long`` and pointers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Int(NamedTuple):
    """An integer type; ``bits`` is 1 for ``bool``."""

    bits: int
    signed: bool

    @property
    def low(self) -> int:
        """The lowest value that the type holds."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The highest value that the type holds."""
        return (1 << (self.bits - self.signed)) - 1

    def __str__(self) -> str:
        if self.bits == 1:
            return "bool"
        if self == CHAR:
            return "char"
        return f"{'' if self.signed else 'u'}int{self.bits}_t"


class Struct(NamedTuple):
    """A struct by its name; QEMU's typedefs of structs count as such."""

    name: str

    def __str__(self) -> str:
        return self.name


class Pointer(NamedTuple):
    """A pointer. The null pointer constant is a pointer to ``void``."""

    to: CType

    def __str__(self) -> str:
        return f"{self.to}{'' if isinstance(self.to, Pointer) else ' '}*"


class Array(NamedTuple):
    """An array; ``length`` is None where the initialiser says it."""

    of: CType
    length: int | None

    def __str__(self) -> str:
        return f"{self.of}[{'' if self.length is None else self.length}]"


class Signature(NamedTuple):
    """The type of a function."""

    result: CType
    params: tuple[CType, ...]

    def __str__(self) -> str:
        return f"{self.result} ({', '.join(map(str, self.params)) or 'void'})"


CType = Int | Struct | Pointer | Array | Signature

BOOL = Int(1, False)
INT = Int(32, True)
UNSIGNED = Int(32, False)
LONG = Int(64, True)
ULONG = Int(64, False)
CHAR = Int(8, True)
VOID = Struct("void")
STRING = Pointer(CHAR)
NULL = Pointer(VOID)

_OBJECT = Pointer(Struct("Object"))
_ERRP = Pointer(Pointer(Struct("Error")))

NAMED: dict[str, CType] = {
    "void": VOID,
    "bool": BOOL,
    "char": CHAR,
    "int": INT,
    "unsigned": UNSIGNED,
    "unsigned int": UNSIGNED,
    "long": LONG,
    "unsigned long": ULONG,
    "int8_t": Int(8, True),
    "int16_t": Int(16, True),
    "int32_t": INT,
    "int64_t": LONG,
    "uint8_t": Int(8, False),
    "uint16_t": Int(16, False),
    "uint32_t": UNSIGNED,
    "uint64_t": ULONG,
    "size_t": ULONG,
    "gsize": ULONG,
    "ssize_t": LONG,
    "hwaddr": ULONG,
    "ram_addr_t": ULONG,
    "qemu_irq": Pointer(Struct("IRQState")),
    "qemu_irq_handler": Pointer(Signature(VOID, (NULL, INT, INT))),
    "QEMUResetHandler": Signature(VOID, (NULL,)),
    "BoolGetter": Signature(BOOL, (_OBJECT, _ERRP)),
    "BoolSetter": Signature(VOID, (_OBJECT, BOOL, _ERRP)),
    "StrGetter": Signature(STRING, (_OBJECT, _ERRP)),
    "StrSetter": Signature(VOID, (_OBJECT, STRING, _ERRP)),
}
"""The types that have a name and are no struct."""


@cache
def from_text(text: str) -> CType:
    """The type that ``text`` (``const char *``) names; a struct where it is not known."""
    name = text.replace("const ", "").removeprefix("struct ").rstrip("* ")
    type_: CType = NAMED.get(name) or Struct(name)
    for _ in range(text.count("*")):
        type_ = Pointer(type_)
    return type_


def common(left: Int, right: Int) -> Int:
    """The type in which C computes with ``left`` and ``right``."""
    left = left if left.bits >= 32 else INT
    right = right if right.bits >= 32 else INT
    if left.bits != right.bits:
        return left if left.bits > right.bits else right
    return left if not left.signed else right


def literal(text: str) -> tuple[Int, int]:
    """The type and the value of an integer literal; ValueError where it is none."""
    body = text.rstrip("uUlL")
    suffix = text[len(body) :].lower()
    if suffix not in ("", "u", "l", "ul", "ll", "ull", "lu", "llu"):
        raise ValueError(f"{text} has an odd suffix")
    hexadecimal = body[:2] in ("0x", "0X")
    octal = not hexadecimal and body.startswith("0") and body != "0"
    base = 16 if hexadecimal else 8 if octal else 10
    value = int(body[2:] if hexadecimal else body, base)
    types = [INT, UNSIGNED, LONG, ULONG]
    if "u" in suffix:
        types = [UNSIGNED, ULONG]
    elif base == 10:
        types = [INT, LONG]
    if "l" in suffix:
        types = [t for t in types if t.bits == 64]
    for type_ in types:
        if value <= type_.high:
            return type_, value
    raise ValueError(f"{text} fits no integer type")


def assignable(given: CType, wanted: CType) -> bool:
    """Whether C takes a ``given`` where a ``wanted`` is expected, without a warning."""
    if isinstance(given, Array) and isinstance(wanted, Pointer):
        given = Pointer(given.of)
    if isinstance(given, Signature) and isinstance(wanted, Pointer):
        given = Pointer(given)
    if isinstance(given, Pointer) and isinstance(wanted, Pointer):
        return given == wanted or NULL in (given, wanted)
    if isinstance(given, Int) and isinstance(wanted, Int):
        return True
    return given == wanted
