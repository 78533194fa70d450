"""Properties of devices and CPUs as C: what they are set to, and by which function."""

from __future__ import annotations

import re

from qgen.board import (
    Array,
    Audiodev,
    Chardev,
    Choice,
    Chosen,
    Drive,
    Link,
    MachineValue,
    PciAddress,
    Property,
)
from qgen.condition import (
    Condition,
    Option,
    OptionGiven,
    PropertyIs,
    RamAbove,
    parts_of,
)
from qgen.cunit import CallExpr, CExpr, Ternary
from qgen.emit.backends import emit_audiodev, emit_drive
from qgen.emit.builder import FunctionBuilder
from qgen.emit.choices import choice_field
from qgen.emit.conditions import condition
from qgen.expr import Expr
from qgen.names import string_literal
from qgen.targets import Feature

_QDEV_INTEGER = re.compile(r"(uint8|uint16|uint32|uint64|int32)\Z")
_TRUTHS = (Option.USB, Option.KVM, Option.QTEST)
"""Options that C asks a function for, which gives a truth value."""


def emit_property(
    handle: str, prop: Property, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """Set a property by qdev's function for its type, or by QOM."""
    name = string_literal(prop.name)
    match prop.value:
        case bool(truth):
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_bit", handle, name, "true" if truth else "false")
        case str(text) if prop.type == "str":
            into.unit.use("qdev_prop_set")
            into.call("qdev_prop_set_string", handle, name, string_literal(text))
        case Chosen(name_):
            field = f"{into.state()}->{choice_field(name_)}"
            width = _QDEV_INTEGER.match(prop.type)
            if prop.type != "bool" and width is None:
                emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
                return
            into.unit.use("qdev_prop_set")
            kind = "bit" if width is None else width[1]
            into.call(f"qdev_prop_set_{kind}", handle, name, field)
        case Choice() as choice:
            _choice(handle, prop, choice, into, index)
        case MachineValue(field):
            into.unit.use("qdev_prop_set")
            value = f"{into.machine()}->{field}"
            into.call("qdev_prop_set_string", handle, name, value)
        case Chardev(serial):
            into.unit.use("qdev_prop_set_chr", "serial_hd")
            chardev = CallExpr("serial_hd", (into.expr(serial, **index),))
            into.call("qdev_prop_set_chr", handle, name, chardev)
        case Drive() as drive:
            emit_drive(handle, prop.name, drive, into, index)
        case Audiodev():
            emit_audiodev(handle, prop.name, into)
        case PciAddress():
            raise ValueError("a PCI device is created at its address")
        case Array():
            _array(handle, prop.name, prop.value, into, index)
        case str() | Link():
            emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
        case expr:
            width = _QDEV_INTEGER.match(prop.type)
            if width is None:
                emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
                return
            into.unit.use("qdev_prop_set")
            value = into.expr(expr, **index)
            into.call(f"qdev_prop_set_{width[1]}", handle, name, value)


def _choice(
    handle: str,
    prop: Property,
    choice: Choice[bool | str | Expr],
    into: FunctionBuilder,
    index: dict[str, str],
) -> None:
    """A property whose value depends on a condition."""
    width = _QDEV_INTEGER.match(prop.type)
    kind = {"bool": "bit", "str": "string"}.get(prop.type)
    if kind is None and (width is None or isinstance(choice.then, str)):
        emit_object_property(prop, CallExpr("OBJECT", (handle,)), into, index)
        return
    into.unit.use("qdev_prop_set")
    setter = f"qdev_prop_set_{kind or (width and width[1])}"
    into.call(setter, handle, string_literal(prop.name), _either(choice, into, index))


def _either(
    choice: Choice[bool | str | Expr], into: FunctionBuilder, index: dict[str, str]
) -> CExpr:
    """One value or the other."""
    test = condition(choice.when, into)
    if (choice.then, choice.otherwise) == (True, False) and _is_truth(choice.when):
        return test
    then, otherwise = (
        _plain(value, into, index) for value in (choice.then, choice.otherwise)
    )
    return Ternary(test, then, otherwise)


def _is_truth(when: Condition) -> bool:
    """Whether a condition is one in C too, not a pointer that may be NULL."""
    parts = parts_of(when)
    if len(parts) > 1 or isinstance(parts[0], (PropertyIs, RamAbove)):
        return True
    first = parts[0]
    if isinstance(first, OptionGiven):
        return first.option in _TRUTHS or not first.wanted
    return False


def _plain(
    value: bool | str | Expr, into: FunctionBuilder, index: dict[str, str]
) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        string_literal(value) if isinstance(value, str) else into.expr(value, **index)
    )


def _array(
    handle: str, name: str, array: Array, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """A property that holds a list, which QEMU takes as one."""
    if not into.unit.target.has(Feature.ARRAY_PROPERTIES):
        _elements(handle, name, array, into, index)
        return
    into.unit.use("qdev_prop_set", "qlist")
    into.gap()
    into.assign("list", CallExpr("qlist_new"))
    for item in array.items:
        match item:
            case bool():
                into.call("qlist_append_bool", "list", "true" if item else "false")
            case str():
                into.call("qlist_append_str", "list", string_literal(item))
            case _:
                into.call("qlist_append_int", "list", into.expr(item, **index))
    into.call("qdev_prop_set_array", handle, string_literal(name), "list")
    into.gap()


def _elements(
    handle: str, name: str, array: Array, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """The same, where QEMU takes the length, and then one element after the other."""
    into.unit.use("qdev_prop_set")
    length = string_literal(f"len-{name}")
    into.call("qdev_prop_set_uint32", handle, length, str(len(array.items)))
    for place, item in enumerate(array.items):
        element = string_literal(f"{name}[{place}]")
        match item:
            case bool():
                value = "true" if item else "false"
                into.call("qdev_prop_set_bit", handle, element, value)
            case str():
                text = string_literal(item)
                into.call("qdev_prop_set_string", handle, element, text)
            case _:
                setter = f"qdev_prop_set_{array.element}"
                into.call(setter, handle, element, into.expr(item, **index))


def emit_object_property(
    prop: Property, target: CExpr, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """A property set by QOM, for types that have no qdev function, and for CPUs."""
    name, errp = string_literal(prop.name), into.sure()
    match prop.value:
        case bool(truth):
            arg = "true" if truth else "false"
            into.call("object_property_set_bool", target, name, arg, errp)
        case str(text):
            into.call(
                "object_property_set_str", target, name, string_literal(text), errp
            )
        case Link(end):
            to = into.space(end) if isinstance(end, str) else into.device(end, index)
            end_object = CallExpr("OBJECT", (to,))
            into.call("object_property_set_link", target, name, end_object, errp)
        case Chosen(name_):
            kind = "bool" if prop.type == "bool" else "int"
            field = f"{into.state()}->{choice_field(name_)}"
            into.call(f"object_property_set_{kind}", target, name, field, errp)
        case MachineValue(field):
            value = f"{into.machine()}->{field}"
            into.call("object_property_set_str", target, name, value, errp)
        case Choice() as choice:
            kinds: dict[type, str] = {bool: "bool", str: "str"}
            kind = kinds.get(type(choice.then), "int")
            either = _either(choice, into, index)
            into.call(f"object_property_set_{kind}", target, name, either, errp)
        case Chardev() | Drive() | Audiodev() | PciAddress() | Array():
            raise ValueError("a CPU has no back end, no address and no list")
        case expr:
            number = into.expr(expr, **index)
            into.call("object_property_set_int", target, name, number, errp)
