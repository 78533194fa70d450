"""``qgen new``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qgen.starters import Starter

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_SCHEMA = "qgen.schema.json"


class Cpu(click.ParamType):  # type: ignore[type-arg]
    """A CPU that a starter may have, or a kind of starters."""

    name = "cpu"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The CPU, or the kind."""
        from qgen.diagnostics import did_you_mean

        known = self.known()
        if value not in known:
            help_ = did_you_mean(value, known) or f"there are {', '.join(known)}"
            self.fail(f"no starter has {value!r}; {help_}")
        return str(value)

    @staticmethod
    def known() -> list[str]:
        """All CPUs and kinds."""
        from qgen.starters import STARTERS

        cpus = [cpu for starter in STARTERS for cpu in starter.cpus]
        kinds = [starter.kind for starter in STARTERS]
        return list(dict.fromkeys([*kinds, *cpus]))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Those that begin so."""
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(cpu) for cpu in self.known() if cpu.startswith(incomplete)
        ]


def _named(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} cannot be the name of a machine: lower-case letters, digits "
            "and . _ - make it up"
        )
    return value


@click.command("new")
@click.argument("name", required=False, metavar="[NAME]", callback=_named)
@click.option(
    "--arch",
    type=click.Choice(["arm", "aarch64", "ppc", "riscv64", "x86_64"]),
    help="The architecture of the CPU.",
)
@click.option(
    "--cpu",
    type=Cpu(),
    metavar="CPU",
    help="A CPU, or a kind of them: cortex-m, arm, aarch64, riscv64, ppc, x86_64.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to write it; - is standard output. [default: NAME.yaml]",
)
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
def command(
    name: str | None,
    arch: str | None,
    cpu: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Write a starter spec.

    It is small and right: it passes 'qgen check', it runs, and its comments say what to
    change. What no option says is asked for, if this is a terminal.

    \b
    Examples:
      qgen new                                  (asks)
      qgen new my-board --cpu cortex-m4
      qgen new my-board --arch riscv64 -o specs/my-board.yaml
    """
    from qgen.cli import console
    from qgen.files import write_whole

    starter, cpu = _chosen(arch, cpu)
    if name is None:
        name = _asked("Name of the machine", "my-board")
        while not _NAME.fullmatch(name):
            console.note("lower-case letters, digits and . _ - make it up")
            name = _asked("Name of the machine", "my-board")
    file = output or Path(f"{name}.yaml")
    text = starter.text(name, cpu)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    if file.exists() and not force:
        raise click.UsageError(
            f"{console.printable(file)} is there; --force overwrites"
        )
    write_whole(file, text)
    shown = console.printable(file)
    console.note(f"{shown}: {starter.description} ({cpu})\nNext: qgen check {shown}")
    if not (file.parent / _SCHEMA).exists():
        where = console.printable(file.parent / _SCHEMA)
        console.note(f"For completion in an editor: qgen schema -o {where}")


def _chosen(arch: str | None, cpu: str | None) -> tuple[Starter, str]:
    """The starter that the options ask for, or the person chooses; and its CPU."""
    from qgen.starters import STARTERS, fitting

    found = fitting(arch, cpu)
    if not found:
        raise click.UsageError(f"--arch {arch} has no CPU {cpu!r}")
    if arch is None and cpu is None and not _is_terminal():
        kinds = ", ".join(starter.kind for starter in STARTERS)
        raise click.UsageError(f"say which: --cpu CPU, or one of {kinds}")
    starter = found[0]
    if len(found) > 1 and _is_terminal():
        for number, each in enumerate(found, 1):
            click.echo(f"{number}) {each.kind:9} {each.description}", err=True)
        numbers = click.IntRange(1, len(found))
        starter = found[_asked("Kind of board", 1, numbers) - 1]
    if cpu in starter.cpus:
        return starter, cpu
    if len(starter.cpus) > 1 and _is_terminal():
        choice = click.Choice(starter.cpus)
        return starter, _asked("CPU", starter.cpus[0], choice)
    return starter, starter.cpus[0]


def _asked(question: str, default: Any, kind: Any = None) -> Any:
    """What the person answers; the default where nobody can be asked."""
    if not _is_terminal():
        return default
    return click.prompt(question, default=default, type=kind, err=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
