"""Board to C unit, as one QEMU release spells it.

The only package that knows how QEMU's C looks. It gives data (`qgen.cunit`), not text.
"""

from __future__ import annotations

import re

from qgen.board import Board
from qgen.catalogue import Catalogue
from qgen.cunit import Unit
from qgen.emit.builder import UnitBuilder
from qgen.emit.headers import in_order
from qgen.emit.machine import machine_type
from qgen.targets import Target

__all__ = ["emit"]


def emit(
    board: Board,
    target: Target,
    catalogue: Catalogue,
    version: str,
    *,
    machine_name: str | None = None,
) -> Unit:
    """The C unit of ``board`` for ``target``; ``version`` is qgen's, for the banner.

    ``machine_name`` registers the machine under another name than its own, for a QEMU
    that has a machine of that name already.
    """
    unit = UnitBuilder(board, target, catalogue)
    type_ = machine_type(unit, board, machine_name or board.name)
    # Whoever names the file may name it anything; a comment may not hold everything.
    spec = re.sub(r"[^A-Za-z0-9._+-]", "_", board.origin.spec)[-40:]
    wanted = board.origin.variant
    variant = "" if wanted is None else f" --variant {wanted}"
    return Unit(
        title=board.description,
        spec=spec,
        digest=board.origin.digest,
        command=f"qgen render {spec}{variant} --qemu {target.release}",
        version=version,
        includes=in_order(unit.headers),
        types=(type_,),
        register=f"{unit.prefix}_register_types",
    )
