"""What the guest starts with: boot loaders and fw_cfg; and C of your own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from qgen.spec.arguments import Call
from qgen.spec.model.base import Model, as_items
from qgen.spec.names import (
    DeviceName,
    DevicePath,
    FileName,
    HookFile,
    HookName,
    ItemKey,
    ItemPath,
    RegionName,
)
from qgen.spec.numbers import Address, Integer32, Size, Truth
from qgen.spec.texts import Label
from qgen.spec.values import NumberText


class ArmBoot(Model):
    """arm_load_kernel: Linux, ELF and raw images given with -kernel, PSCI.

    ``firmware`` is the device that holds firmware where -bios or its drive is given: the
    CPUs start with that, and get -kernel from it.
    """

    loader: Literal["arm"]
    ram: Address
    firmware: DeviceName | None = None
    psci: Literal["hvc", "smc"] | None = None
    board_id: Integer32 | None = None
    gic_cpu_if_addr: Address | None = None
    smp_loader_start: Address | None = None
    smp_bootreg_addr: Address | None = None
    board_setup_addr: Address | None = None
    secure_boot: Truth | None = None
    secure_board_setup: Truth | None = None


class Armv7mBoot(Model):
    """armv7m_load_kernel: an image given with -kernel, into the flash.

    ``flash`` is a region of the board; ``at`` and ``size`` say where it is otherwise.
    """

    loader: Literal["armv7m"]
    flash: RegionName | None = None
    at: Address | None = None
    size: Size | None = None


class RiscvBoot(Model):
    """riscv_load_kernel: an image given with -kernel, loaded at an address."""

    loader: Literal["riscv"]
    at: Address
    harts: DevicePath
    initrd: Truth = False


class X86BiosBoot(Model):
    """x86_bios_rom_init: the firmware below 4 GiB, its last 128 KiB below 1 MiB."""

    loader: Literal["x86-bios"]
    firmware: FileName
    writable: Truth = False


class HelperBoot(Model):
    """An exported helper of QEMU's boots: npcm7xx_load_kernel and its like."""

    loader: Literal["helper"]
    call: Call


Boot = Annotated[
    ArmBoot | Armv7mBoot | HelperBoot | RiscvBoot | X86BiosBoot,
    Field(discriminator="loader"),
]


class Hooks(Model):
    """C of your own: the functions of ``file``, each called at one point.

    There may be several files, which are included in this order.

    ``devices`` are those that the machine's struct shall hold, by their names.
    """

    file: Annotated[tuple[HookFile, ...], BeforeValidator(as_items)]
    devices: tuple[DeviceName, ...] = ()
    class_init: HookName | None = None
    before_devices: HookName | None = None
    after_devices: HookName | None = None
    boot: HookName | None = None
    cpu_reset: HookName | None = None
    board_setup: HookName | None = None
    secondary_boot: HookName | None = None
    secondary_cpu_reset: HookName | None = None


class FwCfgItem(Model):
    """An item of fw_cfg: a little-endian number of so many bits, or text.

    The number may be that of a property of the machine: ``{property: NAME}``.
    """

    i16: NumberText | None = None
    i32: NumberText | None = None
    i64: NumberText | None = None
    string: Label | None = None


class FwCfg(Model):
    """What the firmware configuration device tells the guest.

    ``files`` are found in QEMU's firmware folders (-L), or left out. ``e820``: on x86, the
    file etc/e820 says where the RAM of -m lies.
    """

    device: DeviceName
    e820: Truth = False
    items: dict[ItemKey, FwCfgItem] = {}
    files: dict[ItemPath, FileName] = {}
