"""Small trees and the maps that QEMU shows of them.

A line of a tree is a region: its kind, its name, its address (``-``: mapped nowhere), its
size, and then what applies of ``in CONTAINER``, ``of TARGET @OFFSET``, ``prio N``,
``called LABEL`` and ``readonly``. Regions are made in this order. A map is what
``info mtree -f`` prints of the address space "memory".
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from qgen.board import SYSTEM

from .trees import Part, Tree


@dataclass(frozen=True)
class Example:
    """A tree and its map."""

    rule: str
    tree: Tree
    map: tuple[str, ...]

    def __str__(self) -> str:
        return self.rule


def part(line: str) -> Part:
    kind, name, at, size, *rest = line.split()
    words = {
        word: rest[i + 1]
        for i, word in enumerate(rest)
        if word in ("in", "of", "prio", "called")
    }
    offset = next((word[1:] for word in rest if word.startswith("@")), "0")
    return Part(
        name=name,
        kind=kind,
        size=int(size, 16),
        container=None if at == "-" else words.get("in", SYSTEM),
        at=0 if at == "-" else int(at, 16),
        priority=int(words["prio"]) if "prio" in words else None,
        target=words.get("of"),
        offset=int(offset, 16),
        label=words.get("called"),
        readonly="readonly" in rest,
    )


def example(rule: str, tree: str, map_: str) -> Example:
    parts = tuple(part(line) for line in tree.strip().splitlines())
    return Example(rule, Tree(parts), tuple(dedent(map_).strip().splitlines()))


EXAMPLES = (
    example(
        "regions in order of address",
        """
        io   uart  9000  100
        rom  boot     0  400
        ram  sram  2000  800
        """,
        """
        0000000000000000-00000000000003ff (prio 0, rom): boot
        0000000000002000-00000000000027ff (prio 0, ram): sram
        0000000000009000-00000000000090ff (prio 0, i/o): uart
        """,
    ),
    example(
        "an empty map",
        """
        container  soc   0  1000
        ram        sram  -  1000
        """,
        "",
    ),
    example(
        "the higher priority is on top and cuts what lies below",
        """
        ram  sram     0  4000
        io   timer 1000  1000  prio 1
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        0000000000001000-0000000000001fff (prio 1, i/o): timer
        0000000000002000-0000000000003fff (prio 0, ram): sram @0000000000002000
        """,
    ),
    example(
        "no priority is priority 0, above a negative one",
        """
        io   stub     0  3000  prio -1
        ram  sram  1000  1000
        """,
        """
        0000000000000000-0000000000000fff (prio -1, i/o): stub
        0000000000001000-0000000000001fff (prio 0, ram): sram
        0000000000002000-0000000000002fff (prio -1, i/o): stub @0000000000002000
        """,
    ),
    example(
        "an unimplemented device is below everything",
        """
        ram            sram      0  1000
        unimplemented  apb       0  2000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        0000000000001000-0000000000001fff (prio -1000, i/o): apb @0000000000001000
        """,
    ),
    example(
        "among equals the one made last is on top",
        """
        ram  first      0  2000
        ram  last    1000  2000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): first
        0000000000001000-0000000000002fff (prio 0, ram): last
        """,
    ),
    example(
        "among equals the one made last is on top, wherever it lies",
        """
        ram  first   1000  2000
        ram  last       0  2000
        """,
        """
        0000000000000000-0000000000001fff (prio 0, ram): last
        0000000000002000-0000000000002fff (prio 0, ram): first @0000000000001000
        """,
    ),
    example(
        "a container shows its regions where it is mapped",
        """
        container  soc   10000  10000
        io         uart   1000    100  in soc
        ram        sram   8000   8000  in soc
        """,
        """
        0000000000011000-00000000000110ff (prio 0, i/o): uart
        0000000000018000-000000000001ffff (prio 0, ram): sram
        """,
    ),
    example(
        "a container ends what it holds, at its end only",
        """
        container  soc   1000  1000
        ram        sram   800  1000  in soc
        """,
        """
        0000000000001800-0000000000001fff (prio 0, ram): sram
        """,
    ),
    example(
        "a priority counts among the regions of its container only",
        """
        container  soc      0  2000
        io         uart     0  1000  in soc prio 100
        ram        sram     0  2000  prio 1
        """,
        """
        0000000000000000-0000000000001fff (prio 1, ram): sram
        """,
    ),
    example(
        "what a container leaves free shows what lies below",
        """
        ram        sram     0  3000
        container  soc      0  3000  prio 1
        io         uart  1000  1000  in soc
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        0000000000001000-0000000000001fff (prio 0, i/o): uart
        0000000000002000-0000000000002fff (prio 0, ram): sram @0000000000002000
        """,
    ),
    example(
        "an alias shows its target from an offset on, by the target's name",
        """
        ram    sram       0  1000
        alias  window  8000   400  of sram @800
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        0000000000008000-00000000000083ff (prio 0, ram): sram @0000000000000800
        """,
    ),
    example(
        "an alias has a priority, and the map prints the target's",
        """
        ram    sram       0  1000  prio 3
        io     uart    8000   100
        alias  window  8000   400  of sram prio 1
        """,
        """
        0000000000000000-0000000000000fff (prio 3, ram): sram
        0000000000008000-00000000000083ff (prio 3, ram): sram
        """,
    ),
    example(
        "an alias of what is mapped nowhere",
        """
        rom    flash     -  2000
        alias  low       0  1000  of flash
        alias  high   8000  1000  of flash @1000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, rom): flash
        0000000000008000-0000000000008fff (prio 0, rom): flash @0000000000001000
        """,
    ),
    example(
        "an alias of what lies in a container that is mapped nowhere",
        """
        container  soc       -  8000
        rom        flash  4000  1000  in soc
        alias      low    1000  1000  of flash
        """,
        """
        0000000000001000-0000000000001fff (prio 0, rom): flash
        """,
    ),
    example(
        "an alias of a container",
        """
        container  soc       0  4000
        io         uart   1000   100  in soc
        ram        sram   2000  1000  in soc
        alias      again  8800  3000  of soc @800
        """,
        """
        0000000000001000-00000000000010ff (prio 0, i/o): uart
        0000000000002000-0000000000002fff (prio 0, ram): sram
        0000000000009000-00000000000090ff (prio 0, i/o): uart
        000000000000a000-000000000000afff (prio 0, ram): sram
        """,
    ),
    example(
        "the offsets of an alias of an alias add up, and each ends the other",
        """
        ram    sram      -  4000
        alias  one       -  2000  of sram @1000
        alias  two    8000  4000  of one @800
        """,
        """
        0000000000008000-00000000000097ff (prio 0, ram): sram @0000000000001800
        """,
    ),
    example(
        "an alias past the end of its target shows nothing there",
        """
        ram    sram      -  1000
        alias  two    8000  4000  of sram
        alias  none   4000  1000  of sram @1000
        """,
        """
        0000000000008000-0000000000008fff (prio 0, ram): sram
        """,
    ),
    example(
        "ROM is ROM through an alias, and I/O is I/O",
        """
        rom    flash     -  1000
        io     uart   3000   100
        alias  one       0  1000  of flash
        alias  two    4000   100  of uart
        """,
        """
        0000000000000000-0000000000000fff (prio 0, rom): flash
        0000000000003000-00000000000030ff (prio 0, i/o): uart
        0000000000004000-00000000000040ff (prio 0, i/o): uart
        """,
    ),
    example(
        "what a read-only alias or container shows is called ROM, whatever it is",
        """
        ram        sram     0  1000
        io         uart  1000  1000
        alias      one   2000  1000  of sram readonly
        container  soc   3000  2000  readonly
        alias      two      0  1000  of uart in soc
        ram        tcm   1000  1000  in soc
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        0000000000001000-0000000000001fff (prio 0, i/o): uart
        0000000000002000-0000000000002fff (prio 0, rom): sram
        0000000000003000-0000000000003fff (prio 0, rom): uart
        0000000000004000-0000000000004fff (prio 0, rom): tcm
        """,
    ),
    example(
        "neighbours that continue each other are one range",
        """
        ram    sram      -  4000
        alias  one    8000  1000  of sram @1000
        alias  two    9000  1000  of sram @2000
        """,
        """
        0000000000008000-0000000000009fff (prio 0, ram): sram @0000000000001000
        """,
    ),
    example(
        "neighbours that do not continue each other are two",
        """
        ram    sram      -  4000
        alias  one    8000  1000  of sram @2000
        alias  two    9000  1000  of sram @1000
        """,
        """
        0000000000008000-0000000000008fff (prio 0, ram): sram @0000000000002000
        0000000000009000-0000000000009fff (prio 0, ram): sram @0000000000001000
        """,
    ),
    example(
        "neighbours of one region are two where one is read-only",
        """
        ram    sram      -  4000
        alias  one    8000  1000  of sram
        alias  two    9000  1000  of sram @1000 readonly
        """,
        """
        0000000000008000-0000000000008fff (prio 0, ram): sram
        0000000000009000-0000000000009fff (prio 0, rom): sram @0000000000001000
        """,
    ),
    example(
        "a hole filled with the same bytes is none",
        """
        ram    sram      0  4000
        alias  same   1000  1000  of sram @1000 prio 1
        """,
        """
        0000000000000000-0000000000003fff (prio 0, ram): sram
        """,
    ),
    example(
        "regions alike in all but identity are two ranges",
        """
        ram  one     0  1000
        ram  two  1000  1000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): one
        0000000000001000-0000000000001fff (prio 0, ram): two
        """,
    ),
    example(
        "regions of one name are two ranges, even if one begins where the other ends",
        """
        io     uart0     0  1000  called uart
        io     uart1  8000  2000  called uart
        alias  rest   1000  1000  of uart1 @1000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, i/o): uart
        0000000000001000-0000000000001fff (prio 0, i/o): uart @0000000000001000
        0000000000008000-0000000000009fff (prio 0, i/o): uart
        """,
    ),
    example(
        "a range of one byte",
        """
        ram  sram  0  10
        io   reg   7   1  prio 1
        """,
        """
        0000000000000000-0000000000000006 (prio 0, ram): sram
        0000000000000007-0000000000000007 (prio 1, i/o): reg
        0000000000000008-000000000000000f (prio 0, ram): sram @0000000000000008
        """,
    ),
    example(
        "the last byte of the address space",
        """
        ram  sram  fffffffffffff000  1000
        io   stub                 0  1000
        """,
        """
        0000000000000000-0000000000000fff (prio 0, i/o): stub
        fffffffffffff000-ffffffffffffffff (prio 0, ram): sram
        """,
    ),
    example(
        "a size of all ones is the whole address space",
        """
        io         stub                 0  ffffffffffffffff  prio -1
        container  bus                  -  ffffffffffffffff
        ram        sram  ffffffffffffffff                 1  in bus
        alias      last             1000               1000  of bus @ffffffffffffffff
        """,
        """
        0000000000000000-0000000000000fff (prio -1, i/o): stub
        0000000000001000-0000000000001000 (prio 0, ram): sram
        0000000000001001-ffffffffffffffff (prio -1, i/o): stub @0000000000001001
        """,
    ),
    # The rule that is no one's intention (qgen.predict.flat).
    example(
        "the whole of another region, alone in the map, stands where that one stands",
        """
        container  soc       -  8000
        rom        flash  4000  1000  in soc
        alias      low       0  1000  of flash
        """,
        """
        0000000000004000-0000000000004fff (prio 0, rom): flash
        """,
    ),
    example(
        "alone in containers that are alone in the map",
        """
        container  soc       -  8000
        ram        sram   4000  1000  in soc
        container  outer     0  9000
        container  inner     0  8000  in outer
        alias      one       0  2000  of sram in inner
        """,
        """
        0000000000004000-0000000000004fff (prio 0, ram): sram
        """,
    ),
    example(
        "a part of another region, alone in the map, stands where it should",
        """
        container  soc       -  8000
        rom        flash  4000  1000  in soc
        alias      low       0   800  of flash
        """,
        """
        0000000000000000-00000000000007ff (prio 0, rom): flash
        """,
    ),
    example(
        "from an offset on, alone in the map, another region stands where it should",
        """
        container  soc       -  8000
        rom        flash  4000  1000  in soc
        alias      low       0  1000  of flash @800
        """,
        """
        0000000000000000-00000000000007ff (prio 0, rom): flash @0000000000000800
        """,
    ),
    example(
        "alone in a container that is alone in the map, and larger than it",
        """
        container  soc   0  1000
        ram        sram  0  2000  in soc
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        """,
    ),
    example(
        "alone in the map, a read-only alias of a whole region does not count",
        """
        ram    sram  -  1000
        alias  low   0  1000  of sram readonly
        """,
        """
        0000000000000000-0000000000000fff (prio 0, ram): sram
        """,
    ),
)
