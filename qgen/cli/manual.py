"""The manual page, from the commands: ``man/qgen.1``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from qgen import __version__
from qgen.cli import COMMANDS_BY_USE, cli

_DATE = "2026-11-22"
_STATUS = (
    ("0", "All is well."),
    ("1", "The spec has findings, or what was compared differs."),
    ("2", "Wrong usage."),
    ("3", "A fault of qgen itself."),
    ("4", "Something around it is missing or failed: an SDK, the compiler, a file."),
)
_ENVIRONMENT = (
    (
        "QGEN_CACHE",
        "Where SDKs are, and what was made before; ~/.cache/qgen otherwise.",
    ),
    ("QGEN_DEBUG", "If set, a fault of qgen itself shows where it happened."),
    ("QGEN_DSC_PATH", "Folders of Debian source packages for 'qgen sdk build'."),
    ("NO_COLOR", "If set, nothing is coloured."),
)


def page() -> str:
    """The page, as groff and mandoc take it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.\\" Written by qgen from its commands: pytest tests/test_help.py --update'
    yield f'.TH QGEN 1 {_DATE} "qgen {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "qgen \\- from a declarative machine spec to the C of a QEMU board"
    yield ".SH SYNOPSIS"
    yield ".B qgen"
    yield ".I COMMAND"
    yield "[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION"
    yield from _help(cli)
    for title, names in COMMANDS_BY_USE.items():
        yield f".SH {title.upper()}"
        for name in names:
            command = cli.get_command(click.Context(cli), name)
            assert command is not None
            yield from _command(f"qgen {name}", command)
            if isinstance(command, click.Group):
                for inner in sorted(command.commands):
                    yield from _command(f"qgen {name} {inner}", command.commands[inner])
    yield ".SH EXIT STATUS"
    for term, text in _STATUS:
        yield from _item(f"\\fB{term}\\fR", text)
    yield ".PP"
    yield from _text("'qgen run' ends as QEMU ends.")
    yield ".SH ENVIRONMENT"
    for term, text in _ENVIRONMENT:
        yield from _item(f"\\fB{_escaped(term)}\\fR", text)
    yield ".SH SEE ALSO"
    yield ".BR qemu (1),"
    yield ".BR git\\-am (1)"


def _command(name: str, command: click.Command) -> Iterator[str]:
    ctx = click.Context(command, info_name=name)
    pieces = " ".join(command.collect_usage_pieces(ctx))
    yield f".SS {_escaped(name)}"
    yield f"\\fB{_escaped(name)}\\fR {_escaped(pieces)}"
    yield ".PP"
    yield from _help(command)
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        is_help = isinstance(param, click.Argument) or "--help" in param.opts
        if record is not None and not is_help:
            yield from _item(f"\\fB{_escaped(record[0])}\\fR", record[1])


def _help(command: click.Command) -> Iterator[str]:
    """The text of a command; what follows \\b stands as it is."""
    first = True
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        as_it_is = paragraph.startswith("\b")
        lines = paragraph.removeprefix("\b\n").split("\n")
        if not first:
            yield ".PP"
        first = False
        if not as_it_is:
            yield from _text(" ".join(lines))
            continue
        if not lines[0].startswith(" "):
            yield from _text(lines.pop(0))
        yield ".EX"
        yield from (_line(line) for line in lines)
        yield ".EE"


def _item(term: str, text: str) -> Iterator[str]:
    yield from (".TP", term)
    yield from _text(text)


def _text(text: str) -> Iterator[str]:
    """A sentence a line, as manual pages are written."""
    for sentence in re.split(r"(?<=[.;:]) (?=[A-Z'\"-])", " ".join(text.split())):
        yield _line(sentence)


def _line(text: str) -> str:
    """A line of text, which cannot be a request of roff's."""
    text = _escaped(text)
    return f"\\&{text}" if text[:1] in (".", "'") else text


def _escaped(text: str) -> str:
    for char, escape in (
        *(("\\", "\\e"), ("-", "\\-"), ("~", "\\(ti"), ("^", "\\(ha")),
        *(("`", "\\(ga"), ("'", "\\(aq"), ('"', "\\(dq")),
    ):
        text = text.replace(char, escape)
    return text
