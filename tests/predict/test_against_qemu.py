"""Random region trees: the flat map that qgen predicts is the one that QEMU shows.

The trees are drawn first, compiled many to an object, and run one QEMU each. If one is
wrong, hypothesis draws them again, meets it again, and shrinks it with real runs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from lab_support import require_sdk

from qgen import compose
from qgen.arch import ARCHES
from qgen.compose import Resolved
from qgen.diagnostics import Rejected
from qgen.lab.board import Loadable, compile_board
from qgen.lab.errors import LabError
from qgen.lab.monitor import watch
from qgen.lab.sdk import Sdk
from qgen.names import identifier
from qgen.predict import CommandLine, Space, flat_view, format_view, memory_tree
from qgen.predict.region import MemoryRegion
from qgen.source import Source
from qgen.targets import TARGETS

from .coverage import FREE, STRICT, features
from .examples import EXAMPLES, Example
from .trees import Tree, to_board, to_yaml, trees

RELEASE = "10.0"
BATCH = 30
MOST_RUNS = 80
"""How many runs of QEMU the shrinking of a wrong tree may take."""

Roots = dict[Space, MemoryRegion]


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
                roots_of(tree, boards[machine]),
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


def roots_of(tree: Tree, resolved: Resolved) -> Roots:
    """The predicted trees of regions, with what no spec can say added."""
    ram_size = tree.ram.size if tree.ram else 0
    roots = memory_tree(resolved.board, CommandLine(ram_size))
    readonly = {part.label or part.name for part in tree.parts if part.readonly}
    for region in regions_under(roots):
        region.readonly = region.readonly or region.name in readonly
    return roots


def regions_under(roots: Roots) -> Iterator[MemoryRegion]:
    seen, left = set(), list(roots.values())
    while left:
        region = left.pop()
        if region not in seen:
            seen.add(region)
            yield region
            left += region.subregions
            left += [] if region.alias is None else [region.alias]


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
    """Draw trees and run them; the smallest wrong one found is the failure."""
    drawn: dict[Tree, None] = {}
    draw(strategy, draws, lambda tree: drawn.setdefault(tree))
    lab.run_all(list(drawn))

    def check(tree: Tree) -> None:
        wrong = lab.run_one(tree)
        assert wrong is None, f"{to_yaml(tree, 'tree')}\n{wrong}"

    if any(lab.wrong.values()):
        draw(strategy, draws, check)
    return list(drawn)


def count_features(lab: Lab, drawn: Sequence[Tree], wanted: frozenset[str]) -> None:
    """Fail for what none, or only one or two, of the trees had in it."""
    counts = Counter(
        feature
        for tree in drawn
        for feature in features(tree, roots_of(tree, lab.resolve(tree, "tree")))
    )
    print(f"{len(drawn)} trees:", *(f"{n:4} {what}" for what, n in counts.most_common()), sep="\n")
    assert not {what: counts[what] for what in wanted if counts[what] < 3}


def test_the_maps_of_specs_are_the_predicted_ones(tmp_path: Path) -> None:
    sdk = require_sdk(RELEASE)
    refused: list[Rejected] = []

    def resolve(tree: Tree, machine: str) -> Resolved:
        file = tmp_path / f"{machine}-{hash(tree)}.yaml"
        file.write_text(to_yaml(tree, machine))
        return compose.resolve(file, TARGETS[sdk.release])

    lab = Lab(sdk, resolve)
    drawn = run_drawn(lab, trees(), 420)
    assert len(drawn) >= 300
    count_features(lab, drawn, STRICT)


def resolve_freely(tree: Tree, machine: str) -> Resolved:
    board = to_board(tree, machine)
    return Resolved(board, Source("tree.yaml", "", None), (), TARGETS[RELEASE])


def test_the_maps_of_boards_that_no_spec_can_say_are_the_predicted_ones() -> None:
    lab = Lab(require_sdk(RELEASE), resolve_freely)
    drawn = run_drawn(lab, trees(strict=False), 160)
    assert len(drawn) >= 100
    count_features(lab, drawn, FREE)
