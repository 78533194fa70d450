"""The shipped specs on the real thing: compiled, loaded, read back, and run.

Every claim is checked on every release that there is an SDK of; a missing one is named,
never passed over in silence (lab_support.require_sdk).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from guests import SEABIOS
from lab_support import guest, require_package, require_sdk, silent
from object_tree import command_line, compare_devices, compare_maps, paths_of
from test_generated import CASES as GENERATED
from test_generated import NOT_IN, golden

from qgen import compose
from qgen.arch import ARCHES
from qgen.board import Board
from qgen.expr import evaluate
from qgen.lab.board import Loadable, machines
from qgen.lab.monitor import Monitor, watch
from qgen.predict import Space, flat_view, format_view, memory_tree
from qgen.targets import TARGETS, Feature

ROOT = Path(__file__).parent.parent.parent
RELEASES = tuple(TARGETS)
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


# Where the ROM of a PowerMac begins; it always ends at 4 GiB.
ROMS = {"g3beige": 0xFFC0_0000, "mac99": 0xFFF0_0000}


@dataclass(frozen=True)
class Case:
    """A shipped spec, the -m that it is looked at with, and what it needs to start."""

    spec: str
    sizes: tuple[int, ...]
    firmware: str | None = None
    variant: str | None = None
    arguments: tuple[str, ...] = ()
    maps_ports: bool = False  # what helpers make answers at ports alone
    arguments: tuple[str, ...] = ()
    audio: bool = False

    @property
    def name(self) -> str:
        return self.variant or self.spec


MPS2 = ("mps2-an385", "mps2-an386", "mps2-an500", "mps2-an511")
CASES = (
    Case(
        *("arm-virt", (64 * MIB, 128 * MIB, 1 * GIB, 3 * GIB)),
        arguments=("-nic", "none"),  # the ROM of such a NIC is not in every QEMU
    ),
    Case("cortex-m-mini", (16 * MIB, 128 * MIB)),
    Case("g3beige", (64 * MIB, 128 * MIB, 2047 * MIB), "ppc-rom"),
    Case("integratorcp", (128 * MIB, 512 * MIB), audio=True),
    Case("netduinoplus2", (128 * MIB,)),
    Case("stm32vldiscovery", (128 * MIB,)),
    Case("sifive_e", (16 * KIB,)),
    Case("mac99", (64 * MIB, 128 * MIB, 2048 * MIB), "ppc-rom"),
    *(Case("mps2", (16 * MIB,), variant=name) for name in MPS2),
    Case("xilinx-zynq-a9", (128 * MIB, 2 * GIB)),
    Case(
        *("x86-split", (2 * GIB, 3 * GIB, 4 * GIB, 8 * GIB), "seabios"),
        maps_ports=True,
    ),
)
ON_EACH_RELEASE = pytest.mark.parametrize("release", RELEASES)
HAVE_ARM_VIRT = pytest.mark.parametrize(
    "release", [each for each in RELEASES if "arm-virt" not in NOT_IN.get(each, ())]
)
ON_EACH = pytest.mark.parametrize(
    ("case", "release"),
    [
        pytest.param(case, release, id=f"{case.name}-{release}")
        for release in RELEASES
        for case in CASES
        if case.spec not in NOT_IN.get(release, ())
    ],
)


@cache
def board(
    spec: str, release: str, variant: str | None = None
) -> tuple[Board, Loadable]:
    sdk = require_sdk(release)
    file = ROOT / "specs" / f"{spec}.yaml"
    resolved = compose.resolve(file, compose.TARGETS[release], variant=variant)
    return resolved.board, compose.load_into(resolved, sdk)


def _default_ram(spec: Board) -> int:
    size = None if spec.ram is None else spec.ram.default_size
    return 128 * MIB if size is None else evaluate(size)


def started_with(case: Case, release: str, tmp_path: Path) -> tuple[list[str], int]:
    """The arguments that start the board, and the size of its firmware in bytes."""
    arguments = [*case.arguments]
    if case.audio:
        arguments += [*silent(release), "-nic", "none"]
    if case.firmware is None:
        return arguments, 0
    if case.firmware == "seabios":
        require_package(SEABIOS / "bios.bin", "seabios")
        size = (SEABIOS / "bios.bin").stat().st_size
        return [*arguments, "-L", str(SEABIOS)], size
    image = guest(case.firmware, tmp_path, ROM_BASE=ROMS[case.spec])
    return [*arguments, "-bios", str(image)], image.stat().st_size


@ON_EACH
def test_the_memory_map_is_the_predicted_one(
    case: Case, release: str, tmp_path: Path
) -> None:
    spec, loadable = board(case.spec, release, case.variant)
    arguments, size = started_with(case, release, tmp_path)
    for ram in case.sizes:
        trees = memory_tree(spec, command_line(spec, ram, 1, size))
        with watch(loadable, [*arguments, "-m", f"{ram // KIB}K"]) as monitor:
            seen = monitor.address_spaces()
        for space, root in trees.items():
            wanted = format_view(flat_view(root))
            whole = space is Space.MEMORY and case.maps_ports
            compare_maps(spec, seen[space.value], wanted, whole=whole)


@ON_EACH
def test_the_machine_is_listed_with_its_description(case: Case, release: str) -> None:
    spec, loadable = board(case.spec, release, case.variant)
    done = subprocess.run(
        [loadable.qemu, "-M", "help"],
        env=loadable.environment(),
        capture_output=True,
        text=True,
    )
    listed = dict(line.split(None, 1) for line in done.stdout.splitlines()[1:])
    assert listed[loadable.machine] == spec.description
    assert loadable.machine not in machines(
        require_sdk(release), loadable.qemu.name[12:]
    )


@ON_EACH
def test_the_machine_class_is_the_spec_s(case: Case, release: str) -> None:
    spec, loadable = board(case.spec, release, case.variant)
    with watch(replace(loadable, machine="none")) as monitor:
        info = {m["name"]: m for m in monitor.execute("query-machines")}
    seen = info[loadable.machine]
    assert seen["cpu-max"] == (spec.cpus.maximum or 1)
    told = TARGETS[release].has(Feature.ONLY_CPU_IS_TOLD)
    cpu = spec.cpus.usual_type if told else spec.cpus.default_type
    assert seen.get("default-cpu-type") == cpu
    assert seen.get("default-ram-id") == (spec.ram.id if spec.ram else None)


@ON_EACH
def test_the_devices_and_wires_are_the_spec_s(
    case: Case, release: str, tmp_path: Path
) -> None:
    spec, loadable = board(case.spec, release, case.variant)
    arguments, _ = started_with(case, release, tmp_path)
    cpus = min(4, spec.cpus.maximum or 1)
    with watch(loadable, [*arguments, "-smp", str(cpus)]) as monitor:
        compare_devices(spec, monitor, command_line(spec, _default_ram(spec), cpus))


@HAVE_ARM_VIRT
@pytest.mark.parametrize("cpus", [1, 2, 8])
def test_the_gic_has_its_cpus(release: str, cpus: int) -> None:
    spec, loadable = board("arm-virt", release)
    with watch(loadable, ["-smp", str(cpus)]) as monitor:
        paths = paths_of(spec, monitor, command_line(spec, 128 * MIB, cpus))
        assert monitor.get(paths["gic", 0], "num-cpu") == cpus
        assert len(monitor.execute("query-cpus-fast")) == cpus


@ON_EACH_RELEASE
@pytest.mark.parametrize(
    ("spec", "megabytes", "said"),
    [
        (
            *("g3beige", 2048),
            "Too much memory for this machine: 2048 MB, maximum 2047 MB",
        ),
        ("mac99", 2049, "RAM size more than 2 GiB is not supported"),
    ],
)
def test_too_much_ram_is_refused_in_qemu_s_words(
    spec: str, megabytes: int, said: str, release: str, tmp_path: Path
) -> None:
    _, loadable = board(spec, release)
    image = guest("ppc-rom", tmp_path, ROM_BASE=ROMS[spec])
    done = _ended(loadable, ["-m", str(megabytes), "-bios", str(image)])
    assert done.returncode == 1
    assert done.stderr == f"{loadable.qemu.name}: {said}\n"


@ON_EACH_RELEASE
@pytest.mark.parametrize("ram", ["1M", "15M", "17M", "1G"])
def test_ram_of_another_size_is_refused_in_qemu_s_words(ram: str, release: str) -> None:
    _, loadable = board("mps2", release, "mps2-an386")
    for machine in (loadable.machine, "mps2-an386"):
        done = _ended(replace(loadable, machine=machine), ["-m", ram])
        said = f"{loadable.qemu.name}: Invalid RAM size, should be 16 MiB\n"
        assert (done.returncode, done.stderr) == (1, said)


@ON_EACH_RELEASE
def test_firmware_that_is_not_there_is_named(release: str) -> None:
    _, loadable = board("g3beige", release)
    done = _ended(loadable, ["-bios", "nowhere.bin"])
    assert done.returncode == 1
    assert (
        done.stderr == f"{loadable.qemu.name}: could not load firmware 'nowhere.bin'\n"
    )


def _ended(
    loadable: Loadable, arguments: list[str], timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    command = [*("-display", "none"), *arguments]
    return subprocess.run(
        loadable.command(command),
        env=loadable.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


ARM_VIRT = """\
qgen: hello from arm-virt
qgen: timer interrupt 30
qgen: timer interrupt 27
qgen: uart interrupt 33
qgen: rtc id 00141031
qgen: rtc interrupt 34
qgen: gpio id 00041061
qgen: gpio interrupt 39
qgen: virtio-mmio transports 32
qgen: done
"""
ARM_VIRT_SMP = """\
qgen: 4 cpus, 4 interrupts taken
qgen: 4 cpus, 8 timer interrupts taken
"""


@HAVE_ARM_VIRT
@pytest.mark.parametrize(
    ("program", "options", "console"),
    [("arm-virt", [], ARM_VIRT), ("arm-virt-smp", ["-smp", "4"], ARM_VIRT_SMP)],
)
def test_arm_virt_prints_and_takes_its_interrupts(
    program: str, options: list[str], console: str, release: str, tmp_path: Path
) -> None:
    _, loadable = board("arm-virt", release)
    image = guest(program, tmp_path)
    done = _ended(
        loadable,
        ["-kernel", str(image), "-serial", "stdio", "-nic", "none", *options],
    )
    assert done.stdout.replace("\r\n", "\n") == console
    assert done.returncode == 0


CORTEX_M = {
    "cortex-m": "qgen: hello from cortex-m\nqgen: systick interrupt\n",
    "cortex-m-uart": (
        "qgen: hello from the uart\nqgen: uart interrupt\nqgen: systick interrupt\n"
    ),
}


@ON_EACH_RELEASE
@pytest.mark.parametrize("program", CORTEX_M)
def test_cortex_m_says_hello(program: str, release: str, tmp_path: Path) -> None:
    _, loadable = board("cortex-m-mini", release)
    image = guest(program, tmp_path)
    semihosting = "enable=on,target=native"
    done = _ended(
        loadable,
        [
            *("-kernel", str(image), "-serial", "stdio"),
            *("-semihosting-config", semihosting),
        ],
    )
    # Semihosting's console is standard error, the UART's is standard output.
    assert done.stdout + done.stderr == CORTEX_M[program]
    assert done.returncode == 0


@ON_EACH_RELEASE
@pytest.mark.parametrize("spec", ["g3beige", "mac99"])
@pytest.mark.parametrize("program", ["ppc-rom", "ppc-rom-bin"])
def test_a_program_in_the_rom_runs(
    spec: str, program: str, release: str, tmp_path: Path
) -> None:
    _, loadable = board(spec, release)
    image = guest(program, tmp_path, ROM_BASE=ROMS[spec])
    with watch(loadable, ["-bios", str(image)], paused=False) as monitor:
        words = _poll_words(monitor)
        moved = any(_words(monitor)[1] > words[1] for _ in range(2000))
        registers = monitor.human("info registers")
    mark, _, first, after_write, timebase_moved, last = words
    assert mark == 0x71656D75
    assert moved, "the program stands still"
    assert first == after_write == 0x726F6D21, "the ROM can be written"
    assert timebase_moved == 1
    assert last == 0x656E6421, "the ROM does not reach 4 GiB"
    assert "000000007167656e" in registers or "7167656e" in registers


def _words(monitor: Monitor) -> list[int]:
    text = monitor.human("xp /6wx 0x1000")
    return [int(word, 16) for line in text.splitlines() for word in line.split()[1:]]


def _poll_words(monitor: Monitor) -> list[int]:
    for _ in range(2000):
        words = _words(monitor)
        if words[4] == 1 and words[5]:
            return words
    raise AssertionError(f"the program in the ROM does not run: {words}")


FILES = [case for case in GENERATED if case[0] in RELEASES]
ON_EACH_FILE = pytest.mark.parametrize(
    ("release", "spec", "variant"),
    FILES,
    ids=[f"{v or s.stem}-{r}" for r, s, v in FILES],
)


@ON_EACH_FILE
def test_checkpatch_is_content(release: str, spec: Path, variant: str | None) -> None:
    sdk = require_sdk(release)
    c = golden(release, spec, variant)
    for file in filter(Path.exists, (c, c.with_suffix(".h"))):
        done = subprocess.run(
            ["perl", "scripts/checkpatch.pl", "--no-tree", "-f", str(file)],
            cwd=sdk.source,
            capture_output=True,
            text=True,
        )
        said = done.stdout + done.stderr
        assert "total: 0 errors, 0 warnings, " in done.stdout, said


@ON_EACH_FILE
def test_the_committed_c_compiles_as_it_stands(
    release: str, spec: Path, variant: str | None
) -> None:
    """The file as a person would put it into hw/, not the one that runs under a name."""
    from qgen.lab.board import compile_board

    sdk = require_sdk(release)
    target = compose.TARGETS[release]
    resolved = compose.resolve(spec, target, variant=variant)
    facts = ARCHES[resolved.composite.arch]
    text = golden(release, spec, variant).read_text()
    where = (sdk, facts.qemu, facts.hw_dir, resolved.composite.name)
    headers = dict(compose.render(resolved).headers)
    for soc in resolved.all_socs().values():
        headers |= compose.render(soc).headers
    beside = compose.beside(resolved)
    compile_board(text, *where, headers=headers, beside=beside)
