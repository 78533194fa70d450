"""How fast qgen is. On demand: ``python tests/benchmarks [start|scale|run] [-n RUNS]``.

``start``: whole processes, cold, beside what no Python program of this kind can save:
the start of the interpreter, and the import of the libraries that qgen must have.
``scale``: the cost for each region and each device, from 10 to 10,000 of them; linear
cost is a flat last column.
``run``: from a saved spec to the first guest instruction, compiled anew each time; needs
an SDK, and Debian's ``seabios`` for x86-split.

Figures are medians; CPU is user and system time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LIBRARIES = (
    "import click, yaml, jinja2, pydantic; from pydantic import BaseModel; "
    "from pycparser.c_parser import CParser"
)
COUNTS = (10, 100, 1000, 3000, 10_000)


def whole_process(command: list[str], runs: int) -> tuple[float, float]:
    """Median wall and CPU seconds of ``command``, after one run that warms the disk."""
    walls, cpus = [], []
    for run in range(runs + 1):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command} ended with {process.returncode}")
        if run:
            walls.append(time.perf_counter() - start)
            cpus.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(walls), statistics.median(cpus)


def start(runs: int) -> None:
    """Cold starts, beside the floor that Python and the libraries set."""
    python = [sys.executable, "-c"]
    rows = [
        ("bare interpreter", [*python, "pass"]),
        ("import of the libraries", [*python, LIBRARIES]),
    ]
    for spec in sorted((ROOT / "specs").glob("*.yaml")):
        qgen = [sys.executable, "-m", "qgen"]
        if "\nvariants:" not in spec.read_text():
            rows.append((f"render {spec.stem}", [*qgen, "render", str(spec)]))
        rows.append((f"check {spec.stem}", [*qgen, "check", str(spec)]))
    print(
        f"{'whole process, median of ' + str(runs):34} {'wall ms':>8} {'CPU ms':>8} {'x libs':>7}"
    )
    floor = None
    for name, command in rows:
        wall, cpu = whole_process(command, runs)
        if name.startswith("import"):
            floor = cpu
        ratio = f"{cpu / floor:7.2f}" if floor else ""
        print(f"{name:34} {wall * 1000:8.0f} {cpu * 1000:8.0f} {ratio:>7}")


def spec_of_regions(count: int) -> str:
    """A spec of ``count`` regions side by side."""
    lines = [
        f"  r{i}: {{kind: ram, at: {i * 0x1000:#x}, size: 4 KiB}}" for i in range(count)
    ]
    return _spec("memory", lines)


def spec_of_devices(count: int) -> str:
    """A spec of ``count`` UARTs side by side."""
    lines = [f"  u{i}: {{type: pl011, at: {i * 0x1000:#x}}}" for i in range(count)]
    return _spec("devices", lines)


def _spec(section: str, lines: list[str]) -> str:
    head = ["machine: bench", "description: A benchmark", "arch: arm", f"{section}:"]
    return "\n".join([*head, *lines]) + "\n"


def scale() -> None:
    """Seconds by stage for growing specs, and the cost of one more part."""
    from qgen.compose import Timing, render, resolve
    from qgen.predict import CommandLine, flat_view, memory_tree

    for what, make in (("regions", spec_of_regions), ("devices", spec_of_devices)):
        print(
            f"\n{what:>8} " + " ".join(f"{s:>9}" for s in STAGES) + f" {'us each':>9}"
        )
        for count in COUNTS:
            with tempfile.TemporaryDirectory() as folder:
                spec = Path(folder, "bench.yaml")
                spec.write_text(make(count))
                timing = Timing()
                resolved = resolve(spec, timing=timing)
                render(resolved, timing)
                trees = memory_tree(resolved.board, CommandLine(1 << 27))
                timing.measure(
                    "predict", lambda t=trees: [flat_view(r) for r in t.values()]
                )
            parts = [timing.parts[s] for s in STAGES]
            row = " ".join(f"{p * 1000:7.1f}ms" for p in parts)
            print(f"{count:8} {row} {sum(parts) / count * 1e6:9.0f}")


def run(runs: int) -> None:
    """``qgen run --timing`` of specs that start without firmware, never seen before."""
    for name, arguments in RUNNABLE.items():
        text = (ROOT / "specs" / f"{name}.yaml").read_text()
        rows: list[dict[str, float]] = []
        for each in range(runs + 1):
            with tempfile.TemporaryDirectory() as folder:
                spec = Path(folder, f"{name}.yaml")
                spec.write_text(f"{text}# {time.time_ns()}\n")
                rows.append(_timed(spec, arguments))
            if not each:
                rows.clear()  # the first one warms the disk
        parts = {part: statistics.median(row[part] for row in rows) for part in rows[0]}
        print(
            f"{name:16} " + " ".join(f"{p} {ms:.0f}" for p, ms in parts.items()) + " ms"
        )


RUNNABLE = {
    "arm-virt": [],
    "x86-split": ["-L", "/usr/share/seabios"],
}


def _timed(spec: Path, arguments: list[str]) -> dict[str, float]:
    """The parts that ``--timing`` prints, and the whole process, in milliseconds."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "qgen", "run", str(spec), "--timing", "--"]
    process = subprocess.Popen(
        [*command, *("-display", "none", "-nodefaults"), *arguments],
        stderr=subprocess.PIPE,
        text=True,
    )
    parts: dict[str, float] = {}
    assert process.stderr is not None
    for line in process.stderr:
        words = line.split()
        if len(words) >= 3 and words[2] == "ms":
            parts[words[0]] = float(words[1])
        if words and words[0] == "sum":
            break
    parts["whole"] = (time.perf_counter() - start) * 1000
    process.terminate()
    process.wait()
    if "sum" not in parts:
        raise SystemExit(f"{spec.name} did not run: {line}")
    return parts


STAGES = ("load", "validate", "lower", "render", "check", "predict")


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("which", nargs="?", choices=("start", "scale", "run"))
    parser.add_argument("-n", "--runs", type=int, default=9)
    arguments = parser.parse_args()
    # As an installed qgen runs: with its bytecode cached after the first time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if arguments.which in (None, "start"):
        start(arguments.runs)
    if arguments.which in (None, "scale"):
        scale()
    if arguments.which in (None, "run"):
        run(arguments.runs)


if __name__ == "__main__":
    main()
