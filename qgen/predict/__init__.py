"""What a running QEMU will show of a board: its memory, computed from the board alone.

``memory_tree`` builds the region tree under a command line; ``flat_view`` renders it
with QEMU's rules, and ``format_view`` prints it as ``info mtree -f`` does.
"""

from qgen.predict.flat import FlatRange, flat_view, format_view
from qgen.predict.tree import CommandLine, Space, memory_tree

__all__ = [
    "CommandLine",
    "FlatRange",
    "Space",
    "flat_view",
    "format_view",
    "memory_tree",
]
