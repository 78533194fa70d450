"""One build of QEMU, from a source tree in place to a finished SDK.

The caller holds the SDK's lock. Whatever step was finished before is not repeated, and
`sdk.json` is written last.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from qgen.frozen import frozen
from qgen.lab import compile_commands, configure, manifest, process, toolchain
from qgen.lab.adopt import exports_symbols
from qgen.lab.errors import LabError
from qgen.lab.progress import Progress
from qgen.lab.sdk import Sdk, load, read_version

_STEP = re.compile(r"\[(\d+)/(\d+)\] ")


@frozen(slots=False)
class Plan:
    """What is built, and how: all that an SDK's digest covers."""

    origin: str  # for people
    identity: str  # of the source
    release: str
    targets: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """The configure flags, without paths (see `configure.flags`)."""
        return configure.flags(self.release, self.targets)

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits, the end of the SDK's name."""
        text = "\n".join((self.identity, *self.flags))
        return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextlib.contextmanager
def _no_lock_left(source: Path) -> Iterator[None]:
    """Remove the lock file that Meson leaves in a source that had none."""
    lock = source / "subprojects" / ".wraplock"
    before = lock.exists()
    try:
        yield
    finally:
        if not before:
            with contextlib.suppress(OSError):
                lock.unlink()


@frozen(slots=False)
class Building:
    """One build, its lock held, its source in place."""

    plan: Plan
    folder: Path
    source: Path
    progress: Progress
    jobs: int | None
    lock: int

    @property
    def _build(self) -> Path:
        return self.folder / "build"

    @property
    def _log(self) -> Path:
        return self.folder / "build.log"

    @property
    def _binaries(self) -> list[str]:
        return [f"qemu-system-{target}" for target in self.plan.targets]

    def run(self) -> Sdk:
        """Do what is still to be done; `LabError` says why it could not be."""
        configure.check_targets(self.source, self.plan.targets)
        tools = toolchain.environment(self.progress)
        if self._is_current(tools):
            with contextlib.suppress(LabError):
                return load(self.folder)
        (self.folder / manifest.FILE).unlink(missing_ok=True)
        self._log.write_bytes(b"")
        with _no_lock_left(self.source):
            self._configure(tools)
            self._compile(tools)
        return self._seal()

    def _is_current(self, tools: Path) -> bool:
        """Whether a finished build has all changes of a source that a person edits."""
        marks = (self.folder / manifest.FILE, self._build / "build.ninja")
        if not all(mark.exists() for mark in marks):
            return False
        ninja = [str(tools / "bin" / "ninja"), "-n", *self._binaries]
        return "no work to do" in process.capture(ninja, cwd=self._build).stdout

    def _configure(self, tools: Path) -> None:
        argv = [
            str(self.source / "configure"),
            *configure.with_tools(self.plan.flags, tools),
        ]
        # Without this mark, what an interrupted configure left cannot be trusted.
        mark = self._build / ".qgen-configured"
        if mark.exists() and mark.read_text(encoding="utf-8") == "\n".join(argv):
            return
        self.progress.step(f"configuring QEMU {read_version(self.source)}")
        shutil.rmtree(self._build, ignore_errors=True)
        self._build.mkdir()
        if process.logged(argv, self._log, cwd=self._build, held=self.lock):
            raise self._failed("configure")
        mark.write_text("\n".join(argv), encoding="utf-8")

    def _compile(self, tools: Path) -> None:
        self.progress.step(f"compiling QEMU for {', '.join(self.plan.targets)}")
        argv = [str(tools / "bin" / "ninja"), *self._binaries]
        if self.jobs is not None:
            argv.append(f"-j{self.jobs}")

        def on_line(line: str) -> None:
            step = _STEP.match(line)
            if step is not None:
                self.progress.update(int(step[1]), int(step[2]))

        status = process.logged(
            argv, self._log, cwd=self._build, on_line=on_line, held=self.lock
        )
        if status:
            raise self._failed("the compilation")

    def _seal(self) -> Sdk:
        """See that the result is what it should be, and only then call it an SDK."""
        self.progress.step("reading the build's compile commands")
        version = read_version(self.source)
        for name in self._binaries:
            shown = process.capture([self._build / name, "--version"])
            if shown.returncode or f"version {version}" not in shown.stdout:
                raise LabError(f"{self._build / name} does not run as QEMU {version}")
            if not exports_symbols(self._build / name):
                raise LabError(f"{self._build / name} was not linked with -rdynamic")
        manifest.write(
            self.folder,
            manifest.Manifest(
                name=self.folder.name,
                version=version,
                source=self.source,
                build=self._build,
                targets=self.plan.targets,
                configure=self.plan.flags,
                origin=self.plan.origin,
                commands=compile_commands.extract(
                    self._build, self.source, self.plan.targets
                ),
            ),
        )
        return load(self.folder)

    def _failed(self, what: str) -> LabError:
        return LabError(
            f"{what} of QEMU failed:\n{process.failure(self._log)}",
            f"all of it is in {self._log}",
        )
