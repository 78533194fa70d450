"""``qgen diff``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qgen.cli.options import Release, spec_argument, variant_option
from qgen.targets import Target

if TYPE_CHECKING:
    from qgen.compose import Resolved


class Releases(click.ParamType):  # type: ignore[type-arg]
    """Two releases: ``7.2..10.2``."""

    name = "releases"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Target, Target]:
        """The targets of both releases."""
        if isinstance(value, tuple):
            return value
        first, dots, second = value.partition("..")
        if not dots or not first or not second:
            self.fail(f"{value!r} is not two releases: write 7.2..10.2", param, ctx)
        one = Release()
        return one.convert(first, param, ctx), one.convert(second, param, ctx)


@click.command("diff")
@spec_argument()
@variant_option
@click.option(
    "--qemu",
    "between",
    type=Releases(),
    required=True,
    metavar="A..B",
    help="The release that the C is for, and the one that it shall be for.",
)
def command(spec: Path, variant: str | None, between: tuple[Target, Target]) -> None:
    """Show what moving a board from one release of QEMU to another changes in its C.

    Prints a unified diff of every file of the spec; of a spec with variants, of all, or
    of the one that --variant names. Where a release cannot have the board, that is an
    error.

    \b
    Examples:
      qgen diff my-board.yaml --qemu 7.2..10.2
      qgen diff mps2 --variant mps2-an385 --qemu 10.0..10.2
    """
    from qgen.cli import console

    before, after = (_files(spec, variant, target) for target in between)
    names = [f"{target.release}/" for target in between]
    same = True
    for file in dict.fromkeys([*before, *after]):
        old, new = (
            files.get(file, "").splitlines(keepends=True) for files in (before, after)
        )
        for line in unified_diff(old, new, names[0] + file, names[1] + file):
            same = False
            sys.stdout.buffer.write(line.encode())
    if same:
        console.note("nothing changes")


def _files(spec: Path, variant: str | None, target: Target) -> dict[str, str]:
    """The C of a spec for a release, by the names of its files."""
    from qgen import compose

    return {
        name: text
        for resolved in _resolved(spec, variant, target)
        for name, text in compose.render(resolved).files.items()
    }


def _resolved(spec: Path, variant: str | None, target: Target) -> Iterator[Resolved]:
    from qgen import compose
    from qgen.cli import console
    from qgen.diagnostics import Rejected

    if variant is not None:
        yield compose.resolve(spec, target, variant=variant)
        return
    for found in compose.resolve_all(spec, target).values():
        if isinstance(found, Rejected):
            raise found
        console.findings(found.warnings, found.source)
        yield found
