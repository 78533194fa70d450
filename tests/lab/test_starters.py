"""What ``qgen new`` writes runs: a bare-metal program says hello over its UART."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from console import Step, talk
from lab_support import guest, require_package, require_sdk

from qgen import compose
from qgen.cli import cli

SECONDS = 60


@dataclass(frozen=True)
class Case:
    """A starter, and the guest that is started with ``option``."""

    arch: str
    cpu: str
    guest: str
    option: str = "-kernel"
    said: str = ""
    smp: int = 1
    firmware: tuple[str, ...] = ()

    @property
    def wanted(self) -> list[Step]:
        said = (*self.firmware, self.said or f"qgen: hello from {self.arch}")
        return [Step(each) for each in said]


UART = "qgen: uart interrupt"
OPENSBI = Path("/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin")
BANNER = (
    "OpenSBI v",
    "Platform Name             : board",
    "Platform HART Count       : 1",
    "Platform Timer Device     : aclint-mtimer @ 10000000Hz",
    "Platform Console Device   : uart8250",
    "Domain0 Next Address      : 0x0000000080200000",
)
"""What OpenSBI finds in the device tree, and where the loader put the kernel."""
CASES = (
    *(
        Case("arm", cpu, "cortex-m-uart", said=UART)
        for cpu in ("cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33")
    ),
    Case("arm", "cortex-a15", "greeting-arm", smp=2),
    Case("arm", "cortex-a7", "greeting-arm"),
    Case("aarch64", "cortex-a57", "greeting-aarch64", smp=2),
    Case("aarch64", "cortex-a72", "greeting-aarch64"),
    Case("riscv64", "rv64", "greeting-riscv64", firmware=BANNER),
    Case("riscv64", "sifive-u54", "greeting-riscv64", firmware=BANNER),
    Case("ppc", "750_v3.1", "greeting-ppc", "-bios"),
    Case("x86_64", "qemu64", "greeting-x86_64", "-bios"),
)


RUNS = [
    (case, release)
    for case in CASES
    for release in ("7.2", "10.0", "10.2")
    if release != "7.2" or case.firmware  # which that release starts another way
]


@pytest.mark.parametrize(
    ("case", "release"), RUNS, ids=[f"{c.arch}-{c.cpu}-{r}" for c, r in RUNS]
)
def test_it_runs(case: Case, release: str, tmp_path: Path) -> None:
    sdk = require_sdk(release)
    spec = tmp_path / "board.yaml"
    options = ["--arch", case.arch, "--cpu", case.cpu, "-o", str(spec)]
    cli.main(["new", "board", *options], standalone_mode=False)
    resolved = compose.resolve(spec, compose.TARGETS[release])
    assert not resolved.warnings
    machine = compose.load_into(resolved, sdk)
    image = guest(case.guest, tmp_path)
    arguments = ["-serial", "stdio", "-smp", str(case.smp), case.option, str(image)]
    if case.firmware:
        require_package(OPENSBI, "qemu-system-data")
        arguments += ["-L", str(OPENSBI.parent)]
    talk(machine, arguments, case.wanted, SECONDS)
