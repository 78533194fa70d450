"""``qgen completion``."""

from __future__ import annotations

import click

PROGRAM, VARIABLE = "qgen", "_QGEN_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that completes qgen's command lines in a shell.

    It completes commands and options, specs and their variants, QEMU releases, SDKs,
    device types, CPUs and the codes of findings.

    \b
    Examples:
      eval "$(qgen completion bash)"            (in ~/.bashrc)
      eval "$(qgen completion zsh)"             (in ~/.zshrc, behind compinit)
      qgen completion fish > ~/.config/fish/completions/qgen.fish
    """
    click.echo(script(shell), nl=False)


def script(shell: str) -> str:
    """The script for a shell."""
    from qgen.cli import cli
    from qgen.cli.completing import shells
    from qgen.shipped import folder

    if shell == "bash":  # click's own loses files where there are folders
        return (folder("templates") / "completion.bash").read_text("utf-8")
    made = shells()[shell](cli, {}, PROGRAM, VARIABLE)
    return str(made.source_template % made.source_vars()).lstrip("\n")
