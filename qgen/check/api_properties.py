"""Models of the properties that a machine's class gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qgen.check.api import function
from qgen.check.facts import ClassProperty
from qgen.check.formats import formatted
from qgen.check.vocabulary import ERRP

if TYPE_CHECKING:
    from qgen.check.machine import Execution


class Handle(NamedTuple):
    """An ``ObjectProperty *``."""

    name: str


def _add(
    m: Execution, class_: object, name: str, type_: str, get: object, set_: object
) -> Handle:
    if class_ is not m.machine_class:
        m.refuse(f"the property {name!r} is not one of the machine's class")
    if name in m.class_properties:
        m.refuse(f"the property {name!r} is there already")
    prop = ClassProperty(name, type_, m.line, get, set_)
    m.class_properties[name] = prop
    return Handle(name)


@function(
    "ObjectProperty *object_class_property_add_bool"
    "(ObjectClass *, const char *, BoolGetter *?, BoolSetter *?)"
)
def _add_bool(
    m: Execution, class_: object, name: str, get: object, set_: object
) -> Handle:
    return _add(m, class_, name, "bool", get, set_)


@function(
    "ObjectProperty *object_class_property_add_str"
    "(ObjectClass *, const char *, StrGetter *?, StrSetter *?)"
)
def _add_str(
    m: Execution, class_: object, name: str, get: object, set_: object
) -> Handle:
    return _add(m, class_, name, "str", get, set_)


def _add_own(
    m: Execution, object_: object, name: str, type_: str, get: object, set_: object
) -> Handle:
    if object_ is not m.instance:
        m.refuse(f"the property {name!r} is not one of the machine")
    if name in m.own_properties:
        m.refuse(f"the property {name!r} is there already")
    m.own_properties[name] = ClassProperty(name, type_, m.line, get, set_)
    return Handle(name)


@function(
    "ObjectProperty *object_property_add_bool"
    "(Object *, const char *, BoolGetter *?, BoolSetter *?)"
)
def _add_own_bool(
    m: Execution, object_: object, name: str, get: object, set_: object
) -> Handle:
    return _add_own(m, object_, name, "bool", get, set_)


@function(
    "ObjectProperty *object_property_add_str"
    "(Object *, const char *, StrGetter *?, StrSetter *?)"
)
def _add_own_str(
    m: Execution, object_: object, name: str, get: object, set_: object
) -> Handle:
    return _add_own(m, object_, name, "str", get, set_)


@function("void object_property_set_description(Object *, const char *, const char *)")
def _describe_own(m: Execution, _object: object, name: str, text: str) -> None:
    prop = m.own_properties.get(name)
    if prop is None or prop.description is not None:
        m.refuse(f"there is no property {name!r} to describe")
    m.own_properties[name] = prop._replace(description=text)


@function(
    "void object_class_property_set_description"
    "(ObjectClass *, const char *, const char *)"
)
def _describe(m: Execution, _class: object, name: str, text: str) -> None:
    prop = m.class_properties.get(name)
    if prop is None or prop.description is not None:
        m.refuse(f"there is no property {name!r} to describe")
    m.class_properties[name] = prop._replace(description=text)


def _default(m: Execution, handle: Handle, type_: str, value: bool | str) -> None:
    prop = m.class_properties[handle.name]
    if prop.type != type_ or prop.default is not None:
        m.refuse(f"the default of {prop.name!r} is of another type, or the second one")
    m.class_properties[handle.name] = prop._replace(default=value)


@function("void object_property_set_default_bool(ObjectProperty *, bool)")
def _default_bool(m: Execution, handle: Handle, value: bool) -> None:
    _default(m, handle, "bool", value)


@function("void object_property_set_default_str(ObjectProperty *, const char *)")
def _default_str(m: Execution, handle: Handle, value: str) -> None:
    _default(m, handle, "str", value)


@function("void error_setg(Error **?, const char *, ...)")
def _error(m: Execution, errp: object, text: str, *args: object) -> None:
    if errp is None:
        m.say("the error goes nowhere")
    m.errors.append(formatted(text, args))
    if m.is_soc:
        m.fail(m.errors[-1])


@function("void error_propagate(Error **?, Error *)")
def _propagate(m: Execution, errp: object, _err: object) -> None:
    if errp is not ERRP:
        m.say("the error goes nowhere")
    if m.pending is None:
        m.refuse("there is no error to propagate")
    message, m.pending = m.pending, None
    m.fail(message)


@function("bool g_str_equal(const char *, const char *)", used=True)
def _equal(_m: Execution, first: str, second: str) -> bool:
    return first == second


@function("char *g_strdup(const char *)", owned=True, used=True)
def _dup(_m: Execution, text: str) -> str:
    return text
