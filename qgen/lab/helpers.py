"""Measures which C functions the boards of one QEMU release can call.

`qgen.lab.helper_sources` reads prototypes in QEMU's headers. A function counts where a
board's compiler agrees with what was read, and the QEMU binary has the function;
`qgen.catalogue.helpers` reads what `measure` returns.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qgen import catalogue
from qgen.catalogue import helpers
from qgen.lab import process, table_file
from qgen.lab.c_check import Group, Piece, groups
from qgen.lab.device_probe import Progress
from qgen.lab.device_sources import kconfig_of_functions
from qgen.lab.device_structs import declarations
from qgen.lab.errors import LabError
from qgen.lab.helper_sources import Prototype, prototypes
from qgen.lab.probe_run import arch_dir_of
from qgen.lab.sdk import Sdk

# Where boards find functions to call, below include/.
_HEADERS = (
    *("hw/**/*.h", "system/**/*.h", "sysemu/**/*.h", "net/**/*.h"),
    *("exec/**/*.h", "chardev/**/*.h", "qom/**/*.h", "qemu/datadir.h"),
)

# What a parameter can point to, with the structs of QOM's objects.
_POINTED = {
    *("void", "char", "int", "uint8_t", "uint32_t", "uint64_t", "hwaddr", "qemu_irq"),
    *(
        "AddressSpace",
        "BlockBackend",
        "CPUState",
        "DriveInfo",
        "MemMapEntry",
        "NICInfo",
    ),
    *("Object", "ObjectClass", "QList", "RISCVBootInfo", "arm_boot_info"),
}
_POINTED_LIKE = re.compile(r"[A-Z]\w+(?:Class|Bus)|CPU[A-Z]\w*State")
_POINTER = re.compile(r"(?:const )?(?:struct )?(\w+) \*")
# Of pointers to pointers, and of types that hide that they are pointers.
_OTHER = frozenset(("DriveInfo **", "Error **", "qemu_irq", "symbol_fn_t", "void"))
_SCALAR = re.compile(r"(?:const )?(?:enum )?\w+(?: \w+)*")

_LABEL = re.compile(r"^(\w+):")
_REFERENCE = re.compile(r"\b(?:call|callq|jmp|bl|b)\s+(\w+)|\b(\w+)@(?:PLT|GOTPCREL)")


def measure(sdk: Sdk, progress: Progress | None = None) -> bytes:
    """The bytes of a file of functions, for all targets of `sdk`."""
    report = progress or (lambda _: None)
    report("reading prototypes")
    read = _read(sdk.source)
    found: dict[tuple[str, Prototype], list[str]] = {}
    exported: set[tuple[str, Prototype]] = set()
    for target in sdk.targets:
        report(f"{target}: compiling {len(read)} prototypes")
        for each, inline in _there(sdk, target, read):
            found.setdefault(each, []).append(target)
            exported |= set() if inline else {each}
    best: dict[str, tuple[str, Prototype]] = {}
    for each in sorted(found, key=lambda key: (-len(found[key]), key[0])):
        best.setdefault(each[1].name, each)
    kconfig = kconfig_of_functions(sdk.source)
    header = {
        "format": helpers.FORMAT,
        "release": sdk.release,
        "version": sdk.version,
        "targets": list(sdk.targets),
    }
    lines = {}
    for name, each in best.items():
        lines[name] = line = _line(*each)
        if each not in exported:
            line["inline"] = True
        elif name in kconfig:
            line["kconfig"] = kconfig[name]
        if len(found[each]) < len(sdk.targets):
            line["targets"] = found[each]
    return table_file.pack(helpers.HEADER, header, lines)


def write(release: str, packed: bytes) -> Path:
    """Put `packed`, from `measure`, where `qgen.catalogue.functions` finds it."""
    helpers.parse(packed, f"the functions measured for {release}")
    name = f"{catalogue.FUNCTIONS}{release}{catalogue.SUFFIX}"
    return table_file.put(catalogue.DATA / name, packed)


def _line(header: str, each: Prototype) -> dict[str, object]:
    line: dict[str, object] = {"header": header, "returns": each.returns}
    if each.parameters:
        line["parameters"] = each.parameters
    return line


def _read(source: Path) -> list[tuple[str, Prototype]]:
    """Headers, as boards include them, and their functions with usual types."""
    structs = {each.struct.removeprefix("struct ") for each in declarations(source)}
    known = structs | _POINTED
    found = {
        (path.relative_to(source / "include").as_posix(), each)
        for pattern in _HEADERS
        for path in (source / "include").glob(pattern)
        for each in prototypes(path.read_text(encoding="utf-8", errors="replace"))
        if all(_usual(of, known) for of in (each.returns, *_types(each)))
    }
    return sorted(found, key=str)


def _types(each: Prototype) -> Iterator[str]:
    return (of for of, _ in each.parameters)


def _usual(of: str, known: Collection[str]) -> bool:
    """Whether a type may be one that a board can give: what is none does not compile."""
    pointer = _POINTER.fullmatch(of)
    if pointer:
        return pointer[1] in known or bool(_POINTED_LIKE.fullmatch(pointer[1]))
    return of in _OTHER or bool(_SCALAR.fullmatch(of))


def _there(
    sdk: Sdk, target: str, read: Sequence[tuple[str, Prototype]]
) -> Iterator[tuple[tuple[str, Prototype], bool]]:
    """Those of the functions that a board for `target` can call; which are inline."""
    command = sdk.compile_command(arch_dir_of(target), target)
    pieces = {_piece(*each): each for each in read}
    symbols = _symbols(sdk.qemu(target))
    found = groups(command, pieces)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        inlines = list(pool.map(lambda group: _inlines(command, group), found))
    for refers, group in zip(inlines, found, strict=True):
        for piece in group.pieces:
            name = pieces[piece][1].name
            if refers.get(name, {name}) <= symbols:
                yield pieces[piece], name in refers


def _piece(header: str, each: Prototype) -> Piece:
    """C that compiles if the function has the type that was read, of usual types."""
    same = f"__builtin_types_compatible_p(__typeof__({each.name}), {each.type})"
    checks = [same]
    for of in sorted({each.returns, *_types(each)} - _OTHER):
        if "*" not in of:
            # 1 is GCC's integer_type_class, which enums and bool fall into.
            checks.append(f"__builtin_classify_type(({of})0) == 1")
    line = " ".join(f'_Static_assert({check}, "");' for check in checks)
    return Piece(header, f"{line} void *qgen_@ = {each.name};")


def _symbols(qemu: Path) -> set[str]:
    """What a board can find in a QEMU binary, and what QEMU finds in libraries."""
    result = process.capture(["nm", "-D", qemu])
    if result.returncode != 0:
        raise LabError(f"{qemu.name} has no symbols: {result.stderr.strip()}")
    return {line.split()[-1].partition("@")[0] for line in result.stdout.splitlines()}


def _inlines(command: Sequence[str], group: Group) -> dict[str, set[str]]:
    """The functions that headers bring into a file, with what they refer to outside."""
    argv = [*command, "-w", "-O0", "-S", "-o", "-", "-x", "c", "-"]
    result = process.capture(argv, stdin=group.text)
    if result.returncode != 0:
        raise LabError("what compiles without output does not compile")
    refers: dict[str, set[str]] = {}
    label = ""
    for line in result.stdout.splitlines():
        if match := _LABEL.match(line):
            label = match[1]
            refers[label] = set()
        elif label:
            refers[label] |= {a or b for a, b in _REFERENCE.findall(line)}
    return {name: _outside(name, refers) for name in refers}


def _outside(name: str, refers: Mapping[str, set[str]]) -> set[str]:
    """What a function refers to, itself and through others of its file."""
    seen = {name}
    rest = [name]
    while rest:
        new = refers.get(rest.pop(), set()) - seen
        seen |= new
        rest += new
    return seen - refers.keys()
