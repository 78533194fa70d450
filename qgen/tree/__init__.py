"""A board in a QEMU source tree: the only room that writes into a user's tree.

Takes the text of a board's C and the board, gives edits as a person would make them:
what the board has in the tree comes in pieces (`parts`), which are found, put and
dropped by name (`pieces`, `kconfig`, `listed`, `maintainers`); `plan` compares them with
what is there, and `writer` makes all changes or none.
"""

from qgen.tree.errors import TreeError
from qgen.tree.parts import DOCS, TEST, UNIT, Part, Parts
from qgen.tree.plan import Dirty, Files, Plan, is_ours, pieces_of, scaffold, unscaffold
from qgen.tree.record import Record
from qgen.tree.record import read as read_record
from qgen.tree.series import Patch, series
from qgen.tree.source import Tree
from qgen.tree.subject import Place, Subject, Unit
from qgen.tree.target import TARGETS
from qgen.tree.writer import Change, commit, is_unfinished, locked

__all__ = [
    "DOCS",
    "TARGETS",
    "TEST",
    "UNIT",
    "Change",
    "Dirty",
    "Files",
    "Part",
    "Parts",
    "Patch",
    "Place",
    "Plan",
    "Record",
    "Subject",
    "Tree",
    "TreeError",
    "Unit",
    "commit",
    "is_ours",
    "is_unfinished",
    "locked",
    "pieces_of",
    "read_record",
    "scaffold",
    "series",
    "unscaffold",
]
