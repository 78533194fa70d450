"""What editors and people who write specs ask for: no stage is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from qgen.shipped import folder

SCHEMA = "qgen.schema.json"
"""The schema of specs, beside those that qgen ships."""


def schema() -> str:
    """The JSON Schema of spec files, as text."""
    from qgen.load import loads
    from qgen.spec.editor import document

    def example(text: str) -> Any:
        return loads(f"example: {text}").data["example"]

    return json.dumps(document(example), indent=1, ensure_ascii=False) + "\n"


class Formatted(NamedTuple):
    """The text of a spec, and what it is in canonical form."""

    name: str
    before: str
    after: str


def formatted(file: Path) -> Formatted:
    """A spec in canonical form; `Rejected` where it is not right.

    Only each value is judged, not what they mean together.
    """
    from qgen.fmt import formatted as in_canonical_form
    from qgen.load import read
    from qgen.spec import validate
    from qgen.variants import split

    document = read(file)
    for each in split(document).values():
        validate(each.data, each.source)
    shipped = json.loads((folder("specs") / SCHEMA).read_text("utf-8"))
    source = document.source
    return Formatted(source.name, source.text, in_canonical_form(document, shipped))
