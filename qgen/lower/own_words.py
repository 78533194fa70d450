"""What a spec writes in place of a call of functions that the C calls by itself."""

from __future__ import annotations

_OWN_WORDS = {
    "arm_load_kernel": "boot:",
    "armv7m_load_kernel": "boot:",
    "aspeed_machine_": "class_init:",
    "aspeed_machine_ast2600_class_emmc_init": "class_init:",
    "aspeed_machine_class_init_cpus_defaults": "class_init:",
    "blk_by_legacy_dinfo": "{drive: ...}",
    "clock_": "clocks:",
    "cpu_": "cpus:",
    "create_unimplemented_device": "unimplemented: SIZE",
    "drive_": "{drive: ...}",
    "fw_cfg_add_": "fw_cfg:",
    "fw_cfg_find": "fw_cfg:",
    "fw_cfg_modify_": "fw_cfg:",
    "get_system_": "{region: system}",
    "i2c_slave_create_simple": "devices:",
    "isa_bus_new": "buses:",
    "ide_drive_get": "ide_drives:",
    "load_image_mr": "images:",
    "load_image_targphys": "image:",
    "macio_ide_init_drives": "ide_drives:",
    "machine_add_audiodev_property": "{audio: true}",
    "memory_region_": "memory:",
    "object_": "devices:",
    "pci_create_simple": "devices:",
    "pci_ide_create_devs": "ide_drives:",
    "pci_new": "devices:",
    "pci_realize": "devices:",
    "qbus_mark_full": "full_buses:",
    "qdev_": "devices:",
    "qemu_allocate_irq": "handler:",
    "qemu_configure_nic_device": "nic: true",
    "kvm_enabled": "when:",
    "machine_usb": "when:",
    "qemu_find_file": "image:",
    "qemu_find_nic_info": "when:",
    "qtest_enabled": "when:",
    "tcg_enabled": "when:",
    "xen_enabled": "when:",
    "qemu_get_cpu": "cpus:",
    "riscv_boot_info_init": "boot:",
    "riscv_load_kernel": "boot:",
    "rom_add_": "memory:",
    "smbus_eeprom_init_one": "devices:",
    "serial_hd": "{serial: 0}",
    "sysbus_connect_irq": "irqs:",
    "sysbus_mmio_": "at:",
    "sysbus_pass_irq": "exports:",
    "sysbus_realize": "devices:",
    "x86_bios_rom_init": "boot:",
    "x86_cpus_init": "cpus:",
}
"""How functions that the generated C calls by itself begin, and what writes them."""


def own_word(function: str) -> str | None:
    """What a spec writes for a function that the generated C calls by itself."""
    return next((w for f, w in _OWN_WORDS.items() if function.startswith(f)), None)
