"""From C to machines that run: a board's C compiled for a QEMU, and compared with QEMU's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.board import Board
from qgen.compose.rendering import Rendered, verify, write
from qgen.compose.resolving import Resolved, resolve
from qgen.compose.timing import Timing
from qgen.frozen import frozen
from qgen.targets import TARGETS, Target, release_of, unknown

if TYPE_CHECKING:
    from qgen.compare import Comparison
    from qgen.lab.board import Beside, Loadable
    from qgen.lab.progress import Progress
    from qgen.lab.sdk import Sdk


@frozen(slots=False)
class Built:
    """A board compiled for a QEMU that can load it."""

    resolved: Resolved
    loadable: Loadable
    sdk: Sdk


def build(
    file: Path,
    selector: str | None,
    timing: Timing | None = None,
    *,
    variant: str | None = None,
    catalog: Path | None = None,
) -> Built:
    """Compile the spec in ``file``, or a variant, for the SDK that ``selector`` names.

    ``catalog`` is a folder of measured device types; without one, those of the SDK
    hold, if they were measured, or those of its release.

    `Rejected` or `GeneratorFault` as `resolve` and `render`; `LabError` where there is
    no such SDK, or the C does not compile.
    """
    clock = timing or Timing()
    sdk = clock.measure("sdk", lambda: _sdk(selector))
    target = replace(target_of(sdk.version), catalog=catalog or sdk.catalog)
    resolved = resolve(file, target, clock, variant=variant)
    return Built(resolved, load_into(resolved, sdk, clock, quick=True), sdk)


def _sdk(selector: str | None) -> Sdk:
    from qgen.lab.sdk import find

    def usable(sdk: Sdk) -> bool:
        release = release_of(sdk.version) or sdk.version
        return sdk.catalog is not None or unknown(release) is None

    return find(selector, usable)


def target_with(folder: Path) -> Target:
    """The target for a QEMU whose device types lie measured in a folder.

    `CatalogueError` where they do not, `LabError` for a release that qgen does not know.
    """
    from qgen import catalogue

    return replace(target_of(catalogue.load_own(folder).release), catalog=folder)


def target_of(version: str) -> Target:
    """The target for a version of QEMU; `LabError` for one that qgen does not know."""
    from qgen.lab.errors import LabError

    release = release_of(version) or version
    unknown_ = unknown(release)
    if unknown_ is not None:
        raise LabError(unknown_)
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
    parts = clock.measure("render", lambda: [write(each, names) for each in specs])
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
                verify(part, names)
            *socs, board = (each.result() for each in compiling)
        return replace(board, beside=tuple(soc.object for soc in socs))

    return clock.measure("check+cc", both)


def beside(resolved: Resolved) -> Beside | None:
    """The person's C that the board includes."""
    from qgen.hooks import hook_texts
    from qgen.lab.board import Beside
    from qgen.lab.errors import LabError

    board = resolved.composite
    if resolved.folder is None or not isinstance(board, Board):
        return None
    try:
        texts = hook_texts(board, resolved.folder)
    except OSError as error:
        raise LabError(f"the hook file cannot be read: {error.strerror}") from error
    text = "\n".join(texts.values())
    return Beside(resolved.folder, text) if texts else None


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
