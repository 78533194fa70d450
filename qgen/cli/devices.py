"""``qgen devices``."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from qgen.cli.releases import Measured, Range, measured_option

if TYPE_CHECKING:
    from qgen.catalogue import Catalogue, DeviceType
    from qgen.lookup import Change, Section

_NARROW = 60
_GAP = 2


def _types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from qgen.cli.completing import device_types

    return device_types(incomplete)


@click.command("devices")
@click.argument("pattern", required=False, default="", shell_complete=_types)
@measured_option
@click.option(
    "--example", is_flag=True, help="Print a whole board that has a device of the type."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="[default: text]",
)
def command(pattern: str, measured: Range, example: bool, form: str) -> None:
    """List the device types of a QEMU release, or explain one.

    PATTERN is the name of a type, which is explained: what to write in a spec, its
    properties, regions, lines, clocks and buses. Or it is a part of a name or of a
    description, a pattern of names ('stm32*'), a bus or a kind (i2c-bus, sysbus,
    network), or one of these:

    \b
      bus:TYPE       devices that sit on such a bus    offers:TYPE  that have one
      property:NAME  devices with a property           parent:TYPE  that derive from it
      target:NAME    in qemu-system-NAME               kconfig:SYMBOL  built with it
      kind:NAME      a bus, cpu, or QEMU's category

    With two releases, what changed from one to the other is shown.

    \b
    Examples:
      qgen devices pl011
      qgen devices 'npcm7xx*' --qemu 10.0
      qgen devices offers:i2c-bus
      qgen devices pl011 --example > board.yaml
      qgen devices pl011 --qemu 7.2..10.2
    """
    old, new = measured
    if old is not None:
        _differences(pattern, old, new, form)
        return
    known = new.catalogue.find(pattern) if pattern else None
    if example:
        _example(pattern, known, new)
    elif known is not None:
        _explain(known, new, form)
    else:
        _list(pattern, new, form)


def _example(pattern: str, known: DeviceType | None, measured: Measured) -> None:
    from qgen.lookup import Impossible, example_of

    if known is None:
        _unknown(pattern, measured)
    try:
        click.echo(example_of(known, measured.catalogue).board(), nl=False)
    except Impossible as reason:
        message = f"no spec alone can make a {known.name!r}: {reason}"
        raise click.UsageError(message) from None


def _explain(known: DeviceType, measured: Measured, form: str) -> None:
    from qgen.lookup import facts, sections

    if form == "json":
        data = {"qemu": measured.catalogue.version} | facts(known, measured.catalogue)
        click.echo(json.dumps(data, indent=1))
        return
    click.echo(f"{_title(known.name)}  (QEMU {measured.label})")
    for section in sections(known, measured.catalogue):
        click.echo("\n".join(_section(section)))


def _section(section: Section) -> Iterable[str]:
    if section.title:
        yield ""
        yield _title(section.title)
    yield from (f"  {line}" if line else "" for line in section.lines)
    yield from (f"  {line}" for line in _aligned(section.rows))


def _title(text: str) -> str:
    from qgen.cli import console

    return console.bold(text)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Columns below each other; the last is as wide as it needs to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield (" " * _GAP).join(cells).rstrip()


def _list(pattern: str, measured: Measured, form: str) -> None:
    from qgen.lookup import facts, kind_of, pick, short

    found = pick(pattern, measured.catalogue)
    if not found:
        _unknown(pattern, measured)
    if form == "json":
        catalogue = measured.catalogue
        listed = [facts(each, catalogue) for each in found]
        data = {"qemu": catalogue.version, "devices": listed}
        click.echo(json.dumps(data, indent=1))
        return
    rows = [(each.name, kind_of(each), short(each)) for each in found]
    if not sys.stdout.isatty():
        click.echo("\n".join("\t".join(row) for row in rows))
        return
    width = max(_NARROW, shutil.get_terminal_size().columns)
    click.echo("\n".join(_cut(line, width) for line in _aligned(rows)))


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 3].rstrip()}..."


def _unknown(pattern: str, measured: Measured) -> NoReturn:
    """Say what there is in place of a type that is not, and in which releases it is."""
    from qgen.compose.lookups import releases_with
    from qgen.diagnostics import had_by
    from qgen.targets import TARGETS

    near = [repr(each) for each in measured.catalogue.nearest(pattern)]
    elsewhere = releases_with(pattern)
    message = (
        f"QEMU {measured.label} has no device type that {pattern!r} is or describes"
    )
    if elsewhere:
        message += f"; {had_by(elsewhere, TARGETS, 'one of that name')}"
    elif near:
        message += f"; did you mean {', '.join(near)}?"
    raise click.BadParameter(message, param_hint="'PATTERN'")


def _differences(pattern: str, old: Measured, new: Measured, form: str) -> None:
    from qgen.cli import console
    from qgen.lookup import changes, of_all

    before, after = (each.catalogue.find(pattern) for each in (old, new))
    if before is not None and after is not None:
        found = changes(before, after)
        if form == "json":
            click.echo(json.dumps(_changes(found), indent=1))
        elif found:
            click.echo("\n".join(change.text for change in found))
        else:
            console.note("nothing changed")
        return
    names = _names(pattern, old.catalogue, new.catalogue)
    if not names:
        _unknown(pattern, new)
    listed = list(of_all(old.catalogue, new.catalogue, names))
    if form == "json":
        data = {
            name: ("added" if added else "removed") if each is None else _changes(each)
            for name, each, added in listed
        }
        click.echo(json.dumps(data, indent=1))
        return
    for name, each, added in listed:
        if each is None:
            click.echo(f"{'+' if added else '-'} {name}")
            continue
        if not pattern:
            click.echo(f"~ {name}: {len(each)} change{'' if len(each) == 1 else 's'}")
        else:
            click.echo(f"~ {name}")
            click.echo("\n".join(f"    {change.text}" for change in each))
    if not listed:
        console.note("nothing changed")


def _names(pattern: str, *catalogues: Catalogue) -> list[str]:
    from qgen.lookup import pick

    found = {each.name for known in catalogues for each in pick(pattern, known)}
    return sorted(found)


def _changes(found: Iterable[Change]) -> list[dict[str, str | None]]:
    return [
        {"what": each.what, "before": each.before, "after": each.after}
        for each in found
    ]
