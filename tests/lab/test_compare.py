"""Machines compared on the real thing: with themselves, and with one thing changed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lab_support import require_package, require_sdk

from qgen import compose
from qgen.arch import ARCHES
from qgen.compare import Comparison, Snapshot, compare
from qgen.lab.observe import observe
from qgen.lab.witness import FIELDS, NOT_COMPARED, compile_witness, declared

ROOT = Path(__file__).parent.parent.parent
MINI = (ROOT / "specs" / "cortex-m-mini.yaml").read_text()
OPENBIOS = Path("/usr/share/qemu/openbios-ppc")
ON_EACH_RELEASE = pytest.mark.parametrize("release", compose.TARGETS)
ON_SOME = pytest.mark.parametrize("release", ("10.0", "10.2", "11.0"))
"""Where upstream's g3beige has what is said here of it."""


def upstream(
    release: str, machine: str, target: str = "aarch64", hw_dir: str = "arm"
) -> Snapshot:
    loadable = compile_witness(require_sdk(release), target, hw_dir, machine)
    return observe(loadable, ["-nic", "none"])


@ON_EACH_RELEASE
@pytest.mark.parametrize("machine", ["mps2-an385", "netduinoplus2", "virt"])
def test_a_machine_is_identical_to_itself(machine: str, release: str) -> None:
    comparison = compare(upstream(release, machine), upstream(release, machine))
    assert comparison.identical, [each.text for each in comparison.differences]
    for what in ("class fields", "ranges", "regions", "objects", "properties", "wires"):
        assert comparison.counts[what] > 20, what


@ON_EACH_RELEASE
def test_every_field_of_the_class_is_known(release: str) -> None:
    known = {field for fields in FIELDS.values() for field in fields}
    assert set(declared(require_sdk(release))) <= known | set(NOT_COMPARED)


MEMORY_OF_A_G3 = """\
machine: g3beige
description: Heathrow based PowerMac
arch: ppc
class: {block_default_type: ide, default_boot_order: cd}
cpus: {default: 750_v3.1, max: 1, timebase: 16.6 MHz}
ram: {id: ppc_heathrow.ram, default: 128 MiB, max: 2047 MiB, at: 0}
memory:
  bios:
    kind: rom
    name: ppc_heathrow.bios
    at: 0xffc0_0000
    size: 4 MiB
    image: {firmware: openbios-ppc, format: elf-or-raw}
"""


def compared(
    spec: Path, machine: str, release: str, *options: str
) -> subprocess.CompletedProcess[str]:
    require_sdk(release)
    command = ("compare", str(spec), "--machine", machine, "--sdk", release, *options)
    return subprocess.run(
        [sys.executable, "-m", "qgen", *command, "--", "-nic", "none"],
        capture_output=True,
        text=True,
    )


@ON_SOME
def test_what_a_spec_lacks_is_named(release: str, tmp_path: Path) -> None:
    require_package(OPENBIOS, "qemu-system-data")
    spec = tmp_path / "g3.yaml"
    spec.write_text(MEMORY_OF_A_G3)
    done = compared(spec, "g3beige", release)
    assert done.returncode == 1, done.stderr
    assert "error" not in done.stderr
    lines = {line.strip() for line in done.stdout.splitlines()}
    assert "default_nic is not set, upstream has 'ne2k_pci'" in lines
    assert "only upstream has the address space 'grackle'" in lines
    assert "only upstream has /machine/fw_cfg (fw_cfg_mem, with 2 more in it)" in lines
    assert (
        "only upstream has memory/pci-conf-idx "
        "(at 0xfec00000, size 0x1000, priority 0, i/o)" in lines
    )
    assert "only upstream has key 0x0003 (0000000800000000)" in lines
    assert any(
        line.startswith(f"compared with g3beige of QEMU {release}.") for line in lines
    )
    assert any(": names of the board's own types (" in line for line in lines)


THE_SAME = """\
machine: netduinoplus2
description: Netduino Plus 2 Machine (Cortex-M4)
arch: arm
cpus: {valid: [cortex-m4], created_by: soc}
clocks: {SYSCLK: 168 MHz}
devices:
  soc: {type: stm32f405-soc, child: soc, clocks: {sysclk: SYSCLK}}
boot: {loader: armv7m, at: 0, size: 1 MiB}
"""


@ON_SOME
def test_a_whole_spec_is_identical_to_upstream(release: str, tmp_path: Path) -> None:
    spec = tmp_path / "board.yaml"
    spec.write_text(THE_SAME)
    done = compared(spec, "netduinoplus2", release)
    assert done.returncode == 0, done.stdout + done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith(
        f"identical: netduinoplus2 and netduinoplus2 of QEMU {release}."
    )
    assert all(line.startswith(("compared with ", "not counted, ")) for line in rest)


@ON_SOME
def test_json_has_all_of_it(release: str, tmp_path: Path) -> None:
    require_package(OPENBIOS, "qemu-system-data")
    spec = tmp_path / "g3.yaml"
    spec.write_text(MEMORY_OF_A_G3)
    done = compared(spec, "g3beige", release, "--format", "json")
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    assert (data["spec"], data["machine"], data["identical"]) == ("g3beige",) * 2 + (
        False,
    )
    assert data["qemu"].startswith(release)
    assert data["compared"]["class fields"] > 50
    assert {
        "section": "machine class",
        "subject": "",
        "what": "default_nic",
        "spec": None,
        "upstream": "ne2k_pci",
        "text": "default_nic is not set, upstream has 'ne2k_pci'",
    } in data["differences"]
    assert len(data["differences"]) > 60
    names = {each["name"] for each in data["exempt"]}
    assert "names of the board's own types" in names


@ON_EACH_RELEASE
def test_a_machine_that_qemu_does_not_have(release: str) -> None:
    done = compared(ROOT / "specs" / "cortex-m-mini.yaml", "netduinoplus3", release)
    assert done.returncode == 2
    assert done.stdout == ""
    assert (
        "has no machine 'netduinoplus3'; did you mean 'netduinoplus2'?" in done.stderr
    )


@ON_EACH_RELEASE
def test_a_machine_that_does_not_start_says_why(release: str) -> None:
    done = compared(ROOT / "specs" / "cortex-m-mini.yaml", "sx1", release)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "machine 'sx1': QEMU ended with status 1" in done.stderr
    assert "Kernel or Flash image must be specified" in done.stderr


@cache
def mini(text: str, release: str, arguments: tuple[str, ...] = ()) -> Snapshot:
    """A variant of cortex-m-mini, observed."""
    import tempfile

    sdk = require_sdk(release)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "board.yaml")
        file.write_text(text)
        resolved = compose.resolve(file, compose.TARGETS[release])
    facts = ARCHES[resolved.board.arch]
    witness = compile_witness(sdk, facts.qemu, facts.hw_dir, "none").object
    loadable = compose.load_into(resolved, sdk)
    return observe(replace(loadable, beside=(witness,)), arguments)


def changed(old: str, new: str, release: str) -> Comparison:
    """A variant of cortex-m-mini against cortex-m-mini."""
    assert MINI.count(old) == 1
    return compare(mini(MINI.replace(old, new), release), mini(MINI, release))


NVIC = "/machine/unattached/device[1]/nvic"
UART = "/machine/unattached/device[2]"
CLASS = "clocks: {sysclk"
CHANGES: dict[str, tuple[str, str, Sequence[str]]] = {
    "a wire": (
        '["armv7m[0]", "armv7m[1]"]',
        '["armv7m[0]", "armv7m[2]"]',
        [
            f"{UART}: sysbus-irq[1] is {NVIC}/unnamed-gpio-in[2], "
            f"upstream has {NVIC}/unnamed-gpio-in[1]"
        ],
    ),
    "a property": (
        "pclk-frq: 25 MHz",
        "pclk-frq: 24 MHz",
        [f"{UART}: property pclk-frq is 24000000, upstream has 25000000"],
    ),
    "a clock": (
        "sysclk: 25 MHz",
        "sysclk: 24 MHz",
        [
            "/machine/sysclk: frequency is '24000000 Hz, period 178956970666', "
            "upstream has '25000000 Hz, period 171798691840'"
        ],
    ),
    "a priority": (
        "size: 64 KiB}",
        "size: 64 KiB, priority: 1}",
        ["memory/sram: priority is 1, upstream has 0"],
    ),
    "a field of the class": (
        CLASS,
        "class: {ignore_memory_transaction_failures: true}\n" + CLASS,
        ["ignore_memory_transaction_failures is true, upstream has false"],
    ),
    "a field of the class that other things follow": (
        CLASS,
        "class: {block_default_type: ide}\n" + CLASS,
        [
            "block_default_type is 'ide', upstream has 'none'",
            "only the spec has drive ide1-cd0",
            "only upstream has drive none2",
        ],
    ),
    "an address": (
        "at: 0x4000_4000",
        "at: 0x4000_5000",
        [
            "only upstream has memory (and 1 more) 0x40004000-0x40004fff (uart, i/o)",
            "only the spec has memory (and 1 more) 0x40005000-0x40005fff (uart, i/o)",
            "memory/uart: offset is 0x40005000, upstream has 0x40004000",
        ],
    ),
    "a device": (
        "  timer0: {kind: unimplemented, at: 0x4000_0000, size: 4 KiB}\n",
        "",
        [
            "only upstream has memory (and 1 more) 0x40000000-0x40000fff (timer0, i/o)",
            "only upstream has memory/timer0 "
            "(at 0x40000000, size 0x1000, priority -1000, i/o)",
            "only upstream has /machine/unattached/device[0] "
            "(unimplemented-device, with 1 more in it)",
            "/machine/unattached/device[0..1]: name is 'device[0..1]', "
            "upstream has 'device[1..2]'",
        ],
    ),
}


@ON_EACH_RELEASE
@pytest.mark.parametrize("what", CHANGES)
def test_one_change_is_one_difference(what: str, release: str) -> None:
    old, new, wanted = CHANGES[what]
    found = changed(old, new, release)
    assert [each.text for each in found.differences] == wanted


@ON_EACH_RELEASE
def test_the_same_spec_is_identical(release: str) -> None:
    mini.cache_clear()
    first = mini(MINI, release)
    mini.cache_clear()
    assert compare(first, mini(MINI, release)).identical


@ON_EACH_RELEASE
def test_a_board_of_a_name_that_qemu_has_differs_by_more_than_the_name(
    release: str,
) -> None:
    """The name itself, and the types that have it, are no difference."""
    ours = mini(MINI.replace("machine: cortex-m-mini", "machine: mps2-an385"), release)
    found = compare(ours, mini(MINI, release))
    assert found.identical, [each.text for each in found.differences]
    assert {each.name for each in found.exempt} >= {"names of the board's own types"}
