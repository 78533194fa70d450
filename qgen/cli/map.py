"""``qgen map``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.given import Address, cpus_option, machine_option, ram_option
from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.targets import Target

if TYPE_CHECKING:
    from qgen.predict import Spaces


@click.command("map")
@spec_argument()
@variant_option
@ram_option
@cpus_option
@machine_option
@click.option(
    "--bios",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The firmware of an x86 board, for its size, which decides where it lies.",
)
@click.option(
    "--at", type=Address(), metavar="ADDRESS", help="Say what answers there, and why."
)
@click.option(
    "--flat",
    is_flag=True,
    help="Print what 'info mtree -f' prints; views in the order of their making, which "
    "QEMU leaves to chance.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="JSON has all that the text has. [default: text]",
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
    ram_size: int | None,
    cpus: int | None,
    properties: tuple[tuple[str, str], ...],
    bios: Path | None,
    at: int | None,
    flat: bool,
    form: str,
    svg: Path | None,
    target: Target,
) -> int | None:
    """Show the memory map of a spec's board.

    In order of address, with sizes to (logarithmic) scale, gaps, what hides what, where
    aliases lead, what -m changes, and the line of the spec that each part comes from. It
    is predicted from the spec alone; no QEMU is needed.

    \b
    Examples:
      qgen map my-board.yaml
      qgen map arm-virt -m 4G -M gic-version=3
      qgen map arm-virt --at 0x0900_0004
      qgen map arm-virt -m 1G --flat
      qgen map x86-split --bios /usr/share/seabios/bios.bin --at 0xffff_fff0
      qgen map arm-virt --svg arm-virt.svg
      qgen map mps2 --variant mps2-an385 --format json
    """
    from qgen import compose, picture
    from qgen.cli import console
    from qgen.compose import picturing
    from qgen.files import write_whole

    resolved = compose.resolve(spec, target, variant=variant)
    console.standing(resolved.warnings, resolved.source)
    size = None if bios is None else bios.stat().st_size
    given = picturing.Given(ram_size, cpus, dict(properties), size)
    unsized = picturing.unsized_firmware(resolved.board, given)
    if unsized is not None:
        console.note(
            f"not shown is the firmware, {unsized!r}, which ends at 4 GiB and at 1 MiB: "
            "--bios FILE says how large it is"
        )
    try:
        if flat:
            from qgen.compose.flattening import flat_text

            return _flat(flat_text(resolved, given))
        if at is not None:
            answers = picturing.at(resolved, given, at)
            if form == "json":
                _print(picture.as_data(answers))
            for answer in answers if form == "text" else ():
                console.show(picture.write_answer(answer, console.terminal()))
            return None
        drawn = picturing.map_of(resolved, given)
    except picturing.NotTaken as error:
        raise click.UsageError(str(error)) from None
    if svg is not None:
        write_whole(svg, picture.draw_map_svg(drawn))
    elif form == "json":
        _print(picture.as_data(drawn))
    else:
        console.show(picture.write_map(drawn, console.terminal()))
    return None


def _flat(spaces: Spaces) -> int:
    """Print the views that are known; say which are not, and why."""
    from qgen.cli import OK, SURROUNDINGS, console

    console.show(spaces.text())
    for space, reasons in spaces.unknown.items():
        console.error(f"not shown is the view of {space!r}: qgen does not know")
        for reason in reasons:
            console.note(f"  {reason}")
    return SURROUNDINGS if spaces.unknown else OK


def _print(data: object) -> None:
    click.echo(json.dumps(data, indent=1))
