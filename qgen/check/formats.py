"""Formats of error_report() and such: what their conversions take, and what they print."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from qgen.check.code import UNKNOWN, Code
from qgen.check.ctype import CType, Int, assignable
from qgen.check.notes import Refused
from qgen.check.vocabulary import FORMATS

_CONVERSION = re.compile(r"%(%|[a-zA-Z]*)")


def _conversions(text: str, line: int) -> list[CType]:
    found = []
    for match in _CONVERSION.finditer(text):
        if match[1] == "%":
            continue
        # The letters after a conversion are text: take the longest that is one.
        name = next((n for n in FORMATS if match[1].startswith(n)), None)
        if name is None:
            raise Refused(line, f"the format has no conversion {match[0]!r}")
        found.append(FORMATS[name])
    return found


def check_format(code: Code, args: Sequence[Code], line: int) -> None:
    """Refuse a format that is no literal, or whose arguments do not fit it."""
    if code.value is UNKNOWN or not isinstance(code.value, str):
        raise Refused(line, "the format is no string literal")
    wanted = _conversions(code.value, line)
    if len(wanted) != len(args):
        raise Refused(
            line, f"the format takes {len(wanted)} arguments, not {len(args)}"
        )
    for place, (arg, type_) in enumerate(zip(args, wanted, strict=True), 1):
        fits = assignable(arg.type, type_)
        if isinstance(arg.type, Int) and isinstance(type_, Int):
            fits = max(arg.type.bits, 32) == type_.bits
        if not fits:
            raise Refused(
                line,
                f"conversion {place} of the format takes '{type_}', not '{arg.type}'",
            )


def formatted(text: str, args: Sequence[object]) -> str:
    """``text`` with ``args`` printed into it."""
    rest = iter(args)

    def conversion(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        name = next(n for n in FORMATS if match[1].startswith(n))
        value = next(rest)
        shown = "(null)" if value is None else str(value)
        if name in ("lx", "x") and isinstance(value, int):
            shown = f"{value:x}"
        return shown + match[1][len(name) :]

    return _CONVERSION.sub(conversion, text)


_PREFIXES = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def human_size(size: int) -> str:
    """What QEMU's size_to_str() gives: three digits and a binary prefix."""
    exponent = (math.frexp(size / (1000 / 1024))[1] - 1) // 10
    return f"{size / (1 << 10 * exponent):.3g} {_PREFIXES[exponent]}B"
