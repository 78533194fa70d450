"""Words that regions hold: reset code and tables, which need no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgen.board import SYSTEM, Choice, Region, Words
from qgen.diagnostics import Code
from qgen.expr import Expr, Num, evaluate, variables
from qgen.lower.conditions import Conditions
from qgen.lower.places import human
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Composite

WORD = 4
"""The size of a word in bytes."""
MAX_WORDS = 4096


def lower_words(
    spec: Composite, regions: Sequence[Region], conditions: Conditions, scope: Scope
) -> list[Region]:
    """``regions``, with the words that some of them hold."""
    done = []
    for region in regions:
        written = getattr(spec.memory.get(region.name), "words", None)
        if written is not None:
            path = (*region.origin, "words")
            words = _words(written, region, conditions, path, scope)
            region = replace(region, words=words)
        done.append(region)
    return done


def _words(
    written: model.Words,
    region: Region,
    conditions: Conditions,
    path: Path,
    scope: Scope,
) -> Words | None:
    _judge_place(region, path, scope)
    offset = scope.resolve(written.offset or Num(0), (*path, "offset"), field="size")
    count = len(written.values)
    if not 0 < count <= MAX_WORDS:
        message = f"there are 1 to {MAX_WORDS} words, not {count}"
        scope.error(Code.Q0203, message, (*path, "values"))
        return None
    if offset is None or scope.number(offset, (*path, "offset")) is None:
        return None
    end = evaluate(offset) + WORD * count
    if not variables(region.size) and end > evaluate(region.size):
        scope.error(
            Code.Q0206,
            f"the words end {human(end - evaluate(region.size))} past the end of "
            f"{region.name!r}",
            (*path, "values"),
            f"it has {human(evaluate(region.size))}",
        )
        return None
    values = []
    for place, word in enumerate(written.values):
        value = _word(word, conditions, (*path, "values", place), scope)
        if value is not None:
            values.append(value)
    return Words(written.name, offset, tuple(values), path)


def _judge_place(region: Region, path: Path, scope: Scope) -> None:
    mapping = region.mapping
    if mapping is None or mapping.container != SYSTEM:
        what = "words are put into the system memory, where this region is not"
        help_ = "leave out 'in'" if mapping else "add at: ADDRESS"
        scope.error(Code.Q0214, what, path, help_, key=True)
    if region.image is not None:
        message = "a region holds words or an image, not both"
        scope.error(Code.Q0214, message, path, "leave out one of the two", key=True)


def _word(
    word: model.Word, conditions: Conditions, path: Path, scope: Scope
) -> Expr | Choice | None:
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
