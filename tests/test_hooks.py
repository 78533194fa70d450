"""The person's C beside a spec: files that cannot be committed, and what compiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_support import require_sdk

from qgen import compose
from qgen.diagnostics import Code, Rejected
from qgen.hooks import MAX_BYTES
from qgen.lab.errors import LabError

SPEC = """\
machine: m
description: A test
arch: arm
hooks: {file: m.c.inc, after_devices: extras}
"""
GOOD = "static void extras(MachineState *machine)\n{\n}\n"


def spec_in(folder: Path, hooks: str | None = GOOD) -> Path:
    file = folder / "m.yaml"
    file.write_text(SPEC)
    if hooks is not None:
        (folder / "m.c.inc").write_text(hooks)
    return file


def refused(file: Path) -> str:
    """What is said of the hook file."""
    with pytest.raises(Rejected) as rejected:
        compose.resolve(file)
    (finding,) = rejected.value.findings
    assert finding.code is Code.Q0219
    return finding.message.partition(": ")[2]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.c.inc"
    outside.write_text(GOOD)
    folder = tmp_path / "inside"
    folder.mkdir()
    file = spec_in(folder, None)
    (folder / "m.c.inc").symlink_to(outside)
    assert refused(file) == "it leads out of the spec's folder"


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    file = spec_in(tmp_path, None)
    (tmp_path / "other.c.inc").write_text(GOOD)
    (tmp_path / "m.c.inc").symlink_to("other.c.inc")
    assert compose.resolve(file).board.hooks is not None


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    file = spec_in(tmp_path, None)
    (tmp_path / "m.c.inc").mkdir()
    assert refused(file) == "it is no file"


def test_an_endless_file_is_not_read(tmp_path: Path) -> None:
    file = spec_in(tmp_path, None)
    with (tmp_path / "m.c.inc").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert refused(file) == "it is larger than 4 MiB"


def test_bytes_that_are_no_text_end_in_no_traceback(tmp_path: Path) -> None:
    file = spec_in(tmp_path, None)
    (tmp_path / "m.c.inc").write_bytes(b"\xff\xfe extras(")
    assert compose.resolve(file).board.hooks is not None


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ("static int extras(MachineState *machine)\n{\n    return 0;\n}\n", "conflict"),
        ("/* */\n#define extras(x) x\n", "extras"),
        ("static void extras(MachineState *machine)\n{\n    int x;\n}\n", "unused"),
    ],
)
def test_the_compiler_says_what_is_wrong(hooks: str, said: str, tmp_path: Path) -> None:
    sdk = require_sdk("10.2")
    resolved = compose.resolve(spec_in(tmp_path, hooks), compose.TARGETS["10.2"])
    with pytest.raises(LabError) as error:
        compose.load_into(resolved, sdk, quick=True)
    assert said in str(error.value)


def test_another_text_is_another_object(tmp_path: Path) -> None:
    sdk = require_sdk("10.2")
    resolved = compose.resolve(spec_in(tmp_path), compose.TARGETS["10.2"])
    first = compose.load_into(resolved, sdk).object
    assert compose.load_into(resolved, sdk).object == first
    (tmp_path / "m.c.inc").write_text(GOOD + "/* */\n")
    assert compose.load_into(resolved, sdk).object != first
