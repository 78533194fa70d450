"""The page of a board in QEMU's documentation."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable

from qgen.board import UNIMPLEMENTED, Armv7mBoot, Board, RiscvBoot, X86BiosBoot
from qgen.tree.subject import Place, Subject
from qgen.tree.target import TARGETS

_MARKUP = re.compile(r"([\\*`|_])")


def title(subject: Subject) -> str:
    """The title of the page."""
    return f"{_plain(subject.board.description)} (``{subject.board.name}``)"


def page(subject: Subject) -> str:
    """The page: what the board is, has and is started with."""
    board = subject.board
    head = title(subject)
    parts = [
        ".. SPDX-License-Identifier: GPL-2.0-or-later",
        f"{head}\n{'=' * _columns(head)}",
        _filled(f"The ``{board.name}`` machine models: {_plain(board.description)}."),
    ]
    cpus = _cpus(board)
    there = [_device(name, many) for name, many in _kinds(subject)]
    if cpus or there:
        parts += [_heading("Supported devices"), "\n".join([*cpus, *there])]
    missing = [f"- {_plain(d.name)}" for d in board.devices if d.type == UNIMPLEMENTED]
    if missing:
        parts += [_heading("Missing devices"), "\n".join(missing)]
    if subject.places:
        parts += [_heading("Memory map"), _table(subject.places)]
    parts += [_heading("Boot options"), _boot(subject)]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """``text`` as a page shows it, whatever characters it has."""
    escaped = _MARKUP.sub(r"\\\1", text.strip())
    begins = escaped[:1].isalpha() or escaped[:1] in ("", "\\")
    return escaped if begins else f"\\{escaped}"


def _columns(text: str) -> int:
    """How wide ``text`` is: a title's line must not be shorter."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in text)


def _filled(text: str) -> str:
    return textwrap.fill(text, 76, break_long_words=False, break_on_hyphens=False)


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _cpus(board: Board) -> list[str]:
    usual = board.cpus.usual_type
    if usual is None:
        return []
    many = board.most_cpus
    return [f"- ``{usual}`` CPU{f's, up to {many}' if many > 1 else ''}"]


def _kinds(subject: Subject) -> list[tuple[str, int]]:
    """The types of its devices, and how many entries of the spec have each."""
    counted: dict[str, int] = {}
    for device in subject.board.devices:
        if device.type and device.type != UNIMPLEMENTED:
            counted[device.type] = counted.get(device.type, 0) + 1
    return list(counted.items())


def _device(kind: str, many: int) -> str:
    return f"- ``{kind}``" + (f", {many} of them" if many > 1 else "")


def _table(places: Iterable[Place]) -> str:
    rows = [".. list-table::", "   :header-rows: 1", ""]
    rows += ["   * - First address", "     - Last address", "     - Region"]
    for place in sorted(places, key=lambda p: (p.first, p.last)):
        rows += [
            f"   * - 0x{place.first:08x}",
            f"     - 0x{place.last:08x}",
            f"     - {_plain(place.name) or '(no name)'}",
        ]
    return "\n".join(rows)


def _boot(subject: Subject) -> str:
    board = subject.board
    binary = f"qemu-system-{TARGETS[board.arch].binary}"
    match board.boot:
        case X86BiosBoot(firmware):
            said = (
                f"The machine starts the firmware ``{firmware}``, or the one that "
                "``-bios`` names."
            )
            arguments = "-bios firmware.bin"
        case Armv7mBoot():
            said = (
                "A program for the machine, ELF or raw binary, is loaded with "
                "``-kernel``."
            )
            arguments = "-kernel firmware.elf"
        case RiscvBoot():
            said = "A program for the machine is loaded with ``-kernel``."
            arguments = "-kernel program.elf"
        case None:
            said = "The machine loads nothing by itself but its firmware."
            arguments = "-device loader,file=program.elf"
        case _:
            said = "A kernel or a bare-metal program is loaded with ``-kernel``."
            arguments = "-kernel vmlinux"
    example = f"  $ {binary} -M {board.name} -nographic {arguments}"
    return f"{_filled(said)} Example:\n\n.. code-block:: bash\n\n{example}"
