"""``qgen scaffold``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli.options import spec_argument, variant_option
from qgen.cli.trees import (
    maintainer_option,
    preview_options,
    release_option,
    show,
    tree_argument,
)
from qgen.targets import Target


@click.command("scaffold")
@spec_argument()
@tree_argument
@variant_option
@maintainer_option
@release_option
@preview_options
def command(
    spec: Path,
    source: Path,
    variant: str | None,
    maintainer: str | None,
    target: Target | None,
    dry_run: bool,
    diff: bool,
) -> None:
    """Put a spec's board into a QEMU source tree, or bring it up to date there.

    The C, its entries in Kconfig, meson.build and configs/devices, a page of
    documentation, a section of MAINTAINERS and a functional test: written for the
    release of that tree and by its conventions, each in its alphabetical place. A second
    run changes nothing; after a change of the spec, only what must change does. All of
    it is done, or nothing.

    \b
    Examples:
      qgen scaffold my-board.yaml ~/qemu
      qgen scaffold my-board.yaml ~/qemu --diff
      qgen scaffold mps2 ~/qemu --variant mps2-an385 --dry-run
    """
    from qgen.cli import console
    from qgen.compose import scaffolding

    scaffolding.settle(source)
    made = scaffolding.prepare(
        spec, source, variant=variant, maintainer=maintainer, target=target
    )
    if target is None:
        console.between_releases(made.tree.version, made.resolved.target)
    console.findings(made.resolved.warnings, made.resolved.source)
    plan = scaffolding.plan_scaffold(made)
    if made.subject.maintainer is None:
        console.note(
            "qgen: MAINTAINERS gets no name, as git has none here; "
            "--maintainer says who looks after the board"
        )
    show(plan, source, dry_run=dry_run, diff=diff)
