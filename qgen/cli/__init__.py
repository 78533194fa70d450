"""The command line: the only package that prints, and that ends the process.

Exit status: 0 all is well; 1 the spec has findings; 2 wrong usage; 3 a fault of qgen
itself; 4 something around it is missing or failed (an SDK, the compiler, a file).
``qgen run`` ends as QEMU ends; ``qgen compare`` with 1 when the machines differ.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from qgen import __version__
from qgen.diagnostics import GeneratorFault, Rejected

OK, FINDINGS, USAGE, FAULT, SURROUNDINGS = 0, 1, 2, 3, 4

COMMANDS_BY_USE = {
    "Write a spec": {
        "new": "Write a starter spec.",
        "schema": "Print the JSON Schema of specs, for editors.",
        "fmt": "Write specs in canonical form.",
        "devices": "List the device types of QEMU, or explain one.",
        "explain": "Tell the long story of a finding's code, or list all codes.",
    },
    "See what it means": {
        "check": "Validate specs, and the C that they give, without writing anything.",
        "map": "Show the memory map of a spec's board.",
        "wires": "Show the interrupts, GPIO lines and clocks of a spec's board.",
        "report": "Write one page with all that there is to see of a board.",
    },
    "Get the C": {
        "render": "Print the C of a spec.",
        "diff": "Show what moving a board to another release changes in its C.",
    },
    "Run it": {
        "sdk": "Prepare QEMUs that load boards.",
        "run": "Run a spec's board in QEMU.",
        "compare": "Compare a spec's board with a machine that QEMU has.",
        "catalog": "Measure the devices of your own QEMU.",
    },
    "Put it into QEMU": {
        "scaffold": "Put a spec's board into a QEMU source tree.",
        "patch": "Write a spec's board as patches for QEMU.",
        "unscaffold": "Take a board out of a QEMU source tree again.",
    },
    "Around qgen": {
        "completion": "Print the script that completes qgen's command lines in a shell.",
    },
}
"""The commands, in the order in which a person comes to need them."""

_COMMANDS = {
    name: said for each in COMMANDS_BY_USE.values() for name, said in each.items()
}


class _Commands(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"qgen.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        width = max(len(name) for name in _COMMANDS)  # `map` is a command here
        for title, commands in COMMANDS_BY_USE.items():
            with formatter.section(title):
                rows = [(name.ljust(width), said) for name, said in commands.items()]
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name not in _COMMANDS and not name.startswith("-"):
            from qgen.diagnostics import did_you_mean

            help_ = did_you_mean(name, _COMMANDS)
            ctx.fail(f"no command {name!r}; {help_}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit status: 0 all is well, 1 findings in the spec, 2 wrong usage, 3 a fault "
        "of qgen itself, 4 something around it failed (SDK, compiler, file)."
    ),
)
@click.version_option(__version__, prog_name="qgen")
def cli() -> None:
    """From a declarative machine spec to the C of a QEMU board, proved right.

    \b
    Examples:
      qgen render specs/arm-virt.yaml > arm_virt.c
      qgen check my-board.yaml
      qgen sdk build 10.0
      qgen run my-board.yaml -- -nographic -kernel firmware.elf
    """


def main() -> None:
    """Run the command line, and end the process with a documented status."""
    from qgen.cli import console

    # A short life, with few cycles: looking for them often costs a tenth of it.
    gc.set_threshold(100_000, 20, 20)
    try:
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
        code = status if isinstance(status, int) else OK
    except click.exceptions.Abort:
        console.error("interrupted")
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Rejected as error:
        console.findings(error.findings, error.source)
        code = FINDINGS
    except GeneratorFault as error:
        console.error(
            f"{error}\nThis is a fault of qgen, not of the spec: please report it."
        )
        code = FAULT
    except BrokenPipeError:
        # Whoever reads our output has seen enough: end as `cat` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except Exception as error:  # the last resort: a fault of ours, and no traceback
        code = console.unexpected(error)
    sys.exit(code)
