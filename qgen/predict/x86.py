"""What QEMU's x86 code maps beside the board (hw/i386/x86-common.c, hw/intc/apic*.c)."""

from __future__ import annotations

from qgen.board import Board, X86BiosBoot
from qgen.predict.region import MemoryRegion

APIC_BASE = 0xFEE0_0000
APIC_SIZE = 0x10_0000
APIC_PRIORITY = 0x1000
VAPIC_PORT = 0x7E
ISA_BIOS_SIZE = 128 << 10
MIB, GIB = 1 << 20, 1 << 30
VAPIC_RAM = MIB
"""With less RAM there is no kvmvapic: its option ROM would have no room."""


def add_x86(
    board: Board,
    system: MemoryRegion,
    io: MemoryRegion,
    ram_size: int,
    firmware_size: int,
) -> None:
    """Map what the CPUs' local APICs and the firmware bring with them.

    ``firmware_size`` is in bytes; 0 leaves the firmware out.
    """
    if board.cpus.created:
        apic = MemoryRegion("apic-msi", APIC_SIZE, "i/o")
        system.add(apic, APIC_BASE, APIC_PRIORITY)
        if ram_size >= VAPIC_RAM:
            io.add(MemoryRegion("kvmvapic", 2, "i/o"), VAPIC_PORT)
    if isinstance(board.boot, X86BiosBoot) and firmware_size:
        _firmware(system, firmware_size, writable=board.boot.writable)


def _firmware(system: MemoryRegion, size: int, *, writable: bool) -> None:
    bios = MemoryRegion("pc.bios", size, "ram", readonly=not writable)
    shown = min(size, ISA_BIOS_SIZE)
    isa_bios = MemoryRegion(
        "isa-bios", shown, readonly=not writable, alias=bios, alias_offset=size - shown
    )
    system.add(isa_bios, MIB - shown, 1)
    system.add(bios, 4 * GIB - size)
