"""Integers are C's: their types, their conversions, and where they end."""

from __future__ import annotations

import pytest

from qgen.check.ctype import (
    BOOL,
    INT,
    LONG,
    STRING,
    ULONG,
    UNSIGNED,
    CType,
    Int,
    Pointer,
    Struct,
    assignable,
    common,
    from_text,
    literal,
)

from .support import PLAIN, run


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("0", INT, 0),
        ("2147483647", INT, 0x7FFF_FFFF),
        ("2147483648", LONG, 0x8000_0000),
        ("0x7fffffff", INT, 0x7FFF_FFFF),
        ("0x80000000", UNSIGNED, 0x8000_0000),
        ("0x100000000", LONG, 0x1_0000_0000),
        ("0xffffffffffffffff", ULONG, (1 << 64) - 1),
        ("010", INT, 8),
        ("1u", UNSIGNED, 1),
        ("1L", LONG, 1),
        ("1ULL", ULONG, 1),
    ],
)
def test_literals(text: str, type_: Int, value: int) -> None:
    assert literal(text) == (type_, value)


@pytest.mark.parametrize(
    "text", ["18446744073709551615", "08", "1.5", "1x", "0b1", "1lul"]
)
def test_no_literals(text: str) -> None:
    with pytest.raises(ValueError):
        literal(text)


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        (INT, INT, INT),
        (INT, UNSIGNED, UNSIGNED),
        (UNSIGNED, LONG, LONG),
        (LONG, ULONG, ULONG),
        (BOOL, Int(8, False), INT),
    ],
)
def test_usual_conversions(left: Int, right: Int, wanted: Int) -> None:
    assert common(left, right) == common(right, left) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("const char *", STRING),
        ("Error **", Pointer(Pointer(Struct("Error")))),
        ("struct arm_boot_info *", Pointer(Struct("arm_boot_info"))),
        ("unsigned", UNSIGNED),
        ("hwaddr", ULONG),
    ],
)
def test_types_by_name(text: str, wanted: CType) -> None:
    assert from_text(text) == wanted


def test_pointers_are_of_one_type_or_to_void() -> None:
    device, bus = Pointer(Struct("DeviceState")), Pointer(Struct("SysBusDevice"))
    assert assignable(device, from_text("void *"))
    assert not assignable(device, bus)
    assert not assignable(INT, device)
    assert not assignable(device, ULONG)


def size(expression: str) -> int | str:
    """``expression`` as the size of a region, or what is wrong with it."""
    ran = run(f'    memory_region_init(&s->r, NULL, "r", {expression});', fields=FIELD)
    return ran.said if ran.findings else ran.machine.regions[0].size


FIELD = "    MemoryRegion r;"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("4 * KiB", 4096),
        ("3 * GiB", 3 << 30),
        ("10 - 2 - 3", 5),
        ("10 - (2 - 3)", 11),
        ("2 + 3 * 4", 14),
        ("7 / 2", 3),
        ("MIN(5, 4 * KiB)", 5),
        ("1 << 4 | 3 & 6", 18),
        ("1ULL << 40", 1 << 40),
        ("(1 << 4) + (7 & 12)", 20),
        ("0x80000000 + 0x80000000", 0),  # unsigned int wraps
        ("(hwaddr)0x80000000 + 0x80000000", 1 << 32),
        ("(hwaddr)-1", (1 << 64) - 1),
        ("0x100000000 - 1", 0xFFFF_FFFF),
        ("machine->smp.cpus - 3", (1 << 32) - 1),  # so does the number of CPUs
        ("machine->ram_size / MiB", 256),
        ("machine->smp.cpus > 1 ? 3 : 4", 3),
        ("OUTSIDE", 24),
    ],
)
def test_expressions(expression: str, wanted: int) -> None:
    assert size(expression) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("0x40000000 * 2", "0x40000000 * 0x2 overflows 'int32_t'"),
        ("3 * 1000000000", "overflows 'int32_t'"),
        ("-1", "-0x1 does not fit"),
        ("1 / 0", "a division by zero"),
        ("1 % 0", "a division by zero"),
        ("1 << 40", "0x1 << 40 means nothing in C"),
        ("1 << 31", "overflows 'int32_t'"),
        ("1 ^ 4", "the operator '^' does not belong into a board"),
        ("~1", "the operator '~' does not belong into a board"),
        ("1.5", "1.5"),
        ("s", "is of type 'uint64_t', not 'TestMachineState *'"),
        ("sizeof(Object)", "the operator 'sizeof' does not belong into a board"),
        ("machine->ram + 1", "is no arithmetic"),
        ("nothing", "unknown name 'nothing'"),
        ("machine->nothing", "'MachineState' has no field 'nothing'"),
        ("machine.ram_size", "needs a struct"),
    ],
)
def test_what_is_no_number(expression: str, wanted: str) -> None:
    assert wanted in str(size(expression))


def test_a_number_knows_what_it_comes_from() -> None:
    before = "#define WINDOW 64\n#define WINDOWS (WINDOW * 2)"
    body = '    memory_region_init(&s->r, NULL, "r", WINDOWS + OUTSIDE * 2);'
    ran = run(body, fields=FIELD, before=before)
    region = ran.machine.regions[0]
    assert region.size == 176
    assert region.size.names == {"WINDOWS", "OUTSIDE"}  # type: ignore[attr-defined]


def test_a_loop_counts_as_c_does() -> None:
    body = """    unsigned int i;
    for (i = 0; i < machine->smp.cpus; i++) {
        create_unimplemented_device("r", 0xfffff000 + i * 0x1000, 8);
    }"""
    ran = run(body, scenario=PLAIN)
    at = [device.mmio[0].address for device in ran.machine.devices]
    assert at == [0xFFFF_F000, 0]
