"""What is known of a device type, as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qgen.catalogue import Catalogue, DeviceType
from qgen.lookup.example import Impossible
from qgen.lookup.maker import example_of

_OURS = ("given",)


def facts(known: DeviceType, catalogue: Catalogue) -> dict[str, Any]:
    """All facts of the catalogue, with an example or why there is none."""
    data = {key: each for key, each in asdict(known).items() if key not in _OURS}
    for key in ("child_buses", "children", "realized_children"):
        pairs = getattr(known, key)
        data[key] = [{"name": name, "type": type_} for name, type_ in pairs]
    data["needs"] = {
        "properties": list(known.needed_properties),
        "clocks": list(known.needed_clocks),
    }
    data["memories"] = [{"name": name, "size": size} for name, size in known.memories]
    try:
        made = example_of(known, catalogue)
    except Impossible as reason:
        return data | {"example": None, "board": None, "no_example": str(reason)}
    return data | {"example": made.snippet(), "board": made.board()}
