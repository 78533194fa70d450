"""Firmware and operating systems that nobody here wrote come up on boards of ours.

Each wait is for a text on the console, and bounded: some five times what it takes on an
idle machine with two cores. A failure shows the whole console.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfile

import pytest
from console import Step, talk
from lab_support import require_package, require_sdk

from qgen import compose
from qgen.lab.board import Loadable

ROOT = Path(__file__).parent.parent.parent
RELEASE = "10.2"
INSTALLER = Path(
    "/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64"
)
PACKAGES = {
    Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin"): "u-boot-qemu",
    Path("/usr/share/AAVMF/AAVMF_CODE.fd"): "qemu-efi-aarch64",
    Path("/usr/share/AAVMF/AAVMF_VARS.fd"): "qemu-efi-aarch64",
    INSTALLER / "linux": "debian-installer-12-netboot-arm64",
    INSTALLER / "initrd.gz": "debian-installer-12-netboot-arm64",
}
U_BOOT, AAVMF_CODE, AAVMF_VARS, LINUX, INITRD = PACKAGES
# A ROM for a boot over the network, which this QEMU has not.
NIC = ("-nic", "user", "-global", "virtio-net-pci.romfile=")
CPU = ("-cpu", "cortex-a57", "-m", "1G")
DISK = "file={folder}/disk,format=raw,if=none,id=disk"
PCI_DISK = ("-drive", DISK, "-device", "virtio-blk-pci,drive=disk")
# What the installer is told to show before it asks for a language.
SHOW = "cat /proc/interrupts > /dev/console"


LINES = ((27, "arch_timer"), (33, "uart-pl011"), (23, "arm-pmu"), (36, "virtio0"))
"""Numbers of interrupts, as the GIC counts them, and what Linux calls their devices."""


@dataclass(frozen=True)
class System:
    """A board, what it runs, and the dialogue on its console.

    ``{folder}`` in the arguments is where ``copies`` lie, and a disk of 64 MiB. All that
    ``shows`` must match in what was said.
    """

    name: str
    spec: str
    arguments: tuple[str, ...]
    steps: tuple[Step, ...]
    seconds: float
    shows: tuple[str, ...] = ()
    copies: tuple[Path, ...] = ()


def installer(gic: int, cpus: int) -> System:
    """The Debian installer, as far as its first screen."""
    # Without that word the installer starts on each console that it finds, and only the
    # first of them to get hold of its database goes on.
    append = f'console=ttyAMA0 auto=false preseed/early_command="{SHOW}"'
    pic, messages = (
        "GIC-0",
        r"GICv2m: range\[mem 0x08020000-0x08020fff\], SPI\[80:143\]",
    )
    if gic == 3:
        pic, messages = "GICv3", "ITS@0x0000000008080000: allocated"
    return System(
        f"debian-gicv{gic}-{cpus}",
        "arm-virt",
        (
            *("-M", f"gic-version={gic}", *CPU, "-smp", str(cpus), *NIC, *PCI_DISK),
            *("-kernel", str(LINUX), "-initrd", str(INITRD), "-append", append),
        ),
        (Step("Linux version"), Step("Starting system log"), Step("Select a language")),
        seconds=300,
        shows=(
            rf"SMP: Total of {cpus} processors activated",
            r"psci: PSCIv1\.\d detected in firmware",
            r"host bridge /pcie@10000000 ranges",
            r"PL061 GPIO chip registered",
            r"rtc-pl031 9010000\.pl031: registered as rtc0",
            r"armv8_pmuv3 PMU driver",
            r"pci 0000:00:01\.0: \[1af4:1000\] type 00 class 0x020000",
            r"pci 0000:00:02\.0: \[1af4:1001\] type 00 class 0x010000",
            r"virtio_net virtio0 enp0s1: renamed from eth0",
            messages,
            *(rf"{pic} +{line} Level +{what}" for line, what in LINES),
            r"9030000\.pl061 +3 Edge +GPIO Key Poweroff",
        ),
    )


SYSTEMS = (
    System(
        "u-boot",
        "arm-virt",
        (
            *(*CPU, "-bios", str(U_BOOT), *NIC, "-drive", DISK),
            *("-device", "virtio-blk-device,drive=disk"),
        ),
        (
            Step("Hit any key to stop autoboot", "\n"),
            Step("=> ", "pci\n"),
            Step("=> ", "virtio info\n"),
            Step("=> ", "flinfo\n"),
            Step("=> ", "qfw cpus\n"),
            Step("=> "),
        ),
        seconds=60,
        shows=(
            r"00\.00\.00 +0x1b36 +0x0008 +Bridge device",
            r"00\.01\.00 +0x1af4 +0x1000 +Network controller",
            r"Device 0: .*VirtIO Block Device",
            r"Capacity: 64\.0 MB",
            r"Bank # 1: CFI conformant flash",
            r"1 cpu\(s\) online",
        ),
    ),
    System(
        "edk2",
        "arm-virt",
        (
            *(*CPU, "-nic", "none"),
            *("-drive", f"if=pflash,format=raw,readonly=on,file={AAVMF_CODE}"),
            *("-drive", "if=pflash,format=raw,file={folder}/AAVMF_VARS.fd"),
        ),
        (Step("UEFI firmware"), Step("UEFI Interactive Shell"), Step("Shell>")),
        seconds=180,
        copies=(AAVMF_VARS,),
    ),
    System(
        "edk2-with-a-kernel",
        "arm-virt",
        (
            *("-M", "gic-version=3", *CPU, "-nic", "none"),
            *("-drive", f"if=pflash,format=raw,readonly=on,file={AAVMF_CODE}"),
            *("-kernel", str(LINUX), "-append", "console=ttyAMA0"),
        ),
        (
            *(
                Step("UEFI firmware"),
                Step("EFI stub: Booting Linux"),
                Step("efi: EFI v"),
            ),
            *(Step("PSCIv1."), Step("Kernel command line:"), Step("console=ttyAMA0")),
        ),
        seconds=180,
    ),
    *(installer(gic, cpus) for gic in (2, 3) for cpus in (1, 4)),
)


@cache
def board(spec: str) -> Loadable:
    sdk = require_sdk(RELEASE)
    file = ROOT / "specs" / f"{spec}.yaml"
    return compose.load_into(compose.resolve(file, compose.TARGETS[RELEASE]), sdk)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_it_comes_up(system: System, tmp_path: Path) -> None:
    loadable = board(system.spec)
    for file in (f for f in PACKAGES if str(f) in " ".join(system.arguments)):
        require_package(file, PACKAGES[file])
    for file in system.copies:
        copyfile(require_package(file, PACKAGES[file]), tmp_path / file.name)
    with (tmp_path / "disk").open("wb") as disk:
        disk.truncate(64 << 20)
    arguments = [each.replace("{folder}", str(tmp_path)) for each in system.arguments]
    said = talk(
        loadable, [*arguments, "-serial", "stdio"], system.steps, system.seconds
    )
    missing = [wanted for wanted in system.shows if not re.search(wanted, said)]
    assert not missing, f"{missing} is not in\n{said}"
