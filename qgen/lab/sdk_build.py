"""Preparing an SDK: from a release, a source package or a source tree to a QEMU.

An SDK's name ends in a digest of what it is made from and how, so the same request
finds the same folder: finished, it is returned at once; interrupted, it goes on. The
folder is `<cache>/sdk/<name>`, with `source`, `build`, `build.log` and, when all is
done, `sdk.json`.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from qgen.lab import (
    configure,
    debian,
    dsc,
    manifest,
    process,
    toolchain,
)
from qgen.lab.adopt import adopt, is_build_tree
from qgen.lab.building import Building, Plan
from qgen.lab.errors import LabError
from qgen.lab.progress import Progress
from qgen.lab.sdk import Sdk, cache_dir, expand, installed, load, read_version

__all__ = ["DEFAULT_TARGETS", "Progress", "adopt", "build"]

DEFAULT_TARGETS = ("aarch64", "ppc", "riscv64", "x86_64")

_PACKAGE = "Debian package "
_RELEASE = re.compile(r"[0-9]+\.[0-9]+")


def build(
    what: str,
    *,
    progress: Progress,
    targets: Sequence[str] = DEFAULT_TARGETS,
    jobs: int | None = None,
) -> Sdk:
    """Prepare the SDK that `what` names, unless that is done already.

    `what` is a release ("10.0"), a `.dsc` file, a QEMU source folder, which is used in
    place and not written to, or a finished QEMU build folder, which is adopted as it
    is. `jobs` limits the compilers that run at a time. Takes minutes and raises
    `LabError` for whatever goes wrong; what was compiled until then is kept.
    """
    wanted = _targets(targets)
    if jobs is not None and jobs < 1:
        raise LabError(f"{jobs} jobs cannot build anything")
    try:
        return _dispatch(what, wanted, progress, jobs)
    except OSError as error:
        # Of the cache's own files: a full disk, a folder that may not be written to.
        raise LabError(str(error)) from error


def _dispatch(
    what: str, wanted: tuple[str, ...], progress: Progress, jobs: int | None
) -> Sdk:
    if _RELEASE.fullmatch(what):
        return _build_release(what, wanted, progress, jobs)
    path = expand(what).absolute()
    if path.suffix == ".dsc" and path.is_file():
        return _build_package(dsc.read(path), wanted, progress, jobs)
    if is_build_tree(path):
        progress.step(f"adopting {path}")
        return adopt(path)
    if (path / "VERSION").is_file() and (path / "configure").is_file():
        return _build_folder(path.resolve(), wanted, progress, jobs)
    raise LabError(
        f"{what!r} is not a QEMU release, source folder, build folder or .dsc file",
        "a release is two numbers, such as 10.0",
    )


def _root() -> Path:
    # Meson names files by real paths, which have to match the SDK's.
    return (cache_dir() / "sdk").resolve()


def _targets(targets: Sequence[str]) -> tuple[str, ...]:
    odd = [name for name in targets if not re.fullmatch(r"[a-z0-9_]+", name)]
    if odd or not targets:
        raise LabError(
            f"not QEMU targets: {', '.join(map(repr, odd)) or 'none given'}",
            f"as in {', '.join(DEFAULT_TARGETS)}",
        )
    return tuple(sorted(set(targets)))


def _build_release(
    release: str, targets: tuple[str, ...], progress: Progress, jobs: int | None
) -> Sdk:
    flags = configure.flags(release, targets)
    path = dsc.on_path(release)
    if path is None:
        for sdk in installed():
            if sdk.release == release and _made_with(sdk) == (True, flags):
                return sdk
        toolchain.check(unpack=True, fetch=True)
        path = debian.fetch(release, progress)
    return _build_package(dsc.read(path), targets, progress, jobs)


def _made_with(sdk: Sdk) -> tuple[bool, tuple[str, ...]]:
    """Whether an SDK comes from a source package, and its configure flags."""
    made = manifest.read(_root() / sdk.name)
    return made.origin.startswith(_PACKAGE), made.configure


def _build_package(
    package: dsc.Package, targets: tuple[str, ...], progress: Progress, jobs: int | None
) -> Sdk:
    plan = Plan(_PACKAGE + package.version, package.digest, package.release, targets)
    with _lock(plan, progress) as lock:
        folder = next(_root().glob(f"[0-9]*-{plan.digest}"), None)
        if folder is not None and (folder / "source").is_dir():
            with contextlib.suppress(LabError):
                return load(folder)
        toolchain.check(unpack=True)
        if folder is None or not (folder / "source").is_dir():
            progress.step(f"unpacking QEMU {package.version}")
            folder = _unpacked(package, plan)
        source = folder / "source"
        return Building(plan, folder, source, progress, jobs, lock).run()


def _unpacked(package: dsc.Package, plan: Plan) -> Path:
    """Unpack; only then is the version known, which the folder's name begins with."""
    root = _root()
    new = root / f".new-{plan.digest}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    dsc.unpack(package, new / "source")
    folder = root / f"{read_version(new / 'source')}-{plan.digest}"
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return folder


def _build_folder(
    source: Path, targets: tuple[str, ...], progress: Progress, jobs: int | None
) -> Sdk:
    version = read_version(source)
    release = ".".join(version.split(".")[:2])
    plan = Plan(f"source folder {source}", f"folder {source}", release, targets)
    folder = _root() / f"{version}-{plan.digest}"
    with _lock(plan, progress) as lock:
        toolchain.check()
        toolchain.check_folder(source)
        folder.mkdir(parents=True, exist_ok=True)
        return Building(plan, folder, source, progress, jobs, lock).run()


def _lock(plan: Plan, progress: Progress) -> contextlib.AbstractContextManager[int]:
    return process.locked(
        _root() / f".{plan.digest}.lock",
        lambda: progress.step("waiting for another build of the same SDK"),
    )
