"""Where lines, clocks and buses lead: input lines, clocks, addresses on a bus."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from qgen import expr
from qgen.diagnostics import quoted
from qgen.frozen import frozen
from qgen.spec.names import MAX_NAME, WORD
from qgen.spec.numbers import parse_expression
from qgen.spec.patterns import EXPRESSION, text
from qgen.spec.texts import text_of, wrong


@frozen
class SinkText:
    """An input line as written: ``device[element]/path[index].line[index]``, unresolved.

    ``brackets`` are those behind the device, ``path_brackets`` those behind the last
    name of ``path``: part of a child's name (``smbus[1]``), or the number of a line.
    """

    device: str
    brackets: tuple[expr.Expr, ...]
    line: str | None
    line_index: expr.Expr | None
    path: tuple[str, ...] = ()
    path_brackets: tuple[expr.Expr, ...] = ()

    @property
    def exprs(self) -> tuple[expr.Expr, ...]:
        """All numbers of it."""
        index = () if self.line_index is None else (self.line_index,)
        return (*self.brackets, *self.path_brackets, *index)


_SINK = re.compile(
    rf"(?P<device>{WORD.replace('.', '')})"
    r"(?P<brackets>(?:\[[^\[\]]*\]){0,2})"
    r"(?:(?P<path>(?:/[A-Za-z_][A-Za-z0-9_-]*(?:\[[0-9]+\](?=/))?)+)"
    r"(?P<inner>(?:\[[^\[\]]*\]){0,2}))?"
    r"(?:\.(?P<line>[A-Za-z_][A-Za-z0-9_#-]*)(?:\[(?P<index>[^\[\]]*)\])?)?"
)
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


LINE_HELP = "write gic[33], cpus[cpu].irq or device.line[2]"
"""What an input line may look like, of a board with a GIC."""


def sink(value: Any) -> SinkText:
    """An input line: ``gic[33]``, ``cpus[cpu].irq``, ``soc/mft[0].duty[1]``."""
    written = text_of(value, "an input line").strip(" ")
    match = _SINK.fullmatch(written)
    if match is None:
        raise wrong(
            "Q0106",
            f"{quoted(written)} is not an input line",
            LINE_HELP,
        )
    index = match["index"]
    return SinkText(
        match["device"],
        tuple(map(parse_expression, _BRACKET.findall(match["brackets"]))),
        match["line"],
        parse_expression(index) if index is not None else None,
        tuple((match["path"] or "").split("/")[1:]),
        tuple(map(parse_expression, _BRACKET.findall(match["inner"] or ""))),
    )


_NUMBERED = _SINK.pattern.replace(r"[^\[\]]*", EXPRESSION)
_SINK_PATTERN = re.sub(r"\(\?P<\w+>", "(?:", _NUMBERED)
SINK_SCHEMA = text(f"^ *{_SINK_PATTERN} *$", ["gic[33]", "cpus[cpu].irq"], kind="input")
Sink = Annotated[SinkText, PlainValidator(sink), WithJsonSchema(SINK_SCHEMA)]


@frozen
class ClockText:
    """A clock as written: one of the board's by name, or ``device.output``."""

    text: str
    output: SinkText | None


def _clock(value: Any) -> ClockText:
    name = text_of(value, "the name of a clock")
    if re.fullmatch(WORD, name) and len(name) <= MAX_NAME:
        dotted = _SINK.fullmatch(name) if "." in name else None
        return ClockText(name, sink(name) if dotted else None)
    if _SINK.fullmatch(name):
        return ClockText(name, sink(name))
    raise wrong(
        "Q0104",
        f"{quoted(name)} cannot be the name of a clock",
        "name one of 'clocks:', or a device's clock output: slcr.uart0_ref_clk",
    )


ClockSource = Annotated[
    ClockText,
    PlainValidator(_clock),
    WithJsonSchema(
        text(f"^(?:{WORD}|{_SINK_PATTERN})$", ["sysclk", "slcr.uart0_ref_clk"])
    ),
]


@frozen
class PciText:
    """``16.0``: slot and function on a PCI bus."""

    slot: int
    function: int


_SLOT = r"(?:0x[0-9a-fA-F]{1,2}|0|[1-9][0-9]?)"
_PCI = re.compile(rf"(?P<slot>{_SLOT})\.(?P<function>[0-9])")


def _bus_address(value: Any) -> expr.Expr | PciText:
    written = text_of(value, "an address on a bus")
    match = _PCI.fullmatch(written)
    if match is None:
        return parse_expression(written)
    slot, function = int(match["slot"], 0), int(match["function"])
    if slot > 31 or function > 7:
        raise wrong(
            "Q0107",
            f"{written} is no place on a PCI bus",
            "slots are 0 to 31, functions 0 to 7: 16.0",
        )
    return PciText(slot, function)


BusAddress = Annotated[
    expr.Expr | PciText,
    PlainValidator(_bus_address),
    WithJsonSchema(
        text(
            rf"^(?:{_SLOT}\.[0-7]|{EXPRESSION})$",
            ["0x48", "16.0"],
            maxLength=expr.MAX_LENGTH,
            minimum=0,
        )
    ),
]
