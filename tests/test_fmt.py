"""``qgen fmt``: the same meaning, every comment, and nothing left to do a second time."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from textwrap import dedent

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen import compose
from qgen.cli import cli
from qgen.compose import editing
from qgen.diagnostics import Rejected
from qgen.fmt.spelling import spelled
from qgen.load import loads, read
from qgen.load.written import page

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
OK = sorted((ROOT / "tests" / "ok").glob("*.yaml"))
NEW = sorted((ROOT / "templates" / "new").glob("*.yaml"))


def formatted(text: str, folder: Path) -> str:
    """What becomes of a text, and of what becomes of it: the same."""
    file = folder / "spec.yaml"
    file.write_text(text)
    once = editing.formatted(file).after
    file.write_text(once)
    twice = editing.formatted(file).after
    assert twice == once
    return once


@pytest.mark.parametrize("file", [*SPECS, *OK, *NEW], ids=lambda f: f.stem)
def test_specs_keep_their_meaning_and_their_comments(
    file: Path, tmp_path: Path
) -> None:
    text = file.read_text()
    new = formatted(text, tmp_path)
    assert Counter(page(new).comments) == Counter(page(text).comments)
    assert _sorted(loads(new).data) == _sorted(loads(text).data)


def _sorted(data: object) -> object:
    """Data without the order of keys, and numbers as they are."""
    match data:
        case dict():
            return {key: _sorted(data[key]) for key in sorted(data)}
        case list():
            return [*map(_sorted, data)]
        case str():
            return spelled(data)
    return data


@pytest.mark.parametrize("file", [*SPECS, *NEW], ids=lambda f: f.stem)
def test_what_is_shipped_is_formatted(file: Path) -> None:
    made = editing.formatted(file)
    assert made.after == made.before


def test_the_c_of_a_formatted_spec_is_the_same(tmp_path: Path) -> None:
    for name in ("numbers", "wires", "alternatives", "soc-of-its-own", "variants"):
        text = (ROOT / "tests" / "ok" / f"{name}.yaml").read_text()
        spec = tmp_path / f"{name}.yaml"
        made = []
        for each in (text, formatted(text, tmp_path)):
            spec.write_text(each)
            results = compose.resolve_all(spec, compose.TARGETS["10.2"])
            rendered = [
                compose.render(r).text
                for r in results.values()
                if not isinstance(r, Rejected)
            ]
            assert len(rendered) == len(results)
            made.append([_without_digest(each) for each in rendered])
        assert made[0] == made[1]


def _without_digest(text: str) -> list[str]:
    return [line.lower() for line in text.splitlines() if "SHA-256" not in line]


HEAD = "machine: m\ndescription: A test\narch: arm\n"

CASES = {
    "order-of-keys": (
        """\
        # yaml-language-server: $schema=qgen.schema.json
        # What this is.
        arch: arm
        # The devices.
        devices:
          # One.
          a: {at: 0x1000, irqs: ["b[0]"], type: pl011}  # beside
          # Two.
          b: {gpios: "cpus[0].irq", type: or-irq}
          # The end of devices.

        # The name.
        machine: m
        description: A test
        cpus: {default: cortex-a15}
        """,
        """\
        # yaml-language-server: $schema=qgen.schema.json
        # What this is.

        # The name.
        machine: m
        description: A test
        arch: arm
        cpus: {default: cortex-a15}
        # The devices.
        devices:
          # One.
          a: {type: pl011, at: 0x1000, irqs: ["b[0]"]}  # beside
          # Two.
          b: {type: or-irq, gpios: "cpus[0].irq"}
          # The end of devices.
        """,
    ),
    "brackets": (
        """\
        {"machine": m, description: A test, arch: arm,
         constants: {A: 1,  # one
                     B: 2},
         memory: {x: {kind: ram,
                      at:   0X8000000, size: 64KiB}},   # memory
         clocks: {a-clock-with-a-long-name: 168 MHz, another-clock-with-a-long-name: 168 MHz, a-third-clock: 1 MHz}
        }
        # the end
        """,
        """\
        "machine": m
        description: A test
        arch: arm
        constants:
          A: 1  # one
          B: 2
        clocks: {a-clock-with-a-long-name: 168 MHz, another-clock-with-a-long-name: 168 MHz,
                 a-third-clock: 1 MHz}
        memory: {x: {kind: ram, at: 0x800_0000, size: 64 KiB}}  # memory
        # the end
        """,
    ),
    "texts": (
        f"""\
{HEAD.replace("A test", '''"A
           test"  # of two lines''')}
devices:
   a:
      type:   pl011
      comment: >-   # folded
         one
         two

      at: 4096



   # far below
   b: {{type: pl011, at: 1*(0X2000+NUM)<<1}}
constants: {{'NUM': 0}}
""",
        """\
        machine: m
        description: "A
          test"  # of two lines
        arch: arm
        constants: {'NUM': 0}

        devices:
          a:
            type: pl011
            at: 4096
            comment: >-  # folded
              one
              two

          # far below
          b: {type: pl011, at: 1 * (0x2000 + NUM) << 1}
        """,
    ),
    "items": (
        f"""\
{HEAD}devices:
  a:
    type: pl011
    irqs:
      -  # one
        # two
        to: gic[1]  # three
""",
        f"""\
{HEAD}devices:
  a:
    type: pl011
    irqs:
      # one
      # two
      - to: gic[1]  # three
""",
    ),
    "items-in-brackets": (
        f"""\
{HEAD}devices:
  a: {{type: pl011, irqs: [
    # one
    {{  # two
      # three
      to: "gic[1]"  # four
    }}  # five
    # six
  ]}}
""",
        f"""\
{HEAD}devices:
  a:
    type: pl011
    irqs:
      # one
      # two
      # three
      - to: "gic[1]"  # four
      # five
      # six
""",
    ),
    "anchors": (
        """\
        machine: m
        description: A test
        arch: arm
        devices:
          a: {type: pl011, at: &place 0x9000}
        memory:
          x: {kind: ram, at: *place, size: 4 KiB}  # the memory follows
        """,
        """\
        machine: m
        description: A test
        arch: arm
        devices:
          a: {type: pl011, at: &place 0x9000}
        memory:
          x: {kind: ram, at: *place, size: 4 KiB}  # the memory follows
        """,
    ),
    "allowed": (
        f"""\
{HEAD}clocks:
  a-clock-with-a-very-long-name: {{frequency: 168 MHz, comment: "A comment that is long, too, so it breaks"}}  # qgen: allow Q0216 x
""",
        f"""\
{HEAD}clocks:
  a-clock-with-a-very-long-name: {{frequency: 168 MHz, comment: "A comment that is long, too, so it breaks"}}  # qgen: allow Q0216 x
""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of(case: str, tmp_path: Path) -> None:
    before, after = map(dedent, CASES[case])
    assert formatted(before, tmp_path) == after


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0X0900_000F", "0x0900_000f"),
        ("0x09000000", "0x0900_0000"),
        ("0x10000", "0x1_0000"),
        ("0x1000", "0x1000"),
        ("64KiB", "64 KiB"),
        (" 24.576  MHz", "24.576 MHz"),
        ("A+32*( cpu-1 )<<2|F", "A + 32 * (cpu - 1) << 2 | F"),
        ("10_000", "10_000"),
        ("no number", "no number"),
        ("", ""),
    ],
)
def test_numbers_are_spelled(text: str, wanted: str) -> None:
    assert spelled(text) == wanted
    assert spelled(wanted) == wanted


def _restyled(text: str, random: Random) -> str:
    """The same data as some other tool would write it."""
    data = loads(text).data
    return str(
        yaml.safe_dump(
            data,
            default_flow_style=random.choice([True, False, None]),
            width=random.choice([20, 60, 80, 200]),
            indent=random.choice([2, 3, 4, 8]),
            sort_keys=False,
            allow_unicode=True,
        )
    )


def _commented(text: str, random: Random) -> str:
    """The same spec with comments and blank lines strewn in."""
    lines = text.splitlines()
    for number in range(random.randint(1, 12)):
        at = random.randrange(len(lines) + 1)
        changed = [*lines]
        comment = f"# {number} {{, [ ' \""
        match random.randrange(4):
            case 0:
                changed.insert(at, " " * random.randint(0, 8) + comment)
            case 1:
                changed.insert(at, "")
            case 2 if at < len(lines):
                changed[at] += f"  {comment}"
            case 3 if at < len(lines) and ", " in lines[at]:
                head, _, tail = lines[at].rpartition(", ")
                indent = len(head) - len(head.lstrip()) + 4
                changed[at] = f"{head},  {comment}\n{' ' * indent}{tail}"
                changed = "\n".join(changed).split("\n")
        try:
            same = loads("\n".join(changed)).data == loads("\n".join(lines)).data
        except Rejected:
            same = False
        if same:
            lines = changed
    return "\n".join(lines) + "\n"


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(file=st.sampled_from([*SPECS, *OK]), restyle=st.booleans(), seed=st.integers())
def test_however_a_spec_is_written(
    file: Path, restyle: bool, seed: int, tmp_path: Path
) -> None:
    random = Random(seed)
    text = _restyled(file.read_text(), random) if restyle else file.read_text()
    text = _commented(text, random)
    new = formatted(text, tmp_path)
    assert sorted(page(new).comments) == sorted(page(text).comments)
    assert _sorted(loads(new).data) == _sorted(read(file).data)


def fmt(*args: object, text: str = "") -> tuple[int, str, str]:
    """Status, output and what is said of ``qgen fmt``."""
    done = subprocess.run(
        [sys.executable, "-m", "qgen", "fmt", *map(str, args)],
        input=text,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


UNTIDY = "arch: arm\nmachine: m\ndescription: A test\n"


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text(UNTIDY)
    real.chmod(0o640)
    link.symlink_to("real.yaml")
    assert fmt(link) == (0, "", f"{link}: formatted\n")
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == (HEAD, 0o640)
    before = real.stat()
    assert fmt(link) == (0, "", "")
    assert real.stat() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(UNTIDY)
    assert fmt(spec, "--check") == (1, "", f"{spec}: would change\n")
    status, out, _ = fmt(spec, "--diff")
    assert status == 0
    assert out.splitlines()[2:] == [
        "@@ -1,3 +1,3 @@",
        "-arch: arm",
        " machine: m",
        " description: A test",
        "+arch: arm",
    ]
    assert fmt(spec, "--diff", "--check")[0] == 1
    assert spec.read_text() == UNTIDY
    spec.write_text(HEAD)
    assert fmt(spec, "--diff", "--check") == (0, "", "")


def test_standard_input_goes_to_standard_output() -> None:
    assert fmt("-", text=UNTIDY) == (0, HEAD, "")
    assert fmt("-", "--check", text=UNTIDY)[:2] == (1, "")


def test_a_spec_with_findings_is_left_alone(tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "right.yaml"
    wrong.write_text("arch: arm\nmashine: m\n")
    right.write_text(UNTIDY)
    status, out, said = fmt(wrong, right)
    assert (status, out) == (1, "")
    assert "wrong.yaml:2:1: error[Q0101]" in said
    assert wrong.read_text() == "arch: arm\nmashine: m\n"
    assert right.read_text() == HEAD


def test_what_would_mean_something_else_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import qgen.fmt
    from qgen.diagnostics import GeneratorFault

    real = qgen.fmt.printed
    spec = tmp_path / "spec.yaml"
    for old, new in (("arm", "ppc"), ("# c", ""), ("0x1000", "0x1001")):
        spec.write_text(
            f"{UNTIDY}memory: {{a: {{kind: ram, at: 0x1000, size: 4 KiB}}}}  # c\n"
        )
        before = spec.read_text()
        monkeypatch.setattr(
            qgen.fmt, "printed", lambda root, a=old, b=new: real(root).replace(a, b)
        )
        result = CliRunner().invoke(cli, ["fmt", str(spec)])
        assert isinstance(result.exception, GeneratorFault)
        assert spec.read_text() == before
