"""``qgen wires``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qgen.cli.given import cpus_option, machine_option
from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.targets import Target


@click.command("wires")
@spec_argument()
@variant_option
@click.option(
    *("--device", "devices"),
    multiple=True,
    metavar="NAME",
    help="Only what has to do with this device; may be given several times.",
)
@cpus_option
@machine_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="JSON has every single wire. [default: text]",
)
@click.option(
    "--svg",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw it as SVG to FILE, whole or not at all, in place of printing it.",
)
@qemu_option
def command(
    spec: Path,
    variant: str | None,
    devices: tuple[str, ...],
    cpus: int | None,
    properties: tuple[tuple[str, str], ...],
    form: str,
    svg: Path | None,
    target: Target,
) -> None:
    """Show the interrupts, GPIO lines and clocks of a spec's board.

    By interrupt controller: each input that is driven, by whom, through which gates, and
    how many are spare; then outputs without a wire, and the clocks with what they drive.
    Each has its line of the spec.

    \b
    Examples:
      qgen wires my-board.yaml
      qgen wires arm-virt --smp 4 --device gic
      qgen wires mps2 --variant mps2-an511 --svg wires.svg
    """
    from qgen import compose, picture
    from qgen.cli import console
    from qgen.compose import picturing
    from qgen.files import write_whole

    resolved = compose.resolve(spec, target, variant=variant)
    console.standing(resolved.warnings, resolved.source)
    given = picturing.Given(None, cpus, dict(properties))
    try:
        drawn = picturing.wires_of(resolved, given, devices)
    except picturing.NotTaken as error:
        raise click.UsageError(str(error)) from None
    if svg is not None:
        write_whole(svg, picture.draw_wires_svg(drawn))
    elif form == "json":
        click.echo(json.dumps(picture.as_data(drawn), indent=1))
    else:
        console.show(picture.write_wires(drawn, console.terminal()))
