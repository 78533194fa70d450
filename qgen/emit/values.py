"""The types of values of properties."""

from __future__ import annotations

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
)

NO_NUMBERS = (
    *(bool, str, Array, Chardev, Choice, Chosen, Drive, Audiodev),
    *(Link, MachineValue, PciAddress),
)
"""The types of values that are no expressions."""
