"""A person's own QEMU, with a device that no other has: measured, described, and run.

The QEMU is an SDK's, linked once more with one object; nothing else is compiled.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lab_support import require_sdk

from qgen import catalogue
from qgen.lab import catalogue as measuring
from qgen.lab import sdk as sdks
from qgen.lab.kept import Kept
from qgen.lab.sdk import Sdk

OWN = Path(__file__).parent / "own"
RELEASE, TARGET = "10.2", "riscv64"
NAMES = ("acme-blinker", "riscv.sifive.plic")


def _link(source: str, target: str) -> None:
    """A file that is the same one, where the file system can."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _replaced(file: Path, text: str) -> None:
    """Another file of that name: the one that was there may be the SDK's own."""
    file.unlink(missing_ok=True)
    file.write_text(text)


def _qgen(cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qgen", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "QGEN_CACHE": str(cache)},
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of a person who built QEMU with a device of their own."""
    sdk = require_sdk(RELEASE)
    if TARGET not in sdk.targets:
        pytest.skip(f"SDK {sdk.name} has no {TARGET}")
    home = tmp_path_factory.mktemp("own")
    for name, folder in (("source", sdk.source), ("build", sdk.build)):
        shutil.copytree(folder, home / name, symlinks=True, copy_function=_link)
    _add_device(sdk, home)
    done = _qgen(home / "cache", "sdk", "build", str(home / "build"))
    assert done.returncode == 0, done.stderr
    return home / "cache"


def _add_device(sdk: Sdk, home: Path) -> None:
    source, build = home / "source", home / "build"
    shutil.copy(OWN / "acme_blinker.h", source / "include" / "hw" / "misc")
    shutil.copy(OWN / "acme_blinker.c", source / "hw" / "misc")
    for name, more in (
        ("Kconfig", "\nconfig ACME_BLINKER\n    bool\n    default y\n"),
        (
            "meson.build",
            "system_ss.add(when: 'CONFIG_ACME_BLINKER', "
            "if_true: files('acme_blinker.c'))\n",
        ),
    ):
        file = source / "hw" / "misc" / name
        _replaced(file, file.read_text() + more)
    for name in ("compile_commands.json", "meson-info/meson-info.json"):
        text = (build / name).read_text()
        text = text.replace(str(sdk.source), str(source))
        _replaced(build / name, text.replace(str(sdk.build), str(build)))
    compile_ = sdk.compile_command("riscv", TARGET)
    object_ = build / "acme_blinker.o"
    argv = [*compile_, "-Wall", "-Werror", "-I", str(source / "include"), "-c"]
    argv += ["-o", str(object_), str(source / "hw" / "misc" / "acme_blinker.c")]
    subprocess.run(argv, check=True, cwd=build)
    ninja = shutil.which("ninja")
    if ninja is None:
        pytest.skip("no ninja, which knows how QEMU is linked")
    listed = subprocess.run(
        [ninja, "-t", "compdb", "-x", "c_LINKER_RSP"],
        capture_output=True,
        check=True,
        cwd=build,
    )
    name = f"qemu-system-{TARGET}"
    link = next(e for e in json.loads(listed.stdout) if e["output"] == name)["command"]
    for each in build.glob("qemu-system-*"):
        if each.is_file():
            each.unlink()
    link = link.replace(f"-o {name} ", f"-o {name} {object_} ", 1)
    subprocess.run(["sh", "-c", link], check=True, cwd=build)


def _own(cache: Path) -> Sdk:
    (folder,) = (cache / "sdk").iterdir()
    return sdks.load(folder)


def test_its_devices_are_measured_where_the_work_stopped(
    cache: Path, tmp_path: Path
) -> None:
    """And a target that was finished is not measured again."""
    sdk, kept = _own(cache), tmp_path / "kept"
    told: list[str] = []
    once = measuring.measure(
        sdk, names=NAMES, kept=Kept(sdk, kept, NAMES), progress=told.append
    )
    assert any(text.startswith(f"{TARGET}: realizing") for text in told)
    told.clear()
    again = measuring.measure(
        sdk, names=NAMES, kept=Kept(sdk, kept, NAMES), progress=told.append
    )
    assert again == once and not any("realizing" in text for text in told)
    file = next(kept.iterdir())
    file.write_text(file.read_text()[:1000])
    assert Kept(sdk, kept, NAMES).find(TARGET) is None
    blinker = catalogue.parse(once, "x").find("acme-blinker")
    assert blinker is not None and blinker.realized
    assert (blinker.irqs, blinker.clocks_in) == (1, ("clk",))
    assert [(each.name, each.count) for each in blinker.gpio_out] == [("led", 4)]
    assert (blinker.header, blinker.macro, blinker.struct, blinker.kconfig) == (
        "hw/misc/acme_blinker.h",
        "TYPE_ACME_BLINKER",
        "AcmeBlinkerState",
        ("ACME_BLINKER",),
    )
    period = blinker.property("period")
    assert period is not None and (period.type, period.default) == ("uint32", 500)


def test_a_board_with_it_is_checked_and_runs(cache: Path, tmp_path: Path) -> None:
    name = _own(cache).name
    done = _qgen(cache, "catalog", "build", "--sdk", name)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.partition(":")[0]
    assert folder.endswith(f"sdk/{name}/catalog")
    assert [file.name for file in sorted(Path(folder).iterdir())] == [
        "devices.jsonl.gz",
        "functions.jsonl.gz",
    ]
    told = _qgen(cache, "devices", "acme-blinker", "--qemu", folder).stdout
    assert "  Acme blinker\n" in told and "  0  512  acme-blinker\n" in told
    new = _qgen(cache, "devices", "acme*", "--qemu", f"{RELEASE}..{folder}").stdout
    assert new == "+ acme-blinker\n"

    example = _qgen(cache, "devices", "acme-blinker", "--example", "--qemu", folder)
    spec = tmp_path / "board.yaml"
    spec.write_text(example.stdout)
    done = _qgen(cache, "check", str(spec))
    assert done.returncode == 1 and "has no device type 'acme-blinker'" in done.stderr
    done = _qgen(cache, "check", str(spec), "--qemu", folder)
    assert (done.returncode, done.stderr) == (0, "")
    done = _qgen(cache, "check", str(spec), "--qemu", str(cache.parent / "source"))
    assert (done.returncode, done.stderr) == (0, "")
    done = _qgen(cache, "render", str(spec), "--qemu", name)
    assert '#include "hw/misc/acme_blinker.h"\n' in done.stdout
    assert "qdev_new(TYPE_ACME_BLINKER)" in done.stdout

    words = ["run", str(spec), "--sdk", name, "--", "-S", "-display", "none"]
    words += ["-monitor", "stdio", "-serial", "null"]
    done = subprocess.run(
        [sys.executable, "-m", "qgen", *words],
        input="info qtree\nquit\n",
        capture_output=True,
        text=True,
        env={**os.environ, "QGEN_CACHE": str(cache)},
    )
    assert 'dev: acme-blinker, id ""' in done.stdout, done.stderr
    assert "period = 500 (0x1f4)" in done.stdout
    assert done.returncode == 0
