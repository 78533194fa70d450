"""Numbers as engineers write them, and what is no number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.emit.cexpr import Spelling, spell
from qgen.expr import (
    MAX_VALUE,
    UNITS,
    Bin,
    Expr,
    ExpressionError,
    Num,
    Sym,
    Var,
    evaluate,
    parse,
    resolve,
    variables,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1_000", 1000),
        ("0x0900_0000", 0x0900_0000),
        ("0XfF", 255),
        ("64 KiB", 65536),
        ("1.5 GiB", 3 << 29),
        ("16.6 MHz", 16_600_000),
        ("168MHz", 168_000_000),
        ("1 GiB - 64 KiB", (1 << 30) - 65536),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 3 - 2", 5),
        ("24 / 4 / 2", 3),
        ("2 * 12 / 8", 3),
        ("1 << 4 + 1", 32),
        ("1 << 2 << 3", 32),
        ("0x10 | 1 << 3 & 0xf | 2", 0x1A),
        ("(0x10 | 0x2) & 0x12", 0x12),
        ("0xffff_ffff_ffff_ffff", MAX_VALUE),
    ],
)
def test_numbers(text: str, value: int) -> None:
    assert evaluate(parse(text)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a number or an expression is missing here"),
        ("4 MB", "'MB' is not a unit"),
        ("010", "010 has a leading zero"),
        ("1__0", "1__0 has an underscore that separates nothing"),
        ("0x", "'0x' is not a number"),
        ("1.5", "1.5 is not a whole number"),
        ("0x1_0000_0000_0000_0000", "0x1_0000_0000_0000_0000 needs more than 64 bits"),
        ("1 +", "a number or an expression is missing here"),
        ("(1", "'(1' lacks a closing parenthesis"),
        ("1 2", "'1 2': '2' is left over"),
        ("1 % 2", "'% 2' is not part of a number or an expression"),
        ("(" * 50 + "1" + ")" * 50, "nested deeper than 32 parentheses"),
        ("1+" * 300 + "1", "an expression has at most 400 characters"),
    ],
)
def test_what_is_no_number(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert str(caught.value) == message


def expressions() -> st.SearchStrategy[Expr]:
    numbers = st.integers(0, 1 << 20).map(Num)
    units = st.builds(
        lambda n, u: Num(n * UNITS[u], str(n), u),
        st.integers(0, 99),
        st.sampled_from(sorted(UNITS)),
    )
    names = st.sampled_from([Var("cpu"), Var("cpus"), Sym("NUM_IRQS", 7)])
    return st.recursive(
        numbers | units | names,
        lambda inner: st.builds(Bin, st.sampled_from("+-*"), inner, inner),
        max_leaves=12,
    )


TOPS = {"cpu": 8, "cpus": 8}
HOW = Spelling("map", "board", {"cpu": "i", "cpus": "cpus"}, TOPS)


def without_widths(text: str) -> str:
    """C whose casts and suffixes Python does not need: its integers are wide."""
    return re.sub(r"\(uint64_t\)|(?<=[0-9a-f])ULL", "", text)


C_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


@given(expressions(), st.integers(0, 8), st.integers(1, 8))
def test_the_c_of_an_expression_has_its_value(expr: Expr, cpu: int, cpus: int) -> None:
    # Python reads this C as C does: same operators, same precedence.
    text = without_widths(spell(expr, HOW))
    names = {"i": cpu, "cpus": cpus, "NUM_IRQS": 7, **C_UNITS}
    assert eval(text, {}, names) == evaluate(expr, {"cpu": cpu, "cpus": cpus})


@given(expressions())
def test_a_spelled_expression_can_be_read_again(expr: Expr) -> None:
    text = spell(expr, Spelling("", "", {"cpu": "cpu", "cpus": "cpus"}, TOPS))
    text = without_widths(text).replace("* KiB", "KiB").replace("* MiB", "MiB")
    text = text.replace("* GiB", "GiB").replace("* TiB", "TiB")
    if len(text) > 400 or "-" in text.replace(" - ", ""):
        return
    known: dict[str, Expr] = {"NUM_IRQS": Sym("NUM_IRQS", 7)}
    again = resolve(parse(text), lambda name: known.get(name, Var(name)))
    env = {"cpu": 3, "cpus": 5}
    assert evaluate(again, env) == evaluate(expr, env)
    assert variables(again) == variables(expr)


@pytest.mark.parametrize(
    ("text", "c"),
    [
        ("cpu & 1 | cpus << 2", "(i & 1) | (cpus << 2)"),
        ("1 | 2 | 4", "1 | 2 | 4"),
        ("cpu + 1 << 3", "(i + 1) << 3"),
        ("64 KiB / 1 KiB", "64 * KiB / KiB"),
        ("64 KiB / 2 KiB", "64 * KiB / (2 * KiB)"),
        ("cpu * (cpus / 2)", "i * (cpus / 2)"),
        ("12 / (2 * 3)", "12 / (2 * 3)"),
    ],
)
def test_brackets_are_where_c_or_its_compiler_wants_them(text: str, c: str) -> None:
    expr = resolve(parse(text), lambda name: Var(name))
    assert spell(expr, HOW) == c


@pytest.mark.parametrize(
    ("text", "c"),
    [
        ("0x4000_0000 * 2", "0x40000000ULL * 2"),
        ("0xffff_f000 + 0x1000 * cpu", "0xfffff000ULL + 0x1000 * i"),
        ("2 GiB + 0x1000", "2 * GiB + 0x1000"),
        ("0x1000 + 32 * cpu", "0x1000 + 32 * i"),
        ("cpu * 0x7000_0000", "(uint64_t)i * 0x70000000"),
        ("1 << 31", "1ULL << 31"),
        ("cpu << 30 | 1", "((uint64_t)i << 30) | 1"),
        ("0x8000_0000 * 4 / 8", "0x80000000ULL * 4 / 8"),
    ],
)
def test_what_32_bits_cannot_hold_is_widened(text: str, c: str) -> None:
    expr = resolve(parse(text), lambda name: Var(name))
    assert spell(expr, HOW) == c
