"""``qgen run``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.options import (
    catalog_option,
    sdk_option,
    spec_argument,
    variant_option,
)

if TYPE_CHECKING:
    from qgen.compose import Timing


@click.command("run")
@spec_argument()
@click.argument(
    "arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- QEMU ARGUMENTS]"
)
@variant_option
@sdk_option
@catalog_option
@click.option("--timing", is_flag=True, help="Print how long each part took.")
def command(
    spec: Path,
    arguments: tuple[str, ...],
    variant: str | None,
    selector: str | None,
    catalog: Path | None,
    timing: bool,
) -> int | None:
    """Run a spec's board in QEMU.

    Renders the spec for the SDK's release, compiles it with QEMU's own flags, and
    starts QEMU with it, which finds the firmware of Debian's packages behind that of -L.
    Ends as QEMU ends.

    \b
    Examples:
      qgen run my-board.yaml -- -nographic -kernel firmware.elf
      qgen run my-board.yaml --sdk 10.0 --timing -- -display none -serial stdio
    """
    from qgen import compose
    from qgen.cli import console
    from qgen.lab.board import execute, firmware_folders

    clock = compose.Timing({"python": _age()})
    build = compose.build(spec, selector, clock, variant=variant, catalog=catalog)
    console.stale(build.sdk)
    console.between_releases(build.sdk.version, build.resolved.target)
    console.findings(build.resolved.warnings, build.resolved.source)
    if build.loadable.machine != build.resolved.board.name:
        console.note(
            f"qgen: this QEMU has a machine {build.resolved.board.name!r} of its own; "
            f"the board runs as {build.loadable.machine!r}"
        )
    arguments = (*arguments, *firmware_folders())
    if not timing:
        execute(build.loadable, arguments)
        return None
    from qgen.lab.timing import start_measured

    return start_measured(
        build.loadable, arguments, lambda spent: _report(clock, spent)
    )


def _age() -> float:
    """Seconds since this process started, to a clock tick; 0 where nobody tells."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return max(0.0, uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return 0.0


def _report(clock: Timing, start: float) -> None:
    from qgen.cli import console

    parts = {**clock.parts, "start": start}
    for name, seconds in parts.items():
        console.note(f"{name:>10} {seconds * 1000:8.1f} ms")
    console.note(
        f"{'sum':>10} {sum(parts.values()) * 1000:8.1f} ms to the first instruction"
    )
