"""How one QEMU release is configured: the only place that knows its flags.

A QEMU that loads boards needs TCG, device trees, user networking and pixels, and
nothing else; what is left out is not compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgen.lab.errors import LabError

OLDEST = (7, 2)

# Flag, the first release that takes it, the first release that no longer does.
_FLAGS: tuple[tuple[str, tuple[int, int], tuple[int, int] | None], ...] = (
    ("--without-default-features", OLDEST, None),
    ("--enable-tcg", OLDEST, None),
    ("--enable-fdt=system", OLDEST, None),
    ("--enable-slirp", OLDEST, None),
    ("--enable-pixman", (8, 2), None),
    ("--disable-docs", OLDEST, None),
    ("--disable-tools", OLDEST, None),
    ("--disable-guest-agent", OLDEST, None),
    ("--disable-install-blobs", OLDEST, None),
    ("--disable-debug-info", OLDEST, None),
    # A person's source tree is used in place: nothing may be fetched into it.
    ("--with-git-submodules=ignore", OLDEST, (8, 1)),
    ("--disable-download", (8, 1), None),
    # Boards are loaded by LD_PRELOAD and call into the emulator.
    ("--extra-ldflags=-rdynamic", OLDEST, None),
    # From 8.1, configure finds meson beside the python that it is given; before, a
    # meson of one's own and a python of one's own exclude each other.
    ("--meson={tools}/bin/meson", OLDEST, (8, 1)),
    ("--python={tools}/bin/python", (8, 1), None),
    ("--ninja={tools}/bin/ninja", OLDEST, None),
)


def flags(release: str, targets: Sequence[str]) -> tuple[str, ...]:
    """The configure flags of `release` ("10.2"), with `{tools}` where paths go.

    `LabError` when the release is older than what qgen can build.
    """
    major, minor = (int(part) for part in release.split("."))
    if (major, minor) < OLDEST:
        raise LabError(
            f"QEMU {release} is too old: SDKs start at {OLDEST[0]}.{OLDEST[1]}"
        )
    chosen = [
        flag
        for flag, first, end in _FLAGS
        if first <= (major, minor) and (end is None or (major, minor) < end)
    ]
    chosen.append("--target-list=" + ",".join(f"{name}-softmmu" for name in targets))
    return tuple(chosen)


def with_tools(flags: Sequence[str], tools: Path) -> list[str]:
    """`flags` with the folder of the build tools filled in."""
    return [flag.replace("{tools}", str(tools)) for flag in flags]


def known_targets(source: Path) -> list[str]:
    """The system emulators that QEMU's source has, by name ("aarch64")."""
    folder = source / "configs" / "targets"
    return sorted(
        path.name.removesuffix("-softmmu.mak") for path in folder.glob("*-softmmu.mak")
    )


def check_targets(source: Path, targets: Sequence[str]) -> None:
    """`LabError` unless QEMU's source has a system emulator for each of `targets`."""
    known = known_targets(source)
    unknown = [target for target in targets if target not in known]
    if unknown:
        raise LabError(
            f"QEMU in {source} has no target {', '.join(unknown)}",
            f"it has {', '.join(known)}",
        )
