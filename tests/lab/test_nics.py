"""NICs of the command line: what is there with them, and which device takes which."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_support import require_sdk
from object_tree import command_line, compare_devices, compare_maps

from qgen import compose
from qgen.condition import NicGiven
from qgen.lab.monitor import Monitor, watch
from qgen.predict import Space, flat_view, format_view, memory_tree

FILE = Path(__file__).parent.parent / "ok" / "nics-asked-for.yaml"
RAM = 128 << 20
GIVEN = {
    (): {},
    ("smc91c111",): {"smc91c111": ["n0"]},
    # Two of them have none: before 9.0 each takes a place of its own of QEMU's table.
    ("smc91c111", "lan9118"): {"smc91c111": ["n0"], "lan9118": ["", "", "n1"]},
    ("smc91c111", "lan9118", "lan9118", "lan9118"): {
        "smc91c111": ["n0"],
        "lan9118": ["n1", "n2", "n3"],
    },
}
"""The types that -nic gives, and the back ends that devices of each type have."""


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: "-".join(given) or "none")
@pytest.mark.parametrize("release", compose.TARGETS)
def test_who_is_there_and_who_takes_them(release: str, given: tuple[str, ...]) -> None:
    sdk = require_sdk(release)
    resolved = compose.resolve(FILE, compose.TARGETS[release])
    board, loadable = resolved.board, compose.load_into(resolved, sdk)
    line = command_line(
        board, RAM, given={NicGiven(type_).subject: True for type_ in given}
    )
    arguments = ["-m", f"{RAM >> 20}M"]
    for number, type_ in enumerate(given):
        arguments += ["-nic", f"user,model={type_},id=n{number}"]
    if not given:
        arguments += ["-nic", "none"]
    with watch(loadable, arguments) as monitor:
        seen = monitor.address_spaces()["memory"]
        compare_devices(board, monitor, line)
        taken = back_ends(monitor)
    compare_maps(
        board, seen, format_view(flat_view(memory_tree(board, line)[Space.MEMORY]))
    )
    wanted = GIVEN[given]
    assert {type_: sorted(taken.get(type_, [])) for type_ in wanted} == wanted


def back_ends(monitor: Monitor) -> dict[str, list[str]]:
    """The back ends of the NICs that there are, by type."""
    found: dict[str, list[str]] = {}
    for name, kind in monitor.children("/machine/unattached").items():
        type_ = kind.removeprefix("child<").removesuffix(">")
        if type_ in ("smc91c111", "lan9118"):
            path = f"/machine/unattached/{name}"
            found.setdefault(type_, []).append(monitor.get(path, "netdev"))
    return found
