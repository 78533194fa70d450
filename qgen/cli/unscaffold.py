"""``qgen unscaffold``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli.options import SpecFile, variant_option
from qgen.cli.trees import preview_options, release_option, show, tree_argument
from qgen.targets import Target


@click.command("unscaffold")
@click.argument("board", metavar="SPEC_OR_MACHINE")
@tree_argument
@variant_option
@release_option
@preview_options
def command(
    board: str,
    source: Path,
    variant: str | None,
    target: Target | None,
    dry_run: bool,
    diff: bool,
) -> None:
    """Take a board out of a QEMU source tree, which is then as it was before.

    The board is named by its spec, or as the machine that `qgen scaffold` put there.

    \b
    Examples:
      qgen unscaffold my-board.yaml ~/qemu
      qgen unscaffold my-board ~/qemu --diff
    """
    from qgen.compose import scaffolding

    scaffolding.settle(source)
    file = SpecFile().convert(board, None, None)
    made = None
    name = board
    if file.is_file():
        made = scaffolding.prepare(file, source, variant=variant, target=target)
        name = made.subject.board.name
    plan = scaffolding.plan_removal(source, name, made)
    show(plan, source, dry_run=dry_run, diff=diff)
