"""The shipped device catalogue: its facts, its file, and what a damaged one says.

The facts here were read in QEMU's sources, not in the catalogue.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from functools import cache

import pytest

from qgen import catalogue
from qgen.catalogue import BusType, Catalogue, DeviceType, Lines, Mmio, known_as

RELEASES = ("10.0", "10.2", "11.0")


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
    assert shipped(release).targets == ("aarch64", "ppc", "riscv64", "x86_64")


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
    soc = device(release, "stm32f405-soc")
    assert ("armv7m", "armv7m") in soc.children
    # Its realize makes the gate of the three ADCs' interrupts.
    assert soc.realized_children == (("adc-orirq", "or-irq"),)


def test_buses_of_a_child_are_those_of_its_type(release: str) -> None:
    npcm = dict(device(release, "npcm730").children)
    assert (npcm["smbus[0]"], npcm["fiu0"]) == ("npcm7xx-smbus", "npcm7xx-fiu")
    assert device(release, "npcm7xx-smbus").child_buses == (("i2c-bus", "i2c-bus"),)
    assert device(release, "npcm7xx-fiu").child_buses == (("spi", "SSI"),)
    macio = dict(device(release, "macio-oldworld").children)
    assert {"escc", "nvram", "pic", "ide[0]", "ide[1]", "cuda"} <= set(macio)
    assert device(release, macio["cuda"]).child_buses == (
        ("adb.0", "apple-desktop-bus"),
    )


def test_parts_are_as_the_outer_device_made_them(release: str) -> None:
    known = shipped(release)
    gate = known.part("stm32f405-soc", "adc-orirq")
    assert gate is not None and gate.name == "or-irq" and not gate.shaped_by
    assert gate.gpio_in == (Lines(None, 6),)
    bus = known.part("ast2600-a3", "i2c/bus[3]")
    assert bus is not None
    assert bus.child_buses == (("aspeed.i2c.bus.3", "i2c-bus"),)
    # 96 interrupts, and the NMI
    core = known.part("stm32f405-soc", "armv7m")
    assert core is not None
    assert core.gpio_in == (Lines(None, 96), Lines("NMI", 1))
    # nothing is different here
    assert known.part("npcm730", "smbus[1]") == device(release, "npcm7xx-smbus")
    for path in ("", "gate", "armv7m/gate", "adc-orirq/gate", "/armv7m"):
        assert known.part("stm32f405-soc", path) is None, path
    assert known.part("no-such", "armv7m") is None
    assert "num-irq" in device(release, "a9mpcore_priv").children_shaped_by


def test_names_that_qemu_counts_are_marked(release: str) -> None:
    # qbus_init() is given no name here; one here, which only looks counted.
    assert device(release, "macio-ide").numbered_buses == ("ide.0",)
    assert device(release, "cuda").numbered_buses == ()
    assert device(release, "pca9548").numbered_buses == ()


def test_what_changes_the_children_is_named(release: str) -> None:
    assert "has-pmu" in device(release, "macio-newworld").children_shaped_by
    assert device(release, "mps2-fpgaio").children_shaped_by == ("num-leds",)
    assert device(release, "mps2-fpgaio").shaped_by == ()


def test_bus_types_have_ancestors(release: str) -> None:
    known = shipped(release)
    bus = known.bus("sdhci-bus")
    assert bus == BusType("sdhci-bus", ("sd-bus", "bus", "object"))
    assert bus.takes("sd-bus") and bus.takes("sdhci-bus")
    assert not bus.takes("i2c-bus")
    virtio = known.bus("virtio-mmio-bus")
    assert virtio is not None and virtio.max_dev == 1
    assert known.bus("bus") == BusType("bus", ("object",), abstract=True)
    assert known.bus("no-such") is None


def test_every_bus_of_a_device_is_a_bus_type(release: str) -> None:
    known = shipped(release)
    for each in known:
        assert each.bus is None or known.bus(each.bus), each.name
        assert all(known.bus(of) for _, of in each.child_buses), each.name
        assert set(each.numbered_buses) <= {name for name, _ in each.child_buses}
        for _, child in (*each.children, *each.realized_children):
            assert known.find(child), each.name


@pytest.mark.parametrize(
    ("name", "struct", "cast"),
    [
        ("armv7m", "ARMv7MState", "ARMV7M"),
        ("or-irq", "OrIRQState", "OR_IRQ"),
        ("pl011", "PL011State", "PL011"),
        ("npcm730", "NPCM7xxState", "NPCM7XX"),  # declared for its parent
        ("macio-oldworld", "OldWorldMacIOState", "OLDWORLD_MACIO"),
        ("riscv.hart_array", "RISCVHartArrayState", "RISCV_HART_ARRAY"),
        ("xlnx.ps7-qspi", "XilinxQSPIPS", "XILINX_QSPIPS"),
        ("sd-card", None, "SD_CARD"),  # the struct is in sd.c
        ("cfi.pflash01", None, "PFLASH_CFI01"),
        ("pl061", None, None),  # has no header
    ],
)
def test_structs(release: str, name: str, struct: str | None, cast: str | None) -> None:
    found = device(release, name)
    assert (found.struct, found.cast) == (struct, cast)


def test_choices_of_enums(release: str) -> None:
    disk = device(release, "ide-hd").property("werror")
    assert disk is not None and disk.type == "BlockdevOnError"
    assert disk.choices == ("report", "ignore", "enospc", "stop", "auto")
    uart = device(release, "pl011").property("chardev")
    assert uart is not None and uart.choices is None


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
        ("riscv64", "rv64", "rv64-riscv-cpu", 127 + 16),
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


@pytest.mark.parametrize("release", catalogue.releases())
def test_what_people_call_types_are_types_that_can_be_made(release: str) -> None:
    known = catalogue.load(release)
    for name in known_as.NAMES:
        assert known.find(name) is None, name
        for meant in known_as.known_as(name):
            found = known.find(meant)
            assert found is None or not found.abstract, meant
        assert known.nearest(name), name


@pytest.mark.parametrize("release", catalogue.releases())
def test_no_type_was_given_a_property_that_came_later(release: str) -> None:
    refused = {each.name: each.refused for each in catalogue.load(release)}
    assert not [name for name, why in refused.items() if why and "' not found" in why]
