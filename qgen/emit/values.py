"""The types of values of properties."""

from __future__ import annotations

from qgen.board import (
    Array,
    Audiodev,
    Chardev,
    Chosen,
    Drive,
    Link,
    MachineValue,
    PciAddress,
)

NO_NUMBERS = (
    *(bool, str, Array, Chardev, Chosen, Drive, Audiodev),
    *(Link, MachineValue, PciAddress),
)
"""The types of values that are no expressions."""
