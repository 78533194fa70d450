"""Each line of C is known by the line of the spec that it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_generated import CASES, golden

from qgen import compose
from qgen.emit import emit
from qgen.traced import traced

ROOT = Path(__file__).parent.parent
NEWEST = [case for case in CASES if case[0] == "10.2"]


@pytest.mark.parametrize(
    ("release", "spec", "variant"), NEWEST, ids=[v or s.stem for _, s, v in NEWEST]
)
def test_the_traced_text_is_the_c(
    release: str, spec: Path, variant: str | None
) -> None:
    resolved = compose.resolve(spec, compose.TARGETS[release], variant=variant)
    from qgen import __version__

    made = emit(resolved.composite, resolved.target, resolved.catalogue, __version__)
    lines = traced(made.unit)
    text = "".join(f"{line}\n" for line, _ in lines)
    assert text == golden(release, spec, variant).read_text()
    for line, origin in lines:
        if line.startswith(("    sysbus_mmio_map", "    qdev_prop_set")):
            assert origin is not None, line


def lines_of(spec: str) -> dict[str, str]:
    """The lines of C, with the line of the spec that each comes from."""
    resolved = compose.resolve(ROOT / "specs" / f"{spec}.yaml")
    made = emit(resolved.composite, resolved.target, resolved.catalogue, "0")
    source = resolved.source
    return {
        line.strip(): source.line(source.locate(origin[1], key=True).line).strip()
        for line, origin in traced(made.unit)
        if origin is not None and origin[0] == resolved.composite.name
    }


@pytest.mark.parametrize(
    ("spec", "line", "place"),
    [
        ("arm-virt", "#define NUM_GICV2M_SPIS 64", "NUM_GICV2M_SPIS: 64"),
        (
            "arm-virt",
            "[ARM_VIRT_UART] = { 0x09000000, 0x00001000 },",
            "UART: {base: 0x0900_0000, size: 0x0000_1000}",
        ),
        (
            "arm-virt",
            'qdev_connect_clock_in(dev, "clk", s->apb_pclk);',
            "clocks: {clk: apb-pclk}",
        ),
        (
            "arm-virt",
            "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->gic, IRQ_RTC));",
            'irqs: ["gic[IRQ_RTC]"]',
        ),
        ("arm-virt", "mc->no_cdrom = true;", "no_cdrom: true"),
        (
            "mac99",
            "static void mac99_create_nvram(Mac99MachineState *s)",
            "nvram:",
        ),
    ],
)
def test_a_line_comes_from(spec: str, line: str, place: str) -> None:
    found = lines_of(spec)
    assert line in found, sorted(found)
    assert found[line] == place
