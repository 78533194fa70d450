"""SVG, element by element: all text escaped, and no script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from qgen.picture.spots import Spot

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Link = Callable[[Spot], str | None]
"""Where a line of a spec can be read: an address for ``href``."""

STYLE = """
.qgen{font:12px ui-sans-serif,system-ui,sans-serif;--ink:#1c2430;--soft:#5d6878;--line:#aab4c2;
--paper:#fff;--ram:#cfe8d3;--rom:#f6e3b8;--device:#cfe0f5;--stub:#eceff3;--alias:#e8d8f3;
--hold:#f7f9fb;--mark:#7a3fa0;--bad:#b3261e}
@media (prefers-color-scheme:dark){.qgen{--ink:#e6ebf2;--soft:#9aa7b8;--line:#56627a;
--paper:#12161d;--ram:#1f4a2b;--rom:#574716;--device:#1d3a5e;--stub:#262d38;--alias:#45285c;
--hold:#181e27;--mark:#c79be6;--bad:#ff8a80}}
.qgen text{fill:var(--ink)}.qgen .soft{fill:var(--soft)}
.qgen .code{font-family:ui-monospace,monospace;
font-size:11px}.qgen .head{font-size:16px;font-weight:600}.qgen .sub{font-weight:600}
.qgen .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.qgen rect{stroke:var(--line)}.qgen .paper{fill:var(--paper);stroke:none}
.qgen .ram rect{fill:var(--ram)}.qgen .rom rect,.qgen .flash rect{fill:var(--rom)}
.qgen .device rect{fill:var(--device)}.qgen .stub rect{fill:var(--stub);stroke-dasharray:4 3}
.qgen .alias rect{fill:var(--alias)}.qgen .container rect{fill:var(--hold)}
.qgen .gap line{stroke:var(--line);stroke-dasharray:2 4}
.qgen path{fill:none;stroke:var(--mark);stroke-width:1.2}
.qgen marker path{fill:var(--mark);stroke:none}
.qgen a:hover rect,.qgen .lit rect{stroke:var(--mark);stroke-width:2}
"""


def text_of(text: str) -> str:
    """A text as XML has it."""
    return escape(NOT_IN_XML.sub("�", text), quote=True)


def tag(name: str, *content: str, **attributes: object) -> str:
    """An element. ``class_`` is ``class``, and ``data_first`` is ``data-first``."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text_of(_shown(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(content)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def arrow_head(id_: str) -> str:
    """The definition of the head that lines have which refer to ``url(#ID)``."""
    marker = tag(
        "marker",
        tag("path", d="M0 0L8 4L0 8z"),
        id=id_,
        viewBox="0 0 8 8",
        refX=8,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto",
    )
    return tag("defs", marker)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def words(text: str, x: float, y: float, class_: str = "", **more: object) -> str:
    """A line of text."""
    return tag("text", text_of(text), x=x, y=y, class_=class_ or None, **more)


def cut(text: str, width: float, glyph: float = 6.7) -> str:
    """As much of a text as ``width`` has room for."""
    room = max(int(width / glyph), 1)
    return text if len(text) <= room else text[: room - 1] + "…"


def linked(content: str, spot: Spot | None, link: Link | None) -> str:
    """The content as a link to its line of the spec, where there is one to follow."""
    href = None if spot is None or link is None else link(spot)
    return content if href is None else tag("a", content, href=href)


def drawing(
    title: str, description: str, width: float, height: float, body: list[str], id_: str
) -> str:
    """A whole SVG."""
    head = [
        tag("title", text_of(title), id=f"{id_}-title"),
        tag("desc", text_of(description), id=f"{id_}-desc"),
        tag("style", STYLE),
        tag("rect", class_="paper", width=width, height=height),
    ]
    return (
        tag(
            "svg",
            *("\n" + each for each in (*head, *body)),
            "\n",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width:g} {height:g}",
            width=width,
            height=height,
            role="img",
            aria_labelledby=f"{id_}-title {id_}-desc",
            class_="qgen",
        )
        + "\n"
    )
