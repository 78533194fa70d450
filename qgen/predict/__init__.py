"""What a running QEMU will show of a board: its memory, computed from the board alone.

``memory_tree`` builds the region tree under a command line; ``flat_view`` renders it
with QEMU's rules, and ``format_view`` prints it as ``info mtree -f`` does. ``shown``
says what of each region is seen, and what lies beneath others.
"""

from qgen.predict.flat import FlatRange, Visit, flat_view, format_view, shown
from qgen.predict.region import WHOLE, Cause, MemoryRegion
from qgen.predict.spaces import Inside, OwnSpace, Piece, Spaces, address_spaces
from qgen.predict.tree import CommandLine, Space, memory_tree
from qgen.predict.usual import usual_line

__all__ = [
    "WHOLE",
    "Cause",
    "CommandLine",
    "FlatRange",
    "Inside",
    "MemoryRegion",
    "OwnSpace",
    "Piece",
    "Space",
    "Spaces",
    "Visit",
    "address_spaces",
    "flat_view",
    "format_view",
    "memory_tree",
    "shown",
    "usual_line",
]
