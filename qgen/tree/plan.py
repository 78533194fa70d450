"""From a board's pieces to the changes of a tree: what a person edited stays.

Of each piece three texts are known: what qgen wrote last (the record has it), what the
file has now, and what the spec wants now. Where only one side changed, that one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from qgen.tree.errors import TreeError
from qgen.tree.kconfig import KconfigEntry
from qgen.tree.listed import DeviceLine, ListedTest, SourceLine, TocLine
from qgen.tree.maintainers import Section
from qgen.tree.parts import Part
from qgen.tree.pieces import Page, Piece, WholeFile
from qgen.tree.record import Record, digest
from qgen.tree.source import Tree
from qgen.tree.subject import Subject
from qgen.tree.writer import Change

Dirty = Callable[[Collection[str]], Collection[str] | None]
"""Which of these paths have changes that nobody committed; None: there is no git."""


@dataclass(frozen=True)
class Plan:
    """What to change, the record to keep, and what a person should be told."""

    changes: Mapping[str, Change]
    record: Record
    notes: tuple[str, ...] = ()


class Files:
    """The texts of a tree's files, as they are and as they will be."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._before: dict[str, str | None] = {}
        self._after: dict[str, str | None] = {}
        self._modes: dict[str, int] = {}

    def __getitem__(self, path: str) -> str | None:
        if path not in self._after:
            self._before[path] = self._after[path] = self._tree.read(path)
        return self._after[path]

    def __setitem__(self, path: str, text: str | None) -> None:
        self._after[path] = text

    def put(self, piece: Piece, text: str) -> None:
        """Put ``piece`` into its file, as ``text``."""
        self[piece.path] = piece.put(self[piece.path], text)
        if isinstance(piece, WholeFile):
            self._modes[piece.path] = piece.mode

    def drop(self, piece: Piece) -> None:
        """Take ``piece`` out of its file."""
        self[piece.path] = piece.drop(self[piece.path])

    def texts(self) -> dict[str, str | None]:
        """The texts of all files that were looked at, as they will be."""
        return dict(self._after)

    def changes(
        self, since: Mapping[str, str | None] | None = None
    ) -> dict[str, Change]:
        """The files that will be others, in the order of their paths.

        Others than they are, or than they were to be in the texts ``since``.
        """
        old = self._before if since is None else {**self._before, **since}
        return {
            path: Change(path, old[path], after, self._modes.get(path, 0o644))
            for path, after in sorted(self._after.items())
            if old[path] != after
        }


def pieces_of(parts: Iterable[Part]) -> dict[str, Piece]:
    """The pieces of all parts by name: of one that grows, as it is in the last."""
    return {piece.name: piece for part in parts for piece in part.pieces}


def scaffold(
    tree: Tree, subject: Subject, parts: Iterable[Part], record: Record, dirty: Dirty
) -> Plan:
    """Put a board in, or bring up to date what is there."""
    name = subject.board.name
    wanted = pieces_of(parts)
    if not is_ours(tree, subject, record):
        _judge_names(tree, subject, wanted.values())
    files = Files(tree)
    written = {n: text for b in record.boards.values() for n, text in b.items()}
    notes = []
    for piece in wanted.values():
        text, note = _merged(piece, files, written.get(piece.name))
        notes += [note] if note else []
        if text is not None:
            files.put(piece, text)
        written[piece.name] = piece.text
    others = {n for b, held in record.boards.items() if b != name for n in held}
    for stale in record.boards.get(name, {}):
        if stale not in wanted and stale not in others:
            files.drop(made_of(stale))
    boards = {
        board: {each: written[each] for each in held}
        for board, held in {**record.boards, name: wanted}.items()
    }
    return _judged(files, boards, record, dirty, tuple(notes))


def _merged(
    piece: Piece, files: Files, base: str | None
) -> tuple[str | None, str | None]:
    """The text to write for a piece, None to leave it; and a note on that."""
    current = piece.find(files[piece.path])
    new = piece.wanted(current, base)
    if current is None or current == base or piece.merges:
        return (None if current == new else new), None
    if current == new or new == base:
        return None, None
    if piece.keep:
        return None, f"{piece.path} was edited by hand and stays as it is"
    if base is None:
        return new, None
    what = (
        piece.path if isinstance(piece, WholeFile) else f"{piece.key} in {piece.path}"
    )
    raise TreeError(
        f"{what} was edited since qgen wrote it, and the spec wants it changed",
        "take that edit back, or make it in the spec or in its hook file",
    )


def unscaffold(
    tree: Tree, name: str, wanted: Iterable[Piece], record: Record, dirty: Dirty
) -> Plan:
    """Take the board ``name`` out: its recorded pieces, or else those that are wanted."""
    held = record.boards.get(name)
    found = (
        {piece.name: piece for piece in wanted}
        if held is None
        else {each: made_of(each) for each in held}
    )
    others = {n for b, each in record.boards.items() if b != name for n in each}
    files = Files(tree)
    for piece in found.values():
        if piece.name in others:
            continue
        if held is not None and dirty([piece.path]) is None:
            _judge_untouched(piece, files[piece.path], held[piece.name])
        files.drop(piece)
    boards = {board: each for board, each in record.boards.items() if board != name}
    return _judged(files, boards, record, dirty, ())


def _judge_untouched(piece: Piece, text: str | None, base: str) -> None:
    """Without git, what a person wrote would be lost."""
    current = piece.find(text)
    if current is not None and current != base:
        raise TreeError(
            f"{piece.path} was edited since qgen wrote it",
            "save the edit elsewhere: no git keeps it",
        )


def _judged(
    files: Files,
    boards: Mapping[str, Mapping[str, str]],
    record: Record,
    dirty: Dirty,
    notes: tuple[str, ...],
) -> Plan:
    """The plan, unless somebody's uncommitted work stands where it writes."""
    changes = files.changes()
    touched = [
        path
        for path, change in changes.items()
        if change.before is not None and record.files.get(path) != digest(change.before)
    ]
    found = sorted(dirty(touched) or ())
    if found:
        raise TreeError(
            f"{' and '.join(found)} {'has' if len(found) == 1 else 'have'} uncommitted "
            "changes",
            "commit or stash them first",
        )
    used = {made_of(n).path for held in boards.values() for n in held}
    after = {path: digest(files[path]) for path in sorted(used)}
    return Plan(changes, Record(boards, after), notes)


def is_ours(tree: Tree, subject: Subject, record: Record) -> bool:
    """Whether qgen put this board in: the record says so, or the banner of its C."""
    if subject.board.name in record.boards:
        return True
    text = tree.read(subject.units[-1].path) or ""
    found = re.search(r"^ \* Generated by qgen \S+ from (\S+)\.$", text[:2000], re.M)
    own = re.search(
        r"^ \* Generated by qgen \S+ from (\S+)\.$",
        subject.units[-1].files[subject.units[-1].path][:2000],
        re.M,
    )
    return found is not None and own is not None and found[1] == own[1]


def _judge_names(tree: Tree, subject: Subject, pieces: Iterable[Piece]) -> None:
    """`TreeError` where the tree has something of the name of what is to be new."""
    name = subject.board.name
    folder = subject.units[-1].path.rpartition("/")[0]
    machine = re.compile(
        rf'(?:MACHINE_TYPE_NAME|DEFINE_MACHINE\w*)\(\s*"{re.escape(name)}"'
    )
    for path, text in tree.below(folder, "*.c"):
        if machine.search(text):
            raise _taken(f"the machine {name!r}", path)
    for piece in pieces:
        there = piece.find(tree.read(piece.path))
        if isinstance(piece, WholeFile) and there not in (None, piece.text):
            raise _taken(piece.path, None)
        if piece.merges and there is not None:
            raise _taken(f"a section {piece.key!r}", piece.path)
    for unit in subject.units[:-1]:
        _judge_type(tree, unit.composite.name, folder, set(unit.files))


def _judge_type(tree: Tree, name: str, folder: str, own: set[str]) -> None:
    plain = re.compile(rf'^\s*#\s*define\s+TYPE_\w+\s+"{re.escape(name)}"\s*$', re.M)
    for where, pattern in ((folder, "*.[ch]"), (f"include/{folder}", "*.h")):
        for path, text in tree.below(where, pattern):
            if path not in own and plain.search(text):
                raise _taken(f"the type {name!r}", path)


def _taken(what: str, path: str | None) -> TreeError:
    where = "" if path is None else f" in {path}"
    return TreeError(
        f"{what} is there already{where}, and qgen did not write it",
        "give the machine, or the SoC, another name",
    )


def made_of(name: str) -> Piece:
    """The piece that the record knows by ``name``, to be found and dropped."""
    kind, path, key, list_ = name.split("\t")
    match kind:
        case "file":
            return WholeFile(path, key, "")
        case "page":
            return Page(path, key, "")
        case "kconfig":
            return KconfigEntry(path, key, "")
        case "source":
            return SourceLine(path, key, "")
        case "device":
            return DeviceLine(path, key, "")
        case "toc":
            return TocLine(path, key, "")
        case "test":
            return ListedTest(path, key, "", tests=list_)
        case "section":
            return Section(path, key, "", chapter=list_)
    raise TreeError(f"the record names an unknown kind of piece, {kind!r}")
