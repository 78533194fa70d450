"""The C of a board, checked by meaning: the only package that imports pycparser.

Independent of the stages that wrote the text. The text is read (`unit`), executed by an
abstract machine (`machine`, `api`) under a few command lines (`scenarios`), and what it
makes is compared (`compare`) with what the board means (`expected`). What it declares is
compared as it stands (`declared`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qgen.board import Board, Soc
from qgen.check import (
    api_backends,
    api_bases,
    api_device_tree,
    api_devices,
    api_fw_cfg,
    api_i2c,
    api_ide,
    api_machine,
    api_memory,
    api_pci,
    api_properties,
    api_riscv,
    api_socs,
    api_values,
    declared,
    nics,
)
from qgen.check.code import Record
from qgen.check.helpers import Helper, functions
from qgen.check.hooks import chosen_fields, field_of, judge_hooks, kept_fields
from qgen.check.machine import register
from qgen.check.notes import Notes, Refused
from qgen.check.runs import judge_machine, judge_soc
from qgen.check.symbols import Function, Unit
from qgen.check.types import DeclaredType
from qgen.check.unit import read
from qgen.check.vocabulary import CASTS
from qgen.targets import NEWEST, Target

__all__ = ["DeclaredType", "Helper", "check"]

MODELS = (
    api_backends,
    api_bases,
    api_devices,
    api_device_tree,
    api_fw_cfg,
    api_i2c,
    api_ide,
    api_machine,
    api_memory,
    api_pci,
    api_properties,
    api_riscv,
    api_socs,
    api_values,
    nics,
)
"""The modules whose import registers the models of QEMU's functions."""


def check(
    text: str,
    board: Board | Soc,
    *,
    names: Mapping[str, str] | None = None,
    types: Iterable[DeclaredType] = (),
    helpers: Iterable[Helper] = (),
    headers: Mapping[str, str] | None = None,
    target: Target = NEWEST,
) -> list[str]:
    """What in the C ``text`` does not mean ``board``; nothing if all of it does.

    ``names`` are the names under which a machine or a SoC is registered, if not its own.
    ``types`` are the QOM types that the text may use by the macros and structs of their
    headers, ``helpers`` the functions of QEMU's that the board calls, ``headers`` the
    texts of the file's own headers by their names. ``target`` is the release it is for.
    """
    notes = Notes()
    inline = [soc for soc in board.socs if soc.inline]
    whole: list[Board | Soc] = [*inline, board]
    constants = {c.name: c for each in whole for c in each.constants}
    outside = {c.name: c.value for c in constants.values() if c.header is not None}
    try:
        unit = Unit(notes, {}, outside, target=target)
        unit.helpers |= functions(helpers)
        if isinstance(board, Board):
            unit.chosen |= chosen_fields(board)
            unit.preset |= {field_of(p.name) for p in board.properties if p.of_instance}
            unit.kept |= kept_fields(board).keys() | unit.chosen
        unit.headers |= headers or {}
        _declare(unit, types)
        unit.renamed |= {(names or {}).get(s.name, s.name): s.name for s in inline}
        read(text, unit)
        for registered, name in unit.renamed.items():
            state = unit.state_of(registered)
            if state is not None:
                unit.structs_of_types[name] = state[0]
        declared.judge_includes(unit)
        declared.judge_constants(unit, list(constants.values()))
        declared.judge_tables(unit, [each.memory_map for each in whole])
        if isinstance(board, Board):
            judge_hooks(unit, board)
        _judge_types(unit, whole, names or {})
    except Refused as refusal:
        notes.refused(refusal)
    except RecursionError:
        notes.add(0, "the C is nested deeper than any board")
    return notes.listed()


def _declare(unit: Unit, types: Iterable[DeclaredType]) -> None:
    """Make what headers declare of types known."""
    for type_ in types:
        if type_.macro is not None:
            unit.types[type_.macro] = type_.name
        if type_.struct is None:
            continue
        if type_.cast is not None:
            unit.casts[type_.cast] = type_.struct
        if type_.header is not None and type_.struct not in CASTS.values():
            unit.structs_of_types[type_.name] = type_.struct
            holders = unit.headers_of_structs.setdefault(type_.struct, set())
            holders.add(type_.header)


def _judge_types(
    unit: Unit, whole: Sequence[Board | Soc], names: Mapping[str, str]
) -> None:
    """Each type that the file should register, as it was registered."""
    registered = _registered(unit)
    if len(registered) != len(whole):
        text = f"{len(registered)} types are registered, not {_count(len(whole))}"
        raise Refused(0, text)
    infos = {info.fields.get("name"): info for info in registered}
    for each in whole:
        name = names.get(each.name, each.name)
        type_name = f"{name}-machine" if isinstance(each, Board) else name
        info = infos.get(type_name)
        if info is None and len(infos) == 1:
            (info,) = infos.values()  # its name is judged with the rest of it
        if info is None:
            unit.notes.add(0, f"the type {type_name!r} is not registered")
        elif isinstance(each, Board):
            judge_machine(unit, each, info, name)
        else:
            judge_soc(unit, each, info, name)


def _count(number: int) -> str:
    return "one" if number == 1 else str(number)


def _registered(unit: Unit) -> list[Record]:
    """The types that the file registers."""
    inits = [macro for macro in unit.macros if macro.name == "type_init"]
    if len(inits) != 1:
        raise Refused(0, f"type_init() stands there {len(inits)} times, not once")
    symbol = unit.symbols.get(inits[0].args[0])
    function = None if symbol is None else symbol.code.value
    if not isinstance(function, Function) or function.params:
        raise Refused(inits[0].line, "type_init() takes a function without parameters")
    return register(unit, function, 1)
