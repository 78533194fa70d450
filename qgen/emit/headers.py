"""Which header declares what, by release."""

from __future__ import annotations

from collections.abc import Iterable

from qgen.targets import Feature, Target

_MEMORY = {
    True: ("system/memory.h", "system/address-spaces.h"),
    False: ("exec/memory.h", "exec/address-spaces.h"),
}

_HEADERS = {
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
    "first_cpu": "hw/core/cpu.h",
    "qemu_get_cpu": "hw/core/cpu.h",
    "cpu_create": "hw/core/cpu.h",
    "cpu_reset": "hw/core/cpu.h",
    "qemu_register_reset": "system/reset.h",
    "clock_new": "hw/clock.h",
    "create_unimplemented_device": "hw/misc/unimp.h",
    "qdev_new": "hw/qdev-core.h",
    "qdev_connect_clock_in": "hw/qdev-clock.h",
    "object": "qom/object.h",
    "pci": "hw/pci/pci.h",
    "TYPE_TARGET_ARM_MACHINE": "hw/arm/machines-qom.h",
    "TYPE_TARGET_AARCH64_MACHINE": "hw/arm/machines-qom.h",
    "fw-path-provider": "hw/fw-path-provider.h",
    "hotplug-handler": "hw/hotplug.h",
    "nmi": "hw/nmi.h",
    "ide_drive_get": "hw/ide/ide-dev.h",
    "macio_ide_init_drives": "hw/misc/macio/macio.h",
    "pci_ide_create_devs": "hw/ide/pci.h",
    "fw_cfg": "hw/nvram/fw_cfg.h",
    "fw_cfg_ppc": "hw/ppc/ppc.h",
    "graphic_width": "system/system.h",
    "graphic_height": "system/system.h",
    "graphic_depth": "system/system.h",
    "kvm": "system/kvm.h",
    "PCI_HOST_BRIDGE": "hw/pci/pci_host.h",
    "qemu_configure_nic_device": "net/net.h",
    "qlist": "qobject/qlist.h",
    "size_to_str": "qemu/cutils.h",
    "PCI_BUS": "hw/pci/pci.h",
    "I2C_BUS": "hw/i2c/i2c.h",
    "ISA_BUS": "hw/isa/isa.h",
    "SSI_BUS": "hw/ssi/ssi.h",
    "qdev_prop_set": "hw/qdev-properties.h",
    "qdev_prop_set_chr": "hw/qdev-properties-system.h",
    "qdev_prop_set_drive_err": "hw/qdev-properties.h",
    "drive_get": "system/blockdev.h",
    "qemu_find_nic_info": "net/net.h",
    "kvm_enabled": "system/kvm.h",
    "qtest_enabled": "system/qtest.h",
    "serial_hd": "system/system.h",
    "sysbus": "hw/sysbus.h",
    "i2c": "hw/i2c/i2c.h",
    "irq": "hw/irq.h",
    "smbus_eeprom_init_one": "hw/i2c/smbus_eeprom.h",
    "isa_bus_new": "hw/isa/isa.h",
    "load_image_targphys": "hw/loader.h",
    "load_elf": "hw/loader.h",
    "rom_add_blob_fixed": "hw/loader.h",
    "bswap": "qemu/bswap.h",
    "EM": "elf.h",
    "qemu_find_file": "qemu/datadir.h",
    "error_report": "qemu/error-report.h",
    "error_fatal": "qapi/error.h",
    "error_setg": "qapi/error.h",
    "module": "qemu/module.h",
    "machine": "hw/boards.h",
    "units": "qemu/units.h",
}

_GROUPS = ("qemu/", "qapi/", "exec/", "net/", "system/", "hw/", "target/")


def header(symbol: str, target: Target) -> str:
    """The header that declares ``symbol`` in ``target``'s release."""
    if symbol in ("memory", "address_spaces"):
        moved = target.has(Feature.MEMORY_API_IN_SYSTEM)
        return _MEMORY[moved][symbol == "address_spaces"]
    return _HEADERS[symbol]


def in_order(headers: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Headers as QEMU orders them: osdep.h first, then by folder, then by name."""

    def rank(name: str) -> tuple[int, str]:
        for place, prefix in enumerate(_GROUPS):
            if name.startswith(prefix):
                return place, name
        return len(_GROUPS), name

    return (("qemu/osdep.h",), tuple(sorted(set(headers), key=rank)))
