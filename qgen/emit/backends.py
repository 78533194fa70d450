"""Back ends of devices as C: set where the command line gives one."""

from __future__ import annotations

from qgen.board import Drive
from qgen.condition import DriveGiven, Option, OptionGiven, implies
from qgen.cunit import Call, CallExpr, If, Local
from qgen.emit.builder import FunctionBuilder
from qgen.names import string_literal

_DINFO = "dinfo"


def drive_get(
    drive: Drive, into: FunctionBuilder, index: dict[str, str] | None = None
) -> CallExpr:
    """The call that looks for a drive; it gives NULL where there is none."""
    into.unit.use("drive_get")
    bus, unit = (into.expr(e, **(index or {})) for e in (drive.bus, drive.unit))
    return CallExpr("drive_get", (f"IF_{drive.interface.upper()}", bus, unit))


def emit_drive(
    handle: str,
    name: str,
    drive: Drive,
    into: FunctionBuilder,
    index: dict[str, str],
) -> None:
    """A drive as a property."""
    into.unit.use("qdev_prop_set_drive_err")
    found = drive_get(drive, into, index)
    first = all(local.name != _DINFO for local in into.extra)
    if first and not index:
        into.local(Local("DriveInfo *", _DINFO, found))
    else:
        into.local(Local("DriveInfo *", _DINFO))
        into.assign(_DINFO, found)
    blk = CallExpr("blk_by_legacy_dinfo", (_DINFO,))
    args = (handle, string_literal(name), blk, into.sure())
    call = CallExpr("qdev_prop_set_drive_err", args)
    known = not index and implies(into.when, DriveGiven(drive))
    _if_given(_DINFO, call, into, known=known)


def emit_audiodev(handle: str, name: str, into: FunctionBuilder) -> None:
    """The machine's audio back end as a property."""
    into.unit.use("qdev_prop_set")
    audiodev = f"{into.machine()}->audiodev"
    call = CallExpr("qdev_prop_set_string", (handle, string_literal(name), audiodev))
    known = implies(into.when, OptionGiven(Option.AUDIO, True))
    _if_given(audiodev, call, into, known=known)


def _if_given(test: str, call: CallExpr, into: FunctionBuilder, *, known: bool) -> None:
    """``call``, if something is given, or if that is known already."""
    into.body.append(Call(call) if known else If(test, (Call(call),)))
