"""Every clean twin of the error corpus on the real thing, not only the shipped specs."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_support import require_sdk, silent
from object_tree import command_line, compare_devices, compare_maps

from qgen import catalogue, compose
from qgen.arch import ARCHES
from qgen.board import Arch, Board, Format, RiscvBoot, X86BiosBoot
from qgen.diagnostics import Code, Rejected
from qgen.expr import evaluate
from qgen.lab.monitor import watch
from qgen.load import read
from qgen.predict import flat_view, format_view, memory_tree
from qgen.targets import Feature
from qgen.variants import split

OK = sorted((Path(__file__).parent.parent / "ok").glob("*.yaml"))
BOARDS = [
    (file, variant)
    for file in OK
    if "soc" not in read(file).data
    for variant in split(read(file))
]
FIRMWARE_SIZE = 64 << 10
OPENSBI = "opensbi-riscv64-generic-fw_dynamic.bin"


def files_for(board: Board, release: str, folder: Path) -> list[str]:
    """Firmware and images that load, and the arguments that find them."""
    arguments = ["-L", str(folder)]
    by_machine = compose.TARGETS[release].has(Feature.AUDIODEV_OF_MACHINE)
    if board.takes_audiodev or not by_machine:
        arguments += silent(release)
    arguments += ["-nic", "none"]
    names = [image.file for image in board.images]
    if isinstance(board.boot, X86BiosBoot):
        names.append(board.boot.firmware)
    if isinstance(board.boot, RiscvBoot) and board.boot.firmware is not None:
        names.append(board.boot.firmware.file or OPENSBI)
    for name in names:
        if name is not None:
            (folder / name).write_bytes(bytes(FIRMWARE_SIZE))
    return arguments


@pytest.mark.parametrize("release", compose.TARGETS)
@pytest.mark.parametrize(
    ("file", "variant"),
    BOARDS,
    ids=[f"{f.stem}-{v}" if v else f.stem for f, v in BOARDS],
)
def test_the_map_the_devices_and_the_wires_are_the_spec_s(
    file: Path, variant: str | None, release: str, tmp_path: Path
) -> None:
    sdk = require_sdk(release)
    arch = ARCHES[Arch(read(file).data["arch"])].qemu
    if arch not in catalogue.load(release).targets:
        pytest.skip(f"the device catalogue of QEMU {release} has no {arch}")
    try:
        resolved = compose.resolve(file, compose.TARGETS[release], variant=variant)
    except Rejected as rejected:
        assert {finding.code for finding in rejected.findings} == {Code.Q0301}
        return  # the release cannot have it
    board = resolved.board
    loadable = compose.load_into(resolved, sdk)
    formats = {r.image.format for r in board.regions if r.image is not None}
    if Format.ELF in formats:
        return  # it compiled; there is no ELF file to give it
    arguments = files_for(board, release, tmp_path)
    ram = 128 << 20
    if board.ram is not None:
        limits = (board.ram.default_size, board.ram.minimum, board.ram.maximum)
        ram = next((evaluate(size) for size in limits if size is not None), ram)
        arguments += ["-m", f"{ram >> 20}M"]
    cpus = max(board.cpus.minimum or 1, min(2, board.cpus.maximum or 1))
    line = command_line(board, ram, cpus, FIRMWARE_SIZE)
    if "min_cpus" not in board.parent.sets:  # the base knows how many there are
        arguments += ["-smp", str(cpus)]
    with watch(loadable, arguments) as monitor:
        seen = monitor.address_spaces()
        compare_devices(board, monitor, line)
    trees = memory_tree(board, line)
    for space, root in trees.items():
        compare_maps(board, seen[space.value], format_view(flat_view(root)))
