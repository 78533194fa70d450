"""Takes a snapshot of a machine: started, not running, asked over QMP.

Objects and the class come from `witness.c`, which is loaded into the QEMU; memory,
back ends, ROMs and registers are what QEMU's monitor says.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qgen.compare.snapshot import Object, Property, Snapshot
from qgen.lab.board import Loadable, firmware_folders
from qgen.lab.errors import LabError
from qgen.lab.monitor import Monitor, watch
from qgen.lab.mtree import flat_views, region_trees

# A QMP command, the name of what it lists, and the key that tells one item from another.
_LISTS = (
    ("query-cpus-fast", "CPUs", "cpu-index"),
    ("query-block", "drive", "device"),
    ("query-chardev", "character device", "label"),
    ("query-memdev", "memory back end", "id"),
)
_CPU = re.compile(r"CPU#(\d+)")
_PLACED = re.compile(r"addr=(?P<addr>[0-9a-f]+) size=(?P<size>0x[0-9a-f]+) ")
_NO_ROM = "failed to find romfile"


def observe(machine: Loadable, arguments: Sequence[str] = ()) -> Snapshot:
    """What ``machine``, which loads a witness, is before its first instruction.

    `LabError` with QEMU's words if it does not start.
    """
    try:
        everything = [*arguments, *firmware_folders()]
        with watch(machine, everything, defaults=True) as monitor:
            return _snapshot(machine.machine, monitor)
    except LabError as error:
        hint = error.hint
        if _NO_ROM in error.message:
            hint = (
                "as root: apt-get install ipxe-qemu; or do without NICs: -- -nic none"
            )
        raise LabError(f"machine {machine.machine!r}: {error.message}", hint) from error


def _snapshot(name: str, monitor: Monitor) -> Snapshot:
    with tempfile.TemporaryDirectory(prefix="qgen-") as folder:
        roms = _roms(monitor, Path(folder, "rom"))
        tree = _device_tree(monitor, Path(folder, "dtb"))
        seen = _witnessed(monitor, Path(folder, "record"))
    machines = {each["name"]: each for each in monitor.execute("query-machines")}
    return Snapshot(
        machine=name,
        types=seen.types,
        ancestors=tuple(seen.machine["ancestors"]),
        class_fields=seen.machine["class"],
        class_properties={
            each.pop("name"): each for each in seen.machine["properties"]
        },
        listed=machines.get(name) or _aliased(name, machines),
        objects=seen.objects,
        spaces=flat_views(monitor.human("info mtree -f")),
        trees=region_trees(monitor.human("info mtree -D")),
        lists=_lists(monitor),
        firmware=seen.firmware,
        roms=roms,
        registers=registers(monitor.human("info registers -a")),
        device_tree=tree,
    )


def _aliased(name: str, machines: Mapping[str, Any]) -> Mapping[str, Any]:
    found = (each for each in machines.values() if each.get("alias") == name)
    return next(found, {})


class _Witnessed(NamedTuple):
    """What the witness writes down."""

    types: frozenset[str]
    machine: dict[str, Any]
    objects: dict[str, Object]
    firmware: dict[str, str]


def _witnessed(monitor: Monitor, file: Path) -> _Witnessed:
    monitor.execute("qom-set", path="/qgen-witness", property="record", value=str(file))
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    types, machine, *objects, firmware = map(json.loads, lines)
    return _Witnessed(
        frozenset(types["types"]),
        machine,
        {each["path"]: _object(each) for each in objects},
        firmware["firmware"],
    )


def _object(record: Mapping[str, Any]) -> Object:
    properties = {name: Property(*rest) for name, *rest in record["properties"]}
    return Object(record["type"], properties, record["facts"])


def _roms(monitor: Monitor, file: Path) -> dict[str, str | None]:
    """The ROMs that QEMU loads, with the digest of what is in memory for them."""
    found: dict[str, str | None] = {}
    for line in filter(None, monitor.human("info roms").splitlines()):
        digest = None
        if match := _PLACED.match(line):
            place = {"val": int(match["addr"], 16), "size": int(match["size"], 16)}
            monitor.execute("pmemsave", filename=str(file), **place)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
        found[line] = digest
    return found


def _device_tree(monitor: Monitor, file: Path) -> bytes | None:
    try:
        monitor.execute("dumpdtb", filename=str(file))
    except LabError:
        return None  # QEMU's way to say that this machine has none
    return file.read_bytes()


def _lists(monitor: Monitor) -> dict[str, dict[str, Any]]:
    found = {
        name: {str(item[key]): item for item in monitor.execute(command)}
        for command, name, key in _LISTS
    }
    lines = filter(None, monitor.human("info network").splitlines())
    found["network"] = {
        f"line {number}": {"text": " ".join(line.split())}
        for number, line in enumerate(lines, 1)
    }
    return found


def registers(text: str) -> dict[str, tuple[str, ...]]:
    """The lines of ``info registers -a``, by CPU."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if match := _CPU.fullmatch(line.strip()):
            lines = found.setdefault(f"CPU {match[1]}", [])
        elif line.strip():
            lines.append(" ".join(line.split()))
    return {cpu: tuple(lines) for cpu, lines in found.items()}
