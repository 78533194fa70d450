"""Findings: what is wrong in a spec, where, and what would be right.

A leaf. Every stage adds its findings to a list and goes on; a stage that found errors
ends by raising `Rejected` once, so that a person sees all of them at a time. Only the
command line prints.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from itertools import chain, islice

from qgen.frozen import frozen
from qgen.source import Path, Source, Span


class Code(Enum):
    """The stable code of a kind of finding; the value is its one-line meaning."""

    Q0001 = "the file cannot be read"
    Q0002 = "the file is not UTF-8 text, or holds a character that YAML forbids"
    Q0003 = "the file is not YAML"
    Q0004 = "the file is too large, too deep, or expands to too much"
    Q0005 = "the file is empty, or is not a mapping"
    Q0006 = "a key stands twice in one mapping"
    Q0007 = "a value that YAML versions read differently"
    Q0008 = "a YAML feature that a spec does not use"
    Q0009 = "a comment to qgen that cannot be read, or that would allow an error"
    Q0010 = "a comment to qgen that allows what is not there"
    Q0101 = "an unknown key"
    Q0102 = "a missing key"
    Q0103 = "a value of the wrong kind"
    Q0104 = "a name that cannot be used"
    Q0105 = "text that cannot stand in C"
    Q0106 = "a number, unit or expression that cannot be read"
    Q0107 = "a value outside its choices or limits"
    Q0108 = "a variant that does not exist, or variants that do not fit each other"
    Q0201 = "an unknown name"
    Q0202 = "a name used twice, or twice after conversion to C"
    Q0203 = "a number outside its range"
    Q0204 = "regions that overlap without a stated priority"
    Q0205 = "an alias past its target"
    Q0206 = "a region outside its container or the address width"
    Q0207 = "regions that contain themselves"
    Q0208 = "an unknown CPU"
    Q0209 = "an unknown device type"
    Q0210 = "a property that the type does not have, or of another type"
    Q0211 = "an interrupt or GPIO line that does not exist"
    Q0212 = "an input that two sources drive"
    Q0213 = "MMIO regions that do not match the type"
    Q0214 = "parts of the spec that do not fit each other"
    Q0215 = "a clock that does not exist, or is not connected"
    Q0216 = "a part of the board that nothing can reach"
    Q0217 = "a bus that does not exist, does not fit, or an address on it that is taken"
    Q0218 = "a call of a helper that does not exist, or that takes other arguments"
    Q0219 = "a hook file that is not there, or that lacks a function"
    Q0220 = "an address, a size or a number that is not aligned as QEMU needs it"
    Q0221 = "a condition that never holds, or always"
    Q0222 = "an interrupt controller that reaches no CPU"
    Q0223 = "a device whose interrupts go nowhere"
    Q0301 = "something that the QEMU release does not have"
    Q0901 = "the generated C does not mean what the spec says"


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


Help = str | Callable[[], str | None] | None
"""What would be right; a function where that takes time to find out."""


@frozen
class Finding:
    """One thing that is wrong, and what would be right.

    ``path`` names the node of the spec it is about; ``span`` stands in its place when
    there is no node (a syntax error). ``key`` marks the node's key, not its value;
    ``word`` marks only that word of the value.
    """

    code: Code
    message: str
    path: Path = ()
    help: Help = None
    key: bool = False
    span: Span | None = None
    severity: Severity = Severity.ERROR
    word: str | None = None

    def where(self, source: Source) -> Span:
        """The place of this finding in ``source``."""
        return self.span or source.locate(self.path, key=self.key, word=self.word)

    def pinned(self, source: Source) -> Finding:
        """This finding with its place, which no longer depends on ``source``."""
        return replace(self, span=self.where(source))

    def advice(self) -> str | None:
        """What would be right, if that is known."""
        return self.help() if callable(self.help) else self.help


class Rejected(Exception):
    """A stage found errors; ``findings`` are all that it found."""

    def __init__(self, findings: Sequence[Finding], source: Source):
        super().__init__(f"{len(findings)} findings in {source.name}")
        self.findings = tuple(findings)
        self.source = source


class GeneratorFault(Exception):
    """qgen's own output is not what it should be: a fault of qgen, not of the spec."""


MAX_FINDINGS = 1000
"""How many findings a stage gathers at most."""
MAX_SHOWN = 60
"""How much of a text from a spec a message shows."""
MAX_COMPARED = 2000
"""Among how many names the nearest is looked for."""


def quoted(value: object) -> str:
    """A text from a spec as a message shows it: quoted, escaped, and not too long."""
    text = str(value)
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 3] + "..."
    return repr(text)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Help that names the nearest of the ``known`` names, or all of a few."""
    names = list(islice(known, MAX_COMPARED + 1))
    if len(names) > MAX_COMPARED:
        return None
    names = sorted(set(names))
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near!r}?"
    return f"known here: {', '.join(names)}" if 0 < len(names) <= 12 else None


def spans(some: Iterable[str], order: Iterable[str]) -> str:
    """``some`` of what stands in ``order``: "7.2, 8.2 to 10.1"; a row of two is no span."""
    chosen = set(some)
    runs: list[list[str]] = [[]]
    for name in order:
        if name in chosen:
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])
    words = ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run for run in runs if run)
    return ", ".join(chain.from_iterable(words))


def had_by(some: Sequence[str], order: Iterable[str], what: str = "it") -> str:
    """That releases have something: "QEMU 8.2 to 11.0 have it"."""
    have = "has" if len(some) == 1 else "have"
    return f"QEMU {spans(some, order)} {have} {what}"


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The name among ``known`` that ``name`` may have been meant to be."""
    if len(name) > MAX_SHOWN:
        return None
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.65)
    if near:
        return near[0]
    folded = {n.lower().replace("-", "_"): n for n in known}
    return folded.get(name.lower().replace("-", "_"))


def render(finding: Finding, source: Source) -> str:
    """``finding`` as text: place, code, message, the marked line, and the help."""
    span = finding.where(source)
    head = (
        f"{source.name}:{span.line}:{span.column}: "
        f"{finding.severity.value}[{finding.code.name}]: {finding.message}"
    )
    parts = [head, *_marked(source.line(span.line), span)]
    advice = finding.advice()
    if advice:
        parts.append(f"  help: {advice}")
    return "\n".join(parts)


_WIDEST = 120
_BEFORE, _AFTER = 40, 60


def _marked(line: str, span: Span) -> list[str]:
    """The line, or what stands around the mark in a very long one, and the mark."""
    if not line.strip():
        return []
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = min(max(end, start + 1), max(len(line), start + 1))
    head, tail = "", ""
    if len(line) > _WIDEST:
        first, last = max(0, start - _BEFORE), min(len(line), start + _AFTER)
        head, tail = "..." * (first > 0), "..." * (last < len(line))
        line, start, end = line[first:last], start - first, min(end, last) - first
    shown = "".join(c if c.isprintable() else " " for c in line)
    before, marked = shown[:start], shown[start:end]
    indent = " " * (len(head) + _columns(before))
    return [
        f"{span.line:5} | {head}{shown}{tail}".rstrip(),
        f"{'':5} | {indent}{'^' * max(1, _columns(marked))}",
    ]


def _columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def in_order(findings: Iterable[Finding], source: Source) -> list[Finding]:
    """``findings`` sorted by place, without repeats."""

    def place(finding: Finding) -> tuple[int, int, str, str]:
        span = finding.where(source)
        return span.line, span.column, finding.code.name, finding.message

    seen: dict[tuple[int, int, str, str], Finding] = {}
    for finding in findings:
        seen.setdefault(place(finding), finding)
    return [seen[key] for key in sorted(seen)]


def in_all(variants: Mapping[str | None, Sequence[Finding]]) -> list[Finding]:
    """The pinned findings of all variants of a spec, each once.

    What is not so in all of them says in which it is.
    """
    found: dict[tuple[Span | None, Code, str], tuple[Finding, list[str]]] = {}
    for variant, findings in variants.items():
        for finding in findings:
            key = (finding.span, finding.code, finding.message)
            _, names = found.setdefault(key, (finding, []))
            if str(variant) not in names:
                names.append(str(variant))
    return [
        (
            finding
            if len(names) == len(variants)
            else replace(
                finding, message=f"{finding.message} (variant {', '.join(names)})"
            )
        )
        for finding, names in found.values()
    ]
