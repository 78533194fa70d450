"""The functions that boards can call: facts, their file, and the checks behind them.

The facts here were read in QEMU's headers, not in the file.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from qgen import catalogue
from qgen.catalogue import CatalogueError, helpers
from qgen.catalogue.helpers import Function, Functions, Parameter
from qgen.emit.headers import placed
from qgen.lab.c_check import Piece, groups
from qgen.targets import TARGETS

RELEASES = ("10.0", "10.2", "11.0")
ALL = ("aarch64", "ppc", "riscv64", "x86_64")


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@cache
def shipped(release: str) -> Functions:
    return catalogue.functions(release)


def function(release: str, name: str) -> Function:
    found = shipped(release).find(name)
    assert found is not None, name
    return found


def test_the_release_is_there(release: str) -> None:
    assert shipped(release).release == release
    assert shipped(release).targets == ALL
    assert not any(each.startswith("functions") for each in catalogue.releases())
    with pytest.raises(LookupError, match=r"'9\.9'"):
        catalogue.functions("9.9")


@pytest.mark.parametrize(
    ("name", "header", "returns", "parameters", "inline", "targets"),
    [
        (
            "pl011_create",
            "hw/char/pl011.h",
            "DeviceState *",
            [("hwaddr", "addr"), ("qemu_irq", "irq"), ("Chardev *", "chr")],
            False,
            ("aarch64",),
        ),
        (
            "sysbus_create_simple",
            "hw/sysbus.h",
            "DeviceState *",
            [("const char *", "name"), ("hwaddr", "addr"), ("qemu_irq", "irq")],
            True,
            ALL,
        ),
        (
            "serial_hd",
            None,  # it moved from sysemu/ to system/
            "Chardev *",
            [("int", "i")],
            False,
            ALL,
        ),
        (
            "at24c_eeprom_init",
            "hw/nvram/eeprom_at24c.h",
            "I2CSlave *",
            [("I2CBus *", "bus"), ("uint8_t", "address"), ("uint32_t", "rom_size")],
            False,
            ("aarch64", "ppc"),
        ),
        (
            "cpu_ppc_tb_init",
            "hw/ppc/ppc.h",
            None,
            [("CPUPPCState *", "env"), ("uint32_t", "freq")],
            False,
            ("ppc",),
        ),
        (
            "riscv_aclint_swi_create",
            "hw/intc/riscv_aclint.h",
            "DeviceState *",
            [
                ("hwaddr", "addr"),
                ("uint32_t", "hartid_base"),
                ("uint32_t", "num_harts"),
                ("bool", "sswi"),
            ],
            False,
            ("riscv64",),
        ),
    ],
)
def test_what_a_board_writes(
    release: str,
    name: str,
    header: str | None,
    returns: str | None,
    parameters: list[tuple[str, str]],
    inline: bool,
    targets: tuple[str, ...],
) -> None:
    found = function(release, name)
    assert header is None or placed(header, TARGETS[release]) == found.header
    assert returns in (None, found.returns)
    assert found.parameters == tuple(Parameter(*each) for each in parameters)
    assert (found.inline, found.targets) == (inline, targets)


def test_kconfig_symbols_are_those_of_the_file(release: str) -> None:
    assert function(release, "pl011_create").kconfig == ("PL011",)
    assert function(release, "at24c_eeprom_init").kconfig == ("AT24C",)
    assert function(release, "sysbus_create_simple").kconfig == ()


def test_an_unknown_name_has_near_ones(release: str) -> None:
    known = shipped(release)
    for name in ("pl011", "", "\t", "pl011_create\t", helpers.HEADER):
        assert known.find(name) is None
    assert known.nearest("pl011_creat")[0] == "pl011_create"
    assert known.nearest("PL011-create")[0] == "pl011_create"


def test_every_line_can_be_read(release: str) -> None:
    known = shipped(release)
    functions = list(known)
    assert len(functions) == len(known) > 1500
    for each in functions:
        assert each.targets and set(each.targets) <= set(ALL)
        assert each.header.endswith(".h")


def test_reading_is_fast_and_waits_until_it_is_asked_for(release: str) -> None:
    code = (
        "import sys, time; from qgen import catalogue;"
        f"catalogue.load({release!r}).find('pl011');"
        "early = 'qgen.catalogue.helpers' in sys.modules;"
        "start = time.process_time();"
        f"found = catalogue.functions({release!r}).find('pl011_create');"
        "print(time.process_time() - start, early, found is not None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    seconds, early, found = done.stdout.split()
    assert (early, found) == ("False", "True")
    assert float(seconds) < 0.05  # 2 ms, where the machine is not busy


def text(line: str) -> str:
    header = '{"format":1,"release":"1","version":"1.0","targets":["vax"]}'
    return f"{helpers.HEADER}\t{header}\nf\t{line}\n"


def test_a_line_can_leave_out_what_is_usual() -> None:
    known = Functions(text('{"header":"x.h","returns":"void"}'), "x")
    assert known.find("f") == Function("f", "x.h", "void", (), False, ("vax",))


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"header":"x.h","returns":"void","parameters":[7]}']
)
def test_a_damaged_line_is_an_error_that_names_it(line: str) -> None:
    with pytest.raises(CatalogueError, match=r"^some/where is damaged at 'f'"):
        Functions(text(line), "some/where").find("f")


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_pieces_that_do_not_compile_are_found_out(tmp_path: Path) -> None:
    files = {
        "qemu/osdep.h": "",
        "good.h": "int good(int a);",
        "other.h": "#define ONE(x) struct x { int a; };\n",
        "broken.h": "int broken(",
        "clash-a.h": '#include "other.h"\nONE(clash)\n',
        "clash-b.h": '#include "other.h"\nONE(clash)\n',
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    right = [
        Piece("good.h", "int (*qgen_@)(int) = good;"),
        Piece("good.h", "int (*qgen_@)(int) = &good;"),
        Piece("clash-a.h", "struct clash qgen_@;"),
        Piece("clash-b.h", "struct clash qgen_@;"),
    ]
    wrong = [
        Piece("good.h", "int qgen_@ = gone(1);"),
        Piece("good.h", '_Static_assert(sizeof(good(1)) == 99, "");'),
        Piece("broken.h", "int qgen_@ = 1;"),
        Piece("missing.h", "int qgen_@ = 1;"),
    ]
    found = groups(["gcc", "-I", str(tmp_path)], [*wrong, *right])
    assert {piece for group in found for piece in group.pieces} == set(right)
