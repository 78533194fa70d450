"""Measures what a device cannot do without: each thing that it was given is left out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qgen.lab.device_guesses import Attempt, Known
from qgen.lab.device_types import Record

_NOT_OF_A_BOARD = ("!", "$", "+")
"""How what no property and no clock is begins (see probe.c)."""
_OF_THE_PROBE = ("romfile",)
"""Needed only because the probe's QEMU is not told where firmware is."""


def needed(
    ask: Callable[[Sequence[str]], Sequence[Record]],
    realized: Mapping[str, Attempt],
    known: Mapping[str, Known],
) -> dict[str, list[str]]:
    """The properties and clocks (``%NAME``) without which types are not realized.

    `realized` are attempts that realized them, `known` the names of their properties.
    """
    left_out = [
        (name, key)
        for name, attempt in realized.items()
        for key in sorted(attempt.given)
        if not key.startswith(_NOT_OF_A_BOARD) and key not in _OF_THE_PROBE
    ]
    asked = []
    for number, (name, key) in enumerate(left_out):
        rest = {k: v for k, v in realized[name].given.items() if k != key}
        asked.append(Attempt(rest).request(str(number), name, "r", known[name]))
    records = ask(asked)
    without = {int(each["id"]) for each in records if each["stage"] == "realized"}
    found: dict[str, list[str]] = {}
    for number, (name, key) in enumerate(left_out):
        if number not in without:
            found.setdefault(name, []).append(key)
    return found
