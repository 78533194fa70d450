"""Draws a memory map as SVG: boxes in order of address, inside what they lie on or in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import log2
from pathlib import PurePath

from qgen.figures import about, hexadecimal
from qgen.frozen import frozen
from qgen.picture.map import Box, Gap, MapPicture
from qgen.picture.map_text import span
from qgen.picture.ram import RamPicture
from qgen.picture.regions import Look, Window
from qgen.picture.spots import Spot
from qgen.picture.svg import Link, arrow_head, cut, drawing, linked, tag, text_of, words

WIDTH = 980.0
LEFT, RIGHT = 150.0, 560.0
"""Where the boxes begin and end; addresses stand left of them, words at the right."""
INSET, MARGIN, LINE, LANE = 14.0, 20.0, 18.0, 7.0
GAP = 20.0

CLASSES = {Look.STUB: "stub"}


def draw_map_svg(picture: MapPicture, link: Link | None = None) -> str:
    """The map as a document of its own, or to stand in a page."""
    return _Drawing(picture, link).whole()


@frozen
class _Placed:
    """A box that was drawn: where its right edge is."""

    box: Box
    y: float
    height: float
    right: float


class _Drawing:
    def __init__(self, picture: MapPicture, link: Link | None) -> None:
        self.picture, self.link = picture, link
        self.body: list[str] = []
        self.placed: list[_Placed] = []

    def whole(self) -> str:
        picture = self.picture
        y = MARGIN + 14
        self.body.append(words(picture.machine, MARGIN, y, "head"))
        self.body.append(words(picture.description, MARGIN, y + 18, "soft"))
        y += 46
        for space in picture.spaces:
            self.body.append(words(space.name, MARGIN, y, "sub"))
            first = len(self.placed)
            y = self._rows(nested(space.rows), y + 10, LEFT, RIGHT)
            self._arrows(self.placed[first:])
            y += 30
        y = self._ram(picture.ram, y)
        y = self._legend(y)
        body = [arrow_head("qgen-map-arrow"), *self.body]
        description = "; ".join(_told(picture))
        title = f"Memory map of {picture.machine}"
        return drawing(title, description, WIDTH, y + MARGIN, body, "qgen-map")

    def _rows(
        self, rows: Iterable[Box | Gap], y: float, left: float, right: float
    ) -> float:
        for row in rows:
            if isinstance(row, Gap):
                y = self._gap(row, y, left, right)
            else:
                y = self._box(row, y, left, right)
        return y

    def _gap(self, gap: Gap, y: float, left: float, right: float) -> float:
        middle = y + GAP / 2
        wide = 62.0
        centre = (left + right) / 2
        self.body.append(
            tag(
                "g",
                tag("title", text_of(f"{span(gap.window)}: nothing answers")),
                tag("line", x1=left, y1=middle, x2=centre - wide, y2=middle),
                words(
                    f"{about(gap.window.size)} free",
                    centre,
                    middle + 4,
                    "soft code",
                    text_anchor="middle",
                ),
                tag("line", x1=centre + wide, y1=middle, x2=right, y2=middle),
                class_="gap",
            )
        )
        return y + GAP

    def _box(self, box: Box, y: float, left: float, right: float) -> float:
        top, at = y, len(self.body)
        self.body.append("")
        height = 20 + 1.1 * log2(max(box.window.size, 1))
        if box.children:
            y = self._rows(box.children, y + 26, left + INSET, right - INSET) + 6
            height = y - top
        drawn = linked(self._drawn(box, top, height, left, right), box.spot, self.link)
        self.body[at] = drawn
        self.placed.append(_Placed(box, top, height, right))
        return top + height + 2

    def _drawn(
        self, box: Box, y: float, height: float, left: float, right: float
    ) -> str:
        name = box.name if box.times == 1 else f"{box.name} ×{box.times}"
        size = about(box.size) if box.times == 1 else f"{about(box.size)} each"
        base = y + 15
        parts = [
            tag("title", text_of(_long(box))),
            tag("rect", x=left, y=y, width=right - left, height=height, rx=3),
            words(cut(name, right - left - 100), left + 8, base),
            words(size, right - 8, base, "soft code", text_anchor="end"),
            words(
                hexadecimal(box.window.first),
                LEFT - 10,
                base - 3,
                "code",
                text_anchor="end",
            ),
            words(cut(_short(box), WIDTH - RIGHT - 190), RIGHT + 50, base, "soft"),
        ]
        if box.spot is not None:
            where = cut(_file_and_line(box.spot), 130)
            parts.append(
                words(where, WIDTH - MARGIN, base, "soft code", text_anchor="end")
            )
        if not box.children and height >= 34:
            last = hexadecimal(box.window.last)
            parts.append(
                words(last, LEFT - 10, y + height - 2, "soft code", text_anchor="end")
            )
        return tag(
            "g",
            *parts,
            class_=CLASSES.get(box.look, box.look.value),
            data_first=hex(box.window.first),
            data_last=hex(box.window.last),
            data_spot=None if box.spot is None else str(box.spot),
        )

    def _arrows(self, placed: list[_Placed]) -> None:
        """From each alias to what it shows, each in a lane of its own."""
        lane = 0
        for alias in placed:
            target = alias.box.target
            if target is None or target.at is None:
                continue
            shown = [
                each
                for each in placed
                if each.box.name == target.name
                and each.box.target is None
                and each.box.window.first <= target.at.first <= each.box.window.last
            ]
            if not shown:
                continue
            out = RIGHT + 10 + LANE * (lane % 5)
            lane += 1
            y1 = alias.y + alias.height / 2
            y2 = shown[0].y + shown[0].height / 2 + (4 if alias.y > shown[0].y else -4)
            way = f"M{alias.right:g} {y1:g}H{out:g}V{y2:g}H{shown[0].right + 2:g}"
            self.body.append(tag("path", d=way, marker_end="url(#qgen-map-arrow)"))

    def _ram(self, ram: RamPicture | None, y: float) -> float:
        lines = list(_ram_lines(ram))
        for place, line in enumerate(lines):
            self.body.append(
                words(line, MARGIN, y + LINE * place, "soft" * (place > 0))
            )
        return y + LINE * len(lines)

    def _legend(self, y: float) -> float:
        looks = list(dict.fromkeys(each.box.look for each in self.placed))
        x = MARGIN
        for look in sorted(looks, key=list(Look).index):
            box = tag("rect", x=x, y=y, width=16, height=12, rx=2)
            label = words(look.value, x + 22, y + 10, "soft")
            self.body.append(tag("g", box, label, class_=CLASSES.get(look, look.value)))
            x += 44 + 7 * len(look.value)
        return y + LINE


def _file_and_line(spot: Spot) -> str:
    return f"{PurePath(spot.file).name}:{spot.line}"


def nested(rows: Iterable[Box | Gap]) -> list[Box | Gap]:
    """The rows with each box inside the one that it lies on top of."""
    top: list[Box | Gap] = []
    open_: list[tuple[Box, list[Box | Gap]]] = []

    def close() -> None:
        box, inner = open_.pop()
        done = replace(box, children=(*box.children, *inner))
        (open_[-1][1] if open_ else top).append(done)

    for row in rows:
        while open_ and not _within(row.window, open_[-1][0].window):
            close()
        if isinstance(row, Box):
            row = replace(row, children=tuple(nested(row.children)))
        if isinstance(row, Box) and row.hidden:
            open_.append((row, []))
        else:
            (open_[-1][1] if open_ else top).append(row)
    while open_:
        close()
    return top


def _within(inner: Window, outer: Window) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _short(box: Box) -> str:
    """What stands beside a box."""
    part = "" if box.part in (None, box.name) else f"{box.part}: "
    if box.target is not None and box.look is Look.ALIAS:
        what = f"shows {box.target.name}"
    elif box.type is not None and box.look is not Look.STUB:
        what = box.type
    else:
        what = box.look.value
    hidden = sum(each.window.size for each in box.hidden)
    if hidden == box.window.size:
        what += ", all hidden"
    elif hidden:
        what += f", {about(box.window.size - hidden)} of it show"
    return part + what


def _long(box: Box) -> str:
    """All that there is to say of a box."""
    lines = [f"{box.name}, {span(box.window)}", _short(box)]
    if box.times > 1:
        lines.append(f"{box.times} of {about(box.size)}, {about(box.step)} apart")
    if box.priority:
        lines.append(f"priority {box.priority}")
    if box.target is not None:
        lines.append(f"shows {box.target.name} from {box.target.offset:#x} on")
    lines += [f"{span(h.window)} hidden by {h.by}" for h in box.hidden[:8]]
    if box.spot is not None:
        lines.append(str(box.spot))
    return "\n".join(lines)


def _told(picture: MapPicture) -> Iterator[str]:
    """The map in words, for who does not see it."""
    for space in picture.spaces:
        for row in space.rows:
            if isinstance(row, Box):
                yield f"{span(row.window)} {row.name} ({row.look.value})"


def _ram_lines(ram: RamPicture | None) -> Iterator[str]:
    if ram is None:
        return
    limits = "" if ram.maximum is None else f", up to {about(ram.maximum)}"
    usual = "" if ram.size == ram.usual else f" (the default is {about(ram.usual)})"
    only = ", and no other size" if ram.exact else ""
    yield f"RAM of -m: {about(ram.size)}{usual}{limits}{only}"
    for move in ram.moves:
        where = "is not there"
        if move.there is not None:
            where = f"{span(move.there)}, {about(move.there.size)}"
        yield f"with -m {about(ram.other or 0)}: {move.name} {where}"
