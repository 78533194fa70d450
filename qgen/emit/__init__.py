"""Board to C unit, as one QEMU release spells it.

The only package that knows how QEMU's C looks. It gives data (`qgen.cunit`), not text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from qgen.board import Board, Composite, Soc
from qgen.catalogue import Catalogue
from qgen.cunit import Banner, Header, QomType, Unit
from qgen.emit.headers import in_order
from qgen.emit.machine import machine_type
from qgen.emit.soc import soc_type
from qgen.emit.unit import UnitBuilder, soc_header
from qgen.names import upper_case
from qgen.targets import Target

__all__ = ["Emitted", "emit", "soc_header"]


class Emitted(NamedTuple):
    """The C of a spec; a SoC with a file of its own has a header as well."""

    unit: Unit
    header: Header | None


def emit(
    composite: Composite,
    target: Target,
    catalogue: Catalogue,
    version: str,
    *,
    names: Mapping[str, str] | None = None,
) -> Emitted:
    """The C of ``composite`` for ``target``; ``version`` is qgen's, for the banner.

    ``names``: what a machine or a SoC type is registered as, if not by its own name,
    for a QEMU that has one of that name already.
    """
    known = names or {}
    banner = _banner(composite, target, version)
    headers: set[str] = set()
    types = []
    for soc in composite.socs:
        if soc.inline:
            inner = UnitBuilder(soc, target, catalogue)
            types.append(soc_type(inner, soc, known.get(soc.name, soc.name)))
            headers |= inner.headers
    unit = UnitBuilder(composite, target, catalogue)
    name = known.get(composite.name, composite.name)
    header = None
    match composite:
        case Soc():
            types.append(soc_type(unit, composite, name))
            header = _header(unit, composite, types[-1], banner)
        case Board():
            types.append(machine_type(unit, composite, name))
    headers |= unit.headers
    register = f"{unit.prefix}_register_types"
    return Emitted(
        Unit(banner, in_order(headers, target), tuple(types), register), header
    )


def _banner(composite: Composite, target: Target, version: str) -> Banner:
    # Whoever names the file may name it anything; a comment may not hold everything.
    spec = re.sub(r"[^A-Za-z0-9._+-]", "_", composite.origin.spec)[-40:]
    wanted = composite.origin.variant
    variant = "" if wanted is None else f" --variant {wanted}"
    return Banner(
        title=composite.description,
        spec=spec,
        digest=composite.origin.digest,
        command=f"qgen render {spec}{variant} --qemu {target.release}",
        version=version,
    )


def _header(unit: UnitBuilder, soc: Soc, type_: QomType, banner: Banner) -> Header:
    """What the users of a SoC include."""
    assert type_.state is not None and type_.type_macro is not None
    return Header(
        banner,
        upper_case(soc_header(soc)),
        in_order(unit.public, unit.target)[1],
        type_.type_macro,
        type_.type_name,
        type_.state,
    )
