"""Fixtures of the tests that put faults into C."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from qgen.check import parse, unit


@pytest.fixture(scope="module")
def parsed_once() -> Iterator[None]:
    """Functions that a fault does not touch are parsed once for all faults."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parse, "parse", functools.cache(parse.parse))
        assert unit.parse is parse, "the reader must look the parser up"
        yield
