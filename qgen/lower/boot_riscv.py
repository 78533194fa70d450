"""How RISC-V boards start: firmware, kernel, device tree and the ROM that comes first."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.board import (
    SYSTEM,
    Device,
    Kind,
    Place,
    Region,
    RiscvBoot,
    RiscvFirmware,
)
from qgen.diagnostics import Code, did_you_mean
from qgen.expr import Expr, evaluate, variables
from qgen.lower.ends import Ends
from qgen.lower.harts import HARTS
from qgen.lower.inside import NoChild
from qgen.lower.memory import regions_of
from qgen.lower.places import address
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec import model
from qgen.spec.model import Spec

PATH: Path = ("boot",)
RESET_VECTOR = 0x1000
"""Where harts start whose 'resetvec' nobody sets."""
LEAST_ROM = 10 * 4 + 6 * 8
"""The bytes of QEMU's reset code, and of what it tells OpenSBI."""
_Range = tuple[Expr, Expr]


def lower_riscv(
    spec: Spec,
    boot: model.RiscvBoot,
    regions: Sequence[Region],
    ends: Ends,
    scope: Scope,
) -> RiscvBoot | None:
    """The loader of RISC-V boards, with all that it puts into memory."""
    harts = _harts(boot, ends, scope)
    firmware = _firmware(boot, scope)
    start = None
    if boot.at is not None:
        start = address(boot.at, (*PATH, "at"), scope)
    elif boot.firmware is None:
        scope.error(
            Code.Q0102,
            "the loader needs the kernel's address, or firmware before it",
            PATH,
            "add at: the address, or firmware: {at: the address of OpenSBI}",
            key=True,
        )
    rom = tree = None
    if boot.reset_vector is not None:
        rom = _rom(boot.reset_vector, regions, spec, scope)
        if harts is not None and rom is not None:
            _judge_start(ends.devices[harts.device], harts, rom[0], boot, scope)
        if spec.device_tree is not None:
            tree = _ram(regions, scope)
    if harts is None or (start is None and firmware is None):
        return None
    return RiscvBoot(start, harts, boot.initrd, PATH, firmware, rom, tree)


def _harts(boot: model.RiscvBoot, ends: Ends, scope: Scope) -> Place | None:
    name, *inner = boot.harts.split("/")
    here = (*PATH, "harts")
    if name not in ends.types:
        if name not in ends.failed:
            message = f"there is no device {name!r}"
            help_ = did_you_mean(name, ends.types)
            scope.error(Code.Q0201, message, here, help_)
        return None
    place = Place(name, None, tuple(inner))
    try:
        known = ends.type_at(place)
    except NoChild as missing:
        scope.error(Code.Q0201, str(missing), here, missing.help)
        return None
    if known is not None and HARTS not in (known.name, *known.ancestors):
        message = f"the loader needs a device of type {HARTS!r}, not {known.name!r}"
        scope.error(Code.Q0214, message, here)
        return None
    if ends.devices[name].count is not None:
        message = f"there are several {name!r}, and the loader takes one"
        scope.error(Code.Q0214, message, here)
        return None
    return place


def _firmware(boot: model.RiscvBoot, scope: Scope) -> RiscvFirmware | None:
    if boot.firmware is None:
        return None
    at = address(boot.firmware.at, (*PATH, "firmware", "at"), scope)
    return None if at is None else RiscvFirmware(at, boot.firmware.file)


def _rom(
    name: str, regions: Sequence[Region], spec: Spec, scope: Scope
) -> _Range | None:
    """Where the ROM is that the reset code is put into."""
    here, known = (*PATH, "reset_vector"), regions_of(spec)
    if name not in known:
        message = f"there is no region {name!r}"
        scope.error(Code.Q0201, message, here, lambda: did_you_mean(name, known))
    region = next((r for r in regions if r.name == name), None)
    if region is None:
        return None
    mapping = region.mapping
    fixed = mapping is not None and mapping.container == SYSTEM
    if mapping is None or not fixed or variables(region.size):
        message = f"{name!r} has no fixed place in the system memory"
        help_ = "name a region with 'at' and 'size', and without 'in'"
        scope.error(Code.Q0214, message, here, help_)
        return None
    if region.kind not in (Kind.ROM, Kind.RAM):
        message = f"{name!r} holds no code for the harts"
        scope.error(Code.Q0214, message, here, "name a region with kind: rom")
        return None
    if region.image is not None:
        message = f"{name!r} has an image already, where the reset code would go"
        help_ = "leave out its 'image', or 'reset_vector'"
        scope.error(Code.Q0214, message, here, help_)
        return None
    if evaluate(region.size) < LEAST_ROM:
        message = f"the reset code does not fit into {name!r}"
        scope.error(Code.Q0203, message, here, f"it takes {LEAST_ROM} bytes")
        return None
    return mapping.offset, region.size


def _judge_start(
    device: Device, harts: Place, rom: Expr, boot: model.RiscvBoot, scope: Scope
) -> None:
    """Harts of the board's own start where the ROM is."""
    if harts.path or device.type != HARTS:
        return
    found: object = next(
        (p.value for p in device.properties if p.name == "resetvec"), RESET_VECTOR
    )
    if isinstance(found, Expr):
        found = None if variables(found) else evaluate(found)
    if isinstance(found, int) and found != evaluate(rom):
        scope.error(
            Code.Q0214,
            f"{device.name!r} starts at {found:#x}, and {boot.reset_vector!r} is "
            f"at {evaluate(rom):#x}",
            (*PATH, "reset_vector"),
            f"give {device.name!r} properties: {{resetvec: {evaluate(rom):#x}}}",
        )


def _ram(regions: Sequence[Region], scope: Scope) -> _Range | None:
    """The RAM of -m, at whose end the device tree is put."""
    for region in regions:
        mapping = region.mapping
        if region.kind is Kind.MACHINE_RAM and mapping is not None:
            return mapping.offset, region.size
    scope.error(
        Code.Q0214,
        "the loader needs RAM for the device tree",
        (*PATH, "reset_vector"),
        "give 'ram:' an address: ram: {at: 0x8000_0000}",
    )
    return None
