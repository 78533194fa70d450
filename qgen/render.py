"""C unit to text. The only module that imports jinja2."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qgen import layout
from qgen.cunit import Header, Unit
from qgen.shipped import folder


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        autoescape=False,  # C, not HTML: qgen.names escapes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
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
