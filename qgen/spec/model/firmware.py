"""What the guest starts with: boot loaders and fw_cfg; and C of your own."""

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
    """Arm's loader of -kernel, for CPUs with an MMU."""
    ram: Address
    """The address where RAM begins: ``0x4000_0000``."""
    firmware: DeviceName | None = None
    """The device that holds firmware: ``flash0``."""
    psci: Literal["hvc", "smc"] | None = None
    """How a guest calls PSCI: an instruction that QEMU handles."""
    board_id: Integer32 | None = None
    """What a kernel without a device tree gets in r1: ``0x113``."""
    gic_cpu_if_addr: Address | None = None
    """The GIC's CPU interface, for secondary CPUs that wait in it."""
    smp_loader_start: Address | None = None
    """Where the code of secondary CPUs is put."""
    smp_bootreg_addr: Address | None = None
    """What secondary CPUs watch for their entry address."""
    board_setup_addr: Address | None = None
    """Where the code of the hook 'board_setup' is put."""
    secure_boot: Truth | None = None
    """A kernel starts in the secure world."""
    secure_board_setup: Truth | None = None
    """The code of 'board_setup' runs in the secure world."""


class Armv7mBoot(Model):
    """armv7m_load_kernel: an image given with -kernel, into the flash.

    ``flash`` is a region of the board; ``at`` and ``size`` say where it is otherwise.
    """

    loader: Literal["armv7m"]
    """The loader of microcontrollers (Cortex-M)."""
    flash: RegionName | None = None
    """The region that -kernel is loaded into: ``flash``."""
    at: Address | None = None
    """Where the image goes, if no region of the board says so: ``0``."""
    size: Size | None = None
    """How large an image may be."""


class RiscvFirmware(Model):
    """What runs in machine mode before the kernel: OpenSBI, or what -bios names."""

    at: Address
    """Where a raw image goes: ``0x8000_0000``."""
    file: FileName | None = None
    """The file where -bios names none, if not the OpenSBI that QEMU has: ``hss.bin``."""


class RiscvBoot(Model):
    """riscv_load_kernel: -kernel behind the firmware, or at an address.

    With ``reset_vector`` the harts start in that ROM, and the board's device tree is
    handed on in RAM.
    """

    loader: Literal["riscv"]
    """RISC-V's loader of -kernel."""
    firmware: RiscvFirmware | None = None
    """Firmware that starts the kernel: ``{at: 0x8000_0000}`` is QEMU's OpenSBI."""
    at: Address | None = None
    """The address of the kernel, if it is not behind the firmware: ``0x8020_0000``."""
    harts: DevicePath
    """The device of type riscv.hart_array: ``harts``, ``soc/cpus``."""
    initrd: Truth = False
    """-initrd is loaded too."""
    reset_vector: RegionName | None = None
    """The ROM from which the harts start firmware or kernel: ``mrom``."""


class X86BiosBoot(Model):
    """x86_bios_rom_init: the firmware below 4 GiB, its last 128 KiB below 1 MiB."""

    loader: Literal["x86-bios"]
    """A PC's firmware, below 4 GiB."""
    firmware: FileName
    """The file, which -bios replaces: ``bios.bin``."""
    writable: Truth = False
    """The copy below 1 MiB is RAM."""


class HelperBoot(Model):
    """An exported helper of QEMU's boots: npcm7xx_load_kernel and its like."""

    loader: Literal["helper"]
    """A function of QEMU's boots."""
    call: Call
    """The function and its arguments: ``{npcm7xx_load_kernel: [{machine: itself}, {device:
    soc}]}``.
    """


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
    """The file beside the spec, or several: ``my-board-hooks.c.inc``."""
    devices: tuple[DeviceName, ...] = ()
    """Devices that the machine's struct shall hold for the hooks: ``[uart0]``."""
    class_init: HookName | None = None
    """Called at the end of the machine's class_init: ``my_board_class``."""
    before_devices: HookName | None = None
    """Called before the first device is made."""
    after_devices: HookName | None = None
    """Called when all devices are there."""
    boot: HookName | None = None
    """Called in place of a loader, or behind it."""
    cpu_reset: HookName | None = None
    """Called for each CPU when it is reset."""
    board_setup: HookName | None = None
    """Writes code that runs before the kernel (loader arm)."""
    secondary_boot: HookName | None = None
    """Writes the code of secondary CPUs (loader arm)."""
    secondary_cpu_reset: HookName | None = None
    """Sets a secondary CPU at reset (loader arm)."""


class FwCfgItem(Model):
    """An item of fw_cfg: a little-endian number of so many bits, or text.

    The number may be that of a property of the machine: ``{property: NAME}``.
    """

    i16: NumberText | None = None
    """A number of 16 bits: ``cpus``."""
    i32: NumberText | None = None
    """A number of 32 bits: ``{property: boot-mode}``."""
    i64: NumberText | None = None
    """A number of 64 bits: ``ram_size``."""
    string: Label | None = None
    """Text: ``quiet``."""


class FwCfg(Model):
    """What the firmware configuration device tells the guest.

    ``files`` are found in QEMU's firmware folders (-L), or left out. ``e820``: on x86, the
    file etc/e820 says where the RAM of -m lies.
    """

    device: DeviceName
    """The device of type fw_cfg_mem or fw_cfg_io: ``fw-cfg``."""
    e820: Truth = False
    """On x86: the file etc/e820 says where RAM is."""
    items: dict[ItemKey, FwCfgItem] = {}
    """Items by QEMU's names or numbers: ``{FW_CFG_NB_CPUS: {i16: cpus}}``."""
    files: dict[ItemPath, FileName] = {}
    """Files that the guest finds by these names: ``{ndrv/qemu_vga.ndrv: qemu_vga.ndrv}``.
    """
