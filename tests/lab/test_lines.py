"""The README's table of lengths: specs, the C that comes of them, and QEMU's own C."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab_support import require_sdk

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
RELEASE = "10.2"
HEAD = """\
| board | spec | generated C | QEMU's C |
|---|---|---|---|
"""

# What is written by hand, what comes of it, and the files of QEMU that it stands for, or
# the functions of one that other boards share: "FILE:FUNCTION".
BOARDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "netduinoplus2": (
        ("netduinoplus2.yaml",),
        ("netduinoplus2.c",),
        ("hw/arm/netduinoplus2.c",),
    ),
    "stm32vldiscovery and its SoC": (
        ("stm32vldiscovery.yaml", "stm32f100-soc.yaml"),
        ("stm32vldiscovery.c", "stm32f100_soc.c", "stm32f100_soc.h"),
        (
            *("hw/arm/stm32vldiscovery.c", "hw/arm/stm32f100_soc.c"),
            "include/hw/arm/stm32f100_soc.h",
        ),
    ),
    "mps2-an385, an386, an500, an511": (
        ("mps2.yaml",),
        ("mps2_an385.c", "mps2_an386.c", "mps2_an500.c", "mps2_an511.c"),
        ("hw/arm/mps2.c",),
    ),
    "integratorcp": (
        ("integratorcp.yaml",),
        ("integratorcp.c",),
        tuple(
            f"hw/arm/integratorcp.c:{name}"
            for name in ("integratorcp_init", "integratorcp_machine_init")
        ),
    ),
    "xilinx-zynq-a9": (
        ("xilinx-zynq-a9.yaml", "xilinx-zynq-a9-hooks.c.inc"),
        ("xilinx_zynq_a9.c",),
        ("hw/arm/xilinx_zynq.c",),
    ),
    "sifive_e": (
        ("sifive_e.yaml",),
        ("sifive_e.c",),
        ("hw/riscv/sifive_e.c", "include/hw/riscv/sifive_e.h"),
    ),
    "spike": (
        ("spike.yaml", "spike-hooks.c.inc"),
        ("spike.c",),
        ("hw/riscv/spike.c", "include/hw/riscv/spike.h"),
    ),
    "ast2600-evb": (
        ("ast2600-evb.yaml",),
        ("ast2600_evb.c",),
        ("hw/arm/aspeed_ast2600_evb.c",),
    ),
    "quanta-gsj": (
        ("quanta-gsj.yaml",),
        ("quanta_gsj.c",),
        tuple(
            f"hw/arm/npcm7xx_boards.c:{name}"
            for name in (
                *("npcm7xx_load_bootrom", "npcm7xx_connect_flash"),
                *("npcm7xx_connect_dram", "npcm7xx_create_soc", "npcm7xx_i2c_get_bus"),
                *("npcm7xx_init_pwm_splitter", "npcm7xx_connect_pwm_fan"),
                *("quanta_gsj_i2c_init", "quanta_gsj_fan_init", "quanta_gsj_init"),
                *("npcm7xx_set_soc_type", "gsj_machine_class_init"),
            )
        ),
    ),
    "mac99": (
        ("mac99.yaml", "mac99-hooks.c.inc", "powermac-hooks.c.inc"),
        ("mac99.c",),
        ("hw/ppc/mac_newworld.c",),
    ),
    "g3beige": (
        ("g3beige.yaml", "g3beige-hooks.c.inc", "powermac-hooks.c.inc"),
        ("g3beige.c",),
        ("hw/ppc/mac_oldworld.c",),
    ),
}


def lines(folder: Path, names: tuple[str, ...]) -> int:
    return sum(text(folder, *name.split(":")).count("\n") for name in names)


def text(folder: Path, name: str, function: str | None = None) -> str:
    whole = (folder / name).read_text()
    if function is None:
        return whole
    pattern = rf"^static [^;={{}}]*\b{function}\([^;{{}}]*\)\n{{\n.*?^}}\n"
    (found,) = re.findall(pattern, whole, re.DOTALL | re.MULTILINE)
    return str(found)


def row(board: str, upstream: Path) -> str:
    specs, generated, theirs = BOARDS[board]
    here = lines(ROOT / "specs", specs)
    made = lines(ROOT / "generated" / RELEASE, generated)
    there = lines(upstream, theirs)
    hooks = [name for name in specs if name.endswith(".c.inc")]
    note = f" ({lines(ROOT / 'specs', tuple(hooks))} of it hooks)" if hooks else ""
    return f"| {board} | {here}{note} | {made} | {there} |\n"


def test_the_table_of_lengths_is_true(request: pytest.FixtureRequest) -> None:
    upstream = require_sdk(RELEASE).source
    table = HEAD + "".join(row(board, upstream) for board in BOARDS)
    text = README.read_text()
    if request.config.getoption("--update") and table not in text:
        start = text.index(HEAD)
        end = text.index("\n\n", start) + 1
        README.write_text(text[:start] + table + text[end:])
    assert table in README.read_text()
