"""What tests need from outside: each says by name what is missing.

Without it a test is skipped, and the summary names the command that enables it. In CI
(CI or QGEN_REQUIRE_LAB is set), that is a failure.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
from guests import ToolMissing, build

from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk, find
from qgen.targets import TARGETS, Feature

OF_LAB = ("7.2", "10.0", "10.2")
"""The releases of which .ci/lab makes an SDK; CI has these, and no other."""


def _missing(what: str, command: str) -> NoReturn:
    text = f"{what} is missing; run: {command}"
    if os.environ.get("QGEN_REQUIRE_LAB") or os.environ.get("CI") == "true":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


@cache
def _sdk(release: str) -> Sdk | None:
    try:
        return find(release)
    except LabError:
        return None


def require_sdk(release: str) -> Sdk:
    """The SDK of a release, or a skip that names how to get it.

    In CI, a failure, if it is one that .ci/lab makes.
    """
    sdk = _sdk(release)
    if sdk is None and release not in OF_LAB:
        pytest.skip(
            f"the QEMU {release} SDK is missing; run: sh .ci/qgen sdk build FOLDER, "
            f"with the source of QEMU {release}"
        )
    if sdk is None:
        _missing(f"the QEMU {release} SDK", "sh .ci/lab")
    return sdk


def silent(release: str) -> list[str]:
    """The arguments for a board with audio: the SDKs have no other back end."""
    if TARGETS[release].has(Feature.AUDIODEV_OF_MACHINE):
        return ["-audio", "none"]
    return ["-audiodev", "none,id=none"]


def require_package(file: Path, package: str) -> Path:
    """A file that a Debian package brings, or a skip that names the package."""
    if not file.exists():
        _missing(f"{file} (Debian package {package})", "sh .ci/lab")
    return file


def require_browser() -> tuple[Path, Path]:
    """Chromium and its driver, or a skip that names the packages."""
    return (
        require_package(Path("/usr/bin/chromium"), "chromium"),
        require_package(Path("/usr/bin/chromedriver"), "chromium-driver"),
    )


def guest(name: str, out: Path, **defines: int) -> Path:
    """A guest program, built; or a skip that names the cross compiler's package."""
    try:
        return build(name, out, **defines)
    except ToolMissing as tool:
        _missing(f"the toolchain of {name} ({tool.package})", "sh .ci/lab")
