"""Composes the stages: the one module that knows them all.

    load -> validate -> lower -> emit -> render -> check

Heavy libraries are imported by the stage that needs them, when it runs.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from qgen import __version__
from qgen.diagnostics import Finding, GeneratorFault, Rejected
from qgen.source import Source
from qgen.targets import NEWEST, TARGETS, Target

if TYPE_CHECKING:
    from qgen.board import Board
    from qgen.catalogue import Catalogue
    from qgen.check import Helper
    from qgen.compare import Comparison
    from qgen.lab.board import Beside, Loadable
    from qgen.lab.progress import Progress
    from qgen.lab.sdk import Sdk
    from qgen.load import Document
    from qgen.spec import Spec

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
    """A spec that passed validation and lowering; ``folder`` is what its file is in."""

    board: Board
    source: Source
    warnings: tuple[Finding, ...]
    target: Target
    catalogue: Catalogue
    folder: Path | None = None


@dataclass(frozen=True)
class Rendered:
    """The C of a board, re-read and found to mean what the board means."""

    resolved: Resolved
    text: str


@dataclass(frozen=True)
class Built:
    """A board compiled for a QEMU that can load it."""

    resolved: Resolved
    loadable: Loadable
    sdk: Sdk


def resolve(
    file: Path,
    target: Target = NEWEST,
    timing: Timing | None = None,
    *,
    variant: str | None = None,
) -> Resolved:
    """The board that the spec in ``file`` means; `Rejected` where it means none.

    ``variant`` is the one that is wanted of a spec that has variants.
    """
    clock = timing or Timing()
    document = clock.measure("load", lambda: _load(file, variant))
    return _resolve(document, file, variant, target, clock)


def resolve_all(
    file: Path, target: Target = NEWEST
) -> dict[str | None, Resolved | Rejected]:
    """`resolve` of each variant of the spec in ``file``; under None one without."""
    from qgen.load import read
    from qgen.variants import split

    results: dict[str | None, Resolved | Rejected] = {}
    for variant, document in split(read(file)).items():
        try:
            found = _resolve(document, file, variant, target, Timing())
            results[variant] = found
        except Rejected as rejected:
            results[variant] = rejected
    return results


def _resolve(
    document: Document, file: Path, variant: str | None, target: Target, clock: Timing
) -> Resolved:
    from qgen.hooks import judge_hook_file

    spec = clock.measure("validate", lambda: _validate(document))
    resolved = clock.measure(
        "lower", lambda: _lower(spec, document, file.name, variant, target)
    )
    findings = judge_hook_file(resolved.board, file.parent)
    if findings:
        raise Rejected(findings, document.source)
    return replace(resolved, folder=file.parent)


def _load(file: Path, variant: str | None) -> Document:
    from qgen.load import read
    from qgen.variants import select

    return select(read(file), variant)


def _validate(document: Document) -> Spec:
    from qgen.spec import validate

    return validate(document.data, document.source)


def _lower(
    spec: Spec, document: Document, name: str, variant: str | None, target: Target
) -> Resolved:
    from qgen import catalogue
    from qgen.board import Origin
    from qgen.lower import lower

    known = catalogue.load(target.release)
    digest = hashlib.sha256(document.source.text.encode()).hexdigest()[:16]
    origin = Origin(name, digest, variant)
    result = lower(spec, known, document.source, origin)
    return Resolved(result.board, document.source, result.warnings, target, known)


def render(
    resolved: Resolved,
    timing: Timing | None = None,
    *,
    machine_name: str | None = None,
) -> Rendered:
    """The C of a board; `GeneratorFault` if it does not mean what the board means."""
    clock = timing or Timing()
    text = clock.measure("render", lambda: _text(resolved, machine_name))
    clock.measure("check", lambda: _verify(text, resolved, machine_name))
    return Rendered(resolved, text)


def _verify(text: str, resolved: Resolved, machine_name: str | None) -> None:
    findings = _check(text, resolved, machine_name)
    if findings:
        listed = "\n".join(f"  {finding}" for finding in findings)
        raise GeneratorFault(
            f"the C of {resolved.source.name} does not mean what the spec says:\n{listed}"
        )


def _text(resolved: Resolved, machine_name: str | None) -> str:
    from qgen.emit import emit
    from qgen.render import render as render_unit

    known = resolved.catalogue
    unit = emit(
        resolved.board, resolved.target, known, __version__, machine_name=machine_name
    )
    return render_unit(unit)


def _check(text: str, resolved: Resolved, machine_name: str | None) -> list[str]:
    from qgen.check import check

    words = words_of(resolved.board, resolved.catalogue)
    return check(text, resolved.board, machine_name=machine_name, **words._asdict())


class Words(NamedTuple):
    """What C may take from QEMU's headers for a board, as `check` wants to know it.

    ``types`` are QOM types by their macros, ``casts`` structs by the macros that cast to
    them, ``helpers`` the functions that the board calls.
    """

    types: dict[str, str]
    casts: dict[str, str]
    helpers: list[Helper]


def words_of(board: Board, known: Catalogue) -> Words:
    """The words of QEMU's that the C of a board may use."""
    from qgen.check import Helper

    types, casts = {}, {}
    helpers = [Helper(c.function, c.returns, c.types) for c in board.calls]
    for device in board.devices:
        found = known.find(device.type)
        for each in (device.type, *(found.ancestors if found else ())):
            type_ = known.find(each)
            if type_ is not None and type_.cast is not None and type_.struct:
                casts[type_.cast] = type_.struct
        if found is not None and found.macro is not None:
            types[found.macro] = found.name
    return Words(types, casts, helpers)


def build(
    file: Path,
    selector: str | None,
    timing: Timing | None = None,
    *,
    variant: str | None = None,
) -> Built:
    """Compile the spec in ``file``, or a variant, for the SDK that ``selector`` names.

    `Rejected` or `GeneratorFault` as `resolve` and `render`; `LabError` where there is
    no such SDK, or the C does not compile.
    """
    clock = timing or Timing()
    sdk = clock.measure("sdk", lambda: _sdk(selector))
    resolved = resolve(file, target_of(sdk.release), clock, variant=variant)
    return Built(resolved, load_into(resolved, sdk, clock, quick=True), sdk)


def _sdk(selector: str | None) -> Sdk:
    from qgen.lab.sdk import find

    return find(selector)


def target_of(release: str) -> Target:
    """The target for a release; `LabError` for one that qgen does not know."""
    from qgen.lab.errors import LabError

    if release not in TARGETS:
        known = ", ".join(TARGETS)
        raise LabError(f"qgen does not know QEMU {release}", f"it knows {known}")
    return TARGETS[release]


def load_into(
    resolved: Resolved, sdk: Sdk, timing: Timing | None = None, *, quick: bool = False
) -> Loadable:
    """Compile a board for ``sdk``, under another name if QEMU has one of its name.

    ``quick``: for running, not for proving (see `qgen.lab.prelude`).
    """
    from concurrent.futures import ThreadPoolExecutor

    from qgen.arch import ARCHES
    from qgen.lab.board import compile_board, free_name

    clock = timing or Timing()
    facts, name = ARCHES[resolved.board.arch], resolved.board.name
    machine = free_name(name, sdk, facts.qemu)
    text = clock.measure("render", lambda: _text(resolved, machine))

    def compiled() -> Loadable:
        where = (sdk, facts.qemu, facts.hw_dir, machine)
        return compile_board(text, *where, quick=quick, beside=beside(resolved))

    def both() -> Loadable:
        # The compiler is a process of its own: it works while the C is re-read here.
        with ThreadPoolExecutor(1) as pool:
            compiling = pool.submit(compiled)
            _verify(text, resolved, machine)
            return compiling.result()

    return clock.measure("check+cc", both)


def beside(resolved: Resolved) -> Beside | None:
    """The person's C that the board includes."""
    from qgen.hooks import hook_text
    from qgen.lab.board import Beside
    from qgen.lab.errors import LabError

    if resolved.folder is None:
        return None
    try:
        text = hook_text(resolved.board, resolved.folder)
    except OSError as error:
        raise LabError(f"the hook file cannot be read: {error.strerror}") from error
    return None if text is None else Beside(resolved.folder, text)


def machines_beside(built: Built) -> frozenset[str]:
    """The machines that the QEMU of a built board has of its own."""
    from qgen.arch import ARCHES
    from qgen.lab.board import machines

    return machines(built.sdk, ARCHES[built.resolved.board.arch].qemu)


def compare(
    built: Built, machine: str, arguments: Sequence[str], progress: Progress
) -> Comparison:
    """What differs between a board and QEMU's own ``machine``, started alike.

    `LabError` where one of them does not start.
    """
    from concurrent.futures import ThreadPoolExecutor

    from qgen.arch import ARCHES
    from qgen.compare import NoReader
    from qgen.compare import compare as compare_machines
    from qgen.lab.errors import LabError
    from qgen.lab.observe import observe
    from qgen.lab.witness import compile_witness

    facts = ARCHES[built.resolved.board.arch]
    progress.step("compiling the witness")
    upstream = compile_witness(built.sdk, facts.qemu, facts.hw_dir, machine)
    board = replace(built.loadable, beside=(upstream.object,))
    progress.step(f"looking at {board.machine} and {machine}")
    with ThreadPoolExecutor(2) as pool:
        seen = pool.map(lambda each: observe(each, arguments), (board, upstream))
        ours, theirs = seen
    progress.step("comparing")
    try:
        return compare_machines(ours, theirs)
    except NoReader:
        raise LabError(
            "comparing device trees needs fdt", "pip install 'qgen[lab]'"
        ) from None
