"""Models of the values that a board makes piece by piece: lists, and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.check.api import function
from qgen.check.api_devices import set_property
from qgen.check.facts import Device, Items
from qgen.check.formats import formatted, human_size
from qgen.check.values import Instance

if TYPE_CHECKING:
    from qgen.check.machine import Execution


@function("QList *qlist_new(void)", used=True)
def _list(m: Execution) -> Items:
    made = Items(m.line)
    m.lists.append(made)
    return made


def _append(m: Execution, items: Items, how: str, value: object) -> None:
    if items.taken:
        m.refuse("a list grows that a property has already")
    items.values.append((how, value))


@function("void qlist_append_int(QList *, int64_t)")
def _append_int(m: Execution, items: Items, value: int) -> None:
    _append(m, items, "int", value)


@function("void qlist_append_bool(QList *, bool)")
def _append_bool(m: Execution, items: Items, value: bool) -> None:
    _append(m, items, "bool", value)


@function("void qlist_append_str(QList *, const char *)")
def _append_str(m: Execution, items: Items, value: str) -> None:
    _append(m, items, "str", value)


@function("void qdev_prop_set_array(DeviceState *, const char *, QList *)")
def _array(m: Execution, device: Device, name: str, items: Items) -> None:
    if items.taken:
        m.refuse("a list is given away twice: it is freed by the first that gets it")
    items.taken = True
    set_property(m, device, name, "list", tuple(items.values))


@function("char *g_strdup_printf(const char *, ...)", owned=True, used=True)
def _printf(_m: Execution, text: str, *args: object) -> str:
    return formatted(text, args)


@function("char *size_to_str(uint64_t)", owned=True, used=True)
def _size(_m: Execution, size: int) -> str:
    return human_size(size)


@function("MachineClass *MACHINE_GET_CLASS(MachineState *)", used=True)
def _class(m: Execution, _machine: Instance) -> Instance:
    return m.machine_class
