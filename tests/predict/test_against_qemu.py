"""Random region trees: the flat map that qgen predicts is the one that QEMU shows.

The trees are drawn first, then compiled many to an object, and run one QEMU each. To make
a wrong one smaller, all trees with a part less are run, as many to an object, and so on:
hypothesis would try one after the other.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from lab_support import require_sdk

from qgen import catalogue, compose
from qgen.arch import ARCHES
from qgen.compose import Resolved
from qgen.diagnostics import Rejected
from qgen.lab.board import Loadable, compile_board
from qgen.lab.errors import LabError
from qgen.lab.monitor import watch
from qgen.lab.sdk import Sdk
from qgen.names import identifier
from qgen.predict import flat_view, format_view
from qgen.source import Source
from qgen.targets import TARGETS

from .coverage import FREE, STRICT, features
from .examples import EXAMPLES, Example
from .trees import (
    Roots,
    Tree,
    fewer_parts,
    roots_of,
    simpler_parts,
    to_board,
    to_yaml,
    trees,
)

RELEASE = "10.0"
BATCH = 30
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)  # it waits for QEMU to start
MOST_REFUSED = 0.05
"""The share of trees that lowering may refuse."""
MOST_ROUNDS = 40
"""How often a wrong tree is made smaller; each time costs a second or so."""


class Lab:
    """Compiles and runs trees, and remembers what was wrong with each."""

    def __init__(self, sdk: Sdk, resolve: Callable[[Tree, str], Resolved]) -> None:
        self.sdk, self.resolve = sdk, resolve
        self.wrong: dict[Tree, str | None] = {}

    def refusal(self, tree: Tree) -> Rejected | None:
        """Why qgen takes no such tree."""
        try:
            self.resolve(tree, "tree")
        except Rejected as error:
            return error
        return None

    def run_all(self, drawn: Iterable[Tree]) -> None:
        """Run all that are new, as many at a time as there are processors."""
        batches = []
        new = [tree for tree in dict.fromkeys(drawn) if tree not in self.wrong]
        for arch in sorted({tree.arch for tree in new}, key=lambda arch: arch.value):
            alike = [tree for tree in new if tree.arch is arch]
            batches += [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for verdicts in pool.map(self.run, batches):
                self.wrong |= verdicts

    def smallest(self, tree: Tree) -> Tree:
        """A tree that is wrong as well, and of which nothing can be left out."""
        for _ in range(MOST_ROUNDS):
            for ways in (fewer_parts, simpler_parts):
                smaller = [each for each in ways(tree) if self.refusal(each) is None]
                self.run_all(smaller)
                found = next((each for each in smaller if self.wrong[each]), None)
                if found is not None:
                    break
            else:
                return tree
            tree = found
        return tree

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
    text = compose.render(resolved).text
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


def draw(strategy: SearchStrategy[Tree], draws: int) -> list[Tree]:
    """Trees that are not alike; the same ones in every run."""
    drawn: dict[Tree, None] = {}

    @seed(20_260_101)
    @settings(
        max_examples=draws,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(tree: Tree) -> None:
        drawn[tree] = None

    each()
    return list(drawn)


def run(lab: Lab, drawn: Sequence[Tree]) -> list[Tree]:
    """Run the trees that qgen takes; one that is wrong is the failure, made small."""
    refused = {tree: lab.refusal(tree) for tree in drawn}
    taken = [tree for tree in drawn if refused[tree] is None]
    for tree, error in refused.items():
        if error is not None:
            print(f"{tree}refused:", *error.findings, sep="\n")
    assert len(taken) >= (1 - MOST_REFUSED) * len(drawn)
    lab.run_all(taken)
    wrong = [tree for tree in taken if lab.wrong[tree]]
    if wrong:
        smallest = lab.smallest(min(wrong, key=lambda tree: len(tree.parts)))
        pytest.fail(
            f"{len(wrong)} of {len(taken)} trees are wrong, the smallest is\n"
            f"{smallest}{lab.wrong[smallest]}",
            pytrace=False,
        )
    return taken


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
    taken = run(lab, draw(trees(), 460))
    assert len(taken) >= 300
    count_features(lab, taken, STRICT)


def resolve_freely(tree: Tree, machine: str) -> Resolved:
    board = to_board(tree, machine)
    known = catalogue.load(RELEASE)
    return Resolved(board, Source("tree.yaml", ""), (), TARGETS[RELEASE], known)


def test_the_maps_of_boards_that_no_spec_can_say_are_the_predicted_ones() -> None:
    lab = Lab(require_sdk(RELEASE), resolve_freely)
    taken = run(lab, draw(trees(strict=False), 160))
    assert len(taken) >= 100
    count_features(lab, taken, FREE)


@pytest.fixture(scope="module")
def examples_lab() -> Lab:
    lab = Lab(require_sdk(RELEASE), resolve_freely)
    lab.run_all(example.tree for example in EXAMPLES)
    return lab


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_map_of_an_example_is_the_predicted_one(
    example: Example, examples_lab: Lab
) -> None:
    assert examples_lab.wrong[example.tree] is None
