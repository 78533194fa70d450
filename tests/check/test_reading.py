"""What the reader of C accepts, and what it refuses, each with one finding."""

from __future__ import annotations

import pytest

from qgen.check import check
from qgen.check.notes import Notes
from qgen.check.symbols import Unit
from qgen.check.unit import read

from .support import run, shipped


def test_statements_run_in_their_order() -> None:
    body = """    int i;
    const char *name = machine->firmware ?: "none";

    for (i = 0; i < 3; i++) {
        if (i > 0 && name) {
            create_unimplemented_device(name, i, 8);
        } else if (!i) {
            create_unimplemented_device("zero", 0, 8);
        }
    }"""
    ran = run(body)
    assert ran.findings == []
    labels = [device.properties[0].value for device in ran.machine.devices]
    assert labels == ["zero", "none", "none"]


def test_a_function_returns_and_is_given_what_it_is_called_with() -> None:
    functions = """static uint64_t twice(uint64_t size, bool really)
{
    if (!really) {
        return size;
    }
    return size * 2;
}"""
    body = """    memory_region_init(&s->r, NULL, "r", twice(4, true));
    memory_region_init(&s->q, NULL, "q", twice(4, false));"""
    ran = run(body, fields="MemoryRegion r, q;", functions=functions)
    assert [r.size for r in ran.machine.regions] == [8, 4]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("int i = 0; while (i < 2) { i++; }", "a statement that no board needs"),
        ("goto out;", "a statement that no board needs"),
        (";", "a statement that no board needs"),
        ("static int i = 0;", "the local 'i' outlives the function"),
        ("int machine = 0;", "the local 'machine' hides another one"),
        ("int i = 0; { int i = 1; }", "the local 'i' hides another one"),
        ("int i; exit(i);", "'i' is used before it has a value"),
        ("int i; i += 1;", "the assignment '+=' does not belong here"),
        ("j = 1;", "'j' is no local"),
        ("exit(1, 2);", "exit() takes 1 arguments, not 2"),
        ("exit();", "exit() takes 1 arguments, not 0"),
        ('exit("1");', "argument 1 of exit() is of type 'int32_t', not 'char *'"),
        ("abort();", "unknown function 'abort'"),
        ("machine();", "a call of something that is no function"),
        ("machine->ram_size = 1;", "'ram_size' of 'MachineState' is not the board's"),
        ("s->nothing = 1;", "'TestMachineState' has no field 'nothing'"),
        ("if (machine->smp.cpus) exit(1);", "QEMU's style wants braces here"),
        ("int i; for (i = 0; i < 9; i++) { }", "the loop runs more often than"),
        ("int i; for (;;) { i = 1; }", "a loop that is not counted"),
        ("machine->ram_size > 1;", "a statement that no board needs"),
        ("get_system_memory();", "the result of get_system_memory() is dropped"),
        ("return 1;", "the function returns nothing"),
        ("MACHINE_CLASS(machine);", "a value that is computed and dropped"),
        ('char *a = qemu_find_file(0, "a");', "nobody frees what qemu_find_file()"),
        ('SysBusDevice *d = qdev_new("d");', "is of type 'SysBusDevice *'"),
        ('DeviceState *d = qdev_new("a\\x41");', "the escape \\x"),
        ("qdev_new(TYPE_NONE);", "unknown device type 'TYPE_NONE'"),
        ("test_init(machine);", "is called too deep, or by itself"),
        ("X86_MACHINE(machine)->below_4g_mem_size = 1;", "an object of another type"),
        ("ARM_CPU(first_cpu);", "a value that is computed and dropped"),
        ("qdev_new(NULL);", "argument 1 of qdev_new() is NULL"),
        ("int a[2] = 1;", "a local of type 'int32_t[2]'"),
    ],
)
def test_what_no_board_needs(body: str, wanted: str) -> None:
    findings = run(f"    {body}").findings
    assert wanted in "\n".join(findings)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("int x;", "a declaration that no board needs"),
        ("static int x = 1;", "'x' has to be static and const"),
        ("static const int x = 1;", "'x' is neither a table nor a struct"),
        ("struct A { int b; };", "the struct 'A' is no state of a type"),
        ("void f(void) { }", "the function 'f' is not static"),
        ("static void f() { }", "write (void) for no parameters"),
        ("static void f(void) { }", "the function 'f' is never used"),
        ("static int f(void) { }", "the function returns nothing"),
        ("static void f(int a, int a) { }", "means something else already"),
        ("enum { A, A };", "'A' is declared already"),
        (
            "static const MemMapEntry t[] = { { 0, 1 } };",
            "a row of the table says which",
        ),
        ("static const MemMapEntry t[] = { [0] = { 0 } };", "a row of the table is {"),
        ("static const MemMapEntry t[] = { [0] = { 0, 1 }, [0] = { 2, 3 } };", "twice"),
        ("static const MemMapEntry t[] = { [0] = { -1, 1 } };", "does not fit"),
        ("static const TypeInfo t = { 1 };", "an initialiser says which field"),
        ('static const TypeInfo t = { .nam = "x" };', "'TypeInfo' has no field 'nam'"),
        ('static const TypeInfo t = { .name = "x" };', "the static 't' is never used"),
        ("QEMU_BUILD_BUG_ON(OUTSIDE != 25);", "the board's value differs"),
        ("QEMU_BUILD_BUG_ON(OUTSIDE > 24);", "QEMU_BUILD_BUG_ON proves no value"),
        ("#define A B\n", "unknown name 'B'"),
        ("#define A 1\n#define A 1\n", "'A' is declared already"),
        ('#include "a.h"\n#include "a.h"\n', "'a.h' is included twice"),
        ("type_init(f)\n", "there is no function 'f'"),
        ("static void f(void) { int a = 1; }", "the local 'a' is never read"),
        ("typedef int t;", "a declaration that no board needs"),
        ("static void f(void) {{{{ }", "has no end"),
        ("static void f(void) { a b c; }", "no C: before: b"),
    ],
)
def test_declarations_that_no_board_needs(text: str, wanted: str) -> None:
    notes = Notes()
    read(text, Unit(notes, {}, {"OUTSIDE": 24}))
    assert wanted in "\n".join(notes.listed())


def test_lines_are_those_of_the_file() -> None:
    notes = Notes()
    read("\n\n/* x\n */\nstatic void f(void)\n{\n\n    g();\n}\n", Unit(notes, {}, {}))
    assert notes.listed()[0] == "line 8: unknown function 'g'"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no C at all",
        "(" * 5000,
        "int a = " + "(" * 5000 + "1" + ")" * 5000 + ";",
        "#define A (" + "1 + " * 5000 + "1)\n",
        "static void f(void)\n{\n    exit(" + "-" * 5000 + "1);\n}\n",
        "static void f(void)\n" + "{\n" * 3000 + "}\n" * 3000,
        "static void f(void)\n{\n" + "if (1) {\n" * 3000 + "}\n" * 3000 + "}\n",
        "int " + "*" * 5000 + "a;",
        "enum { A = 99999999999999999999999999 };",
        "\x00",
        "\ufeff",
        "#",
        "type_init()",
        "struct",
        "static void f(void) { Strange *i = NULL; }",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_text_that_is_hardly_c_is_a_finding(text: str) -> None:
    assert check(text, shipped("g3beige", "10.2").board)
