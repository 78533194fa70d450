"""Measures the catalogue of a person's own QEMU, and puts it where commands find it."""

from __future__ import annotations

from pathlib import Path

from qgen import catalogue
from qgen.catalogue import OWN_DEVICES, OWN_FUNCTIONS
from qgen.lab import catalogue as devices
from qgen.lab import helpers, table_file
from qgen.lab.device_probe import Progress
from qgen.lab.errors import LabError
from qgen.lab.kept import Kept
from qgen.lab.sdk import CATALOG, Sdk


def build(sdk: Sdk, folder: Path | None, progress: Progress) -> Path:
    """Measure what `sdk` has, and return the folder that holds it then.

    By default that is beside the SDK. A catalogue that was there holds until the new
    one is complete; what an interrupted run measured is not measured again.
    """
    if folder is None:
        if sdk.folder is None:
            raise LabError(f"SDK {sdk.name} has no folder", "say where: -o FOLDER")
        folder = sdk.folder / CATALOG
    _make(folder)
    kept = Kept(sdk, folder)
    measured = devices.measure(sdk, progress=progress, kept=kept)
    progress("reading C functions")
    functions = helpers.measure(sdk, progress=progress)
    # The file of devices makes the folder a catalogue.
    table_file.put(folder / OWN_FUNCTIONS, functions)
    table_file.put(folder / OWN_DEVICES, measured)
    kept.forget()
    list(catalogue.load_own(folder))  # what commands would not take is our fault
    return folder


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{folder} cannot be made: {error.strerror}") from error
