"""Writes the files that `qgen.catalogue.table` reads; the same bytes on each run."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path


def pack(key: str, header: object, lines: Mapping[str, object]) -> bytes:
    """The bytes of a file with a `header` under `key`, and `lines` by name."""
    rows = [f"{key}\t{_json(header)}\n"]
    rows += [f"{name}\t{_json(lines[name])}\n" for name in sorted(lines)]
    return gzip.compress("".join(rows).encode("utf-8"), 9, mtime=0)


def put(path: Path, packed: bytes) -> Path:
    """Replace the file at `path`, at once."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(packed)
    temporary.replace(path)
    return path


def _json(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))
