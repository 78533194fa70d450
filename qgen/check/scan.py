"""Text to top-level declarations, each of which pycparser can parse.

A board is C before the preprocessor ran. This module takes the place of one: comments
go, ``#include`` and ``#define`` become data, macros that stand for declarations become
`Macro`. What is left is cut at the top level into `Chunk`; line numbers are kept.

Some words are rewritten on the way, because pycparser knows neither QEMU's types nor
GNU C: a type name ``T`` becomes ``struct T`` (then no typedef is needed), ``g_autofree``
a storage class, ``a ?: b`` gets a middle operand, ``PRIu64`` its text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from qgen.check.notes import Notes, Refused

MIDDLE = "__condition"
"""The middle operand that ``a ?: b`` gets: the value of ``a``."""
BUG_ON = "__bug_on"
"""The variable that a QEMU_BUILD_BUG_ON becomes; it must be 0."""
AUTOFREE = "auto"
"""The storage class that ``g_autofree`` becomes."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+|/\*.*?\*/|//[^\n]*)|(?P<newline>\n)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<number>\.?[0-9](?:[A-Za-z0-9_.]|[eEpP][+-])*)
    |(?P<punct>->|\+\+|--|<<|>>|[-+*/%&|^!~=<>]=|&&|\|\||[-+*/%&|^!~=<>,.;:?(){}]|[][])
    |(?P<directive>^\#(?:\\\n|/\*.*?\*/|[^\n])*)|(?P<bad>.)""",
    re.DOTALL | re.VERBOSE | re.MULTILINE,
)
_DIRECTIVE = re.compile(r"\#[ \t]*(\w*)[ \t]*(.*)", re.DOTALL)
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|/\*.*?\*/|//[^\n]*', re.DOTALL)
_GUARD = re.compile(
    r"(?P<head>(?:\s|/\*.*?\*/)*\#ifndef (?P<guard>\w+)\n\#define (?P=guard)\n)"
    r"(?P<body>.*\n)(?P<tail>\#endif(?: /\*[^\n]*\*/)?\s*)",
    re.DOTALL,
)
_INCLUDE = re.compile(r'"([^"]+)"\Z|<([^>]+)>\Z')
_DEFINE = re.compile(r"([A-Za-z_]\w*)(\(?)[ \t]*(.*)\Z", re.DOTALL)
_WORDS = {
    "g_autofree": AUTOFREE,
    "PRIu64": '"lu"',
    "PRIx64": '"lx"',
    "QEMU_BUILD_BUG_ON": f"int {BUG_ON} =",
}
_MACROS = ("type_init", "OBJECT_DECLARE_SIMPLE_TYPE")
_GAPS = frozenset({"space", "newline"})
_OPEN = {"(": ")", "[": "]", "{": "}"}
DECLARING = re.compile(r"\bOBJECT_DECLARE_SIMPLE_TYPE\s*\(\s*(\w+)")


class Include(NamedTuple):
    """``#include "header"``."""

    line: int
    header: str


class Define(NamedTuple):
    """``#define name value``; ``text`` declares a variable of that value."""

    line: int
    name: str
    text: str


class Macro(NamedTuple):
    """A macro call that declares something: ``type_init(f)``."""

    line: int
    name: str
    args: tuple[str, ...]


class Chunk(NamedTuple):
    """One declaration, function or table."""

    line: int
    text: str


Item = Include | Define | Macro | Chunk
_Token = tuple[str, str, int]


def scan(text: str, types: Collection[str], notes: Notes) -> list[Item]:
    """The top level of ``text``; ``types`` are the type names that need ``struct``.

    What is no C by its looks goes to ``notes``.
    """
    known = {*types, *DECLARING.findall(text)}
    items: list[Item] = []
    try:
        for part in _parts(text):
            try:
                items.append(_item(part, known))
            except Refused as refusal:
                notes.refused(refusal)
    except Refused as refusal:  # there is no telling where the next item starts
        notes.refused(refusal)
    return items


def inside_guard(text: str, name: str, notes: Notes) -> str:
    """A header's text without its include guard; a finding where it has none."""
    match = _GUARD.fullmatch(text)
    if match is None:
        notes.add(0, f"the header {name!r} has no include guard around all of it")
        return text
    gaps = ("\n" * part.count("\n") for part in (match["head"], match["tail"]))
    return match["body"].join(gaps)


def _item(part: list[_Token] | tuple[int, str], types: Collection[str]) -> Item:
    if isinstance(part, list):
        return _declaration(part, types)
    return _directive(*part, types)


def _tokens(text: str) -> Iterator[_Token]:
    """Kind, text and line; a directive is one token, space and comments are space."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind, value = str(match.lastgroup), match[0]
        if kind == "bad":
            raise Refused(line, f"{value!r} does not belong into C")
        yield kind, value, line
        if kind == "newline":
            line += 1
        elif kind not in ("word", "punct"):
            line += value.count("\n")


def _parts(text: str) -> Iterator[list[_Token] | tuple[int, str]]:
    """The tokens of each declaration; a directive as its line and its text."""
    part: list[_Token] = []
    closers: list[str] = []
    body = False
    before = ""
    for token in _tokens(text):
        kind, value, line = token
        if kind == "directive":
            if part:
                raise Refused(line, "a directive in the middle of a declaration")
            yield line, value
            continue
        if kind in _GAPS:
            if part:
                part.append(token)
            continue
        part.append(token)
        if value in _OPEN:
            body = (body or before == ")") if value == "{" and not closers else body
            closers.append(_OPEN[value])
        elif value in _OPEN.values() and (not closers or closers.pop() != value):
            raise Refused(line, f"{value!r} closes nothing")
        if not closers and _ends(part, value, body):
            yield part
            part, body = [], False
        before = value
    if part:
        raise Refused(part[0][2], "the declaration that starts here has no end")


def _ends(part: list[_Token], value: str, body: bool) -> bool:
    """Whether the declaration ends with the token ``value`` that was just added."""
    if value == ";" or (value == "}" and body):
        return True
    return value == ")" and part[0][1] in _MACROS


def _declaration(part: list[_Token], types: Collection[str]) -> Item:
    first, line = part[0][1], part[0][2]
    if first not in _MACROS:
        return Chunk(line, _rewritten(part, types))
    words = [value for kind, value, _ in part if kind not in _GAPS]
    if words[1] != "(" or words[3::2] != [","] * ((len(words) - 4) // 2) + [")"]:
        raise Refused(line, f"{first} takes names")
    return Macro(line, first, tuple(words[2:-1:2]))


def _rewritten(part: list[_Token], types: Collection[str]) -> str:
    """The text of a declaration with what pycparser does not know replaced."""
    pieces: list[str] = []
    before = ""
    for kind, value, _ in part:
        if kind in _GAPS:
            pieces.append("\n" * value.count("\n") or " ")
            continue
        if kind == "word":
            if value in types and before != "struct":
                pieces.append("struct ")
            elif value.startswith("__") or value == AUTOFREE:
                raise Refused(part[0][2], f"{value!r} does not belong into a board")
            pieces.append(_WORDS.get(value, value))
        elif value == ":" and before == "?":
            pieces.append(f" {MIDDLE} :")
        else:
            pieces.append(value)
        before = value
    return "".join(pieces)


def _directive(line: int, text: str, types: Collection[str]) -> Item:
    match = _DIRECTIVE.match(text)
    assert match is not None
    rest = _COMMENT.sub(lambda m: m[1] or " ", match[2]).replace("\\\n", " ").strip()
    if match[1] == "include":
        header = _INCLUDE.match(rest)
        if header is None:
            raise Refused(line, "#include names no header")
        return Include(line, header[1] or header[2])
    define = _DEFINE.match(rest)
    if match[1] != "define" or define is None:
        raise Refused(line, f"#{match[1]} does not belong into a board")
    name, parameters, value = define[1], define[2], define[3]
    if parameters:
        raise Refused(line, f"the macro {name!r} has parameters")
    tokens = [t for t in _tokens(value) if t[0] != "newline"]
    if not _is_closed(tokens):
        raise Refused(line, f"the value of {name!r} needs parentheses around it")
    return Define(line, name, f"int {name} = {_rewritten(tokens, types)};")


def _is_closed(tokens: list[_Token]) -> bool:
    """Whether operators around the value would leave it in one piece."""
    values = [value for kind, value, _ in tokens if kind != "space"]
    depth = 0
    for place, value in enumerate(values):
        depth += (value == "(") - (value == ")")
        word = place == 0 and tokens[0][0] == "word" and values[1:2] == ["("]
        if depth == 0 and place < len(values) - 1 and not word:
            return False
    return bool(values) and depth == 0
