"""What the guest starts with: boot loaders and fw_cfg; and C of the person's."""

from __future__ import annotations

from enum import Enum

from qgen.board.devices import Device
from qgen.board.values import Chosen, Place
from qgen.condition import Condition
from qgen.expr import Expr
from qgen.frozen import frozen
from qgen.source import Path


@frozen
class ArmBoot:
    """Boot by ``arm_load_kernel``; RAM for the loader starts at ``loader_start``.

    ``more`` are fields of ``struct arm_boot_info`` by their names. The board has firmware
    where one of ``firmware`` is given.
    """

    loader_start: Expr
    psci: str | None
    board_id: int | None
    origin: Path
    more: tuple[tuple[str, Expr | bool], ...] = ()
    firmware: tuple[Condition, ...] = ()


@frozen
class Armv7mBoot:
    """Boot by ``armv7m_load_kernel`` into ``size`` bytes at ``base``."""

    base: Expr
    size: Expr
    origin: Path


@frozen
class X86BiosBoot:
    """Boot by ``x86_bios_rom_init``: ``-bios`` or ``firmware`` below 4 GiB and 1 MiB.

    ``writable`` makes the copy below 1 MiB (and the BIOS itself) RAM.
    """

    firmware: str
    writable: bool
    origin: Path


@frozen
class RiscvFirmware:
    """Firmware at ``at``: what -bios names, else ``file``; None is QEMU's OpenSBI."""

    at: Expr
    file: str | None


@frozen
class RiscvBoot:
    """Boot by ``riscv_load_kernel``: -kernel at ``start``, for the harts of ``harts``.

    ``start`` is None where the kernel goes behind the ``firmware``. ``initrd``: -initrd is
    loaded as well. ``reset_vector`` are address and size of the ROM that the harts start
    in, ``tree`` those of the RAM that the device tree is put into.
    """

    start: Expr | None
    harts: Place
    initrd: bool
    origin: Path
    firmware: RiscvFirmware | None = None
    reset_vector: tuple[Expr, Expr] | None = None
    tree: tuple[Expr, Expr] | None = None

    @property
    def first(self) -> Expr:
        """What runs first: where the firmware is, or the kernel."""
        found = self.start if self.firmware is None else self.firmware.at
        assert found is not None
        return found


@frozen
class HelperBoot:
    """Boot by an exported helper of QEMU's: ``last`` holds its call, and makes nothing."""

    last: Device

    @property
    def origin(self) -> Path:
        """The spec node that it came from."""
        return self.last.origin


Boot = ArmBoot | Armv7mBoot | HelperBoot | RiscvBoot | X86BiosBoot


@frozen
class FwCfgItem:
    """An item of fw_cfg; ``kind`` is ``i16``, ``i32``, ``i64`` or ``string``."""

    key: Expr
    kind: str
    value: Expr | Chosen | str
    origin: Path


@frozen
class FwCfgFile:
    """A file of fw_cfg: ``file`` of QEMU's firmware folders, if it is found there."""

    name: str
    file: str
    origin: Path


@frozen
class FwCfg:
    """What the firmware configuration ``device`` tells the guest, in this order.

    ``e820`` are the regions of RAM that the file etc/e820 lists; without any, there is
    no such file.
    """

    device: str
    items: tuple[FwCfgItem, ...]
    files: tuple[FwCfgFile, ...]
    e820: tuple[str, ...] = ()


class HookPoint(Enum):
    """Where C of the person's is called, by the key of the spec.

    ``HANDLER`` is one of many: each belongs to input lines.
    """

    CLASS_INIT = "class_init"
    BEFORE_DEVICES = "before_devices"
    AFTER_DEVICES = "after_devices"
    BOOT = "boot"
    CPU_RESET = "cpu_reset"
    BOARD_SETUP = "board_setup"
    SECONDARY_BOOT = "secondary_boot"
    SECONDARY_CPU_RESET = "secondary_cpu_reset"
    HANDLER = "handler"


@frozen
class Hook:
    """A function of the person's, and where it is called."""

    point: HookPoint
    function: str
    origin: Path


@frozen
class Hooks:
    """C of the person's, in ``files`` beside the spec.

    ``devices`` are those that the machine's struct keeps for it.
    """

    files: tuple[str, ...]
    hooks: tuple[Hook, ...]
    devices: tuple[str, ...]
    origin: Path
