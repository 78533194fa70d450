"""``qgen catalog build``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli import console
from qgen.cli.options import sdk_option


@click.group("catalog")
def command() -> None:
    """Measure the devices of your own QEMU.

    qgen ships what the devices of each release are. A QEMU with devices of its own is
    measured once; then specs may have them.

    \b
    Examples:
      qgen catalog build --sdk 10.2
    """


@command.command("build")
@sdk_option
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where to put it. [default: beside the SDK, where 'qgen run --sdk' finds it]",
)
def build(selector: str | None, output: Path | None) -> None:
    """Make one of each device type inside an SDK's QEMU, and write down what it has.

    'qgen run --sdk SDK' and 'qgen compare' know them from then on; other commands, by
    '--qemu SDK' or the QEMU source tree that the SDK was built from.

    Takes some minutes. If it is interrupted, the next run goes on; a catalogue that is
    there stays until the new one is complete.

    \b
    Examples:
      qgen sdk build ~/qemu/build        (first: your own QEMU as an SDK)
      qgen catalog build --sdk 10.2.2-96f0de65
      qgen run my-board.yaml --sdk 10.2.2-96f0de65
      qgen catalog build -o my-devices
      qgen check my-board.yaml --qemu my-devices
    """
    from qgen import catalogue
    from qgen.lab import sdk as sdks
    from qgen.lab.catalog_build import build as measure

    sdk = sdks.find(selector)
    folder = measure(sdk, output, lambda text: console.note(f"qgen: {text}"))
    found = catalogue.load_own(folder)
    click.echo(f"{folder}: {len(found)} device types of QEMU {found.version}")
    name = folder if output is not None else sdk.name
    console.note(f"specs may have them: --qemu {name}; qgen devices --qemu {name}")
