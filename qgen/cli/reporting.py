"""``--format`` and ``--werror``: how the findings of a command are told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

import click

from qgen.allowing import settle
from qgen.diagnostics import Finding, Severity, in_order
from qgen.source import Source

F = TypeVar("F", bound=Callable[..., Any])


class Reporter:
    """Tells findings: as text on standard error at once, or as one document at the end.

    ``werror`` makes warnings errors; ``errors`` is where a document goes that must not
    meet what the command prints.
    """

    def __init__(self, form: str, *, werror: bool, errors: bool = False):
        self._form, self._werror, self._errors = form, werror, errors
        self._shown: list[Any] = []

    @property
    def as_text(self) -> bool:
        """Whether a person reads along."""
        return self._form == "text"

    def take(
        self, found: Iterable[Finding], source: Source, *, complete: bool = False
    ) -> bool:
        """Tell the findings of a spec; whether an error is among them.

        ``complete``: all was found that there is, in each of its variants.
        """
        from qgen.cli import console

        settled = settle(found, source, complete=complete)
        standing = settled.standing
        if self._werror:
            standing = [replace(f, severity=Severity.ERROR) for f in standing]
        if self.as_text:
            console.standing(standing, source)
        else:
            self._add(standing, settled.allowed, source)
        return any(f.severity is Severity.ERROR for f in standing)

    def finish(self) -> None:
        """Print the document, if that is what is wanted."""
        if self.as_text:
            return
        from qgen.formats import FORMATS

        stream = sys.stderr if self._errors else sys.stdout
        stream.write(FORMATS[self._form](self._shown))

    def _add(
        self,
        standing: list[Finding],
        allowed: list[tuple[Finding, str]],
        source: Source,
    ) -> None:
        from qgen.formats import shown

        reasons = {id(finding): reason for finding, reason in allowed}
        for finding in in_order([*standing, *(f for f, _ in allowed)], source):
            one = shown(finding, source, reasons.get(id(finding)))
            if one not in self._shown:
                self._shown.append(one)


def report_options(where: str) -> Callable[[F], F]:
    """``--format`` and ``--werror``; ``where`` says where a document goes."""

    def decorate(function: F) -> F:
        form = click.option(
            "--format",
            "form",
            type=click.Choice(["text", "json", "sarif"]),
            default="text",
            help=f"How findings are told. Text goes to standard error, {where}. "
            "[default: text]",
        )
        werror = click.option(
            "--werror",
            is_flag=True,
            help="Take warnings for errors, but for those that a comment in the spec "
            "allows: '# qgen: allow CODE REASON'.",
        )
        return form(werror(function))

    return decorate
