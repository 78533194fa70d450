"""Faults for the text of a C file, made mechanically: every literal, call and argument.

Knows C only by its tokens. Every mutant is C that a compiler could well accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_TOKEN = re.compile(
    r'(?P<gap>\s+|/\*.*?\*/|^\#include[^\n]*)|(?P<text>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<word>[A-Za-z_]\w*)|(?P<number>[0-9]\w*)|(?P<mark>->|[-+<>=!&|]=|.)",
    re.DOTALL | re.MULTILINE,
)
_LOCAL = re.compile(r"^ +(?:const )?\w+(?: \w+)? \*?(\w+)(?: =|;)", re.MULTILINE)
_PARAM = re.compile(r"[( ]\w+ \*?(\w+)[,)]")
_DEFINE = re.compile(r"^#define (\w+) ", re.MULTILINE)
_ENUMERATOR = re.compile(r"^    (\w+),$", re.MULTILINE)
_NO_CALLS = {"if", "for", "while", "return", "sizeof", "type_init"}


class Mutant(NamedTuple):
    """A text with one fault; ``what`` says which, ``line`` where."""

    line: int
    what: str
    text: str


class Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Call(NamedTuple):
    """A call; the places of its arguments, and of the whole statement if it is one."""

    name: Token
    args: list[tuple[int, int]]
    end: int
    statement: tuple[int, int] | None


def tokens_of(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "gap":
            found.append(Token(str(match.lastgroup), match[0], match.start()))
    return found


def calls_of(tokens: list[Token]) -> Iterator[Call]:
    """Every call and every macro that looks like one."""
    for place, (name, mark) in enumerate(pairwise(tokens)):
        if name.kind != "word" or mark.text != "(" or name.text in _NO_CALLS:
            continue
        args, depth, at = [], 0, place + 2
        start = at
        while depth >= 0:
            token = tokens[at]
            if token.text in ",)" and depth == 0 and at > start:
                args.append((tokens[start].start, tokens[at - 1].end))
                start = at + 1
            depth += (token.text in "([{") - (token.text in ")]}")
            at += 1
        before, after = tokens[place - 1].text, tokens[at] if at < len(tokens) else None
        statement = None
        if before in ";{}" and after is not None and after.text == ";":
            statement = (name.start, after.end)
        yield Call(name, args, tokens[at - 1].end, statement)


def _replaced(text: str, start: int, end: int, new: str, what: str) -> Mutant:
    # Lines keep their numbers, so that unchanged functions stay as they are.
    new += "\n" * (text.count("\n", start, end) - new.count("\n"))
    line = text.count("\n", 0, start) + 1
    return Mutant(line, what, text[:start] + new + text[end:])


def numbers(text: str) -> Iterator[Mutant]:
    """Every integer literal, one more."""
    for token in tokens_of(text):
        if token.kind == "number":
            value = int(token.text.rstrip("UL"), 0) + 1
            new = hex(value) if token.text.startswith("0x") else str(value)
            yield _replaced(
                text, token.start, token.end, new, f"{token.text} becomes {new}"
            )


def dropped(text: str) -> Iterator[Mutant]:
    """Every call that is a statement, left out."""
    for call in calls_of(tokens_of(text)):
        if call.statement is not None:
            yield _replaced(text, *call.statement, "", f"no {call.name.text}()")


def swapped(text: str) -> Iterator[Mutant]:
    """Every two neighbours among the arguments of a call, exchanged."""
    for call in calls_of(tokens_of(text)):
        for place, (one, other) in enumerate(pairwise(call.args), 1):
            first, second = text[slice(*one)], text[slice(*other)]
            if first != second:
                new = second + text[one[1] : other[0]] + first
                what = f"{call.name.text}(): arguments {place} and {place + 1} swapped"
                yield _replaced(text, one[0], other[1], new, what)


def renamed(text: str) -> Iterator[Mutant]:
    """Every name in an argument, replaced by others that the function sees."""
    constants, rows = _DEFINE.findall(text), _ENUMERATOR.findall(text)
    tokens = tokens_of(text)
    for start, end in _functions(text):
        body = text[start:end]
        local = [*_PARAM.findall(body[: body.index("{")]), *_LOCAL.findall(body)]
        here = [token for token in tokens if start <= token.start < end]
        inside = {
            place
            for call in calls_of(here)
            for arg in call.args
            for place in range(*arg)
        }
        for before, token in pairwise(here):
            if token.kind != "word" or token.start not in inside:
                continue
            if before.text in (".", "->"):
                continue
            for other in _others(token.text, local, constants, rows):
                what = f"{token.text} becomes {other}"
                yield _replaced(text, token.start, token.end, other, what)


def _functions(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"^static [^;={]*\)\n\{.*?^\}", text, re.DOTALL | re.M):
        yield match.span()


def _others(
    name: str, local: list[str], constants: list[str], rows: list[str]
) -> Iterator[str]:
    """The neighbours of ``name`` among the names of its kind."""
    truths = ["true", "false"]
    for names in (truths, [*dict.fromkeys(local), "NULL"], rows, constants):
        if name in names:
            place = names.index(name)
            around = (names[place - 1], names[(place + 1) % len(names)])
            yield from (other for other in dict.fromkeys(around) if other != name)
            return


def all_of(text: str) -> Iterator[Mutant]:
    """Every mutant of ``text``."""
    for kind in (numbers, dropped, swapped, renamed):
        yield from kind(text)
