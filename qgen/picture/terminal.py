"""What a terminal can show: how wide, which characters, whether in colour."""

from __future__ import annotations

from qgen.frozen import frozen

_ASCII = str.maketrans(
    {
        "█": "#",
        "▓": "%",
        "▒": "=",
        "░": "-",
        "·": ".",
        "…": "~",
        "→": ">",
        "×": "x",
        "├": "|",
        "└": "`",
        "│": "|",
        "─": "-",
        "╴": "-",
    }
)
_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


@frozen
class Terminal:
    """``unicode``: it shows more than ASCII; ``colour``: it takes colours."""

    width: int = 100
    unicode: bool = True
    colour: bool = False

    def paint(self, text: str, colour: str | None) -> str:
        """``text`` in a colour, where there are any."""
        if not self.colour or colour is None or not text.strip():
            return text
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"

    def plain(self, text: str) -> str:
        """Signs of qgen's own, in ASCII where it must be."""
        return text if self.unicode else text.translate(_ASCII)

    def safe(self, text: str) -> str:
        """A text of a spec, without what could move the cursor."""
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        return shown if self.unicode else ascii(shown)[1:-1]

    def cut(self, text: str, width: int) -> str:
        """At most ``width`` characters of a text."""
        if len(text) <= width:
            return text
        return text[: max(width - 1, 0)] + self.plain("…")
