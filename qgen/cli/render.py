"""``qgen render``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.targets import Target


@click.command("render")
@spec_argument()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the C to FILE, whole or not at all. [default: standard output]",
)
@variant_option
@qemu_option
def command(
    spec: Path, output: Path | None, variant: str | None, target: Target
) -> None:
    """Print the C of a spec.

    The C is re-read and compared with the spec before anything is written: when
    something is wrong, nothing is.

    \b
    Examples:
      qgen render my-board.yaml > my_board.c
      qgen render my-board.yaml --qemu 10.0 -o hw/arm/my_board.c
      qgen render arm-virt                      (a spec that qgen ships)
      qgen render mps2 --variant mps2-an385
    """
    from qgen import compose
    from qgen.cli import console
    from qgen.files import write_whole

    resolved = compose.resolve(spec, target, variant=variant)
    console.findings(resolved.warnings, resolved.source)
    rendered = compose.render(resolved)
    if output is not None:
        write_whole(output, rendered.text)
        return
    sys.stdout.buffer.write(rendered.text.encode())
