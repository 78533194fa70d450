"""Which header declares what, by release."""

from __future__ import annotations

from collections.abc import Iterable

from qgen.targets import Feature, Target

_HEADERS = {
    "memory": "system/memory.h",
    "address_spaces": "system/address-spaces.h",
    "arm_load_kernel": "hw/arm/boot.h",
    "armv7m_load_kernel": "hw/arm/boot.h",
    "arm_machine_interfaces": "hw/arm/machines-qom.h",
    "aarch64_machine_interfaces": "hw/arm/machines-qom.h",
    "ARM_CPU": "target/arm/cpu-qom.h",
    "ARM_CPU_TYPE_NAME": "target/arm/cpu-qom.h",
    "ARM_CPU_IRQ": "target/arm/cpu-qom.h",
    "GTIMER_PHYS": "target/arm/gtimer.h",
    "QEMU_PSCI_CONDUIT": "target/arm/cpu.h",
    "PPC6xx_INPUT_HRESET": "target/ppc/cpu.h",
    "POWERPC_CPU": "target/ppc/cpu.h",
    "POWERPC_CPU_TYPE_NAME": "target/ppc/cpu-qom.h",
    "PPC_ELF_MACHINE": "target/ppc/cpu.h",
    "cpu_ppc_tb_init": "hw/ppc/ppc.h",
    "RISCV_CPU_TYPE_NAME": "target/riscv/cpu-qom.h",
    "RISCV_HART_ARRAY": "hw/riscv/riscv_hart.h",
    "riscv_load_kernel": "hw/riscv/boot.h",
    "X86_CPU_TYPE_NAME": "target/i386/cpu.h",
    "TYPE_X86_MACHINE": "hw/i386/x86.h",
    "CPU_VERSION_LATEST": "target/i386/cpu.h",
    "create_device_tree": "system/device_tree.h",
    "GIC_FDT_IRQ_TYPE_SPI": "hw/arm/fdt.h",
    "first_cpu": "hw/core/cpu.h",
    "qemu_get_cpu": "hw/core/cpu.h",
    "cpu_create": "hw/core/cpu.h",
    "cpu_reset": "hw/core/cpu.h",
    "qemu_register_reset": "system/reset.h",
    "clock_new": "hw/core/clock.h",
    "create_unimplemented_device": "hw/misc/unimp.h",
    "qdev_new": "hw/core/qdev.h",
    "qdev_connect_clock_in": "hw/core/qdev-clock.h",
    "object": "qom/object.h",
    "pci": "hw/pci/pci.h",
    "TYPE_TARGET_ARM_MACHINE": "hw/arm/machines-qom.h",
    "TYPE_TARGET_AARCH64_MACHINE": "hw/arm/machines-qom.h",
    "fw-path-provider": "hw/core/fw-path-provider.h",
    "hotplug-handler": "hw/core/hotplug.h",
    "nmi": "hw/core/nmi.h",
    "ide_drive_get": "hw/ide/ide-dev.h",
    "MAX_IDE_DEVS": "hw/ide/ide-dev.h",
    "macio_ide_init_drives": "hw/misc/macio/macio.h",
    "pci_ide_create_devs": "hw/ide/pci.h",
    "fw_cfg": "hw/nvram/fw_cfg.h",
    "fw_cfg_add_e820": "hw/i386/fw_cfg.h",
    "e820_add_entry": "hw/i386/e820_memory_layout.h",
    "fw_cfg_ppc": "hw/ppc/ppc.h",
    "graphic_width": "system/system.h",
    "graphic_height": "system/system.h",
    "graphic_depth": "system/system.h",
    "kvm": "system/kvm.h",
    "PCI_HOST_BRIDGE": "hw/pci/pci_host.h",
    "qemu_configure_nic_device": "net/net.h",
    "nd_table": "net/net.h",
    "qdev_set_nic_properties": "hw/core/qdev-properties.h",
    "qlist": "qobject/qlist.h",
    "size_to_str": "qemu/cutils.h",
    "PCI_BUS": "hw/pci/pci.h",
    "I2C_BUS": "hw/i2c/i2c.h",
    "ISA_BUS": "hw/isa/isa.h",
    "SSI_BUS": "hw/ssi/ssi.h",
    "qdev_prop_set": "hw/core/qdev-properties.h",
    "qdev_prop_set_chr": "hw/core/qdev-properties-system.h",
    "qdev_prop_set_drive_err": "hw/core/qdev-properties.h",
    "drive_get": "system/blockdev.h",
    "qemu_find_nic_info": "net/net.h",
    "kvm_enabled": "system/kvm.h",
    "qtest_enabled": "system/qtest.h",
    "defaults_enabled": "system/system.h",
    "serial_hd": "system/system.h",
    "sysbus": "hw/core/sysbus.h",
    "i2c": "hw/i2c/i2c.h",
    "irq": "hw/core/irq.h",
    "smbus_eeprom_init_one": "hw/i2c/smbus_eeprom.h",
    "isa_bus_new": "hw/isa/isa.h",
    "load_image_targphys": "hw/core/loader.h",
    "load_elf": "hw/core/loader.h",
    "rom_add_blob_fixed": "hw/core/loader.h",
    "bswap": "qemu/bswap.h",
    "EM": "elf.h",
    "qemu_find_file": "qemu/datadir.h",
    "error_report": "qemu/error-report.h",
    "error_fatal": "qapi/error.h",
    "error_setg": "qapi/error.h",
    "error_propagate": "qapi/error.h",
    "module": "qemu/module.h",
    "machine": "hw/core/boards.h",
    "units": "qemu/units.h",
}

_CORE = (
    *("boards", "clock", "fw-path-provider", "hotplug", "irq", "loader", "nmi"),
    *("or-irq", "platform-bus", "ptimer", "qdev-clock", "qdev-dma", "qdev-properties"),
    *("qdev-properties-system", "register", "registerfields", "resettable", "stream"),
    *("sysbus", "vmstate-if"),
)
_SYSTEM = (
    *("block-backend", "blockdev", "cpus", "device_tree", "dma", "kvm", "qtest"),
    *("reset", "rtc", "runstate", "sysemu", "tcg", "tpm", "watchdog", "xen"),
)
_MOVED: dict[Feature, dict[str, str]] = {
    Feature.HEADERS_IN_CORE: {
        "hw/core/qdev.h": "hw/qdev-core.h",
        "hw/core/hw-error.h": "hw/hw.h",
        "hw/usb/usb.h": "hw/usb.h",
        **{f"hw/core/{name}.h": f"hw/{name}.h" for name in _CORE},
    },
    Feature.MEMORY_API_IN_SYSTEM: {
        "system/memory.h": "exec/memory.h",
        "system/address-spaces.h": "exec/address-spaces.h",
    },
    Feature.SYSTEM_HEADERS: {
        **{f"system/{name}.h": f"sysemu/{name}.h" for name in _SYSTEM},
        "system/system.h": "sysemu/sysemu.h",
    },
    Feature.QOBJECT_HEADERS: {"qobject/qlist.h": "qapi/qmp/qlist.h"},
    Feature.IDE_DEVICE_HEADER: {"hw/ide/ide-dev.h": "hw/ide.h"},
}
"""What became of a header with a feature, and where it was before; newest first."""
_ELSEWHERE: dict[Feature, dict[str, str]] = {
    Feature.ARM_QOM_HEADERS: {
        "ARM_CPU_TYPE_NAME": "target/arm/cpu.h",
        "ARM_CPU_IRQ": "target/arm/cpu.h",
        "GTIMER_PHYS": "target/arm/cpu.h",
    },
    Feature.CPU_TYPE_NAMES_IN_QOM: {
        "POWERPC_CPU_TYPE_NAME": "target/ppc/cpu.h",
        "RISCV_CPU_TYPE_NAME": "target/riscv/cpu.h",
    },
    Feature.IDE_DEVICE_HEADER: {"MAX_IDE_DEVS": "hw/ide/internal.h"},
}
"""What a header that was there before does not declare without the feature."""
_LEFT_OUT = {
    "hw/char/cmsdk-apb-uart.h": "qapi/error.h",
    "hw/misc/sifive_e_prci.h": "hw/sysbus.h",
    "hw/pci/pcie.h": "hw/pci/pci.h",
    "hw/riscv/numa.h": "hw/boards.h",
}
"""What headers with functions for boards needed and did not include, before a feature."""

_GROUPS = (
    *("qemu/", "qapi/", "exec/", "net/", "system/", "sysemu/", "hw/", "target/"),
)


def header(symbol: str, target: Target) -> str:
    """The header that declares ``symbol`` in ``target``'s release."""
    for feature, elsewhere in _ELSEWHERE.items():
        if not target.has(feature) and symbol in elsewhere:
            return elsewhere[symbol]
    return placed(_HEADERS[symbol], target)


def placed(name: str, target: Target) -> str:
    """Where ``target``'s release has the header that some release has as ``name``."""
    for moved in reversed(_MOVED.values()):
        name = next((now for now, before in moved.items() if before == name), name)
    for feature, moved in _MOVED.items():
        if not target.has(feature):
            name = moved.get(name, name)
    return name


def in_order(headers: Iterable[str], target: Target) -> tuple[tuple[str, ...], ...]:
    """Headers as QEMU orders them: osdep.h first, then by folder, then by name.

    With those that others need; then these come behind them.
    """
    needs = {} if target.has(Feature.WHOLE_HEADERS) else _LEFT_OUT
    wanted = set(headers)
    wanted |= {needs[name] for name in wanted & needs.keys()}

    def place(name: str) -> tuple[tuple[int, str], bool, str]:
        needed = needs.get(name, name)
        return max(_rank(name), _rank(needed)), name in needs, name

    return (("qemu/osdep.h",), tuple(sorted(wanted, key=place)))


def _rank(name: str) -> tuple[int, str]:
    for place, prefix in enumerate(_GROUPS):
        if name.startswith(prefix):
            return place, name
    return len(_GROUPS), name
