"""Words that each reset puts into memory, as C."""

from __future__ import annotations

from qgen.board import Arch, Choice, Rom
from qgen.cunit import Braces, CallExpr, CExpr, Local, Ternary
from qgen.emit.builder import FunctionBuilder
from qgen.emit.conditions import condition
from qgen.emit.unit import UnitBuilder
from qgen.expr import Expr
from qgen.names import identifier, string_literal


def emit_rom(unit: UnitBuilder, rom: Rom) -> None:
    """The function that hands the words of one ROM to QEMU's loader."""
    function = FunctionBuilder(unit, f"{unit.prefix}_load_{identifier(rom.name)}")
    function.at(rom.origin)
    unit.use("rom_add_blob_fixed", "bswap")
    order = "cpu_to_be32" if unit.board.arch is Arch.PPC else "cpu_to_le32"
    items = tuple(CallExpr(order, (_word(w, function),)) for w in rom.values)
    function.local(Local("uint32_t", "words[]", Braces(items)))
    function.call(
        "rom_add_blob_fixed",
        string_literal(rom.name),
        "words",
        "sizeof(words)",
        function.expr(rom.address),
    )
    function.add()


def _word(word: Expr | Choice[Expr], into: FunctionBuilder) -> CExpr:
    if not isinstance(word, Choice):
        return into.expr(word)
    test = condition(word.when, into)
    return Ternary(test, into.expr(word.then), into.expr(word.otherwise))
