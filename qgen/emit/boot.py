"""Boot loaders as C."""

from __future__ import annotations

from qgen.board import (
    ArmBoot,
    Armv7mBoot,
    Board,
    Boot,
    HelperBoot,
    HookPoint,
    RiscvBoot,
    X86BiosBoot,
)
from qgen.cunit import CallExpr, CExpr, If, Joined
from qgen.emit.boot_riscv import emit_riscv
from qgen.emit.builder import FunctionBuilder
from qgen.emit.calls import call_expr
from qgen.emit.conditions import condition
from qgen.names import string_literal
from qgen.targets import Feature


def emit_boot(board: Board, boot: Boot, into: FunctionBuilder) -> None:
    """The call of the architecture's boot loader."""
    into.gap()
    match boot:
        case ArmBoot():
            _arm(board, boot, into)
        case Armv7mBoot():
            into.unit.use("armv7m_load_kernel", "ARM_CPU", "first_cpu")
            into.call(
                "armv7m_load_kernel",
                CallExpr("ARM_CPU", ("first_cpu",)),
                f"{into.machine()}->kernel_filename",
                into.expr(boot.base),
                into.expr(boot.size),
            )
        case RiscvBoot():
            emit_riscv(board, boot, into)
        case HelperBoot(last):
            assert last.call is not None
            call = call_expr(last, last.call, into, {})
            into.call(call.func, *call.args)
        case X86BiosBoot():
            into.unit.use("TYPE_X86_MACHINE", "address_spaces")
            machine: CExpr = into.machine()
            if into.unit.target.has(Feature.X86_BIOS_OF_X86_MACHINE):
                machine = CallExpr("X86_MACHINE", (machine,))
            into.call(
                "x86_bios_rom_init",
                machine,
                string_literal(boot.firmware),
                CallExpr("get_system_memory"),
                "true" if boot.writable else "false",
            )


_ARM_HOOKS = {
    HookPoint.BOARD_SETUP: "write_board_setup",
    HookPoint.SECONDARY_BOOT: "write_secondary_boot",
    HookPoint.SECONDARY_CPU_RESET: "secondary_cpu_reset_hook",
}
"""The fields of struct arm_boot_info that are hooks."""


def _arm(board: Board, boot: ArmBoot, into: FunctionBuilder) -> None:
    into.unit.field("struct arm_boot_info bootinfo")
    into.unit.use("arm_load_kernel", "ARM_CPU", "first_cpu")
    info = f"{into.state()}->bootinfo"
    into.assign(f"{info}.ram_size", f"{into.machine()}->ram_size")
    into.assign(f"{info}.loader_start", into.expr(boot.loader_start))
    if boot.board_id is not None:
        into.assign(f"{info}.board_id", str(boot.board_id))
    if boot.psci is not None:
        into.unit.use("QEMU_PSCI_CONDUIT")
        conduit = f"QEMU_PSCI_CONDUIT_{boot.psci.upper()}"
        into.assign(f"{info}.psci_conduit", conduit)
    if board.device_tree is not None:
        into.assign(f"{info}.get_dtb", f"{into.unit.prefix}_get_dtb")
    for name, value in boot.more:
        text = "true" if isinstance(value, bool) else into.expr(value)
        into.assign(f"{info}.{name}", text)
    for point, name in _ARM_HOOKS.items():
        hook = board.hook(point)
        if hook is not None:
            into.assign(f"{info}.{name}", hook)
    if boot.firmware:
        given = into.block()
        given.assign(f"{info}.firmware_loaded", "true")
        tests = tuple(condition(each, into) for each in boot.firmware)
        test = tests[0] if len(tests) == 1 else Joined("||", tests)
        into.body.append(If(test, given.statements()))
    cpu = CallExpr("ARM_CPU", ("first_cpu",))
    into.call("arm_load_kernel", cpu, into.machine(), f"&{info}")
