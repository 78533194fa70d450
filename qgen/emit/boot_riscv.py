"""The boot of RISC-V boards as C."""

from __future__ import annotations

from qgen.board import Board, RiscvBoot, RiscvFirmware
from qgen.cunit import CallExpr, CExpr, If, Local
from qgen.emit.builder import FunctionBuilder, cast
from qgen.emit.references import names_harts
from qgen.names import string_literal
from qgen.targets import Feature

_OPENSBI = "opensbi-riscv64-generic-fw_dynamic.bin"
"""QEMU's firmware, where no function gives its name."""
_CHOSEN = string_literal("/chosen")


def emit_riscv(board: Board, boot: RiscvBoot, into: FunctionBuilder) -> None:
    """Firmware, the kernel, the device tree, and the reset code that knows of all."""
    unit = into.unit
    unit.use("riscv_load_kernel")
    harts: CExpr = "harts"
    if names_harts(boot, unit.target):
        unit.use("RISCV_HART_ARRAY")
        harts = cast("RISCV_HART_ARRAY", into.device(boot.harts, {}))
    if harts != "harts" and (boot.firmware or boot.reset_vector):
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
    if unit.target.has(Feature.RISCV_KERNEL_OF_MACHINE):
        _kernel(boot, info, into)
    else:
        _kernel_alone(board, boot, into)
    if boot.reset_vector is not None:
        _reset_vector(boot, info, into)


def _firmware(firmware: RiscvFirmware, counts: bool, into: FunctionBuilder) -> None:
    """Load firmware; ``counts``: where it ends says where the kernel goes."""
    into.local(Local("hwaddr", "start_addr", into.expr(firmware.at)))
    if not into.unit.target.has(Feature.RISCV_KERNEL_OF_MACHINE):
        name = string_literal(firmware.file or _OPENSBI)
    elif firmware.file is None:
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
    start = _start(boot, info, body)
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


def _start(boot: RiscvBoot, info: CExpr, into: FunctionBuilder) -> str:
    """Where the kernel goes."""
    if boot.start is not None:
        return into.expr(boot.start)
    start = into.local(Local("hwaddr", "kernel_start"))
    call = CallExpr("riscv_calc_kernel_start_addr", (info, "firmware_end"))
    into.assign(start, call)
    return start


def _kernel_alone(board: Board, boot: RiscvBoot, into: FunctionBuilder) -> None:
    """The kernel, where QEMU's function loads nothing else and has no device tree."""
    machine, body = into.machine(), into.block()
    args = (f"{machine}->kernel_filename", _start(boot, "harts", body), "NULL")
    if boot.initrd or boot.reset_vector is not None:
        into.local(Local("uint64_t", "kernel_entry", "0"))
        body.assign("kernel_entry", CallExpr("riscv_load_kernel", args))
    else:
        body.call("riscv_load_kernel", *args)
    tree = f"{machine}->fdt"
    if boot.initrd:
        inner = body.block()
        given = f"{machine}->initrd_filename"
        start = into.local(Local("hwaddr", "initrd_start"))
        call = (given, f"{machine}->ram_size", "kernel_entry", f"&{start}")
        if board.device_tree is None:
            inner.call("riscv_load_initrd", *call)
        else:
            end = into.local(Local("hwaddr", "initrd_end"))
            inner.assign(end, CallExpr("riscv_load_initrd", call))
            for name, value in ("start", start), ("end", end):
                what = (_CHOSEN, string_literal(f"linux,initrd-{name}"), "2", value)
                inner.call("qemu_fdt_setprop_sized_cells", tree, *what)
        body.body.append(If(given, inner.statements()))
    if board.device_tree is not None and not board.device_tree.has_bootargs:
        line = (_CHOSEN, string_literal("bootargs"), f"{machine}->kernel_cmdline")
        body.call("qemu_fdt_setprop_string", tree, *line)
    into.body.append(If(f"{machine}->kernel_filename", body.statements()))


def _reset_vector(boot: RiscvBoot, info: CExpr, into: FunctionBuilder) -> None:
    """The device tree in RAM, and the code that starts what is first."""
    assert boot.reset_vector is not None
    machine, tree = into.machine(), "0"
    into.gap()
    if boot.tree is not None:
        tree = into.local(Local("uint64_t", "fdt_addr"))
        ram, fdt = [*map(into.expr, boot.tree)], f"{machine}->fdt"
        if into.unit.target.has(Feature.RISCV_KERNEL_OF_MACHINE):
            args: list[CExpr] = [*ram, machine]
            if into.unit.target.has(Feature.RISCV_BOOT_INFO):
                args.append(info)
            into.assign(tree, CallExpr("riscv_compute_fdt_addr", tuple(args)))
            into.call("riscv_load_fdt", tree, fdt)
        else:
            into.assign(tree, CallExpr("riscv_load_fdt", (*ram, fdt)))
    start = "start_addr" if boot.firmware is not None else into.expr(boot.first)
    rom = map(into.expr, boot.reset_vector)
    name = "riscv_setup_rom_reset_vec"
    into.call(name, machine, "harts", start, *rom, "kernel_entry", tree)
