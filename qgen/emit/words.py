"""Words that regions hold, as C."""

from __future__ import annotations

from qgen.board import Arch, Choice, Region, Words
from qgen.cunit import Braces, CallExpr, CExpr, Local, Ternary
from qgen.emit.builder import FunctionBuilder, UnitBuilder
from qgen.emit.conditions import condition
from qgen.expr import Bin, Expr, Num
from qgen.names import identifier, string_literal


def emit_words(unit: UnitBuilder) -> None:
    """One function for each region that holds words."""
    for region in unit.board.regions:
        if region.words is not None:
            _fill(unit, region, region.words)


def _fill(unit: UnitBuilder, region: Region, words: Words) -> None:
    function = FunctionBuilder(unit, f"{unit.prefix}_fill_{identifier(region.name)}")
    unit.use("rom_add_blob_fixed", "bswap")
    order = "cpu_to_be32" if unit.board.arch is Arch.PPC else "cpu_to_le32"
    items = tuple(CallExpr(order, (_word(w, function),)) for w in words.values)
    function.local(Local("uint32_t", "words[]", Braces(items)))
    assert region.mapping is not None
    address: Expr = region.mapping.offset
    if words.offset != Num(0):
        address = Bin("+", address, words.offset)
    function.call(
        "rom_add_blob_fixed",
        string_literal(words.name),
        "words",
        "sizeof(words)",
        function.expr(address),
    )
    function.add()


def _word(word: Expr | Choice, into: FunctionBuilder) -> CExpr:
    if not isinstance(word, Choice):
        return into.expr(word)
    test = condition(word.when, into)
    return Ternary(test, into.expr(word.then), into.expr(word.otherwise))
