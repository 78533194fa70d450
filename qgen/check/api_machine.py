"""Models of what else a board calls: CPUs, images, boot loaders, errors and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from qgen.check.api import function
from qgen.check.code import Record, Reference
from qgen.check.facts import (
    THE_TREE,
    BootCall,
    ClassProperty,
    Cpu,
    Device,
    Lines,
    Load,
    Region,
)
from qgen.check.formats import formatted
from qgen.check.helpers import called
from qgen.check.symbols import Function
from qgen.check.values import Instance
from qgen.check.vocabulary import Sentinel
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

FOUND_IN = "/found/"
"""Where qemu_find_file() finds a file."""


@function("Type type_register_static(const TypeInfo *)")
def _register(m: Execution, info: Record) -> None:
    m.types.append(info)


@function("void machine_add_audiodev_property(MachineClass *)")
def _audiodev(m: Execution, _class: Instance) -> None:
    m.class_properties["audiodev"] = ClassProperty("audiodev", "audiodev", m.line)


@function("Object *object_new(const char *)", used=True)
def _object_new(m: Execution, type_: str) -> Cpu:
    return m.new_cpu(type_)


@function("ObjectProperty *object_property_find(Object *, const char *)", used=True)
def _object_find(m: Execution, object_: object, name: str) -> object:
    if not isinstance(object_, Cpu):
        m.refuse(f"what has the property {name!r} is known already")
    found = name in m.scenario.given.cpu_has
    return Sentinel(f"the property {name}") if found else None


@function("CPUState *cpu_create(const char *)")
def _cpu_create(m: Execution, type_: str) -> Cpu:
    return m.new_cpu(type_, realized=True)


@function("CPUState *qemu_get_cpu(int)", used=True)
def _get_cpu(m: Execution, index: int) -> Cpu:
    cpus = [cpu for cpu in m.facts.cpus if cpu.realized]
    if not 0 <= index < len(cpus):
        m.refuse(f"there is no CPU {index}: {len(cpus)} were created")
    return cpus[index]


@function("void cpu_reset(CPUState *)")
def _cpu_reset(_m: Execution, cpu: Cpu) -> None:
    cpu.resets += 1


@function("void qemu_register_reset(QEMUResetHandler *, void *?)")
def _register_reset(m: Execution, handler: Function, opaque: object) -> None:
    m.resets.append((handler, opaque, m.line))


@function("void cpu_ppc_tb_init(CPUPPCState *, uint32_t)")
def _timebase(m: Execution, cpu: Cpu, hz: int) -> None:
    if not cpu.realized:
        m.refuse(f"{cpu.name} gets its time base before it is realized")
    if cpu.timebase is not None:
        m.say(f"{cpu.name} gets two time bases")
    cpu.timebase = hz


@function("void cpu_ppc_tb_reset(CPUPPCState *)")
def _timebase_reset(m: Execution, cpu: Cpu) -> None:
    if cpu.timebase is None:
        m.refuse(f"{cpu.name} has no time base to reset")
    cpu.timebase_resets += 1


@function("void x86_cpus_init(X86MachineState *, int)")
def _x86_cpus(m: Execution, _machine: Instance, version: int) -> None:
    m.facts.x86["CPU version"] = version
    for _ in range(m.scenario.cpus):
        m.new_cpu(m.cpu_type, realized=True)


@function("qemu_irq *qemu_allocate_irqs(qemu_irq_handler, void *?, int)", used=True)
def _irqs(m: Execution, handler: Function, opaque: object, count: int) -> Lines:
    made = called(m, "qemu_allocate_irqs", (f"{handler.name}()", opaque, count))
    return Lines(made, count)


@function("char *qemu_find_file(int, const char *)", owned=True, used=True)
def _find(m: Execution, kind: int, name: str) -> str | None:
    if kind != 0:
        m.say("an image is searched for among the key maps")
    if not m.scenario.found:
        m.facts.loads.append(Load(name, "not found", {}, m.line))
        return None
    return FOUND_IN + name


def file_of(m: Execution, path: str) -> str:
    """The name that a path was found by."""
    if not path.startswith(FOUND_IN):
        m.refuse("a file is loaded that was not searched for")
    return path.removeprefix(FOUND_IN)


@function(
    "ssize_t load_elf(const char *, function *?, function *?, void *?, uint64_t *?, "
    "uint64_t *?, uint64_t *?, uint32_t *?, int, int, int, int)",
    used=True,
)
def _elf(m: Execution, path: str, *rest: object) -> int:
    names = ("byte order", "machine", "clear_lsb", "data_swab")
    if any(value is not None for value in rest[:-4]):
        m.say("the ELF file is loaded with a function or a result of its own")
    numbers = {
        n: v for n, v in zip(names, rest[-4:], strict=True) if isinstance(v, int)
    }
    if not m.unit.target.has(Feature.ELF_BYTE_ORDER):
        numbers["byte order"] += 1  # false is little, true is big
    m.facts.loads.append(Load(file_of(m, path), "ELF", numbers, m.line))
    # A size, or one of the negative ELF_LOAD_* errors.
    return 1 if m.scenario.elf else -2


@function(
    "ssize_t load_image_targphys(const char *, hwaddr, uint64_t, Error **?)",
    optional=1,
    used=True,
)
def _raw(
    m: Execution, path: str, address: int, limit: int, _errp: object = None
) -> int:
    numbers = {"address": address, "limit": limit}
    m.facts.loads.append(Load(file_of(m, path), "raw", numbers, m.line))
    # The size of a file of one byte, or of an empty one, which is no image either.
    return 1 if m.scenario.raw else 0


@function("ssize_t load_image_mr(const char *, MemoryRegion *)", used=True)
def _into_region(m: Execution, path: str, region: object) -> int:
    if not isinstance(region, Device) or region.inside is None:
        m.refuse("an image is loaded into what is no region of a device")
    if not region.inside.realized:
        m.refuse(f"{region.inside.name} has no region yet: it is not realized")
    file = file_of(m, path)
    m.facts.loads.append(Load(file, "into a device", {}, m.line, region))
    return 1 if m.scenario.raw else 0


def _boot(m: Execution, loader: str, arguments: dict[str, object]) -> None:
    if m.facts.boot is not None:
        m.refuse("a second boot loader")
    m.facts.boot = BootCall(loader, arguments, m.line)


@function("void arm_load_kernel(ARMCPU *, MachineState *, struct arm_boot_info *)")
def _arm(m: Execution, cpu: Cpu, _machine: Instance, info: Record) -> None:
    fields = {
        name: f"{value.name}()" if isinstance(value, Function) else value
        for name, value in info.fields.items()
    }
    get_dtb = info.fields.get("get_dtb")
    if isinstance(get_dtb, Function):
        fields["get_dtb"] = _tree(m, get_dtb, info)
    _boot(m, "arm_load_kernel", {"cpu": cpu.name, **fields})


def _tree(m: Execution, get_dtb: Function, info: Record) -> str:
    """What the function gives that the loader asks for the device tree."""
    frame: dict[str, object] = {}
    tree = m.call(get_dtb, [info, Reference(frame, "size")], m.line)
    if tree is None or tree is not m.facts.tree:
        return "another tree"
    size = frame.get("size")
    return THE_TREE if size == m.facts.tree.size else "a tree of another size"


@function("void armv7m_load_kernel(ARMCPU *, const char *?, hwaddr, int)")
def _armv7m(m: Execution, cpu: Cpu, kernel: str, base: int, size: int) -> None:
    arguments = {"cpu": cpu.name, "kernel": kernel, "base": base, "size": size}
    _boot(m, "armv7m_load_kernel", arguments)


@function(
    "void x86_bios_rom_init(MachineState *, const char *, MemoryRegion *, bool)",
    before=Feature.X86_BIOS_OF_X86_MACHINE,
)
@function(
    "void x86_bios_rom_init(X86MachineState *, const char *, MemoryRegion *, bool)"
)
def _bios(
    m: Execution, _machine: Instance, firmware: str, memory: Region, writable: bool
) -> None:
    arguments = {"firmware": firmware, "memory": memory.name, "writable": writable}
    _boot(m, "x86_bios_rom_init", arguments)


@function("void error_report(const char *, ...)")
def _report(m: Execution, text: str, *args: object) -> None:
    m.report(formatted(text, args))


@function("void exit(int)")
def _exit(m: Execution, status: int) -> NoReturn:
    m.end(status)
