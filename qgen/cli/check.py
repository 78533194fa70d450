"""``qgen check``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qgen.cli.options import qemu_option, spec_argument, variant_option
from qgen.cli.reporting import Reporter, report_options
from qgen.diagnostics import Finding, Rejected, in_all
from qgen.targets import Target

if TYPE_CHECKING:
    from qgen.compose import Resolved


@click.command("check")
@spec_argument(many=True)
@variant_option
@qemu_option
@report_options("the others as one document for all specs to standard output")
@click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing of specs without findings."
)
def command(
    specs: tuple[Path, ...],
    variant: str | None,
    target: Target,
    form: str,
    werror: bool,
    quiet: bool,
) -> int:
    """Validate specs, and the C that they give, without writing anything.

    Every spec is read, judged, rendered, and its C re-read and compared with it. All
    findings are shown, each with its place and with what would be right. Of a spec
    with variants, all are checked, or the one that --variant names.

    \b
    Examples:
      qgen check my-board.yaml
      qgen check specs/*.yaml --qemu 10.0 --werror
      qgen check mps2 --variant mps2-an385
      qgen check my-board.yaml --format sarif > qgen.sarif
    """
    from qgen import compose
    from qgen.cli import FINDINGS, OK

    status = OK
    reporter = Reporter(form, werror=werror)
    for spec in specs:
        results = _results(spec, variant, target)
        failed = _show(results, reporter, whole=variant is None)
        for name, result in results.items():
            if failed or isinstance(result, Rejected):
                status = FINDINGS
            if isinstance(result, Rejected):
                continue
            compose.render(result)
            if reporter.as_text and not quiet and not (failed and werror):
                click.echo(_good(spec, name, result, target))
    reporter.finish()
    return status


def _show(
    results: Mapping[str | None, Resolved | Rejected],
    reporter: Reporter,
    *,
    whole: bool,
) -> bool:
    """Tell all findings, those of each file together: a spec may name others.

    Whether an error is among them; ``whole``: these are all variants.
    """
    failed = False
    complete = whole and not any(isinstance(r, Rejected) for r in results.values())
    sources = {result.source.name: result.source for result in results.values()}
    for file, source in sources.items():
        of_file = {n: r for n, r in results.items() if r.source.name == file}
        found = {name: _findings(result) for name, result in of_file.items()}
        failed |= reporter.take(in_all(found), source, complete=complete)
    return failed


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
    devices = [d for d in result.composite.devices if d.inputs is None and not d.ide]
    stubs = sum(device.is_stub for device in devices)
    return (
        f"{console.printable(spec)}{which}: ok "
        f"({_count(len(result.composite.regions), 'region')}, "
        f"{_count(len(devices) - stubs, 'device')}, "
        f"{_count(stubs, 'stub') + ', ' if stubs else ''}"
        f"QEMU {target.release})"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
