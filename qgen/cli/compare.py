"""``qgen compare``."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli import console
from qgen.cli.options import (
    catalog_option,
    sdk_option,
    spec_argument,
    variant_option,
)

if TYPE_CHECKING:
    from qgen.compare import Comparison
    from qgen.compose import Built

LIMIT = 20
"""How many differences of a section the text shows."""


@click.command("compare")
@spec_argument()
@click.argument(
    "arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- QEMU ARGUMENTS]"
)
@click.option(
    "--machine", required=True, metavar="NAME", help="The machine, as -M takes it."
)
@variant_option
@sdk_option
@catalog_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Text shows the first differences of each section, JSON all. [default: text]",
)
def command(
    spec: Path,
    arguments: tuple[str, ...],
    machine: str,
    variant: str | None,
    selector: str | None,
    catalog: Path | None,
    form: str,
) -> int:
    """Compare a spec's board with a machine that QEMU has.

    Starts both in the same QEMU, with the same arguments and no CPU running, and
    compares what they are: memory maps, objects, properties, wires, clocks, the
    machine's class, back ends, ROMs, registers and device trees. Ends with 0 when they
    are identical, and with 1 when they differ.

    \b
    Examples:
      qgen compare my-board.yaml --machine netduinoplus2
      qgen compare g3beige --machine g3beige --format json -- -m 256M -nic none
    """
    from qgen import compose
    from qgen.cli import FINDINGS, OK

    progress = PatientProgress()
    try:
        progress.step("compiling the board")
        built = compose.build(spec, selector, variant=variant, catalog=catalog)
        console.stale(built.sdk)
        console.between_releases(built.sdk.version, built.resolved.target)
        console.findings(built.resolved.warnings, built.resolved.source)
        _check_name(machine, built)
        comparison = compose.compare(built, machine, arguments, progress)
    finally:
        progress.close()
    if form == "json":
        click.echo(json.dumps(_data(comparison, built, machine), indent=1))
    else:
        click.echo(_text(comparison, built, machine))
    return OK if comparison.identical else FINDINGS


def _check_name(machine: str, built: Built) -> None:
    from qgen.compose import machines_beside
    from qgen.diagnostics import did_you_mean

    known = machines_beside(built)
    if machine not in known:
        help_ = did_you_mean(machine, known)
        raise click.BadParameter(
            f"{built.loadable.qemu.name} {built.sdk.version} has no machine {machine!r}"
            + (f"; {help_}" if help_ else ""),
            param_hint="'--machine'",
        )


def _text(comparison: Comparison, built: Built, machine: str) -> str:
    name, qemu = built.resolved.board.name, f"QEMU {built.sdk.version}"
    lines = []
    if comparison.identical:
        lines.append(f"identical: {name} and {machine} of {qemu}")
    for section, found in comparison.by_section().items():
        lines.append(f"{section.value}: {_count(len(found), 'difference')}")
        lines += (f"  {difference.text}" for difference in found[:LIMIT])
        if len(found) > LIMIT:
            lines.append(f"  ... and {len(found) - LIMIT} more")
    counts = (f"{what} {number}" for what, number in comparison.counts.items())
    lines.append(f"compared with {machine} of {qemu}: {', '.join(counts)}")
    for exemption, number in comparison.exempt.items():
        lines.append(
            f"not counted, {number} times: {exemption.name} ({exemption.reason})"
        )
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _data(comparison: Comparison, built: Built, machine: str) -> dict[str, object]:
    return {
        "spec": built.resolved.board.name,
        "machine": machine,
        "qemu": built.sdk.version,
        "identical": comparison.identical,
        "compared": dict(comparison.counts),
        "exempt": [
            {"name": each.name, "reason": each.reason, "count": number}
            for each, number in comparison.exempt.items()
        ],
        "differences": [difference.data for difference in comparison.differences],
    }


class PatientProgress:
    """Says where the work is only when it takes longer than one would wait unasked."""

    PATIENCE = 2.0

    def __init__(self) -> None:
        self._step, self._said = "", False
        self._lock = threading.Lock()
        self._timer = threading.Timer(self.PATIENCE, self._speak)
        self._timer.daemon = True
        self._timer.start()

    def step(self, text: str) -> None:
        """A new phase begins."""
        with self._lock:
            self._step = text
            if self._said:
                console.note(f"qgen: {text}")

    def update(self, done: int, total: int) -> None:
        """Phases are short: their parts are not told."""

    def close(self) -> None:
        """Say no more."""
        self._timer.cancel()

    def _speak(self) -> None:
        with self._lock:
            self._said = True
            console.note(f"qgen: {self._step}")
