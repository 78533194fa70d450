"""The pieces of a board, as this tree's conventions have them, in the order of a series."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qgen.arch import ARCHES
from qgen.frozen import frozen
from qgen.names import identifier, upper_case
from qgen.tree import functional, kconfig, listed, maintainers, pages
from qgen.tree.errors import TreeError
from qgen.tree.kconfig import Kconfig, KconfigEntry
from qgen.tree.pieces import Page, Piece, WholeFile
from qgen.tree.source import Tree
from qgen.tree.subject import Subject, Unit
from qgen.tree.target import TARGETS, TargetPlaces


@frozen(slots=False)
class Part:
    """The pieces of one patch; ``about`` is the unit that it brings, if it is one."""

    kind: str
    pieces: tuple[Piece, ...]
    about: Unit | None = None


DOCS, UNIT, TEST = "docs", "unit", "test"
_MEANS_BUS = {"PCI": "PCI_DEVICES", "I2C": "I2C_DEVICES"}


class Parts:
    """The parts of ``subject`` in ``tree``."""

    def __init__(self, tree: Tree, subject: Subject) -> None:
        self.tree = tree
        self.subject = subject
        self.places: TargetPlaces = TARGETS[subject.arch]
        folder = ARCHES[subject.arch].hw_dir
        self.kconfig_file = f"hw/{folder}/Kconfig"
        self.meson_file = f"hw/{folder}/meson.build"
        self.known: Kconfig = kconfig.read_all(tree)
        self._meson = tree.lines(self.meson_file)
        self._listed = self._listed_boards()
        self._boards = self._board_symbols()
        self.symbols = {u.composite.name: self._symbol(u) for u in subject.units}

    def all(self) -> list[Part]:
        """Documentation first, then each SoC, the board, and its test."""
        parts = [Part(DOCS, tuple(self._docs()))]
        parts += [Part(UNIT, tuple(self._unit(u)), u) for u in self.subject.units]
        test = tuple(self._test())
        if test:
            parts.append(Part(TEST, test))
        seen: list[str] = []
        whole = []
        for part in parts:
            seen += [p.path for p in part.pieces if isinstance(p, WholeFile)]
            section = self._section(seen)
            whole.append(Part(part.kind, (*part.pieces, section), part.about))
        return whole

    def _section(self, files: Sequence[str]) -> maintainers.Section:
        order = ("hw/", "include/", "docs/", "tests/")
        ranked = sorted(files, key=lambda f: [not f.startswith(o) for o in order])
        title, person = self.subject.board.name, self.subject.maintainer
        text = maintainers.section_text(title, person, self.places.mail, ranked)
        chapter = self.places.chapter
        return maintainers.Section(
            "MAINTAINERS", title, text, chapter=chapter, files=tuple(ranked)
        )

    def _docs(self) -> Iterable[Piece]:
        folder, name = self.places.folder, self.subject.board.name.lower()
        entry, path = f"{folder}/{name}", f"docs/system/{folder}/{name}.rst"
        text = pages.page(self.subject)
        yield Page(path, "page", text)
        yield listed.TocLine(
            self.places.page,
            entry,
            f"   {entry}\n",
            title=pages.title(self.subject),
            titles=self._title,
        )

    def _title(self, entry: str) -> str:
        text = self.tree.read(f"docs/system/{entry.removesuffix('.rst')}.rst")
        return (listed.title_of(text) if text else None) or entry

    def _unit(self, unit: Unit) -> Iterable[Piece]:
        is_board = unit.composite is self.subject.board
        for path, text in unit.files.items():
            yield WholeFile(path, "file", text)
        symbol = self.symbols[unit.composite.name]
        kind = self._boards if is_board else self._others()
        text = self._entry(unit, symbol, is_board)
        yield KconfigEntry(self.kconfig_file, symbol, text, kind=kind)
        yield self._source_line(unit, symbol, kind)
        if is_board:
            yield self._device_line(symbol)

    def _source_line(self, unit: Unit, symbol: str, kind: frozenset[str]) -> Piece:
        line = listed.SourceLine(
            self.meson_file, unit.source, "", symbol=symbol, kind=kind
        )
        there = line.span(self._meson)
        name = line.source_set(self._meson)
        if there is not None:
            name = self._meson[there.start].split(".")[0].strip()
        files = [*self._shared(unit), unit.source]
        listed_files = ", ".join(f"'{file}'" for file in files)
        text = f"{name}.add(when: 'CONFIG_{symbol}', if_true: files({listed_files}))\n"
        return listed.SourceLine(
            self.meson_file, unit.source, text, symbol=symbol, kind=kind
        )

    def _shared(self, unit: Unit) -> list[str]:
        """What machines on QEMU's x86 base compile with them, where trees have it."""
        is_board = unit.composite is self.subject.board
        if not is_board or not self.subject.board.parent.is_x86:
            return []
        shared = "x86-common.c"
        path = f"{self.meson_file.rpartition('/')[0]}/{shared}"
        return [shared] if self.tree.read(path) is not None else []

    # Kconfig

    def _listed_boards(self) -> dict[str, str]:
        """The symbols of this file that configs/devices names, with ``y`` or ``n``."""
        named: dict[str, str] = {}
        for _, text in self.tree.below("configs/devices", "*-softmmu/default.mak"):
            named |= dict(re.findall(r"\bCONFIG_(\w+)=([yn])", text))
        here = self._here()
        return {symbol: state for symbol, state in named.items() if symbol in here}

    def _here(self) -> frozenset[str]:
        here = (s for s, e in self.known.symbols.items() if e.file == self.kconfig_file)
        return frozenset(here)

    @property
    def by_default(self) -> bool:
        """Whether boards of this tree are built unless configs/devices says no."""
        return "y" not in self._listed.values()

    def _board_symbols(self) -> frozenset[str]:
        """The symbols of boards, by what the tree does with those."""
        if self.by_default:
            entries = self.known.symbols
            return frozenset(each for each in self._listed if entries[each].default)
        return frozenset(s for s, state in self._listed.items() if state == "y")

    def _others(self) -> frozenset[str]:
        return self._here() - self._boards

    def _symbol(self, unit: Unit) -> str:
        """The symbol of a unit: the one that it has, or the first that is free."""
        there = listed.symbol_of(self._meson, unit.source)
        if there is not None:
            return there
        name = upper_case(unit.composite.name)
        tried = [name, f"{name}_MACHINE", f"{name}_BOARD"]
        free = [each for each in tried if each not in self.known.symbols]
        if not free:
            raise TreeError(f"the Kconfig symbols {', '.join(tried)} are all taken")
        return free[0]

    def _entry(self, unit: Unit, symbol: str, is_board: bool) -> str:
        own = [
            self.symbols[soc.name]
            for soc in unit.composite.socs
            if soc.name in self.symbols
        ]
        hooks = "".join(t for p, t in unit.files.items() if p.endswith(".inc"))
        said = listed.symbols_of_headers(self.tree, hooks) & set(self.known.symbols)
        wanted = {*unit.symbols, *own, *said}
        unknown = sorted(set(unit.symbols) - set(self.known.symbols))
        if unknown:
            raise Tree.strange(
                "Kconfig", f"no entry for {', '.join(unknown)}, which the board needs"
            )
        target = self.places.depends
        boards = {s for s in wanted if self._is_board(s)}
        needs = self.known.needs(wanted - boards, target)
        depends = [*sorted(boards), *(n for n in needs if self._is_outside(n))]
        selects = (wanted - boards) | {n for n in needs if not self._is_outside(n)}
        inside = self.known.closure(selects)
        more = set(unit.inner) & set(self.known.symbols) - inside
        selects |= {each for each in more if not self._is_board(each)}
        lines = [f"config {symbol}", "    bool"]
        if is_board and self.by_default:
            lines += ["    default y"]
            depends = [*target, *depends]
        if is_board and depends:
            lines += [f"    depends on {' && '.join(depends)}"]
        if is_board:
            implied = [i for bus, i in _MEANS_BUS.items() if bus in inside]
            known = (each for each in implied if each in self.known.symbols)
            lines += [f"    imply {each}" for each in sorted(known)]
        lines += [f"    select {each}" for each in sorted(selects)]
        return "".join(f"{line}\n" for line in lines)

    def _is_board(self, symbol: str) -> bool:
        """Whether a symbol is that of boards, which may be switched off."""
        return self.by_default and symbol in self._boards

    def _is_outside(self, symbol: str) -> bool:
        """Whether a symbol is what configure, the target or the accelerator decides."""
        entry = self.known.symbols[symbol]
        return not entry.file.startswith("hw/")

    def _device_line(self, symbol: str) -> Piece:
        folders = self.places.devices
        folder = folders[0] if self.by_default else folders[-1]
        path = f"configs/devices/{folder}-softmmu/default.mak"
        state = f"# CONFIG_{symbol}=n\n" if self.by_default else f"CONFIG_{symbol}=y\n"
        return listed.DeviceLine(path, symbol, state, kind=self._boards)

    # The functional test

    def _test(self) -> Iterable[Piece]:
        """The test and its line, in trees that have such tests."""
        target = self.places.binary
        name = str(identifier(self.subject.board.name))
        folder = "tests/functional"
        lists = f"tests_{target}_system_quick"
        whole = self.tree.read(f"{folder}/meson.build")
        if whole is None:
            return
        own = f"{folder}/{target}/meson.build"
        if self.tree.read(own) is not None:
            path, meson, test = f"{folder}/{target}/test_{name}.py", own, name
        else:
            test = f"{target}_{name}"
            path, meson = f"{folder}/test_{test}.py", f"{folder}/meson.build"
        if f"{lists} = [" not in (self.tree.read(meson) or ""):
            lists = lists.replace("quick", "thorough")
        text = functional.test_text(self.subject)
        yield Page(path, "test", text, mode=0o755)
        yield listed.ListedTest(meson, test, f"  '{test}',\n", tests=lists)
