"""The models of QEMU's functions: what each makes, and what it refuses."""

from __future__ import annotations

import pytest

from qgen.bases import X86
from qgen.check.api import FUNCTIONS
from qgen.check.facts import Chardev, Ending, Load
from qgen.check.values import is_a

from .support import PLAIN, run

REGIONS = "    MemoryRegion one;\n    MemoryRegion two;"
DEVICES = "    DeviceState *chips[2];\n    Clock *clock;"
NEW = """    DeviceState *dev = qdev_new(TYPE_CHIP);
    SysBusDevice *sbd = SYS_BUS_DEVICE(dev);
"""
REALIZE = "    sysbus_realize_and_unref(sbd, &error_fatal);\n"


def test_regions_of_each_kind() -> None:
    ran = run(
        """    memory_region_init(&s->one, OBJECT(s), "one", 4 * KiB);
    memory_region_init_ram(&s->two, NULL, "two", 8, &error_fatal);
    memory_region_add_subregion_overlap(&s->one, 16, &s->two, -3);
    memory_region_add_subregion(get_system_memory(), 0x1000, &s->one);
    memory_region_init_rom(&s->three, NULL, "three", 1, &error_fatal);
    memory_region_init_alias(&s->four, NULL, "four", &s->two, 4, 2);
    memory_region_add_subregion(get_system_io(), 7, machine->ram);""",
        fields=REGIONS + "    MemoryRegion three, four;",
    )
    assert ran.findings == []
    one, two, three, four = ran.machine.regions
    kinds = [region.kind for region in ran.machine.regions]
    assert kinds == ["container", "ram", "rom", "alias"]
    assert two.mapped and (two.mapped.container, two.mapped.address) == (one, 16)
    assert two.mapped.priority == -3
    assert one.mapped and one.mapped.container is ran.machine.system
    assert one.mapped.line == 15
    assert three.mapped is None
    assert (four.target, four.offset, four.size) == (two, 4, 2)
    ram = ran.machine.ram
    assert ram and ram.mapped and ram.mapped.container is ran.machine.io


OPS = """static uint64_t stub_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0x12345678;
}
static void stub_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
}
static const MemoryRegionOps stub_ops = {
    .read = stub_read,
    .write = stub_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};"""


@pytest.mark.parametrize(
    ("order", "big", "wanted"),
    [
        ("LITTLE", False, 0x12345678),
        ("LITTLE", True, 0x78563412),
        ("BIG", True, 0x12345678),
        ("NATIVE", True, 0x12345678),
    ],
)
def test_an_io_region_reads_as_its_byte_order_says(
    order: str, big: bool, wanted: int
) -> None:
    ran = run(
        '    memory_region_init_io(&s->one, OBJECT(s), &stub_ops, NULL, "one", 4);',
        fields=REGIONS,
        functions=OPS.replace("LITTLE", order),
        scenario=PLAIN._replace(big_endian=big),
    )
    assert ran.findings == []
    assert ran.machine.regions[0].reads == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            "memory_region_add_subregion(get_system_memory(), 0, &s->one);",
            "a region is mapped before it is initialised",
        ),
        (
            'memory_region_init(&s->one, NULL, "a", 1);'
            'memory_region_init(&s->one, NULL, "b", 1);',
            "the region 'b' is initialised twice",
        ),
        (
            'memory_region_init_alias(&s->one, NULL, "a", &s->two, 0, 1);',
            "the alias 'a' shows a region that is not initialised",
        ),
        (
            "memory_region_add_subregion(get_system_memory(), 0, machine->ram);"
            "memory_region_add_subregion(get_system_memory(), 8, machine->ram);",
            "ram is mapped twice",
        ),
        (
            'memory_region_init(&s->one, NULL, "a", 1);'
            "memory_region_add_subregion(&s->two, 0, &s->one);",
            "'a' is mapped into a region that is not initialised",
        ),
        (
            'memory_region_init(&s->one, NULL, "a", 1);'
            "memory_region_add_subregion(machine->ram, 0, &s->one);",
            "'a' is mapped into ram, which is no container",
        ),
        (
            'memory_region_init_ram(&s->one, OBJECT(s), "a", 1, &error_fatal);',
            "the owner of the region 'a' is no device: QEMU aborts",
        ),
        (
            'memory_region_init_ram(&s->one, NULL, "a", 1, NULL);',
            "errors are not fatal here: pass &error_fatal",
        ),
    ],
)
def test_regions_that_qemu_would_not_take(body: str, wanted: str) -> None:
    assert run(f"    {body}", fields=REGIONS).said == wanted


def test_a_device_with_all_that_it_can_have() -> None:
    ran = run(
        f"""{NEW}
    s->clock = clock_new(OBJECT(s), "clk");
    clock_set_hz(s->clock, 1000);
    qdev_prop_set_bit(dev, "bit", true);
    qdev_prop_set_uint8(dev, "byte", 255);
    qdev_prop_set_string(dev, "type", machine->cpu_type);
    qdev_prop_set_chr(dev, "chardev", serial_hd(1));
    object_property_set_int(OBJECT(dev), "size", -1, &error_fatal);
    object_property_set_link(OBJECT(dev), "ram", OBJECT(machine->ram), &error_fatal);
    qdev_connect_clock_in(dev, "clk", s->clock);
{REALIZE}
    sysbus_mmio_map(sbd, 0, 0x1000);
    sysbus_mmio_map_overlap(sbd, 1, 0x2000, 5);
    sysbus_connect_irq(sbd, 2, qdev_get_gpio_in(dev, 3));
    qdev_connect_gpio_out_named(dev, "out", 4, qdev_get_gpio_in_named(dev, "in", 5));
    qdev_connect_gpio_out(dev, 6, qdev_get_gpio_in(dev, 7));""",
        fields=DEVICES,
    )
    assert ran.findings == []
    (device,) = ran.machine.devices
    assert device.type == "chip"
    assert device.realized
    assert [(p.name, p.how, p.value) for p in device.properties] == [
        ("bit", "bool", True),
        ("byte", "uint8", 255),
        ("type", "str", "chosen-arm-cpu"),
        ("chardev", "chr", Chardev(1)),
        ("size", "int", -1),
        ("ram", "link", ran.machine.ram),
    ]
    assert {i: (m.address, m.priority) for i, m in device.mmio.items()} == {
        0: (0x1000, 0),
        1: (0x2000, 5),
    }
    assert device.clocks["clk"].hz == 1000
    device.name = "d"
    wires = {str(source): str(sink) for source, (sink, _) in ran.machine.wires.items()}
    assert wires == {
        "IRQ 2": "d input 3",
        "output 'out' 4": "d input 'in' 5",
        "output 6": "d input 7",
    }


def test_a_device_that_is_not_modelled() -> None:
    ran = run("""    create_unimplemented_device("timer", 0x2000, 3);""")
    assert ran.findings == []
    (device,) = ran.machine.devices
    assert (device.type, device.realized) == ("unimplemented-device", True)
    assert [(p.name, p.how, p.value) for p in device.properties] == [
        ("name", "str", "timer"),
        ("size", "uint64", 3),
    ]
    assert {i: (m.address, m.priority) for i, m in device.mmio.items()} == {
        0: (0x2000, -1000)
    }


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (NEW + "sysbus_mmio_map(sbd, 0, 0);", "is mapped before it is realized"),
        (
            NEW
            + REALIZE
            + "sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(s->chips[0], 1));",
            "element 0 is used before it has a value",
        ),
        (
            NEW + "sysbus_realize(sbd, &error_fatal);" + REALIZE,
            "is realized twice",
        ),
        (NEW + REALIZE + REALIZE, "is dropped that is not the C's"),
        (
            NEW + REALIZE + 'qdev_prop_set_bit(dev, "a", true);',
            "'a' is set after it was realized",
        ),
        (
            NEW
            + 'qdev_prop_set_bit(dev, "a", true); qdev_prop_set_bit(dev, "a", true);',
            "'a' is set twice",
        ),
        (NEW + 'qdev_prop_set_uint8(dev, "a", 256);', "0x100 does not fit"),
        (
            NEW + 'qdev_connect_clock_in(dev, "clk", clock_new(OBJECT(s), "clk"));',
            "the clock at 'clk' has no frequency yet",
        ),
        (
            NEW + REALIZE + "sysbus_mmio_map(sbd, 0, 0); sysbus_mmio_map(sbd, 0, 8);",
            "region 0 is mapped twice",
        ),
        (
            NEW + REALIZE + """sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(dev, 0));
    sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(dev, 1));""",
            "IRQ 0 is wired twice",
        ),
        (
            NEW + REALIZE + """sysbus_connect_irq(sbd, 0, qdev_get_gpio_in(dev, 0));
    sysbus_connect_irq(sbd, 1, qdev_get_gpio_in(dev, 0));""",
            "input 0 is driven twice",
        ),
        (NEW + "s->chips[2] = dev;", "there is no element 2 of 2"),
        (NEW + "s->chips[0] = dev; s->chips[0] = dev;", "assigned twice"),
        (NEW + "s->clock = dev;", "is of type 'Clock *', not 'DeviceState *'"),
        ('s->clock = clock_new(OBJECT(machine->ram), "c");', "no child of the machine"),
        ("SYS_BUS_DEVICE(object_new(machine->cpu_type));", "computed and dropped"),
        (
            "SysBusDevice *d = SYS_BUS_DEVICE(object_new(machine->cpu_type));"
            "sysbus_mmio_map(d, 0, 0);",
            "SYS_BUS_DEVICE() is given an object of another type",
        ),
    ],
)
def test_devices_that_qemu_would_not_take(body: str, wanted: str) -> None:
    findings = run(f"    {body}", fields=DEVICES).findings
    # What was to come of the device did not come.
    first = [f for f in findings if "nobody drops the first reference" not in f]
    assert len(first) == 1
    assert wanted in first[0]


def test_cpus_come_in_their_order() -> None:
    ran = run("""    int i;

    for (i = 0; i < machine->smp.cpus; i++) {
        Object *cpu = object_new(machine->cpu_type);

        object_property_set_int(cpu, "number", i, &error_fatal);
        qdev_realize_and_unref(DEVICE(cpu), NULL, &error_fatal);
    }
    qdev_connect_gpio_out(DEVICE(qemu_get_cpu(1)), 0,
                          qdev_get_gpio_in(DEVICE(first_cpu), ARM_CPU_VIRQ));""")
    assert ran.findings == []
    assert [cpu.properties[0].value for cpu in ran.machine.cpus] == [0, 1]
    ((source, (sink, _)),) = ran.machine.wires.items()
    assert source.owner is ran.machine.cpus[1]
    assert (sink.owner, sink.number) == (ran.machine.cpus[0], 2)
    assert is_a(ran.machine.cpus[0], "ARMCPU")
    assert not is_a(ran.machine.cpus[0], "PowerPCCPU")


def test_a_cpu_that_is_not_there() -> None:
    body = "    qdev_connect_gpio_out(DEVICE(qemu_get_cpu(2)), 0, NULL);"
    assert run(body).said == "there is no CPU 2: 0 were created"
    body = NEW + REALIZE + "    qdev_connect_gpio_out(dev, 0, NULL);"
    assert run(body).said == "argument 3 of qdev_connect_gpio_out() is NULL"
    body = "    CPUState *cpu = qemu_get_cpu(2);\n    cpu_reset(cpu);"
    assert run(body).said == "there is no CPU 2: 0 were created"


def test_a_powerpc_cpu_is_reset_with_the_machine() -> None:
    ran = run(
        """    PowerPCCPU *cpu = POWERPC_CPU(cpu_create(machine->cpu_type));

    cpu_ppc_tb_init(&cpu->env, 16600000);
    qemu_register_reset(test_reset, cpu);""",
        functions="""static void test_reset(void *opaque)
{
    cpu_reset(CPU(opaque));
}""",
        scenario=PLAIN._replace(cpu_type="chosen-powerpc-cpu"),
    )
    assert ran.findings == []
    (cpu,) = ran.machine.cpus
    assert (cpu.timebase, cpu.resets) == (16600000, 1)


LOAD = """    g_autofree char *path = NULL;

    path = qemu_find_file(QEMU_FILE_TYPE_BIOS, "rom");
    if (path && load_elf(path, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                         ELFDATA2MSB, EM_PPC, 0, 0) <= 0
        && load_image_targphys(path, 0x1000, 64{errp}) <= 0) {{
        error_report("no '%s' of %" PRIu64 " MB, 100%%", path, machine->ram_size / MiB);
        exit(EXIT_FAILURE);
    }}"""


@pytest.mark.parametrize("errp", ["", ", NULL"])
def test_images_are_tried_and_their_failure_is_told(errp: str) -> None:
    body = LOAD.format(errp=errp)
    elf = {"byte order": 2, "machine": 20, "clear_lsb": 0, "data_swab": 0}
    raw = {"address": 0x1000, "limit": 64}
    fails = PLAIN._replace(elf=False, raw=False)
    ran = run(body, scenario=fails)
    assert [(x.file, x.how, x.arguments) for x in ran.machine.loads] == [
        ("rom", "ELF", elf),
        ("rom", "raw", raw),
    ]
    (ending,) = ran.machine.endings
    assert ending == Ending("no '/found/rom' of 256 MB, 100%", 1, None, 17)
    assert run(body).machine.loads[0].how == "ELF"
    missing = run(body, scenario=PLAIN._replace(found=False)).machine
    assert missing.loads == [Load("rom", "not found", {}, 13)]
    assert missing.endings == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('error_report("%s");', "the format takes 1 arguments, not 0"),
        ('error_report("%s", machine->ram_size);', "takes 'char *', not 'uint64_t'"),
        ('error_report("%" PRIu64, 1);', "takes 'uint64_t', not 'int32_t'"),
        ('error_report("%p", s);', "the format has no conversion '%p'"),
        ("error_report(machine->cpu_type);", "the format is no string literal"),
    ],
)
def test_formats_that_do_not_fit(body: str, wanted: str) -> None:
    assert wanted in run(f"    {body}").said


def test_an_error_that_ends_nothing() -> None:
    (ending,) = run('    error_report("careful");').machine.endings
    assert (ending.message, ending.status) == ("careful", None)


def test_boot_loaders_say_what_they_are_given() -> None:
    ran = run(
        """    Object *cpu = object_new(machine->cpu_type);

    qdev_realize_and_unref(DEVICE(cpu), NULL, &error_fatal);
    s->info.loader_start = 1 * GiB;
    arm_load_kernel(ARM_CPU(first_cpu), machine, &s->info);""",
        fields="    struct arm_boot_info info;",
    )
    assert ran.findings == []
    assert ran.machine.boot is not None
    assert ran.machine.boot.arguments == {"cpu": "CPU 0", "loader_start": 1 << 30}


def test_what_comes_after_the_boot_loader_is_too_late() -> None:
    body = """    x86_bios_rom_init(X86_MACHINE(s), "bios", get_system_memory(), false);
    isa_bus_new(NULL, get_system_memory(), get_system_io(), &error_fatal);"""
    x86 = PLAIN._replace(base=X86)
    assert "after the boot loader" in run(body, scenario=x86).said


def test_a_device_may_bring_the_first_cpu() -> None:
    body = NEW + REALIZE + "armv7m_load_kernel(ARM_CPU(first_cpu), NULL, 0, 4 * KiB);"
    assert run(body, scenario=PLAIN._replace(cpu_maker="chip")).findings == []
    assert run(body).said == "ARM_CPU() is given no object"


def test_sizes_that_the_loader_cannot_take() -> None:
    body = "    armv7m_load_kernel(ARM_CPU(first_cpu), NULL, 0, 2 * GiB);"
    assert "is of type 'int32_t': 0x80000000 does not fit" in run(body).said


def test_prototypes_are_those_of_qemu_s_headers() -> None:
    shown = {
        name: str(FUNCTIONS[name].type)
        for name in ("sysbus_mmio_map", "error_report", "qemu_register_reset")
    }
    assert shown == {
        "sysbus_mmio_map": "void (SysBusDevice *, int32_t, uint64_t)",
        "error_report": "void (char *)",
        "qemu_register_reset": "void (void (void *) *, void *)",
    }
    assert FUNCTIONS["error_report"].variadic
    assert FUNCTIONS["memory_region_init"].strict == (0, 2)


WORDS = """    uint32_t words[] = {{
        cpu_to_le32(1),
        {second},
    }};

    rom_add_blob_fixed("vectors", words, {size}, 0x100);"""


def test_words_of_a_rom() -> None:
    ran = run(WORDS.format(second="cpu_to_le32(2)", size="sizeof(words)"))
    assert ran.findings == []
    (blob,) = ran.machine.blobs
    assert (blob.name, blob.address, blob.words) == ("vectors", 0x100, (1, 2))
    assert [word.order for word in blob.words] == ["little", "little"]


def test_words_of_a_rom_that_are_not_all_there() -> None:
    ran = run(WORDS.format(second="cpu_to_le32(2)", size="4"))
    assert ran.said == "the ROM 'vectors' has 4 bytes of 8"
