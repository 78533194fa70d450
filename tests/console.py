"""Talks with the software on a running board, over its serial console.

Each wait is bounded, and what the console said so far is in the failure.
"""

from __future__ import annotations

import selectors
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from qgen.lab.board import Loadable


@dataclass(frozen=True)
class Step:
    """Wait until the console shows ``text``, then type ``answer``."""

    text: str
    answer: str = ""


def talk(
    machine: Loadable, arguments: Sequence[str], steps: Sequence[Step], seconds: float
) -> str:
    """All that the console showed when the last step was there.

    ``arguments`` put the console on the standard output. Each step has ``seconds``.
    """
    command = machine.command(["-display", "none", "-monitor", "none", *arguments])
    with subprocess.Popen(
        command,
        env=machine.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdin is not None
        try:
            said, start = "", 0
            for step in steps:
                said = _until(process, step.text, said, start, seconds)
                start = said.index(step.text, start) + len(step.text)
                process.stdin.write(step.answer.encode())
                process.stdin.flush()
            return said
        finally:
            process.kill()


def _until(
    process: subprocess.Popen[bytes], text: str, said: str, start: int, seconds: float
) -> str:
    """What was said when ``text`` stands in it behind ``start``."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while text not in said[start:]:
            left = deadline - time.monotonic()
            more = b""
            if left > 0 and selector.select(left):
                more = process.stdout.read1()  # type: ignore[attr-defined]
            if not more:
                why = "ended" if left > 0 and process.poll() is not None else "is late"
                raise AssertionError(
                    f"{text!r} did not come: QEMU {why}; it said\n{said}"
                )
            said += more.decode(errors="replace").replace("\r", "")
    return said
