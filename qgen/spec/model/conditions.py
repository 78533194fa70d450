"""Conditions: of what it depends that a part is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from qgen.spec.model.base import Model, as_choices, as_items
from qgen.spec.names import CpuName, MachinePropertyName, TypeName
from qgen.spec.numbers import CpuNumber, Size, Truth
from qgen.spec.values import (
    PROPERTY_SCHEMA,
    Choice,
    Drive,
    IfPresentText,
    Item,
    PropertyValue,
    property_value,
)


class When(Model):
    """A condition: of what it depends whether a device is there.

    What all its keys ask for has to hold; 'is' goes with 'property', and a list there
    is of values one of which it has.
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
    defaults: Truth | None = None
    ram_above: Size | None = None
    cpus_above: CpuNumber | None = None
    cpu: Annotated[tuple[CpuName, ...], BeforeValidator(as_items)] | None = None
    property: MachinePropertyName | None = None
    is_: Annotated[tuple[Choice, ...], BeforeValidator(as_choices)] | None = Field(
        None, alias="is"
    )


class PropertyChoice(Model):
    """A value that depends on a condition: ``then`` where it holds, else ``else``."""

    model_config = ConfigDict(json_schema_extra={"otherwise": PROPERTY_SCHEMA})

    when: When
    then: Item
    else_: Item = Field(alias="else")


def _property(value: Any, choice: Callable[[Any], PropertyChoice]) -> Any:
    if isinstance(value, dict) and "when" in value:
        return choice(value)
    return property_value(value)


class _PropertyText:
    """Tells pydantic what a property's value is: a `PropertyChoice`, or plain data."""

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        choice = handler.generate_schema(PropertyChoice)
        return core_schema.no_info_wrap_validator_function(_property, choice)


PropertyText = Annotated[
    PropertyChoice | PropertyValue | IfPresentText, _PropertyText()
]
"""The value of a property."""
