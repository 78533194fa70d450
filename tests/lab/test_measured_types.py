"""The shipped catalogue is what measuring gives."""

from __future__ import annotations

import pytest
from lab_support import require_sdk

from qgen import catalogue
from qgen.lab.catalogue import measure

# One that needs nothing, one that needs a lot, one with children, one of each bus.
NAMES = ("pl011", "armv7m", "or-irq", "macio-ide", "tmp105", "riscv.imsic")


@pytest.mark.parametrize("release", catalogue.releases())
def test_a_few_types_are_measured_as_they_ship(release: str) -> None:
    sdk = require_sdk(release)
    shipped = catalogue.load(release)
    if set(sdk.targets) != set(shipped.targets):
        pytest.skip(f"SDK {sdk.name} has other targets than the catalogue")
    names = {name for name in NAMES if shipped.find(name)}
    fresh = catalogue.parse(measure(sdk, names=names), "a fresh catalogue")
    assert set(names) <= set(fresh.names())
    for name in sorted(names - {"armv7m"}):
        assert fresh.find(name) == shipped.find(name)
    core, known = fresh.find("armv7m"), shipped.find("armv7m")
    assert core is not None and known is not None
    assert (core.gpio_in, core.struct) == (known.gpio_in, known.struct)
    assert core.realized_children == known.realized_children
    assert fresh.bus("sdhci-bus") == shipped.bus("sdhci-bus")
