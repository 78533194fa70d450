"""C source as text: what is enough to find declarations in it."""

from __future__ import annotations

import re

_IGNORED = re.compile(
    r"/\*.*?\*/|//(?:[^\n\\]|\\.)*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.S
)


def without_comments(text: str) -> str:
    """`text` with a space for each comment, and its continued lines joined."""

    def kept(match: re.Match[str]) -> str:
        return " " if match[0].startswith("/") else match[0]

    return _IGNORED.sub(kept, text).replace("\\\n", " ")


def balanced(text: str, start: int, pair: str = "()") -> str:
    """The text from `start`, just after a bracket, to the one that closes it."""
    depth = 1
    for index in range(start, len(text)):
        depth += {pair[0]: 1, pair[1]: -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    return text[start:]


def split_arguments(text: str) -> list[str]:
    """The arguments of a call, or the parameters of a function."""
    pieces = [""]
    depth = 0
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return [" ".join(piece.split()) for piece in pieces]
