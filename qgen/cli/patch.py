"""``qgen patch``."""

from __future__ import annotations

from pathlib import Path

import click

from qgen.cli.options import spec_argument, variant_option
from qgen.cli.trees import maintainer_option, release_option
from qgen.targets import Target


@click.command("patch")
@spec_argument()
@click.option(
    "--qemu-source",
    "source",
    metavar="DIR",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The QEMU source tree that the patches are for.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    default=Path(),
    help="Where to write the patches. [default: the current folder]",
)
@click.option("--cover-letter", is_flag=True, help="Write a cover letter as well.")
@variant_option
@maintainer_option
@release_option
def command(
    spec: Path,
    source: Path,
    output: Path,
    cover_letter: bool,
    variant: str | None,
    maintainer: str | None,
    target: Target | None,
) -> None:
    """Write what scaffold does as a series of patches, which `git am` takes.

    Documentation, each SoC, the machine and its test are a patch each, as QEMU asks;
    with messages, and signed off by git's user of the tree. The tree stays as it is.

    \b
    Examples:
      qgen patch my-board.yaml --qemu-source ~/qemu
      qgen patch my-board.yaml --qemu-source ~/qemu -o outgoing --cover-letter
    """
    from qgen.cli import console
    from qgen.compose import scaffolding
    from qgen.files import write_all

    scaffolding.settle(source)
    made = scaffolding.prepare(
        spec, source, variant=variant, maintainer=maintainer, target=target
    )
    if target is None:
        console.between_releases(made.tree.version, made.resolved.target)
    console.findings(made.resolved.warnings, made.resolved.source)
    files = scaffolding.patches(made, cover_letter=cover_letter)
    output.mkdir(parents=True, exist_ok=True)
    write_all({output / name: text for name, text in files.items()})
    for name in files:
        click.echo(console.printable(output / name))
