"""What `qgen devices` says, and that its examples are specs that pass."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qgen import catalogue, compose
from qgen.catalogue import DeviceType
from qgen.lookup import Impossible, changes, example_of, of_all, pick, sections
from qgen.targets import TARGETS

RELEASES = catalogue.releases()
EVERY = 20
"""Of so many examples, the C of one is made and re-read."""


def devices(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", "devices", *words],
        capture_output=True,
        text=True,
    )


def some(release: str) -> Iterator[DeviceType]:
    """The types of a release that it is the turn of: together, all releases have all."""
    known = catalogue.load(release)
    place = RELEASES.index(release)
    real = [each for each in known if not each.abstract and "cpu" not in each.ancestors]
    yield from real[place :: len(RELEASES)]


@pytest.mark.parametrize("release", RELEASES)
def test_every_example_is_a_board_without_findings(
    release: str, tmp_path: Path
) -> None:
    known, target, file = catalogue.load(release), TARGETS[release], tmp_path / "b.yaml"
    if not any(each.given for each in known):
        pytest.skip("it was measured before what a type is given was kept")
    seen = 0
    for number, each in enumerate(some(release)):
        try:
            file.write_text(example_of(each, known).board())
        except Impossible as reason:
            assert str(reason), each.name
            continue
        resolved = compose.resolve(file, target)
        assert [str(w) for w in resolved.warnings] == [], each.name
        assert each.name in {device.type for device in resolved.board.devices}
        if number % EVERY == 0:
            compose.render(resolved)
        seen += 1
    assert seen > 0.9 * number


@pytest.mark.parametrize("release", RELEASES)
def test_few_types_have_no_example(release: str) -> None:
    """And none that sits on the system bus and was realized with what a spec can say."""
    known = catalogue.load(release)
    without = []
    for each in known:
        alone = each.bus == "System" and each.realized and not each.given
        if alone and each.mmio and not each.abstract:
            try:
                example_of(each, known)
            except Impossible:
                without.append(each.name)
    assert without == []


@pytest.mark.parametrize("release", RELEASES)
def test_all_types_are_told(release: str) -> None:
    """Abstract ones too, and CPUs; each says where it is in C."""
    known = catalogue.load(release)
    for each in list(known)[:: len(RELEASES) * 3]:
        told = list(sections(each, known))
        assert told[0].title == "" and told[-1].title == "In C"
        for section in told:
            assert len({len(row) for row in section.rows}) <= 1


def test_a_type_is_explained_by_what_to_write() -> None:
    told = devices("pl011", "--qemu", "10.2").stdout
    for line in (
        "        properties: {chardev: {serial: 0}}",
        "  chardev      str         ID of a chardev to use as a backend; {serial: 0}",
        "  0  4 KiB  pl011",
        "  IRQ outputs  0 to 5  irqs: WIRES",
        "  input  clk  clocks: {clk: CLOCK}",
        "  Kconfig  CONFIG_PL011",
    ):
        assert f"{line}\n" in told


def test_what_depends_on_a_property_says_so() -> None:
    told = devices("armv7m", "--qemu", "10.2").stdout
    assert (
        "What depends on properties\n  regions, lines, clocks or buses: num-irq" in told
    )
    assert "created_by: armv7m" in told


def test_what_no_spec_can_make_says_what_it_needs() -> None:
    told = devices("bcm2836", "--qemu", "10.2")
    assert (
        "A spec alone cannot make one: it finds the object 'ram' by a link"
        in told.stdout
    )
    example = devices("bcm2836", "--qemu", "10.2", "--example")
    assert (example.returncode, example.stdout) == (2, "")


def test_a_device_of_a_bus_has_a_bus_in_its_example() -> None:
    known = catalogue.load("10.2")
    sensor = known.find("tmp105")
    assert sensor is not None
    assert (
        "bus: versatile-i2c/i2c, address: 0x50" in example_of(sensor, known).snippet()
    )


@pytest.mark.parametrize(
    ("pattern", "some"),
    [
        ("pl06*", ["pl061", "pl061_luminary"]),
        ("TEST DEVICE", ["pci-testdev"]),
        ("i2c-bus", ["tmp105", "at24c-eeprom"]),
        ("network", ["e1000", "rtl8139"]),
        ("offers:i2c-bus", ["npcm7xx-smbus", "pca9548"]),
        ("property:pclk-frq", ["cmsdk-apb-uart"]),
        ("pclk-frq", ["cmsdk-apb-uart"]),
        ("parent:pl061", ["pl061_luminary"]),
        ("kconfig:PL011", ["pl011", "pl011_luminary"]),
        ("cortex-a15", ["cortex-a15-arm-cpu"]),
        ("bus:sysbus", ["pl011", "arm_gic"]),
        ("target:ppc", ["openpic"]),
        ("ns16550a", ["isa-serial", "serial-mm"]),
        ("snps,dw-apb-uart", ["serial-mm"]),
        ("uart", ["pl011", "serial-mm"]),
        ("CLINT", ["riscv.aclint.mtimer", "riscv.aclint.swi"]),
        ("lm75", ["tmp105"]),
    ],
)
def test_types_are_found_by_what_they_are(pattern: str, some: list[str]) -> None:
    found = [each.name for each in pick(pattern, catalogue.load("10.2"))]
    assert set(some) <= set(found) and found == sorted(found)


def test_a_list_is_plain_lines_where_nobody_looks() -> None:
    done = devices("stm32f100*", "--qemu", "10.0")
    assert done.stdout == "stm32f100-soc\tsysbus\thw/arm/stm32f100_soc.h\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_type_is_a_wrong_word() -> None:
    done = devices("pl01", "--qemu", "10.2")
    assert done.returncode == 0  # a part of a name
    done = devices("pl0111", "--qemu", "10.2")
    assert done.returncode == 2
    assert "did you mean 'pl011'" in done.stderr
    done = devices("allwinner-r40", "--qemu", "7.2")
    assert "QEMU 8.1 to 11.0" in done.stderr and "of that name" in done.stderr


def test_json_has_all_facts() -> None:
    one = json.loads(devices("pl011", "--format", "json").stdout)
    assert one["mmio"] == [{"name": "pl011", "size": 4096}]
    assert one["clocks_in"] == ["clk"] and one["board"].startswith(
        "machine: my-board\n"
    )
    many = json.loads(devices("pl06*", "--format", "json").stdout)
    assert [each["name"] for each in many["devices"]] == ["pl061", "pl061_luminary"]


def test_what_a_release_changed_of_a_type() -> None:
    old, new = (catalogue.load(each) for each in ("7.2", "10.2"))
    before, after = old.find("npcm7xx-gcr"), new.find("npcm7xx-gcr")
    assert before is not None and after is not None
    assert [each.text for each in changes(before, after)] == [
        "~ parent: sys-bus-device -> npcm-gcr",
        "~ MMIO region 0: npcm7xx-gcr 4 KiB -> npcm-gcr 4 KiB",
        "~ header: hw/misc/npcm7xx_gcr.h -> hw/misc/npcm_gcr.h",
        "~ struct: NPCM7xxGCRState -> NPCMGCRState",
        "~ cast: NPCM7XX_GCR -> NPCM_GCR",
    ]
    timer = devices("xlnx.xps-timer", "--qemu", "9.2..10.2").stdout
    assert "+ need of a property endianness\n" in timer
    gic = devices("arm-gicv3", "--qemu", "7.2..10.2").stdout
    assert "- property len-redist-region-count: uint32, default 0\n" in gic
    assert "+ property has-nmi: bool, default false\n" in gic


def test_what_a_release_brought() -> None:
    old, new = (catalogue.load(each) for each in ("7.2", "10.2"))
    names = sorted({*old.names(), *new.names()})
    listed = {name: (each, added) for name, each, added in of_all(old, new, names)}
    assert listed["allwinner-r40"] == (None, True)
    assert "pl011" not in listed
    cpus = ["powerpc-cpu", "405cra-powerpc-cpu"]
    told = {name for name, _, _ in of_all(catalogue.load("10.0"), new, cpus)}
    assert told == {"powerpc-cpu"}  # the other has it from there
    done = devices("--qemu", "7.2..10.2")
    assert "+ allwinner-r40\n" in done.stdout and done.returncode == 0
    done = devices("pl011", "--qemu", "10.2..10.2")
    assert (done.stdout, done.stderr) == ("", "nothing changed\n")
