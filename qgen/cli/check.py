"""``qgen check``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli.options import qemu_option, spec_argument
from qgen.targets import Target


@click.command("check")
@spec_argument(many=True)
@qemu_option
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing of specs without findings."
)
def command(specs: tuple[Path, ...], target: Target, quiet: bool) -> int:
    """Validate specs, and the C that they give, without writing anything.

    Every spec is read, judged, rendered, and its C re-read and compared with it. All
    findings are shown, each with its place and with what would be right.

    \b
    Examples:
      qgen check my-board.yaml
      qgen check specs/*.yaml --qemu 10.0
    """
    from qgen import compose
    from qgen.cli import FINDINGS, OK, console
    from qgen.diagnostics import Rejected

    status = OK
    for spec in specs:
        try:
            resolved = compose.resolve(spec, target)
            console.findings(resolved.warnings, resolved.source)
            compose.render(resolved)
        except Rejected as rejected:
            console.findings(rejected.findings, rejected.source)
            status = FINDINGS
            continue
        if not quiet:
            board = resolved.board
            click.echo(
                f"{console.printable(spec)}: ok ({_count(len(board.regions), 'region')}, "
                f"{_count(len(board.devices), 'device')}, "
                f"QEMU {target.release})"
            )
    return status


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
