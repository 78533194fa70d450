"""Images as C: a function for each, which finds the file and loads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qgen.board import Arch, Device, Format, Image, Region
from qgen.cunit import CallExpr, CExpr, If, Local, Return, Text
from qgen.emit.alternatives import alternative_name
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
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


_Into = Callable[[FunctionBuilder], CallExpr]
"""Gives the call that loads a raw image."""


def emit_images(unit: UnitBuilder) -> None:
    """One function for each image that is loaded into a region."""
    for region in unit.board.regions:
        if region.image is not None:
            name = f"{unit.prefix}_load_{identifier(region.name)}"
            function = FunctionBuilder(unit, name)
            function.at(region.image.origin)
            _image(function, region.image, partial(_at_address, region))
            function.add()


def emit_device_images(unit: UnitBuilder, device: Device) -> None:
    """One function for each image that is loaded into a region of a device."""
    for number, into in enumerate(device.images):
        name = f"{unit.prefix}_load_into_{alternative_name(unit, device)}"
        name += f"_{number + 1}" * (number > 0)
        function = FunctionBuilder(unit, name, device.when)
        function.at(into.image.origin)
        _image(function, into.image, partial(_into_region, device, into.path))
        function.add(device.when)


def _image(function: FunctionBuilder, image: Image, load_raw: _Into) -> None:
    function.unit.use("qemu_find_file", "error_report")
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
    _load(image.format, load_raw, loads)
    function.body.append(If("filename", loads.statements()))
    failed = function.block()
    what = "firmware" if image.firmware else "image"
    failed.call("error_report", Text((f"could not load {what} '%s'",)), "name")
    ends = failed.block() if image.kernel_will_do else failed
    ends.call("exit", "EXIT_FAILURE")
    if image.kernel_will_do:
        # A file that is there and cannot be loaded is an error all the same.
        given = f"{function.machine()}->kernel_filename"
        failed.body.append(If(f"filename || !{given}", ends.statements()))
    function.body.append(If("size <= 0", failed.statements()))


def _file_name(image: Image, into: FunctionBuilder) -> CExpr:
    if not image.firmware:
        assert image.file is not None
        return string_literal(image.file)
    given = f"{into.machine()}->firmware"
    return given if image.file is None else f"{given} ?: {string_literal(image.file)}"


def _load(format_: Format, load_raw: _Into, into: FunctionBuilder) -> None:
    if format_ is not Format.RAW:
        into.assign("size", _load_elf(into))
    if format_ is Format.RAW:
        into.assign("size", load_raw(into))
    elif format_ is Format.ELF_OR_RAW:
        raw = into.block()
        raw.assign("size", load_raw(raw))
        into.body.append(If("size <= 0", raw.statements()))


def _load_elf(into: FunctionBuilder) -> CallExpr:
    order, machine = _ELF[into.unit.board.arch]
    if not into.unit.target.has(Feature.ELF_BYTE_ORDER):
        order = str(int(order == "ELFDATA2MSB"))
    into.unit.use("load_elf", "PPC_ELF_MACHINE" if machine.startswith("PPC") else "EM")
    into.unit.use("EM")
    none = ("NULL",) * 7
    return CallExpr("load_elf", ("filename", *none, order, machine, "0", "0"))


def _at_address(region: Region, into: FunctionBuilder) -> CallExpr:
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


def _into_region(
    device: Device, path: tuple[str, ...], into: FunctionBuilder
) -> CallExpr:
    into.unit.use("load_image_targphys", "memory")
    found = into.found(into.kept(device.name), path)
    return CallExpr("load_image_mr", ("filename", CallExpr("MEMORY_REGION", (found,))))
