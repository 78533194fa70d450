"""Clocks as C: made, given a frequency or a source, and asked who drives them."""

from __future__ import annotations

from qgen.board import Clock, ClockUse, Composite
from qgen.cunit import CallExpr, If, Return, Text
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
from qgen.names import identifier, string_literal


def emit_clocks(unit: UnitBuilder) -> None:
    """The function that creates the machine's clocks."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_clocks")
    for clock in unit.board.clocks:
        with function.of(clock.origin):
            function.note(clock.comment)
            _new(clock, function)
            _set_up(clock, function)
        function.gap()
    function.add()


def _has_a_rate(clock: Clock) -> bool:
    return clock.frequency is not None or clock.source is not None


def _handle(name: str, into: FunctionBuilder) -> str:
    return f"{into.state()}->{identifier(name)}"


def _new(clock: Clock, into: FunctionBuilder) -> None:
    into.unit.use("clock_new")
    into.unit.field(f"Clock *{identifier(clock.name)}")
    new = CallExpr("clock_new", (into.owner(), string_literal(clock.name)))
    into.assign(_handle(clock.name, into), new)


def _set_up(clock: Clock, into: FunctionBuilder) -> None:
    """What a clock runs by."""
    handle = _handle(clock.name, into)
    if clock.frequency is not None:
        into.call("clock_set_hz", handle, into.expr(clock.frequency))
    if clock.source is None:
        return
    if (clock.multiply, clock.divide) != (1, 1):
        # QEMU's factors are those of the period.
        factors = str(clock.divide), str(clock.multiply)
        into.call("clock_set_mul_div", handle, *factors)
    into.call("clock_set_source", handle, _handle(clock.source, into))


def emit_soc_clocks(unit: UnitBuilder, init: FunctionBuilder) -> None:
    """The clocks of a SoC: made in ``init``, and given what they run by in realize."""
    function = FunctionBuilder(unit, f"{unit.prefix}_init_clocks")
    for clock in unit.board.clocks:
        with init.of(clock.origin), function.of(clock.origin):
            if clock.input is None:
                _new(clock, init)
                continue
            if not _has_a_rate(clock):
                init.note(clock.comment)
            _input(clock, init)
            _judge(clock, clock.input, function)
    for clock in filter(_has_a_rate, unit.board.clocks):
        function.gap()
        with function.of(clock.origin):
            function.note(clock.comment)
            _set_up(clock, function)
    function.add()


def _input(clock: Clock, into: FunctionBuilder) -> None:
    into.unit.use("qdev_connect_clock_in")
    label, device = string_literal(clock.name), CallExpr("DEVICE", ("obj",))
    none = ("NULL", "NULL", "0")
    new = CallExpr("qdev_init_clock_in", (device, label, *none))
    if clock.input is ClockUse.OPTIONAL and not _is_used(clock, into.unit.board):
        into.call(new.func, *new.args)
        return
    into.unit.field(f"Clock *{identifier(clock.name)}")
    into.assign(_handle(clock.name, into), new)


def _is_used(clock: Clock, board: Composite) -> bool:
    """Whether anything runs by the clock."""
    inputs = (c.clock for d in board.devices for h in d.holders for c in h.clocks)
    return clock.name in (*inputs, *(each.source for each in board.clocks))


def _judge(clock: Clock, use: ClockUse, into: FunctionBuilder) -> None:
    """Come to nothing if whoever uses the SoC forgot a clock, or gave one too many."""
    if use is ClockUse.OPTIONAL:
        return
    into.unit.use("error_setg")
    wanted = use is ClockUse.REQUIRED
    wired = f"clock_has_source({_handle(clock.name, into)})"
    what = "must" if wanted else "cannot"
    text = Text((f"the clock input '{clock.name}' {what} be wired",))
    body = into.block()
    body.call("error_setg", into.errp(), text)
    body.body.append(Return("false"))
    into.body.append(If("!" * wanted + wired, body.statements()))
