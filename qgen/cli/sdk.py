"""``qgen sdk build`` and ``qgen sdk list``."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from qgen.cli import console


@click.group("sdk")
def command() -> None:
    """Prepare QEMUs that load boards.

    An SDK is a QEMU that was built once, so that boards can be compiled and loaded
    into it in a second. SDKs lie in ~/.cache/qgen (or $QGEN_CACHE).

    \b
    Examples:
      qgen sdk build 10.0
      qgen sdk list
    """


@command.command("build")
@click.argument("source", metavar="SOURCE_OR_RELEASE")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="TARGET",
    help="A QEMU system target to build; may be given several times. "
    "[default: aarch64, ppc and x86_64]",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Compile JOBS files at once."
)
def build(source: str, targets: tuple[str, ...], jobs: int | None) -> None:
    """Build QEMU once, ready to load boards.

    SOURCE_OR_RELEASE is a release that Debian has the source of (7.2, 10.0), a QEMU
    source folder, a finished build folder that was linked with -rdynamic, or a Debian
    .dsc file. Takes 10 to 20 minutes; an interrupted build goes on where it stopped.

    \b
    Examples:
      qgen sdk build 10.0
      qgen sdk build ~/src/qemu
    """
    from qgen.lab import sdk_build

    options: dict[str, Any] = {"targets": targets} if targets else {}
    progress = TerminalProgress()
    try:
        made = sdk_build.build(source, progress=progress, jobs=jobs, **options)
    finally:
        progress.close()
    click.echo(f"{made.name}: QEMU {made.version} for {', '.join(made.targets)}")


@command.command("list")
def list_() -> None:
    """List the SDKs that are ready, the newest first.

    A line each: name, version, targets and folder, separated by tabs.

    \b
    Examples:
      qgen sdk list
    """
    from qgen.lab.sdk import BUILD_HINT, installed

    found = installed()
    for sdk in found:
        click.echo(f"{sdk.name}\t{sdk.version}\t{','.join(sdk.targets)}\t{sdk.build}")
    if not found:
        console.note(f"no SDK is ready; build one: {BUILD_HINT}")


class TerminalProgress:
    """Shows steps and a bar on a terminal, and a line now and then elsewhere."""

    INTERVAL = 30.0

    def __init__(self) -> None:
        self.bar: Any = None
        self.said = 0.0

    def step(self, text: str) -> None:
        """A new phase begins."""
        self.close()
        console.note(f"qgen: {text}")

    def update(self, done: int, total: int) -> None:
        """``done`` of ``total`` parts of this phase are ready."""
        if not sys.stderr.isatty():
            if time.monotonic() - self.said >= self.INTERVAL:
                self.said = time.monotonic()
                console.note(f"qgen: {done} of {total}")
            return
        if self.bar is None:
            self.bar = click.progressbar(length=total, file=sys.stderr, show_pos=True)
        self.bar.length = total
        self.bar.update(done - self.bar.pos)

    def close(self) -> None:
        """End the bar, if there is one."""
        if self.bar is not None:
            self.bar.render_finish()
            console.note("")
            self.bar = None
