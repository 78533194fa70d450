"""Starts a board and measures how long QEMU takes until its CPUs run."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from qgen.lab.board import Loadable
from qgen.lab.errors import LabError
from qgen.lab.monitor import Monitor


def start_measured(
    board: Loadable, arguments: Sequence[str], report: Callable[[float], None]
) -> int:
    """Run ``board`` with ``arguments`` to its end and give its exit status.

    ``report`` gets the seconds from the start of QEMU until it says that its CPUs run.
    """
    with tempfile.TemporaryDirectory(prefix="qgen-") as folder:
        socket = Path(folder, "qmp")
        qmp = ("-qmp", f"unix:{socket},server=on,wait=off")
        # Whoever ends us ends QEMU with us.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        start = time.perf_counter()
        process = subprocess.Popen(
            board.command([*arguments, *qmp]), env=board.environment(), text=True
        )
        try:
            try:
                monitor = Monitor(process, socket, Path("/dev/null"))
            except LabError:
                if process.poll() is None:
                    raise
                return process.returncode  # it said itself why
            while not monitor.execute("query-status")["running"]:
                time.sleep(0.001)
            report(time.perf_counter() - start)
            monitor.leave()
            return process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
