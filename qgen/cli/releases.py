"""Which measured device types a command is about: a release's, or two releases'."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qgen.cli.options import Release
from qgen.frozen import frozen
from qgen.targets import NEWEST

if TYPE_CHECKING:
    from qgen.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., Any])


@frozen(slots=False)
class Measured:
    """The device types of one QEMU; `label` says to a person which that is."""

    label: str
    catalogue: Catalogue


Range = tuple[Measured | None, Measured]
"""What to look at, and before it what to compare it with."""


class Catalogues(click.ParamType):  # type: ignore[type-arg]
    """A release, or two with dots between them: ``7.2..10.2``."""

    name = "releases"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Range:
        """The catalogues that are meant."""
        if isinstance(value, tuple):
            return value
        first, dots, second = value.partition("..")
        if not dots:
            return None, self._one(value, param, ctx)
        if not first or not second:
            self.fail(f"{value!r} is not two releases: write 7.2..10.2", param, ctx)
        return self._one(first, param, ctx), self._one(second, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """The releases that begin so."""
        from qgen.cli.completing import words
        from qgen.targets import TARGETS

        first, dots, _ = incomplete.partition("..")
        known = [f"{first}..{each}" for each in TARGETS] if dots else TARGETS
        return words(known, incomplete)

    def _one(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Measured:
        from qgen import catalogue

        target = Release().convert(value, param, ctx)
        label = target.release
        if target.catalog is not None:
            label = f"{label} in {target.catalog}"
        return Measured(label, catalogue.load(target.release, target.catalog))


def measured_option(function: F) -> F:
    """``--qemu RELEASE`` or ``--qemu A..B``."""
    return click.option(
        "--qemu",
        "measured",
        type=Catalogues(),
        default=NEWEST.release,
        metavar="RELEASE or A..B",
        help="A release, a QEMU source tree of one, or a folder that 'qgen catalog "
        "build' made; or two of these, to see what changed. "
        f"[default: {NEWEST.release}]",
    )(function)
