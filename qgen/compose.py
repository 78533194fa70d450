"""Composes the stages: the one module that knows them all.

    load -> validate -> lower -> emit -> render -> check

Heavy libraries are imported by the stage that needs them, when it runs.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar

from qgen import __version__
from qgen.board import Board, Composite, Soc
from qgen.diagnostics import Code, Finding, GeneratorFault, Rejected
from qgen.source import Source
from qgen.targets import NEWEST, TARGETS, Target

if TYPE_CHECKING:
    from qgen.catalogue import Catalogue
    from qgen.check import DeclaredType, Helper
    from qgen.compare import Comparison
    from qgen.lab.board import Beside, Loadable
    from qgen.lab.progress import Progress
    from qgen.lab.sdk import Sdk
    from qgen.load import Document
    from qgen.spec import SocSpec, Spec

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


@dataclass(frozen=True)
class Rendered:
    """The C of a spec, re-read and found to mean what the spec means.

    ``text`` is the C file, ``file`` its name, ``headers`` what stands beside it.
    """

    resolved: Resolved
    file: str
    text: str
    headers: Mapping[str, str]

    @property
    def files(self) -> dict[str, str]:
        """The texts of all files, by name."""
        return {self.file: self.text, **self.headers}


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

    known = catalogue.load(target.release)
    digest = hashlib.sha256(document.source.text.encode()).hexdigest()[:16]
    origin = Origin(name, digest, variant)
    types = [s.composite for s in socs if isinstance(s.composite, Soc)]
    result = lower(spec, known, document.source, origin, types)
    return Resolved(
        result.composite, document.source, result.warnings, target, result.catalogue
    )


def render(
    resolved: Resolved,
    timing: Timing | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> Rendered:
    """The C of a spec; `GeneratorFault` if it does not mean what the spec means.

    ``names`` are those of its types in a QEMU that has its own of that name.
    """
    clock = timing or Timing()
    rendered = clock.measure("render", lambda: _write(resolved, names or {}))
    clock.measure("check", lambda: _verify(rendered, names or {}))
    return rendered


def _verify(rendered: Rendered, names: Mapping[str, str]) -> None:
    findings = _check(rendered, names)
    if findings:
        listed = "\n".join(f"  {finding}" for finding in findings)
        name = rendered.resolved.source.name
        raise GeneratorFault(
            f"the C of {name} does not mean what the spec says:\n{listed}"
        )


def _write(resolved: Resolved, names: Mapping[str, str]) -> Rendered:
    from qgen.emit import emit, soc_header
    from qgen.names import identifier
    from qgen.render import render as render_unit

    composite, known = resolved.composite, resolved.catalogue
    made = emit(composite, resolved.target, known, __version__, names=names)
    headers = {}
    if made.header is not None:
        assert isinstance(composite, Soc)
        headers[soc_header(composite)] = render_unit(made.header)
    file = f"{identifier(composite.name)}.c"
    return Rendered(resolved, file, render_unit(made.unit), headers)


def _check(rendered: Rendered, names: Mapping[str, str]) -> list[str]:
    from qgen.check import check

    composite = rendered.resolved.composite
    words = words_of(composite, rendered.resolved.catalogue)
    return check(
        rendered.text,
        composite,
        names=names,
        headers=rendered.headers,
        **words._asdict(),
    )


class Words(NamedTuple):
    """What C may take from QEMU's headers for a spec, as `check` wants to know it.

    ``types`` are QOM types with their macros and structs, ``helpers`` the functions that
    are called.
    """

    types: list[DeclaredType]
    helpers: list[Helper]


def words_of(composite: Board | Soc, known: Catalogue) -> Words:
    """The words of QEMU's that the C of a board or a SoC may use."""
    from qgen.check import Helper

    inside = [composite, *(soc for soc in composite.socs if soc.inline)]
    calls = [call for each in inside for call in each.calls]
    helpers = [Helper(c.function, c.returns, c.types) for c in calls]
    return Words(_types_in(inside, known), helpers)


def _types_in(
    composites: Iterable[Composite], catalogue: Catalogue
) -> list[DeclaredType]:
    """The types of all devices, and those that they derive from, as headers have them."""
    from qgen.check import DeclaredType
    from qgen.emit import soc_header
    from qgen.names import type_names

    own = {soc.name: soc for each in composites for soc in each.socs}
    found: dict[str, DeclaredType] = {}
    for device in (device for each in composites for device in each.devices):
        known = catalogue.find(device.type)
        for name in (device.type, *(known.ancestors if known else ())):
            type_ = catalogue.find(name)
            if name in own and not own[name].inline:
                made, header = type_names(name), soc_header(own[name])
                found[name] = DeclaredType(
                    name, f"TYPE_{made.macro}", made.struct, made.macro, header
                )
            elif name not in own and type_ is not None:
                found[name] = DeclaredType(
                    name, type_.macro, type_.struct, type_.cast, type_.header
                )
    return list(found.values())


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
    """Compile a board and its SoCs for ``sdk``.

    What QEMU has a machine or a type of the same name of gets another one.
    ``quick``: for running, not for proving (see `qgen.lab.prelude`).
    """
    from concurrent.futures import ThreadPoolExecutor

    from qgen.arch import ARCHES
    from qgen.lab.board import compile_board

    clock = timing or Timing()
    facts = ARCHES[resolved.board.arch]
    names = _free_names(resolved, sdk)
    specs = [*resolved.all_socs().values(), resolved]
    parts = clock.measure("render", lambda: [_write(each, names) for each in specs])
    headers = {name: text for part in parts for name, text in part.headers.items()}
    machine = names.get(resolved.board.name, resolved.board.name)

    def compiled(part: Rendered) -> Loadable:
        where = (sdk, facts.qemu, facts.hw_dir, machine)
        return compile_board(
            part.text,
            *where,
            headers=headers,
            quick=quick,
            beside=beside(part.resolved),
        )

    def both() -> Loadable:
        # The compiler is a process of its own: it works while the C is re-read here.
        with ThreadPoolExecutor(2) as pool:
            compiling = [pool.submit(compiled, part) for part in parts]
            for part in parts:
                _verify(part, names)
            *socs, board = (each.result() for each in compiling)
        return replace(board, beside=tuple(soc.object for soc in socs))

    return clock.measure("check+cc", both)


def beside(resolved: Resolved) -> Beside | None:
    """The person's C that the board includes."""
    from qgen.hooks import hook_text
    from qgen.lab.board import Beside
    from qgen.lab.errors import LabError

    board = resolved.composite
    if resolved.folder is None or not isinstance(board, Board):
        return None
    try:
        text = hook_text(board, resolved.folder)
    except OSError as error:
        raise LabError(f"the hook file cannot be read: {error.strerror}") from error
    return None if text is None else Beside(resolved.folder, text)


def _free_names(resolved: Resolved, sdk: Sdk) -> dict[str, str]:
    """Other names for those that this QEMU has already."""
    from qgen.arch import ARCHES
    from qgen.lab.board import free_name, types

    board = resolved.board
    target = ARCHES[board.arch].qemu
    specs = [resolved, *resolved.all_socs().values()]
    own = {soc.name for each in specs for soc in each.composite.socs}
    taken = types(sdk, target) if own else frozenset()
    names = {name: f"{name}-qgen" for name in own if name in taken}
    machine = free_name(board.name, sdk, target)
    return names | ({board.name: machine} if machine != board.name else {})


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
    beside = (*built.loadable.beside, upstream.object)
    board = replace(built.loadable, beside=beside)
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
