"""qgen's own JSON. What a key means does not change while ``version`` is 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qgen import __version__
from qgen.formats.shown import Shown

VERSION = 1


def own_json(findings: Sequence[Shown]) -> str:
    """The findings as a JSON document: those that stand, and those allowed."""
    document = {
        "version": VERSION,
        "qgen": __version__,
        "findings": [_entry(f) for f in findings if f.reason is None],
        "allowed": [
            _entry(f) | {"reason": f.reason} for f in findings if f.reason is not None
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(finding: Shown) -> dict[str, Any]:
    span = finding.span
    return {
        "file": finding.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "code": finding.code.name,
        "meaning": finding.code.value,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "excerpt": finding.excerpt,
    }
