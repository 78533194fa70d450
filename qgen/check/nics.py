"""NICs of the command line where QEMU has them in a table: who takes which."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from qgen.board import Composite, Device, Part
from qgen.check.api import function
from qgen.check.code import Record
from qgen.check.facts import Call
from qgen.check.facts import Device as Made
from qgen.condition import NicGiven, parts_of
from qgen.expr import evaluate
from qgen.targets import Feature

if TYPE_CHECKING:
    from qgen.check.machine import Execution

PCI_NICS = "pci_init_nic_devices"
"""What newer releases call the making of all NICs that are left."""
MORE = 2
"""So many NICs are given that only such a call takes."""


class Taken(NamedTuple):
    """A NIC that a device takes; ``type``: it is there only with one of that type."""

    holder: Device | Part
    number: int
    type: str | None


def taken(board: Composite, start: int = 0) -> Iterator[Taken]:
    """The places of the table that devices take, in the order in which they are made.

    Of alternatives only one is made: each takes what the others would.
    """
    for _, alternatives in groupby(board.devices, lambda device: device.name):
        end = start
        for device in alternatives:
            each = list(_taken_by(device, board, start))
            yield from each
            end = max([end, *(one.number + 1 for one in each)])
        start = end


def _taken_by(device: Device, board: Composite, start: int) -> Iterator[Taken]:
    asked = [w.type for w in parts_of(device.when) if isinstance(w, NicGiven)]
    if not asked and _asks_for(device.type, board):
        asked = [device.type]
    times = 1 if device.count is None else evaluate(device.count)
    for holder in device.holders:
        for _ in range(times if holder.nic else 0):
            yield Taken(holder, start, asked[0] if asked else None)
            start += 1
    soc = next((soc for soc in board.socs if soc.name == device.type), None)
    for _ in range(times if soc is not None else 0):
        assert soc is not None
        for inner in taken(soc, start):
            yield inner
            start = max(start, inner.number + 1)


def _asks_for(type_: str, board: Composite) -> bool:
    """Whether anything depends on a NIC of that type."""
    parts = (part for when in board.conditions for part in parts_of(when))
    return any(isinstance(part, NicGiven) and part.type == type_ for part in parts)


def calls_for_the_rest(board: Composite) -> bool:
    """Whether the board makes all NICs that no device took."""
    return any(d.call and d.call.function == PCI_NICS for d in board.devices)


def place(number: int) -> str:
    """A place of the table, as findings call it."""
    return f"nd_table[{number}]"


@function(
    "void qemu_check_nic_model(NICInfo *, const char *)", before=Feature.NICS_BY_TYPE
)
def _model(_m: Execution, nic: Record, type_: str) -> None:
    nic.fields["model"] = type_


@function(
    "void qdev_set_nic_properties(DeviceState *, NICInfo *)",
    before=Feature.NICS_BY_TYPE,
)
def _set(m: Execution, device: Made, nic: Record) -> None:
    if device.realized:
        m.refuse(f"{device.name} gets its NIC after it was realized")
    if device.nic:
        m.say(f"{device.name} gets a NIC twice")
    if not nic.fields["used"]:
        m.say(f"{device.name} gets a NIC that nobody gave")
    if device.inside is None and nic.fields.get("model") != device.type:
        m.say(f"{device.name} takes a NIC of any type")
    device.nic = place(m.nics.index(nic))


@function(
    "PCIDevice *pci_nic_init_nofail"
    "(NICInfo *, PCIBus *, const char *, const char *?)",
    before=Feature.NICS_BY_TYPE,
)
def _pci(
    m: Execution, nic: Record, bus: object, type_: str, address: str | None
) -> Made:
    m.making()
    number = m.nics.index(nic)
    first = len(m.nics) - MORE
    if address is not None:
        m.say("the NIC gets an address of its own")
    call = Call(PCI_NICS, (bus, type_))
    if m.pci_nics is None:
        if number != first:
            m.say(f"the first NIC that is left is {place(first)}, not {place(number)}")
        made = Made("", f"what {PCI_NICS}() would make", m.line, realized=True)
        made.call = call
        m.facts.devices.append(made)
        m.facts.realized.append(made)
        m.pci_nics = made
    elif m.pci_nics.call != call or number != m.last_nic + 1:
        m.say(f"{place(number)} is not made as the NICs before it")
    m.last_nic = number
    return m.pci_nics
