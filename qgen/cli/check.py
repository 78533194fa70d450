"""``qgen check``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.diagnostics import Finding, Rejected, in_all
from qgen.targets import Target

if TYPE_CHECKING:
    from qgen.compose import Resolved


@click.command("check")
@spec_argument(many=True)
@variant_option
@qemu_option
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing of specs without findings."
)
def command(
    specs: tuple[Path, ...], variant: str | None, target: Target, quiet: bool
) -> int:
    """Validate specs, and the C that they give, without writing anything.

    Every spec is read, judged, rendered, and its C re-read and compared with it. All
    findings are shown, each with its place and with what would be right. Of a spec
    with variants, all are checked, or the one that --variant names.

    \b
    Examples:
      qgen check my-board.yaml
      qgen check specs/*.yaml --qemu 10.0
      qgen check mps2 --variant mps2-an385
    """
    from qgen import compose
    from qgen.cli import FINDINGS, OK

    status = OK
    for spec in specs:
        results = _results(spec, variant, target)
        _show(results)
        for name, result in results.items():
            if isinstance(result, Rejected):
                status = FINDINGS
                continue
            compose.render(result)
            if not quiet:
                click.echo(_good(spec, name, result, target))
    return status


def _show(results: Mapping[str | None, Resolved | Rejected]) -> None:
    """All findings, those of each file together: a spec may name others."""
    from qgen.cli import console

    sources = {result.source.name: result.source for result in results.values()}
    for file, source in sources.items():
        of_file = {n: r for n, r in results.items() if r.source.name == file}
        found = {name: _findings(result) for name, result in of_file.items()}
        console.findings(in_all(found), source)


def _results(
    spec: Path, variant: str | None, target: Target
) -> dict[str | None, Resolved | Rejected]:
    """What the variants of a spec come to: all of them, or the one that is asked for."""
    from qgen import compose

    try:
        if variant is None:
            return compose.resolve_all(spec, target)
        return {variant: compose.resolve(spec, target, variant=variant)}
    except Rejected as rejected:
        return {variant: rejected}


def _findings(result: Resolved | Rejected) -> list[Finding]:
    found = result.findings if isinstance(result, Rejected) else result.warnings
    return [finding.pinned(result.source) for finding in found]


def _good(spec: Path, variant: str | None, result: Resolved, target: Target) -> str:
    from qgen.cli import console

    which = "" if variant is None else f", variant {variant}"
    return (
        f"{console.printable(spec)}{which}: ok "
        f"({_count(len(result.composite.regions), 'region')}, "
        f"{_count(len(result.composite.devices), 'device')}, "
        f"QEMU {target.release})"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
