"""What a build needs of the machine, and how its tools are run."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from qgen.lab import process, toolchain
from qgen.lab.errors import LabError


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder at the head of PATH for make-believe programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class TestToolchain:
    def test_all_that_is_missing_is_named_at_once(
        self, tools: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tools / "apt-get", "")
        program(tools / "cc", "exit 1")
        program(tools / "pkg-config", '[ "$2" != slirp ]')
        monkeypatch.setenv("PATH", str(tools))
        # Debian's own Python has no ensurepip without python3-venv.
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
        with pytest.raises(LabError) as error:
            toolchain.check(unpack=True, fetch=True)
        assert error.value.message == (
            "building QEMU needs nm, slirp, libfdt.h, dpkg-source"
        )
        assert error.value.hint == (
            "apt-get install binutils libslirp-dev libfdt-dev dpkg-dev"
        )

    def test_the_cache_is_looked_at_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(toolchain, "_present", lambda need: True)
        monkeypatch.setenv("QGEN_CACHE", str(tmp_path / "cache"))
        toolchain.check()
        monkeypatch.setenv("QGEN_CACHE", str(tmp_path / "my cache"))
        with pytest.raises(LabError, match="cannot be built in"):
            toolchain.check()

    @pytest.mark.parametrize("name", ["a b", "a:b", 'a"b', "a\nb", "a$b"])
    def test_odd_folders(self, name: str) -> None:
        with pytest.raises(LabError, match="cannot be built in"):
            toolchain.check_folder(Path("/tmp", name))
        toolchain.check_folder(Path("/tmp/a-b_c.d+e~f"))


class TestProcess:
    def test_failure_shows_the_failed_block_without_the_command(
        self, tmp_path: Path
    ) -> None:
        log = tmp_path / "log"
        log.write_text(
            "[1/9] fine\nFAILED: hw/x.o\ncc -c x.c\nx.c:1: error: bad\n"
            "[2/9] fine too\nninja: build stopped: subcommand failed.\n"
        )
        assert process.failure(log) == "FAILED: hw/x.o\nx.c:1: error: bad"

    def test_failure_without_a_block_shows_the_end(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("".join(f"line {n}\n\n" for n in range(100)) + "x" * 999)
        lines = process.failure(log).splitlines()
        assert lines[-2:] == ["line 99", "x" * 300]
        assert len(lines) == 15

    def test_output_goes_to_the_log_alone(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        log = tmp_path / "log"
        seen: list[str] = []
        script = "echo out; echo err >&2; exit 3"
        status = process.logged(
            ["sh", "-c", script], log, cwd=tmp_path, on_line=seen.append
        )
        assert status == 3
        assert seen == ["out\n", "err\n"]
        assert log.read_text() == f"$ sh -c {script}\nout\nerr\n"
        assert capfd.readouterr() == ("", "")

    def test_an_interrupt_leaves_nothing_running(self, tmp_path: Path) -> None:
        def interrupt(line: str) -> None:
            raise KeyboardInterrupt

        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            process.logged(
                ["sh", "-c", "sleep 60 & echo $! > child; echo go; wait"],
                tmp_path / "log",
                cwd=tmp_path,
                on_line=interrupt,
            )
        assert time.monotonic() - started < 30
        child = int((tmp_path / "child").read_text())
        state = Path(f"/proc/{child}/stat")
        deadline = time.monotonic() + 5
        while state.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if state.read_text().split()[2] == "Z":
                    break
            time.sleep(0.01)
        else:
            assert not state.exists()

    def test_a_missing_program_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(LabError, match="cannot be run"):
            process.logged(["./none"], tmp_path / "log", cwd=tmp_path)
        with pytest.raises(LabError, match="cannot be run"):
            process.capture(["./none"])

    def test_the_callers_compiler_flags_do_not_enter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CFLAGS", "-O0")
        monkeypatch.setenv("CCACHE_DIR", "/c")
        environment = process.environment()
        assert "CFLAGS" not in environment
        assert environment["CCACHE_DIR"] == "/c"

    def test_the_second_waits_and_says_so(self, tmp_path: Path) -> None:
        said = threading.Event()
        order: list[str] = []

        def second() -> None:
            with process.locked(tmp_path / "lock", said.set):
                order.append("second")

        with process.locked(tmp_path / "lock", lambda: order.append("never")):
            thread = threading.Thread(target=second)
            thread.start()
            assert said.wait(10)
            order.append("first")
        thread.join(10)
        assert order == ["first", "second"]
