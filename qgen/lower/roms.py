"""Words that each reset puts into memory: reset code and tables, which need no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qgen.board import SYSTEM, Choice, Kind, Region, Rom
from qgen.diagnostics import Code
from qgen.expr import Expr, evaluate, variables
from qgen.lower.conditions import Conditions
from qgen.lower.ends import Ends
from qgen.lower.places import address, hexadecimal, human
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

WORD = 4
"""The size of a word in bytes."""
MAX_WORDS = 4096
_MEMORY = (Kind.MACHINE_RAM, Kind.RAM, Kind.ROM)


def lower_roms(
    spec: Spec,
    regions: Sequence[Region],
    ends: Ends,
    conditions: Conditions,
    scope: Scope,
) -> tuple[Rom, ...]:
    """The words of the spec, each in memory that there is."""
    done = []
    for name, rom in spec.roms.items():
        path: Path = ("roms", name)
        at = address(rom.at, (*path, "at"), scope)
        words = [
            _word(word, conditions, (*path, "words", place), scope)
            for place, word in enumerate(rom.words[: MAX_WORDS + 1])
        ]
        if not 0 < len(words) <= MAX_WORDS:
            message = f"there are 1 to {MAX_WORDS} words, not {len(rom.words)}"
            scope.error(Code.Q0203, message, (*path, "words"))
        elif at is not None and _fits(at, len(words), regions, ends, path, scope):
            values = tuple(word for word in words if word is not None)
            done.append(Rom(name, at, values, path))
    return tuple(done)


def _fits(
    at: Expr,
    count: int,
    regions: Sequence[Region],
    ends: Ends,
    path: Path,
    scope: Scope,
) -> bool:
    """Whether there is memory for the words; inside a SoC there may be."""
    start, end = evaluate(at), evaluate(at) + WORD * count
    for first, last, name in _memory(regions):
        if first <= start < last:
            if end <= last:
                return True
            scope.error(
                Code.Q0206,
                f"the words end {human(end - last)} past the end of {name!r}",
                (*path, "words"),
                f"it has room for {(last - start) // WORD} words from there on",
            )
            return False
    if any(known.children or known.parts for known in ends.types.values()):
        return True
    if scope.failed_types:
        return True  # nobody knows what is in a SoC that has errors
    message = f"the board has no memory at {hexadecimal(start)}"
    help_ = "name a place in its RAM or ROM"
    scope.error(Code.Q0214, message, (*path, "at"), help_)
    return False


def _memory(regions: Sequence[Region]) -> Iterator[tuple[int, int, str]]:
    """Where RAM and ROM lie in the system memory."""
    for region in regions:
        mapping = region.mapping
        if region.kind not in _MEMORY or mapping is None:
            continue
        if mapping.container == SYSTEM:
            start = evaluate(mapping.offset)
            size = 1 << 64
            if not variables(region.size):
                size = evaluate(region.size)
            yield start, start + size, region.name


def _word(
    word: model.Word, conditions: Conditions, path: Path, scope: Scope
) -> Expr | Choice[Expr] | None:
    here = path if word.when is None else (*path, "then")
    then = _value(word.then, here, scope)
    if (word.when is None) != (word.else_ is None):
        scope.error(
            Code.Q0102,
            "a word that depends on a condition has 'when', 'then' and 'else'",
            path,
            "write {when: {kernel: true}, then: 1, else: 0}",
        )
        return None
    if word.when is None or word.else_ is None:
        return then
    when = conditions.lower(word.when, (*path, "when"))
    otherwise = _value(word.else_, (*path, "else"), scope)
    if when is None or then is None or otherwise is None:
        return None
    return Choice(when, then, otherwise)


def _value(written: Expr, path: Path, scope: Scope) -> Expr | None:
    expr = scope.resolve(written, path)
    if expr is None or scope.number(expr, path, high=(1 << 32) - 1) is None:
        return None
    return expr
