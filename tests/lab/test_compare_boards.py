"""Specs of boards that QEMU has: nothing tells them from the originals, not even a guest.

A row a board: what `qgen compare` is told, and the programs that run on both.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest
from console import Step, talk
from guests import SEABIOS
from lab_support import guest, require_package, require_sdk

from qgen import compose
from qgen.compose import Built
from qgen.lab.board import Loadable

ROOT = Path(__file__).parent.parent.parent
RELEASES = ("10.0", "10.2", "11.0")
TRIES = 3
"""Firmware waits by the host's clock: on a busy one, OpenBIOS takes a CD for a floppy."""


@dataclass(frozen=True, eq=False)
class Program:
    """A guest of ``tests/guests``, what it prints, and the arguments that run it."""

    name: str
    prints: str
    defines: dict[str, int] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    loaded: str = "-kernel"


@dataclass(frozen=True, eq=False)
class Firmware:
    """Software that nobody here wrote, from a Debian package, and what is said with it.

    It is loaded with ``-bios``. Nothing of what ``steps`` bring onto the console may be
    different on the two machines.
    """

    file: Path
    package: str
    steps: tuple[Step, ...]
    arguments: tuple[str, ...] = ("-serial", "stdio")
    seconds: float = 60


@dataclass(frozen=True, eq=False)
class Case:
    """A board; ``arguments`` are the command lines that it is compared with.

    ``files`` are made for them, of so many bytes, in the folder that ``{folder}`` names.
    """

    spec: str
    machine: str
    variant: str | None = None
    arguments: tuple[tuple[str, ...], ...] = ((),)
    programs: tuple[Program, ...] = ()
    firmware: tuple[Firmware, ...] = ()
    files: dict[str, int] = field(default_factory=dict)
    releases: tuple[str, ...] = RELEASES


SEMIHOSTING = (
    *("-serial", "stdio", "-nic", "none"),
    *("-semihosting-config", "enable=on,target=native"),
)
MPS2 = """\
qgen: hello from an mps2
qgen: uart 0 sent line {sent[0]}
qgen: uart 1 sent line {sent[1]}
qgen: uart 2 sent line {sent[2]}
qgen: uart 0 overrun line 12
qgen: uart 1 overrun line 12
qgen: uart 2 overrun line 12
{more}qgen: timer 0 line 08
qgen: timer 1 line 09
qgen: dual timer line 10
qgen: adc line 22
qgen: spi 0 line 11
qgen: spi 1 line 11
qgen: shield spi 0 line 24
qgen: shield spi 1 line 24
qgen: scc id {scc:08x}
qgen: scc aid 00200008
qgen: clock 02faf080
qgen: clock 01770000
qgen: clock 017d7840
qgen: ethernet 01180001
qgen: sram mirror {mirror}
qgen: psram 9abcdef0
"""
STM32 = """\
qgen: hello from an stm32
qgen: usart line {line}
qgen: flash at both places
qgen: systick interrupt
"""
SIFIVE = """\
qgen: hello from a sifive
qgen: uart line 03
qgen: uart line 04
qgen: timer interrupt
qgen: software interrupt
"""
ON_THE_CONSOLE = ("-serial", "stdio", "-serial", "null", *SEMIHOSTING[2:])
SILENT = ("-audio", "none")
SOUNDLESS = (*ON_THE_CONSOLE, *SILENT)
INTEGRATOR = """\
qgen: hello from an integrator
qgen: board 00000113
qgen: core module 411a3001
qgen: sdram 0001112e
qgen: control 41034003
qgen: memory again 12345678
qgen: rtc 00141031
qgen: keyboard 00041050
qgen: mmc 00041181
qgen: audio 01041041
qgen: lcd 00041110
qgen: nothing pending 00000000
qgen: second controller 00000001
qgen: at the first 04000000
qgen: over 00000000
qgen: uart 1 sent 00000004
qgen: card 0000000{card}
"""
ZYNQ = """\
qgen: hello from a zynq
qgen: board 00000d32
qgen: arm pll 00014008
qgen: slcr locked 00000001
qgen: boot mode 0000000{mode}
qgen: cpus 00000000
qgen: gic 00000002
qgen: on-chip memory 9abcdef0
qgen: nothing pending 00000000
qgen: uart 1 line 00000052
qgen: counter line 0000002b
qgen: spi 0 flash 0020ba18
qgen: spi 0 flash 0020ba18
qgen: spi 0 flash 0020ba18
qgen: spi 0 flash 0020ba18
qgen: spi 1 flash 0020ba18
qgen: quad spi flash 0020ba18
"""
AN511 = "qgen: uart 4 sent line 56\nqgen: uart 4 overrun line 12\n"


def mps2(
    image: str,
    scc: int,
    sent: tuple[str, ...] = ("01", "03", "05"),
    more: str = "",
    mirror: str = "12345678",
    **defines: int,
) -> Case:
    """One of the four boards."""
    prints = MPS2.format(scc=scc, sent=sent, more=more, mirror=mirror)
    name = f"mps2-{image}"
    program = Program("mps2", prints, defines, SEMIHOSTING)
    return Case("mps2", name, name, ((), ("-nic", "none")), (program,))


AST2600 = """\
qgen: hello from a bmc
qgen: revision 05030303
qgen: straps 000000c0
qgen: flash {flash}
qgen: eeprom 07-50 00 5a
qgen: sensor 08-4d 0000 4b00 5000
qgen: sensor 08-48 absent
qgen: sensor 09-4d absent
qgen: done
"""
NPCM730 = """\
qgen: hello from a bmc
qgen: product 04a92750
qgen: straps 00001ff9
qgen: flash {flash}
qgen: sensor 01-5c 0000 4b00 5000
qgen: sensor 02-5c 0000 4b00 5000
qgen: sensor 03-5c 0000 4b00 5000
qgen: sensor 04-5c 0000 4b00 5000
qgen: sensor 05-5c absent
qgen: eeprom 09-55 00 5a
qgen: eeprom 0a-55 00 5a
qgen: multiplexer 0f-75 00 42
qgen: done
"""


def drive(interface: str, file: str) -> tuple[str, str]:
    """A drive of one of the case's files."""
    return "-drive", f"file={{folder}}/{file},if={interface},format=raw"


OPENSBI = Path("/usr/lib/riscv64-linux-gnu/opensbi/generic")
OPENBIOS = Path("/usr/share/qemu/openbios-ppc")
# No package here has the ROM of the machine's own NIC.
NO_ROM = ("-global", "ne2k_pci.romfile=", "-global", "e1000.romfile=")
NO_NIC = ("-nic", "none")


def disk(index: int, file: str, *more: str) -> tuple[str, str]:
    """An IDE disk: both machines have it open at the same time."""
    given = f"file={{folder}}/{file},format=raw,file.locking=off"
    return "-drive", ",".join((given, f"if=ide,index={index}", *more))


def openbios(*steps: str, arguments: tuple[str, ...] = ()) -> Firmware:
    """OpenBIOS at its prompt, and what is typed there."""
    typed = [f"{step}\n" for step in (*steps, "this-is-all")]
    prompts = ["0 > ", *[" ok\n0 > "] * len(steps)]
    asked = map(Step, prompts, typed)
    return Firmware(
        OPENBIOS,
        "qemu-system-data",
        (Step("Welcome to OpenBIOS"), *asked, Step("this-is-all")),
        (
            *("-nographic", "-serial", "stdio", *NO_NIC, "-L", str(SEABIOS)),
            *("-prom-env", "auto-boot?=false", *arguments),
        ),
        seconds=120,
    )


CASES = (
    Case(
        "ast2600-evb",
        "ast2600-evb",
        arguments=(
            (),
            ("-nodefaults", "-m", "2G"),
            (*drive("mtd", "flash"), *drive("mtd", "spi"), *drive("sd", "card")),
        ),
        programs=(
            Program("ast2600", AST2600.format(flash="ffffffff"), arguments=SEMIHOSTING),
            Program(
                "ast2600",
                AST2600.format(flash="00000000"),
                arguments=(*SEMIHOSTING, *drive("mtd", "flash")),
            ),
        ),
        files={"flash": 64 << 20, "spi": 64 << 20, "card": 16 << 20},
        releases=("10.2", "11.0"),
    ),
    Case(
        "g3beige",
        "g3beige",
        arguments=(
            NO_NIC,
            NO_ROM,
            (*NO_ROM, "-nic", "user,model=sungem,id=first", "-nic", "user,id=second"),
            (*NO_NIC, "-usb", "-vga", "none"),
            (*NO_NIC, *disk(0, "hd"), *disk(1, "cd", "media=cdrom"), *disk(3, "hd2")),
            (*NO_NIC, *drive("mtd", "nvram"), "-g", "1024x768x24", "-boot", "d"),
            (*NO_NIC, "-m", "64", "-kernel", "{folder}/hd", "-append", "root=/dev/hda"),
            (*NO_NIC, "-kernel", str(OPENBIOS), "-initrd", "{folder}/nvram"),
            (
                *(*NO_NIC, "-device", "ide-cd,bus=ide.1,unit=1,bootindex=1,drive=one"),
                *("-drive", "if=none,id=one,file={folder}/cd,format=raw,readonly=on"),
            ),
        ),
        files={"hd": 1 << 20, "cd": 1 << 20, "hd2": 1 << 20, "nvram": 8 << 10},
        firmware=(
            # Not show-devs: what OpenBIOS takes an empty CD-ROM for is chance.
            openbios(
                *("dev / ls", "dev /pci ls", "dev /pci/mac-io ls"),
                "dev /cpus/@0 .properties",
            ),
        ),
    ),
    Case(
        "mac99",
        "mac99",
        arguments=(
            (),
            (*NO_NIC, "-M", "via=pmu"),
            (*NO_NIC, "-M", "via=pmu-adb", "-device", "usb-tablet"),
            ("-nic", "user,model=e1000,id=first", "-nic", "user,id=second", *NO_ROM),
            ("-nodefaults", "-m", "2G"),
            ("-nodefaults", "-usb", "-M", "via=pmu", "-vga", "std"),
            (*NO_NIC, "-M", "usb=off,via=pmu", "-cpu", "7410"),
            (*NO_NIC, "-usb", "-vga", "none"),
            (*NO_NIC, *disk(0, "hd"), *disk(1, "cd", "media=cdrom"), *disk(3, "hd2")),
            (*NO_NIC, "-g", "1024x768x24", "-boot", "d"),
            (*NO_NIC, "-m", "64", "-kernel", "{folder}/hd", "-append", "root=/dev/hda"),
            (*NO_NIC, "-kernel", str(OPENBIOS), "-initrd", "{folder}/initrd"),
            (
                *(*NO_NIC, "-device", "ide-cd,bus=ide.1,unit=1,bootindex=1,drive=one"),
                *("-drive", "if=none,id=one,file={folder}/cd,format=raw,readonly=on"),
            ),
        ),
        files={"hd": 1 << 20, "cd": 1 << 20, "hd2": 1 << 20, "initrd": 8 << 10},
        firmware=(
            # With something in the CD-ROM, there is nothing left to chance.
            openbios(
                *("show-devs", "dev /cpus/@0 .properties"),
                arguments=("-cdrom", str(OPENBIOS)),
            ),
            openbios(
                *("show-devs", "dev /pci/mac-io/via-pmu .properties"),
                arguments=("-nodefaults", "-usb", "-vga", "std", "-M", "via=pmu"),
            ),
            openbios(
                *("show-devs", "dev /nvram .properties"),
                arguments=("-nodefaults", "-vga", "std", "-M", "via=pmu-adb"),
            ),
        ),
    ),
    Case(
        "quanta-gsj",
        "quanta-gsj",
        arguments=(
            (),
            ("-m", "1G"),
            drive("mtd", "flash"),
            ("-bios", "{folder}/rom"),
            ("-kernel", "{folder}/rom", "-bios", "nowhere.bin"),
        ),
        programs=(
            Program(
                *("npcm730-rom", NPCM730.format(flash="ffffffff")),
                arguments=SEMIHOSTING,
                loaded="-bios",
            ),
            Program(
                *("npcm730", NPCM730.format(flash="00000000")),
                arguments=(
                    *SEMIHOSTING,
                    *drive("mtd", "flash"),
                    "-bios",
                    "{folder}/rom",
                ),
            ),
        ),
        files={"flash": 32 << 20, "rom": 64 << 10},
    ),
    Case(
        "integratorcp",
        "integratorcp",
        arguments=(
            SILENT,
            (*SILENT, "-nic", "none", "-cpu", "arm1176"),
            (*SILENT, "-nic", "user", "-m", "512M"),
            (*SILENT, *drive("sd", "card"), "-kernel", "{folder}/kernel"),
        ),
        programs=(
            Program("integrator", INTEGRATOR.format(card=0), {}, SOUNDLESS),
            Program(
                "integrator",
                INTEGRATOR.format(card=8),
                {},
                (*SOUNDLESS, *drive("sd", "card")),
            ),
        ),
        files={"card": 16 << 20, "kernel": 4096},
    ),
    Case(
        "netduinoplus2",
        "netduinoplus2",
        programs=(Program("stm32", STM32.format(line=37), {}, SEMIHOSTING),),
    ),
    Case(
        "stm32vldiscovery",
        "stm32vldiscovery",
        arguments=((), ("-serial", "null", "-serial", "null")),
        programs=(
            Program(
                "stm32", STM32.format(line=37), {"USART": 0x4001_3800}, SEMIHOSTING
            ),
        ),
    ),
    mps2("an385", 0x41043850),
    mps2("an386", 0x41043860),
    mps2("an500", 0x41045000, PSRAM=0x6000_0000, ETHERNET=0xA000_0000),
    mps2(
        *("an511", 0x41045110, ("00", "02", "45"), AN511, "00000000"),
        **{"UART2": 0x4002_C000, "UART4": 0x4002_E000},
    ),
    Case(
        "sifive_e",
        "sifive_e",
        arguments=((), ("-machine", "revb=on")),
        programs=(
            Program("sifive", SIFIVE, {}, SEMIHOSTING),
            Program("sifive-rev-b", SIFIVE, {}, (*SEMIHOSTING, "-machine", "revb=on")),
        ),
    ),
    Case(
        "spike",
        "spike",
        arguments=(
            (),
            ("-smp", "4", "-m", "1G"),
            ("-bios", "none"),
            ("-cpu", "sifive-u54", "-smp", "3"),
        ),
        firmware=(
            Firmware(
                OPENSBI / "fw_jump.bin",
                "opensbi",
                (Step("OpenSBI v"), Step("Boot HART MEDELEG")),
            ),
        ),
    ),
    Case(
        "xilinx-zynq-a9",
        "xilinx-zynq-a9",
        arguments=(
            (),
            ("-smp", "2", "-m", "1G"),
            ("-nic", "none"),
            ("-nic", "user", "-M", "boot-mode=sd"),
            ("-kernel", "{folder}/kernel", *drive("mtd", "spi"), *drive("sd", "card")),
            drive("pflash", "nor"),
        ),
        programs=(
            Program("zynq", ZYNQ.format(mode=1), {}, ON_THE_CONSOLE),
            Program(
                "zynq",
                ZYNQ.format(mode=5),
                {},
                (*ON_THE_CONSOLE, "-M", "boot-mode=sd"),
            ),
        ),
        files={"kernel": 4096, "spi": 16 << 20, "card": 16 << 20, "nor": 64 << 20},
    ),
)


@cache
def built(case: Case, release: str) -> Built:
    require_sdk(release)
    spec = ROOT / "specs" / f"{case.spec}.yaml"
    return compose.build(spec, release, variant=case.variant)


EACH = [(case, release) for case in CASES for release in case.releases]
IDS = [f"{case.machine}-{release}" for case, release in EACH]
BOOTING = [(case, release) for case, release in EACH if case.firmware]
RUNNING = [(case, release) for case, release in EACH if case.programs]


class Silent:
    """Progress that nobody watches."""

    def step(self, text: str) -> None:
        """Nothing."""

    def update(self, done: int, total: int) -> None:
        """Nothing."""


@pytest.mark.parametrize(("case", "release"), EACH, ids=IDS)
def test_the_board_is_identical_to_qemu_s(
    case: Case, release: str, tmp_path: Path
) -> None:
    make_files(case, tmp_path)
    for line in case.arguments:
        arguments = placed(line, tmp_path)
        comparison = compose.compare(
            built(case, release), case.machine, arguments, Silent()
        )
        assert [each.text for each in comparison.differences] == [], arguments
        for what in ("class fields", "ranges", "regions", "objects", "properties"):
            assert comparison.counts[what] > 5, what


def make_files(case: Case, folder: Path) -> None:
    """The files of a case, which are empty flash and cards of their sizes."""
    for name, size in case.files.items():
        with (folder / name).open("wb") as stream:
            stream.truncate(size)


def placed(arguments: tuple[str, ...], folder: Path) -> list[str]:
    """Arguments with the folder that the case's files are in."""
    return [each.replace("{folder}", str(folder)) for each in arguments]


def run(loadable: Loadable, program: Program, image: Path) -> tuple[int, str]:
    """The exit status and all that is printed, but for QEMU's own warnings."""
    arguments = ["-display", "none", program.loaded, str(image)]
    arguments += placed(program.arguments, image.parent)
    done = subprocess.run(
        loadable.command(arguments),
        env=loadable.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = (done.stdout + done.stderr).replace("\r\n", "\n").splitlines(keepends=True)
    return done.returncode, "".join(s for s in said if ": warning: " not in s)


@pytest.mark.parametrize(
    ("case", "release"),
    BOOTING,
    ids=[f"{c.machine}-{release}" for c, release in BOOTING],
)
def test_firmware_says_the_same_on_both(case: Case, release: str) -> None:
    ours = built(case, release).loadable
    theirs = replace(ours, machine=case.machine)
    for firmware in case.firmware:
        file = require_package(firmware.file, firmware.package)
        arguments = ["-bios", str(file), *firmware.arguments]
        last = firmware.steps[-1].text
        for _ in range(TRIES):
            said = [
                talk(each, arguments, firmware.steps, firmware.seconds).partition(last)
                for each in (ours, theirs)
            ]
            if said[0][0] == said[1][0]:
                break
        assert said[0][0] == said[1][0]


@pytest.mark.parametrize(
    ("case", "release"),
    RUNNING,
    ids=[f"{c.machine}-{release}" for c, release in RUNNING],
)
def test_a_guest_cannot_tell_the_board_from_qemu_s(
    case: Case, release: str, tmp_path: Path
) -> None:
    ours = built(case, release).loadable
    theirs = replace(ours, machine=case.machine)
    make_files(case, tmp_path)
    for program in case.programs:
        image = guest(program.name, tmp_path, **program.defines)
        for machine in (ours, theirs):
            assert run(machine, program, image) == (0, program.prints)
