"""Random region trees: the flat map that qgen predicts is the one that QEMU shows.

The trees are drawn first, compiled many to an object, and run one QEMU each. If one is
wrong, hypothesis draws them again, meets it again, and shrinks it with real runs.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from lab_support import require_sdk

from qgen import __version__, catalogue, compose
from qgen.arch import ARCHES
from qgen.compose import Resolved
from qgen.diagnostics import Rejected
from qgen.emit import emit
from qgen.lab.board import Loadable, compile_board
from qgen.lab.errors import LabError
from qgen.lab.monitor import watch
from qgen.lab.sdk import Sdk
from qgen.names import identifier
from qgen.predict import flat_view, format_view
from qgen.render import render
from qgen.source import Source
from qgen.targets import TARGETS

from .coverage import FREE, STRICT, features
from .examples import EXAMPLES, Example
from .trees import Roots, Tree, roots_of, to_board, to_yaml, trees

RELEASE = "10.2"
BATCH = 30
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)  # it waits for QEMU to start
MOST_REFUSED = 0.05
"""The share of trees that lowering may refuse."""
MOST_RUNS = 80
"""How many runs of QEMU the shrinking of a wrong tree may take."""


class Lab:
    """Compiles and runs trees, and remembers what was wrong with each."""

    def __init__(self, sdk: Sdk, resolve: Callable[[Tree, str], Resolved]) -> None:
        self.sdk, self.resolve = sdk, resolve
        self.wrong: dict[Tree, str | None] = {}
        self.runs = 0

    def run_all(self, drawn: Sequence[Tree]) -> None:
        """Run all of them, as many at a time as there are processors."""
        batches = []
        for arch in sorted({tree.arch for tree in drawn}, key=lambda a: a.value):
            alike = [tree for tree in drawn if tree.arch is arch]
            batches += [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for verdicts in pool.map(self.run, batches):
                self.wrong |= verdicts

    def run_one(self, tree: Tree) -> str | None:
        """What is wrong with ``tree``, without a run if that is known."""
        if tree not in self.wrong:
            if self.runs >= MOST_RUNS:
                return None
            self.runs += 1
            self.wrong |= self.run([tree])
        return self.wrong[tree]

    def run(self, batch: Sequence[Tree]) -> dict[Tree, str | None]:
        """Compile trees of one architecture as one object, and run each."""
        machines = {f"tree-{i}": tree for i, tree in enumerate(batch)}
        texts, boards = [], {}
        for machine, tree in machines.items():
            boards[machine] = self.resolve(tree, machine)
            texts.append(text_of(tree, boards[machine]))
        facts = ARCHES[batch[0].arch]
        try:
            made = compile_board(
                "\n".join(texts), self.sdk, facts.qemu, facts.hw_dir, "tree-0"
            )
        except LabError as error:
            if len(batch) == 1:
                return {batch[0]: str(error)}
            alone = [self.run([tree]) for tree in batch]
            return {tree: text for each in alone for tree, text in each.items()}
        return {
            tree: difference(
                tree,
                roots_of(tree, boards[machine].board),
                Loadable(made.object, made.qemu, machine),
            )
            for machine, tree in machines.items()
        }


def text_of(tree: Tree, resolved: Resolved) -> str:
    """The C of the board, with what no spec can say added at the end of its memory."""
    known = catalogue.load(RELEASE)
    text = render(emit(resolved.board, resolved.target, known, __version__))
    lines = [
        f"    memory_region_set_readonly(&s->{identifier(part.name)}, true);\n"
        for part in tree.parts
        if part.readonly
    ]
    end = text.find("\n}\n", text.find("_init_memory(")) + 1
    return text[:end] + "".join(lines) + text[end:] if lines else text


def difference(tree: Tree, roots: Roots, loadable: Loadable) -> str | None:
    """What QEMU shows otherwise than predicted."""
    try:
        with watch(loadable, tree.arguments) as monitor:
            shown = monitor.address_spaces()
    except LabError as error:
        return str(error)
    for space, root in roots.items():
        predicted, real = format_view(flat_view(root)), shown[space.value]
        if predicted != real:
            return "\n".join(
                [f"{space.value}: qgen predicts", *predicted, "and QEMU shows", *real]
            )
    return None


def draw(
    strategy: SearchStrategy[Tree], draws: int, use: Callable[[Tree], None]
) -> None:
    """The same trees in every run; one that ``use`` refuses is shrunk."""

    @seed(20_260_101)
    @settings(
        max_examples=draws,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(strategy)
    def each(tree: Tree) -> None:
        use(tree)

    each()


def run_drawn(lab: Lab, strategy: SearchStrategy[Tree], draws: int) -> list[Tree]:
    """Draw trees and run them; the smallest wrong one found is the failure.

    A tree that qgen refuses is not run: the list lacks it.
    """
    drawn: dict[Tree, None] = {}
    refused: dict[Tree, Rejected] = {}

    def gather(tree: Tree) -> None:
        try:
            lab.resolve(tree, "tree")
            drawn[tree] = None
        except Rejected as error:
            refused[tree] = error

    def check(tree: Tree) -> None:
        if tree not in refused:
            wrong = lab.run_one(tree)
            assert wrong is None, f"{to_yaml(tree, 'tree')}\n{wrong}"

    draw(strategy, draws, gather)
    lab.run_all(list(drawn))
    if any(lab.wrong.values()):
        draw(strategy, draws, check)
    for tree, error in refused.items():
        print(to_yaml(tree, "refused"), *error.findings, sep="\n")
    assert len(refused) <= len(drawn) * MOST_REFUSED
    return list(drawn)


def count_features(lab: Lab, drawn: Sequence[Tree], wanted: frozenset[str]) -> None:
    """Fail for what none, or only one or two, of the trees had in it."""
    counts = Counter(
        feature
        for tree in drawn
        for feature in features(tree, roots_of(tree, lab.resolve(tree, "tree").board))
    )
    print(f"{len(drawn)} trees")
    for what, count in counts.most_common():
        print(f"{count:5} {what}")
    assert not {what: counts[what] for what in wanted if counts[what] < 3}


def test_the_maps_of_specs_are_the_predicted_ones(tmp_path: Path) -> None:
    sdk = require_sdk(RELEASE)

    def resolve(tree: Tree, machine: str) -> Resolved:
        file = tmp_path / f"{machine}-{threading.get_ident()}.yaml"
        file.write_text(to_yaml(tree, machine))
        return compose.resolve(file, TARGETS[RELEASE])

    lab = Lab(sdk, resolve)
    drawn = run_drawn(lab, trees(), 420)
    assert len(drawn) >= 300
    count_features(lab, drawn, STRICT)


def resolve_freely(tree: Tree, machine: str) -> Resolved:
    board = to_board(tree, machine)
    return Resolved(board, Source("tree.yaml", ""), (), TARGETS[RELEASE])


def test_the_maps_of_boards_that_no_spec_can_say_are_the_predicted_ones() -> None:
    lab = Lab(require_sdk(RELEASE), resolve_freely)
    drawn = run_drawn(lab, trees(strict=False), 160)
    assert len(drawn) >= 100
    count_features(lab, drawn, FREE)


@pytest.fixture(scope="module")
def examples_lab() -> Lab:
    lab = Lab(require_sdk(RELEASE), resolve_freely)
    lab.run_all([example.tree for example in EXAMPLES])
    return lab


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_map_of_an_example_is_the_predicted_one(
    example: Example, examples_lab: Lab
) -> None:
    assert examples_lab.run_one(example.tree) is None
