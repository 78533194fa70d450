"""Back ends of devices as C: set where the command line gives one."""

from __future__ import annotations

from qgen.board import Drive
from qgen.cunit import CallExpr, If, Local
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
    into.unit.use("qdev_prop_set_drive_err", "error_fatal")
    found = drive_get(drive, into, index)
    first = all(local.name != _DINFO for local in into.extra)
    if first and not index:
        into.local(Local("DriveInfo *", _DINFO, found))
    else:
        into.local(Local("DriveInfo *", _DINFO))
        into.assign(_DINFO, found)
    given = into.block()
    blk = CallExpr("blk_by_legacy_dinfo", (_DINFO,))
    name = string_literal(name)
    given.call("qdev_prop_set_drive_err", handle, name, blk, "&error_fatal")
    into.body.append(If(_DINFO, given.statements()))


def emit_audiodev(handle: str, name: str, into: FunctionBuilder) -> None:
    """The machine's audio back end as a property."""
    into.unit.use("qdev_prop_set")
    audiodev = f"{into.machine()}->audiodev"
    given = into.block()
    given.call("qdev_prop_set_string", handle, string_literal(name), audiodev)
    into.body.append(If(audiodev, given.statements()))
