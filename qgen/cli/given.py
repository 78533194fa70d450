"""What a command line gives a machine, as options take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_SHIFTS = {"K": 10, "M": 20, "G": 30, "T": 40}


class Size(click.ParamType):  # type: ignore[type-arg]
    """A size as -m takes it: ``2G``, ``64M``, ``16K``; a bare number counts MiB."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The size in bytes."""
        if isinstance(value, int):
            return value
        digits, unit = (value[:-1], value[-1].upper()) if value else ("", "")
        if unit.isdigit():
            digits, unit = value, "M"
        size = 0
        if digits.isascii() and digits.isdigit() and unit in _SHIFTS:
            size = int(digits) << _SHIFTS[unit]
        if not 0 < size < 1 << 63:
            self.fail(f"{value!r} is not a size: write 512M or 2G", param, ctx)
        return size


class Address(click.ParamType):  # type: ignore[type-arg]
    """An address: ``0x0900_0000``."""

    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number."""
        if isinstance(value, int):
            return value
        try:
            address = int(value, 0)
        except ValueError:
            address = -1
        if not 0 <= address < 1 << 64:
            self.fail(f"{value!r} is not an address: write 0x0900_0000", param, ctx)
        return address


class Chosen(click.ParamType):  # type: ignore[type-arg]
    """A property of the machine and its value: ``gic-version=3``."""

    name = "property"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The name and the value."""
        if isinstance(value, tuple):
            return value
        name, equals, what = value.partition("=")
        if not equals:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return name, what


def ram_option(function: F) -> F:
    """``-m SIZE``."""
    return click.option(
        *("-m", "ram_size"),
        type=Size(),
        metavar="SIZE",
        help="RAM, as QEMU's -m takes it: 512M, 2G. [default: the board's]",
    )(function)


def cpus_option(function: F) -> F:
    """``--smp N``."""
    return click.option(
        *("--smp", "cpus"),
        type=click.IntRange(1),
        metavar="N",
        help="CPUs. [default: the board's]",
    )(function)


def machine_option(function: F) -> F:
    """``-M NAME=VALUE``, as often as wanted."""
    return click.option(
        *("-M", "properties"),
        type=Chosen(),
        multiple=True,
        metavar="NAME=VALUE",
        help="A property of the machine, as QEMU's -M takes it.",
    )(function)
