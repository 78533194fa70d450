"""NICs of the command line as C: found by their type, or places of QEMU's table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from qgen.board import Composite, Device, Part
from qgen.condition import NicGiven, parts_of
from qgen.cunit import Call as CallStatement
from qgen.cunit import CallExpr, CExpr, For, If, Local
from qgen.emit.builder import FunctionBuilder
from qgen.expr import evaluate
from qgen.targets import Feature

PCI_NICS = "pci_init_nic_devices"
"""The function that makes all NICs that no device took, which older releases lack."""


def nic_given(type_: str, into: FunctionBuilder) -> CExpr:
    """Whether there is a NIC for a device of that type."""
    unit = into.unit
    if unit.target.has(Feature.NICS_BY_TYPE):
        unit.use("qemu_find_nic_info")
        return CallExpr("qemu_find_nic_info", (unit.type_name(type_), "true", "NULL"))
    unit.use("nd_table")
    return f"{_place(_asked(unit.board, type_))}.used"


def take_nic(
    handle: str, holder: Device | Part, into: FunctionBuilder, index: dict[str, str]
) -> None:
    """Give a device the NIC that fits it."""
    unit = into.unit
    if unit.target.has(Feature.NICS_BY_TYPE):
        unit.use("qemu_configure_nic_device")
        into.call("qemu_configure_nic_device", handle, "true", "NULL")
        return
    unit.use("nd_table", "qdev_set_nic_properties")
    device, number = _numbered(unit.board, holder)
    nic = _place(number, index.get("n"))
    given = into.block()
    if isinstance(holder, Device):
        given.call("qemu_check_nic_model", f"&{nic}", unit.type_name(holder.type))
    given.call("qdev_set_nic_properties", handle, f"&{nic}")
    if _is_asked(device):
        into.body.extend(given.body)  # there is one
    else:
        into.body.append(If(f"{nic}.used", given.statements()))


def all_pci_nics(bus: CExpr, model: CExpr, into: FunctionBuilder) -> None:
    """What `PCI_NICS` does, one NIC at a time."""
    into.unit.use("nd_table", "pci")
    first = _total(into.unit.board)
    into.local(Local("int", "i"))
    made = CallExpr("pci_nic_init_nofail", ("&nd_table[i]", bus, model, "NULL"))
    into.body.append(For("i", "nb_nics", (CallStatement(made),), start=str(first)))


def _place(number: int, index: str | None = None) -> str:
    if index is None:
        return f"nd_table[{number}]"
    return f"nd_table[{number} + {index}]" if number else f"nd_table[{index}]"


def _holders(board: Composite) -> Iterator[tuple[Device, Device | Part, int, int]]:
    """Who takes NICs, in order of creation: the number of the first, and how many.

    A SoC takes its own when it is realized. Of alternatives, there is one.
    """
    socs = {soc.name: soc for soc in board.socs}
    first = 0
    for _, alternatives in groupby(board.devices, lambda device: device.name):
        most = 0
        for device in alternatives:
            taken = 0
            count = 1 if device.count is None else evaluate(device.count)
            for holder in device.holders:
                if holder.nic:
                    yield device, holder, first + taken, count
                    taken += count
            inside = _total(socs[device.type]) if device.type in socs else 0
            if inside:
                yield device, Part((), (), (), ()), first + taken, inside * count
                taken += inside * count
            most = max(most, taken)
        first += most


def _total(board: Composite) -> int:
    """How many NICs are taken."""
    return max((first + count for _, _, first, count in _holders(board)), default=0)


def _is_asked(device: Device, type_: str | None = None) -> bool:
    """Whether a device is there only with a NIC, of that type."""
    asked = [w.type for w in parts_of(device.when) if isinstance(w, NicGiven)]
    return bool(asked) if type_ is None else type_ in asked


def _numbered(board: Composite, wanted: Device | Part) -> tuple[Device, int]:
    """The device that ``wanted`` is, or is in, and the number of its first NIC."""
    for device, holder, first, _ in _holders(board):
        same = isinstance(wanted, Device) and holder is device
        if holder is wanted or (same and device.origin == wanted.origin):
            return device, first
    raise ValueError("no such holder of a NIC")


def _asked(board: Composite, type_: str) -> int:
    """The number of the NIC for which there is a device of that type."""
    for device, holder, first, _ in _holders(board):
        if holder.nic and _is_asked(device, type_):
            return first
    return _total(board)
