"""Boards to look at: their memory and their wires, as plain data and drawn.

`draw_map` and `answers_at` give data; the writers beside them turn it into text and SVG.
"""

from qgen.picture.at import Answer, answers_at, answers_in, write_answer
from qgen.picture.data import as_data
from qgen.picture.map import MapPicture, draw_map
from qgen.picture.map_svg import draw_map_svg
from qgen.picture.map_text import write_map
from qgen.picture.ram import draw_ram, other_size
from qgen.picture.spots import Spot, Spots
from qgen.picture.terminal import Terminal
from qgen.picture.wires import (
    IRQ,
    Counted,
    Lines,
    WiresPicture,
    draw_wires,
    filtered,
)
from qgen.picture.wires_svg import draw_wires_svg
from qgen.picture.wires_text import write_wires

__all__ = [
    "IRQ",
    "Answer",
    "Counted",
    "Lines",
    "MapPicture",
    "Spot",
    "Spots",
    "Terminal",
    "WiresPicture",
    "answers_at",
    "answers_in",
    "as_data",
    "draw_map",
    "draw_map_svg",
    "draw_ram",
    "draw_wires",
    "draw_wires_svg",
    "filtered",
    "other_size",
    "write_answer",
    "write_map",
    "write_wires",
]
