"""The device tree of a board that runs: as predicted, and as QEMU's own board has it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fdt
import pytest
from lab_support import require_package, require_sdk

from qgen import compose
from qgen.board import ArmBoot, Board
from qgen.devicetree import (
    CommandLineFacts,
    FlatNode,
    OfCommandLine,
    OfCpu,
    Reference,
    flatten,
)
from qgen.lab.board import Loadable
from qgen.predict import CommandLine

ROOT = Path(__file__).parent.parent.parent
RELEASES = ("10.0", "10.2", "11.0")
Nodes = dict[str, dict[str, bytes]]

# What arm_load_kernel() adds to the tree of a board.
OF_LOADER = re.compile(r"/(psci|memory@\w+)\Z")
CHOSEN_BY_LOADER = {"bootargs", "linux,initrd-start", "linux,initrd-end"}
# What QEMU's virt has and ours does not.
NOT_OURS = {"/platform-bus@c000000", "/pmu"}


class Line:
    """A command line: what follows ``-M machine``, and what conditions ask for."""

    def __init__(
        self,
        cpu: str | None = None,
        cpus: int = 1,
        ram: int = 128 << 20,
        append: str = "",
        more: tuple[str, ...] = (),
        **properties: str,
    ):
        self.cpu, self.cpus, self.ram, self.append = cpu, cpus, ram, append
        self.more = more
        self.properties = {n.replace("_", "-"): v for n, v in properties.items()}

    def __str__(self) -> str:
        given = "".join(f",{n}={v}" for n, v in self.properties.items())
        return f"{self.cpu or 'default'}-smp{self.cpus}-m{self.ram >> 20}{given}"

    @property
    def machine(self) -> str:
        """The properties, as -M has them behind the machine's name."""
        return "".join(f",{name}={value}" for name, value in self.properties.items())

    @property
    def arguments(self) -> list[str]:
        """The rest of the command line."""
        given = ["-smp", str(self.cpus), "-m", f"{self.ram >> 20}M", "-nic", "none"]
        given += self.more
        return given + ([] if self.cpu is None else ["-cpu", self.cpu])

    def facts(self, board: Board) -> CommandLineFacts:
        """The same, as the prediction wants it."""
        cpu = self.cpu or str(board.cpus.usual_type).removesuffix("-arm-cpu")
        values = {prop.name: prop.default for prop in board.properties}
        values |= self.properties
        given = {("cpu", cpu), *((("property", n), v) for n, v in values.items())}
        line = CommandLine(self.ram, self.cpus, given=frozenset(given))
        env = {"cpus": self.cpus, "ram_size": self.ram}
        return CommandLineFacts(env, line.holds)


VIRT = (
    Line("cortex-a57", gic_version="2"),
    Line("cortex-a57", 4, gic_version="3"),
    Line("cortex-a15", 2, 1 << 30, gic_version="2"),
    Line("max", 8, 3 << 30, gic_version="3"),
)
BOARDS: dict[str, tuple[Line, ...]] = {
    "specs/arm-virt.yaml": (Line(), *VIRT),
    "tests/ok/device-tree.yaml": (
        Line(),
        Line("cortex-a53", 4, tree="short"),
        Line("cortex-a7", 3, 64 << 20, tree="long"),
    ),
    "tests/ok/device-tree-riscv.yaml": (Line(), Line(cpus=4, ram=2 << 30)),
    "tests/ok/opensbi.yaml": (Line(cpus=3, more=("-bios", "none")),),
}


@pytest.fixture(scope="module")
def loaded() -> Callable[[str, str], tuple[Board, Loadable]]:
    """Boards by spec and release, each compiled once."""
    made: dict[tuple[str, str], tuple[Board, Loadable]] = {}

    def load(spec: str, release: str) -> tuple[Board, Loadable]:
        if (spec, release) not in made:
            sdk = require_sdk(release)
            resolved = compose.resolve(ROOT / spec, compose.TARGETS[release])
            made[spec, release] = resolved.board, compose.load_into(resolved, sdk)
        return made[spec, release]

    return load


def dump(loadable: Loadable, machine: str, line: Line, file: Path) -> Nodes:
    """The tree that QEMU makes for a machine: bytes by path and property."""
    where = f"{machine}{line.machine},dumpdtb={file}"
    done = subprocess.run(
        [str(loadable.qemu), "-M", where, *line.arguments, "-display", "none"],
        env=loadable.environment(),
        capture_output=True,
        text=True,
    )
    assert file.exists(), done.stderr
    found: Nodes = {}
    todo = [(fdt.parse_dtb(file.read_bytes()).root, "")]
    while todo:
        node, path = todo.pop(0)
        found[path or "/"] = {prop.name: raw(prop) for prop in node.props}
        todo = [(each, f"{path}/{each.name}") for each in node.nodes] + todo
    return found


def raw(prop: Any) -> bytes:
    """The bytes of a property."""
    data = getattr(prop, "data", None)
    if data is None:
        return b""
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    if all(isinstance(each, str) for each in data):
        return b"".join(each.encode() + b"\0" for each in data)
    return b"".join(int(each).to_bytes(4, "big") for each in data)


def predicted(nodes: list[FlatNode], made: Nodes, line: Line) -> Nodes:
    """The predicted bytes, with the phandles that the tree has."""

    def part(each: Any, own: bytes) -> bytes:
        match each:
            case Reference(path):
                return made[path]["phandle"]
            case OfCpu():
                return own
            case OfCommandLine():
                return line.append.encode() + b"\0"
        assert isinstance(each, bytes)
        return each

    return {
        node.path: {
            name: b"".join(part(p, made[node.path].get(name, b"")) for p in parts)
            for name, parts in node.properties.items()
        }
        for node in nodes
    }


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("spec", "line"),
    [
        pytest.param(spec, line, id=f"{Path(spec).stem}-{line}")
        for spec, lines in BOARDS.items()
        for line in lines
    ],
)
def test_the_tree_is_the_predicted_one(
    spec: str, line: Line, release: str, loaded: Any, tmp_path: Path
) -> None:
    board, loadable = loaded(spec, release)
    assert board.device_tree is not None
    made = dump(loadable, loadable.machine, line, tmp_path / "tree.dtb")
    nodes = flatten(board.device_tree, line.facts(board))
    of_board = dict(made)
    if isinstance(board.boot, ArmBoot):
        of_board = {path: made[path] for path in made if not OF_LOADER.match(path)}
    for name in CHOSEN_BY_LOADER:
        of_board.get("/chosen", {}).pop(name, None)
    assert of_board == predicted(nodes, made, line)
    order = [path for path in made if path in of_board]
    assert order == [node.path for node in nodes]
    phandles = [props["phandle"] for props in made.values() if "phandle" in props]
    assert len(phandles) == len(set(phandles))


def by_path(made: Nodes) -> Nodes:
    """The tree with the path of a node in place of its phandle, and without that."""
    paths = {
        props["phandle"]: path for path, props in made.items() if "phandle" in props
    }

    def cells(value: bytes) -> bytes:
        if len(value) % 4:
            return value
        each = (value[i : i + 4] for i in range(0, len(value), 4))
        return b"".join(paths.get(cell, "").encode() or cell for cell in each)

    return {
        path: {n: cells(value) for n, value in props.items() if n != "phandle"}
        for path, props in made.items()
    }


def warnings_of(file: Path) -> set[str]:
    """What dtc says of a tree."""
    require_package(Path("/usr/bin/dtc"), "device-tree-compiler")
    assert shutil.which("dtc")
    done = subprocess.run(
        ["dtc", "-I", "dtb", "-O", "dtb", "-o", "/dev/null", str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = (text.partition(": ")[2] for text in done.stderr.splitlines())
    return {text for text in said if text}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("line", VIRT, ids=str)
def test_the_nodes_are_those_of_qemus_virt(
    line: Line, release: str, loaded: Any, tmp_path: Path
) -> None:
    _, loadable = loaded("specs/arm-virt.yaml", release)
    ours = dump(loadable, loadable.machine, line, tmp_path / "ours.dtb")
    plain = Line(line.cpu, line.cpus, line.ram, **line.properties)
    plain.properties["dtb-randomness"] = "off"
    theirs = dump(loadable, "virt", plain, tmp_path / "virt.dtb")
    mine, upstream = by_path(ours), by_path(theirs)
    assert set(mine) <= set(upstream)
    assert set(upstream) - set(mine) <= NOT_OURS
    assert mine == {path: upstream[path] for path in mine}
    assert warnings_of(tmp_path / "ours.dtb") <= warnings_of(tmp_path / "virt.dtb")
