"""Writes a memory map for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log2

from qgen.figures import about, hexadecimal, human
from qgen.picture.map import Box, Gap, Hidden, MapPicture, SpacePicture
from qgen.picture.ram import Move, RamPicture
from qgen.picture.regions import Look, Window
from qgen.picture.terminal import Terminal

BARS = {
    Look.RAM: "█",
    Look.ROM: "▓",
    Look.FLASH: "▓",
    Look.DEVICE: "▒",
    Look.STUB: "░",
    Look.ALIAS: "→",
    Look.CONTAINER: "·",
}
COLOURS = {
    Look.RAM: "green",
    Look.ROM: "yellow",
    Look.FLASH: "yellow",
    Look.DEVICE: "cyan",
    Look.STUB: "dim",
    Look.ALIAS: "magenta",
    Look.CONTAINER: "blue",
}
MOST_HIDDEN = 3
"""Of how many hidden places a region's row tells all."""
MOST_BAR = 24


def write_map(picture: MapPicture, terminal: Terminal) -> str:
    """The map as lines of text."""
    return "\n".join(_Writer(picture, terminal).lines()) + "\n"


def span(window: Window) -> str:
    """Two addresses, the first with as many digits as the last."""
    return f"{hexadecimal(window.first)}-{hexadecimal(window.last)}"


class _Writer:
    def __init__(self, picture: MapPicture, terminal: Terminal) -> None:
        self.picture, self.terminal = picture, terminal
        rows = [each for space in picture.spaces for each in _all(space.rows)]
        windows = [row.window for row in rows]
        self.span = max((len(span(each)) for each in windows), default=0)
        sizes = [row.size for row in rows if isinstance(row, Box)]
        self.least, self.most = (log2(max(f(sizes, default=1), 1)) for f in (min, max))
        spots = [len(str(b.spot)) for b in rows if isinstance(b, Box) and b.spot]
        self.spot = max(spots, default=0)
        room = terminal.width - self.span - self.spot - 54
        self.bar = 0 if room < 4 else min(room, MOST_BAR)
        names = [
            len(self._name(box)) + 2 * depth
            for space in picture.spaces
            for depth, box in _nested(space.rows, 0)
        ]
        used = self.span + 12 + (self.bar + 2 if self.bar else 0) + self.spot + 2
        left = max(terminal.width - used, 24)
        self.name = min(max(names, default=0), left // 2)
        self.what = left - self.name - 2

    def lines(self) -> Iterator[str]:
        picture, safe = self.picture, self.terminal.safe
        yield self.terminal.paint(f"{safe(picture.machine)}: ", "bold") + safe(
            picture.description
        )
        for space in picture.spaces:
            yield ""
            yield from self._space(space)
        yield ""
        yield from self._ram(picture.ram)
        if self.bar:
            yield ""
            yield self._legend()

    def _space(self, space: SpacePicture) -> Iterator[str]:
        yield self.terminal.paint(space.name, "bold")
        if not space.rows:
            yield "  nothing that the spec knows of"
        holders = [""]
        for depth, row in _rows(space.rows, 0):
            if isinstance(row, Gap):
                yield self._gap(row, holders[depth])
            else:
                holders[depth + 1 :] = [row.name]
                yield from self._row(row, depth)

    def _gap(self, gap: Gap, holder: str) -> str:
        mark = self.terminal.plain("·").rjust(self.span)
        free = f" free in {self.terminal.safe(holder)}" if holder else ""
        text = f"{mark}{about(gap.window.size).rjust(12)}{free}"
        return "  " + self.terminal.paint(text, "dim")

    def _row(self, row: Box, depth: int) -> Iterator[str]:
        terminal = self.terminal
        colour = COLOURS[row.look]
        name = terminal.cut("  " * depth + self._name(row), self.name)
        what = terminal.cut(self._what(row), self.what).ljust(self.what)
        parts = [
            f"{span(row.window).ljust(self.span)}{about(row.size).rjust(12)}",
            terminal.paint(self._bar(row).ljust(self.bar), colour),
            terminal.paint(name.ljust(self.name), colour),
            what,
            terminal.paint("" if row.spot is None else str(row.spot), "dim"),
        ]
        if not self.bar:
            del parts[1]
        yield "  " + "  ".join(parts).rstrip()
        for line in self._hidden(row, depth):
            yield " " * (self.span + 16 + (self.bar + 2 if self.bar else 0)) + line

    def _name(self, box: Box) -> str:
        return self.terminal.safe(box.name)

    def _what(self, box: Box) -> str:
        """What the region is, in words."""
        safe = self.terminal.safe
        words = [box.look.value]
        if box.target is not None and box.look is Look.ALIAS:
            words = [self.terminal.plain("→ ") + safe(box.target.name)]
            if box.target.at is not None:
                words.append(f"at {hexadecimal(box.target.at.first)}")
            elif box.target.offset:
                words.append(f"from {hexadecimal(box.target.offset)} on")
        elif box.type is not None and box.look is not Look.STUB:
            words = [safe(box.type)]
            if box.look is Look.FLASH:
                words.append("(flash)")
        if box.times > 1 and box.step != box.size:
            words.append(f"every {human(box.step)}")
        if box.part is not None and (box.part != box.name or box.times > 1):
            times = f" ×{box.times}" if box.times > 1 else ""
            words.insert(0, f"{safe(box.part)}{self.terminal.plain(times)}:")
        if box.priority and box.look is not Look.STUB:
            words.append(f"(priority {box.priority})")
        return " ".join(words)

    def _bar(self, box: Box) -> str:
        if not self.bar:
            return ""
        whole = max(self.most - self.least, 1)
        share = (log2(max(box.size, 1)) - self.least) / whole
        length = 1 + round(share * (self.bar - 1))
        return self.terminal.plain(BARS[box.look]) * length

    def _hidden(self, box: Box, depth: int) -> Iterator[str]:
        pad, paint = "  " * depth, self.terminal.paint
        if not box.hidden:
            return
        hidden = sum(each.window.size for each in box.hidden)
        if hidden == box.window.size:
            by = dict.fromkeys(self._by(each) for each in box.hidden)
            text = f"all hidden by {', '.join(list(by)[:MOST_HIDDEN])}"
            yield pad + paint(text + (" ..." if len(by) > MOST_HIDDEN else ""), "red")
            return
        if len(box.hidden) > MOST_HIDDEN:
            seen = about(box.window.size - hidden)
            text = f"{seen} of it show, {len(box.hidden)} regions lie above the rest"
            yield pad + paint(text, "red")
            return
        for each in box.hidden:
            yield pad + paint(f"{span(each.window)} hidden by {self._by(each)}", "red")

    def _by(self, hidden: Hidden) -> str:
        why = f" (priority {hidden.priority} over {hidden.under})"
        equal = hidden.priority == hidden.under
        return self.terminal.safe(hidden.by) + (" (mapped later)" if equal else why)

    def _ram(self, ram: RamPicture | None) -> Iterator[str]:
        if ram is None:
            yield "-m changes nothing: the spec has no 'ram'"
            return
        if ram.exact:
            yield f"-m: {human(ram.usual)}, and no other size"
            return
        limits = []
        if ram.minimum is not None:
            limits.append(f"from {human(ram.minimum)}")
        if ram.maximum is not None:
            limits.append(f"up to {human(ram.maximum)}")
        usual = "the default" if ram.size == ram.usual else "here"
        words = [f"-m: {human(ram.size)} {usual}"]
        if ram.size != ram.usual:
            words.append(f"{human(ram.usual)} the default")
        yield ", ".join([*words, *limits])
        if ram.other is None:
            return
        yield f"  with -m {human(ram.other)}:"
        for move in ram.moves:
            yield "    " + self._move(move)
        if not ram.moves:
            yield "    nothing moves"

    def _move(self, move: Move) -> str:
        name = self.terminal.safe(move.name)
        spot = "" if move.spot is None else f"  {move.spot}"
        if move.there is None:
            return f"{name} is not there{spot}"
        new = "" if move.here is not None else "there is "
        size = about(move.there.size)
        return f"{new}{name} {span(move.there)}, {size}{spot}"

    def _legend(self) -> str:
        present = {
            row.look
            for space in self.picture.spaces
            for row in _all(space.rows)
            if isinstance(row, Box)
        }
        marks = (
            self.terminal.paint(self.terminal.plain(BARS[look]), COLOURS[look])
            + f" {look.value}"
            for look in Look
            if look in present
        )
        return "  ".join(marks) + self.terminal.plain(
            "   (the longer a bar, the larger the region: one step more is twice and more)"
        )


def _rows(rows: Iterable[Box | Gap], depth: int) -> Iterator[tuple[int, Box | Gap]]:
    for row in rows:
        yield depth, row
        if isinstance(row, Box):
            yield from _rows(row.children, depth + 1)


def _nested(rows: Iterable[Box | Gap], depth: int) -> Iterator[tuple[int, Box]]:
    for at, row in _rows(rows, depth):
        if isinstance(row, Box):
            yield at, row


def _all(rows: Iterable[Box | Gap]) -> Iterator[Box | Gap]:
    return (row for _, row in _rows(rows, 0))
