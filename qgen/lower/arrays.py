"""What the properties hold that hold a list: QOM calls them all ``list``.

Sources: each DEFINE_PROP_ARRAY of QEMU whose elements are numbers or texts.
"""

from __future__ import annotations

from qgen.catalogue import DeviceType

_ELEMENTS = {
    ("arm-gicv3-common", "redist-region-count"): "uint32",
    ("mps2-scc", "oscclk"): "uint32",
    ("realview_sysctl", "db-clock"): "uint32",
    ("realview_sysctl", "db-voltage"): "uint32",
    ("riscv.hart_array", "rnmi-exception-vector"): "uint64",
    ("riscv.hart_array", "rnmi-interrupt-vector"): "uint64",
    ("rx-icu", "ipr-map"): "uint8",
    ("rx-icu", "trigger-level"): "uint8",
    ("stellaris-gamepad", "keycodes"): "uint32",
    ("virtio-net-device", "ebpf-rss-fds"): "str",
    ("xlnx-efuse", "read-only"): "uint32",
    ("xlnx-versal-efuse", "pg0-lock"): "uint16",
}
"""The QOM type of an element, by the type that has the property, and its name."""


def element_of(known: DeviceType, property_: str) -> str | None:
    """The type of what a list property holds; None where nobody knows."""
    found = (_ELEMENTS.get((t, property_)) for t in (known.name, *known.ancestors))
    return next(filter(None, found), None)
