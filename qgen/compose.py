"""Composes the stages: the one module that knows them all.

    load -> validate -> lower -> emit -> render -> check

Heavy libraries are imported by the stage that needs them, when it runs.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qgen import __version__
from qgen.diagnostics import Finding, GeneratorFault
from qgen.source import Source
from qgen.targets import NEWEST, Target

if TYPE_CHECKING:
    from qgen.board import Board

T = TypeVar("T")


@dataclass
class Timing:
    """Seconds that each stage took, in order."""

    parts: dict[str, float] = field(default_factory=dict)

    def measure(self, name: str, work: Callable[[], T]) -> T:
        """Run ``work`` and note how long it took under ``name``."""
        start = time.perf_counter()
        try:
            return work()
        finally:
            spent = time.perf_counter() - start
            self.parts[name] = self.parts.get(name, 0.0) + spent


@dataclass(frozen=True)
class Resolved:
    """A spec that passed validation and lowering."""

    board: Board
    source: Source
    warnings: tuple[Finding, ...]
    target: Target


@dataclass(frozen=True)
class Rendered:
    """The C of a board, re-read and found to mean what the board means."""

    resolved: Resolved
    text: str


def resolve(
    file: Path, target: Target = NEWEST, timing: Timing | None = None
) -> Resolved:
    """The board that the spec in ``file`` means; `Rejected` where it means none."""
    clock = timing or Timing()
    document = clock.measure("load", lambda: _load(file))

    def validated() -> tuple[object, object]:
        from qgen import catalogue
        from qgen.spec import validate

        spec = validate(document.data, document.source)
        return spec, catalogue.load(target.release)

    from typing import cast

    from qgen.board import Origin
    from qgen.catalogue import Catalogue

    spec, known = clock.measure("validate", validated)
    digest = hashlib.sha256(document.source.text.encode()).hexdigest()[:16]

    def lowered() -> Resolved:
        from qgen.lower import lower
        from qgen.spec import Spec

        result = lower(
            cast("Spec", spec),
            cast("Catalogue", known),
            document.source,
            Origin(file.name, digest),
        )
        return Resolved(result.board, document.source, result.warnings, target)

    return clock.measure("lower", lowered)


def _load(file: Path):  # type: ignore[no-untyped-def]
    from qgen.load import read

    return read(file)


def render(
    resolved: Resolved,
    timing: Timing | None = None,
    *,
    machine_name: str | None = None,
) -> Rendered:
    """The C of a board; `GeneratorFault` if it does not mean what the board means."""
    clock = timing or Timing()
    text = clock.measure("render", lambda: _text(resolved, machine_name))
    findings = clock.measure("check", lambda: _check(text, resolved, machine_name))
    if findings:
        listed = "\n".join(f"  {finding}" for finding in findings)
        raise GeneratorFault(
            f"the C of {resolved.source.name} does not mean what the spec says:\n{listed}"
        )
    return Rendered(resolved, text)


def _text(resolved: Resolved, machine_name: str | None) -> str:
    from qgen import catalogue
    from qgen.emit import emit
    from qgen.render import render as render_unit

    known = catalogue.load(resolved.target.release)
    unit = emit(
        resolved.board, resolved.target, known, __version__, machine_name=machine_name
    )
    return render_unit(unit)


def _check(text: str, resolved: Resolved, machine_name: str | None) -> list[str]:
    from qgen.check import check

    return check(text, resolved.board, machine_name=machine_name)
