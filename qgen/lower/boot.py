"""How the board starts."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.arch import ARCHES
from qgen.board import (
    SYSTEM,
    ArmBoot,
    Armv7mBoot,
    Boot,
    Drive,
    HelperBoot,
    Region,
    X86BiosBoot,
)
from qgen.condition import Condition, DriveGiven, Option, OptionGiven
from qgen.diagnostics import Code, did_you_mean
from qgen.expr import Expr, Num, evaluate, variables
from qgen.lower.boot_riscv import lower_riscv
from qgen.lower.calls import boot_call
from qgen.lower.ends import Ends
from qgen.lower.memory import regions_of
from qgen.lower.places import address
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

_ADDRESSES = (
    "gic_cpu_if_addr",
    "smp_loader_start",
    "smp_bootreg_addr",
    "board_setup_addr",
)
"""The fields of struct arm_boot_info that are addresses."""
MAX_FLASH = 0x7FFF_FFFF
"""The size is an int in QEMU's prototype."""
_LOADER_ARCHES = {
    "arm": ("arm", "aarch64"),
    "armv7m": ("arm",),
    "riscv": ("riscv64",),
    "helper": tuple(arch.value for arch in ARCHES),
    "x86-bios": ("x86_64",),
}


def lower_boot(
    spec: Spec, regions: Sequence[Region], ends: Ends, scope: Scope
) -> Boot | None:
    """The boot loader with its addresses."""
    boot, path = spec.boot, ("boot",)
    if boot is None:
        return None
    arches = _LOADER_ARCHES[boot.loader]
    if spec.arch not in arches:
        own = {name: a for name, a in _LOADER_ARCHES.items() if name != "helper"}
        fitting = [name for name, a in own.items() if spec.arch in a]
        scope.error(
            Code.Q0214,
            f"the loader {boot.loader!r} is for {' and '.join(arches)}",
            (*path, "loader"),
            (
                f"for {spec.arch!r}, write {' or '.join(fitting)}"
                if fitting
                else f"for {spec.arch!r} there is none: leave out 'boot:'"
            ),
        )
        return None
    match boot:
        case model.ArmBoot():
            return _arm(spec, boot, ends, path, scope)
        case model.Armv7mBoot():
            return _armv7m(spec, boot, regions, path, scope)
        case model.RiscvBoot():
            return lower_riscv(spec, boot, regions, ends, scope)
        case model.HelperBoot():
            last = boot_call(spec, boot.call, ends, scope)
            return None if last.call is None else HelperBoot(last)
        case model.X86BiosBoot():
            return X86BiosBoot(boot.firmware, boot.writable, path)


def _needs_cpu(spec: Spec, path: Path, scope: Scope) -> None:
    if spec.cpus.usual is None:
        scope.error(
            Code.Q0214,
            "the loader needs a CPU",
            (*path, "loader"),
            "add cpus: {default: cortex-a15}",
        )


def _arm(
    spec: Spec, boot: model.ArmBoot, ends: Ends, path: Path, scope: Scope
) -> ArmBoot | None:
    _needs_cpu(spec, path, scope)
    if spec.ram is None:
        scope.error(Code.Q0214, "the loader needs RAM", (*path, "loader"), "add 'ram:'")
    start = address(boot.ram, (*path, "ram"), scope)
    if start is None:
        return None
    more, firmware = _more(boot, path, scope), _firmware(boot, ends, path, scope)
    return ArmBoot(start, boot.psci, boot.board_id, path, more, firmware)


def _firmware(
    boot: model.ArmBoot, ends: Ends, path: Path, scope: Scope
) -> tuple[Condition, ...]:
    """What gives the board firmware: -bios, or the drive of the device that holds it."""
    name, here = boot.firmware, (*path, "firmware")
    if name is None or name in ends.failed or scope.broken("devices", name):
        return ()
    device = ends.devices.get(name)
    if device is None:
        help_ = did_you_mean(name, ends.devices)
        scope.error(Code.Q0201, f"there is no device {name!r}", here, help_)
        return ()
    if device.when is not None and name not in scope.alternatives:
        message = f"{name!r} is not always there, to hold firmware"
        scope.error(Code.Q0214, message, here, "leave out its 'when:'")
        return ()
    found: list[Condition] = []
    for each in device.images:
        if each.image.firmware and each.image.file is None:
            found.append(OptionGiven(Option.FIRMWARE, True))
        else:
            message = f"{name!r} always has the firmware {each.image.file!r}"
            help_ = "write {firmware: true} for what only -bios gives"
            scope.error(Code.Q0214, message, here, help_)
    for prop in device.properties:
        if isinstance(prop.value, Drive) and device.count is None:
            found.append(DriveGiven(prop.value))
    if not found and not scope.failed:
        message = f"nothing gives {name!r} firmware"
        help_ = "give it an image, or a drive: {drive: {interface: pflash}}"
        scope.error(Code.Q0214, message, here, help_)
    return tuple(found)


def _more(
    boot: model.ArmBoot, path: Path, scope: Scope
) -> tuple[tuple[str, Expr | bool], ...]:
    """The fields of struct arm_boot_info that are told apart by nothing but a name."""
    done: list[tuple[str, Expr | bool]] = []
    for name in _ADDRESSES:
        written = getattr(boot, name)
        at = None if written is None else _place(written, (*path, name), scope)
        if at is not None:
            done.append((name, at))
    for name in ("secure_boot", "secure_board_setup"):
        if getattr(boot, name):
            done.append((name, True))
    return tuple(done)


def _place(written: Expr, path: Path, scope: Scope) -> Expr | None:
    """An address; of a memory map table's entry it may be some way into it."""
    if isinstance(written, Num):
        return address(written, path, scope)
    expr = scope.resolve(written, path, field="base")
    return None if expr is None or scope.number(expr, path) is None else expr


def _armv7m(
    spec: Spec,
    boot: model.Armv7mBoot,
    regions: Sequence[Region],
    path: Path,
    scope: Scope,
) -> Armv7mBoot | None:
    _needs_cpu(spec, path, scope)
    makers = (spec.cpus.created_by, "armv7m")
    if not any(n in makers or d.type in makers for n, d in spec.devices.items()):
        scope.error(
            Code.Q0214,
            "the loader needs a device of type 'armv7m'",
            (*path, "loader"),
            "add it under 'devices:'",
        )
    if boot.flash is None:
        return _armv7m_at(boot, path, scope)
    for key in ("at", "size"):
        if getattr(boot, key) is not None:
            message = f"the region {boot.flash!r} has {key!r} already"
            scope.error(Code.Q0214, message, (*path, key), "leave it out", key=True)
    flash, known = boot.flash, regions_of(spec)
    region = next((r for r in regions if r.name == boot.flash), None)
    if boot.flash not in known:
        scope.error(
            Code.Q0201,
            f"there is no region {boot.flash!r}",
            (*path, "flash"),
            lambda: did_you_mean(flash, known),
        )
    if region is None:
        return None
    mapping = region.mapping
    if mapping is None or mapping.container != SYSTEM or variables(region.size):
        scope.error(
            Code.Q0214,
            f"{boot.flash!r} has no fixed place in the system memory",
            (*path, "flash"),
            "name a region with 'at' and 'size', and without 'in'",
        )
        return None
    if evaluate(region.size) > MAX_FLASH:
        scope.error(
            Code.Q0203,
            f"armv7m_load_kernel takes at most {MAX_FLASH:#x} bytes of flash",
            (*path, "flash"),
        )
        return None
    return Armv7mBoot(mapping.offset, region.size, path)


def _armv7m_at(boot: model.Armv7mBoot, path: Path, scope: Scope) -> Armv7mBoot | None:
    """Flash that is none of the board's regions: that of a SoC."""
    if boot.at is None or boot.size is None:
        scope.error(
            Code.Q0102,
            "the loader needs the flash: 'flash', or 'at' and 'size'",
            path,
            "add flash: the region that the image is loaded into",
            key=True,
        )
        return None
    base = address(boot.at, (*path, "at"), scope)
    size = scope.resolve(boot.size, (*path, "size"), field="size")
    if base is None or size is None:
        return None
    if scope.number(size, (*path, "size"), low=1, high=MAX_FLASH) is None:
        return None
    return Armv7mBoot(base, size, path)
