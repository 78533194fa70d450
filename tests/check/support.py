"""Boards, their C, and small pieces of C that run on the abstract machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from qgen import __version__, compose
from qgen.bases import MACHINE
from qgen.board import Board, Soc
from qgen.check import DeclaredType, check
from qgen.check.facts import Machine
from qgen.check.machine import Execution
from qgen.check.notes import Notes, Refused
from qgen.check.scenarios import Scenario
from qgen.check.symbols import Function, Unit
from qgen.check.unit import read
from qgen.emit import emit, soc_header
from qgen.render import render
from qgen.targets import NEWEST, Target
from tests.check.mutants import Mutant

ROOT = Path(__file__).parent.parent.parent
RELEASES = ("10.0", "10.2")
SHIPPED = ("arm-virt", "cortex-m-mini", "g3beige", "mac99", "x86-split")
BOARDS = sorted(Path(__file__).parent.glob("boards/*.yaml"))


class Case(NamedTuple):
    """A board, its C for one release, and the words of QEMU's that the C may use."""

    text: str
    board: Board | Soc
    words: compose.Words
    headers: dict[str, str]
    target: Target = NEWEST

    @property
    def types(self) -> list[DeclaredType]:
        """The device types that the C may name."""
        return self.words.types

    def findings(self, text: str | None = None) -> list[str]:
        """What the check says of ``text`` in the place of the board's own C."""
        given = self.text if text is None else text
        words = self.words._asdict()
        return check(
            given, self.board, headers=self.headers, target=self.target, **words
        )


@cache
def case_of(spec: Path, release: str, variant: str | None = None) -> Case:
    """The spec in ``spec``, or a variant, rendered for ``release``."""
    target = compose.TARGETS[release]
    resolved = compose.resolve(spec, target, variant=variant)
    known, board = resolved.catalogue, resolved.composite
    unit = emit(board, target, known, __version__)
    headers = {}
    if unit.header is not None:
        assert isinstance(board, Soc)
        headers[soc_header(board)] = render(unit.header)
    return Case(
        render(unit.unit), board, compose.words_of(board, known), headers, target
    )


def survivors(case: Case, some: Iterable[Mutant]) -> list[Mutant]:
    """Those of the mutants of a case's C that the check finds nothing wrong with."""
    return [mutant for mutant in some if not case.findings(mutant.text)]


def shipped(name: str, release: str) -> Case:
    """A shipped spec, rendered for ``release``."""
    return case_of(ROOT / "specs" / f"{name}.yaml", release)


FILE = """\
OBJECT_DECLARE_SIMPLE_TYPE(TestMachineState, TEST_MACHINE)
{before}
struct TestMachineState {{
    MachineState parent_obj;
{fields}
}};
{functions}
static void test_init(MachineState *machine)
{{
    TestMachineState *s = TEST_MACHINE(machine);
{body}
}}
"""
PLAIN = Scenario(0x1000_0000, 2, 4, "chosen-arm-cpu", None, False, MACHINE)


class Ran(NamedTuple):
    """What a piece of C made, and what was found in it."""

    machine: Machine
    findings: list[str]

    @property
    def said(self) -> str:
        """The only finding, without its line."""
        (finding,) = self.findings
        return finding.partition(": ")[2]


def run(
    body: str,
    *,
    fields: str = "",
    before: str = "",
    functions: str = "",
    scenario: Scenario = PLAIN,
    loop_limit: int = 8,
) -> Ran:
    """Run ``body`` in the init function of a machine whose state is ``s``.

    What is never used is no finding here: the pieces are small.
    """
    text = FILE.format(body=body, fields=fields, before=before, functions=functions)
    notes = Notes()
    unit = read(text, Unit(notes, {"TYPE_CHIP": "chip"}, {"OUTSIDE": 24}))
    init = unit.value("test_init")
    assert isinstance(init, Function), notes.listed()
    (state,) = unit.states.values()
    execution = Execution(unit, scenario, "ram", loop_limit, state)
    try:
        execution.init(init)
    except Refused as refusal:
        notes.refused(refusal)
    never = ("never used", "never read")
    found = [f for f in notes.listed() if not f.endswith(never)]
    return Ran(execution.facts, found)
