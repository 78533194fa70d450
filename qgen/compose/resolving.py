"""From a spec to the board or the SoC that it means: load, validate, lower."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qgen.board import Board, Soc
from qgen.compose.timing import Timing
from qgen.diagnostics import Code, Finding, Rejected, Severity
from qgen.frozen import frozen
from qgen.source import Source
from qgen.targets import NEWEST, Target

if TYPE_CHECKING:
    from qgen.catalogue import Catalogue
    from qgen.load import Document
    from qgen.spec import SocSpec, Spec


@frozen(slots=False)
class Resolved:
    """A spec that passed validation and lowering; ``folder`` is what its file is in.

    ``composite`` is the board or the SoC that it describes, ``socs`` what the files
    came to that it names.
    """

    composite: Board | Soc
    source: Source
    warnings: tuple[Finding, ...]
    target: Target
    catalogue: Catalogue
    folder: Path | None = None
    socs: tuple[Resolved, ...] = ()

    @property
    def board(self) -> Board:
        """The board; `Rejected` where the spec describes a SoC."""
        if isinstance(self.composite, Board):
            return self.composite
        message = "this is a SoC: it runs in a machine"
        help_ = "name the spec of a machine that uses it"
        raise Rejected([Finding(Code.Q0214, message, ("soc",), help_)], self.source)

    def all_socs(self) -> dict[str, Resolved]:
        """The specs of all SoCs in it, by their types, those inside others first."""
        found: dict[str, Resolved] = {}
        for soc in self.socs:
            found |= soc.all_socs() | {soc.composite.name: soc}
        return found


def resolve(
    file: Path,
    target: Target = NEWEST,
    timing: Timing | None = None,
    *,
    variant: str | None = None,
) -> Resolved:
    """What the spec in ``file`` means; `Rejected` where it means nothing.

    ``variant`` is the one that is wanted of a spec that has variants.
    """
    return _resolve(file, variant, target, timing or Timing(), (_real(file),))


def resolve_all(
    file: Path, target: Target = NEWEST
) -> dict[str | None, Resolved | Rejected]:
    """`resolve` of each variant of the spec in ``file``; under None one without."""
    from qgen.load import read
    from qgen.variants import split

    results: dict[str | None, Resolved | Rejected] = {}
    trail = (_real(file),)
    for variant, document in split(read(file)).items():
        try:
            found = _document(document, file, variant, target, Timing(), trail)
            results[variant] = found
        except Rejected as rejected:
            results[variant] = rejected
    return results


def _real(file: Path) -> Path:
    """The file itself, whatever links lead to it."""
    return Path(os.path.realpath(file))


def _resolve(
    file: Path,
    variant: str | None,
    target: Target,
    clock: Timing,
    trail: tuple[Path, ...],
) -> Resolved:
    document = clock.measure("load", lambda: _load(file, variant))
    return _document(document, file, variant, target, clock, trail)


def _document(
    document: Document,
    file: Path,
    variant: str | None,
    target: Target,
    clock: Timing,
    trail: tuple[Path, ...],
) -> Resolved:
    """What a document means; ``trail``: the specs that lead here, this one last."""
    from qgen.hooks import judge_hook_file

    spec = clock.measure("validate", lambda: _validate(document))
    socs = tuple(
        _resolve_soc(file, name, place, document.source, target, clock, trail)
        for place, name in enumerate(spec.socs)
    )
    resolved = clock.measure(
        "lower", lambda: _lower(spec, document, file.name, variant, target, socs)
    )
    if isinstance(resolved.composite, Board):
        findings = judge_hook_file(resolved.composite, file.parent)
        if findings:
            raise Rejected(findings, document.source)
    return replace(resolved, folder=file.parent, socs=socs)


def _resolve_soc(
    file: Path,
    name: str,
    place: int,
    source: Source,
    target: Target,
    clock: Timing,
    trail: tuple[Path, ...],
) -> Resolved:
    """The SoC that ``name``, in the folder of the spec ``file``, describes."""
    here = ("socs", place)
    inner = file.parent / name
    real, folder = _real(inner), _real(file.parent)

    def reject(code: Code, message: str, help_: str | None = None) -> NoReturn:
        raise Rejected([Finding(code, message, here, help_)], source)

    if folder not in real.parents:
        reject(Code.Q0214, f"{name!r} leads out of the folder of this spec")
    if real in trail:
        files = [*trail[trail.index(real) :], real]
        way = " names ".join(repr(each.name) for each in files)
        reject(Code.Q0214, f"{name!r} holds itself", way)
    if not inner.is_file():
        what = "is no file" if inner.exists() else "does not exist"
        reject(Code.Q0001, f"{name!r} {what}", "name a spec in the folder of this one")
    resolved = _resolve(inner, None, target, clock, (*trail, real))
    if not isinstance(resolved.composite, Soc):
        help_ = "a spec of a SoC begins with 'soc: NAME'"
        reject(Code.Q0214, f"{name!r} describes a machine, not a SoC", help_)
    return resolved


def _load(file: Path, variant: str | None) -> Document:
    from qgen.load import read
    from qgen.variants import select

    return select(read(file), variant)


def _validate(document: Document) -> Spec | SocSpec:
    from qgen.spec import validate

    return validate(document.data, document.source)


def _lower(
    spec: Spec | SocSpec,
    document: Document,
    name: str,
    variant: str | None,
    target: Target,
    socs: Sequence[Resolved],
) -> Resolved:
    from qgen import catalogue
    from qgen.board import Origin
    from qgen.lower import lower
    from qgen.release import as_release_has_it, judge, of_release

    known = catalogue.load(target.release, target.catalog)
    digest = hashlib.sha256(document.source.text.encode()).hexdigest()[:16]
    origin = Origin(name, digest, variant)
    types = [s.composite for s in socs if isinstance(s.composite, Soc)]
    try:
        result = lower(spec, known, document.source, origin, types)
    except Rejected as rejected:

        def passes(release: str) -> bool:
            # What SoCs of other files came to depends on the release as well.
            other = catalogue.load(release)
            try:
                lower(spec, other, document.source, origin, types)
            except Rejected:
                return False
            return True

        findings = of_release(rejected.findings, target, passes)
        raise Rejected(findings, document.source) from None
    findings = judge(result.composite, target)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise Rejected(findings, document.source)
    composite = as_release_has_it(result.composite, target)
    return Resolved(
        composite,
        document.source,
        (*result.warnings, *findings),
        target,
        result.catalogue,
    )
