"""Faults in the C of the shipped boards, as a generator might make them.

Each replaces a piece of the text, whose layout does not count, and says what a finding
about it must mention. ``releases``: where the text differs from release to release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|\S')
BOTH = ("10.0", "10.2")


@dataclass(frozen=True)
class Fault:
    """``old`` becomes ``new``; a finding mentions ``word``."""

    name: str
    old: str
    new: str
    word: str
    releases: tuple[str, ...] = BOTH

    def put_into(self, text: str) -> str:
        """``text`` with the fault; what it replaces must be there, and only once."""
        pattern = r"\s*".join(re.escape(piece) for piece in _PIECE.findall(self.old))
        start = r"\b" if self.old[0].isalnum() else ""
        found = re.findall(start + pattern, text)
        assert len(found) == 1, f"{self.old!r} is there {len(found)} times"
        return re.sub(start + pattern, lambda _: self.new, text)


def of_every_board(
    name: str, prefix: str, struct: str, parent: str, desc: str, cpu: str
) -> Iterator[Fault]:
    """What can go wrong in the frame that all boards share."""
    info, init = f"{prefix}_type_info", f"{prefix}_init"
    register = f"{prefix}_register_types"
    class_init = f".class_init = {prefix}_class_init,"
    first = "X86MachineState" if parent == "TYPE_X86_MACHINE" else "MachineState"
    yield from (
        Fault("no type_init", f"type_init({register})", "", "type_init"),
        Fault("registers nothing", f"type_register_static(&{info});", "", "0 types"),
        Fault(
            "registers twice",
            f"type_register_static(&{info});",
            f"type_register_static(&{info}); type_register_static(&{info});",
            "2 types",
        ),
        Fault("other parent", f".parent = {parent}", '.parent = "device"', "parent"),
        Fault("no parent", f".parent = {parent},", "", "parent"),
        Fault("other name", f'MACHINE_TYPE_NAME("{name}")', '"other"', "TypeInfo.name"),
        Fault("no class_init", class_init, "", "class_init"),
        Fault("no instance_size", f".instance_size = sizeof({struct}),", "", "size"),
        Fault(
            "other instance_size", f"sizeof({struct})", "sizeof(DeviceState)", "size"
        ),
        Fault("no init", f"mc->init = {init};", "", "init"),
        Fault("null init", f"mc->init = {init};", "mc->init = NULL;", "init"),
        Fault("register as init", f"= {init};", f"= {prefix}_class_init;", "init"),
        Fault(
            "state without parent",
            f"struct {struct} {{ {first} parent_obj;",
            f"struct {struct} {{ DeviceState parent_obj;",
            "parent",
        ),
        Fault("no description", f'mc->desc = "{desc}";', "", "desc"),
        Fault("other description", f'"{desc}"', '"Board"', "desc"),
        Fault("no CPU", f"mc->default_cpu_type = {cpu};", "", "default_cpu_type"),
        Fault("other CPU", f"mc->default_cpu_type = {cpu}", OTHER_CPU, "cpu_type"),
        Fault(
            "a field twice",
            f"mc->init = {init};",
            f"mc->init = {init}; mc->init = {init};",
            "twice",
        ),
        Fault(
            "a field more",
            f"mc->init = {init};",
            f"mc->init = {init}; mc->no_floppy = true;",
            "no_floppy",
        ),
        Fault("misspelt field", "mc->max_cpus", "mc->max_cpu", "max_cpu"),
        Fault("public init", f"static void {init}(", f"void {init}(", "static"),
    )


OTHER_CPU = 'mc->default_cpu_type = X86_CPU_TYPE_NAME("486")'

ARM_VIRT = [
    *of_every_board(
        "arm-virt",
        "arm_virt",
        "ArmVirtMachineState",
        "TYPE_MACHINE",
        "Virtual Arm board with PCI Express and virtio",
        'ARM_CPU_TYPE_NAME("cortex-a15")',
    ),
    # The memory map table
    Fault("other base", "{ 0x09000000, 0x00001000 }", "{ 0x09001000, 0x1000 }", "UART"),
    Fault("other size", "{ 0x0c000000, 0x02000000 }", "{ 0x0c000000, 4 }", "PLATFORM"),
    Fault(
        "bases swapped",
        "{ 0x08000000, 0x00010000 }, [ARM_VIRT_GIC_CPU] = { 0x08010000, 0x00010000 }",
        "{ 0x08010000, 0x00010000 }, [ARM_VIRT_GIC_CPU] = { 0x08000000, 0x00010000 }",
        "GIC_DIST",
    ),
    Fault(
        "rows swapped",
        "[ARM_VIRT_RTC] = { 0x09010000, 0x00001000 }, "
        "[ARM_VIRT_FW_CFG_DATA] = { 0x09020000, 0x00000008 }",
        "[ARM_VIRT_FW_CFG_DATA] = { 0x09010000, 0x00001000 }, "
        "[ARM_VIRT_RTC] = { 0x09020000, 0x00000008 }",
        "RTC",
    ),
    Fault("no row", "[ARM_VIRT_SMMU] = { 0x09050000, 0x00020000 },", "", "SMMU"),
    Fault("one row twice", "[ARM_VIRT_SMMU] =", "[ARM_VIRT_GPIO] =", "twice"),
    Fault("no enumerator", "ARM_VIRT_PVTIME, ARM_VIRT_SECURE", "ARM_VIRT_SECURE", "PVT"),
    Fault("a number for a constant", "{ 0x09070000, MEMORY_HOTPLUG_IO_LEN }",
          "{ 0x09070000, 24 }", "MEMORY_HOTPLUG_IO_LEN"),
    Fault("RAM row without its constant", "{ 1 * GiB, LEGACY_RAMLIMIT_BYTES }",
          "{ 1 * GiB, 255 * GiB }", "MEM"),
    Fault(
        "table bypassed",
        "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_RTC].base)",
        "sysbus_mmio_map(sbd, 0, 0x09010000)",
        "RTC.base",
    ),
    Fault(
        "another row of that base",
        "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GIC_DIST].base); "
        "sysbus_mmio_map(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_CPU].base);",
        "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_CPUPERIPHS].base); "
        "sysbus_mmio_map(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_CPU].base);",
        "CPUPERIPHS.base",
    ),
    Fault(
        "size for base",
        "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GPIO].base",
        "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GPIO].size",
        "GPIO.size",
    ),
    # Constants
    Fault("other constant", "#define IRQ_RTC 2\n", "#define IRQ_RTC 3\n", "IRQ_RTC"),
    Fault("constant of no parentheses", "(255 * GiB)", "255 * GiB", "parentheses"),
    Fault("no constant", "#define IRQ_GPIO 7\n", "", "IRQ_GPIO"),
    Fault("a constant more", "#define IRQ_GPIO 7", "#define MORE 1\n#define IRQ_GPIO 7",
          "MORE"),
    Fault("unproved constant", "QEMU_BUILD_BUG_ON(ACPI_GED_EVT_SEL_LEN != 4);", "",
          "ACPI_GED_EVT_SEL_LEN"),
    Fault("wrong proof", "NVDIMM_ACPI_IO_LEN != 4", "NVDIMM_ACPI_IO_LEN != 8", "fails"),
    Fault("no proof at all", "NVDIMM_ACPI_IO_LEN != 4", "NVDIMM_ACPI_IO_LEN == 8",
          "proves no value"),
    Fault("number for a constant", "qdev_get_gpio_in(s->gic, IRQ_RTC)",
          "qdev_get_gpio_in(s->gic, 2)", "IRQ_RTC"),
    # RAM
    Fault(
        "RAM not mapped",
        "memory_region_add_subregion(get_system_memory(), "
        "arm_virt_memmap[ARM_VIRT_MEM].base, machine->ram);",
        "",
        "'ram' is not mapped",
    ),
    Fault("RAM in port space", "(get_system_memory(), arm_virt_memmap[ARM_VIRT_MEM]",
          "(get_system_io(), arm_virt_memmap[ARM_VIRT_MEM]", "container"),
    Fault("limit by one", "machine->ram_size > LEGACY", "machine->ram_size >= LEGACY",
          "should not"),
    Fault("limit upside down", "machine->ram_size > LEGACY",
          "machine->ram_size < LEGACY", "should not"),
    Fault("other limit", "machine->ram_size > LEGACY_RAMLIMIT_BYTES",
          "machine->ram_size > 256 * GiB", "should end"),
    Fault("other message", "maximum 261120 MB", "maximum 261121 MB", "message"),
    Fault("bytes for MiB", "machine->ram_size / MiB", "machine->ram_size", "message"),
    Fault("format of a string", 'machine: %" PRIu64', 'machine: %s"', "conversion 1"),
    Fault("other status", "machine->ram_size / MiB); exit(EXIT_FAILURE)",
          "machine->ram_size / MiB); exit(EXIT_SUCCESS)", "status"),
    Fault("no exit", "machine->ram_size / MiB); exit(EXIT_FAILURE);",
          "machine->ram_size / MiB);", "goes on"),
    # CPUs
    Fault("a CPU less", "ARM_CPU_TYPE_NAME(\"cortex-a53\"),", "", "valid CPUs"),
    Fault("open list of CPUs", "ARM_CPU_TYPE_NAME(\"max\"), NULL",
          "ARM_CPU_TYPE_NAME(\"max\")", "NULL"),
    Fault("any CPU", "mc->valid_cpu_types = valid_cpu_types;", "", "valid_cpu_types"),
    Fault("the default CPU", "object_new(machine->cpu_type)",
          'object_new(ARM_CPU_TYPE_NAME("cortex-a15"))', "type"),
    Fault("no property", 'object_property_set_bool(cpu, "has_el2", false, &error_fatal);',
          "", "has_el2"),
    Fault("other value", '"has_el3", false', '"has_el3", true', "has_el3"),
    Fault("misspelt property", '"has_el3", false', '"has-el3", false', "has-el3"),
    Fault("on every CPU", 'if (object_property_find(cpu, "has_el2")) { '
          'object_property_set_bool(cpu, "has_el2", false, &error_fatal); }',
          'object_property_set_bool(cpu, "has_el2", false, &error_fatal);', "has_el2"),
    Fault("property after realize",
          'if (object_property_find(cpu, "reset-cbar")) { object_property_set_int(cpu, '
          '"reset-cbar", 0x08000000, &error_fatal); } '
          "qdev_realize_and_unref(DEVICE(cpu), NULL, &error_fatal);",
          "qdev_realize_and_unref(DEVICE(cpu), NULL, &error_fatal); "
          'if (object_property_find(cpu, "reset-cbar")) { object_property_set_int(cpu, '
          '"reset-cbar", 0x08000000, &error_fatal); }',
          "after it was realized"),
    Fault("errors ignored", "qdev_realize_and_unref(DEVICE(cpu), NULL, &error_fatal)",
          "qdev_realize_and_unref(DEVICE(cpu), NULL, NULL)", "fatal"),
    Fault("no CPUs", "arm_virt_create_cpus(machine);", "", "no CPU 0"),
    Fault("CPUs after the GIC", "arm_virt_create_cpus(machine);",
          "arm_virt_wire_gic(s); arm_virt_create_cpus(machine);", "before it has a value"),
    Fault("loop from 1", "DeviceState *cpu = DEVICE(qemu_get_cpu(i))",
          "DeviceState *cpu = DEVICE(qemu_get_cpu(i + 1))", "no CPU"),
    # Devices and wires
    Fault("no device", "arm_virt_create_rtc(s);", "", "'rtc' (pl031) is missing"),
    Fault("other type", "qdev_new(TYPE_PL031)", "qdev_new(TYPE_PL011)", "type"),
    Fault("unknown type", 'qdev_new("pl061")', 'qdev_new("pl061_luminary")', "type"),
    Fault("order of devices", "arm_virt_create_uart(s); arm_virt_create_rtc(s);",
          "arm_virt_create_rtc(s); arm_virt_create_uart(s);", "before"),
    Fault("uninitialised GIC",
          "arm_virt_memmap[ARM_VIRT_GIC_CPU].base); s->gic = dev;",
          "arm_virt_memmap[ARM_VIRT_GIC_CPU].base);", "'gic' is used before"),
    Fault("other property", '"revision", 2', '"revision", 3', "revision"),
    Fault("order of properties",
          'qdev_prop_set_uint8(dev, "pullups", 0); '
          'qdev_prop_set_uint8(dev, "pulldowns", 0xff);',
          'qdev_prop_set_uint8(dev, "pulldowns", 0xff); '
          'qdev_prop_set_uint8(dev, "pullups", 0);', "order", ("10.2",)),
    Fault("other width", 'qdev_prop_set_uint32(dev, "base-spi"',
          'qdev_prop_set_uint8(dev, "base-spi"', "uint8"),
    Fault("other serial port", "serial_hd(0)", "serial_hd(1)", "serial 1"),
    Fault("no serial port", 'qdev_prop_set_chr(dev, "chardev", serial_hd(0));', "",
          "chardev"),
    Fault("not realized", "sysbus_realize_and_unref(sbd, &error_fatal); "
          "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GPIO].base);",
          "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GPIO].base);",
          "before it is realized"),
    Fault("other MMIO region",
          "sysbus_mmio_map(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_CPU]",
          "sysbus_mmio_map(sbd, 2, arm_virt_memmap[ARM_VIRT_GIC_CPU]", "MMIO region 1"),
    Fault("one region twice",
          "sysbus_mmio_map(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_REDIST]",
          "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_GIC_REDIST]",
          "mapped twice"),
    Fault("window elsewhere", "arm_virt_memmap[ARM_VIRT_HIGH_PCIE_ECAM].base, "
          "&s->pcie_ecam", "arm_virt_memmap[ARM_VIRT_HIGH_PCIE_MMIO].base, "
          "&s->pcie_ecam", "window 'pcie-ecam'"),
    Fault("window into another region", '"pcie-ecam", sysbus_mmio_get_region(sbd, 0)',
          '"pcie-ecam", sysbus_mmio_get_region(sbd, 1)', "window 'pcie-ecam': the region"),
    Fault("window from the start",
          'sysbus_mmio_get_region(sbd, 1), arm_virt_memmap[ARM_VIRT_PCIE_MMIO].base',
          "sysbus_mmio_get_region(sbd, 1), 0", "window 'pcie-mmio': the offset"),
    Fault("window of another size",
          "base, arm_virt_memmap[ARM_VIRT_PCIE_MMIO].size",
          "base, arm_virt_memmap[ARM_VIRT_HIGH_PCIE_MMIO].size", "the size is"),
    Fault("window of nobody", 'memory_region_init_alias(&s->pcie_ecam, OBJECT(dev)',
          "memory_region_init_alias(&s->pcie_ecam, NULL", "no window 'pcie-ecam'"),
    Fault("window that is not mapped", "memory_region_add_subregion(get_system_memory(), "
          "arm_virt_memmap[ARM_VIRT_HIGH_PCIE_ECAM].base, &s->pcie_ecam);", "",
          "window 'pcie-ecam' is not mapped"),
    Fault("overlapping", "sysbus_mmio_map(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_CPU].base)",
          "sysbus_mmio_map_overlap(sbd, 1, arm_virt_memmap[ARM_VIRT_GIC_CPU].base, 1)",
          "priority"),
    Fault("other IRQ line", "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->gic, IRQ_RTC))",
          "sysbus_connect_irq(sbd, 1, qdev_get_gpio_in(s->gic, IRQ_RTC))", "IRQ 0"),
    Fault("other input", "qdev_get_gpio_in(s->gic, IRQ_UART)",
          "qdev_get_gpio_in(s->gic, IRQ_RTC)", "'uart' (pl011): IRQ 0 goes to gic"),
    Fault("no wire", "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->gic, IRQ_GPIO));",
          "", "goes nowhere"),
    Fault("GPIO for IRQ", "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->gic, IRQ_GPIO))",
          "qdev_connect_gpio_out(dev, 0, qdev_get_gpio_in(s->gic, IRQ_GPIO))",
          "output 0 goes to"),
    Fault("timers swapped", "qdev_connect_gpio_out(cpu, GTIMER_PHYS,",
          "qdev_connect_gpio_out(cpu, GTIMER_VIRT,", "output 1 is wired twice"),
    Fault("inputs of a CPU swapped", "qdev_get_gpio_in(cpu, ARM_CPU_FIQ)",
          "qdev_get_gpio_in(cpu, ARM_CPU_IRQ)", "input 0 is driven twice"),
    Fault("lines of one CPU only",
          "sysbus_connect_irq(sbd, i, qdev_get_gpio_in(cpu, ARM_CPU_IRQ)",
          "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(cpu, ARM_CPU_IRQ)", "IRQ"),
    Fault("the other GIC", "if (s->gic_version == 2) { arm_virt_create_gic",
          "if (s->gic_version == 3) { arm_virt_create_gic", "type"),
    Fault("ports for memory", "&address_space_memory", "&address_space_io", "argument 5"),
    Fault("no memory", "&address_space_memory", "NULL", "argument 5"),
    Fault("firmware unseen", "if (machine->firmware || drive_get(IF_PFLASH, 0, 0))",
          "if (machine->firmware)", "firmware_loaded"),
    Fault("firmware of the other flash",
          "if (machine->firmware || drive_get(IF_PFLASH, 0, 0))",
          "if (machine->firmware || drive_get(IF_PFLASH, 0, 1))", "firmware_loaded"),
    Fault("firmware that is always there",
          "if (machine->firmware || drive_get(IF_PFLASH, 0, 0)) { "
          "s->bootinfo.firmware_loaded = true; }",
          "s->bootinfo.firmware_loaded = true;", "firmware_loaded"),
    Fault("too few in a loop", "i < NUM_VIRTIO_TRANSPORTS", "i < NUM_VIRTIO_TRANSPORTS - 1",
          "virtio[31]"),
    Fault("too many in a loop", "i < NUM_VIRTIO_TRANSPORTS",
          "i <= NUM_VIRTIO_TRANSPORTS", "input 48 is driven twice"),
    Fault("all at one address",
          "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_MMIO].base + "
          "i * arm_virt_memmap[ARM_VIRT_MMIO].size",
          "sysbus_mmio_map(sbd, 0, arm_virt_memmap[ARM_VIRT_MMIO].base", "virtio[1]"),
    Fault("all at one input", "qdev_get_gpio_in(s->gic, IRQ_MMIO + i)",
          "qdev_get_gpio_in(s->gic, IRQ_MMIO)", "driven twice"),
    Fault("no tree for the loader", "s->bootinfo.get_dtb = arm_virt_get_dtb;", "",
          "get_dtb"),
    Fault("a node less", "arm_virt_fdt_add_pcie(s);\n    ", "", "fdt_add_pcie"),
    Fault("interrupts of another GIC",
          "if (s->gic_version == 2) { qemu_fdt_setprop_cells(fdt, \"/pmu\"",
          "if (s->gic_version == 3) { qemu_fdt_setprop_cells(fdt, \"/pmu\"",
          "interrupts"),
    # The loader
    Fault("no loader", "arm_load_kernel(ARM_CPU(first_cpu), machine, &s->bootinfo);", "",
          "boot loader"),
    Fault("other RAM", "s->bootinfo.ram_size = machine->ram_size",
          "s->bootinfo.ram_size = 128 * MiB", "ram_size"),
    Fault("other start", "s->bootinfo.loader_start = arm_virt_memmap[ARM_VIRT_MEM].base",
          "s->bootinfo.loader_start = arm_virt_memmap[ARM_VIRT_FLASH1].base", "start"),
    Fault("no start", "s->bootinfo.loader_start = arm_virt_memmap[ARM_VIRT_MEM].base;",
          "", "loader_start is not set"),
    Fault("other conduit", "QEMU_PSCI_CONDUIT_HVC", "QEMU_PSCI_CONDUIT_SMC", "psci"),
    Fault("loader before devices", "arm_virt_create_virtio(s);",
          "arm_load_kernel(ARM_CPU(first_cpu), machine, &s->bootinfo); "
          "arm_virt_create_virtio(s);", "after the boot loader"),
    # The class, and who lists it
    Fault("other RAM size", "mc->default_ram_size = 128 * MiB",
          "mc->default_ram_size = 128 * KiB", "default_ram_size"),
    Fault("other RAM id", '"mach-virt.ram"', '"virt.ram"', "default_ram_id"),
    Fault("other block type", "IF_VIRTIO", "IF_SCSI", "block_default_type"),
    Fault("CD-ROM", "mc->no_cdrom = true", "mc->no_cdrom = false", "no_cdrom"),
    Fault("more CPUs", "mc->max_cpus = 8", "mc->max_cpus = 9", "max_cpus"),
    Fault("listed by nobody", ".interfaces = arm_machine_interfaces,", "", "interfaces",
          ("10.2",)),
    Fault("listed by another", "arm_machine_interfaces", "aarch64_machine_interfaces",
          "interfaces", ("10.2",)),
]  # fmt: skip

CORTEX_M_MINI = [
    *of_every_board(
        "cortex-m-mini",
        "cortex_m_mini",
        "CortexMMiniMachineState",
        "TYPE_MACHINE",
        "Cortex-M3 microcontroller with 256 KiB flash and a UART",
        'ARM_CPU_TYPE_NAME("cortex-m3")',
    ),
    # Regions
    Fault("RAM for ROM", "memory_region_init_rom(&s->flash", "memory_region_init_ram("
          "&s->flash", "kind"),
    Fault("ROM for RAM", "memory_region_init_ram(&s->sram", "memory_region_init_rom("
          "&s->sram", "kind"),
    Fault("other size", '"sram", 64 * KiB', '"sram", 32 * KiB', "size"),
    Fault("MiB for KiB", '"flash", 256 * KiB', '"flash", 256 * MiB', "size"),
    Fault("other label", '"flash", 256', '"rom", 256', "name in QEMU"),
    Fault("not mapped",
          "memory_region_add_subregion(get_system_memory(), 0x20000000, &s->sram);", "",
          "'sram' is not mapped"),
    Fault("other address", "get_system_memory(), 0x20000000, &s->sram",
          "get_system_memory(), 0x20010000, &s->sram", "address"),
    Fault("one region twice", "0x20000000, &s->sram", "0x20000000, &s->flash",
          "mapped twice"),
    Fault("initialised twice", "memory_region_init_ram(&s->sram",
          "memory_region_init_ram(&s->flash", "initialised twice"),
    Fault("mapped before", 'memory_region_init_ram(&s->sram, NULL, "sram", 64 * KiB, '
          "&error_fatal); memory_region_add_subregion(get_system_memory(), 0x20000000, "
          "&s->sram);",
          "memory_region_add_subregion(get_system_memory(), 0x20000000, &s->sram); "
          'memory_region_init_ram(&s->sram, NULL, "sram", 64 * KiB, &error_fatal);',
          "before it is initialised"),
    Fault("owner that is no device", '&s->sram, NULL, "sram"',
          '&s->sram, OBJECT(s), "sram"', "owner"),
    Fault("no stub", 'create_unimplemented_device("timer0", 0x40000000, 4 * KiB);', "",
          "'timer0'"),
    Fault("stub elsewhere", '"timer0", 0x40000000', '"timer0", 0x40001000', "address"),
    Fault("size of a stub", "0x40000000, 4 * KiB", "0x40000000, 8 * KiB", "size"),
    Fault("no stubs", "cortex_m_mini_create_unimplemented();", "", "'timer0'"),
    Fault("stub after a device",
          "cortex_m_mini_create_unimplemented(); cortex_m_mini_create_armv7m(s);",
          "cortex_m_mini_create_armv7m(s); cortex_m_mini_create_unimplemented();",
          "before"),
    Fault("label of a stub", '"timer0", 0x40000000', '"timer1", 0x40000000', "timer1"),
    # The clock
    Fault("other frequency", "clock_set_hz(s->sysclk, 25000000)",
          "clock_set_hz(s->sysclk, 24000000)", "frequency"),
    Fault("no frequency", "clock_set_hz(s->sysclk, 25000000);", "", "no frequency"),
    Fault("other clock", 'clock_new(OBJECT(s), "sysclk")', 'clock_new(OBJECT(s), "clk")',
          "clock"),
    Fault("clock of nobody", "clock_new(OBJECT(s), ", "clock_new(NULL, ", "NULL"),
    Fault("other input", '"cpuclk"', '"refclk"', "cpuclk"),
    Fault("not connected", 'qdev_connect_clock_in(dev, "cpuclk", s->sysclk);', "",
          "cpuclk"),
    Fault("connected late",
          'qdev_connect_clock_in(dev, "cpuclk", s->sysclk); '
          "sysbus_realize_and_unref(sbd, &error_fatal);",
          "sysbus_realize_and_unref(sbd, &error_fatal); "
          'qdev_connect_clock_in(dev, "cpuclk", s->sysclk);', "after it was realized"),
    Fault("clocks last", "cortex_m_mini_init_clocks(s); "
          "cortex_m_mini_create_unimplemented(); cortex_m_mini_create_armv7m(s);",
          "cortex_m_mini_create_unimplemented(); cortex_m_mini_create_armv7m(s); "
          "cortex_m_mini_init_clocks(s);",
          "'sysclk' is used before"),
    # Devices
    Fault("no UART", "cortex_m_mini_create_uart0(s);", "", "uart0"),
    Fault("UART first", "cortex_m_mini_create_armv7m(s); cortex_m_mini_create_uart0(s);",
          "cortex_m_mini_create_uart0(s); cortex_m_mini_create_armv7m(s);",
          "'armv7m' is used before"),
    Fault("other device", "qdev_new(TYPE_CMSDK_APB_UART)", 'qdev_new("pl011")', "type"),
    Fault("other count", '"num-irq", 32', '"num-irq", 33', "num-irq"),
    Fault("fixed CPU", '"cpu-type", machine->cpu_type',
          '"cpu-type", ARM_CPU_TYPE_NAME("cortex-m3")', "cpu-type"),
    Fault("other text of the machine", "machine->cpu_type", "machine->kernel_cmdline",
          "cpu-type"),
    Fault("no link", 'object_property_set_link(OBJECT(dev), "memory", '
          "OBJECT(get_system_memory()), &error_fatal);", "", "memory"),
    Fault("other link", "OBJECT(get_system_memory())", "OBJECT(get_system_io())",
          "memory"),
    Fault("UART clock", '"pclk-frq", 25000000', '"pclk-frq", 25000', "pclk-frq"),
    Fault("UART address", "sysbus_mmio_map(sbd, 0, 0x40004000)",
          "sysbus_mmio_map(sbd, 0, 0x40005000)", "address"),
    Fault("IRQs swapped",
          "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->armv7m, 0)); "
          "sysbus_connect_irq(sbd, 1, qdev_get_gpio_in(s->armv7m, 1));",
          "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->armv7m, 1)); "
          "sysbus_connect_irq(sbd, 1, qdev_get_gpio_in(s->armv7m, 0));",
          "IRQ 0 goes to armv7m input 1"),
    Fault("one IRQ twice", "sysbus_connect_irq(sbd, 1, qdev_get_gpio_in(s->armv7m, 1))",
          "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->armv7m, 1))", "wired twice"),
    Fault("a named line", "qdev_get_gpio_in(s->armv7m, 1)",
          'qdev_get_gpio_in_named(s->armv7m, "NMI", 0)', "'NMI'"),
    Fault("to itself", "qdev_get_gpio_in(s->armv7m, 1)", "qdev_get_gpio_in(dev, 1)",
          "uart0 input 1"),
    # The loader
    Fault("no loader", "armv7m_load_kernel(ARM_CPU(first_cpu), machine->kernel_filename,"
          " 0, 256 * KiB);", "", "boot loader"),
    Fault("other base", "machine->kernel_filename, 0, 256",
          "machine->kernel_filename, 0x20000000, 256", "base"),
    Fault("other flash", "kernel_filename, 0, 256 * KiB)",
          "kernel_filename, 0, 64 * KiB)", "size"),
    Fault("other file", "machine->kernel_filename", "machine->initrd_filename", "kernel"),
    Fault("CPU of another kind", "ARM_CPU(first_cpu)", "POWERPC_CPU(first_cpu)",
          "ARMCPU"),
    Fault("some RAM", "mc->max_cpus = 1;",
          "mc->max_cpus = 1; mc->default_ram_size = 64 * KiB;", "default_ram_size"),
    Fault("no RAM", "mc->max_cpus = 1;",
          "mc->max_cpus = 1; mc->default_ram_size = 0;", "default_ram_size"),
    Fault("RAM with a name", "mc->max_cpus = 1;",
          'mc->max_cpus = 1; mc->default_ram_id = "ram";', "default_ram_id"),
    Fault("two CPUs", "mc->max_cpus = 1", "mc->max_cpus = 2", "max_cpus"),
    Fault("listed by nobody", ".interfaces = arm_machine_interfaces,", "", "interfaces",
          ("10.2",)),
]  # fmt: skip


def of_a_powermac(
    prefix: str, label: str, cpu: str, rom: tuple[str, str], limit: str, message: str
) -> Iterator[Fault]:
    """What the two PowerMacs have in common; ``cpu`` is what their CPU reset takes.

    ``rom`` are address and size of their ROM, ``limit`` the most RAM, and ``message`` what
    ends what is said of more.
    """
    at, size = rom
    other, larger = "0xffe00000", "8 * MiB"
    yield from (
        # RAM and ROM
        Fault("RAM elsewhere", "get_system_memory(), 0, machine->ram",
              "get_system_memory(), 0x1000, machine->ram", "address"),
        Fault("no RAM",
              "memory_region_add_subregion(get_system_memory(), 0, machine->ram);", "",
              "'ram' is not mapped"),
        Fault("RAM on top", "memory_region_add_subregion(get_system_memory(), 0, "
              "machine->ram)", "memory_region_add_subregion_overlap("
              "get_system_memory(), 0, machine->ram, 1)", "priority"),
        Fault("RAM for ROM", "memory_region_init_rom(", "memory_region_init_ram(", "kind"),
        Fault("ROM elsewhere", f"{at}, &s->bios", f"{other}, &s->bios", "address"),
        Fault("size of the ROM", f'"{label}.bios", {size}', f'"{label}.bios", {larger}',
              "size"),
        Fault("label of the ROM", f'"{label}.bios"', '"bios"', "name in QEMU"),
        Fault("no ROM",
              f"memory_region_add_subregion(get_system_memory(), {at}, &s->bios);",
              "", "'bios' is not mapped"),
        Fault("ROM without errors", f"{size}, &error_fatal", f"{size}, NULL", "fatal"),
        # The image
        Fault("no image", f"{prefix}_load_bios(machine);", "", "images"),
        Fault("other default", '?: "openbios-ppc"', '?: "openbios"', "openbios"),
        Fault("-bios ignored", 'machine->firmware ?: "openbios-ppc"', '"openbios-ppc"',
              "given.bin"),
        Fault("no default", 'machine->firmware ?: "openbios-ppc"', "machine->firmware",
              "NULL"),
        Fault("unsearched", "load_elf(filename,", "load_elf(name,", "not searched for"),
        Fault("leaking", "g_autofree char *filename = NULL", "char *filename = NULL",
              "frees"),
        Fault("key map", "qemu_find_file(QEMU_FILE_TYPE_BIOS, name)",
              "qemu_find_file(QEMU_FILE_TYPE_KEYMAP, name)", "key maps"),
        Fault("byte order", "ELFDATA2MSB", "ELFDATA2LSB", "byte order"),
        Fault("ELF machine", "PPC_ELF_MACHINE", "EM_ARM", "machine"),
        Fault("raw only", "size <= 0) { size = load_image", "size > 0) { size = load_image",
              "images"),
        Fault("raw elsewhere", f"load_image_targphys(filename, {at}",
              f"load_image_targphys(filename, {other}", "address"),
        Fault("limit of the image", f"{at}, {size}", f"{at}, {larger}", "limit"),
        Fault("ELF only", "if (size <= 0) { size = load_image_targphys(filename, "
              f"{at}, {size}); }}", "", "images", ("10.0",)),
        Fault("ELF only", "if (size <= 0) { size = load_image_targphys(filename, "
              f"{at}, {size}, NULL); }}", "", "images", ("10.2",)),
        Fault("load where there is none", "if (filename) {", "if (!filename) {", "should not"),
        Fault("missing image is fine", "if (size <= 0) { error_report",
              "if (size < -9) { error_report", "openbios-ppc"),
        Fault("empty image is fine", "if (size <= 0) { error_report",
              "if (size < 0) { error_report", "empty files"),
        Fault("nameless error", "\"could not load firmware '%s'\", name",
              '"could not load firmware"', "openbios-ppc"),
        # CPUs
        Fault("no CPUs", f"{prefix}_create_cpus(machine);", "", "CPU"),
        Fault("time base", "cpu_ppc_tb_init(&cpu->env, TBFREQ)",
              "cpu_ppc_tb_init(&cpu->env, 100000000)", "time base"),
        Fault("no time base", "cpu_ppc_tb_init(&cpu->env, TBFREQ);", "", "time base"),
        Fault("no reset", f"qemu_register_reset({prefix}_cpu_reset, cpu);", "", "reset"),
        Fault("reset of nothing", f"cpu_reset(CPU({cpu}));", "", "reset"),
        Fault("reset of another", f"({prefix}_cpu_reset, cpu)", f"({prefix}_cpu_reset, "
              "machine)", {"cpu": "no 'PowerPCCPU'"}.get(cpu, "another type")),
        Fault("fixed CPU", "cpu_create(machine->cpu_type)", 'cpu_create("cpu")', "type"),
        Fault("more CPUs than asked", "i < machine->smp.cpus", "i < machine->smp.max_cpus"
              " + 1", {"cpu": "more often"}.get(cpu, "the number is 2")),
        # Limits and class
        Fault("limit by one", f"ram_size > {limit}", f"ram_size >= {limit}",
              "should not"),
        Fault("other limit", f"ram_size > {limit}",
              "ram_size > 3 * GiB", "should end"),
        Fault("limit of KiB", f"ram_size > {limit}",
              "ram_size > 2047 * KiB", "should not"),
        Fault("other message", message.partition(";")[0], "as it is\")", "message"),
        Fault("status 0", f"{message} exit(EXIT_FAILURE);", f"{message} exit(0);",
              "status"),
        Fault("limit too late", f"if (machine->ram_size > {limit}) {{",
              f"{prefix}_init_memory(s); if (machine->ram_size > {limit}) {{",
              "twice"),
        Fault("RAM id", f'"{label}.ram"', '"ram"', "default_ram_id"),
        Fault("no RAM id", f'mc->default_ram_id = "{label}.ram";', "", "default_ram_id"),
        Fault("block type", "IF_IDE", "IF_SCSI", "block_default_type"),
        Fault("boot order", '"cd"', '"dc"', "default_boot_order"),
        Fault("more CPUs", "mc->max_cpus = 1", "mc->max_cpus = 2", "max_cpus"),
    )  # fmt: skip


G3BEIGE = [
    *of_every_board(
        "g3beige",
        "g3beige",
        "G3beigeMachineState",
        "TYPE_MACHINE",
        "Heathrow based PowerMac",
        'POWERPC_CPU_TYPE_NAME("750_v3.1")',
    ),
    *of_a_powermac(
        "g3beige",
        "ppc_heathrow",
        "cpu",
        ("0xffc00000", "4 * MiB"),
        "2047 * MiB",
        'maximum 2047 MB", machine->ram_size / MiB);',
    ),
]

MAC99 = [
    *of_every_board(
        "mac99",
        "mac99",
        "Mac99MachineState",
        "TYPE_MACHINE",
        "Mac99 based PowerMac",
        'POWERPC_CPU_TYPE_NAME("7400_v2.9")',
    ),
    *of_a_powermac("mac99", "ppc_core99", "opaque", ("0xfff00000", "1 * MiB"),
                   "2 * GiB", 'not supported");'),
    # Who starts the firmware
    Fault("no start", "qemu_register_reset(mac99_start_firmware, cpu);", "",
          "mac99_start_firmware"),
    Fault("start before reset", "qemu_register_reset(mac99_cpu_reset, cpu); "
          "qemu_register_reset(mac99_start_firmware, cpu);",
          "qemu_register_reset(mac99_start_firmware, cpu); "
          "qemu_register_reset(mac99_cpu_reset, cpu);", "before CPU 0 is reset"),
    # Inputs that several drive
    Fault("AGP at other inputs", "qdev_connect_gpio_out(s->agp, i, "
          "qdev_get_gpio_in(sink, 0x1b + i))", "qdev_connect_gpio_out(s->agp, i, "
          "qdev_get_gpio_in(sink, 0x1c + i))", "goes to"),
    Fault("AGP at one input", "qdev_connect_gpio_out(s->agp, i, "
          "qdev_get_gpio_in(sink, 0x1b + i))", "qdev_connect_gpio_out(s->agp, i, "
          "qdev_get_gpio_in(sink, 0x1b))", "goes to"),
    Fault("PCI twice, AGP never", "qdev_connect_gpio_out(s->agp", "qdev_connect_gpio_out("
          "s->pci", "wired twice"),
    Fault("no critical interrupt", "sysbus_connect_irq(SYS_BUS_DEVICE(source), 1, "
          "qdev_get_gpio_in(DEVICE(qemu_get_cpu(0)), PPC6xx_INPUT_INT));", "",
          "goes nowhere"),
    Fault("machine check as an interrupt", "PPC6xx_INPUT_MCP", "PPC6xx_INPUT_INT",
          "goes to"),
    # What via decides
    Fault("PMU for CUDA", '"has-pmu", s->via != VIA_CUDA', '"has-pmu", s->via == VIA_CUDA',
          "has-pmu"),
    Fault("no PMU with ADB", '"has-pmu", s->via != VIA_CUDA', '"has-pmu", s->via == VIA_PMU',
          "has-pmu"),
    Fault("ADB always", '"has-adb", s->via != VIA_PMU', '"has-adb", true', "has-adb"),
    Fault("ADB of another", "if (s->via == VIA_CUDA) { mac99_create", "if (s->via == "
          "VIA_PMU_ADB) { mac99_create", "keyboard"),
    Fault("ADB never", "else if (s->via == VIA_PMU_ADB)", "else if (s->via == VIA_PMU)",
          "keyboard"),
    Fault("USB keyboard always", "if (machine_usb(machine) && s->via == VIA_PMU)",
          "if (machine_usb(machine))", "usb-kbd"),
    Fault("USB keyboard without USB", "if (machine_usb(machine) && s->via == VIA_PMU)",
          "if (s->via == VIA_PMU)", "before it has a value"),
    Fault("via of the firmware", "FW_CFG_PPC_VIACONFIG, s->via)",
          "FW_CFG_PPC_VIACONFIG, VIA_CUDA)", "0x800b"),
    Fault("a keyboard on the CUDA's bus", 'OBJECT(s->macio), "pmu"); BusState *bus = '
          'qdev_get_child_bus(DEVICE(owner), "adb.0"); DeviceState *dev = '
          "qdev_new(TYPE_ADB_KEYBOARD)", 'OBJECT(s->macio), "cuda"); BusState *bus = '
          'qdev_get_child_bus(DEVICE(owner), "adb.0"); DeviceState *dev = '
          "qdev_new(TYPE_ADB_KEYBOARD)", "bus"),
    # The property, and who has it
    Fault("no property", 'object_property_add_str(obj, "via", mac99_get_via, '
          "mac99_set_via);", "", "via"),
    Fault("property of nobody", ".instance_init = mac99_instance_init,", "", "via"),
    Fault("no description", 'object_property_set_description(obj, "via", "Set VIA '
          'configuration. Valid values are " "cuda, pmu and pmu-adb");', "", "description"),
    Fault("another start", 'object_property_add_str(obj, "via"', "MAC99_MACHINE(obj)->via = "
          'VIA_PMU; object_property_add_str(obj, "via"', "starts as"),
    # USB by default
    Fault("no USB by default", "machine->usb = true;", "machine->usb = false;", "USB"),
    Fault("USB with -nodefaults", "if (defaults_enabled() && !machine->usb_disabled)",
          "if (!machine->usb_disabled)", "USB"),
    Fault("USB with usb=off", "if (defaults_enabled() && !machine->usb_disabled)",
          "if (defaults_enabled())", "USB"),
    # NVRAM
    Fault("NVRAM beside the ROM", "sysbus_mmio_map_overlap(sbd, 0, NVRAM_ADDR, 0)",
          "sysbus_mmio_map_overlap(sbd, 0, NVRAM_ADDR + 0x1000, 0)", "address"),
    Fault("NVRAM below the ROM", "NVRAM_ADDR, 0)", "NVRAM_ADDR, -1)", "priority"),
    Fault("no partitions", "mac99_create_nvram_partitions(s);", "", "nvram-partitions"),
    Fault("short partitions", "MACIO_NVRAM(s->nvram), MACIO_NVRAM_SIZE",
          "MACIO_NVRAM(s->nvram), 0x1000", "argument"),
]  # fmt: skip

X86_SPLIT = [
    *of_every_board(
        "x86-split",
        "x86_split",
        "X86SplitMachineState",
        "TYPE_X86_MACHINE",
        "x86 machine with its RAM split around the PCI hole",
        'X86_CPU_TYPE_NAME("qemu64")',
    ),
    # How the RAM is split
    Fault("other hole", "MIN(machine->ram_size, 0xc0000000)",
          "MIN(machine->ram_size, 0xe0000000)", "below_4g_mem_size"),
    Fault("no hole", "MIN(machine->ram_size, 0xc0000000)", "machine->ram_size",
          "below_4g_mem_size"),
    Fault("all above", "machine->ram_size - x86ms->below_4g_mem_size",
          "machine->ram_size", "above_4g_mem_size"),
    Fault("other start", "above_4g_mem_start = 0x100000000",
          "above_4g_mem_start = 0xc0000000", "above_4g_mem_start"),
    Fault("no start", "x86ms->above_4g_mem_start = 0x100000000;", "", "mem_start"),
    Fault("size before it is known",
          "x86ms->below_4g_mem_size = MIN(machine->ram_size, 0xc0000000);", "",
          "before it has a value"),
    # The two aliases
    Fault("alias from an offset", 'machine->ram, 0, x86ms->below',
          'machine->ram, 0x1000, x86ms->below', "offset"),
    Fault("wrong offset", "machine->ram, 0xc0000000, x86ms->above",
          "machine->ram, 0, x86ms->above", "offset"),
    Fault("offset by one", "machine->ram, 0xc0000000, x86ms->above",
          "machine->ram, 0xc0001000, x86ms->above", "offset"),
    Fault("sizes swapped", "0xc0000000, x86ms->above_4g_mem_size",
          "0xc0000000, x86ms->below_4g_mem_size", "size"),
    Fault("size of all", "machine->ram, 0, x86ms->below_4g_mem_size",
          "machine->ram, 0, machine->ram_size", "size"),
    Fault("alias of an alias", '"ram-above-4g", machine->ram',
          '"ram-above-4g", &s->ram_below_4g', "target"),
    Fault("alias of itself", '"ram-below-4g", machine->ram',
          '"ram-below-4g", &s->ram_below_4g', "not initialised"),
    Fault("other label", 'OBJECT(s), "ram-below-4g"', 'OBJECT(s), "ram-low"', "name in"),
    Fault("labels swapped", 'OBJECT(s), "ram-above-4g"', 'OBJECT(s), "ram-below-4g"',
          "name in"),
    Fault("regions swapped", 'memory_region_init_alias(&s->ram_above_4g',
          'memory_region_init_alias(&s->ram_below_4g', "initialised twice"),
    Fault("low RAM not mapped",
          "memory_region_add_subregion(get_system_memory(), 0, &s->ram_below_4g);", "",
          "'ram-below-4g' is not mapped"),
    Fault("high RAM not mapped",
          "memory_region_add_subregion(get_system_memory(), 0x100000000, "
          "&s->ram_above_4g);", "", "'ram-above-4g' is not mapped"),
    Fault("bases swapped", "get_system_memory(), 0x100000000, &s->ram_above_4g",
          "get_system_memory(), 0, &s->ram_above_4g", "address"),
    Fault("low RAM in port space", "get_system_memory(), 0, &s->ram_below_4g",
          "get_system_io(), 0, &s->ram_below_4g", "container"),
    Fault("low RAM on top",
          "memory_region_add_subregion(get_system_memory(), 0, &s->ram_below_4g)",
          "memory_region_add_subregion_overlap(get_system_memory(), 0, "
          "&s->ram_below_4g, -1)", "priority"),
    Fault("RAM itself", "get_system_memory(), 0, &s->ram_below_4g",
          "get_system_memory(), 0, machine->ram", "'ram' is mapped"),
    # When there is RAM above
    Fault("threshold by one", "machine->ram_size > 0xc0000000",
          "machine->ram_size >= 0xc0000000", "not on the board"),
    Fault("threshold upside down", "machine->ram_size > 0xc0000000",
          "machine->ram_size < 0xc0000000", "ram-above-4g"),
    Fault("other threshold", "machine->ram_size > 0xc0000000",
          "machine->ram_size > 0xe0000000", "ram-above-4g"),
    Fault("always above", "if (machine->ram_size > 0xc0000000) {", "if (true) {",
          "not on the board"),
    Fault("never above", "if (machine->ram_size > 0xc0000000) {", "if (false) {",
          "is missing"),
    # CPUs, bus and BIOS
    Fault("no memory", "x86_split_init_memory(s);", "", "ram-below-4g"),
    Fault("no CPUs", "x86_split_create_cpus(machine);", "", "CPUs"),
    Fault("other version", "CPU_VERSION_LATEST", "CPU_VERSION_LEGACY", "version"),
    Fault("no bus", "x86_split_init_buses(s);", "", "before it has a value"),
    Fault("bus twice", "x86_split_init_buses(s);",
          "x86_split_init_buses(s); x86_split_init_buses(s);", "ISA"),
    Fault("spaces swapped", "isa_bus_new(NULL, get_system_memory(), get_system_io(),",
          "isa_bus_new(NULL, get_system_io(), get_system_memory(),", "space"),
    Fault("bus in memory only", "get_system_memory(), get_system_io(), &error_fatal",
          "get_system_memory(), get_system_memory(), &error_fatal", "io space"),
    Fault("no BIOS", 'x86_bios_rom_init(X86_MACHINE(machine), "bios.bin", '
          "get_system_memory(), true);", "", "boot loader"),
    Fault("other BIOS", '"bios.bin"', '"bios-256k.bin"', "firmware"),
    Fault("BIOS in ROM", "get_system_memory(), true)", "get_system_memory(), false)",
          "writable"),
    Fault("BIOS in port space", '"bios.bin", get_system_memory()',
          '"bios.bin", get_system_io()', "memory"),
    Fault("BIOS first", "x86_split_init_memory(s);",
          'x86_bios_rom_init(X86_MACHINE(machine), "bios.bin", get_system_memory(), '
          "false); x86_split_init_memory(s);", "after the boot loader"),
    # What firmware learns of the RAM
    Fault("RAM not listed", "e820_add_entry(0, x86ms->below_4g_mem_size, E820_RAM);",
          "", "length"),
    Fault("hole listed", "e820_add_entry(0x100000000,", "e820_add_entry(0xc0000000,",
          "entry 1 of the E820 map: the start"),
    Fault("all RAM listed below", "e820_add_entry(0, x86ms->below_4g_mem_size",
          "e820_add_entry(0, machine->ram_size", "entry 0 of the E820 map: the size"),
    Fault("RAM reserved", "x86ms->above_4g_mem_size, E820_RAM",
          "x86ms->above_4g_mem_size, E820_RESERVED", "E820 map: the type"),
    Fault("map not told", "fw_cfg_add_e820(fw_cfg);", "", "'etc/e820' is missing"),
    Fault("map told twice", "fw_cfg_add_e820(fw_cfg);",
          "fw_cfg_add_e820(fw_cfg); fw_cfg_add_e820(fw_cfg);", "already"),
    Fault("map told too early", "x86_split_create_cpus(machine); ",
          "x86_split_add_fw_cfg_items(s); x86_split_create_cpus(machine);", "value"),
    # Interrupts
    Fault("no PIC", "x86_split_create_pic(s);", "", "before it has a value"),
    Fault("PIC drives nothing", "i8259_init(s->isa, s->cpu_irq)",
          "i8259_init(s->isa, NULL)", "argument 2 of i8259_init()"),
    Fault("PIC drives the gate", "i8259_init(s->isa, s->cpu_irq)",
          "i8259_init(s->isa, qemu_allocate_irqs(x86_split_a20, s, 2)[0])", ""),
    Fault("ISA devices without IRQs", "isa_bus_register_input_irqs(s->isa, s->pic);", "",
          "'isa-irqs'"),
    Fault("IRQs of another", "isa_bus_register_input_irqs(s->isa, s->pic)",
          "isa_bus_register_input_irqs(s->isa, s->a20)", "before it has a value"),
    Fault("IRQs are none", "isa_bus_register_input_irqs(s->isa, s->pic)",
          "isa_bus_register_input_irqs(s->isa, NULL)", "argument 2"),
    Fault("timer at another line", "s->pic[0]", "s->pic[1]", "input 1"),
    Fault("timer at the clock's line", "s->pic[0]", "s->pic[8]", "driven twice"),
    Fault("clock goes nowhere", "qdev_connect_gpio_out(dev, 0, s->pic[8]);", "",
          "goes nowhere"),
    Fault("line before the first", "s->pic[8]", "s->pic[-8]", "no line"),
    # The A20 gate
    Fault("gate of one", "qemu_allocate_irqs(x86_split_a20, machine, 2)",
          "qemu_allocate_irqs(x86_split_a20, machine, 1)", "no line 1"),
    Fault("gate without a machine", "qemu_allocate_irqs(x86_split_a20, machine, 2)",
          "qemu_allocate_irqs(x86_split_a20, NULL, 2)", "argument 2"),
    Fault("gate of nobody", "qemu_allocate_irqs(x86_split_a20, machine, 2)",
          "qemu_allocate_irqs(NULL, machine, 2)", "qemu_allocate_irqs()"),
    Fault("gate of another kind", "static void x86_split_a20(void *opaque, int n, int",
          "static void x86_split_a20(void *opaque, int n, bool", "x86_split_a20"),
    Fault("gate not kept", "s->a20 = qemu_allocate_irqs", "qemu_allocate_irqs", "a20"),
    Fault("gates swapped", '"a20", 0, s->a20[0]', '"a20", 0, s->a20[1]', "input 1"),
    # What helpers make
    Fault("disk of another unit", "drive_get(IF_IDE, 0, 1)", "drive_get(IF_IDE, 0, 2)",
          "argument 6 of isa_ide_init()"),
    Fault("disk twice", "drive_get(IF_IDE, 1, 0)", "drive_get(IF_IDE, 0, 0)",
          "has a device already"),
    Fault("disk of another interface", "14, drive_get(IF_IDE, 0, 0)",
          "14, drive_get(IF_SCSI, 0, 0)", "argument 5"),
    Fault("disk forgotten", "15, drive_get(IF_IDE, 1, 0)", "15, NULL", "argument 5"),
    Fault("fw_cfg without memory", "&address_space_memory", "NULL", "argument 3"),
    Fault("fw_cfg sees ports", "&address_space_memory", "&address_space_io",
          "argument 3 of fw_cfg_init_io_dma()"),
    Fault("DMA of nobody", "i8257_dma_init(OBJECT(s)", "i8257_dma_init(OBJECT(s->pit)",
          "argument 1 of i8257_dma_init()"),
    Fault("speaker without a timer", 'OBJECT(s->pit), &error_fatal',
          'OBJECT(dev), &error_fatal', "'pit'"),
    Fault("RAM id", '"pc.ram"', '"ram"', "default_ram_id"),
    Fault("RAM size", "mc->default_ram_size = 128 * MiB",
          "mc->default_ram_size = 128 * GiB", "default_ram_size"),
    Fault("more CPUs", "mc->max_cpus = 1", "mc->max_cpus = 2", "max_cpus"),
    Fault("interfaces of another", ".class_init = x86_split_class_init,",
          ".class_init = x86_split_class_init, .interfaces = arm_machine_interfaces,",
          "interfaces"),
]  # fmt: skip

FAULTS = {
    "arm-virt": ARM_VIRT,
    "cortex-m-mini": CORTEX_M_MINI,
    "g3beige": G3BEIGE,
    "mac99": MAC99,
    "x86-split": X86_SPLIT,
}
