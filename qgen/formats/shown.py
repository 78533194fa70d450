"""A finding with all that a document says of it."""

from __future__ import annotations

from typing import NamedTuple

from qgen.diagnostics import Code, Finding
from qgen.source import Source, Span

_LONGEST = 1000
"""How much of a source line a document repeats."""


class Shown(NamedTuple):
    """A finding in its file; ``reason``: why a comment allows it."""

    file: str
    span: Span
    code: Code
    severity: str
    message: str
    help: str | None
    excerpt: str
    reason: str | None = None


def shown(finding: Finding, source: Source, reason: str | None = None) -> Shown:
    """``finding`` as a document shows it."""
    span = finding.where(source)
    line = source.line(span.line)[:_LONGEST]
    return Shown(
        source.name,
        span,
        finding.code,
        finding.severity.value,
        finding.message,
        finding.advice(),
        line,
        reason,
    )
