"""``qgen render``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.cli.reporting import Reporter, report_options
from qgen.diagnostics import Rejected
from qgen.targets import Target

if TYPE_CHECKING:
    from qgen.compose import Rendered


@click.command("render")
@spec_argument()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the C to FILE, or all files of the spec to a folder of that name, "
    "whole or not at all. [default: standard output, which gets the C]",
)
@variant_option
@qemu_option
@report_options("and so do the others, as standard output gets the C")
def command(
    spec: Path,
    output: Path | None,
    variant: str | None,
    target: Target,
    form: str,
    werror: bool,
) -> int:
    """Print the C of a spec.

    The C is re-read and compared with the spec before anything is written: when
    something is wrong, nothing is.

    \b
    Examples:
      qgen render my-board.yaml > my_board.c
      qgen render my-board.yaml --qemu 10.0 -o hw/arm/my_board.c
      qgen render arm-virt                      (a spec that qgen ships)
      qgen render mps2 --variant mps2-an385
      qgen render my-soc.yaml -o generated/     (my_soc.c and my_soc.h)
    """
    from qgen import compose
    from qgen.cli import FINDINGS, OK
    from qgen.files import write_all

    reporter = Reporter(form, werror=werror, errors=True)
    try:
        resolved = compose.resolve(spec, target, variant=variant)
        failed = reporter.take(resolved.warnings, resolved.source)
    except Rejected as rejected:
        failed = reporter.take(rejected.findings, rejected.source)
    reporter.finish()
    if failed:
        return FINDINGS
    rendered = compose.render(resolved)
    if output is not None:
        write_all(_files(rendered, output))
        return OK
    sys.stdout.buffer.write(rendered.text.encode())
    return OK


def _files(rendered: Rendered, output: Path) -> dict[Path, str]:
    """Where each text goes: a spec of several files needs a folder."""
    if output.is_dir():
        names = {name.rpartition("/")[2]: text for name, text in rendered.files.items()}
        return {output / name: text for name, text in names.items()}
    if rendered.headers:
        listed = " and ".join(name.rpartition("/")[2] for name in rendered.files)
        raise click.UsageError(f"the spec gives {listed}: -o takes a folder")
    return {output: rendered.text}
