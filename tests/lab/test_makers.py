"""What QEMU's functions make, as `lower/makers.py` has it, read back in QEMU."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_support import require_sdk

from qgen import catalogue, compose
from qgen.board import Board, Device
from qgen.diagnostics import Code, Rejected
from qgen.lab.monitor import Monitor, watch
from qgen.lower.counts import inputs_of, irqs_of, outputs_of

_PLIC = "8, 7, 0, 0x1000, 0x2000, 0x80, 0x20_0000, 0x1000, 0x400_0000"
_RISCV = (
    "cpus: {default: rv64, min: 4, max: 4, default_count: 4, created_by: harts}",
    "harts: {type: riscv.hart_array, properties: "
    "{cpu-type: {machine: cpu_type}, num-harts: cpus}}",
)
_ARM = ("cpus: {default: cortex-a15}",)
CALLS = [
    (_RISCV, "riscv.aclint.swi", "riscv_aclint_swi_create: [0x200_0000, 0, 3, false]"),
    (_RISCV, "riscv.aclint.swi", "riscv_aclint_swi_create: [0x200_0000, 1, 2, true]"),
    (
        _RISCV,
        "riscv.aclint.mtimer",
        "riscv_aclint_mtimer_create: [0x200_0000, 64 KiB, 0, 4, 0, 0x7ff8, 1 MHz, true]",
    ),
    (
        _RISCV,
        "riscv.aplic",
        "riscv_aplic_create: [0x200_0000, 32 KiB, 1, 3, 40, 3, false, true, none]",
    ),
    (
        _RISCV,
        "riscv.aplic",
        "riscv_aplic_create: [0x200_0000, 48 KiB, 0, 4, 40, 3, true, true, none]",
    ),
    (_RISCV, "riscv.imsic", "riscv_imsic_create: [0x200_0000, 1, true, 1, 63]"),
    (_RISCV, "riscv.imsic", "riscv_imsic_create: [0x200_0000, 1, false, 4, 63]"),
    (_RISCV, "riscv.sifive.e.prci", "sifive_e_prci_create: [0x200_0000]"),
    (_RISCV, "riscv.sifive.test", "sifive_test_create: [0x200_0000]"),
    *(
        (
            _RISCV,
            "riscv.sifive.plic",
            f'sifive_plic_create: [0xc00_0000, {{text: "{text}"}}, {number}, {first}, {_PLIC}]',
        )
        for text, number, first in (
            ("M", 1, 0),
            ("M,MS,MS", 3, 1),
            ("S,S", 4, 0),
            ("MSU,,U,S", 3, 0),
        )
    ),
    (
        _RISCV,
        "riscv.sifive.uart",
        "sifive_uart_create: [{region: system}, 0x200_0000, none, none]",
    ),
    (
        _RISCV,
        "mchp.pfsoc.uart",
        "mchp_pfsoc_mmuart_create: [{region: system}, 0x200_0000, none, none]",
    ),
    (
        _RISCV,
        "serial-mm",
        "serial_mm_init: [{region: system}, 0x200_0000, 2, none, 115200, none, 2]",
    ),
    (_ARM, "pl011", "pl011_create: [0x200_0000, none, none]"),
    (_ARM, "pl011_luminary", "pl011_luminary_create: [0x200_0000, none, none]"),
    (
        _ARM,
        "cmsdk-apb-uart",
        "cmsdk_apb_uart_create: "
        "[0x200_0000, none, none, none, none, none, none, 24000000]",
    ),
    (
        _ARM,
        "exynos4210.uart",
        "exynos4210_uart_create: [0x200_0000, 64, 1, none, none]",
    ),
    (_ARM, "pl061", "sysbus_create_simple: [{text: pl061}, 0x200_0000, none]"),
    *(
        (_ARM, "fw_cfg_mem", f"fw_cfg_init_mem_dma: [0x20_0008, 0x20_0000, 8, {dma}]")
        for dma in ("0x20_0010, {address_space: memory}",)
    ),
]
RELEASES = list(compose.TARGETS)
REFUSED = {("7.2", '"M,MS,MS"'), ("7.2", '"MSU,,U,S"')}
"""Calls that a release is known to do otherwise, by what is in them."""


def _board(tmp_path: Path, case: tuple[tuple[str, ...], str, str]) -> Path:
    (cpus, *first), type_, call = case
    file = tmp_path / "board.yaml"
    devices = [*first, f"made: {{type: {type_}, call: {{{call}}}}}"]
    arch = "riscv64" if first else "arm"
    head = ["machine: made", "description: A test", f"arch: {arch}", cpus, "devices:"]
    file.write_text("\n".join([*head, *(f"  {each}" for each in devices), ""]))
    return file


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("case", CALLS, ids=lambda case: case[2].partition(",")[0])
def test_what_a_function_makes_is_as_known(
    case: tuple[tuple[str, ...], str, str], release: str, tmp_path: Path
) -> None:
    known = catalogue.load(release)
    name = case[2].partition(":")[0]
    if catalogue.function(known.functions(), name) is None:
        pytest.skip(f"QEMU {release} has no {name}()")
    sdk = require_sdk(release)
    file = _board(tmp_path, case)
    if any(release == older and what in case[2] for older, what in REFUSED):
        with pytest.raises(Rejected) as refused:
            compose.resolve(file, compose.TARGETS[release])
        assert [each.code for each in refused.value.findings] == [Code.Q0301]
        return
    resolved = compose.resolve(file, compose.TARGETS[release])
    board = resolved.board
    assert isinstance(board, Board)
    made = board.devices[-1]
    assert made.given is not None and made.mmio
    with watch(compose.load_into(resolved, sdk), []) as monitor:
        seen = "\n".join(monitor.address_spaces()["memory"])
        path = _path_of(made, monitor)
        lines = monitor.execute("qom-list", path=path)
        names = [
            line["name"] for line in lines if line["type"].startswith(("child", "link"))
        ]
        wired = {
            int(name[len("unnamed-gpio-out[") : -1])
            for name in names
            if name.startswith("unnamed-gpio-out[") and monitor.get(path, name)
        }
    for mmio in made.mmio:
        start = int(str(getattr(mmio.address, "value", 0)))
        assert f"{start:016x}-" in seen
        assert f"-{start + mmio.size - 1:016x} " in seen
    type_ = known.find(made.type)
    assert type_ is not None and made.call is not None
    for rule, kind in (
        (inputs_of, "unnamed-gpio-in["),
        (irqs_of, "sysbus-irq["),
        (outputs_of, "unnamed-gpio-out["),
    ):
        count = rule(type_, made.settings, 4)
        assert count in (None, sum(name.startswith(kind) for name in names))
    assert wired == made.call.to_cpus


def _path_of(device: Device, monitor: Monitor) -> str:
    for folder in ("/machine", "/machine/unattached"):
        for name, kind in monitor.children(folder).items():
            if kind == f"child<{device.type}>":
                return f"{folder}/{name}"
    raise AssertionError(device.type)
