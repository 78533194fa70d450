"""Runs the functions of a type as QEMU would, and compares what they make."""

from __future__ import annotations

from collections.abc import Iterator

from qgen.bases import MACHINE
from qgen.board import Arch, Board, ClockUse, Soc
from qgen.check import declared
from qgen.check.bases import judge_base
from qgen.check.choices import judge_choices
from qgen.check.code import Record
from qgen.check.compare import compare
from qgen.check.expected import expected
from qgen.check.given import givens
from qgen.check.hooks import class_calls, compare_hooks
from qgen.check.kept import judge_kept, judge_spare, spare
from qgen.check.machine import Execution, class_facts, device_class
from qgen.check.notes import Refused
from qgen.check.scenarios import Scenario, nics_of, scenarios
from qgen.check.symbols import Function, Unit
from qgen.expr import evaluate
from qgen.targets import NEWEST, Target


def judge_machine(unit: Unit, board: Board, info: Record, name: str) -> None:
    """The machine type ``info``: its class, and its init function under scenarios."""
    declared.judge_machine_type(unit, info, board, name)
    class_init = info.fields.get("class_init")
    limit = _loop_limit(board)
    if not isinstance(class_init, Function):
        unit.notes.add(0, "TypeInfo.class_init is not set")
        return
    base = board.parent.base
    facts = class_facts(unit, class_init, base, limit)
    declared.judge_class(unit, facts.machine, board)
    compare_hooks(facts.hooks, class_calls(board), unit.notes.add)
    judge_base(unit, facts, board)
    init = facts.machine.fields.get("init")
    if base.devices_in is not None:
        init = facts.base.fields.get(base.devices_in)
    ram_id = base.sets.get("default_ram_id")
    ram_id = facts.machine.fields.get("default_ram_id", ram_id)
    if not isinstance(init, Function):
        return
    state = unit.state_of(info.fields.get("name"))
    struct = None if state is None else state[0]
    instance_init = info.fields.get("instance_init")
    if isinstance(instance_init, Function):
        unit.instance_init = instance_init
    judge_choices(unit, facts.properties, board, struct)
    before = len(unit.notes)
    unused: list[set[tuple[str, int]]] = []
    for place, scenario in enumerate(scenarios(board, unit.target)):
        # What is wrong in one run is mostly wrong in all: the first is enough to tell.
        if scenario.ends or len(unit.notes) == before:
            most = max(limit, len(scenario.nics))
            execution = Execution(unit, scenario, ram_id, most, struct)
            execution.machine_class.views["MachineClass"] = facts.machine
            execution.class_properties = facts.properties
            _run(execution, board, init, _when(place, scenario))
            unused.append(spare(execution))
    if len(unit.notes) == before:
        judge_spare(unit, unused)


def _run(execution: Execution, board: Board, init: Function, when: str) -> None:
    """Run the board once and compare; what ends the run is a finding of its own."""
    execution.shares = _shares(board)
    try:
        execution.init(init)
    except Refused as refusal:
        execution.notes.refused(refusal)
        return
    wanted = expected(board, execution.scenario, execution.unit.target)
    compare(execution.facts, wanted, execution.notes, when)
    judge_kept(execution, board)
    has = execution.scenario.given.usb
    if execution.usb != has and not wanted.endings:
        said = ("has no USB", "has it") if has else ("has USB", "has none")
        text = f"the machine {said[0]} here; the board {said[1]}"
        execution.notes.add(0, text + (f" ({when})" if when else ""))


def judge_soc(unit: Unit, soc: Soc, info: Record, name: str) -> None:
    """The SoC type ``info``: made, realized, and left to fail wherever it can."""
    declared.judge_soc_type(unit, info, soc, name)
    class_init = info.fields.get("class_init")
    limit = _loop_limit(soc)
    if not isinstance(class_init, Function):
        unit.notes.add(0, "TypeInfo.class_init is not set")
        return
    fields = device_class(unit, class_init, limit)
    declared.judge_soc_class(unit, fields, soc)
    init, realize = info.fields.get("instance_init"), fields.fields.get("realize")
    if not isinstance(realize, Function):
        return
    state = unit.state_of(info.fields.get("name"))
    struct = None if state is None else state[0]

    def run(scenario: Scenario) -> Execution | None:
        execution = Execution(unit, scenario, None, limit, struct, is_soc=True)
        execution.shares = _shares(soc)
        try:
            execution.soc(init if isinstance(init, Function) else None, realize)
        except Refused as refusal:
            unit.notes.refused(refusal)
            return None
        return execution

    before = len(unit.notes)
    unused: list[set[tuple[str, int]]] = []
    fallible: dict[int, None] = {}
    for place, scenario in enumerate(scenarios_of_soc(soc, unit.target)):
        if len(unit.notes) > before:
            return
        execution = run(scenario)
        if execution is not None:
            fallible |= execution.fallible
            wanted = expected(soc, scenario, unit.target)
            compare(execution.facts, wanted, unit.notes, _when(place, scenario))
            unused.append(spare(execution))
    for line in fallible:
        if len(unit.notes) > before:
            return
        run(next(scenarios_of_soc(soc, unit.target))._replace(fails=line))
    judge_spare(unit, unused)


def scenarios_of_soc(soc: Soc, target: Target = NEWEST) -> Iterator[Scenario]:
    """A board that wires what it should, with few and many CPUs; and some that do not."""
    inputs = {c.name: c.input for c in soc.clocks if c.input is not None}
    usual = frozenset(n for n, use in inputs.items() if use is not ClockUse.FORBIDDEN)
    plain = Scenario(
        0, 1, 1, "chosen-cpu", None, soc.arch is Arch.PPC, MACHINE, wired=usual
    )
    plain = plain._replace(nics=nics_of(soc, plain.given, target))
    yield plain
    few = nics_of(soc, plain.given, target, usual=False)
    yield plain._replace(cpus=3, max_cpus=4, nics=few)
    for given in givens(soc)[1:]:
        yield plain._replace(given=given, nics=nics_of(soc, given, target))
    for name in inputs:
        yield plain._replace(wired=usual ^ {name})


def _shares(board: Board | Soc) -> bool:
    """Whether several wires lead to one input; then comparing them tells all."""
    wires = [*board.cpu_wires, *(w for d in board.devices for w in d.wires)]
    return any(wire.shared for wire in wires)


def _when(place: int, scenario: Scenario) -> str:
    return str(scenario) if place else ""


def _loop_limit(board: Board | Soc) -> int:
    """How often the longest loop of the board runs."""
    counts = [d.count for d in board.devices]
    counts += [wire.lines for d in board.devices for wire in d.wires]
    numbers = [evaluate(count) for count in counts if count is not None]
    return max(1, board.most_cpus, *numbers)
