"""``qgen report``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli.given import cpus_option, machine_option, ram_option
from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.targets import Target


@click.command("report")
@spec_argument()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The page, written whole or not at all.",
)
@variant_option
@ram_option
@cpus_option
@machine_option
@qemu_option
def command(
    spec: Path,
    output: Path,
    variant: str | None,
    ram_size: int | None,
    cpus: int | None,
    properties: tuple[tuple[str, str], ...],
    target: Target,
) -> None:
    """Write one page with all that there is to see of a spec's board.

    The memory map, the wires, the devices with their properties, what answers where and
    the C, each linked to the line of the spec that it comes from. The page needs nothing
    but a browser: it loads nothing, and can be read without scripts, with which it
    searches by address.

    \b
    Examples:
      qgen report my-board.yaml -o my-board.html
      qgen report mps2 --variant mps2-an385 -o mps2-an385.html
    """
    from qgen import compose
    from qgen.cli import console
    from qgen.compose import picturing, reporting
    from qgen.files import write_whole

    resolved = compose.resolve(spec, target, variant=variant)
    console.standing(resolved.warnings, resolved.source)
    given = picturing.Given(ram_size, cpus, dict(properties))
    try:
        page = reporting.report(resolved, given)
    except picturing.NotTaken as error:
        raise click.UsageError(str(error)) from None
    write_whole(output, page)
