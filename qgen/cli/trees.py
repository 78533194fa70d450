"""What the commands that edit QEMU source trees share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qgen.cli.options import Release

if TYPE_CHECKING:
    from qgen.tree import Change, Plan

F = TypeVar("F", bound=Callable[..., Any])


def tree_argument(function: F) -> F:
    """``QEMU_SOURCE``."""
    return click.argument(
        "source",
        metavar="QEMU_SOURCE",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
    )(function)


def preview_options(function: F) -> F:
    """``--dry-run`` and ``--diff``."""
    for name, text in (
        ("--diff", "Print the changes as a patch, and make none of them."),
        ("--dry-run", "Say which files would change, and change none."),
    ):
        function = click.option(name, is_flag=True, help=text)(function)
    return function


def maintainer_option(function: F) -> F:
    """``--maintainer PERSON``."""
    return click.option(
        "--maintainer",
        metavar="PERSON",
        help='Who looks after the board, "Name <address>". [default: git\'s user of '
        "the tree]",
    )(function)


def release_option(function: F) -> F:
    """``--qemu RELEASE``."""
    return click.option(
        "--qemu",
        "target",
        type=Release(),
        metavar="RELEASE",
        help="The release to write C for. [default: that of the tree]",
    )(function)


def show(plan: Plan, root: Path, *, dry_run: bool, diff: bool) -> None:
    """Print what a plan changes, and make the changes unless that is not wanted."""
    from qgen.cli import console
    from qgen.compose import scaffolding

    for each in plan.notes:
        console.note(f"qgen: {each}")
    if diff:
        click.echo("".join(as_patch(plan.changes.values())), nl=False)
        return
    if not dry_run:
        scaffolding.apply(root, plan)
    for line in _lines(plan.changes, "would be " if dry_run else ""):
        click.echo(line)
    if not plan.changes:
        click.echo("nothing to change")


def _lines(changes: Mapping[str, Change], mood: str) -> Iterable[str]:
    for path, change in changes.items():
        if change.before is None:
            done = "created"
        else:
            done = "removed" if change.after is None else "changed"
        yield f"{path}: {mood}{done}"


def as_patch(changes: Iterable[Change]) -> Iterable[str]:
    """Changes as `git apply` takes them."""
    for change in changes:
        path, before, after = change.path, change.before, change.after
        yield f"diff --git a/{path} b/{path}\n"
        if before is None:
            yield f"new file mode 100{change.mode:o}\n"
        elif after is None:
            yield "deleted file mode 100644\n"
        yield from unified_diff(
            (before or "").splitlines(keepends=True),
            (after or "").splitlines(keepends=True),
            "/dev/null" if before is None else f"a/{path}",
            "/dev/null" if after is None else f"b/{path}",
        )
