"""Drives: units that QEMU can have, and each given to one device."""

from __future__ import annotations

from collections.abc import Sequence

from qgen.board import Device, Drive
from qgen.condition import exclusive
from qgen.diagnostics import Code
from qgen.expr import Expr, evaluate, variables
from qgen.lower.backends import given
from qgen.lower.scope import Scope
from qgen.source import Path
from qgen.spec.values import DriveText

UNITS = {"ide": 2, "scsi": 7}
"""How many units a bus of an interface has; the others have one bus without an end."""
MOST_UNITS = 1 << 16


def lower_drive(
    written: DriveText,
    path: Path,
    scope: Scope,
    run_time: tuple[str, ...] = (),
) -> Drive | None:
    """The drive that ``written`` names."""
    bus = _number(written.bus, (*path, "bus"), scope, run_time)
    unit = _number(written.unit, (*path, "unit"), scope, run_time)
    if bus is None or unit is None:
        return None
    units = UNITS.get(written.interface, MOST_UNITS + 1)
    if not variables(unit) and evaluate(unit) >= units:
        scope.error(
            Code.Q0203,
            f"no -drive with if={written.interface} can be unit {evaluate(unit)}",
            (*path, "unit"),
            f"a bus has {units}, number 0 to {units - 1}: count on with 'bus'",
        )
        return None
    return Drive(written.interface, bus, unit)


def _number(
    written: Expr, path: Path, scope: Scope, run_time: tuple[str, ...]
) -> Expr | None:
    allowed = tuple(name for name in run_time if name == "n")
    expr = scope.resolve(written, path, run_time=allowed)
    if expr is None or variables(expr):
        return expr
    return expr if scope.number(expr, path, high=MOST_UNITS) is not None else None


def judge_drives(devices: Sequence[Device], scope: Scope) -> None:
    """Refuse a drive that two devices would get: QEMU ends with an error then."""
    taken: dict[tuple[str, int, int], list[tuple[str, Device, Path | None]]] = {}
    for device in devices:
        for number in range(sum(controller.drives for controller in device.ide)):
            key = ("ide", *divmod(number, UNITS["ide"]))
            taken.setdefault(key, []).append((device.name, device, None))
    for mine, drive in given(devices, Drive):
        bus, unit = (evaluate(e, {"n": mine.n}) for e in (drive.bus, drive.unit))
        others = taken.setdefault((drive.interface, bus, unit), [])
        for first, other, earlier in others:
            if exclusive(other.when, mine.device.when):
                continue
            where = f"unit {unit}" + f" of bus {bus}" * bool(bus)
            scope.error(
                Code.Q0214,
                f"the {drive.interface!r} drive {where} goes to {first!r} already",
                (*mine.origin, "drive"),
                (
                    "let the unit depend on 'n', the number of each"
                    if earlier == mine.origin
                    else "a drive is one device's: take another unit"
                ),
            )
            return
        others.append((mine.name, mine.device, mine.origin))
