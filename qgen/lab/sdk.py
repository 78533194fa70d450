"""What an SDK is, and how one is found.

An SDK is a QEMU source tree with a finished build of it, linked so that a board can be
loaded into it (`-rdynamic`), and the compiler flags that its boards were built with.
Preparing one is `qgen.lab.sdk_build`'s work; nothing here starts a process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from qgen import caches
from qgen.catalogue import OWN_DEVICES, is_own
from qgen.frozen import frozen
from qgen.lab import manifest
from qgen.lab.errors import LabError

CATALOG = "catalog"
"""Where an SDK has its device types, if they were measured."""
BUILD_HINT = "qgen sdk build 10.0"

_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


@frozen(slots=False)
class Sdk:
    """A QEMU that loads boards: its source, its build, its targets.

    `targets` are QEMU's names of system emulators ("aarch64"), `commands` the compile
    commands by folder below `hw/` and by target (see `compile_command`), `folder` is
    where qgen keeps what it knows of it.
    """

    name: str
    version: str
    source: Path
    build: Path
    targets: tuple[str, ...]
    commands: manifest.Commands = field(default_factory=dict, repr=False, compare=False)
    folder: Path | None = field(default=None, repr=False, compare=False)

    @property
    def catalog(self) -> Path | None:
        """The folder of its device types, if `qgen catalog build` measured them there."""
        if self.folder is None or not is_own(self.folder / CATALOG):
            return None
        return self.folder / CATALOG

    @property
    def is_newer_than_catalog(self) -> bool:
        """Whether it was built again since its device types were measured."""
        folder = self.catalog
        if folder is None:
            return False
        try:
            measured = (folder / OWN_DEVICES).stat().st_mtime
            built = (self.qemu(each).stat().st_mtime for each in self.targets)
            return any(each > measured for each in built)
        except OSError:
            return False

    @property
    def release(self) -> str:
        """Major and minor version, as in "10.2"."""
        return ".".join(self.version.split(".")[:2])

    def qemu(self, target: str) -> Path:
        """Path of the emulator for `target`; `LabError` when it is not in this SDK."""
        if target not in self.targets:
            raise LabError(
                f"SDK {self.name} has no target {target!r}, "
                f"only {', '.join(self.targets)}",
                f"qgen sdk build with {target} among its targets",
            )
        return self.build / f"qemu-system-{target}"

    def compile_command(self, arch_dir: str, target: str | None = None) -> list[str]:
        """Compiler and flags of the C files directly in `hw/<arch_dir>`.

        Without `-c`, `-o`, the source file and dependency options; include paths are
        absolute, so it runs from any folder. `target` chooses among emulators that
        compile that folder each for itself; without it, the first of `targets` that
        does is taken, and a folder that none does gives its common flags. `LabError`
        when the build has nothing of that folder.
        """
        if target is not None:
            self.qemu(target)
        by_target = self.commands.get(arch_dir, {})
        if target is None:
            target = next((name for name in self.targets if name in by_target), "")
        argv = by_target.get(target) or by_target.get("")
        if argv is None:
            built_for = target or ", ".join(self.targets)
            raise LabError(
                f"SDK {self.name} compiled nothing of hw/{arch_dir} for {built_for}",
                f"it has hw/{{{','.join(sorted(self.commands))}}}",
            )
        # A file that lies elsewhere still sees the headers beside its neighbours.
        return [*argv, "-iquote", str(self.source / "hw" / arch_dir)]


def cache_dir() -> Path:
    """`qgen.caches.cache_dir`; `LabError` where there is no such folder."""
    try:
        return caches.cache_dir()
    except RuntimeError as error:
        raise LabError(
            f"no folder for the cache: {error}", "set QGEN_CACHE to a folder"
        ) from error


def expand(path: str) -> Path:
    """`path` with a leading ~ resolved; `LabError` when that names no user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise LabError(f"{path}: {error}") from error


def read_version(source: Path) -> str:
    """The version of a QEMU source tree ("10.2.2"), from its VERSION file."""
    try:
        version = (source / "VERSION").read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise LabError(f"{source} is not a QEMU source tree: {error}") from error
    if not _VERSION.fullmatch(version):
        raise LabError(f"{source}/VERSION holds {version!r}, not a QEMU version")
    return version


def load(folder: Path) -> Sdk:
    """The SDK in `folder`; `LabError` when it is incomplete, damaged or out of date."""
    data = manifest.read(folder)
    sdk = Sdk(
        data.name,
        data.version,
        data.source,
        data.build,
        data.targets,
        data.commands,
        folder,
    )
    for target in sdk.targets:
        if not sdk.qemu(target).is_file():
            raise LabError(f"{sdk.qemu(target)} is gone: {folder} is no longer an SDK")
    version = read_version(sdk.source)
    if version != sdk.version:
        raise LabError(
            f"{sdk.source} is QEMU {version} now; SDK {sdk.name} was built from "
            f"{sdk.version}",
            f"qgen sdk build {sdk.source}",
        )
    return sdk


def installed() -> list[Sdk]:
    """Every complete SDK in the cache, newest version first; others are passed over.

    Of one version, the SDK with more targets comes first.
    """
    return _scan()[0]


def find(selector: str | None, usable: Callable[[Sdk], bool] = lambda sdk: True) -> Sdk:
    """The SDK that `selector` names, or `LabError` with what there is.

    None: the newest of those that are ``usable``, or else the newest. A release
    ("10.2"), a version ("10.2.2"), an SDK's name, or the path of an SDK folder.
    """
    complete, rest = _scan()
    if selector is None:
        if complete:
            return next(filter(usable, complete), complete[0])
        raise _not_found("there is no SDK yet", complete, rest)
    for sdk in complete:
        if selector in (sdk.name, sdk.version, sdk.release):
            return sdk
    if selector in rest:
        raise rest[selector]
    path = expand(selector)
    if os.sep in selector or (path / manifest.FILE).is_file():
        return load(path.absolute())
    raise _not_found(f"there is no SDK {selector!r}", complete, rest)


def _scan() -> tuple[list[Sdk], dict[str, LabError]]:
    """The complete SDKs in order, and by name why others are not."""
    complete: list[Sdk] = []
    rest: dict[str, LabError] = {}
    root = cache_dir() / "sdk"
    try:
        folders = sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise LabError(f"{root} cannot be read: {error.strerror}") from error
    for folder in folders:
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            complete.append(load(folder))
        except LabError as error:
            rest[folder.name] = error
    complete.sort(key=_age)
    return complete, rest


def _age(sdk: Sdk) -> tuple[list[int], int, str]:
    newest_first = [-int(part) for part in sdk.version.split(".")]
    return newest_first, -len(sdk.targets), sdk.name


def _not_found(
    message: str, complete: list[Sdk], rest: dict[str, LabError]
) -> LabError:
    if complete:
        message += f"; there are {', '.join(sdk.name for sdk in complete)}"
    if rest:
        message += f"; incomplete: {', '.join(sorted(rest))}"
    return LabError(message, BUILD_HINT)
