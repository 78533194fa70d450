"""Composes the stages: the one room that knows them all.

    load -> validate -> lower -> emit -> render -> check

Heavy libraries are imported by the stage that needs them, when it runs.
"""

from __future__ import annotations

from qgen.compose.lab import (
    Built,
    beside,
    build,
    compare,
    load_into,
    machines_beside,
    target_of,
    target_with,
)
from qgen.compose.rendering import Rendered, Words, render, words_of
from qgen.compose.resolving import Resolved, resolve, resolve_all
from qgen.compose.timing import Timing
from qgen.targets import TARGETS

__all__ = [
    "TARGETS",
    "Built",
    "Rendered",
    "Resolved",
    "Timing",
    "Words",
    "beside",
    "build",
    "compare",
    "load_into",
    "machines_beside",
    "render",
    "resolve",
    "resolve_all",
    "target_of",
    "target_with",
    "words_of",
]
