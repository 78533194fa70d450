"""The drives of -drive if=ide: faults are found."""

from __future__ import annotations

import pytest

from .faults import Fault
from .support import ROOT, case_of

OK = ROOT / "tests" / "ok"
FAULTS = (
    Fault("the other channel", '"ide[1]"', '"ide[0]"', "controller"),
    Fault("the same drives", "&hd[MAX_IDE_DEVS]", "hd", "has a device already"),
    Fault("one drive on", "&hd[MAX_IDE_DEVS]", "&hd[1]", "has a device already"),
    Fault("past the end", "&hd[MAX_IDE_DEVS]", "&hd[3]", "behind the end"),
    Fault("outside", "&hd[MAX_IDE_DEVS]", "&hd[4]", "no element 4"),
    Fault(
        "too few", "ide_drive_get(hd, ARRAY_SIZE(hd))", "ide_drive_get(hd, 2)", "room"
    ),
    Fault("no room", "hd[2 * MAX_IDE_DEVS]", "hd[MAX_IDE_DEVS]", "no element 2"),
    Fault("nobody asks", "ide_drive_get(hd, ARRAY_SIZE(hd));", "", "before it has a"),
    Fault("none", "macio_ide_init_drives(ide, hd);", "", "IDE drive 0 gets no device"),
    Fault("a size of no array", "ARRAY_SIZE(hd)", "ARRAY_SIZE(ide)", "ARRAY_SIZE"),
    Fault(
        "behind the keyboard",
        "ide_drives_create_disks(s);\nide_drives_create_keyboard(s);",
        "ide_drives_create_keyboard(s);\nide_drives_create_disks(s);",
        "number of devices before it",
    ),
)
PCI_FAULTS = (
    Fault("none", "pci_ide_create_devs(PCI_DEVICE(s->ide));", "", "looked for is 0"),
    Fault(
        "twice",
        "pci_ide_create_devs(PCI_DEVICE(s->ide));",
        "pci_ide_create_devs(PCI_DEVICE(s->ide));\n"
        "pci_ide_create_devs(PCI_DEVICE(s->ide));",
        "looked for is 8",
    ),
    Fault("another device", "PCI_DEVICE(s->ide)", "PCI_DEVICE(s->host)", "controller"),
)
CASES = [("ide-drives", f) for f in FAULTS] + [
    ("pci-ide-drives", f) for f in PCI_FAULTS
]


@pytest.mark.parametrize("release", ["10.0", "10.2"])
@pytest.mark.parametrize(
    ("spec", "fault"), CASES, ids=lambda v: v if isinstance(v, str) else v.name
)
def test_the_fault_is_found(spec: str, fault: Fault, release: str) -> None:
    case = case_of(OK / f"{spec}.yaml", release)
    assert case.findings() == []
    findings = case.findings(fault.put_into(case.text))
    assert any(fault.word in finding for finding in findings), findings
