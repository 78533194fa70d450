"""The boot of RISC-V boards as C."""

from __future__ import annotations

from qgen.board import RiscvBoot, RiscvFirmware
from qgen.cunit import CallExpr, CExpr, If, Local
from qgen.emit.builder import FunctionBuilder, cast
from qgen.names import string_literal
from qgen.targets import Feature


def emit_riscv(boot: RiscvBoot, into: FunctionBuilder) -> None:
    """Firmware, the kernel, the device tree, and the reset code that knows of all."""
    unit = into.unit
    unit.use("riscv_load_kernel", "RISCV_HART_ARRAY")
    harts: CExpr = cast("RISCV_HART_ARRAY", into.device(boot.harts, {}))
    if boot.firmware is not None or boot.reset_vector is not None:
        into.local(Local("RISCVHartArrayState *", "harts"))
        into.assign("harts", harts)
        harts = "harts"
    if boot.firmware is not None:
        _firmware(boot.firmware, boot.start is None, into)
    info = harts
    if unit.target.has(Feature.RISCV_BOOT_INFO):
        unit.field("RISCVBootInfo boot_info")
        info = f"&{into.state()}->boot_info"
        into.call("riscv_boot_info_init", info, harts)
    _kernel(boot, info, into)
    if boot.reset_vector is not None:
        _reset_vector(boot, info, into)


def _firmware(firmware: RiscvFirmware, counts: bool, into: FunctionBuilder) -> None:
    """Load firmware; ``counts``: where it ends says where the kernel goes."""
    into.local(Local("hwaddr", "start_addr", into.expr(firmware.at)))
    if firmware.file is None:
        name = into.local(Local("const char *", "firmware_name"))
        into.assign(name, CallExpr("riscv_default_firmware_name", ("harts",)))
    else:
        name = string_literal(firmware.file)
    where = "start_addr"
    if into.unit.target.has(Feature.RISCV_FIRMWARE_ENTRY):
        where = "&start_addr"
    args: tuple[CExpr, ...] = (into.machine(), name, where, "NULL")
    if counts:
        into.local(Local("hwaddr", "firmware_end"))
        call = CallExpr("riscv_find_and_load_firmware", args)
        into.assign("firmware_end", call)
    else:
        into.call("riscv_find_and_load_firmware", *args)


def _kernel(boot: RiscvBoot, info: CExpr, into: FunctionBuilder) -> None:
    machine, body = into.machine(), into.block()
    initrd = "true" if boot.initrd else "false"
    if boot.start is None:
        start = into.local(Local("hwaddr", "kernel_start"))
        call = CallExpr("riscv_calc_kernel_start_addr", (info, "firmware_end"))
        body.assign(start, call)
    else:
        start = into.expr(boot.start)
    args: tuple[CExpr, ...] = (machine, info, start, initrd, "NULL")
    returns = not into.unit.target.has(Feature.RISCV_BOOT_INFO)
    if boot.reset_vector is not None:
        into.local(Local("uint64_t", "kernel_entry", "0"))
    if boot.reset_vector is not None and returns:
        body.assign("kernel_entry", CallExpr("riscv_load_kernel", args))
    else:
        body.call("riscv_load_kernel", *args)
    if boot.reset_vector is not None and not returns:
        body.assign("kernel_entry", f"{into.state()}->boot_info.image_low_addr")
    into.body.append(If(f"{machine}->kernel_filename", body.statements()))


def _reset_vector(boot: RiscvBoot, info: CExpr, into: FunctionBuilder) -> None:
    """The device tree in RAM, and the code that starts what is first."""
    assert boot.reset_vector is not None
    machine, tree = into.machine(), "0"
    into.gap()
    if boot.tree is not None:
        tree = into.local(Local("uint64_t", "fdt_addr"))
        args: list[CExpr] = [*map(into.expr, boot.tree), machine]
        if into.unit.target.has(Feature.RISCV_BOOT_INFO):
            args.append(info)
        into.assign(tree, CallExpr("riscv_compute_fdt_addr", tuple(args)))
        into.call("riscv_load_fdt", tree, f"{machine}->fdt")
    start = "start_addr" if boot.firmware is not None else into.expr(boot.first)
    rom = map(into.expr, boot.reset_vector)
    name = "riscv_setup_rom_reset_vec"
    into.call(name, machine, "harts", start, *rom, "kernel_entry", tree)
