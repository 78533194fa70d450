"""Every mistake that a spec can hold has a case, with exactly what is said of it.

``tests/errors/NAME.yaml`` is a spec, ``NAME.txt`` all that ``qgen check NAME.yaml``
prints for it; a first line ``# --qemu RELEASE`` says which release it is checked for. What cannot be a committed text file is made by code, below. To add a
case, write the spec, run ``pytest tests/test_errors.py --update``, and read the text as
somebody would who has made the mistake.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from qgen.cli import FINDINGS, cli
from qgen.diagnostics import Code

ERRORS = Path(__file__).parent / "errors"
OK = Path(__file__).parent / "ok"
CASES = sorted(path.stem for path in ERRORS.glob("*.yaml"))

HEAD = "machine: m\ndescription: A test\narch: arm\n"


def options(case: str) -> list[str]:
    """The options that the first line of a case asks for."""
    first = Path(f"{case}.yaml").read_bytes().partition(b"\n")[0]
    found = re.fullmatch(rb"# --qemu (\d+\.\d+)", first)
    return [] if found is None else ["--qemu", found[1].decode()]


def check(
    name: str, capsys: pytest.CaptureFixture[str], options: Sequence[str] = ()
) -> str:
    """What ``qgen check NAME`` prints of a spec that it finds wrong."""
    status = cli.main(["check", name, *options], standalone_mode=False)
    shown = capsys.readouterr()
    assert status == FINDINGS, shown.err
    assert shown.out == ""
    return shown.err


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(
    case: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    update: bool,
) -> None:
    monkeypatch.chdir(ERRORS)
    said = check(f"{case}.yaml", capsys, options(case))
    expected = Path(f"{case}.txt")
    if update:
        expected.write_text(said)
    assert said == expected.read_text()


@pytest.mark.parametrize("case", ["alias-past-target", "unit-wrong", "not-yaml"])
def test_what_the_installed_command_says(case: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qgen", "check", f"{case}.yaml"],
        cwd=ERRORS,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (FINDINGS, "")
    assert done.stderr == (ERRORS / f"{case}.txt").read_text()


def test_every_text_belongs_to_a_spec() -> None:
    assert sorted(path.stem for path in ERRORS.glob("*.txt")) == CASES


# Specs that cannot stand in a repository as they are: how to make one, what is said.

_Make = Callable[[Path], object]


def _large(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(10 << 20)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


MADE: dict[str, tuple[_Make, str]] = {
    "a-directory": (
        Path.mkdir,
        """\
spec.yaml:1:1: error[Q0001]: this is a directory, not a spec
  help: name a file in it
""",
    ),
    "no-file": (
        lambda path: None,
        "spec.yaml:1:1: error[Q0001]: cannot be read: No such file or directory\n",
    ),
    "a-symlink-to-itself": (
        lambda path: path.symlink_to(path.name),
        "spec.yaml:1:1: error[Q0001]: cannot be read: Too many levels of symbolic links\n",
    ),
    "a-socket": (
        _socket,
        "spec.yaml:1:1: error[Q0001]: cannot be read: No such device or address\n",
    ),
    "an-empty-device": (
        lambda path: path.symlink_to("/dev/null"),
        """\
spec.yaml:1:1: error[Q0005]: the file is empty
  help: a spec begins with 'machine: NAME'
""",
    ),
    "an-endless-device": (
        lambda path: path.symlink_to("/dev/zero"),
        """\
spec.yaml:1:1: error[Q0004]: the file is larger than 4 MiB
  help: a spec describes one machine, in some KiB
""",
    ),
    "ten-mebibytes": (
        _large,
        """\
spec.yaml:1:1: error[Q0004]: the file is larger than 4 MiB
  help: a spec describes one machine, in some KiB
""",
    ),
    "not-utf-8": (
        lambda path: path.write_bytes("machine: m\nram: é é\n".encode("latin-1")),
        """\
spec.yaml:2:6: error[Q0002]: byte 0xe9 is not UTF-8
    2 | ram: \ufffd \ufffd
      |      ^
  help: save the file as UTF-8
""",
    ),
    "utf-16": (
        lambda path: path.write_text(HEAD, encoding="utf-16"),
        """\
spec.yaml:1:1: error[Q0002]: byte 0xff is not UTF-8
    1 | \ufffd\ufffdm a c h i n e :   m
      | ^
  help: save the file as UTF-8
""",
    ),
    "a-program": (
        lambda path: path.write_bytes(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"),
        """\
spec.yaml:1:1: error[Q0002]: the character U+007F is not allowed in a spec
    1 |  ELF
      | ^
  help: remove it
""",
    ),
    "a-null-byte": (
        lambda path: path.write_text('machine: "é \0"\n'),
        """\
spec.yaml:1:13: error[Q0002]: the character U+0000 is not allowed in a spec
    1 | machine: "é  "
      |             ^
  help: remove it
""",
    ),
    "a-separator-that-some-take-for-a-line-end": (
        lambda path: path.write_text("machine: m\ndescription: a\u2028b\n"),
        """\
spec.yaml:2:15: error[Q0002]: the character U+2028 is not allowed in a spec
    2 | description: a b
      |               ^
  help: remove it
""",
    ),
    "a-byte-order-mark": (
        lambda path: path.write_text("\ufeff" + HEAD.replace("machine", "mashine")),
        """\
spec.yaml:1:1: error[Q0101]: unknown key 'mashine'
    1 | mashine: m
      | ^^^^^^^
  help: did you mean 'machine'?
""",
    ),
    "nothing-but-a-byte-order-mark": (
        lambda path: path.write_text("\ufeff"),
        """\
spec.yaml:1:1: error[Q0005]: the file is empty
  help: a spec begins with 'machine: NAME'
""",
    ),
    "line-ends-of-windows": (
        lambda path: path.write_bytes(
            b"machine: m\r\ndescription: A test\r\narch: x\r\n"
        ),
        """\
spec.yaml:3:7: error[Q0107]: 'arch' cannot be 'x'
    3 | arch: x
      |       ^
  help: write one of arm, aarch64, ppc, riscv64, x86_64
""",
    ),
    "line-ends-of-old-macs": (
        lambda path: path.write_bytes(b"machine: m\rdescription: A test\rarch: x\r"),
        """\
spec.yaml:3:7: error[Q0107]: 'arch' cannot be 'x'
    3 | arch: x
      |       ^
  help: write one of arm, aarch64, ppc, riscv64, x86_64
""",
    ),
    "no-line-end": (
        lambda path: path.write_text(HEAD + "ram: {at"),
        """\
spec.yaml:4:6: error[Q0003]: this bracket is not closed
    4 | ram: {at
      |      ^
  help: add }
""",
    ),
    "nested-deeply": (
        lambda path: path.write_text(HEAD + "memory: " + "[" * 100_000),
        """\
spec.yaml:4:48: error[Q0004]: nested deeper than 40 levels
    4 | ... [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                                            ^
""",
    ),
    "a-billion-laughs": (
        lambda path: path.write_text(
            "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
            + "".join(
                f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
            )
        ),
        """\
spec.yaml:6:45: error[Q0004]: expands to more than 500000 values
    6 | a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]
      |                                             ^^^
  help: anchors that repeat anchors multiply: write fewer
""",
    ),
    "a-very-long-key": (
        lambda path: path.write_text(HEAD + "? " + "a" * (1 << 20) + "\n: 1\n"),
        """\
spec.yaml:4:3: error[Q0101]: unknown key 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'
    4 | ? aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: known here: arch, boot, buses, class, class_init, clocks, constants, cpus, description, \
device_tree, devices, fw_cfg, hooks, interfaces, machine, map, memory, parent, properties, ram, roms, \
socs, types, usb_by_default, variants
""",
    ),
    "a-number-of-ten-thousand-digits": (
        lambda path: path.write_text(HEAD + f"constants: {{A: 0x{'f' * 10_000}}}\n"),
        """\
spec.yaml:4:16: error[Q0106]: an expression has at most 400 characters
    4 | constants: {A: 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffff...
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: make constants of its parts
""",
    ),
}


@pytest.mark.parametrize("case", MADE)
def test_what_is_said_of_made_files(
    case: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make, expected = MADE[case]
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "spec.yaml")
    assert check("spec.yaml", capsys) == expected


def test_a_file_whose_name_no_terminal_can_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"\x1b[31m\xff\n.yaml")
    Path(name).write_text("")
    said = check(name, capsys).splitlines()
    assert said[0] == (r"\x1b[31m\udcff\n.yaml:1:1: error[Q0005]: the file is empty")


@pytest.mark.parametrize(
    ("begin", "line", "first"),
    [
        ("ram:\n", "  at: {}\n", "6:3: error[Q0006]: 'at' stands here"),
        ("", "key{}: value\n", "4:1: error[Q0101]: unknown key 'key0'"),
        (
            "constants:\n",
            "  A{0}: 1\n  B{0}: C{0}\n",
            "6:7: error[Q0201]: unknown name 'C0'",
        ),
    ],
)
def test_what_is_said_of_very_many_mistakes(
    begin: str,
    line: str,
    first: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "".join(line.format(number) for number in range(5000))
    Path("spec.yaml").write_text(HEAD + begin + lines)
    said = check("spec.yaml", capsys).splitlines()
    assert said[0].startswith(f"spec.yaml:{first}")
    assert sum("error[" in line for line in said) == 100
    assert said[-1] == "... and 900 more"


def test_every_code_has_a_case() -> None:
    texts = [path.read_text() for path in (*ERRORS.glob("*.txt"), *OK.glob("*.txt"))]
    texts += [expected for _, expected in MADE.values()]
    said = {code for text in texts for code in re.findall(r"\[(Q\d{4})\]", text)}
    # No spec can give this: it would be a fault of qgen's own.
    assert said == {code.name for code in Code} - {"Q0901"}


# What says all by itself: what is wanted stands in the message.
_NOTHING_TO_ADD = re.compile(
    r"the value (is|may be|needs)|it must be|does not fit|more than \d+ |at most \d+|"
    r"is not between|takes no|is a number that is known|by zero|would have|"
    r"is wanted here|and '\w+' is |has no (GPIO|IRQ)|there (are|is) |name one$|"
    r"nobody knows|no list|takes at most|not '|not a '|not for '|cannot be read|does not exist|"
    r"not a memory region|a property needs one"
)


def test_a_finding_says_what_would_be_right() -> None:
    for path in (*ERRORS.glob("*.txt"), *OK.glob("*.txt")):
        heads = re.split(r"^(?=\S+\.yaml:\d)", path.read_text(), flags=re.MULTILINE)
        for said in filter(None, heads):
            message = said.partition("]: ")[2].partition("\n")[0]
            assert "\n  help: " in said or _NOTHING_TO_ADD.search(message), said


def test_every_required_key_has_an_example() -> None:
    from vocabulary import SCHEMA

    from qgen.spec.validate import example

    for model in (SCHEMA, *SCHEMA["$defs"].values()):
        for key in model.get("required", ()):
            assert example(key, ("",))
