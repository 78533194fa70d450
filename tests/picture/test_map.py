"""The memory map: its text in golden files, its data against the prediction."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qgen import compose, picture
from qgen.board import Board
from qgen.compose import Resolved, picturing
from qgen.compose.picturing import Given, NotTaken
from qgen.picture import Terminal
from qgen.picture.map import Box
from qgen.picture.map_svg import nested
from qgen.predict import flat_view, memory_tree, usual_line

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
MIB = 1 << 20
SVG = "{http://www.w3.org/2000/svg}"

LAYERS = """\
machine: layers
description: "Layers on layers, \\"漢\\""
arch: arm
cpus: {default: cortex-a15}
ram: {id: ram, default: 16 MiB, at: 0x1000_0000}
memory:
  rom: {kind: rom, name: "the rom <&>", at: 0, size: 64 KiB}
  window: {kind: container, at: 0x4000_0000, size: 1 MiB}
  inner: {kind: ram, at: 0x1000, size: 8 KiB, in: window, priority: 2}
  patch: {kind: rom, at: 0x2000, size: 4 KiB, in: window, priority: 3}
  mirror: {kind: alias, of: inner, at: 0x5000_0000}
  half: {kind: alias, of: rom, offset: 32 KiB, size: 4 KiB, at: 0x8000, priority: 1}
devices:
  uart: {type: pl011, at: 0x6000_0000}
"""


@dataclass(frozen=True)
class Case:
    name: str
    spec: str
    variant: str | None = None
    given: Given = field(default_factory=Given)
    terminal: Terminal = field(default_factory=lambda: Terminal(120))


CASES = (
    Case("arm-virt", "arm-virt"),
    Case(
        *("arm-virt-gicv3", "arm-virt", None),
        Given(4096 * MIB, 4, {"gic-version": "3"}),
        Terminal(80, unicode=False),
    ),
    Case("mps2-an385", "mps2", "mps2-an385", Given(), Terminal(140)),
    Case("stm32vldiscovery", "stm32vldiscovery"),
    Case("x86-split-8g", "x86-split", None, Given(8192 * MIB)),
    Case("layers", "", None, Given(), Terminal(100)),
    Case("layers-ascii", "", None, Given(32 * MIB), Terminal(100, unicode=False)),
    Case("layers-colour", "", None, Given(), Terminal(100, colour=True)),
)


def resolved(case: Case, folder: Path) -> Resolved:
    file = ROOT / "specs" / f"{case.spec}.yaml"
    if not case.spec:
        file = folder / "layers.yaml"
        file.write_text(LAYERS)
    return compose.resolve(file, variant=case.variant)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_text_is_the_golden_one(
    case: Case, update: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "specs" if case.spec else tmp_path)
    drawn = picturing.map_of(resolved(case, tmp_path), case.given)
    text = picture.write_map(drawn, case.terminal)
    file = HERE / "maps" / f"{case.name}.txt"
    if update:
        file.write_text(text)
    assert text == file.read_text()
    assert case.terminal.unicode or text.isascii()
    assert case.terminal.colour or "\x1b" not in text
    assert "\u202e" not in text


WHERE = {
    0x0: ("the rom <&>", 0),
    0x8000: ("the rom <&>", 0x8000),
    0x4000_1800: ("inner", 0x800),
    0x4000_2000: ("patch", 0),
    0x5000_1000: ("inner", 0x1000),
    0x6000_0FFF: ("pl011", 0xFFF),
    0x6000_1000: (None, None),
}


@pytest.mark.parametrize("address", WHERE)
def test_what_answers_at_an_address(address: int, tmp_path: Path) -> None:
    (answer,) = picturing.at(resolved(CASES[-1], tmp_path), Given(), address)
    first = answer.layers[0] if answer.layers else None
    found = (first.name, first.offset) if first else (None, None)
    assert found == WHERE[address]


def test_an_address_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    board = resolved(CASES[-1], tmp_path)

    def told(address: int) -> str:
        (answer,) = picturing.at(board, Given(), address)
        return picture.write_answer(answer, Terminal())

    assert told(0x4000_2004) == (
        "0x4000_2004 in memory: patch + 0x4 (rom)\n"
        "  container system 0x0000_0000-0xffff_ffff_ffff_ffff, priority 0\n"
        "    container window 0x4000_0000-0x400f_ffff, priority 0  layers.yaml:8\n"
        "      patch 0x4000_2000-0x4000_2fff, priority 3  layers.yaml:10\n"
        "  beneath it, unseen: inner + 0x1004 (ram)\n"
        "    container system 0x0000_0000-0xffff_ffff_ffff_ffff, priority 0\n"
        "      container window 0x4000_0000-0x400f_ffff, priority 0  layers.yaml:8\n"
        "        inner 0x4000_1000-0x4000_2fff, priority 2  layers.yaml:9\n"
    )
    assert told(0x6000_2000) == (
        "0x6000_2000 in memory: nothing answers\n"
        "  next below: pl011 0x6000_0000-0x6000_0fff, 4.001 KiB away  layers.yaml:14\n"
    )


SPECS = sorted(
    file
    for folder in (ROOT / "specs", ROOT / "tests" / "ok")
    for file in folder.glob("*.yaml")
)


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_all_specs_have_a_map_that_is_the_predicted_one(file: Path) -> None:
    for found in compose.resolve_all(file).values():
        if not isinstance(found, Resolved) or not isinstance(found.composite, Board):
            continue  # a SoC, or what the newest release cannot have
        drawn = picturing.map_of(found, Given())
        picture.write_map(drawn, Terminal(60))
        json.dumps(picture.as_data(drawn))
        line = usual_line(found.board)
        for space, root in memory_tree(found.board, line).items():
            view = flat_view(root)
            for each in view[:: max(1, len(view) // 12)]:
                for address in (each.start, each.end - 1):
                    answers = picturing.at(found, Given(), address)
                    mine = [a for a in answers if a.space == space.value and a.layers]
                    if not mine:
                        assert not root.subregions
                        continue
                    layer = mine[0].layers[0]
                    assert layer.name == each.region.name
                    assert layer.offset == address - each.start + each.offset


def test_rows_are_in_order_and_have_their_lines() -> None:
    board = compose.resolve(ROOT / "specs" / "arm-virt.yaml")
    (space,) = picturing.map_of(board, Given()).spaces
    firsts = [row.window.first for row in space.rows]
    assert firsts == sorted(firsts)
    lines = (ROOT / "specs" / "arm-virt.yaml").read_text().splitlines()
    for row in space.rows:
        if isinstance(row, Box):
            assert row.spot is not None
            text = lines[row.spot.line - 1]
            assert "at:" in text or "region:" in text or row.part in text, text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given(1 << 50), "-m: arm-virt takes no more than 255 GiB"),
        (Given(None, 9), "-smp: arm-virt takes 1 to 8 CPUs"),
        (Given(None, None, {"gic": "3"}), "-M: arm-virt has no property 'gic'; "),
        (Given(None, None, {"gic-version": "5"}), "-M: gic-version is 2 or 3, not '5'"),
        (Given(firmware_size=MIB), "--bios: only the loader x86-bios maps all"),
    ],
)
def test_a_command_line_that_the_board_does_not_take(given: Given, said: str) -> None:
    board = compose.resolve(ROOT / "specs" / "arm-virt.yaml")
    with pytest.raises(NotTaken) as refused:
        picturing.map_of(board, given)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("address", "space", "names"),
    [
        (0xE000_E100, "cpu-memory-0", ["nvic_sysregs"]),  # only the CPU sees its NVIC
        (0x4000_4000, "memory", ["uart"]),
        (0x5000_0000, "memory", []),
    ],
)
def test_what_only_a_cpu_sees_is_found(
    address: int, space: str, names: list[str]
) -> None:
    resolved = compose.resolve(ROOT / "specs" / "cortex-m-mini.yaml")
    (answer,) = picturing.at(resolved, Given(), address)
    assert (answer.space, [each.name for each in answer.layers]) == (space, names)


def test_firmware_of_an_x86_board_needs_its_size() -> None:
    resolved = compose.resolve(ROOT / "specs" / "x86-split.yaml")
    reset_vector = 0xFFFF_FFF0
    unsized, sized = Given(), Given(firmware_size=MIB // 8)
    assert picturing.unsized_firmware(resolved.board, unsized) == "bios.bin"
    assert picturing.unsized_firmware(resolved.board, sized) is None
    assert not picturing.at(resolved, unsized, reset_vector)[0].layers
    (layer,) = picturing.at(resolved, sized, reset_vector)[0].layers
    assert "pc.bios" in str(layer)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_drawing_is_xml_with_all_regions_and_no_script(
    case: Case, tmp_path: Path
) -> None:
    drawn = picturing.map_of(resolved(case, tmp_path), case.given)
    text = picture.draw_map_svg(drawn, lambda spot: f"#{spot}")
    root = ElementTree.fromstring(text)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    words = "svg title desc style defs marker path rect g a text line"
    assert tags <= set(words.split(" "))
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    whole = "\n".join(root.itertext())
    for space in drawn.spaces:
        for row in space.rows:
            if isinstance(row, Box):
                assert row.name in whole
                assert f'data-first="{row.window.first:#x}"' in text
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for each in root.iter():
        assert float(each.get("x", 0)) <= width
        assert float(each.get("y", 0)) <= height


def test_what_lies_on_another_region_is_drawn_inside_it(tmp_path: Path) -> None:
    (space,) = picturing.map_of(resolved(CASES[-1], tmp_path), Given()).spaces
    rom, _, _, _, window, *_ = nested(space.rows)
    assert isinstance(rom, Box) and isinstance(window, Box)
    assert [each.name for each in rom.children if isinstance(each, Box)] == ["half"]
    (inner,) = (each for each in window.children if isinstance(each, Box))
    assert [each.name for each in inner.children if isinstance(each, Box)] == ["patch"]
