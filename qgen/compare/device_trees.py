"""Compares flattened device trees: bytes first, then nodes and properties.

Reading one is the work of the package ``fdt`` (the extra ``qgen[lab]``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from qgen.compare.comparison import ABSENT, Absent, Collector, Section

Nodes = dict[str, dict[str, str]]

_SECTION = Section.DEVICE_TREE


class NoReader(Exception):
    """The library that reads device trees is not installed."""


def compare_device_trees(
    ours: bytes | None, upstream: bytes | None, collector: Collector
) -> None:
    """Every node and every property, when the bytes differ."""
    if ours is None or upstream is None:
        notes = (_note(blob) for blob in (ours, upstream))
        collector.value(_SECTION, "a device tree", "", *notes)
        return
    collector.counts["bytes of device tree"] += len(upstream)
    if ours == upstream:
        return
    known = collector.found
    a, b = nodes(ours), nodes(upstream)
    for path in dict.fromkeys([*a, *b]):
        if path in a and path in b:
            collector.values(_SECTION, path, a[path], b[path])
            _compare_order(path, "properties", [*a[path]], [*b[path]], collector)
        else:
            ends = (None if path in each else ABSENT for each in (a, b))
            collector.value(_SECTION, path, "", *ends)
    _compare_order("/", "nodes", [*a], [*b], collector)
    if collector.found == known:
        # What lies between and behind the nodes, or what fdt makes nothing of.
        notes = (_note(blob) for blob in (ours, upstream))
        collector.value(_SECTION, "/", "other bytes", *notes)


def _compare_order(
    path: str, what: str, ours: list[str], upstream: list[str], collector: Collector
) -> None:
    """The first of those that both have that is not in its place."""
    a = [name for name in ours if name in upstream]
    b = [name for name in upstream if name in ours]
    for x, y in zip(a, b, strict=False):
        if x != y:
            collector.value(_SECTION, path, f"first of {what} out of order", x, y)
            return


def _note(blob: bytes | None) -> str | Absent:
    if blob is None:
        return ABSENT
    return f"{len(blob)} bytes, SHA-256 {hashlib.sha256(blob).hexdigest()[:16]}"


def nodes(blob: bytes) -> Nodes:
    """The properties of each node as text, by path; none where ``fdt`` reads none."""
    try:
        import fdt
    except ModuleNotFoundError:
        raise NoReader from None
    try:
        return dict(_walk(fdt.parse_dtb(blob).root, "/"))
    except Exception:  # it raises nothing more special for a blob that is none
        return {}


def _walk(node: Any, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield path, {prop.name: _text(prop) for prop in node.props}
    for child in node.nodes:
        yield from _walk(child, f"{path.rstrip('/')}/{child.name}")


def _text(prop: Any) -> str:
    """A property as a device tree source has it, without its name."""
    text = str(prop.to_dts()).strip().rstrip(";")
    return text.partition(" = ")[2] or "present"
