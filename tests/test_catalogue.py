"""The shipped device catalogue: its facts, its file, and what a damaged one says.

The facts here were read in QEMU's sources, not in the catalogue.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen import catalogue
from qgen.catalogue import Catalogue, CatalogueError, DeviceType, Lines, Mmio
from qgen.lab.device_sources import kconfig_symbols

RELEASES = ("10.0", "10.2")


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@cache
def shipped(release: str) -> Catalogue:
    return catalogue.load(release)


def device(release: str, name: str) -> DeviceType:
    found = shipped(release).find(name)
    assert found is not None, name
    return found


def test_the_release_is_there(release: str) -> None:
    assert release in catalogue.releases()
    assert shipped(release).release == release
    assert shipped(release).targets == ("aarch64", "ppc", "x86_64")


def test_an_unknown_release_is_named_with_those_that_exist(release: str) -> None:
    with pytest.raises(LookupError, match=rf"'{release}9'.*\b{release}\b"):
        catalogue.load(f"{release}9")
    with pytest.raises(LookupError):
        catalogue.load(f"../data/{release}")


@pytest.mark.parametrize(
    ("name", "mmio", "irqs", "gpio_in", "gpio_out"),
    [
        ("pl011", [("pl011", 0x1000)], 6, [], []),
        ("pl061", [("pl061", 0x1000)], 1, [(None, 8)], [(None, 8)]),
        ("pl080", [("pl080", 0x1000)], 3, [], []),
        ("pl190", [("pl190", 0x1000)], 2, [(None, 32)], []),
        ("sp804", [("sp804", 0x1000)], 1, [], []),
        ("exynos4210.uart", [("exynos4210.uart", 0x3C)], 2, [], []),
        ("imx.serial", [("imx.serial", 0x1000)], 1, [], []),
        ("stm32f2xx-usart", [("stm32f2xx-usart", 0x400)], 1, [], []),
        ("virtio-mmio", [("virtio-mmio", 0x200)], 1, [], []),
        ("ioapic", [("ioapic", 0x1000)], 0, [(None, 24)], []),
        ("openpic", [("openpic", 0x40000)], 5, [(None, 264)], []),
        ("mpc8544-guts", [("mpc8544.guts", 0x1000)], 0, [], []),
        ("mpc8xxx_gpio", [("mpc8xxx_gpio", 0x1000)], 1, [(None, 32)], [(None, 32)]),
        ("pca9552", [], 0, [(None, 16)], [(None, 16)]),
    ],
)
def test_the_shape_of_a_device(
    release: str,
    name: str,
    mmio: list[tuple[str, int]],
    irqs: int,
    gpio_in: list[tuple[str | None, int]],
    gpio_out: list[tuple[str | None, int]],
) -> None:
    found = device(release, name)
    assert found.realized
    assert found.mmio == tuple(Mmio(*each) for each in mmio)
    assert found.irqs == irqs
    assert found.gpio_in == tuple(Lines(*each) for each in gpio_in)
    assert found.gpio_out == tuple(Lines(*each) for each in gpio_out)


def test_what_a_board_writes_for_a_type(release: str) -> None:
    uart = device(release, "pl011")
    assert (uart.header, uart.macro) == ("hw/char/pl011.h", "TYPE_PL011")
    assert uart.kconfig == ("PL011",)
    assert uart.targets == ("aarch64",)
    # Its macro is private to a C file.
    gpio = device(release, "pl061")
    assert (gpio.header, gpio.macro) == (None, None)


def test_properties_come_from_all_ancestors(release: str) -> None:
    gic = device(release, "arm_gic")
    assert gic.ancestors == ("arm_gic_common", "sys-bus-device", "device", "object")
    irqs = gic.property("num-irq")
    assert irqs is not None
    assert (irqs.type, irqs.default) == ("uint32", 32)
    assert gic.property("realized") is None
    assert gic.property("no-such") is None


def test_what_shapes_a_device_is_named(release: str) -> None:
    assert {"num-cpu", "num-irq"} <= set(device(release, "arm_gic").shaped_by)
    assert device(release, "or-irq").shaped_by == ("num-lines",)
    assert "size" in device(release, "unimplemented-device").shaped_by
    assert device(release, "tz-mpc").shaped_by == ("downstream",)
    assert device(release, "pl011").shaped_by == ()


def test_what_was_supplied_is_named(release: str) -> None:
    assert device(release, "pl011").supplied == ()
    armv7m = device(release, "armv7m")
    assert armv7m.realized
    assert armv7m.supplied == ("cpu-type", "cpuclk", "memory")
    assert armv7m.gpio_in == (Lines(None, 64), Lines("NMI", 1))
    assert armv7m.clocks_in == ("cpuclk", "refclk")


def test_buses_and_children(release: str) -> None:
    assert device(release, "tmp105").bus == "i2c-bus"
    assert device(release, "mpc-i2c").child_buses == (("i2c", "i2c-bus"),)
    assert ("armv7m", "armv7m") in device(release, "stm32f405-soc").children


def test_an_abstract_type_is_there_and_says_so(release: str) -> None:
    for name in ("device", "sys-bus-device", "arm_gic_common", "arm-cpu"):
        assert device(release, name).abstract
    assert not device(release, "arm_gic").abstract
    assert device(release, "device").ancestors == ("object",)


@pytest.mark.parametrize(
    ("target", "model", "name", "inputs"),
    [
        ("aarch64", "cortex-a15", "cortex-a15-arm-cpu", 6),
        ("ppc", "750", "750_v3.1-powerpc-cpu", 8),
        ("ppc", "e500v2_v30", "e500v2_v30-powerpc-cpu", 7),
        ("x86_64", "qemu64", "qemu64-x86_64-cpu", 0),
    ],
)
def test_cpu_models(
    release: str, target: str, model: str, name: str, inputs: int
) -> None:
    assert shipped(release).cpu_models(target)[model] == name
    cpu = device(release, name)
    assert model in cpu.cpu_models
    assert "cpu" in cpu.ancestors
    assert sum(lines.count for lines in cpu.gpio_in) == inputs


def test_every_cpu_model_is_a_type_that_can_be_created(release: str) -> None:
    known = shipped(release)
    assert known.cpu_models("vax") == {}
    for target in known.targets:
        models = known.cpu_models(target)
        assert models
        assert not any(device(release, name).abstract for name in models.values())


def test_an_unknown_name_has_near_ones(release: str) -> None:
    known = shipped(release)
    for name in ("pl01", "", "\t", "pl011\t", "pl011 ", catalogue.HEADER, "\ud800"):
        assert known.find(name) is None
    assert known.nearest("pl01")[0] == known.nearest("PL-011")[0] == "pl011"
    assert "arm_gic_common" not in known.nearest("arm_gic_commo", 5)
    assert known.nearest("no such thing at all") == []


def test_every_line_can_be_read(release: str) -> None:
    known = shipped(release)
    types = list(known)
    assert [each.name for each in types] == list(known.names())
    assert len(types) == len(known) > 1500
    for each in types:
        assert each.targets
        assert (each.header is None) == (each.macro is None)
        assert not (each.abstract and (each.realized or each.mmio))
        assert each.ancestors[-1] == catalogue.ROOT


def test_nearly_all_sysbus_devices_were_realized(release: str) -> None:
    types = [each for each in shipped(release) if each.bus == "System"]
    concrete = [each for each in types if not each.abstract]
    realized = [each for each in concrete if each.realized]
    assert len(realized) > 0.94 * len(concrete)


def test_the_file_is_the_same_wherever_it_is_written(release: str) -> None:
    packed = (catalogue.DATA / f"{release}{catalogue.SUFFIX}").read_bytes()
    assert packed[4:8] == bytes(4), "gzip's time stamp"
    assert packed[3] == 0, "gzip's file name and the like"
    header, *lines = gzip.decompress(packed).splitlines()
    assert header.startswith(catalogue.HEADER.encode())
    assert lines == sorted(lines)
    assert not any(b"/root/" in line or b"/tmp/" in line for line in lines)


def test_reading_is_fast_and_needs_nothing_else(release: str) -> None:
    names = "pl011 arm_gic pl061 virtio-mmio cortex-a15-arm-cpu cfi.pflash01 or-irq"
    code = (
        "import json, sys, time, zlib; from qgen import catalogue;"
        "start = time.process_time();"
        f"known = catalogue.load({release!r});"
        f"found = [known.find(name) for name in {names.split()!r}];"
        "print(time.process_time() - start, all(found), 'pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    seconds, all_found, heavy = done.stdout.split()
    assert (all_found, heavy) == ("True", "False")
    assert float(seconds) < 0.05  # 3 ms, where the machine is not busy


def test_kconfig_symbols_are_those_that_a_board_selects(tmp_path: Path) -> None:
    files = {
        "hw/Kconfig": "config UART\n    bool\nconfig UART_C\n    bool\nconfig PLUG\n",
        "hw/meson.build": """
            system_ss.add(when: ['CONFIG_UART_C', 'CONFIG_TCG'], if_true: files('u.c'),
                          if_false: files('stub.c'))
            system_ss.add(files('always.c'))
            plug_ss.add(files('plug.c'))
            system_ss.add_all(when: 'CONFIG_PLUG', if_true: plug_ss)
        """,
        "hw/u.c": """
            static const VMStateDescription vmstate = { .name = "no-type" };
            static const TypeInfo infos[] = {
                { .parent = TYPE_DEVICE, .name = TYPE_UART, },
                { .name = "uart-b", .interfaces = (InterfaceInfo[]) { { X }, { } } },
            };
        """,
        "hw/stub.c": 'static const TypeInfo i = { .name = "stub", };',
        "hw/always.c": 'static const TypeInfo i = { .name = "always", };',
        "hw/plug.c": '#define TYPE_P "plug"\nstatic TypeInfo i = { .name = TYPE_P, };',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert kconfig_symbols(tmp_path, {"TYPE_UART": "uart"}) == {
        "uart": ("UART",),
        "uart-b": ("UART",),
        "plug": ("PLUG",),
    }


SMALL = {
    catalogue.HEADER: {
        "format": catalogue.FORMAT,
        "release": "0.1",
        "version": "0.1.0",
        "targets": ["vax"],
        "cpu_models": {},
    },
    "base": {"parent": "object", "abstract": True, "properties": [["a", "bool"]]},
    "thing": {"parent": "base", "dropped": ["a"], "mmio": [["thing", 4096]]},
}


def small(**changed: object) -> bytes:
    lines = [f"{key}\t{json.dumps(each)}\n" for key, each in (SMALL | changed).items()]
    return gzip.compress("".join(lines).encode(), mtime=0)


def test_a_type_can_lack_what_its_parent_has() -> None:
    known = catalogue.parse(small(), "x")
    base, thing = known.find("base"), known.find("thing")
    assert base is not None and thing is not None
    assert [each.name for each in base.properties] == ["a"]
    assert thing.properties == ()
    assert thing.mmio == (Mmio("thing", 4096),)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no gzip",
        small()[:-1],
        gzip.compress(b"", mtime=0),
        gzip.compress(b"\xff\xfe", mtime=0),
        gzip.compress(b"pl011\t{}\n", mtime=0),
        gzip.compress(catalogue.HEADER.encode() + b"\t[]\n", mtime=0),
        small(**{catalogue.HEADER: {"format": 99}}),
        small(**{catalogue.HEADER: {"format": catalogue.FORMAT}}),
        gzip.compress(bytes(70_000_000), 1, mtime=0),
    ],
    ids=range(10),
)
def test_a_damaged_file_is_an_error_that_names_it(packed: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"^some/where (is|has) "):
        catalogue.parse(packed, "some/where")


@pytest.mark.parametrize(
    "line",
    [
        [],
        {},
        {"parent": "gone"},
        {"parent": "thing"},
        {"parent": "object", "mmio": [["thing"]]},
        {"parent": "object", "mmio": 7},
        {"parent": "object", "properties": [[]]},
        {"parent": "object", "properties": [7]},
        {"parent": "object", "child_buses": ["abc"]},
    ],
)
def test_a_damaged_line_is_an_error_that_names_it(line: object) -> None:
    known = catalogue.parse(small(thing=line), "some/where")
    for _ in range(2):
        with pytest.raises(CatalogueError, match=r"^some/where is damaged at 'thing'"):
            known.find("thing")
    assert known.find("base") is not None


@given(position=st.integers(0, 1 << 30), byte=st.integers(0, 255))
def test_no_changed_byte_is_a_traceback(position: int, byte: int) -> None:
    text = bytearray(gzip.decompress(small()))
    text[position % len(text)] = byte
    try:
        known = catalogue.parse(gzip.compress(bytes(text)), "some/where")
        list(known)
        known.nearest("thin")
        known.cpu_models("vax")
    except CatalogueError as error:
        assert str(error).startswith("some/where ")
