"""C unit to text. The only module that imports jinja2."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from qgen import layout
from qgen.caches import cache_dir
from qgen.cunit import Header, Unit
from qgen.shipped import folder

_OPTIONS: dict[str, Any] = {
    "autoescape": False,  # C, not HTML: qgen.names escapes
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}


class _Compiled(BytecodeCache):
    """Compiled templates between two starts, as Python keeps compiled modules.

    Jinja has such a cache, which fails where it cannot write; this one does without.
    """

    def _file(self, bucket: Bucket) -> Path:
        made_by = f"jinja2-{jinja2.__version__}-{zlib.crc32(repr(_OPTIONS).encode()):x}"
        return cache_dir() / "templates" / made_by / bucket.key

    def load_bytecode(self, bucket: Bucket) -> None:
        with (
            contextlib.suppress(OSError, RuntimeError, EOFError, ValueError, TypeError),
            self._file(bucket).open("rb") as stream,
        ):
            bucket.load_bytecode(stream)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            file = self._file(bucket)
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
            with os.fdopen(handle, "wb") as stream:
                bucket.write_bytecode(stream)
            Path(draft).replace(file)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        bytecode_cache=_Compiled(),
        undefined=StrictUndefined,
        **_OPTIONS,
    )
    for name in (
        "assign",
        "call",
        "comment",
        "condition",
        "declaration",
        "declares_type",
        "note",
        "returned",
        "signature",
        "spaces",
        "table_row",
    ):
        environment.filters[name] = getattr(layout, name)
    return environment


def render(unit: Unit | Header) -> str:
    """The text of ``unit``."""
    name = "header.h.j2" if isinstance(unit, Header) else "unit.c.j2"
    return _environment().get_template(name).render(unit=unit)
