"""What the comments of a spec take away of its findings.

A leaf. ``# qgen: allow Q0216 why`` takes the warnings of that code from its line. An error
stays, and so does the comment's own finding then; one that takes nothing away is a finding
too, once all of a spec has been judged.
"""

from __future__ import annotations

from collections.abc import Iterable

from qgen.diagnostics import Code, Finding, Severity
from qgen.frozen import frozen
from qgen.source import Allow, Source, Span

_OF_RELEASES = Code.Q0301.name
"""Its warnings are of some releases, so a comment for it is right where it is idle."""


@frozen(slots=False)
class Settled:
    """The findings that stand, and those allowed, each with its reason."""

    standing: list[Finding]
    allowed: list[tuple[Finding, str]]

    @property
    def wrong(self) -> bool:
        """Whether an error stands."""
        return any(f.severity is Severity.ERROR for f in self.standing)


def settle(found: Iterable[Finding], source: Source, *, complete: bool) -> Settled:
    """Which of a spec's findings its comments allow.

    ``complete``: these are all that can be found, in each of its variants.
    """
    findings = [finding.pinned(source) for finding in found]
    if not source.allows:
        return Settled(findings, [])
    settled, used = Settled([], []), set[Span]()
    for finding in findings:
        allow = _allow_of(finding, source)
        if allow is None:
            settled.standing.append(finding)
            continue
        used.add(allow.span)
        if finding.severity is Severity.WARNING:
            settled.allowed.append((finding, allow.reason))
        else:
            settled.standing.append(finding)
            settled.standing.append(_of_an_error(finding.code, allow))
    if complete and not settled.wrong:
        idle = (a for a in source.allows if a.span not in used)
        settled.standing.extend(_idle(a) for a in idle if _OF_RELEASES not in a.codes)
    return settled


def _allow_of(finding: Finding, source: Source) -> Allow | None:
    assert finding.span is not None
    code, line = finding.code.name, finding.span.line
    fits = (a for a in source.allows if a.line == line and code in a.codes)
    return next(fits, None)


def _of_an_error(code: Code, allow: Allow) -> Finding:
    message = f"this {code.name} is an error, which no comment can allow"
    help_ = "mend what it says of this line; only warnings can be allowed"
    return Finding(Code.Q0009, message, help=help_, span=allow.span)


def _idle(allow: Allow) -> Finding:
    codes = " or ".join(allow.codes)
    message = f"this comment allows {codes}, and line {allow.line} has no such warning"
    help_ = "remove it, or write it at the end of the line that it is for"
    return Finding(
        Code.Q0010, message, help=help_, span=allow.span, severity=Severity.WARNING
    )
