"""Conditions: of what it depends that a part is there."""

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
    """The drive is given: ``{interface: sd, unit: 0}``."""
    nic: TypeName | None = None
    """The network card that -nic chooses is of this type: ``smc91c111``."""
    audio: Truth | None = None
    """-audio or -M audiodev= is given."""
    kernel: Truth | None = None
    """-kernel is given, or not."""
    initrd: Truth | None = None
    """-initrd is given, or not."""
    firmware: Truth | None = None
    """-bios is given, or not."""
    usb: Truth | None = None
    """The machine has USB (-M usb=on, -usb)."""
    kvm: Truth | None = None
    """QEMU runs with KVM."""
    qtest: Truth | None = None
    """QEMU runs under its own tests (-accel qtest)."""
    defaults: Truth | None = None
    """-nodefaults is not given."""
    ram_above: Size | None = None
    """-m gives more than this."""
    cpus_above: CpuNumber | None = None
    """-smp gives more than this: ``1``."""
    cpu: Annotated[tuple[CpuName, ...], BeforeValidator(as_items)] | None = None
    """The model of -cpu is one of these: ``[cortex-a7, cortex-a15]``."""
    property: MachinePropertyName | None = None
    """A property of the machine, whose value 'is' asks for: ``boot-mode``."""
    is_: Annotated[tuple[Choice, ...], BeforeValidator(as_choices)] | None = Field(
        None, alias="is"
    )
    """The value of 'property', or a list, one of which it has: ``qspi``, ``[2, 3]``."""


class PropertyChoice(Model):
    """A value that depends on a condition: ``then`` where it holds, else ``else``."""

    model_config = ConfigDict(json_schema_extra={"otherwise": PROPERTY_SCHEMA})

    when: When
    """What it depends on: ``{kernel: true}``."""
    then: Item
    """The value where the condition holds: ``1``."""
    else_: Item = Field(alias="else")
    """The value where it does not: ``0``."""


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
