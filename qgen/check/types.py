"""Device types as QEMU's headers declare them."""

from __future__ import annotations

from typing import NamedTuple


class DeclaredType(NamedTuple):
    """A QOM type: the macro of its name, its struct, and the macro that casts to it.

    ``header`` declares them; each is None where there is none.
    """

    name: str
    macro: str | None
    struct: str | None
    cast: str | None
    header: str | None
