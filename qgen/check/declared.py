"""What the C declares, against the board: constants, table, TypeInfo and class."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import takewhile

from qgen.board import Arch, Board, Constant, MapEntry, Soc, SocParent
from qgen.check.code import Record
from qgen.check.ctype import Struct
from qgen.check.facts import Number, names_of
from qgen.check.match import shown, spelled
from qgen.check.symbols import Function, Table, Unit
from qgen.check.values import StaticArray
from qgen.check.vocabulary import INTERFACES, Sentinel
from qgen.expr import evaluate, symbols
from qgen.targets import Feature

_SOC_PARENTS = {SocParent.SYSBUS: "SysBusDevice", SocParent.DEVICE: "DeviceState"}
_INTERFACES = {
    Arch.ARM: "arm_machine_interfaces",
    Arch.AARCH64: "aarch64_machine_interfaces",
}
_LISTED = {
    Arch.ARM: ("target-info-arm-machine", "target-info-aarch64-machine"),
    Arch.AARCH64: ("target-info-aarch64-machine",),
}
"""The lists that make Arm machines visible, by name and by what is in them."""
_JUDGED = {"init", "valid_cpu_types"}
"""The class fields that are judged by themselves."""
MOST_PREFIXES = 8
"""So many beginnings of enumerators are tried as the one that all have in common."""
_FIRST_HEADER = "qemu/osdep.h"


def judge_includes(unit: Unit) -> None:
    """What every file of QEMU includes comes first."""
    if next(iter(unit.includes), None) != _FIRST_HEADER:
        unit.notes.add(0, f"{_FIRST_HEADER!r} is not the first header")


def judge_constants(unit: Unit, constants: Sequence[Constant]) -> None:
    """The #defines are the board's constants, and those of headers are proved."""
    own = {c.name: c for c in constants if c.header is None}
    macros = {f"TYPE_{macro}" for macro in unit.states}
    for name, constant in own.items():
        if name not in unit.defines:
            unit.notes.add(0, f"the constant {name!r} is not defined")
        else:
            _constant(unit, constant)
    for name, (_, line) in unit.defines.items():
        if name not in own and name not in macros:
            unit.notes.add(line, f"the board has no constant {name!r}")
    for constant in constants:
        if constant.header is None:
            continue
        if constant.name not in unit.covered:
            text = f"no QEMU_BUILD_BUG_ON proves that {constant.name} is"
            unit.notes.add(0, f"{text} {shown(constant.value)}")
        if constant.header not in unit.includes:
            text = (
                f"{constant.header!r}, which defines {constant.name}, is not included"
            )
            unit.notes.add(0, text)


def _constant(unit: Unit, constant: Constant) -> None:
    value, line = unit.defines[constant.name]
    what = f"the constant {constant.name!r}"
    judge_number(
        unit, line, what, value, Number(constant.value, symbols(constant.expr))
    )


def judge_number(
    unit: Unit, line: int, what: str, value: object, wanted: Number
) -> None:
    """Note where a number differs, in its value or in what it is computed from."""
    if value != wanted:
        is_, has = shown(value), shown(wanted)
        unit.notes.add(line, f"{what} is {is_}; the board has {has}")
    elif names_of(value) != wanted.names:
        right = spelled(wanted)
        unit.notes.add(
            line, f"{what} is {shown(value)}; the board takes it from {right}"
        )


def judge_tables(unit: Unit, maps: Sequence[Sequence[MapEntry]]) -> None:
    """Each map is a table of the C, in this order; look-ups then go by their names."""
    wanted = [entries for entries in maps if entries]
    if wanted and not unit.tables:
        unit.notes.add(0, "the memory map table is missing")
        return
    for extra in unit.tables[len(wanted) :]:
        what = "a second memory map table"
        if not wanted:
            what = "the board has no memory map table"
        unit.notes.add(extra.line, what)
    rows = {name for table in unit.tables for name in table.names.values()}
    for name in unit.enumerators:
        if name not in rows:
            line = unit.symbols[name].line
            unit.notes.add(line, f"the memory map has no row for {name!r}")
    for table, entries in zip(unit.tables, wanted, strict=False):
        _table(unit, table, entries)


def _table(unit: Unit, table: Table, entries: Sequence[MapEntry]) -> None:
    indices = _entries(unit, table, [entry.name for entry in entries])
    for entry in entries:
        index = indices.get(entry.name)
        if index is None:
            unit.notes.add(table.line, f"the memory map has no entry {entry.name!r}")
        else:
            _row(unit, table.rows[index], entry)


def _entries(unit: Unit, table: Table, names: list[str]) -> dict[str, int]:
    """The row of each entry: its enumerator is the entry's name with a common prefix."""
    places = {name: index for index, name in table.names.items() if name}
    # Several enumerators may end like the first entry (UART, SECURE_UART); the prefix is
    # the one under which most entries are found.
    prefixes = [n.removesuffix(names[0]) for n in places if n.endswith(names[0])]
    prefix = max(
        sorted(prefixes, key=len)[:MOST_PREFIXES],
        key=lambda p: sum(f"{p}{name}" in places for name in names),
        default="",
    )
    known = {f"{prefix}{name}": name for name in names}
    for name, index in places.items():
        if name not in known:
            line = table.rows[index].lines["base"]
            unit.notes.add(line, f"the board's memory map has no entry for {name!r}")
    return {known[name]: index for name, index in places.items() if name in known}


def _row(unit: Unit, row: Record, entry: MapEntry) -> None:
    for field, expr in (("base", entry.base), ("size", entry.size)):
        value, wanted = row.fields[field], Number(evaluate(expr), symbols(expr))
        what = f"the {field} of {entry.name!r}"
        judge_number(unit, row.lines[field], what, value, wanted)
        row.fields[field] = Number(value, frozenset({f"{entry.name}.{field}"}))


def judge_machine_type(unit: Unit, info: Record, board: Board, name: str) -> None:
    """The TypeInfo is that of the machine ``name``."""
    base = board.parent.base
    wanted: dict[str, object] = {"name": f"{name}-machine", "parent": base.type}
    interfaces = info.fields.get("interfaces")
    arm = unit.target.has(Feature.ARM_MACHINE_INTERFACES)
    if board.interfaces:
        wanted["interfaces"] = (*(_LISTED.get(board.arch, ()) * arm), *board.interfaces)
    elif interfaces is not None or (arm and board.arch in _INTERFACES):
        listed = _INTERFACES.get(board.arch)
        wanted["interfaces"] = None if listed is None else Sentinel(listed)
    judged = {"class_init"}
    if any(prop.of_instance for prop in board.properties):
        judged.add("instance_init")
    _judge_type(unit, info, wanted, base.struct, judged)


def judge_soc_type(unit: Unit, info: Record, soc: Soc, name: str) -> None:
    """The TypeInfo is that of the SoC type ``name``, which always has a state."""
    wanted: dict[str, object] = {"name": name, "parent": soc.parent.value}
    if unit.state_of(name) is None:
        unit.notes.add(0, f"the type {name!r} has no struct of its own")
    parent_struct = _SOC_PARENTS[soc.parent]
    _judge_type(unit, info, wanted, parent_struct, {"class_init", "instance_init"})


def _judge_type(
    unit: Unit,
    info: Record,
    wanted: dict[str, object],
    parent_struct: str,
    judged: Set[str],
) -> None:
    state = unit.state_of(info.fields.get("name"))
    if state is not None:
        struct, macro = state
        wanted["instance_size"] = Sentinel(f"sizeof({struct})")
        _state(unit, struct, parent_struct)
        if unit.value(f"TYPE_{macro}") != info.fields.get("name"):
            line = info.lines.get("name", 0)
            unit.notes.add(
                line, f"the type's name is not TYPE_{macro}, as its casts want it"
            )
    for field in sorted(wanted.keys() | (info.fields.keys() - judged)):
        is_, has = info.fields.get(field), wanted.get(field)
        if is_ != has:
            line = info.lines.get(field, 0)
            text = f"TypeInfo.{field} is {_text(is_)}; it should be {_text(has)}"
            unit.notes.add(line, text)


def _text(value: object) -> str:
    if isinstance(value, tuple) and not isinstance(value, Sentinel):
        return ", ".join(map(str, value)) or "nothing"
    return value.name if isinstance(value, Sentinel) else shown(value)


def _state(unit: Unit, struct: str, parent: str) -> None:
    """The struct of a type starts with that of its parent."""
    fields = unit.structs.get(struct)
    if fields is None:
        unit.notes.add(0, f"the struct {struct!r} is not defined")
        return
    first = next(iter(fields.items()), None)
    if first != ("parent_obj", Struct(parent)):
        text = f"the struct {struct!r} does not start with its parent's"
        unit.notes.add(unit.lines[struct], text)


def judge_soc_class(unit: Unit, fields: Record, soc: Soc) -> None:
    """DeviceClass has what a SoC sets, and no more."""
    wanted = {"realize"}
    if soc.not_user_creatable is not None:
        wanted.add("user_creatable")
        if fields.fields.get("user_creatable", True):
            line = fields.lines.get("user_creatable", 0)
            unit.notes.add(line, "-device can create the SoC; it should not")
    for name in sorted(fields.fields.keys() - wanted):
        text = f"DeviceClass.{name} is set; the SoC does not set it"
        unit.notes.add(fields.lines[name], text)
    if not isinstance(fields.fields.get("realize"), Function):
        unit.notes.add(0, "DeviceClass.realize is not set")


def judge_class(unit: Unit, fields: Record, board: Board) -> None:
    """MachineClass has the board's fields, all of them and no others."""
    wanted = _class_fields(board)
    for name, value in wanted.items():
        if name not in fields.fields:
            unit.notes.add(0, f"MachineClass.{name} is not set")
            continue
        given = fields.fields[name]
        if given != value:
            unit.notes.add(
                fields.lines[name],
                f"MachineClass.{name} is {shown(given)}; the board has {shown(value)}",
            )
    for name in sorted(fields.fields.keys() - wanted.keys() - _JUDGED):
        text = f"MachineClass.{name} is set; the board does not set it"
        unit.notes.add(fields.lines[name], text)
    init = fields.fields.get("init")
    if board.parent.base.boots:
        if init is not None:
            text = "MachineClass.init is set; that of the base has to run"
            unit.notes.add(fields.lines["init"], text)
    elif not isinstance(init, Function):
        unit.notes.add(0, "MachineClass.init is not set")
    _valid_cpus(unit, fields, board.cpus.valid_types)


def _class_fields(board: Board) -> dict[str, object]:
    cpus, ram, base = board.cpus, board.ram, board.parent.base
    wanted: dict[str, object] = {"desc": board.description}
    if "max_cpus" not in board.parent.sets:
        wanted["max_cpus"] = cpus.maximum or 1
    for name, value in (
        ("default_cpu_type", cpus.default_type),
        ("min_cpus", cpus.minimum),
        ("default_cpus", cpus.default_count),
    ):
        if value is not None:
            wanted[name] = value
    if ram is not None:
        if ram.id != base.sets.get("default_ram_id"):
            wanted["default_ram_id"] = ram.id
        if ram.default_size is not None:
            wanted["default_ram_size"] = evaluate(ram.default_size)
    for field in board.class_fields:
        wanted[field.name] = field.value
        if field.name == "block_default_type":
            wanted[field.name] = INTERFACES.index(str(field.value))
    return wanted


def _valid_cpus(unit: Unit, fields: Record, wanted: tuple[str, ...]) -> None:
    array = fields.fields.get("valid_cpu_types")
    line = fields.lines.get("valid_cpu_types", 0)
    if not isinstance(array, StaticArray):
        if wanted:
            unit.notes.add(line, "MachineClass.valid_cpu_types is not set")
        return
    if not wanted:
        unit.notes.add(
            line, "MachineClass.valid_cpu_types is set; the board allows any"
        )
        return
    if array.values[-1:] != [None]:
        unit.notes.add(line, "the list of valid CPUs does not end with NULL")
    names = list(takewhile(lambda name: name is not None, array.values))
    if names != list(wanted):
        unit.notes.add(
            line,
            f"the valid CPUs are {', '.join(names)}; the board has {', '.join(wanted)}",
        )
