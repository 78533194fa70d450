"""Judges that no two wires share an end: QEMU would keep only one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qgen.board import CPUS, Call, Device, Sink, Source, Wire
from qgen.condition import exclusive
from qgen.diagnostics import Code
from qgen.expr import Expr, Num, evaluate
from qgen.lower.counts import SOFTWARE_ONLY
from qgen.lower.ends import Ends
from qgen.lower.inside import spelled
from qgen.lower.scope import Scope

MAX_WIRES = 1 << 16
"""How many wires a board may have, each device and each CPU counted."""

_Output = tuple[str, int, tuple[str, ...], bool, str | None, int]
_Input = tuple[str, int, tuple[str, ...], str | None, int]


@dataclass
class _Ends:
    """The ends that are taken: outputs, and inputs with the wire that drives them.

    ``alone`` are the inputs that a wire would share, and that no other leads to yet.
    """

    outputs: set[_Output] = field(default_factory=set)
    inputs: dict[_Input, tuple[str, Wire]] = field(default_factory=dict)
    alone: dict[_Input, Wire] = field(default_factory=dict)


def judge_drivers(
    devices: Sequence[Device], cpu_wires: Sequence[Wire], ends: Ends, scope: Scope
) -> None:
    """Refuse a second driver of an input, and a second wire of an output."""
    taken, left = _Ends(), MAX_WIRES
    for device in devices:
        several = 1 if device.count is None else evaluate(device.count)
        for line in () if device.call is None else device.call.to_cpus:
            for n in range(several):
                taken.outputs.add((device.name, n, (), False, None, line))
    for name, count, wire in _all(devices, cpu_wires):
        for env in _rounds(count, wire, ends.max_cpus, name == CPUS):
            left -= 1
            if left < 0:
                message = f"with this the board has more than {MAX_WIRES} wires"
                scope.error(Code.Q0203, message, wire.origin)
                return
            if _clashes(name, wire, env, taken, ends, scope):
                break
    for input_, wire in taken.alone.items():
        message = f"no other wire leads to {_described(input_, ends)}"
        scope.error(Code.Q0214, message, (*wire.origin, "shared"), "leave it out")


def _all(
    devices: Sequence[Device], cpu_wires: Sequence[Wire]
) -> Iterator[tuple[str, Expr | None, Wire]]:
    for wire in cpu_wires:
        yield CPUS, None, wire
    for device in devices:
        made = () if device.call is None else _of_call(device.call)
        for wire in (*made, *device.wires):
            yield device.name, device.count, wire


def _of_call(call: Call) -> Iterator[Wire]:
    """The wires that a function makes of its arguments."""
    for place, argument in enumerate(call.arguments):
        if isinstance(argument, Sink):
            source = Source(False, call.function, Num(place))
            if place in call.irqs:
                source = Source(True, None, Num(call.irqs.index(place)))
            yield Wire(source, argument, False, call.origin)


def _rounds(
    count: Expr | None, wire: Wire, max_cpus: int, of_cpus: bool
) -> Iterator[dict[str, int]]:
    """The run-time values under which a wire is made, one after the other."""
    for n in range(evaluate(count) if count is not None else 1):
        for cpu in range(max_cpus if wire.per_cpu or of_cpus else 1):
            for line in range(evaluate(wire.lines) if wire.lines else 1):
                yield {"n": n, "cpu": cpu, "cpus": max_cpus, "line": line}


def _clashes(
    name: str, wire: Wire, env: dict[str, int], taken: _Ends, ends: Ends, scope: Scope
) -> bool:
    """Take both ends of one wire; a finding if one of them is taken."""
    source, sink = wire.source, wire.sink
    number = env["cpu"] if name == CPUS else env["n"]
    line = evaluate(source.index, env)
    output: _Output = (
        name,
        number,
        source.path,
        source.is_irq,
        source.name,
        line,
    )
    if output in taken.outputs:
        kind = "IRQ" if source.is_irq else "GPIO"
        label = f"{source.name!r} " if source.name else ""
        scope.error(
            Code.Q0212,
            f"the {kind} output {label}{line} of {spelled(name, source.path)!r} is "
            "wired already",
            wire.origin,
            "one output drives one input",
        )
        return True
    taken.outputs.add(output)
    place = sink.place
    element = 0 if place.element is None else evaluate(place.element, env)
    index = evaluate(sink.index, env)
    input_: _Input = (place.device, element, place.path, sink.name, index)
    if place.device != CPUS and _is_software_s(wire, index, ends, scope):
        return True
    if input_ not in taken.inputs:
        taken.inputs[input_] = (name, wire)
        if wire.shared:
            taken.alone[input_] = wire
        return False
    other, first = taken.inputs[input_]
    taken.alone.pop(input_, None)
    if wire.shared and first.shared:
        return False
    if CPUS not in (name, other) and exclusive(
        ends.devices[name].when, ends.devices[other].when
    ):
        return False
    what = _described(input_, ends)
    message = f"{what} is driven by {other!r} already"
    help_ = f"take another line, or join them in a gate, {_gate(input_, ends)}"
    if wire.shared or first.shared:
        help_ = "write 'shared: true' in the wire of each, or take another line"
    if first.origin == wire.origin:
        variable = "cpu" if wire.per_cpu or name == CPUS else "n"
        each = "every CPU" if variable == "cpu" else f"every {name!r}"
        if wire.lines is not None:
            variable, each = "line", f"every line of {name!r}"
        message = f"{what} would be driven by {each}"
        help_ = f"let the number depend on '{variable}', the number of each"
    scope.error(Code.Q0212, message, (*wire.origin, "to"), help_)
    return True


def _is_software_s(wire: Wire, index: int, ends: Ends, scope: Scope) -> bool:
    """Whether an input of a GIC is one of those that only software raises."""
    place = wire.sink.place
    shared = ends.shared_inputs(place) if wire.sink.name is None else None
    if shared is None or index < shared or (index - shared) % 32 >= SOFTWARE_ONLY:
        return False
    name = spelled(place.device, place.path)
    cpu, number = divmod(index - shared, 32)
    message = f"the input {index} of {name!r} is SGI {number} of CPU {cpu}, which only "
    message += "software raises"
    several = f"devices have {name}[0] to {name}[{shared - 1}]"
    help_ = f"{several if shared else 'devices have none'}: raise its 'num-irq'"
    if shared:
        help_ += f", or see the CPU's own inputs, from {name}[{shared + 16}] on"
    scope.error(Code.Q0211, message, (*wire.origin, "to"), help_)
    return True


def _described(input_: _Input, ends: Ends) -> str:
    device, element, path, line, index = input_
    if device == CPUS:
        lines = {number: name for name, number in ends.arch.inputs.items()}
        return f"the input {lines[index]!r} of CPU {element}"
    several = ends.devices[device].count is not None
    what = spelled(f"{device}[{element}]" if several else device, path)
    return f"the input {f'{line!r} ' if line else ''}{index} of {what!r}"


def _gate(input_: _Input, ends: Ends) -> str:
    """The OR gate that would drive an input for two."""
    device, element, path, line, index = input_
    if device == CPUS:
        lines = {number: name for name, number in ends.arch.inputs.items()}
        to = f"{CPUS}[{element}].{lines[index]}"
    else:
        several = ends.devices[device].count is not None
        to = spelled(f"{device}[{element}]" if several else device, path)
        to += f"[{index}]" if line is None else f".{line}[{index}]"
    return (
        f'{{type: or-irq, properties: {{num-lines: 2}}, gpios: ["{to}"]}}, whose inputs '
        "are gate[0] and gate[1]"
    )
