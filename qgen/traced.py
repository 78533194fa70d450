"""C with the place of the spec that each line comes from, as emit says it.

The unit is laid out a second time with a comment in front of each statement, which is
then taken out again: what is left is the same text.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import replace

from qgen.cunit import For, Function, Header, If, Note, QomType, Statement, Trace, Unit
from qgen.render import render

Line = tuple[str, Trace | None]


def traced(unit: Unit | Header) -> list[Line]:
    """The lines of `render`, each with where it comes from, if from one place."""
    plain = render(unit).splitlines()
    if isinstance(unit, Header):
        return [(line, None) for line in plain]
    marks = _Marks()
    marked = replace(unit, types=tuple(map(marks.type, unit.types)))
    lines = marks.taken_out(render(marked).splitlines())
    assert [text for text, _ in lines] == plain
    return lines


class _Marks:
    def __init__(self) -> None:
        # Nobody can have written that into a spec before.
        self._token = f"qgen_{secrets.token_hex(8)}_"
        self._origins: list[Trace | None] = []
        self._named: dict[str, Trace | None] = {}

    def _mark(self, origin: Trace | None) -> Note:
        self._origins.append(origin)
        return Note(f"{self._token}{len(self._origins) - 1}")

    def type(self, type_: QomType) -> QomType:
        """The type with marks in all of its functions."""
        for define in type_.defines:
            self._named[f"#define {define.name} "] = define.origin
        for row in () if type_.table is None else type_.table.rows:
            self._named[f"    [{row.index}] ="] = row.origin
        return replace(
            type_,
            functions=tuple(map(self._function, type_.functions)),
            class_init=self._function(type_.class_init),
        )

    def _function(self, function: Function) -> Function:
        inner = self._body(function.body, function.origin)
        head = Note(f"{self._token}f{len(self._origins)}")
        self._origins.append(function.origin)
        return replace(function, body=(head, *inner) if inner else inner)

    def _body(
        self, body: Iterable[Statement], outer: Trace | None
    ) -> tuple[Statement, ...]:
        done: list[Statement] = []
        for each in body:
            origin = each.origin or outer
            done += [self._mark(origin), self._inside(each, origin), self._mark(outer)]
        return tuple(done)

    def _inside(self, statement: Statement, origin: Trace | None) -> Statement:
        match statement:
            case For():
                return replace(statement, body=self._body(statement.body, origin))
            case If():
                body = self._body(statement.body, origin)
                match statement.otherwise:
                    case (If() as chained,):
                        other: tuple[Statement, ...] = (self._inside(chained, origin),)
                    case rest:
                        other = self._body(rest, origin)
                return replace(statement, body=body, otherwise=other)
            case _:
                return statement

    def taken_out(self, lines: Iterable[str]) -> list[Line]:
        """The lines without the marks, each with its origin."""
        mark = re.compile(rf"\s*/\* {self._token}(f?)(\d+) \*/")
        done: list[Line] = []
        now: Trace | None = None
        for line in lines:
            found = mark.fullmatch(line)
            if found is not None:
                now = self._origins[int(found[2])]
                if found[1]:
                    _head(done, now)
                continue
            done.append((line, now or self._of_name(line)))
            if line == "}":
                now = None
        return done

    def _of_name(self, line: str) -> Trace | None:
        for name, origin in self._named.items():
            if line.startswith(name):
                return origin
        return None


def _head(done: list[Line], origin: Trace | None) -> None:
    """The lines of a function above its first statement are of its origin."""
    at = len(done) - 1
    while at >= 0 and done[at][0] != "{":
        at -= 1
    while at >= 0 and done[at][0]:
        at -= 1
    done[at + 1 :] = [(text, origin) for text, _ in done[at + 1 :]]
