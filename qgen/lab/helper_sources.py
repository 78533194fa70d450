"""Prototypes of C functions, read in headers.

A tolerant reader: what it cannot read it leaves out, and what it misreads does not
compile. It knows no preprocessor, so it reads all branches of an #if.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qgen.frozen import frozen
from qgen.lab.c_text import split_arguments, without_comments

_DIRECTIVE = re.compile(r"^[ \t]*#.*$", re.M)
_ATTRIBUTE = re.compile(
    r"\b(?:__attribute__|G_GNUC_\w+|GCC_FMT_ATTR|QEMU_\w+|G_NORETURN|TSA_\w+|GRAPH_\w+"
    r"|\w*coroutine_\w+|extern)\b(?!\s*\*)"
)
_C_LINKAGE = re.compile(r'extern\s*"C"\s*\{')
_NAME = re.compile(r"[A-Za-z_]\w*")
_DECLARATOR = re.compile(
    r"(?P<type>(?:(?:const|struct|enum|unsigned|signed|long|short)\s+)*[A-Za-z_]\w*"
    r"(?:\s+(?:int|long|char|short|const))*)(?P<stars>(?:\s*\*\s*(?:const\b)?|\s)*)"
    r"(?P<name>\b[A-Za-z_]\w*)?\s*(?P<array>\[[^\]]*\])?"
)
_SIZES = frozenset(["unsigned", "signed", "long", "short"])
_WORDS = _SIZES | frozenset(["const", "struct", "enum", "int", "char"])


@frozen(slots=False)
class Prototype:
    """A function as a header declares it; `parameters` are pairs of type and name."""

    name: str
    returns: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def type(self) -> str:
        """Its type in C."""
        types = ", ".join(of for of, _ in self.parameters)
        return f"{self.returns} ({types or 'void'})"


def prototypes(text: str) -> Iterator[Prototype]:
    """The functions that the text of a header declares."""
    text = _C_LINKAGE.sub(" ", _DIRECTIVE.sub("", without_comments(text)))
    for statement in _statements(text):
        found = _prototype(" ".join(statement.split()))
        if found is not None:
            yield found


def _statements(text: str) -> Iterator[str]:
    """What is outside of all braces, up to each brace or semicolon."""
    depth = start = 0
    for match in re.finditer(r"[{};]", text):
        if depth == 0 and match[0] in "{;":
            yield text[start : match.start()]
        depth = max(0, depth + {"{": 1, "}": -1, ";": 0}[match[0]])
        start = match.end()


def _prototype(text: str) -> Prototype | None:
    text = _without_macros(text)
    text = re.sub(r"\b(static|inline) ", "", text)
    opening = text.find("(")
    if opening < 0 or not text.endswith(")") or "=" in text:
        return None
    head = _declarator(text[:opening])
    parameters = _parameters(text[opening + 1 : -1])
    if head is None or parameters is None or not head[1]:
        return None
    return Prototype(head[1], head[0], parameters)


def _without_macros(text: str) -> str:
    """A statement without attributes, and without macros' calls before it."""
    while match := _ATTRIBUTE.search(text):
        rest = text[match.end() :].lstrip()
        if rest.startswith("("):
            rest = rest[_closing(rest, 0) + 1 :]
        text = f"{text[: match.start()]} {rest}".strip()
    while match := re.match(r"[A-Z][A-Z0-9_]*\s*\(", text):
        end = _closing(text, match.end() - 1)
        if end + 1 >= len(text):
            break
        text = text[end + 1 :].lstrip()
    return " ".join(text.split()).replace(" )", ")")


def _closing(text: str, opening: int) -> int:
    depth = 0
    for index in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text) - 1


def _parameters(text: str) -> tuple[tuple[str, str], ...] | None:
    """Types and names, or None for what a board cannot write down: a callback, ..."""
    if "(" in text or "..." in text:
        return None
    pieces = split_arguments(text)
    if pieces in ([""], ["void"]):
        return ()
    found = [_declarator(piece) for piece in pieces]
    return tuple(each for each in found if each) if all(found) else None


def _declarator(text: str) -> tuple[str, str] | None:
    """The type, spelt as QEMU does ("const char *"), and the name, or an empty one."""
    match = _DECLARATOR.fullmatch(text.strip())
    if not match:
        return None
    type_, name = " ".join(match["type"].split()), match["name"] or ""
    stars = re.sub(r"\s+", "", match["stars"])
    words = type_.split()
    if name in _WORDS:
        type_, name = f"{type_} {name}", ""
    elif not name and words[-1] not in _WORDS and _SIZES.intersection(words[-2:-1]):
        # In "unsigned size", what looks like the type is the name.
        type_, name = " ".join(words[:-1]), words[-1]
    stars = stars.replace("*const", "* const ") if "const" in stars else stars
    stars += "*" if match["array"] else ""
    return f"{type_} {stars}".strip(), name
