"""Boards whose C is as it should be; and the machine that the check sees in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qgen.board import Arch, Board, Kind, Mapping, Region
from qgen.check import check
from qgen.check.compare import compare
from qgen.check.expected import expected
from qgen.check.given import of_several
from qgen.check.notes import Notes
from qgen.check.scenarios import scenarios
from qgen.expr import Num

from .support import BOARDS, RELEASES, ROOT, SHIPPED, case_of, shipped

SPECS = [*(ROOT / "specs" / f"{name}.yaml" for name in SHIPPED), *BOARDS]
on_each_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
on_each_release = pytest.mark.parametrize("release", RELEASES)


@on_each_release
@on_each_spec
def test_the_c_of_a_spec_means_the_spec(spec: Path, release: str) -> None:
    assert case_of(spec, release).findings() == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_c_of_one_board_is_not_that_of_another(name: str) -> None:
    text = shipped(name, "10.2").text
    others = [shipped(other, "10.2") for other in SHIPPED if other != name]
    for case in others:
        assert len(case.findings(text)) > 3


@on_each_spec
def test_a_machine_is_like_itself(spec: Path) -> None:
    board = case_of(spec, "10.2").board
    for scenario in scenarios(board):
        notes = Notes()
        compare(expected(board, scenario), expected(board, scenario), notes, "")
        assert notes.listed() == []


@on_each_spec
def test_few_runs_are_enough(spec: Path) -> None:
    board = case_of(spec, "10.2").board
    assert isinstance(board, Board)
    several = dict.fromkeys(of_several(board))
    assert len(scenarios(board)) <= 10 + len(several)


def test_the_runs_of_split_ram_are_on_both_sides_of_the_hole() -> None:
    sizes = [s.ram_size for s in scenarios(shipped("x86-split", "10.2").board)]
    assert 0xC000_0000 in sizes
    assert 0xC000_0001 in sizes


def test_the_runs_of_limited_ram_are_on_both_sides_of_the_limit() -> None:
    runs = scenarios(shipped("mac99", "10.2").board)
    limit = 2 << 30
    assert any(run.ram_size == limit and not run.ends for run in runs)
    assert any(run.ram_size == limit + 1 and run.ends for run in runs)


def test_a_machine_of_another_name() -> None:
    case = shipped("mac99", "10.2")
    text = case.text.replace('MACHINE_TYPE_NAME("mac99")', 'MACHINE_TYPE_NAME("m")')
    words, names = case.words._asdict(), {"mac99": "m"}
    assert check(text, case.board, names=names, **words) == []
    assert "TypeInfo.name" in "\n".join(case.findings(text))
    assert "TypeInfo.name" in "\n".join(
        check(case.text, case.board, names=names, **words)
    )


def test_a_type_macro_that_no_header_has() -> None:
    case = shipped("arm-virt", "10.2")
    types = [t for t in case.types if t.macro != "TYPE_PL011"]
    assert "unknown device type 'TYPE_PL011'" in "\n".join(
        check(case.text, case.board, types=types)
    )


def test_findings_say_where_and_what_would_be_right() -> None:
    case = shipped("cortex-m-mini", "10.2")
    place = case.text.index("0x40004000")
    line = case.text.count("\n", 0, place) + 1
    assert case.findings(case.text.replace("0x40004000", "0x40005000")) == [
        f"line {line}: device 'uart0' (cmsdk-apb-uart): MMIO region 0: the address is "
        "0x40005000; the board has 0x40004000"
    ]


def test_findings_say_when() -> None:
    case = shipped("x86-split", "10.2")
    text = case.text.replace("ram_size > 0xc0000000", "ram_size > 0xd0000000")
    finding, *_ = case.findings(text)
    assert finding.startswith("region 'ram-above-4g' (alias 'ram-above-4g') is missing")
    assert "(-m 0xc0000001, -smp 1, " in finding


def test_a_stub_reads_as_the_guest_sees_it() -> None:
    (spec,) = (spec for spec in BOARDS if spec.stem == "regions")
    case = case_of(spec, "10.2")
    assert "DEVICE_LITTLE_ENDIAN" in case.text
    text = case.text.replace("DEVICE_LITTLE_ENDIAN", "DEVICE_BIG_ENDIAN")
    assert case.board.arch is Arch.ARM
    assert "0x78563412; the board has 0x12345678" in "\n".join(case.findings(text))


def test_a_text_that_is_wrong_everywhere_is_not_listed_to_its_end() -> None:
    case = shipped("arm-virt", "10.2")
    findings = check("int x;\n" * 500, case.board)
    assert len(findings) < 80
    assert findings[-1].endswith("more")


def test_an_image_is_loaded_where_its_region_lies_in_the_system_memory() -> None:
    (spec,) = (spec for spec in BOARDS if spec.stem == "images")
    board = case_of(spec, "10.2").board
    window = Mapping("system", Num(0x8000_0000), None)
    outer = Region("w", "w", Kind.CONTAINER, Num(1 << 24), window, ())
    inside = [
        (
            replace(region, mapping=replace(region.mapping, container="w"))
            if region.mapping and region.name == "font"
            else region
        )
        for region in board.regions
    ]
    board = replace(board, regions=(outer, *inside))
    loads = expected(board, scenarios(board)[0]).loads
    (font,) = (load for load in loads if load.file == "font.bin")
    assert font.arguments == {"address": 0x8000_0000 + 0xFFD0_0000, "limit": 4096}
