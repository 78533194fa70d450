"""The type of a device: one that QEMU has for this machine."""

from __future__ import annotations

from qgen.arch import ARCHES
from qgen.catalogue import Catalogue, DeviceType
from qgen.diagnostics import Code, did_you_mean, nearest
from qgen.lower.elsewhere import had_by, missing
from qgen.lower.scope import Scope
from qgen.source import Path


def device_type(
    name: str, path: Path, catalogue: Catalogue, scope: Scope
) -> DeviceType | None:
    """The catalogue's entry for a type that a device of this board may have."""
    if name in scope.failed_types:
        return None
    known = catalogue.find(name)
    if name == scope.own_type:
        message, help_ = f"a {name!r} would hold itself", "name another type"
        scope.error(Code.Q0209, message, path, help_)
        return None
    if name in scope.inner_types:
        scope.error(
            Code.Q0209,
            f"{name!r} is a type inside a SoC: this spec does not know it",
            path,
            "name the file that describes it under 'socs:'",
        )
        return None
    if known is None:

        def near() -> str | None:
            if nearest(name, list(scope.socs)) is not None:
                return did_you_mean(name, scope.socs)
            names = [repr(each) for each in catalogue.nearest(name)]
            if not names:
                return "'qgen devices' lists those that it has"
            return f"did you mean {', '.join(names)}?"

        message = f"QEMU {catalogue.release} has no device type {name!r}"
        found = had_by(catalogue.release, lambda each: each.find(name) is not None)
        missing(scope, Code.Q0209, message, path, near, found)
        return None
    if known.abstract:

        def below() -> str:
            real = (t for t in catalogue if not t.abstract)
            names = [t.name for t in real if name in t.ancestors]
            return f"name one that derives from it: {', '.join(names[:5])}"

        message = f"{name!r} is an abstract type: no device can be of it"
        scope.error(Code.Q0209, message, path, below)
        return None
    qemu = ARCHES[scope.arch].qemu
    if qemu not in known.targets:
        scope.error(
            Code.Q0209,
            f"qemu-system-{qemu} has no device type {name!r}",
            path,
            f"it is in {', '.join(f'qemu-system-{t}' for t in known.targets)}",
        )
        return None
    return known
