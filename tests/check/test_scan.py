"""Text to top-level declarations: what takes the place of a preprocessor."""

from __future__ import annotations

import pytest

from qgen.check.notes import Notes
from qgen.check.parse import parse
from qgen.check.scan import Chunk, Define, Include, Item, Macro, scan


def scanned(text: str) -> list[Item]:
    notes = Notes()
    items = scan(text, {"Object", "hwaddr"}, notes)
    assert notes.listed() == []
    return items


def refusal(text: str) -> str:
    notes = Notes()
    scan(text, {"Object"}, notes)
    (finding,) = notes.listed()
    return finding


def test_each_kind_of_item_with_its_line() -> None:
    text = """/* A board
 */
#include "qemu/osdep.h"
#include <stdio.h>

#define SIZE (4 * KiB)
int a;
static void f(void)
{
    g();
}
type_init(f)
OBJECT_DECLARE_SIMPLE_TYPE(BoardState,
                           BOARD)
"""
    assert scanned(text) == [
        Include(3, "qemu/osdep.h"),
        Include(4, "stdio.h"),
        Define(6, "SIZE", "int SIZE = (4 * KiB);"),
        Chunk(7, "int a;"),
        Chunk(8, "static void f(void)\n{\n g();\n}"),
        Macro(12, "type_init", ("f",)),
        Macro(13, "OBJECT_DECLARE_SIMPLE_TYPE", ("BoardState", "BOARD")),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("int a = /* 1 */ 2;", "int a =   2;"),
        ("int a; // b\n", "int a;"),
        ('char *a = "/* no */ // comment";', 'char *a = "/* no */ // comment";'),
        ('char *a = "\\"/*";', 'char *a = "\\"/*";'),
        ("int a = /* over\nlines\n */ 2;", "int a = \n\n 2;"),
    ],
)
def test_comments_go_and_strings_stay(text: str, wanted: str) -> None:
    assert scanned(text) == [Chunk(1, wanted)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Object *a;", "struct Object *a;"),
        ("struct Object *a;", "struct Object *a;"),
        ("int a = (hwaddr)b;", "int a = (struct hwaddr)b;"),
        ("g_autofree char *a;", "auto char *a;"),
        ("int a = b ?: c;", "int a = b ? __condition : c;"),
        ("int a = b ? c : d;", "int a = b ? c : d;"),
        ('char *a = "%" PRIu64 " MB";', 'char *a = "%" "lu" " MB";'),
        ("QEMU_BUILD_BUG_ON(A != 4);", "int __bug_on =(A != 4);"),
    ],
)
def test_what_pycparser_does_not_know_is_rewritten(text: str, wanted: str) -> None:
    assert scanned(text) == [Chunk(1, wanted)]


def test_the_struct_of_the_machine_is_a_type_wherever_it_stands() -> None:
    *_, chunk = scanned("OBJECT_DECLARE_SIMPLE_TYPE(Mine, MINE)\nMine *a;")
    assert chunk == Chunk(2, "struct Mine *a;")


def test_a_declaration_ends_where_c_says() -> None:
    text = "struct A { int b; };\nint c[] = { 1 };\nvoid f(void) { }\nint d;"
    lines = [item.line for item in scanned(text)]
    assert lines == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "value", ["1", "0x10", "(1 + 2)", '"text"', "NAME", 'MACRO("text")', "((1) * (2))"]
)
def test_values_that_stay_in_one_piece(value: str) -> None:
    assert scanned(f"#define A {value}\n") == [Define(1, "A", f"int A = {value};")]


@pytest.mark.parametrize("value", ["1 + 2", "-1", "(1) * (2)", "f(1) + 1", ""])
def test_values_that_need_parentheses(value: str) -> None:
    assert "needs parentheses" in refusal(f"#define A {value}\n")


def test_a_definition_over_two_lines() -> None:
    (define,) = scanned("#define A \\\n    (1 + \\\n 2) /* three */\n")
    assert define == Define(1, "A", "int A = (1 + 2);")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("int a;\nint b\n", "line 2: the declaration that starts here has no end"),
        ("int a;\n}\n", "line 2: '}' closes nothing"),
        ("int a = (1];", "line 1: ']' closes nothing"),
        ("int a = 'x';", 'line 1: "\'" does not belong into C'),
        ('char *a = "open;\n', "line 1: '\"' does not belong into C"),
        ("int a; /* open\n", "line 1: the declaration that starts here has no end"),
        ("int größe;", "line 1: 'ö' does not belong into C"),
        ("int a;\r\n", "line 1: '\\r' does not belong into C"),
        ("int a = 1 # 2;", "line 1: '#' does not belong into C"),
        ("#if 1\n", "line 1: #if does not belong into a board"),
        ("#define F(x) x\n", "line 1: the macro 'F' has parameters"),
        ("#include MACRO\n", "line 1: #include names no header"),
        ("void f(\n#define A 1\n);", "line 2: a directive in the middle"),
        ("int __reserved;", "line 1: '__reserved' does not belong into a board"),
        ("type_init(a b)\n", "line 1: type_init takes names"),
    ],
)
def test_what_is_no_board(text: str, wanted: str) -> None:
    assert refusal(text).startswith(wanted)


def test_a_wrong_item_does_not_hide_the_next() -> None:
    notes = Notes()
    items = scan("#if 1\nint a;\n#include x\nint b;\n", {}, notes)
    assert [item.line for item in items] == [2, 4]
    assert len(notes.listed()) == 2


def test_lines_of_nodes_are_those_of_the_file() -> None:
    (node,) = parse("static void f(void)\n{\n    g();\n}", 41)
    assert node.body.block_items[0].coord.line == 43
