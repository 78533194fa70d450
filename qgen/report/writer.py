"""Lays the page out: the template escapes all text, and a policy forbids all else."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING

from qgen.figures import about, hexadecimal
from qgen.report.page import Page
from qgen.shipped import folder

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["address"] = hexadecimal
    environment.filters["about"] = about
    return environment.get_template("report.html.j2")


def write_page(page: Page) -> str:
    """The whole page."""
    from markupsafe import Markup

    script = _part("report.js")
    style = _part("report.css")
    return _template().render(
        page=page,
        policy=_policy(script),
        script=Markup(script),
        style=Markup(style),
        map=Markup(page.map),
        wires=Markup(page.wires),
        ranges=Markup(_ranges(page)),
    )


def _part(name: str) -> str:
    return (folder("templates") / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Nothing is loaded, and no script runs but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )


def _ranges(page: Page) -> str:
    """The ranges for the script: numbers as text, for JavaScript's have 53 bits."""
    rows = [
        {
            "space": each.space,
            "first": hex(each.first),
            "last": hex(each.last),
            "offset": hex(each.offset),
            "name": each.name,
            "what": each.what,
            "line": page.anchor(each.spot),
            "spot": None if each.spot is None else str(each.spot),
        }
        for each in page.ranges
    ]
    text = json.dumps(rows)
    # What could end the element, or begin another, is spelled another way.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
