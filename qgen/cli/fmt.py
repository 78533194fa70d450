"""``qgen fmt``."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.options import OwnSpec
from qgen.diagnostics import Rejected

if TYPE_CHECKING:
    from qgen.compose.editing import Formatted


@click.command("fmt")
@click.argument("specs", nargs=-1, required=True, type=OwnSpec(), metavar="SPEC...")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if it would.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def command(specs: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Write specs in canonical form.

    Keys of a spec, a device and a region come in one order, what is in brackets and does
    not fit into a line is written out, numbers are grouped (0x0900_0000) and have units
    with a space (64 KiB). Devices keep their order, and every comment stays. What comes
    out is read again: a spec never means anything else than before.

    With - for SPEC, what stands on standard input goes to standard output.

    \b
    Examples:
      qgen fmt my-board.yaml
      qgen fmt --check --diff specs/*.yaml
      qgen fmt - < my-board.yaml > tidy.yaml
    """
    from qgen.cli import FINDINGS, OK, console
    from qgen.compose import editing
    from qgen.files import write_whole

    status = OK
    for spec in specs:
        piped = str(spec) == "-"
        try:
            made = editing.formatted(Path("/dev/stdin") if piped else spec)
        except Rejected as rejected:
            console.findings(rejected.findings, rejected.source)
            status = FINDINGS
            continue
        changed = made.after != made.before
        if diff:
            click.echo("".join(_difference(made)), nl=False)
        elif piped and not check:
            click.echo(made.after, nl=False)
        if not changed:
            continue
        if check:
            console.note(f"{console.printable(spec)}: would change")
            status = FINDINGS
        elif not diff and not piped:
            write_whole(spec, made.after)
            console.note(f"{console.printable(spec)}: formatted")
    return status


def _difference(made: Formatted) -> list[str]:
    before, after = (t.splitlines(keepends=True) for t in (made.before, made.after))
    lines = unified_diff(before, after, made.name, f"{made.name} (new)")
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]
