"""QEMU releases as sets of features.

A leaf. The one place that knows what changed in which release; code asks a `Target` for
a feature and never compares versions. Sources: QEMU's headers at each release.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Feature(Enum):
    """Something that a release of QEMU has or does; the absence is the older way."""

    MEMORY_API_IN_SYSTEM = auto()
    """``system/memory.h`` and ``system/address-spaces.h``, before in ``exec/``."""
    CONST_CLASS_INIT = auto()
    """``class_init`` takes ``const void *``."""
    CONST_INTERFACES = auto()
    """``TypeInfo.interfaces`` points to const data."""
    ARM_MACHINE_INTERFACES = auto()
    """Arm machines name the binaries that list them (``hw/arm/machines-qom.h``)."""
    LOAD_IMAGE_ERRP = auto()
    """``load_image_targphys`` takes ``Error **errp``."""


@dataclass(frozen=True)
class Target:
    """A release and its features."""

    release: str
    features: frozenset[Feature]

    def has(self, feature: Feature) -> bool:
        """Whether this release has ``feature``."""
        return feature in self.features


# Each release adds to the one before it.
_ADDED: dict[str, tuple[Feature, ...]] = {
    "10.0": (),
    "10.2": (
        Feature.MEMORY_API_IN_SYSTEM,
        Feature.CONST_CLASS_INIT,
        Feature.CONST_INTERFACES,
        Feature.ARM_MACHINE_INTERFACES,
        Feature.LOAD_IMAGE_ERRP,
    ),
}


def _table() -> dict[str, Target]:
    table: dict[str, Target] = {}
    features: frozenset[Feature] = frozenset()
    for release, added in _ADDED.items():
        features |= frozenset(added)
        table[release] = Target(release, features)
    return table


TARGETS: dict[str, Target] = _table()
NEWEST = list(TARGETS.values())[-1]
