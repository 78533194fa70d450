"""What reaches C is a checked identifier, or an escaped literal."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.cunit import CallExpr, Text
from qgen.layout import WIDTH, fit, note
from qgen.names import (
    C_KEYWORDS,
    Identifier,
    camel_case,
    comment_text,
    identifier,
    string_literal,
    upper_case,
)

PRINTABLE = st.text().filter(lambda t: all(c == " " or c.isprintable() for c in t))


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("ram-below-4g", "ram_below_4g"),
        ("ppc_heathrow.bios", "ppc_heathrow_bios"),
        ("UART0", "uart0"),
        ("4kflash", "n_4kflash"),
        ("default", "default_"),
        ("errno", "errno_"),
    ],
)
def test_identifiers(name: str, ident: str) -> None:
    assert identifier(name) == ident


def test_type_and_macro_names() -> None:
    assert camel_case("arm-virt") == "ArmVirt"
    assert upper_case("arm-virt") == "ARM_VIRT"


@pytest.mark.parametrize("text", ["", "1a", "a-b", "a b", "int", "a;", "a\n"])
def test_an_identifier_cannot_hold_a_bad_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a C identifier"):
        Identifier(text)


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]*", fullmatch=True))
def test_every_name_of_a_spec_gives_an_identifier(name: str) -> None:
    ident = identifier(name)
    assert re.fullmatch(r"[a-z_][a-z0-9_]*", ident)
    assert ident not in C_KEYWORDS


@given(PRINTABLE)
def test_a_literal_decodes_to_its_text(text: str) -> None:
    literal = string_literal(text)
    assert "??" not in literal
    assert ast.literal_eval(literal.replace("\\?", "?")) == text


@given(PRINTABLE.filter(lambda t: "\\" not in t and '"' not in t), st.integers(0, 40))
def test_a_split_literal_decodes_to_its_text(text: str, column: int) -> None:
    lines = fit(Text((text,)), column, 2)
    pieces = [ast.literal_eval(line.strip().replace("\\?", "?")) for line in lines]
    assert "".join(pieces) == text


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), max_size=12))
def test_a_wrapped_call_keeps_its_arguments_and_its_width(args: list[str]) -> None:
    lines = fit(CallExpr("memory_region_init_alias", tuple(args)), 4, 1)
    joined = " ".join(line.strip() for line in lines)
    assert re.sub(r"\s+", "", joined) == f"memory_region_init_alias({','.join(args)})"
    assert all(len(line) <= WIDTH for line in lines[1:])


@given(PRINTABLE.filter(lambda t: "*/" not in t and "/*" not in t))
def test_a_comment_holds_its_words_and_ends_once(text: str) -> None:
    lines = note(text, "    ")
    assert lines.count("*/") == 1
    assert lines.endswith("*/")


@pytest.mark.parametrize("text", ["a */ b", "/* a", "a\nb", "a\x07", "\u202e"])
def test_what_no_comment_may_hold(text: str) -> None:
    with pytest.raises(ValueError, match="may not stand in a C comment"):
        comment_text(text)
