"""The rules of the flat map, one small tree each (see `examples`)."""

from __future__ import annotations

import pytest

from qgen.predict import Space, flat_view, format_view

from .examples import EXAMPLES, Example
from .trees import roots_of, to_board


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_rule_of_the_flat_map(example: Example) -> None:
    root = roots_of(example.tree, to_board(example.tree, "example"))[Space.MEMORY]
    assert tuple(format_view(flat_view(root))) == example.map
