"""Models of what the bases of machines export for class_init (`qgen.bases`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgen.bases import Base, Helper, all_bases
from qgen.check.api import function
from qgen.check.values import Instance

if TYPE_CHECKING:
    from qgen.check.machine import Execution

_TAKES = {"mc": "MachineClass", "oc": "ObjectClass"}


def _register(base: Base, helper: Helper) -> None:
    @function(f"void {helper.name}({_TAKES[helper.takes]} *)")
    def _called(m: Execution, class_: Instance) -> None:
        if base.class_struct not in class_.views:
            m.refuse(f"{helper.name}() is for machines that derive from {base.name!r}")
        given = class_.views[base.class_struct].fields
        for name in helper.needs:
            if name not in given:
                m.refuse(f"{helper.name}() comes before {name!r} is set")
        for name in helper.sets:
            if name in class_.views["MachineClass"].fields:
                m.say(f"{helper.name}() sets MachineClass.{name} again")
        m.class_calls.append((helper.name, m.line))


for _base in all_bases():
    for _helper in _base.helpers:
        _register(_base, _helper)
