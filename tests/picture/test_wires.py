"""Wires and clocks: their text in golden files, their data against the board's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qgen import compose, picture
from qgen.board import Board, Device, Sink, Source, Wire
from qgen.compose import Resolved, picturing
from qgen.compose.picturing import Given, NotTaken
from qgen.expr import Num, evaluate
from qgen.picture import Terminal
from qgen.picture.wires import Role
from qgen.picture.wires_svg import layers

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Case:
    name: str
    spec: str
    variant: str | None = None
    given: Given = field(default_factory=Given)
    devices: tuple[str, ...] = ()
    terminal: Terminal = field(default_factory=lambda: Terminal(100))


CASES = (
    Case("arm-virt-smp4", "arm-virt", None, Given(None, 4)),
    Case("arm-virt-gpio", "arm-virt", None, Given(), ("gpio",)),
    Case("mps2-an511", "mps2", "mps2-an511"),
    Case("stm32vldiscovery", "stm32vldiscovery"),
    Case("sifive_e", "sifive_e"),
    Case("x86-split", "x86-split"),
    Case(
        *("xilinx-zynq-a9", "xilinx-zynq-a9", None, Given(), ()),
        Terminal(80, unicode=False),
    ),
)
ON_EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def drawn(case: Case) -> picture.WiresPicture:
    file = ROOT / "specs" / f"{case.spec}.yaml"
    resolved = compose.resolve(file, variant=case.variant)
    return picturing.wires_of(resolved, case.given, case.devices)


@ON_EACH
def test_the_text_is_the_golden_one(
    case: Case, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "specs")
    text = picture.write_wires(drawn(case), case.terminal)
    file = HERE / "wires" / f"{case.name}.txt"
    if update:
        file.write_text(text)
    assert text == file.read_text()
    assert case.terminal.unicode or text.isascii()


@ON_EACH
def test_the_drawing_has_all_devices_and_wires(case: Case) -> None:
    wires = drawn(case)
    text = picture.draw_wires_svg(wires, lambda spot: f"#{spot}")
    root = ElementTree.fromstring(text)
    shown = {each.get("data-device") for each in root.iter()} - {None}
    assert shown == {end for b in wires.bundles for end in (b.source, b.sink)}
    paths = [p for p in root.iter(f"{SVG}path") if p.get("marker-end")]
    assert len(paths) == len(wires.bundles)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for each in root.iter(f"{SVG}rect"):
        right = float(each.get("x", 0)) + float(each.get("width", 0))
        bottom = float(each.get("y", 0)) + float(each.get("height", 0))
        assert right <= width and bottom <= height


@ON_EACH
def test_cpus_stand_right_of_what_drives_them(case: Case) -> None:
    wires = drawn(case)
    columns = layers(wires)
    for bundle in wires.bundles:
        if wires.node(bundle.sink).role is Role.CPU:
            assert columns[bundle.source] < columns[bundle.sink]


SPECS = sorted(
    file
    for folder in (ROOT / "specs", ROOT / "tests" / "ok")
    for file in folder.glob("*.yaml")
)


def by_call(device: Device) -> Iterator[Wire]:
    """The interrupts that the function which makes a device has wired."""
    for line, place in enumerate(() if device.call is None else device.call.irqs):
        assert device.call is not None
        sink = device.call.arguments[place]
        if isinstance(sink, Sink):
            yield Wire(Source(True, None, Num(line)), sink, False, device.call.origin)


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_every_wire_of_every_spec_is_there_once(file: Path) -> None:
    for found in compose.resolve_all(file).values():
        if not isinstance(found, Resolved) or not isinstance(found.composite, Board):
            continue  # a SoC, or what the newest release cannot have
        wires = picturing.wires_of(found, Given())
        picture.write_wires(wires, Terminal(60))
        ElementTree.fromstring(picture.draw_wires_svg(wires))
        json.dumps(picture.as_data(wires))
        line = picturing.line_of(found.board, Given())
        wanted = sum(
            (1 if device.count is None else evaluate(device.count))
            * (line.cpus if wire.per_cpu else 1)
            * (1 if wire.lines is None else evaluate(wire.lines))
            for device in found.board.devices
            if line.has(device)
            for wire in (*device.wires, *by_call(device))
        ) + line.cpus * len(found.board.cpus.wires)
        own = [
            wire
            for bundle in wires.bundles
            for wire in bundle.wires
            if not (wire[0].group or "").startswith("argument")
        ]
        if not found.board.socs:
            assert len(own) == wanted
        for node in wires.nodes:
            for lines in (*node.inputs, *node.outputs):
                assert lines.count is None or lines.used <= lines.count, node


def test_a_device_that_is_not_there() -> None:
    board = compose.resolve(ROOT / "specs" / "arm-virt.yaml")
    with pytest.raises(NotTaken, match="no device 'gick'; did you mean 'gic'"):
        picturing.wires_of(board, Given(), ["gick"])
