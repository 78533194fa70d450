"""Properties of the machine as C: a field, its functions, and the class's property."""

from __future__ import annotations

from qgen.board import Board, MachineProperty
from qgen.cunit import (
    Assign,
    Call,
    CallExpr,
    CExpr,
    Function,
    Gap,
    If,
    Local,
    Return,
    Statement,
    Text,
)
from qgen.emit.builder import FunctionBuilder
from qgen.emit.unit import UnitBuilder
from qgen.expr import evaluate
from qgen.names import identifier, string_literal

_PROP = "prop"


def choice_field(name: str) -> str:
    """The field of the machine's struct that holds a property."""
    return identifier(name)


def emit_choices(unit: UnitBuilder, board: Board) -> None:
    """The fields, and the functions that write and read them."""
    for prop in board.properties:
        unit.field(f"{_type(prop)} {choice_field(prop.name)}")
        if not prop.write_only:
            unit.functions.append(_getter(unit, prop))
        unit.functions.append(_setter(unit, prop))


def _type(prop: MachineProperty) -> str:
    if not prop.values:
        return "bool"
    most = max(prop.numbers.values())
    return next(f"uint{bits}_t" for bits in (8, 16, 32) if most < 1 << bits)


def _name(unit: UnitBuilder, verb: str, prop: MachineProperty) -> str:
    return f"{unit.prefix}_{verb}_{choice_field(prop.name)}"


def _function(
    unit: UnitBuilder,
    prop: MachineProperty,
    verb: str,
    params: tuple[str, ...],
    body: tuple[Statement, ...],
    returns: str = "void",
) -> Function:
    cast = CallExpr(unit.macro, ("obj",))
    state = Local(f"{unit.struct} *", "s", cast)
    params = ("Object *obj", *params, "Error **errp")
    return Function(_name(unit, verb, prop), params, (state,), body, returns)


def _getter(unit: UnitBuilder, prop: MachineProperty) -> Function:
    field = f"s->{choice_field(prop.name)}"
    if not prop.values:
        return _function(unit, prop, "get", (), (Return(field),), "bool")
    body: list[Statement] = []
    for value, number in prop.values[:-1]:
        found = Return(CallExpr("g_strdup", (string_literal(value),)))
        body.append(If(f"{field} == {unit.spell(number)}", (found,)))
    last = string_literal(prop.values[-1][0])
    body.append(Return(CallExpr("g_strdup", (last,))))
    return _function(unit, prop, "get", (), tuple(body), "char *")


def _setter(unit: UnitBuilder, prop: MachineProperty) -> Function:
    field = f"s->{choice_field(prop.name)}"
    if not prop.values:
        body: tuple[Statement, ...] = (Assign(field, "value"),)
        return _function(unit, prop, "set", ("bool value",), body)
    unit.use("error_fatal")
    names = ", ".join(value for value, _ in prop.values)
    message = Text((f"'%s' is no value of '{prop.name}', which are {names}",))
    chain: tuple[Statement, ...] = (
        Call(CallExpr("error_setg", ("errp", message, "value"))),
    )
    for value, number in reversed(prop.values):
        test = CallExpr("g_str_equal", ("value", string_literal(value)))
        chain = (If(test, (Assign(field, unit.spell(number)),), otherwise=chain),)
    return _function(unit, prop, "set", ("const char *value",), chain)


def emit_class_properties(
    unit: UnitBuilder, board: Board, into: FunctionBuilder
) -> None:
    """What class_init says of the properties."""
    for prop in (p for p in board.properties if not p.of_instance):
        unit.use("object")
        into.gap()
        name, kind = string_literal(prop.name), _kind(prop)
        args = ("oc", name, *_functions(unit, prop))
        add = CallExpr(f"object_class_property_add_{kind}", args)
        default = _default(prop)
        if default is None:
            into.call(add.func, *add.args)
        else:
            into.local(Local("ObjectProperty *", _PROP))
            into.assign(_PROP, add)
        text = Text((prop.description,))
        into.call("object_class_property_set_description", "oc", name, text)
        if default is not None:
            into.call(f"object_property_set_default_{kind}", _PROP, default)


def emit_instance_init(unit: UnitBuilder, board: Board) -> str | None:
    """The function that gives properties to each instance, by its name."""
    own = [prop for prop in board.properties if prop.of_instance]
    if not own:
        return None
    unit.use("object")
    body: list[Statement] = []
    for prop in own:
        name, text = string_literal(prop.name), Text((prop.description,))
        add = (f"object_property_add_{_kind(prop)}", *_functions(unit, prop))
        body += [Gap()] * bool(body)
        body.append(Call(CallExpr(add[0], ("obj", name, *add[1:]))))
        describe = CallExpr("object_property_set_description", ("obj", name, text))
        body.append(Call(describe))
        number = _number(unit, prop)
        if number is not None:
            body.append(Assign(f"s->{choice_field(prop.name)}", number))
    locals_: tuple[Local, ...] = ()
    if any(isinstance(each, Assign) for each in body):
        state = CallExpr(unit.macro, ("obj",))
        locals_ = (Local(f"{unit.struct} *", "s", state),)
    function = f"{unit.prefix}_instance_init"
    unit.functions.append(Function(function, ("Object *obj",), locals_, tuple(body)))
    return function


def _kind(prop: MachineProperty) -> str:
    return "str" if prop.values else "bool"


def _functions(unit: UnitBuilder, prop: MachineProperty) -> tuple[str, str]:
    """What reads the property, and what writes it."""
    getter = "NULL" if prop.write_only else _name(unit, "get", prop)
    return getter, _name(unit, "set", prop)


def _number(unit: UnitBuilder, prop: MachineProperty) -> str | None:
    """What the field starts with; None for the zero that it is anyway."""
    if isinstance(prop.default, bool):
        return "true" if prop.default else None
    number = dict(prop.values)[prop.default]
    return unit.spell(number) if evaluate(number) else None


def _default(prop: MachineProperty) -> CExpr | None:
    """The default; None where the machine starts with it anyway."""
    if isinstance(prop.default, bool):
        return "true" if prop.default else None
    return string_literal(prop.default)
