"""Comments to qgen: ``# qgen: allow Q0216 the probe goes into rev B``.

At the end of a line it speaks of that line; in a line of its own, of the next that holds
more than a comment. A `#` in a text begins no comment. YAML's events have no comments, so
they are looked for between the scalars, and only in specs that hold the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qgen.diagnostics import Code, Finding
from qgen.source import Allow, Source, Span

WORD = "qgen:"
"""What a spec with such a comment holds."""

_START = re.compile(r"(?:^|(?<=[ \t]))#")
_TO_QGEN = re.compile(r"#[ \t]*qgen:[ \t]*(.*)")
_ALLOW = re.compile(r"(\S+)[ \t]*(.*)")
_CODE = re.compile(r"([A-Za-z]\w*)[ \t]*(,?)[ \t]*")
_FORM = "write '# qgen: allow CODE REASON'"

Scalar = tuple[Span, bool]
"""Where a scalar stands, and whether it is a block, which `|` or `>` begins."""


def allows(
    source: Source, scalars: Sequence[Scalar]
) -> tuple[list[Allow], list[Finding]]:
    """What comments allow, and what is wrong with them."""
    found: list[Allow] = []
    wrong: list[Finding] = []
    for span, text in _comments(source, scalars):
        result = _read(text, span, _line_of(span, source))
        if isinstance(result, Allow):
            found.append(result)
        else:
            wrong.append(result)
    return found, wrong


def _comments(source: Source, scalars: Sequence[Scalar]) -> Iterator[tuple[Span, str]]:
    """The comments to qgen, and what they say behind the word."""
    for number, line in enumerate(source.lines, 1):
        if WORD not in line:
            continue
        inside = [s for s in scalars if s[0].line <= number <= s[0].end_line]
        for start in _START.finditer(line):
            column = start.start() + 1
            if any(_covers(scalar, number, column) for scalar in inside):
                continue
            said = _TO_QGEN.match(line, start.start())
            if said is not None:
                end = len(line.rstrip()) + 1
                yield Span(number, column, number, end), said[1].strip()
            break


def _covers(scalar: Scalar, line: int, column: int) -> bool:
    span, block = scalar
    if block:  # its first line holds no text yet
        return span.line < line < span.end_line
    begin, end = (span.line, span.column), (span.end_line, span.end_column)
    return begin <= (line, column) < end


def _line_of(span: Span, source: Source) -> int:
    """The line that a comment speaks of."""
    if source.line(span.line)[: span.column - 1].strip():
        return span.line
    for number in range(span.line + 1, len(source.lines) + 1):
        line = source.line(number).strip()
        if line and not line.startswith("#"):
            return number
    return span.line


def _read(text: str, span: Span, line: int) -> Allow | Finding:
    def wrong(message: str, help_: str | None = _FORM) -> Finding:
        return Finding(Code.Q0009, message, help=help_, span=span)

    said = _ALLOW.match(text)
    if said is None or said[1] != "allow":
        what = f"{said[1]!r}" if said else "nothing"
        return wrong(f"a comment to qgen says 'allow', not {what}")
    rest, codes = said[2], []
    while (one := _CODE.match(rest)) is not None:
        name, rest = one[1], rest[one.end() :]
        if name not in Code.__members__:
            return wrong(f"there is no code {name!r}", _known(name))
        codes.append(Code[name].name)
        if not one[2]:
            break
    if not codes:
        return wrong("this comment does not say which code it allows")
    if not any(char.isalnum() for char in rest):
        message = f"this comment does not say why {' and '.join(codes)} may be here"
        return wrong(
            message, "add the reason behind the code: whoever reads it wants it"
        )
    return Allow(tuple(codes), rest.strip(" \t:-"), line, span)


def _known(name: str) -> str:
    if name.upper() in Code.__members__:
        return f"did you mean {name.upper()!r}?"
    return f"'qgen explain' lists them; {_FORM}"
