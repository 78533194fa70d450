"""Whatever the text: findings, never a traceback, and in time that is linear."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from qgen.board import Arch, Device, Kind, Mapping, Mmio, Region
from qgen.check import check, code, parse
from qgen.compose import Words
from qgen.expr import Num

from .support import BOARDS, SHIPPED, Case, case_of, shipped

TOKEN = re.compile(r'\s+|"(?:[^"\\\n]|\\.)*"|\w+|.', re.DOTALL)
STRANGE = """( ) { } [ ] * & ? : -> ; , # ' " \\ /* */ // 0x 1e9 99999999999999999999 ++ -- ...
NULL static void struct enum union goto return sizeof int const typedef switch do while
else case default auto inline _Static_assert __x 'a' L"x" 1.5 . = == != ! ~ % << | || &&"""


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "parse", functools.cache(parse.parse))


def damaged(text: str, chance: random.Random) -> str:
    """``text`` with a line or a token deleted, doubled, moved or replaced."""
    by_line = chance.random() < 0.4
    parts = text.splitlines(keepends=True) if by_line else TOKEN.findall(text)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    match chance.choice(("delete", "double", "swap", "replace")):
        case "delete":
            del parts[one]
        case "double":
            parts.insert(other, parts[one])
        case "swap":
            parts[one], parts[other] = parts[other], parts[one]
        case "replace":
            parts[one] = chance.choice([*STRANGE.split(), parts[other]])
    return "".join(parts)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_c_is_a_finding_or_c_of_the_same_meaning(seed: int) -> None:
    chance = random.Random(seed)
    cases = [*(shipped(name, "10.2") for name in SHIPPED[1:])]
    cases += [case_of(spec, "10.0") for spec in BOARDS]
    found = 0
    for _ in range(40):
        case = chance.choice(cases)
        text = case.text
        for _ in range(chance.choice((1, 1, 2, 3))):
            text = damaged(text, chance)
        found += bool(case.findings(text))
    assert found > 20


@pytest.mark.parametrize("name", SHIPPED)
def test_c_that_ends_early_is_a_finding(name: str) -> None:
    case = shipped(name, "10.2")
    end = len(case.text.rstrip())
    for cut in range(0, end, end // 25):
        assert case.findings(case.text[:cut])


def board_of(devices: int, regions: int) -> Case:
    """A board of so many alike, and C for it; no stage but ours is measured."""
    case = shipped("cortex-m-mini", "10.2")
    made = []
    for n in range(devices):
        mmio = Mmio(0, Num(0x8000_0000 + n * 0x1000), "chip", 4, None, ())
        made.append(Device(f"d{n}", "chip", None, (), (mmio,), (), (), None, ()))
    spaces = []
    for n in range(regions):
        at = Mapping("system", Num(0x2_0000_0000 + n * 64), None)
        spaces.append(Region(f"r{n}", f"r{n}", Kind.RAM, Num(64), at, ()))
    board = replace(
        case.board,
        arch=Arch.ARM,
        regions=tuple(spaces),
        devices=tuple(made),
        clocks=(),
        boot=None,
        cpus=replace(case.board.cpus, created_by=None, default_type=None),
    )
    c = "".join(_c_of(board.name, devices, regions))
    return Case(c, board, Words([], []), {})


def _c_of(name: str, devices: int, regions: int) -> Iterator[str]:
    yield '#include "qemu/osdep.h"\n#include "hw/arm/machines-qom.h"\n'
    yield f'#define TYPE_TEST_MACHINE MACHINE_TYPE_NAME("{name}")\n'
    yield "OBJECT_DECLARE_SIMPLE_TYPE(TestState, TEST_MACHINE)\n"
    yield "struct TestState {\n    MachineState parent_obj;\n"
    yield from (f"    MemoryRegion r{n};\n" for n in range(regions))
    yield "};\n"
    for n in range(devices):
        yield f"""static void create_d{n}(void)
{{
    DeviceState *dev = qdev_new("chip");
    SysBusDevice *sbd = SYS_BUS_DEVICE(dev);

    sysbus_realize_and_unref(sbd, &error_fatal);
    sysbus_mmio_map(sbd, 0, {0x8000_0000 + n * 0x1000:#x});
}}
"""
    yield "static void init(MachineState *machine)\n{\n"
    if regions:
        yield "    TestState *s = TEST_MACHINE(machine);\n"
    for n in range(regions):
        yield f"""
    memory_region_init_ram(&s->r{n}, NULL, "r{n}", 64, &error_fatal);
    memory_region_add_subregion(get_system_memory(), {0x2_0000_0000 + n * 64:#x},
                                &s->r{n});
"""
    yield from (f"    create_d{n}();\n" for n in range(devices))
    yield """}
static void class_init(ObjectClass *oc, const void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "Cortex-M3 microcontroller with 256 KiB flash and a UART";
    mc->init = init;
    mc->max_cpus = 1;
}
static const TypeInfo info = {
    .name = TYPE_TEST_MACHINE,
    .parent = TYPE_MACHINE,
    .instance_size = sizeof(TestState),
    .class_init = class_init,
    .interfaces = arm_machine_interfaces,
};
static void register_types(void)
{
    type_register_static(&info);
}
type_init(register_types)
"""


def steps(case: Case, monkeypatch: pytest.MonkeyPatch) -> int:
    """How much of the C was read: time would depend on what else the machine does."""
    counter = count()
    real = code.converted

    def counted(*args: object) -> object:
        next(counter)
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("qgen.check.calls.converted", counted)
        assert case.findings() == []
    return next(counter)


@pytest.mark.parametrize(("devices", "regions"), [(250, 0), (0, 250)])
def test_twice_the_board_is_twice_the_work(
    devices: int, regions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = steps(board_of(devices, regions), monkeypatch)
    two = steps(board_of(2 * devices, 2 * regions), monkeypatch)
    assert two < 2.1 * one


def test_a_large_board_and_one_fault_in_it() -> None:
    case = board_of(600, 300)
    assert case.findings() == []
    text = case.text.replace("0x801f4000", "0x801f5000")
    (finding,) = case.findings(text)
    assert "device 'd500' (chip): MMIO region 0: the address is 0x801f5000" in finding
    dropped = case.text.replace("    create_d7();\n", "")
    assert any("'d7' (chip) is missing" in f for f in case.findings(dropped))


def test_no_board_makes_the_check_run_forever() -> None:
    case = shipped("arm-virt", "10.2")
    for old, new in (
        ("i < NUM_VIRTIO_TRANSPORTS", "i >= 0"),
        ("arm_virt_create_rtc(s);\n", "arm_virt_init(machine);\n"),
        ("#define NUM_VIRTIO_TRANSPORTS 32", "#define NUM_VIRTIO_TRANSPORTS 999999999"),
    ):
        assert check(case.text.replace(old, new), case.board, types=case.types)


def test_threads_may_check_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    from qgen import compose

    specs = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml")) * 4
    resolved = [r for spec in specs for r in compose.resolve_all(spec).values()]
    with ThreadPoolExecutor(4) as pool:
        rendered = list(pool.map(compose.render, resolved))
    assert len(rendered) >= len(specs)
