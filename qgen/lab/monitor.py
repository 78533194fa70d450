"""A running board under observation, over QMP.

The client is `qemu.qmp`, QEMU's own (the extra ``qgen[lab]``).
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qgen.lab.board import Loadable
from qgen.lab.errors import LabError
from qgen.lab.mtree import address_spaces

START_TIMEOUT = 30.0
"""Seconds that QEMU gets to open its monitor."""
ANSWER_TIMEOUT = 60.0
"""Seconds that QEMU gets to answer a command."""


class Monitor:
    """A QMP session with a running QEMU."""

    def __init__(self, process: subprocess.Popen[str], socket: Path, log: Path):
        self.process, self._log = process, log
        self._loop = asyncio.new_event_loop()
        try:
            from qemu.qmp import QMPClient
        except ModuleNotFoundError:
            raise LabError(
                "watching a board needs qemu.qmp", "pip install 'qgen[lab]'"
            ) from None
        self._client = QMPClient("qgen")
        self._loop.run_until_complete(self._connect(str(socket)))

    async def _connect(self, socket: str) -> None:
        from qemu.qmp import ConnectError

        deadline = self._loop.time() + START_TIMEOUT
        while True:
            # A client that fails logs it as an error: try when the socket is there.
            if Path(socket).exists():
                with contextlib.suppress(ConnectError, asyncio.TimeoutError):
                    await asyncio.wait_for(self._client.connect(socket), START_TIMEOUT)
                    return
            if self.process.poll() is not None:
                raise LabError(
                    f"QEMU ended with status {self.process.returncode}:\n{self.log()}"
                )
            if self._loop.time() > deadline:
                raise LabError("QEMU did not open its monitor")
            await asyncio.sleep(0.002)

    def log(self) -> str:
        """What QEMU printed on its standard error so far."""
        return self._log.read_text(errors="replace").strip()

    def execute(self, command: str, **arguments: Any) -> Any:
        """Run a QMP command and give its result; `LabError` with QEMU's words."""
        from qemu.qmp import ExecuteError
        from qemu.qmp.qmp_client import ExecInterruptedError

        names = {key.replace("_", "-"): value for key, value in arguments.items()}
        try:
            answer = self._client.execute(command, names or None)
            return self._loop.run_until_complete(
                asyncio.wait_for(answer, ANSWER_TIMEOUT)
            )
        except ExecuteError as error:
            raise LabError(f"{command}: {error}") from error
        except ExecInterruptedError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ANSWER_TIMEOUT)
            raise LabError(
                f"QEMU ended with status {self.process.returncode} at {command}:\n"
                f"{self.log()}".rstrip(":\n")
            ) from None
        except TimeoutError:
            raise LabError(f"QEMU does not answer {command}") from None

    def human(self, command: str) -> str:
        """What the human monitor prints for ``command``."""
        return str(self.execute("human-monitor-command", command_line=command))

    def address_spaces(self) -> dict[str, list[str]]:
        """The flat view of every address space, as lines of ``info mtree -f``."""
        return address_spaces(self.human("info mtree -f"))

    def get(self, path: str, name: str) -> Any:
        """The value of property ``name`` of the QOM object at ``path``."""
        return self.execute("qom-get", path=path, property=name)

    def children(self, path: str) -> dict[str, str]:
        """The properties of the QOM object at ``path``: names and types."""
        listed = self.execute("qom-list", path=path)
        return {item["name"]: item["type"] for item in listed}

    def leave(self) -> None:
        """End the session and let QEMU run on."""
        with contextlib.suppress(EOFError, OSError):  # QEMU may have ended before
            self._loop.run_until_complete(self._client.disconnect())
        self._loop.close()

    def close(self) -> None:
        """End QEMU, even one that does not answer, and the session."""
        self.process.kill()
        self.process.wait()
        self.leave()


@contextlib.contextmanager
def watch(
    board: Loadable,
    arguments: Sequence[str] = (),
    *,
    paused: bool = True,
    defaults: bool = False,
) -> Iterator[Monitor]:
    """Start ``board`` without a display and give its monitor; end it afterwards.

    ``paused``: no CPU runs. ``defaults``: with the drives, ports and NICs that QEMU
    gives a machine unasked. `LabError` with QEMU's words if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="qgen-") as folder:
        socket, log = Path(folder, "qmp"), Path(folder, "stderr")
        command = board.command(
            [
                *("-display", "none"),
                *([] if defaults else ["-nodefaults"]),
                *("-qmp", f"unix:{socket},server=on,wait=off"),
                *(["-S"] if paused else []),
                *arguments,
            ]
        )
        with log.open("w") as stderr:
            process = subprocess.Popen(
                command,
                env=board.environment(),
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                text=True,
            )
        try:
            monitor = Monitor(process, socket, log)
        except BaseException:
            process.kill()
            process.wait()
            raise
        try:
            yield monitor
        finally:
            monitor.close()
