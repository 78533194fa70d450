"""A person's own finished QEMU build as an SDK, as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from qgen.lab import compile_commands, configure, manifest, process
from qgen.lab import sdk as sdks
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk, cache_dir

_MESON = Path("meson-info", "meson-info.json")


def is_build_tree(path: Path) -> bool:
    """Whether `path` is a configured build folder."""
    names = ("build.ninja", compile_commands.FILE)
    return all((path / name).is_file() for name in names)


def adopt(build: Path) -> Sdk:
    """Make an SDK of the QEMU build in `build`, which is only read.

    All `qemu-system-*` in it become its targets. After a rebuild with other flags,
    adopt it again. `LabError` when an emulator was not linked with `-rdynamic`.
    """
    build = build.resolve()
    source = _source(build)
    version = sdks.read_version(source)
    known = configure.known_targets(source)
    targets = tuple(name for name in known if (build / f"qemu-system-{name}").is_file())
    if not targets:
        raise LabError(f"{build} holds no qemu-system-*: build it first")
    for target in targets:
        if not exports_symbols(build / f"qemu-system-{target}"):
            raise LabError(
                f"{build}/qemu-system-{target} was not linked with -rdynamic, so no "
                "board can be loaded into it",
                "configure that build again with --extra-ldflags=-rdynamic",
            )
    digest = hashlib.sha256(f"build {build}".encode()).hexdigest()[:8]
    folder = (cache_dir() / "sdk").resolve() / f"{version}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write(
        folder,
        manifest.Manifest(
            name=folder.name,
            version=version,
            source=source,
            build=build,
            targets=targets,
            configure=(),
            origin=f"build folder {build}",
            commands=compile_commands.extract(build, source, targets),
        ),
    )
    return sdks.load(folder)


def exports_symbols(binary: Path) -> bool:
    """Whether a loaded board finds QEMU's functions in this emulator."""
    listed = process.capture(["nm", "-D", "--defined-only", binary])
    return " T type_register_static\n" in listed.stdout


def _source(build: Path) -> Path:
    path = build / _MESON
    try:
        data = json.loads(path.read_bytes())
        return Path(data["directories"]["source"]).resolve()
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise LabError(f"{path} does not name the source: {error!r}") from error
