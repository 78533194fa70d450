"""The C of a board, checked by meaning: the only package that imports pycparser.

Independent of the stages that wrote the text. The text is read (`unit`), executed by an
abstract machine (`machine`, `api`) under a few command lines (`scenarios`), and what it
makes is compared (`compare`) with what the board means (`expected`). What it declares is
compared as it stands (`declared`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qgen.board import Board
from qgen.check import (
    api_backends,
    api_bases,
    api_devices,
    api_fw_cfg,
    api_i2c,
    api_ide,
    api_machine,
    api_memory,
    api_pci,
    api_properties,
    api_values,
    bases,
    declared,
)
from qgen.check.choices import judge_choices
from qgen.check.code import Record
from qgen.check.compare import compare
from qgen.check.expected import expected
from qgen.check.helpers import Helper, functions
from qgen.check.hooks import (
    chosen_fields,
    class_calls,
    compare_hooks,
    judge_hooks,
    kept_fields,
)
from qgen.check.kept import judge_kept
from qgen.check.machine import Execution, class_facts, register
from qgen.check.notes import Notes, Refused
from qgen.check.scenarios import scenarios
from qgen.check.symbols import Function, Unit
from qgen.check.unit import read
from qgen.expr import evaluate

__all__ = ["Helper", "check"]

MODELS = (
    api_backends,
    api_bases,
    api_devices,
    api_fw_cfg,
    api_i2c,
    api_ide,
    api_machine,
    api_memory,
    api_pci,
    api_properties,
    api_values,
)
"""The modules whose import registers the models of QEMU's functions."""


def check(
    text: str,
    board: Board,
    *,
    machine_name: str | None = None,
    types: Mapping[str, str] | None = None,
    casts: Mapping[str, str] | None = None,
    helpers: Iterable[Helper] = (),
) -> list[str]:
    """What in the C ``text`` does not mean ``board``; nothing if all of it does.

    ``machine_name`` is the name under which the machine is registered, if not its own.
    ``types`` are the QOM types by the macros that the text may use for them, as the
    device catalogue has them (``TYPE_PL011``: ``pl011``), ``casts`` the structs by the
    macros that cast to them, ``helpers`` the functions of QEMU's that the board calls.
    """
    notes = Notes()
    outside = {c.name: c.value for c in board.constants if c.header is not None}
    try:
        unit = Unit(notes, dict(types or {}), outside)
        unit.helpers |= functions(helpers)
        unit.casts |= casts or {}
        unit.chosen |= chosen_fields(board)
        unit.kept |= kept_fields(board).keys() | unit.chosen
        read(text, unit)
        declared.judge_includes(unit)
        declared.judge_constants(unit, board)
        declared.judge_table(unit, board.memory_map)
        judge_hooks(unit, board)
        _judge_machine(unit, board, machine_name or board.name)
    except Refused as refusal:
        notes.refused(refusal)
    except RecursionError:
        notes.add(0, "the C is nested deeper than any board")
    return notes.listed()


def _judge_machine(unit: Unit, board: Board, name: str) -> None:
    limit = _loop_limit(board)
    info = _registered(unit, limit)
    declared.judge_type(unit, info, board, name)
    class_init = info.fields.get("class_init")
    if not isinstance(class_init, Function):
        unit.notes.add(0, "TypeInfo.class_init is not set")
        return
    base = board.parent.base
    facts = class_facts(unit, class_init, base, limit)
    declared.judge_class(unit, facts.machine, board)
    compare_hooks(facts.hooks, class_calls(board), unit.notes.add)
    bases.judge_base(unit, facts, board)
    init = facts.machine.fields.get("init")
    if base.devices_in is not None:
        init = facts.base.fields.get(base.devices_in)
    ram_id = base.sets.get("default_ram_id")
    ram_id = facts.machine.fields.get("default_ram_id", ram_id)
    if not isinstance(init, Function):
        return
    state = unit.state_of(info.fields.get("name"))
    struct = None if state is None else state[0]
    judge_choices(unit, facts.properties, board, struct)
    before = len(unit.notes)
    for place, scenario in enumerate(scenarios(board)):
        # What is wrong in one run is mostly wrong in all: the first is enough to tell.
        if scenario.ends or len(unit.notes) == before:
            execution = Execution(unit, scenario, ram_id, limit, struct)
            execution.machine_class.views["MachineClass"] = facts.machine
            execution.class_properties = facts.properties
            _run(execution, board, init, "" if not place else str(scenario))


def _run(execution: Execution, board: Board, init: Function, when: str) -> None:
    """Run the board once and compare; what ends the run is a finding of its own."""
    try:
        execution.init(init)
    except Refused as refusal:
        execution.notes.refused(refusal)
        return
    wanted = expected(board, execution.scenario)
    compare(execution.facts, wanted, execution.notes, when)
    judge_kept(execution, board)


def _registered(unit: Unit, limit: int) -> Record:
    """The one type that the file registers."""
    inits = [macro for macro in unit.macros if macro.name == "type_init"]
    if len(inits) != 1:
        raise Refused(0, f"type_init() stands there {len(inits)} times, not once")
    symbol = unit.symbols.get(inits[0].args[0])
    function = None if symbol is None else symbol.code.value
    if not isinstance(function, Function) or function.params:
        raise Refused(inits[0].line, "type_init() takes a function without parameters")
    types = register(unit, function, limit)
    if len(types) != 1:
        raise Refused(function.line, f"{len(types)} types are registered, not one")
    return types[0]


def _loop_limit(board: Board) -> int:
    """How often the longest loop of the board runs."""
    counts = [d.count for d in board.devices]
    counts += [wire.lines for d in board.devices for wire in d.wires]
    numbers = [evaluate(count) for count in counts if count is not None]
    return max(1, board.cpus.maximum or 1, *numbers)
