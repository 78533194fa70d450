# SPDX-License-Identifier: GPL-2.0-or-later
"""Small bare-metal guests, which prove that a generated board runs.

What each one proves stands at the top of its source; `build` makes one.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Debian's `seabios` package: the guest of x86 boards, ready-made (for -L).
SEABIOS = Path("/usr/share/seabios")

_PACKAGES = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf",
    "powerpc-linux-gnu-as": "binutils-powerpc-linux-gnu",
    "x86_64-linux-gnu-as": "binutils-x86-64-linux-gnu",
}
_C_FLAGS = (
    *("-Os", "-std=gnu11", "-ffreestanding", "-Wall", "-Wextra"),
    *("-nostdlib", "-static", "-s", "-Wl,--build-id=none"),
)
_A15 = ("-mcpu=cortex-a15", "-marm", "-mfloat-abi=soft", "-mno-unaligned-access")
_A7 = ("-mcpu=cortex-a7", "-marm", "-mfloat-abi=soft", "-mno-unaligned-access")
_M3 = ("-mcpu=cortex-m3", "-mthumb")
_RV64 = ("-march=rv64ima_zicsr", "-mabi=lp64", "-mcmodel=medany", "-mno-relax")
_POWERPC = ("-mppc",)
_I386 = ("--32",)


class ToolMissing(RuntimeError):
    """A toolchain is not installed; `package` is the Debian package to install."""

    def __init__(self, tool: str) -> None:
        self.package = _PACKAGES[tool]
        super().__init__(f"{tool} is missing: apt-get install {self.package}")


@dataclass(frozen=True)
class Guest:
    """One program: its sources beside a `link.ld`, and what builds them."""

    name: str
    sources: tuple[str, ...]
    tool: str
    flags: tuple[str, ...]
    defines: tuple[str, ...] = ()  # the names that `build` takes
    raw: bool = False  # a flat image instead of an ELF

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(HERE / source for source in self.sources)


def _arm_virt(name: str, main: str) -> Guest:
    sources = ("arm-virt/start.S", "arm-virt/board.c", f"arm-virt/{main}")
    return Guest(name, sources, "arm-none-eabi-gcc", _A15, ("PSCI_SMC",))


def _cortex_m(name: str, main: str, *defines: str) -> Guest:
    sources = ("cortex-m/core.c", f"cortex-m/{main}")
    return Guest(name, sources, "arm-none-eabi-gcc", _M3, defines)


def _stm32(name: str) -> Guest:
    """The smallest of them have 8 KiB of SRAM."""
    flags = (*_M3, "-Wl,--defsym=STACK_TOP=0x20002000")
    sources = ("cortex-m/core.c", "cortex-m/stm32.c")
    return Guest(name, sources, "arm-none-eabi-gcc", flags, ("USART",))


def _bmc(name: str, base: int, uart: int, stack: int, raw: bool = False) -> Guest:
    """The board's part is named as the guest, up to the first ``-``."""
    flags = (*_A7, f"-DUART={uart:#x}")
    flags += tuple(
        f"-Wl,--defsym={k}={v:#x}" for k, v in (("BASE", base), ("STACK_TOP", stack))
    )
    sources = ("bmc/start.S", "bmc/bmc.c", f"bmc/{name.partition('-')[0]}.c")
    return Guest(name, sources, "arm-none-eabi-gcc", flags, raw=raw)


def _arm_image(name: str, cpu: str) -> Guest:
    """A raw image, which QEMU takes for a kernel."""
    sources = ("start.S", "image.c", f"{name}.c")
    flags = (f"-mcpu={cpu}", "-marm", "-mfloat-abi=soft", "-mno-unaligned-access")
    paths = tuple(f"arm-image/{source}" for source in sources)
    return Guest(name, paths, "arm-none-eabi-gcc", flags, raw=True)


def _sifive(name: str, flash: int) -> Guest:
    """The reset code of the machine jumps to ``flash``."""
    flags = (*_RV64, f"-Wl,--defsym=FLASH={flash:#x}")
    return Guest(name, ("riscv/sifive.c",), "riscv64-unknown-elf-gcc", flags)


def _ppc_rom(name: str, raw: bool) -> Guest:
    sources = ("ppc-rom/rom.S",)
    return Guest(name, sources, "powerpc-linux-gnu-as", _POWERPC, ("ROM_BASE",), raw)


# Boards of `qgen new`, by architecture: what builds their guest, and where it lies.
_GREETINGS = (
    ("arm", "arm-none-eabi-gcc", ("-mcpu=cortex-a15", "-marm"), 0x4001_0000, False),
    ("aarch64", "arm-none-eabi-gcc", ("-mcpu=cortex-a15", "-marm"), 0, True),
    ("riscv64", "riscv64-unknown-elf-gcc", _RV64, 0x8020_0000, False),
    ("ppc", "powerpc-linux-gnu-as", _POWERPC, 0, True),
)


def _greeting(
    arch: str, tool: str, flags: tuple[str, ...], base: int, raw: bool
) -> Guest:
    if tool.endswith("gcc"):
        flags += (f"-Wl,--defsym=BASE={base:#x}",)
    return Guest(f"greeting-{arch}", (f"greeting/{arch}.S",), tool, flags, raw=raw)


GUESTS = {
    guest.name: guest
    for guest in (
        _arm_virt("arm-virt", "hello.c"),
        _arm_virt("arm-virt-smp", "smp.c"),
        _cortex_m("cortex-m", "hello.c"),
        _cortex_m("cortex-m-uart", "uart.c", "UART_BASE", "UART_TX_IRQ"),
        _cortex_m("mps2", "mps2.c", "ETHERNET", "PSRAM", "UART2", "UART4"),
        _stm32("stm32"),
        _bmc("ast2600", 0x8010_0000, 0x1E78_4000, 0x8020_0000),
        _bmc("npcm730", 0x0010_0000, 0xF000_1000, 0x0020_0000),
        _bmc("npcm730-rom", 0xFFFF_0000, 0xF000_1000, 0x0020_0000, raw=True),
        _arm_image("integrator", "arm926ej-s"),
        _arm_image("zynq", "cortex-a9"),
        _sifive("sifive", 0x2040_0000),
        _sifive("sifive-rev-b", 0x2001_0000),
        Guest(
            *("x86-boot", ("x86-boot/boot.S",), "x86_64-linux-gnu-as", _I386),
            raw=True,
        ),
        *(_greeting(*each) for each in _GREETINGS),
        Guest(
            *("greeting-x86_64", ("x86-rom/rom.S",), "x86_64-linux-gnu-as", _I386),
            raw=True,
        ),
        _ppc_rom("ppc-rom", raw=False),
        _ppc_rom("ppc-rom-bin", raw=True),
    )
}


def build(name: str, out: Path, **defines: int) -> Path:
    """Build guest `name` into the folder `out`: the path of its ELF or image.

    The same sources, defines and toolchain give the same bytes. Raises
    ToolMissing where the toolchain is not installed.
    """
    guest = GUESTS[name]
    if unknown := sorted(defines.keys() - set(guest.defines)):
        valid = ", ".join(guest.defines) or "none"
        raise ValueError(f"{name} has no define {', '.join(unknown)}; valid: {valid}")
    if shutil.which(guest.tool) is None:
        raise ToolMissing(guest.tool)
    out.mkdir(parents=True, exist_ok=True)
    elf = out / f"{name}.elf"
    if guest.tool.endswith("gcc"):
        return _build_c(guest, elf, defines)
    return _build_assembly(guest, elf, defines)


def _build_c(guest: Guest, elf: Path, defines: dict[str, int]) -> Path:
    macros = [f"-D{name}={value:#x}" for name, value in sorted(defines.items())]
    script = guest.paths[0].with_name("link.ld")
    flags = (*guest.flags, *_C_FLAGS, *macros)
    _run(guest.tool, *flags, "-T", script, "-o", elf, *guest.paths)
    return _image(guest, elf, guest.tool.removesuffix("gcc"))


def _build_assembly(guest: Guest, elf: Path, defines: dict[str, int]) -> Path:
    prefix = guest.tool.removesuffix("as")
    symbols = [f"--defsym={name}={value:#x}" for name, value in sorted(defines.items())]
    script = guest.paths[0].with_name("link.ld")
    unlinked = elf.with_suffix(".o")
    _run(guest.tool, *guest.flags, "-o", unlinked, *guest.paths)
    _run(f"{prefix}ld", "-n", "-s", *symbols, "-T", script, "-o", elf, unlinked)
    return _image(guest, elf, prefix)


def _image(guest: Guest, elf: Path, prefix: str) -> Path:
    """The flat image of a guest that is one, else its ELF."""
    if not guest.raw:
        return elf
    image = elf.with_suffix(".bin")
    _run(f"{prefix}objcopy", "-O", "binary", "--gap-fill=0xff", elf, image)
    return image


def _run(*command: str | Path) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr}")
