"""What a board tells its firmware: faults are found."""

from __future__ import annotations

import pytest

from .faults import Fault
from .support import ROOT, case_of

SPEC = ROOT / "tests" / "ok" / "fw-cfg.yaml"
NDRV = '"ndrv/qemu_vga.ndrv", "qemu_vga.ndrv"'
FAULTS = (
    Fault("another key", "FW_CFG_NB_CPUS", "FW_CFG_NUMA", "item 0x5 is missing"),
    Fault("an own item's key", "FW_CFG_PPC_WIDTH", "0x8001", "0x8001 already"),
    Fault("narrower", "fw_cfg_add_i64(", "fw_cfg_add_i32(", "kind"),
    Fault("another value", "0xffffffff", "0xfffffffe", "value"),
    Fault("a number for a constant", "TBFREQ);\nfw", "16600000);\nfw", "TBFREQ"),
    Fault("width for height", "graphic_height", "graphic_width", "value"),
    Fault("not whether KVM runs", "kvm_enabled()", "1", "value"),
    Fault("present CPUs", "machine->smp.max_cpus", "machine->smp.cpus", "value"),
    Fault("other text", "ttyS0", "ttyS1", "value"),
    Fault("another file", '"qemu_vga.ndrv"', '"qemu_vga.rom"', "qemu_vga"),
    Fault("another name", '"opt/board/nothing"', '"opt/nothing"', "opt/board/nothing"),
    Fault("another size", "data, size);", "data, 7);", "size"),
    Fault("not looked for", "filename && g_file", "g_file", "NULL"),
    Fault("always added", "if (filename && g", "if (!filename && g", "is missing"),
    Fault("leaks", "g_autofree char *filename", "char *filename", "frees"),
    Fault(
        "too early",
        "configured_create_fw_cfg(s);\nconfigured_add_fw_cfg_items(s);",
        "configured_add_fw_cfg_items(s);\nconfigured_create_fw_cfg(s);",
        "used before it has a value",
    ),
    Fault(
        "one item less",
        "fw_cfg_add_i16(fw_cfg, 17, 0);",
        "",
        "the fw_cfg item 0x11 is missing",
    ),
    Fault(
        "one item more",
        "fw_cfg_add_i16(fw_cfg, 17, 0);",
        "fw_cfg_add_i16(fw_cfg, 17, 0);\nfw_cfg_add_i16(fw_cfg, 18, 0);",
        "the board has no fw_cfg item 0x12",
    ),
    Fault(
        "files the other way round",
        f"configured_add_fw_cfg_file(fw_cfg, {NDRV});\n"
        'configured_add_fw_cfg_file(fw_cfg, "opt/board/nothing", "not-there.bin");',
        'configured_add_fw_cfg_file(fw_cfg, "opt/board/nothing", "not-there.bin");\n'
        f"configured_add_fw_cfg_file(fw_cfg, {NDRV});",
        "order",
    ),
)


@pytest.mark.parametrize("release", ["10.0", "10.2"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_the_fault_is_found(fault: Fault, release: str) -> None:
    case = case_of(SPEC, release)
    assert case.findings() == []
    findings = case.findings(fault.put_into(case.text))
    assert any(fault.word in finding for finding in findings), findings
