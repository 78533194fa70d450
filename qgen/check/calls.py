"""Calls: of QEMU's functions, of the file's own, and of macros that look like calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgen.check import api, vocabulary
from qgen.check.code import UNKNOWN, Code, Frame, Run, binary, constant, converted
from qgen.check.ctype import STRING, Int, Pointer, Signature, Struct
from qgen.check.facts import Device
from qgen.check.formats import check_format
from qgen.check.notes import Refused
from qgen.check.symbols import Function, Unit
from qgen.check.values import Instance, is_a


def call(unit: Unit, name: str, args: Sequence[Code], line: int) -> Code:
    """``name(args)``; `Refused` where there is no such function, or it takes others."""
    symbol = unit.symbols.get(name)
    if symbol is not None and isinstance(symbol.code.value, Function):
        symbol.used = True
        return _own(unit, symbol.code.value, args, line)
    function = api.find(name, unit.target)
    if function is not None:
        return _qemu(unit, function, args, line)
    if name in unit.helpers:
        return _qemu(unit, unit.helpers[name], args, line)
    struct = vocabulary.CASTS.get(name) or unit.casts.get(name)
    struct = struct or vocabulary.LOADED.get(name)
    struct = struct or unit.states.get(name)
    if struct is not None:
        return _qom_cast(name, struct, args, line)
    if name in vocabulary.TYPE_NAMES:
        return _type_name(name, args, line)
    if name == "MIN":
        _arity(name, len(args), 2, line)
        return binary("min", args[0], args[1], line)
    raise Refused(line, f"unknown function {name!r}")


def _arity(name: str, given: int, wanted: int, line: int) -> None:
    if given != wanted:
        raise Refused(line, f"{name}() takes {wanted} arguments, not {given}")


def _passed(name: str, type_: Signature, args: Sequence[Code], line: int) -> list[Run]:
    """The arguments as the parameters want them."""
    _arity(name, len(args), len(type_.params), line)
    return [
        converted(arg, wanted, line, f"argument {place} of {name}()")
        for place, (arg, wanted) in enumerate(zip(args, type_.params, strict=True), 1)
    ]


def _own(unit: Unit, function: Function, args: Sequence[Code], line: int) -> Code:
    """A function of the file."""
    runs = _passed(function.name, function.type, args, line)
    host = unit.host
    return Code(
        function.type.result,
        lambda frame: host.machine.call(function, [r(frame) for r in runs], line),
    )


def _qemu(unit: Unit, function: api.Function, args: Sequence[Code], line: int) -> Code:
    """A function of QEMU's: its model runs on the machine."""
    type_ = function.type
    missing = len(type_.params) - len(args)
    if 0 < missing <= function.optional:
        type_ = Signature(type_.result, type_.params[:-missing])
    open_ended = function.variadic or function.numbers
    fixed = len(type_.params) if open_ended else len(args)
    runs = _passed(function.name, type_, args[:fixed], line)
    if function.variadic:
        check_format(args[fixed - 1], args[fixed:], line)
    elif any(not isinstance(arg.type, Int) for arg in args[fixed:]):
        raise Refused(line, f"{function.name}() takes numbers")
    runs += [arg.run for arg in args[fixed:]]
    host, model, strict = unit.host, function.model, function.strict
    devices = function.devices
    texts = [place for place, each in enumerate(type_.params) if each == STRING]

    def run(frame: Frame) -> Any:
        values = [r(frame) for r in runs]
        machine = host.machine
        machine.line = line
        machine.calling(function.name)
        for place in strict:
            if values[place] is None:
                machine.refuse(f"argument {place + 1} of {function.name}() is NULL")
        for place in texts:
            if not isinstance(values[place], str | None):
                machine.refuse(f"argument {place + 1} of {function.name}() is no text")
        for place in devices:
            if isinstance(values[place], Instance):
                machine.refuse(
                    f"argument {place + 1} of {function.name}() is {machine.whole}"
                )
        return model(machine, *values)

    return Code(type_.result, run)


def _type_name(name: str, args: Sequence[Code], line: int) -> Code:
    """A macro that makes a type's name out of a literal."""
    _arity(name, len(args), 1, line)
    if args[0].type != STRING or args[0].value is UNKNOWN:
        raise Refused(line, f"{name}() takes a string literal")
    return constant(STRING, args[0].value + vocabulary.TYPE_NAMES[name])


def _qom_cast(name: str, struct: str, args: Sequence[Code], line: int) -> Code:
    """A cast by QOM, which ends QEMU where the object is of another type."""
    _arity(name, len(args), 1, line)
    if not isinstance(args[0].type, Pointer):
        raise Refused(line, f"{name}() takes a pointer, not '{args[0].type}'")
    inner = args[0].run

    def run(frame: Frame) -> Any:
        value = inner(frame)
        if value is None:
            raise Refused(line, f"{name}() is given no object")
        if isinstance(value, Device) and value.struct is not None and not value.type:
            raise Refused(line, f"{name}() is given an object that is not made yet")
        if not is_a(value, struct):
            raise Refused(line, f"{name}() is given an object of another type")
        return value

    return Code(Pointer(Struct(struct)), run)
