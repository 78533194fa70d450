"""Images and boot loaders as C."""

from __future__ import annotations

from qgen.board import (
    Arch,
    ArmBoot,
    Armv7mBoot,
    Board,
    Boot,
    Format,
    HookPoint,
    Image,
    Region,
    RiscvBoot,
    X86BiosBoot,
)
from qgen.cunit import CallExpr, CExpr, If, Local, Return, Text
from qgen.emit.builder import FunctionBuilder, UnitBuilder
from qgen.names import identifier, string_literal
from qgen.targets import Feature

# Byte order and machine of an architecture's ELF files.
_ELF = {
    Arch.ARM: ("ELFDATA2LSB", "EM_ARM"),
    Arch.AARCH64: ("ELFDATA2LSB", "EM_AARCH64"),
    Arch.PPC: ("ELFDATA2MSB", "PPC_ELF_MACHINE"),
    Arch.RISCV64: ("ELFDATA2LSB", "EM_RISCV"),
    Arch.X86_64: ("ELFDATA2LSB", "EM_X86_64"),
}


def emit_images(unit: UnitBuilder) -> None:
    """One function for each image that is loaded into a region."""
    for region in unit.board.regions:
        if region.image is not None:
            _image(unit, region, region.image)


def _image(unit: UnitBuilder, region: Region, image: Image) -> None:
    function = FunctionBuilder(unit, f"{unit.prefix}_load_{identifier(region.name)}")
    unit.use("qemu_find_file", "error_report")
    name = _file_name(image, function)
    function.local(Local("const char *", "name", name))
    function.local(Local("g_autofree char *", "filename", "NULL"))
    function.local(Local("ssize_t", "size", "-1"))
    if image.firmware and image.file is None:
        function.body.append(If("!name", (Return(),)))
        function.gap()
    found = CallExpr("qemu_find_file", ("QEMU_FILE_TYPE_BIOS", "name"))
    function.assign("filename", found)
    loads = function.block()
    _load(region, image.format, loads)
    function.body.append(If("filename", loads.statements()))
    failed = function.block()
    what = "firmware" if image.firmware else "image"
    failed.call("error_report", Text((f"could not load {what} '%s'",)), "name")
    failed.call("exit", "EXIT_FAILURE")
    function.body.append(If("size <= 0", failed.statements()))
    function.add()


def _file_name(image: Image, into: FunctionBuilder) -> CExpr:
    if not image.firmware:
        assert image.file is not None
        return string_literal(image.file)
    given = f"{into.machine()}->firmware"
    return given if image.file is None else f"{given} ?: {string_literal(image.file)}"


def _load(region: Region, format_: Format, into: FunctionBuilder) -> None:
    if format_ is not Format.RAW:
        into.assign("size", _load_elf(into))
    if format_ is Format.RAW:
        into.assign("size", _load_raw(region, into))
    elif format_ is Format.ELF_OR_RAW:
        raw = into.block()
        raw.assign("size", _load_raw(region, raw))
        into.body.append(If("size <= 0", raw.statements()))


def _load_elf(into: FunctionBuilder) -> CallExpr:
    order, machine = _ELF[into.unit.board.arch]
    into.unit.use("load_elf", "PPC_ELF_MACHINE" if machine.startswith("PPC") else "EM")
    into.unit.use("EM")
    none = ("NULL",) * 7
    return CallExpr("load_elf", ("filename", *none, order, machine, "0", "0"))


def _load_raw(region: Region, into: FunctionBuilder) -> CallExpr:
    assert region.mapping is not None
    into.unit.use("load_image_targphys")
    args: tuple[CExpr, ...] = (
        "filename",
        into.expr(region.mapping.offset),
        into.expr(region.size),
    )
    if into.unit.target.has(Feature.LOAD_IMAGE_ERRP):
        args = (*args, "NULL")
    return CallExpr("load_image_targphys", args)


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
            _riscv(boot, into)
        case X86BiosBoot():
            into.unit.use("TYPE_X86_MACHINE", "address_spaces")
            into.call(
                "x86_bios_rom_init",
                CallExpr("X86_MACHINE", (into.machine(),)),
                string_literal(boot.firmware),
                CallExpr("get_system_memory"),
                "true" if boot.writable else "false",
            )


def _riscv(boot: RiscvBoot, into: FunctionBuilder) -> None:
    unit = into.unit
    unit.field("RISCVBootInfo boot_info")
    unit.use("riscv_load_kernel", "RISCV_HART_ARRAY")
    info = f"&{into.state()}->boot_info"
    harts = CallExpr("RISCV_HART_ARRAY", (into.device(boot.harts, {}),))
    into.call("riscv_boot_info_init", info, harts)
    body = into.block()
    initrd = "true" if boot.initrd else "false"
    start = into.expr(boot.start)
    machine = into.machine()
    body.call("riscv_load_kernel", machine, info, start, initrd, "NULL")
    into.body.append(If(f"{machine}->kernel_filename", body.statements()))


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
    for name, value in boot.more:
        text = "true" if isinstance(value, bool) else into.expr(value)
        into.assign(f"{info}.{name}", text)
    for point, name in _ARM_HOOKS.items():
        hook = board.hook(point)
        if hook is not None:
            into.assign(f"{info}.{name}", hook)
    cpu = CallExpr("ARM_CPU", ("first_cpu",))
    into.call("arm_load_kernel", cpu, into.machine(), f"&{info}")
