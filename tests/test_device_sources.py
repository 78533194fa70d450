"""What is read in QEMU's sources: Kconfig symbols, structs, prototypes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qgen.lab.device_sources import kconfig_symbols
from qgen.lab.device_structs import Declaration, declarations
from qgen.lab.helper_sources import Prototype, prototypes


def test_kconfig_symbols_are_those_that_a_board_selects(tmp_path: Path) -> None:
    files = {
        "hw/Kconfig": "config UART\n    bool\nconfig UART_C\n    bool\nconfig PLUG\n",
        "hw/meson.build": """
            system_ss.add(when: ['CONFIG_UART_C', 'CONFIG_TCG'], if_true: files('u.c'),
                          if_false: files('stub.c'))
            system_ss.add(files('always.c'))
            plug_ss.add(files('plug.c'))
            system_ss.add_all(when: 'CONFIG_PLUG', if_true: plug_ss)
        """,
        "hw/u.c": """
            static const VMStateDescription vmstate = { .name = "no-type" };
            static const TypeInfo infos[] = {
                { .parent = TYPE_DEVICE, .name = TYPE_UART, },
                { .name = "uart-b", .interfaces = (InterfaceInfo[]) { { X }, { } } },
            };
        """,
        "hw/stub.c": 'static const TypeInfo i = { .name = "stub", };',
        "hw/always.c": 'static const TypeInfo i = { .name = "always", };',
        "hw/plug.c": '#define TYPE_P "plug"\nstatic TypeInfo i = { .name = TYPE_P, };',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert kconfig_symbols(tmp_path, {"TYPE_UART": "uart"}) == {
        "uart": ("UART",),
        "uart-b": ("UART",),
        "plug": ("PLUG",),
    }


def test_declarations_of_all_forms(tmp_path: Path) -> None:
    header = tmp_path / "include" / "hw" / "x.h"
    header.parent.mkdir(parents=True)
    header.write_text(
        """
        // OBJECT_DECLARE_SIMPLE_TYPE(Not, NOT)
        """
        + """
OBJECT_DECLARE_SIMPLE_TYPE(UartState, UART)
OBJECT_DECLARE_TYPE(TimerState, TimerClass,
                    TIMER)
OBJECT_DECLARE_CPU_TYPE(VaxCPU, VaxCPUClass, VAX_CPU)
DECLARE_INSTANCE_CHECKER(GpioState, GPIO,
                         TYPE_SOC_GPIO)
DECLARE_OBJ_CHECKERS(DmaState, DmaClass, DMA, TYPE_SOC_DMA)
DECLARE_CLASS_CHECKERS(OnlyClass, ONLY, TYPE_ONLY)
#define OLD(obj) \\
    OBJECT_CHECK(OldState, (obj), TYPE_OLD)
"""
    )
    assert set(declarations(tmp_path)) == {
        Declaration("UartState", "UART", "TYPE_UART"),
        Declaration("TimerState", "TIMER", "TYPE_TIMER"),
        Declaration("VaxCPU", "VAX_CPU", "TYPE_VAX_CPU"),
        Declaration("GpioState", "GPIO", "TYPE_SOC_GPIO"),
        Declaration("DmaState", "DMA", "TYPE_SOC_DMA"),
        Declaration("OldState", "OLD", "TYPE_OLD"),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("void f(void);", Prototype("f", "void", ())),
        ("extern int f();", Prototype("f", "int", ())),
        (
            "DeviceState *f(hwaddr addr,\n  const char *name, qemu_irq irqs[4]);",
            Prototype(
                "f",
                "DeviceState *",
                (("hwaddr", "addr"), ("const char *", "name"), ("qemu_irq *", "irqs")),
            ),
        ),
        (
            "static inline bool f(Error **errp)\n{ if (1) { return g(errp); } }",
            Prototype("f", "bool", (("Error **", "errp"),)),
        ),
        (
            "OBJECT_DECLARE_SIMPLE_TYPE(A, B)\nG_NORETURN void f(unsigned size);",
            Prototype("f", "void", (("unsigned", "size"),)),
        ),
        (
            "int f(const char *const *names, unsigned long n) G_GNUC_PRINTF(1, 2);",
            Prototype(
                "f",
                "int",
                (("const char * const *", "names"), ("unsigned long", "n")),
            ),
        ),
        (
            'extern "C" {\n#define F(x) \\\n  g(x)\nvoid f(struct arm_boot_info *, int);\n}',
            Prototype("f", "void", (("struct arm_boot_info *", ""), ("int", ""))),
        ),
        ("typedef void F(int);", None),
        ("void f(void (*callback)(int));", None),
        ("void f(const char *format, ...);", None),
        ("struct S { int f(int); };", None),
        ("int a = f(1);", None),
        ("#define f(x) g(x)", None),
        ("/* void f(void); */", None),
    ],
)
def test_prototypes_are_read(text: str, found: Prototype | None) -> None:
    assert list(prototypes(text)) == ([found] if found else [])
