"""Text to plain data, with the place of every node. The only package that knows YAML.

The YAML of a spec is the part that all its versions read alike: mappings, sequences and
scalars. What YAML 1.1 and 1.2 read differently (``010``, ``on``, ``1:30``, a repeated
key) is an error, never a value. A plain scalar stays text unless it is ``true`` or
``false``: numbers keep the spelling they were written in, and `qgen.expr` reads them.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import NoReturn

import yaml

from qgen.diagnostics import Code, Finding, Rejected
from qgen.load.builder import Builder, Document
from qgen.load.parser import LOADER
from qgen.load.problems import malformed
from qgen.source import START, Source, Span

__all__ = ["MAX_BYTES", "Document", "loads", "read"]

MAX_BYTES = 4 << 20

# YAML forbids them, or its versions disagree on whether they end a line.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd"
    "\U00010000-\U0010ffff]"
)


def read(file: Path) -> Document:
    """Load the spec in ``file``; `Rejected` with all that is wrong with its text."""
    name = str(file)
    if not name.isprintable():
        name = ascii(name)[1:-1]
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            message = "this is a directory, not a spec"
            _reject(Source(name, ""), Code.Q0001, message, help_="name a file in it")
        if status.st_size > MAX_BYTES:
            _too_large(name)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        _reject(Source(name, ""), Code.Q0001, message)
    if len(raw) > MAX_BYTES:
        _too_large(name)
    return loads(_decoded(raw, name), name)


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        source = Source(name, raw.decode("utf-8", "replace"))
        _reject(
            source,
            Code.Q0002,
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            source.at(len(raw[: error.start].decode("utf-8"))),
            "save the file as UTF-8",
        )


def loads(text: str, name: str = "<text>") -> Document:
    """Load a spec from ``text``; ``name`` stands for the file in messages."""
    text = text.removeprefix("\ufeff")
    source = Source(name, text)
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        _reject(
            source,
            Code.Q0002,
            f"the character U+{ord(forbidden[0]):04X} is not allowed in a spec",
            source.at(forbidden.start()),
            "remove it",
        )
    builder = Builder(name, text)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise Rejected([malformed(error, source)], source) from None
    return builder.document()


def _reject(
    source: Source,
    code: Code,
    message: str,
    span: Span = START,
    help_: str | None = None,
) -> NoReturn:
    raise Rejected([Finding(code, message, help=help_, span=span)], source)


def _too_large(name: str) -> NoReturn:
    message = f"the file is larger than {MAX_BYTES >> 20} MiB"
    help_ = "a spec describes one machine, in some KiB"
    _reject(Source(name, ""), Code.Q0004, message, help_=help_)
