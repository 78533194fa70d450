"""Conditions: of what it depends that a part is there."""

from __future__ import annotations

from pydantic import Field

from qgen.spec.model.base import Model
from qgen.spec.names import MachinePropertyName, TypeName
from qgen.spec.numbers import Size, Truth
from qgen.spec.values import Choice, Drive


class When(Model):
    """A condition: of what it depends whether a device is there.

    It has one key; 'is' goes with 'property'.
    """

    drive: Drive | None = None
    nic: TypeName | None = None
    audio: Truth | None = None
    kernel: Truth | None = None
    initrd: Truth | None = None
    firmware: Truth | None = None
    usb: Truth | None = None
    kvm: Truth | None = None
    qtest: Truth | None = None
    ram_above: Size | None = None
    property: MachinePropertyName | None = None
    is_: Choice | None = Field(None, alias="is")
