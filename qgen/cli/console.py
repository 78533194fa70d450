"""What the command line prints, and how: colour only on a terminal."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.diagnostics import Finding, Severity, in_order, render
from qgen.source import Source
from qgen.targets import Target, on_its_way

if TYPE_CHECKING:
    from qgen.lab.sdk import Sdk
    from qgen.picture import Terminal

MAX_FINDINGS = 100


def _styled(text: str, colour: str) -> str:
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    return click.style(text, fg=colour, bold=True)


def bold(text: str) -> str:
    """A title on standard output."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return click.style(text, bold=True)


def printable(path: Path) -> str:
    """A path as text that every terminal takes, whatever bytes it has."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def note(text: str) -> None:
    """A line on standard error."""
    click.echo(text, err=True)


def between_releases(version: str, target: Target) -> None:
    """Say what a QEMU on its way to the next release is taken for, if it is one."""
    if on_its_way(version):
        note(
            f"qgen: QEMU {version} is on its way to a release; "
            f"the C is that of {target.release}"
        )


def terminal() -> Terminal:
    """What standard output can show."""
    import shutil

    from qgen.picture.terminal import Terminal

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((110, 24)).columns
    colour = is_terminal and not os.environ.get("NO_COLOR")
    return Terminal(max(width, 40), encoding == "utf8", colour)


def show(text: str) -> None:
    """Text on standard output, whatever bytes that takes."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.buffer.write(text.encode(encoding, "backslashreplace"))


def stale(sdk: Sdk) -> None:
    """Say so where an SDK was built again since its device types were measured."""
    if sdk.is_newer_than_catalog:
        note(
            f"qgen: {sdk.name} was built again since its devices were measured; to "
            f"measure what changed: qgen catalog build --sdk {sdk.name}"
        )


def error(text: str) -> None:
    """An error that is not about a place in a spec."""
    click.echo(f"{_styled('qgen: error:', 'red')} {text}", err=True)


def findings(found: Iterable[Finding], source: Source) -> None:
    """The findings of a spec that its comments do not allow."""
    from qgen.allowing import settle

    standing(settle(found, source, complete=False).standing, source)


def standing(found: Iterable[Finding], source: Source) -> None:
    """All of these findings in order of place."""
    ordered = in_order(found, source)
    for finding in ordered[:MAX_FINDINGS]:
        head, _, rest = render(finding, source).partition("\n")
        word = f"{finding.severity.value}[{finding.code.name}]:"
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        head = head.replace(word, _styled(word, colour), 1)
        click.echo(head + ("\n" + rest if rest else ""), err=True)
    if len(ordered) > MAX_FINDINGS:
        note(f"... and {len(ordered) - MAX_FINDINGS} more")
    if ordered and sys.stderr.isatty():
        codes = {finding.code.name for finding in ordered}
        note(f"(qgen explain {codes.pop() if len(codes) == 1 else 'CODE'} says more)")


def unexpected(fault: Exception) -> int:
    """An exception that nothing expected; gives the exit status."""
    from qgen.cli import FAULT, SURROUNDINGS

    # Imported by a command that uses them, or not at all.
    for module, name in (
        ("lab", "LabError"),
        ("tree", "TreeError"),
        ("catalogue", "CatalogueError"),
    ):
        errors = sys.modules.get(f"qgen.{module}.errors")
        if errors is not None and isinstance(fault, getattr(errors, name)):
            error(str(fault))
            hint = getattr(fault, "hint", "")
            if hint:
                note(f"  help: {hint}")
            return SURROUNDINGS
    if isinstance(fault, OSError):
        where = f"{fault.filename}: " if fault.filename else ""
        error(f"{where}{fault.strerror or fault}")
        return SURROUNDINGS
    if os.environ.get("QGEN_DEBUG"):
        traceback.print_exception(fault)
    error(
        f"{type(fault).__name__}: {fault}\n"
        "This is a fault of qgen, not of the spec: please report it "
        "(QGEN_DEBUG=1 shows where it happened)."
    )
    return FAULT
