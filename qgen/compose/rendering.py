"""From a board to its C: emit, render, check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from qgen import __version__
from qgen.board import Board, Composite, Soc
from qgen.compose.resolving import Resolved
from qgen.compose.timing import Timing
from qgen.diagnostics import GeneratorFault
from qgen.frozen import frozen
from qgen.nics import all_asked

if TYPE_CHECKING:
    from qgen.catalogue import Catalogue
    from qgen.check import DeclaredType, Helper


@frozen(slots=False)
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
    rendered = clock.measure("render", lambda: write(resolved, names or {}))
    clock.measure("check", lambda: verify(rendered, names or {}))
    return rendered


def verify(rendered: Rendered, names: Mapping[str, str]) -> None:
    """`GeneratorFault` where the C does not mean what the spec means."""
    findings = _check(rendered, names)
    if findings:
        listed = "\n".join(f"  {finding}" for finding in findings)
        name = rendered.resolved.source.name
        raise GeneratorFault(
            f"the C of {name} does not mean what the spec says:\n{listed}"
        )


def write(resolved: Resolved, names: Mapping[str, str]) -> Rendered:
    """The C of a spec, not yet re-read."""
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
        target=rendered.resolved.target,
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
    devices = [device.type for each in composites for device in each.devices]
    asked = [type_ for each in composites for type_ in all_asked(each)]
    for of in dict.fromkeys((*devices, *asked)):
        known = catalogue.find(of)
        for name in (of, *(known.ancestors if known else ())):
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
