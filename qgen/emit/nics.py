"""NICs of the command line as C: found by their type, or places of QEMU's table."""

from __future__ import annotations

from qgen.board import Composite, Device, Part
from qgen.cunit import Call as CallStatement
from qgen.cunit import CallExpr, CExpr, For, If, Local
from qgen.emit.builder import FunctionBuilder
from qgen.names import identifier
from qgen.nics import Taker, asked_types, nics_of, taker_of, takers
from qgen.targets import Feature

PCI_NICS = "pci_init_nic_devices"
"""The function that makes all NICs that no device took, which older releases lack."""


def remember_nics(into: FunctionBuilder) -> None:
    """Ask for NICs before devices take them, where somebody asks later."""
    for type_ in into.unit.nics_asked_again:
        into.unit.field(f"NICInfo *{_field(type_)}", "qemu_find_nic_info")
        into.assign(f"{into.state()}->{_field(type_)}", _find(type_, into))
    if into.unit.nics_asked_again:
        into.gap()


def nic_given(type_: str, into: FunctionBuilder) -> CExpr:
    """Whether there is a NIC for a device of that type."""
    unit = into.unit
    if type_ in unit.nics_asked_again:
        return f"{into.state()}->{_field(type_)}"
    if unit.target.has(Feature.NICS_BY_TYPE):
        return _find(type_, into)
    unit.use("nd_table")
    taker = taker_of(unit.board, type_)
    assert taker is not None  # else the release is refused
    return f"{_place(taker.first)}.used"


def _find(type_: str, into: FunctionBuilder) -> CExpr:
    into.unit.use("qemu_find_nic_info")
    name = into.unit.type_name(type_)
    return CallExpr("qemu_find_nic_info", (name, "true", "NULL"))


def _field(type_: str) -> str:
    return f"{identifier(type_)}_nic"


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
    taker = _taker(unit.board, holder)
    nic = _place(taker.first, index.get("n"))
    given = into.block()
    if isinstance(holder, Device):
        given.call("qemu_check_nic_model", f"&{nic}", unit.type_name(holder.type))
    given.call("qdev_set_nic_properties", handle, f"&{nic}")
    if taker.number == 1 and _is_asked_for(taker, unit.board):
        into.body.extend(given.body)  # there is one
    else:
        into.body.append(If(f"{nic}.used", given.statements()))


def all_pci_nics(bus: CExpr, model: CExpr, into: FunctionBuilder) -> None:
    """What `PCI_NICS` does, one NIC at a time."""
    into.unit.use("nd_table", "pci")
    first = nics_of(into.unit.board)
    into.local(Local("int", "i"))
    made = CallExpr("pci_nic_init_nofail", ("&nd_table[i]", bus, model, "NULL"))
    into.body.append(For("i", "nb_nics", (CallStatement(made),), start=str(first)))


def _place(number: int, index: str | None = None) -> str:
    if index is None:
        return f"nd_table[{number}]"
    return f"nd_table[{number} + {index}]" if number else f"nd_table[{index}]"


def _taker(board: Composite, wanted: Device | Part) -> Taker:
    for taker in takers(board):
        same = isinstance(wanted, Device) and taker.holder is taker.device
        if taker.holder is wanted or (same and taker.device.origin == wanted.origin):
            return taker
    raise ValueError("no such holder of a NIC")


def _is_asked_for(taker: Taker, board: Composite) -> bool:
    """Whether the device is there only if the place that it takes is used."""
    asked = (taker_of(board, type_) for type_ in asked_types(taker.device.when))
    return any(each is not None and each.first == taker.first for each in asked)
