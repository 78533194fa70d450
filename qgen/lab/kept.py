"""What was measured of each target of an SDK, kept until all of it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qgen.files import write_whole
from qgen.frozen import frozen
from qgen.lab.device_types import MeasuredBus, MeasuredType
from qgen.lab.sdk import Sdk

_HERE = Path(__file__).parent
_SETS = ("shaped_by", "children_shaped_by", "cpu_models")
_TUPLES = ("supplied", "kconfig")


@frozen(slots=False)
class OneTarget:
    """What one QEMU binary has, as `qgen.lab.device_probe` found it."""

    types: dict[str, MeasuredType]
    buses: Mapping[str, MeasuredBus]
    models: Mapping[str, str]


class Kept:
    """Targets that were measured before in an SDK that has not changed since.

    What is in `folder` and does not fit, or cannot be read, is measured anew. `names`
    are those of the types that are measured, if not all.
    """

    def __init__(self, sdk: Sdk, folder: Path, names: Collection[str] = ()) -> None:
        self._sdk, self._folder = sdk, folder
        self._names = " ".join(sorted(names))

    def find(self, target: str) -> OneTarget | None:
        """What was measured of a target, or None."""
        try:
            data = json.loads(self._file(target).read_bytes())
            if data["digest"] != self._digest(target):
                return None
            return OneTarget(
                {name: _type(each) for name, each in data["types"].items()},
                {name: MeasuredBus(*each) for name, each in data["buses"].items()},
                data["models"],
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def keep(self, target: str, one: OneTarget) -> None:
        """Write down what was measured of a target."""
        data = {
            "digest": self._digest(target),
            "types": {name: _data(each) for name, each in one.types.items()},
            "buses": {
                n: [b.parent, b.abstract, b.max_dev] for n, b in one.buses.items()
            },
            "models": one.models,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._file(target), json.dumps(data))

    def forget(self) -> None:
        """All is done: nothing has to be kept."""
        for target in self._sdk.targets:
            self._file(target).unlink(missing_ok=True)

    def _file(self, target: str) -> Path:
        return self._folder / f".measured-{target}.json"

    def _digest(self, target: str) -> str:
        """Of the binary, and of all that measures it."""
        binary = self._sdk.qemu(target).stat()
        parts = [
            self._names,
            f"{self._sdk.qemu(target)} {binary.st_size} {binary.st_mtime_ns}",
        ]
        files = [*_HERE.glob("device_*.py"), *_HERE.glob("probe*")]
        parts += [file.read_text(encoding="utf-8") for file in sorted(files)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _data(each: MeasuredType) -> dict[str, Any]:
    data = asdict(each)
    return data | {key: sorted(data[key]) for key in _SETS}


def _type(data: dict[str, Any]) -> MeasuredType:
    data = data | {key: set(data[key]) for key in _SETS}
    return MeasuredType(**(data | {key: tuple(data[key]) for key in _TUPLES}))
