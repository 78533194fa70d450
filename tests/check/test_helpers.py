"""Functions that the generated C calls by itself cannot be called as helpers."""

from __future__ import annotations

import pytest

from qgen import catalogue
from qgen.check import MODELS, api
from qgen.lower.calls import own_word

assert MODELS  # their import registers the models


@pytest.mark.parametrize("release", catalogue.releases())
def test_what_the_checker_models_itself_is_no_helper(release: str) -> None:
    known = catalogue.functions(release)
    both = [name for name in api.FUNCTIONS if known.find(name) is not None]
    assert both
    assert [name for name in both if own_word(name) is None] == []
