"""Composes the stages: the one room that knows them all.

    load -> validate -> lower -> emit -> render -> check

Heavy libraries are imported by the stage that needs them, when it runs.
"""

from __future__ import annotations

from qgen.compose.editing import Formatted, formatted, schema
from qgen.compose.flattening import flat_text
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
from qgen.compose.lookups import releases_with
from qgen.compose.picturing import (
    Given,
    NotTaken,
    at,
    line_of,
    map_of,
    unsized_firmware,
    wires_of,
)
from qgen.compose.rendering import Rendered, Words, render, words_of
from qgen.compose.reporting import report
from qgen.compose.resolving import Resolved, resolve, resolve_all
from qgen.compose.scaffolding import (
    Scaffolding,
    apply,
    patches,
    plan_removal,
    plan_scaffold,
    scaffolding,
    settle,
)
from qgen.compose.timing import Timing
from qgen.targets import TARGETS
from qgen.tree import Plan

__all__ = [
    "TARGETS",
    "Built",
    "Formatted",
    "Given",
    "NotTaken",
    "Plan",
    "Rendered",
    "Resolved",
    "Scaffolding",
    "Timing",
    "Words",
    "apply",
    "at",
    "beside",
    "build",
    "compare",
    "flat_text",
    "formatted",
    "line_of",
    "load_into",
    "machines_beside",
    "map_of",
    "patches",
    "plan_removal",
    "plan_scaffold",
    "releases_with",
    "render",
    "report",
    "resolve",
    "resolve_all",
    "scaffolding",
    "schema",
    "settle",
    "target_of",
    "target_with",
    "unsized_firmware",
    "wires_of",
    "words_of",
]
