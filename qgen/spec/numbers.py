"""Numbers of the spec, which may be expressions, and truth values."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from qgen import expr
from qgen.diagnostics import quoted
from qgen.spec.patterns import EXPRESSION, WHOLE, expression, number
from qgen.spec.texts import kind_of, text_of, wrong


def parse_expression(value: Any) -> expr.Expr:
    """The expression in ``value``, or the error that says what is wrong with it."""
    text = text_of(value, "a number or an expression")
    try:
        return expr.parse(text)
    except expr.ExpressionError as error:
        raise wrong("Q0106", str(error), error.hint) from None


def _measured(units: dict[str, int], what: str, example: str) -> Any:
    kind = what.split()[-1]

    def check(value: Any) -> expr.Expr:
        parsed = parse_expression(value)
        for part in expr.walk(parsed):
            unit = part.unit if isinstance(part, expr.Num) else None
            if unit is not None and unit not in units:
                raise wrong(
                    "Q0106",
                    f"{unit} does not measure {what}",
                    f"write it so: {example}",
                )
        return parsed

    return Annotated[
        expr.Expr,
        PlainValidator(check),
        WithJsonSchema(number(expression(units), [example], kind=kind)),
    ]


EXPRESSION_SCHEMA = number(
    EXPRESSION, ["32", "NUM_IRQS + 32 * cpus"], kind="expression"
)
Expression = Annotated[
    expr.Expr, PlainValidator(parse_expression), WithJsonSchema(EXPRESSION_SCHEMA)
]
Address = _measured(expr.SIZE_UNITS, "an address", "0x0900_0000")
Size = _measured(expr.SIZE_UNITS, "a size", "64 KiB")
Frequency = _measured(expr.FREQUENCY_UNITS, "a frequency", "168 MHz")


def _integer(low: int, high: int) -> Any:
    def check(value: Any) -> int:
        text = text_of(value, "a whole number")
        sign = -1 if text.startswith("-") else 1
        parsed = parse_expression(text.removeprefix("-"))
        if not isinstance(parsed, expr.Num) or parsed.unit is not None:
            message = f"a plain number is wanted here, not {quoted(text)}"
            raise wrong("Q0106", message, "write it without a unit: 16")
        if not low <= sign * parsed.value <= high:
            raise wrong("Q0107", f"{text} is not between {low} and {high}")
        return sign * parsed.value

    return Annotated[
        int,
        BeforeValidator(check),
        WithJsonSchema(number(WHOLE, [str(high)], minimum=low, maximum=high)),
    ]


Priority = _integer(-(1 << 31), (1 << 31) - 1)
CpuNumber = _integer(1, 4096)
CellCount = _integer(0, 2)
Factor = _integer(1, (1 << 32) - 1)
Integer32 = _integer(-(1 << 31), (1 << 31) - 1)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        quotes = value in ("true", "false")
        help_ = "leave out the quotes" if quotes else "write true or false"
        raise wrong(
            "Q0103", f"true or false is wanted here, not {kind_of(value)}", help_
        )
    return value


Truth = Annotated[bool, BeforeValidator(_truth)]
