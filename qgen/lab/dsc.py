"""A Debian source package of QEMU: which one, and its tree with patches applied."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from qgen.frozen import frozen
from qgen.lab import process
from qgen.lab.errors import LabError

_NAME = re.compile(r"qemu_(?P<release>\d+\.\d+)(?P<rest>\D.*)?\.dsc")
_VERSION = re.compile(r"(?:\d+:)?(?P<release>\d+\.\d+)(?!\d)\S*")


@frozen(slots=False)
class Package:
    """A `.dsc` file, by content: `digest` covers the checksums of all its files."""

    path: Path
    version: str  # Debian's, as in "1:10.0.13+ds-0+deb13u1"
    release: str
    digest: str


def read(path: Path) -> Package:
    """The package of a `.dsc` file; `LabError` unless it is one of QEMU."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    text = content.decode("utf-8", errors="replace")
    fields = dict(re.findall(r"^(Source|Version):[ \t]*(\S+)[ \t]*$", text, re.M))
    version = _VERSION.fullmatch(fields.get("Version", ""))
    if fields.get("Source") != "qemu" or version is None:
        raise LabError(f"{path} is not the .dsc file of a QEMU source package")
    digest = hashlib.sha256(content).hexdigest()
    return Package(path.absolute(), version[0], version["release"], digest)


def choose(folder: Path, release: str) -> Path | None:
    """The newest `.dsc` of QEMU `release` in `folder`; None without one."""
    found = []
    try:
        for path in folder.iterdir() if folder.is_dir() else ():
            name = _NAME.fullmatch(path.name)
            if name is not None and name["release"] == release:
                numbers = [int(part) for part in re.findall(r"\d+", path.name)]
                found.append((numbers, path))
    except OSError as error:
        raise LabError(f"{folder} cannot be read: {error.strerror}") from error
    return max(found)[1] if found else None


def on_path(release: str) -> Path | None:
    """The `.dsc` of QEMU `release` in the first folder of $QGEN_DSC_PATH with one.

    `LabError` when a folder that the variable names does not exist.
    """
    for name in os.environ.get("QGEN_DSC_PATH", "").split(os.pathsep):
        if not name:
            continue
        if not Path(name).is_dir():
            raise LabError(f"QGEN_DSC_PATH names {name}, which is not a folder")
        found = choose(Path(name), release)
        if found is not None:
            return found
    return None


def unpack(package: Package, folder: Path) -> None:
    """Make `folder` from the package, patches applied; whole or not at all."""
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    done = process.capture(
        ["dpkg-source", "--no-copy", "-x", package.path, partial], cwd=folder.parent
    )
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()[-5:]
        raise LabError(f"{package.path} cannot be unpacked:\n" + "\n".join(lines))
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
