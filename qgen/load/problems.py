"""What is wrong with YAML, in the words of somebody who writes a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from qgen.diagnostics import Code, Finding
from qgen.source import Source, Span

_AMBIGUOUS = (
    (
        re.compile(r"(?i:yes|no|on|off)"),
        "is a truth value in YAML 1.1 and text in YAML 1.2",
        "write true or false, or quote it to make it text",
    ),
    (
        re.compile(r"True|TRUE|False|FALSE"),
        "is spelled in a way that only some YAML readers take for a truth value",
        "write true or false in lower case, or quote it to make it text",
    ),
    (
        re.compile(r"~|null|Null|NULL"),
        "stands for no value",
        "leave the key out, or quote it to make it text",
    ),
    (
        re.compile(r"[-+]?0[0-9_]+"),
        "is octal in YAML 1.1 and decimal in YAML 1.2",
        "write a decimal number without the leading zero, or a hexadecimal one with 0x",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"),
        "is a number in base 60 in YAML 1.1 and text in YAML 1.2",
        "quote it to make it text",
    ),
    (
        re.compile(r"[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt ].*)?"),
        "is a date in YAML 1.1 and text in YAML 1.2",
        "quote it to make it text",
    ),
    (
        re.compile(r"[-+]?0(?:o[0-7_]+|b[01_]+)"),
        "is octal or binary only to some YAML readers",
        "write a decimal or a hexadecimal number",
    ),
)


_ANY = re.compile("|".join(pattern.pattern for pattern, _, _ in _AMBIGUOUS))


def ambiguities(text: str) -> Iterator[tuple[str, str]]:
    """What makes a plain scalar unclear, and what would be right."""
    if len(text) > 100 or not _ANY.fullmatch(text):
        return
    for pattern, what, help_ in _AMBIGUOUS:
        if pattern.fullmatch(text):
            yield f"{text} {what}", help_


class _Problem(NamedTuple):
    """A problem of the parser: what it says, what we say, and what would be right.

    ``outer`` marks the place where the thing begins that the parser was reading.
    """

    theirs: str
    ours: str
    help: str | None = None
    outer: bool = False


_PROBLEMS = (
    _Problem(
        "cannot start any token",
        "a value cannot begin with {char}",
        "quote the value to make it text",
    ),
    _Problem(
        "mapping values are not allowed",
        "a ':' cannot stand here",
        "quote the value, or check the indentation of this line",
    ),
    _Problem(
        "could not find expected ':'",
        "a ':' is missing behind this key",
        "write 'key: value'",
        outer=True,
    ),
    _Problem(
        "did not find expected ',' or",
        "a ',' or a closing bracket is missing",
        "between brackets, text with [, ], {, } or ',' is quoted: \"gic[5]\"",
    ),
    _Problem(
        "unexpected end of stream",
        "a quoted text is not closed",
        "add the quote where it ends",
        outer=True,
    ),
    _Problem(
        "unexpected document indicator",
        "a quoted text is not closed",
        "add the quote where it ends",
        outer=True,
    ),
    _Problem(
        "did not find expected key",
        "a key is missing here, or the indentation does not fit",
        "keys of one mapping stand in the same column",
    ),
    _Problem(
        "did not find expected '-' indicator",
        "an item of a list is missing here, or the indentation does not fit",
        "items of one list stand in the same column",
    ),
    _Problem(
        "block sequence entries are not allowed",
        "a list cannot begin here",
        "begin it in a line of its own, or write [a, b]",
    ),
    _Problem(
        "did not find expected node content",
        "a value is missing here",
        'empty text is ""',
    ),
    _Problem(
        "unknown escape character",
        "a quoted text cannot hold this escape",
        "write \\\\ for a backslash, or use single quotes",
    ),
    _Problem(
        "<document start>",
        "the spec has ended before this",
        "check the brackets and the indentation above",
    ),
    _Problem(
        "found a tab",
        "a tab cannot indent",
        "indent with spaces",
    ),
)


def malformed(error: yaml.MarkedYAMLError, source: Source) -> Finding:
    """The finding for what the parser could not read."""
    theirs = error.problem or "this is not YAML"
    found = next((p for p in _PROBLEMS if p.theirs in theirs), _Problem(theirs, theirs))
    at = _place(error.problem_mark or error.context_mark, source)
    outer = None
    if error.context_mark is not None:
        outer = _place(error.context_mark, source)
    message, help_ = found.ours, found.help
    char = source.line(at.line)[at.column - 1 : at.column]
    if char == "\t" and "{char}" in message:
        message, help_ = "a tab cannot indent", "indent with spaces"
    elif char and char in "]}":
        message, help_ = f"{char!r} closes nothing", "check the brackets before it"
    elif outer is not None and found.outer:
        at = outer
    elif outer is not None and "bracket" in message and not char.strip():
        at, message = outer, "this bracket is not closed"
        help_ = (
            f"add {'}' if source.line(at.line)[at.column - 1 :][:1] == '{' else ']'}"
        )
    elif outer is not None and outer.line != at.line:
        note = f"what it belongs to begins in line {outer.line}"
        help_ = f"{help_}; {note}" if help_ else note
    message = message.replace("{char}", repr(char))
    return Finding(Code.Q0003, message, help=help_, span=at)


def _place(mark: yaml.Mark | None, source: Source) -> Span:
    """A mark of the parser, which may point past the end, as a span of the text."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = source.lines
    while line > 1 and (line > len(lines) or not lines[line - 1]):
        line -= 1
        column = len(lines[line - 1]) + 1 if line <= len(lines) else 1
    return Span(line, column, line, column + 1)
