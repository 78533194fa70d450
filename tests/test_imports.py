"""The house: which module may know what (DESIGN.md, "The walk of the data")."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qgen"

LEAVES = {
    "bases",
    "caches",
    "catalogue",
    "diagnostics",
    "expr",
    "figures",
    "files",
    "frozen",
    "names",
    "source",
    "targets",
}

# What a stage may import of qgen: leaves, and the data on either side of it.
ALLOWED = {
    "caches": set(),
    "frozen": set(),
    "allowing": {"diagnostics", "source"},
    "bases": {"targets"},
    "diagnostics": {"source"},
    "explanations": {"diagnostics"},
    "expr": set(),
    "figures": set(),
    "files": set(),
    "names": set(),
    "source": set(),
    "targets": set(),
    "shipped": set(),
    "starters": {"shipped"},
    "catalogue": set(),
    "board": {"bases", "condition", "expr", "source"},
    "condition": {"board", "expr"},
    "devicetree": {"board", "condition", "expr"},
    "arch": {"board"},
    "nics": {"board", "condition", "expr"},
    "release": {
        "board",
        "condition",
        "diagnostics",
        "expr",
        "nics",
        "source",
        "targets",
    },
    "fmt": {"diagnostics", "expr", "load"},
    "hooks": {"board", "diagnostics"},
    "cunit": set(),
    "load": {"diagnostics", "source"},
    "variants": {"diagnostics", "load", "source"},
    "spec": LEAVES - {"catalogue", "files", "targets"},
    "lower": (LEAVES - {"files", "targets"}) | {"spec", "board", "condition", "arch"},
    "formats": {"diagnostics", "explanations", "source"},
    "emit": {
        "arch",
        "bases",
        "board",
        "condition",
        "catalogue",
        "cunit",
        "devicetree",
        "expr",
        "names",
        "nics",
        "source",
        "targets",
    },
    "layout": {"cunit", "names"},
    "render": {"caches", "cunit", "layout", "shipped"},
    "traced": {"cunit", "render"},
    "check": {"bases", "board", "condition", "devicetree", "expr", "targets"},
    "predict": {"board", "condition", "devicetree", "expr"},
    "picture": {"arch", "board", "condition", "expr", "figures", "predict", "source"},
    "report": {"figures", "picture", "shipped"},
    "compare": set(),
    "tree": {"arch", "board", "names"},
    "lookup": {"arch", "board", "catalogue"},
    "lab": {"caches", "catalogue", "compare", "files"},
    "cli": {
        "allowing",
        "catalogue",
        "compare",
        "compose",
        "diagnostics",
        "explanations",
        "files",
        "formats",
        "lab",
        "lookup",
        "picture",
        "predict",
        "shipped",
        "source",
        "starters",
        "targets",
        "tree",
    },
}

# Who alone may import a library.
OWNERS = {
    "yaml": {"load"},
    "pydantic": {"spec"},
    "pydantic_core": {"spec"},
    "jinja2": {"render", "report"},
    "pycparser": {"check"},
    "click": {"cli"},
    "fdt": {"compare"},
    "qemu": {"lab"},
    "subprocess": {"lab"},
}


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            if node.module == "qgen":
                yield from (f"qgen.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


FILES = sorted(f for f in PACKAGE.rglob("*.py") if room_of(f) != "_shipped")


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(file)
    for name in imports_of(file):
        top, _, rest = name.partition(".")
        if top != "qgen":
            owners = OWNERS.get(top)
            assert owners is None or room in owners, f"{room} imports {name}"
            continue
        inner = rest.split(".")[0]
        if room in ("compose", "__main__", "__init__") or inner in ("", "__version__"):
            continue
        if inner == "frozen":  # as dataclasses: everybody may
            continue
        assert inner == room or inner in ALLOWED[room], f"{room} imports qgen.{inner}"


def test_every_room_has_a_rule() -> None:
    rooms = {room_of(f) for f in FILES} - {"__init__", "__main__", "compose"}
    assert rooms == set(ALLOWED)


def test_only_compose_and_the_command_line_see_many_stages() -> None:
    stages = {"load", "spec", "lower", "emit", "render", "check", "lab"}
    for room, allowed in ALLOWED.items():
        known = allowed & stages
        assert len(known) <= 1, f"{room} knows {known}"


def test_the_command_line_starts_without_heavy_libraries() -> None:
    import subprocess

    code = (
        "import sys; from qgen.cli import cli; cli.main(['--help'], standalone_mode=False);"
        "print([m for m in ('pydantic','jinja2','pycparser','yaml','qemu') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
