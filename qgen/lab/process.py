"""Running the tools of a build: logged, silent, and never left behind.

Nothing that a tool prints reaches the terminal, no tool can ask a question, and the
environment holds nothing that would make a build differ from its name.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qgen.lab.errors import LabError

# These change what configure, meson or python do, unseen in an SDK's name.
_DROPPED = re.compile(
    r"(CC|CXX|OBJCC|CPP|LD|AR|AS|NM|(C|CXX|CPP|LD|OBJC)FLAGS|PYTHON(PATH|HOME)?"
    r"|MESON.*|NINJA.*|MAKE(FLAGS)?|CROSS_PREFIX|DESTDIR|V|APT_CONFIG)"
)
_SECONDS_TO_END = 10
_LONGEST_LINE = 300
_MOST_LINES = 30


def environment() -> dict[str, str]:
    """The environment for a build's tools."""
    kept = {
        key: value for key, value in os.environ.items() if not _DROPPED.fullmatch(key)
    }
    kept.update(
        LC_ALL="C.UTF-8",
        # A source tree that is used in place gets no __pycache__ folders.
        PYTHONDONTWRITEBYTECODE="1",
        DEBIAN_FRONTEND="noninteractive",
    )
    return kept


def capture(
    argv: Sequence[str | Path], *, cwd: Path | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a short command and keep its output; `LabError` when it cannot start."""
    try:
        return subprocess.run(
            [str(word) for word in argv],
            cwd=cwd,
            env=environment(),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise LabError(f"{argv[0]} cannot be run: {error.strerror}") from error


def logged(
    argv: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path,
    on_line: Callable[[str], None] = lambda line: None,
    held: int | None = None,
) -> int:
    """Run a long command, append what it prints to `log`, and give its exit status.

    `held` is a file descriptor that the command inherits: a lock on it is kept until
    the command has ended, even if this process is killed before it.
    """
    words = [str(word) for word in argv]
    with log.open("a", encoding="utf-8", buffering=1) as stream:
        stream.write(f"$ {' '.join(words)}\n")
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                # Its own group: an interrupt must end the compilers too.
                start_new_session=True,
                pass_fds=() if held is None else (held,),
            )
        except OSError as error:
            raise LabError(f"{words[0]} cannot be run: {error.strerror}") from error
        with process, _ended(process):
            assert process.stdout is not None
            for line in process.stdout:
                stream.write(line)
                on_line(line)
            return process.wait()


@contextlib.contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """End the process and its children when the body does not run to its end."""
    try:
        yield
    except BaseException:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS_TO_END)
                break
        raise


def failure(log: Path) -> str:
    """The lines of `log` that say why its last command failed, fit to be shown."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("FAILED:")), -1)
    if first >= 0:
        block = [lines[first]]
        # Next comes the command line, which is in the log for who wants it.
        for line in lines[first + 2 :]:
            if re.match(r"\[\d+/\d+\]|ninja: ", line):
                break
            block.append(line)
        lines = block[:_MOST_LINES]
    else:
        lines = [line for line in lines if line.strip()][-_MOST_LINES // 2 :]
    return "\n".join(line[:_LONGEST_LINE] for line in lines)


@contextlib.contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[int]:
    """Hold the lock file `path`, after as long a wait as it takes.

    `waiting` is called once if another process holds it. Gives the file descriptor
    that carries the lock.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LabError(
            f"{path} cannot be created: {error.strerror}",
            "set QGEN_CACHE to a folder that can be written to",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
