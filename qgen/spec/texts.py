"""Texts of the spec, and the errors that all checks of values raise.

Each check rejects with a `PydanticCustomError` whose type is the finding's code and whose
context may hold ``help``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from qgen import names
from qgen.spec.patterns import COMMENT, LINE, MAX_TEXT, SOME
from qgen.spec.patterns import text as text_schema

T = TypeVar("T")


def wrong(code: str, message: str, help_: str | None = None) -> PydanticCustomError:
    """A validation error with a code of `qgen.diagnostics.Code` and, maybe, help."""
    context = {"text": message} | ({"help": help_} if help_ else {})
    return PydanticCustomError(code, "{text}", context)


def within(key: str | int, check: Callable[[Any], T], value: Any) -> T:
    """``check(value)``; its error is about the value under ``key``, not all of it."""
    try:
        return check(value)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        context["inside"] = (key, *context.get("inside", ()))
        raise PydanticCustomError(error.type, "{text}", context) from None


def kind_of(value: Any) -> str:
    """What a value of a document is, in words."""
    match value:
        case bool():
            return "a truth value"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "text"


def text_of(value: Any, what: str) -> str:
    """``value`` if it is text; otherwise the error that ``what`` is wanted."""
    if not isinstance(value, str):
        message = f"{what} is wanted here, not {kind_of(value)}"
        raise wrong("Q0103", message, _instead_of(value, what))
    return value


_NUMBERS = ("a number", "a whole number")


def _instead_of(value: Any, what: str) -> str:
    """What to write in place of a mapping, a list or a truth value."""
    if what.startswith(_NUMBERS):
        return "write it so: 4096, 0x1000 or 4 KiB"
    if isinstance(value, bool):
        return "quote it, if it is meant as text"
    return "write one, as text" if isinstance(value, list) else "write a text"


def one_line(value: Any) -> str:
    """One line of text, which may be empty."""
    text = text_of(value, "text")
    if "\n" in text:
        raise wrong(
            "Q0105",
            "the text has several lines",
            "write one; '>-' folds lines into one",
        )
    bad = names.unprintable(text)
    if bad is not None:
        raise wrong(
            "Q0105",
            f"the text holds the unprintable character {bad}",
            "a text is one line of printable characters",
        )
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text)} characters; at most {MAX_TEXT} can stand"
        raise wrong("Q0105", message, "shorten it, or move it into a comment of YAML")
    return text


def label(value: Any) -> str:
    """One line of text that is not empty."""
    text = one_line(value)
    if not text.strip():
        raise wrong("Q0105", "the text is empty", "write something, or leave it out")
    return text


def _commented(what: str) -> Any:
    def check(value: Any) -> str:
        text = label(value)
        if "*/" in text or "/*" in text:
            raise wrong("Q0105", f"{what} cannot hold /* or */", "leave them out")
        return text

    schema = text_schema(COMMENT, maxLength=MAX_TEXT, kind="comment")
    return Annotated[str, BeforeValidator(check), WithJsonSchema(schema)]


ONE_LINE = text_schema(LINE, maxLength=MAX_TEXT, kind="line")
Text = Annotated[str, BeforeValidator(one_line), WithJsonSchema(ONE_LINE)]
LABEL = text_schema(SOME, maxLength=MAX_TEXT, kind="text")
Label = Annotated[str, BeforeValidator(label), WithJsonSchema(LABEL)]
Comment = _commented("a comment")
Description = _commented("the description, which is a comment of the C as well,")
