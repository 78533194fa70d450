"""What the firmware configuration device tells the guest, as C."""

from __future__ import annotations

from qgen.board import Board, Chosen, FwCfg, FwCfgItem
from qgen.cunit import CallExpr, CExpr, Function, If, Local
from qgen.emit.builder import FunctionBuilder, cast
from qgen.emit.choices import choice_field
from qgen.emit.unit import UnitBuilder
from qgen.expr import Sym
from qgen.names import string_literal
from qgen.targets import Feature

_PPC = "FW_CFG_PPC_"


def emit_fw_cfg(unit: UnitBuilder, board: Board) -> None:
    """The function that adds all items and files."""
    told = board.fw_cfg
    if told is None or not (told.items or told.files or told.e820):
        return
    unit.use("fw_cfg")
    adds_file = f"{unit.prefix}_add_fw_cfg_file"
    if told.files:
        _file_function(unit, adds_file)
    function = FunctionBuilder(unit, f"{unit.prefix}_add_fw_cfg_items")
    owner = cast("FW_CFG", function.kept(told.device))
    function.local(Local("FWCfgState *", "fw_cfg", owner))
    _items(told, function)
    if told.e820:
        _e820(function)
    function.gap()
    for file in told.files:
        names = string_literal(file.name), string_literal(file.file)
        function.call(adds_file, "fw_cfg", *names)
    function.add()


def _e820(into: FunctionBuilder) -> None:
    """The file that says where the RAM is."""
    if into.unit.target.has(Feature.FW_CFG_TAKES_E820):
        into.unit.use("fw_cfg_add_e820")
        into.call("fw_cfg_add_e820", "fw_cfg")
        return
    into.unit.use("e820_add_entry")
    size = "sizeof(struct e820_entry) * e820_get_num_entries()"
    into.call("fw_cfg_add_file", "fw_cfg", '"etc/e820"', "e820_table", size)


def _items(fw_cfg: FwCfg, into: FunctionBuilder) -> None:
    for item in fw_cfg.items:
        if isinstance(item.key, Sym) and item.key.name.startswith(_PPC):
            into.unit.use("fw_cfg_ppc")
        key, value = into.expr(item.key), _value(item, into)
        with into.of(item.origin):
            into.call(f"fw_cfg_add_{item.kind}", "fw_cfg", key, value)


def _value(item: FwCfgItem, into: FunctionBuilder) -> CExpr:
    if isinstance(item.value, str):
        return string_literal(item.value)
    if isinstance(item.value, Chosen):
        return f"{into.state()}->{choice_field(item.value.property)}"
    return into.expr(item.value)


def _file_function(unit: UnitBuilder, name: str) -> None:
    """A function that adds one file, where QEMU finds it."""
    unit.use("qemu_find_file")
    body = FunctionBuilder(unit, name)
    found = CallExpr("qemu_find_file", ("QEMU_FILE_TYPE_BIOS", "file"))
    adds = body.block()
    adds.call("fw_cfg_add_file", "fw_cfg", "name", "data", "size")
    read = "g_file_get_contents(filename, &data, &size, NULL)"
    body.body.append(If(f"filename && {read}", adds.statements()))
    locals_ = (
        Local("g_autofree char *", "filename", found),
        Local("char *", "data"),
        Local("gsize", "size"),
    )
    params = ("FWCfgState *fw_cfg", "const char *name", "const char *file")
    unit.functions.append(Function(name, params, locals_, body.statements()))
