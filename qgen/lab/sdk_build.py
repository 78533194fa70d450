"""Preparing an SDK: from a release, a source package or a source tree to a QEMU.

An SDK's name ends in a digest of what it is made from and how, so the same request
finds the same folder: finished, it is returned at once; interrupted, it goes on. The
folder is `<cache>/sdk/<name>`, with `source`, `build`, `build.log` and, when all is
done, `sdk.json`.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qgen.lab import (
    compile_commands,
    configure,
    debian,
    dsc,
    manifest,
    process,
    toolchain,
)
from qgen.lab.adopt import adopt, exports_symbols, is_build_tree
from qgen.lab.errors import LabError
from qgen.lab.progress import Progress
from qgen.lab.sdk import Sdk, cache_dir, expand, installed, load, read_version

__all__ = ["DEFAULT_TARGETS", "Progress", "adopt", "build"]

DEFAULT_TARGETS = ("aarch64", "ppc", "x86_64")

_PACKAGE = "Debian package "
_RELEASE = re.compile(r"[0-9]+\.[0-9]+")
_STEP = re.compile(r"\[(\d+)/(\d+)\] ")


@dataclass(frozen=True)
class _Plan:
    """What is built, and how: all that an SDK's digest covers."""

    origin: str  # for people
    identity: str  # of the source
    release: str
    targets: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        return configure.flags(self.release, self.targets)

    @property
    def digest(self) -> str:
        text = "\n".join((self.identity, *self.flags))
        return hashlib.sha256(text.encode()).hexdigest()[:8]


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
    plan = _Plan(_PACKAGE + package.version, package.digest, package.release, targets)
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
        return _Building(plan, folder, source, progress, jobs, lock).run()


def _unpacked(package: dsc.Package, plan: _Plan) -> Path:
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
    plan = _Plan(f"source folder {source}", f"folder {source}", release, targets)
    folder = _root() / f"{version}-{plan.digest}"
    with _lock(plan, progress) as lock:
        toolchain.check()
        toolchain.check_folder(source)
        folder.mkdir(parents=True, exist_ok=True)
        return _Building(plan, folder, source, progress, jobs, lock).run()


def _lock(plan: _Plan, progress: Progress) -> contextlib.AbstractContextManager[int]:
    return process.locked(
        _root() / f".{plan.digest}.lock",
        lambda: progress.step("waiting for another build of the same SDK"),
    )


@dataclass(frozen=True)
class _Building:
    """One build, its lock held, its source in place."""

    plan: _Plan
    folder: Path
    source: Path
    progress: Progress
    jobs: int | None
    lock: int

    @property
    def build(self) -> Path:
        return self.folder / "build"

    @property
    def log(self) -> Path:
        return self.folder / "build.log"

    @property
    def binaries(self) -> list[str]:
        return [f"qemu-system-{target}" for target in self.plan.targets]

    def run(self) -> Sdk:
        configure.check_targets(self.source, self.plan.targets)
        tools = toolchain.environment(self.progress)
        if self._is_current(tools):
            with contextlib.suppress(LabError):
                return load(self.folder)
        (self.folder / manifest.FILE).unlink(missing_ok=True)
        self.log.write_bytes(b"")
        self._configure(tools)
        self._compile(tools)
        return self._seal()

    def _is_current(self, tools: Path) -> bool:
        """Whether a finished build has all changes of a source that a person edits."""
        marks = (self.folder / manifest.FILE, self.build / "build.ninja")
        if not all(mark.exists() for mark in marks):
            return False
        ninja = [str(tools / "bin" / "ninja"), "-n", *self.binaries]
        return "no work to do" in process.capture(ninja, cwd=self.build).stdout

    def _configure(self, tools: Path) -> None:
        argv = [
            str(self.source / "configure"),
            *configure.with_tools(self.plan.flags, tools),
        ]
        # Without this mark, what an interrupted configure left cannot be trusted.
        mark = self.build / ".qgen-configured"
        if mark.exists() and mark.read_text(encoding="utf-8") == "\n".join(argv):
            return
        self.progress.step(f"configuring QEMU {read_version(self.source)}")
        shutil.rmtree(self.build, ignore_errors=True)
        self.build.mkdir()
        if process.logged(argv, self.log, cwd=self.build, held=self.lock):
            raise self._failed("configure")
        mark.write_text("\n".join(argv), encoding="utf-8")

    def _compile(self, tools: Path) -> None:
        self.progress.step(f"compiling QEMU for {', '.join(self.plan.targets)}")
        argv = [str(tools / "bin" / "ninja"), *self.binaries]
        if self.jobs is not None:
            argv.append(f"-j{self.jobs}")

        def on_line(line: str) -> None:
            step = _STEP.match(line)
            if step is not None:
                self.progress.update(int(step[1]), int(step[2]))

        status = process.logged(
            argv, self.log, cwd=self.build, on_line=on_line, held=self.lock
        )
        if status:
            raise self._failed("the compilation")

    def _seal(self) -> Sdk:
        """See that the result is what it should be, and only then call it an SDK."""
        self.progress.step("reading the build's compile commands")
        version = read_version(self.source)
        for name in self.binaries:
            shown = process.capture([self.build / name, "--version"])
            if shown.returncode or f"version {version}" not in shown.stdout:
                raise LabError(f"{self.build / name} does not run as QEMU {version}")
            if not exports_symbols(self.build / name):
                raise LabError(f"{self.build / name} was not linked with -rdynamic")
        manifest.write(
            self.folder,
            manifest.Manifest(
                name=self.folder.name,
                version=version,
                source=self.source,
                build=self.build,
                targets=self.plan.targets,
                configure=self.plan.flags,
                origin=self.plan.origin,
                commands=compile_commands.extract(
                    self.build, self.source, self.plan.targets
                ),
            ),
        )
        return load(self.folder)

    def _failed(self, what: str) -> LabError:
        return LabError(
            f"{what} of QEMU failed:\n{process.failure(self.log)}",
            f"all of it is in {self.log}",
        )
