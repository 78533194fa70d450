"""The functional test of a board, as QEMU's tests from 9.2 on are: it needs no download.

It starts the machine without running its CPU and looks for all regions of its memory.
"""

from __future__ import annotations

from qgen.names import camel_case
from qgen.tree.subject import Place, Subject

_WIDTH = 80
_HEAD = """\
#!/usr/bin/env python3
#
# Functional test of a machine: it starts, and its memory is in its place
#
# SPDX-License-Identifier: GPL-2.0-or-later

from qemu_test import QemuSystemTest

# First and last address of a region, and its name
REGIONS = [{regions}]


class {camel}Machine(QemuSystemTest):

    def test_memory_map(self):
        self.set_machine({literal})
        self.vm.add_args("-nodefaults", "-S")
        self.vm.launch()
        tree = self.vm.cmd("human-monitor-command", command_line="info mtree")
        lines = [line.strip() for line in tree.splitlines()]
        for first, last, name in REGIONS:
            place = f"{{first:016x}}-{{last:016x}} "
            found = [line for line in lines if line.startswith(place)]
            self.assertTrue(any(name in line for line in found), place + name)


if __name__ == "__main__":
    QemuSystemTest.main()
"""


def test_text(subject: Subject) -> str:
    """The test, in black's format and in 80 columns."""
    board = subject.board
    regions = "".join(_region(place) for place in subject.places)
    return _HEAD.format(
        literal=_literal(board.name),
        camel=camel_case(board.name),
        regions=f"\n{regions}" if regions else "",
    )


def _region(place: Place) -> str:
    fields = (_number(place.first), _number(place.last), _literal(place.name))
    line = f"    ({', '.join(fields)}),\n"
    if len(line) <= _WIDTH:
        return line
    return "".join(["    (\n", *(f"        {each},\n" for each in fields), "    ),\n"])


def _number(value: int) -> str:
    return f"0x{value:08X}"


def _literal(text: str) -> str:
    quote = "'" if text.count('"') > text.count("'") else '"'  # as black prefers
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"
