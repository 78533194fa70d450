"""Findings as documents for other programs: JSON of qgen's own, and SARIF.

A document holds the findings of all files that a command was given, in order of place,
with those that comments allow apart from those that stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qgen.formats.own import own_json
from qgen.formats.sarif import sarif
from qgen.formats.shown import Shown, shown

__all__ = ["FORMATS", "Shown", "shown"]

FORMATS: dict[str, Callable[[Sequence[Shown]], str]] = {
    "json": own_json,
    "sarif": sarif,
}
"""What writes the findings in each format."""
