"""``qgen schema``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it to FILE, whole or not at all. [default: standard output]",
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of specs, for editors.

    With it, an editor knows the keys of a spec, what each means and what may stand there,
    and marks what is wrong. An editor with a YAML language server finds it by the first
    line of a spec: "# yaml-language-server: $schema=qgen.schema.json" names a file beside
    it. What takes more than one value to judge is for 'qgen check'.

    \b
    Examples:
      qgen schema -o qgen.schema.json
      qgen schema | less
    """
    from qgen.compose import editing
    from qgen.files import write_whole

    text = editing.schema()
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
