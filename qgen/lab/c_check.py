"""Which of many small pieces of C compile, asked of a compiler in few runs.

A piece is one line of a file, and the compiler names the lines that it does not like.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from qgen.frozen import frozen
from qgen.lab import process

_HEADERS_A_FILE = 30
_CHAIN = re.compile(r"(?:In file included|\s+) from <stdin>:(\d+)[:,]")
_ERROR = re.compile(r"[^\s:]+:(\d+)(?::\d+)?: (?:fatal )?error: ")
_REPORT = re.compile(r"[^\s:]+:\d+(:\d+)?: (?:fatal error|error|note|warning): ")


@frozen(slots=False)
class Piece:
    """A line of C that needs a header; an @ in it is a number of its own."""

    header: str
    line: str


@frozen(slots=False)
class Group:
    """Pieces that compile in one file, after qemu/osdep.h and `headers`."""

    headers: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The file: osdep.h is its first line, then come the headers."""
        includes = [f'#include "{each}"' for each in ("qemu/osdep.h", *self.headers)]
        lines = [each.line.replace("@", str(n)) for n, each in enumerate(self.pieces)]
        return "\n".join(includes + lines) + "\n"


def compiling(command: Sequence[str], pieces: Iterable[Piece]) -> set[Piece]:
    """Those of `pieces` that compile with `command`."""
    return {piece for group in groups(command, pieces) for piece in group.pieces}


def groups(command: Sequence[str], pieces: Iterable[Piece]) -> list[Group]:
    """Those of `pieces` that compile with `command`, in groups that do together."""
    by_header: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_header.setdefault(piece.header, []).append(piece)
    headers = sorted(by_header)
    step = _HEADERS_A_FILE
    some = [headers[start : start + step] for start in range(0, len(headers), step)]
    together = [
        Group(
            tuple(each), tuple(piece for header in each for piece in by_header[header])
        )
        for each in some
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda group: _settle(command, group), together))
        good = {piece for group in done for piece in group.pieces}
        # What does not go with the headers before it may do with its own alone.
        lost = {
            header: tuple(piece for piece in found if piece not in good)
            for header, found in by_header.items()
        }
        alone = [Group((header,), found) for header, found in lost.items() if found]
        done += pool.map(lambda group: _settle(command, group), alone)
    return [group for group in done if group.pieces]


def _settle(command: Sequence[str], group: Group) -> Group:
    """What is left of a group when it compiles."""
    while group.pieces and (bad := _bad_lines(command, group)):
        start = 2 + len(group.headers)
        gone = {group.headers[n - 2] for n in bad if 2 <= n < start}
        if gone:
            headers = tuple(each for each in group.headers if each not in gone)
            pieces = tuple(each for each in group.pieces if each.header not in gone)
            group = Group(headers, pieces)
        elif max(bad) >= start:
            numbered = enumerate(group.pieces, start)
            pieces = tuple(each for n, each in numbered if n not in bad)
            group = Group(group.headers, pieces)
        else:
            # Nothing to blame: each piece has to prove itself.
            return Group((), ())
    return group


def _bad_lines(command: Sequence[str], group: Group) -> set[int]:
    """The lines that errors, not their notes, are about."""
    # An error in a macro is one of where the macro is used.
    argv = [*command, "-w", "-fsyntax-only", "-fmax-errors=0"]
    argv += ["-ftrack-macro-expansion=0", "-x", "c", "-"]
    result = process.capture(argv, stdin=group.text)
    if result.returncode == 0:
        return set()
    found: set[int] = set()
    chain: list[int] = []
    for line in result.stderr.splitlines():
        included = _CHAIN.match(line)
        if included:
            chain.append(int(included[1]))
        elif _REPORT.match(line):
            error = _ERROR.match(line)
            if error and line.startswith("<stdin>:"):
                found.add(int(error[1]))
            elif error:
                found |= set(chain)
            chain = []
    return found or {0}
